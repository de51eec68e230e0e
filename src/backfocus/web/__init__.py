"""The page: a shell over the guide. Events go up, instructions come down; nothing is decided in the browser.

    tickets   who may look                     orders    what a page may send
    guard     the door                         person    what was tapped, as events
    controls  who holds the controls           state     what a page is shown
    offers    what can be chosen               picture   the camera's picture, small
    chosen    what a choice means              worker    the thread that runs a session
    desk      the running session              live      one viewer
    results   kept sessions                    app       the addresses
    practice  rings to drag, and the lesson    serving   the server itself

Everything a browser loads is in `static`: plain modules, no build step, nothing from another host.
"""
