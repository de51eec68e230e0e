"""Single pictures as people have them: what each file format says of its picture, and the samples.

`pictures(path)` is the front door. One way for every format: a reader of our own looks at the head (size,
depth, colour, orientation, completeness) before anything is decoded, then one library decodes:

    TIFF                    tifffile with imagecodecs: every depth, float, planar, tiles, many pages
    PNG                     imagecodecs: 16 bits stay 16 bits
    JPEG                    simplejpeg: the one binding of libjpeg-turbo that tells of damage
    HEIC, AVIF              pillow-heif (tiled pictures of phones), imagecodecs (10 and 12 bits)
    GIF, BMP, WebP, APNG    Pillow: animations, palettes
    raw files               rawpy, an extra

Animations and files of several pages are several pictures.
"""

from .formats import FORMATS, RAW, STILL_SUFFIXES, is_still, pictures
from .picture import Picture, frame_of

__all__ = ["FORMATS", "RAW", "STILL_SUFFIXES", "Picture", "frame_of", "is_still", "pictures"]
