"""Numbers in, numbers out: f-numbers, blur, depth of focus, the zoom law, lenses and cameras.

The one sign convention of the package, for `delta` and for every residual, drawn at one zoom position:

         the zoom lens                          where the image is      where the sensor stands
      ┌──────────────────┐ rear                          |                       |
      │   ()    ()    () │ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ *   <── the light meets  |
      └──────────────────┘                               |                       |
                         |                               |<------ residual ----->|
                         |                                        r > 0
                         |------------ away from the lens is positive ----------------->

    r > 0   the sensor is too far from the lens   (lens and sensor must come together by r)
    r < 0   the sensor is too near to the lens    (they must move apart by |r|)
    delta   the same for the back focus itself: the part of r that is equal at every zoom position
    b M^2   the rest, what the focus ring and the chart's distance add: largest at tele

    r(M) = delta + b M^2                          M: size of the chart in the picture, in pixels (`zoom`)

Lengths on the sensor are in micrometres, focal and flange distances in millimetres, frequencies in cycles per
pixel.
"""
