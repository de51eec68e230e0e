"""Set and prove the back focus of a zoom lens, in micrometres, from the camera's own picture.

    import backfocus

    answer = backfocus.check("clip.mp4", camera="b4-hd", lens="canon-cj20ex7.8b")
    for reading in backfocus.readings("rtsp://...", pixel_um=5, f_number=1.8): ...
    reading = backfocus.read_picture(array, transfer="srgb")

What these names stand for is loaded when it is first asked for: importing the package costs nothing.
"""

TYPE_CHECKING = False
"""As in `typing`, which takes longer to import than all of this; type checkers know the name."""

if TYPE_CHECKING:
    from .api import Answer, PictureReading, Readings, check, read_picture, readings
    from .errors import BackfocusError, SourceError, SourceLost, SourceUnreadable, UsageError
    from .measure.reading import Edge, Flag, Star

__version__ = "0.1.0"

__all__ = [
    "Answer",
    "BackfocusError",
    "Edge",
    "Flag",
    "PictureReading",
    "Readings",
    "SourceError",
    "SourceLost",
    "SourceUnreadable",
    "Star",
    "UsageError",
    "__version__",
    "check",
    "read_picture",
    "readings",
]

_HOMES = {
    "api": ("Answer", "PictureReading", "Readings", "check", "read_picture", "readings"),
    "errors": ("BackfocusError", "SourceError", "SourceLost", "SourceUnreadable", "UsageError"),
    "measure.reading": ("Edge", "Flag", "Star"),
}
"""Where each public name lives."""


if not TYPE_CHECKING:  # a type checker sees the imports above, and a name that is none of them is an error

    def __getattr__(name: str) -> object:
        home = next((module for module, names in _HOMES.items() if name in names), None)
        if home is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        found = getattr(import_module(f".{home}", __name__), name)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    return __all__
