"""The page: a shell over the guide. Events go up, instructions come down; nothing is decided in the browser.

    tokens        who may look                     messages  what a page may send
    guard         the door                         person    what was tapped, as events
    controls      who holds the controls           state     what a page is shown
    offers        what can be chosen               picture   the camera's picture, small
    chosen        what a choice means              worker    the thread that runs a session
    session_host  the running session              live      the hub of the viewers
    results       kept sessions                    app       the addresses
    practice      rings to drag, and the lesson    serving   where it listens, what it prints
    connections   the server, and its limits       callers   who is connected, and how long
    presses       charts and reports, in turn      logs      what is said on stderr
    rooms         sessions side by side            pages     which files they are
    room_addresses  where each room answers        cameras   the wall of cameras with motors

Everything a browser loads is in `static`: plain modules, no build step, nothing from another host.
"""
