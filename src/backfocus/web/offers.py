"""What can be chosen on the set-up page, and the source and setup that a choice means."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import SourceUnreadable, UsageError
from ..guide.session_state import Setup
from ..optics.lens import Optics, parse_f_numbers
from ..optics.profiles import Lens, camera, cameras, lens, lenses
from ..redaction import shown
from ..transfer import TRANSFERS
from ..video.address import kind
from ..video.capture import devices
from .messages import Choice

Json = dict[str, Any]

RECORDINGS = frozenset(
    {".mp4", ".mov", ".mxf", ".mkv", ".avi", ".ts", ".m2ts", ".mts", ".webm", ".m4v", ".mpg"}
)
VIRTUAL = "sim://?seed=7&delta_um=40"
VIRTUAL_WORDS = "virtual camera, a hand turns its rings"


@dataclass(frozen=True, slots=True)
class Given:
    """What the command line named: it can be chosen, and is what a session is resumed on."""

    choice: Choice | None = None
    media: Path | None = None


def offered(given: Given) -> Json:
    """Everything there is to choose from, as the page lists it."""
    return {
        "given": shown(given.choice.name) if given.choice else "",
        "chosen": _chosen(given.choice),
        "devices": [{"name": d.address, "title": d.name, "detail": d.detail} for d in devices()],
        "recordings": sorted(recordings(given.media)),
        "media": given.media is not None,
        "cameras": [{"name": each.name, "title": each.title} for each in cameras()],
        "lenses": [
            {"name": each.name, "title": each.title, "ring": each.back_focus_ring} for each in lenses()
        ],
        "transfers": ["auto", *TRANSFERS],
    }


def recordings(media: Path | None) -> dict[str, Path]:
    """The recordings in the folder of `--media` by name; links that lead out of it are left out."""
    if media is None:
        return {}
    folder = media.resolve()
    found = (path for path in sorted(folder.iterdir()) if path.suffix.lower() in RECORDINGS)
    return {path.name: path for path in found if path.is_file() and path.resolve().parent == folder}


def address_of(choice: Choice, given: Given) -> str:
    """Where the pictures of a choice come from.

    Raises
    ------
    UsageError
        If it was not among what is offered; nothing is opened then.
    """
    match choice.kind:
        case "given":
            if given.choice is None:
                raise UsageError("no source was given on the command line: choose one here")
            return given.choice.name
        case "recording":
            path = recordings(given.media).get(choice.name)
            if path is None:
                raise UsageError("that recording is not in the folder that `--media` names")
            return str(path)
        case "device":
            if choice.name not in {device.address for device in devices()}:
                raise UsageError("that capture device is not on this machine")
            return choice.name
        case "virtual":
            return VIRTUAL
        case _:
            return _typed(choice.name)


def _typed(name: str) -> str:
    """An address typed in: the network and the virtual camera only, never a file of this machine."""
    found = kind(name)
    if found in ("file", "device"):
        raise UsageError("write an address such as rtsp://HOST/PATH; files come from the folder of `--media`")
    return name


def setup_of(choice: Choice, address: str) -> Setup:
    """What is known before the first picture; UsageError where half of what um need is missing."""
    glass = lens(choice.lens) if choice.lens else None
    optics = _optics(choice, glass, address)
    ratio = glass.tele_mm / glass.wide_mm if glass else None
    return Setup(
        optics=optics,
        zoom_ratio=ratio,
        back_focus_ring=glass.back_focus_ring if glass else True,
        shims_um=choice.shims_um,
        lens_kind=glass.kind if glass else "unknown",
    )


def _optics(choice: Choice, glass: Lens | None, address: str) -> Optics | None:
    pixel_um = choice.pixel_um
    if pixel_um is None and choice.camera:
        pixel_um = camera(choice.camera).pixel_um
    knots = parse_f_numbers(choice.f_number) if choice.f_number else glass.f_numbers if glass else None
    if address.startswith("sim://"):
        from ..sim.settings import parse_sim  # the bench is heavy, and real cameras do not need it

        bench = parse_sim(address)
        pixel_um, knots = pixel_um or bench.pixel_um, knots or bench.f_numbers
    if pixel_um is None and knots is None:
        return None
    if pixel_um is None or knots is None:
        missing = "the camera or its pixel pitch" if pixel_um is None else "the lens or its f-number"
        raise UsageError(f"micrometres need both: choose {missing} too, or clear the other")
    try:
        return Optics(pixel_um=pixel_um, f_numbers=knots)
    except ValueError as error:
        raise UsageError(str(error)) from None


def _chosen(choice: Choice | None) -> Json | None:
    if choice is None:
        return None
    return {
        "camera": choice.camera,
        "lens": choice.lens,
        "pixel_um": choice.pixel_um,
        "f_number": choice.f_number,
        "transfer": choice.transfer,
    }


def missing_media(media: Path) -> Path:
    """The folder of `--media`; SourceUnreadable if there is none."""
    if not media.is_dir():
        raise SourceUnreadable(f"{media}: there is no such folder: give the folder with the recordings")
    return media


def is_recording(choice: Choice, given: Given) -> bool:
    """Whether a choice means a file: it plays from its beginning each time."""
    if choice.kind == "given" and given.choice is not None:
        return kind(given.choice.name) == "file"
    return choice.kind == "recording"
