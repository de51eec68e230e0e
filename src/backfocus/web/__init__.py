"""The page: a shell over the guide. Events go up, instructions come down; nothing is decided in the browser.

    tickets   who may look                     orders    what a page may send
    guard     the door                         state     what a page is shown
    controls  who holds the controls           picture   the camera's picture, small
    offers    what can be chosen               practice  the virtual camera with rings to drag
    desk      the running session              coach     what was done wrong in practice
    live      one viewer                       results   kept sessions
    app       the addresses                    serving   the server itself

Everything a browser loads is in `static`: plain modules, no build step, nothing from another host.
"""
