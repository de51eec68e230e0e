"""A camera, a lens, a room and a pair of hands made of arithmetic: `sim://`.

The pictures come from wave optics (a pupil with its aberrations, the pixel's area, noise, the transfer curve,
an H.264 encoder), never from `measure`, `solve` or `optics.blur`: what the tool reads and what the bench did
are two independent routes to one number.
"""
