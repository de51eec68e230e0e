"""How large a picture may be: its head says so, and it is refused before it fills the memory. Pure."""

MAX_MEGAPIXELS = 135.0
"""A picture of 16K (15360 x 8640) fits; an option raises it."""

BYTES_A_PIXEL = 5
"""Of the largest pictures; those that take more, such as colour of 16 bits, must have fewer pixels. With the
luma beside them they then stay below a gigabyte."""


TOO_LARGE = "larger than the limit of megapixels: raise that"
"""Where nobody says how large."""


def too_large(width: int, height: int, megapixels: float, *, sample_bytes: int = 1) -> str | None:
    """Why a picture of this size is not read, or None when it is.

    Parameters
    ----------
    width, height : int
        As its head declares them.
    megapixels : float
        The limit.
    sample_bytes : int
        Bytes that a pixel takes once it is decoded.
    """
    limit = megapixels / max(1.0, sample_bytes / BYTES_A_PIXEL)
    if width * height <= limit * 1e6:
        return None
    depth = "" if limit == megapixels else " at this depth"
    return (
        f"too large, {width} x {height} pixels where {limit:.3g} megapixels are the limit{depth}: "
        "cut out the part with the target and save that, or raise the limit of megapixels"
    )


def pixels(megapixels: float) -> int:
    """The limit as FFmpeg wants it, a whole number of pixels."""
    return max(1, round(megapixels * 1e6))
