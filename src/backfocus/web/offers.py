"""What can be chosen on the set-up page, and the source and setup that a choice means."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import SourceUnreadable, UsageError
from ..optics.profiles import cameras, lenses
from ..redaction import shown
from ..session.config import Config, config_file
from ..session.rig import RigOptions
from ..transfer import TRANSFERS
from ..video.address import CLIP_SUFFIXES, kind
from ..video.capture import devices
from .messages import ON_THE_PAGE, Choice

Json = dict[str, Any]

VIRTUAL = "sim://?seed=7&delta_um=40"
NO_CONFIG = Config(config_file())


@dataclass(frozen=True, slots=True)
class Given:
    """What the command line named, and what the configuration file says: it can be chosen."""

    choice: Choice | None = None
    media: Path | None = None
    config: Config = NO_CONFIG
    max_megapixels: float | None = None


def offered(given: Given, learned: Sequence[str] = ()) -> Json:
    """Everything there is to choose from, as the page lists it; `learned`: names of cameras known here."""
    return {
        "given": shown(given.choice.name) if given.choice else "",
        "chosen": _said(given.choice.options if given.choice else given.config.top),
        "rigs": [{"name": name, "words": _words(rig)} for name, rig in given.config.rigs.items()],
        "devices": [{"name": d.address, "title": d.name, "detail": d.detail} for d in devices()],
        "recordings": sorted(recordings(given.media)),
        "media": given.media is not None,
        "cameras": [{"name": each.name, "title": each.title} for each in cameras()],
        "lenses": [
            {"name": each.name, "title": each.title, "ring": each.back_focus_ring} for each in lenses()
        ],
        "learned": sorted(set(learned)),
        "transfers": ["auto", *TRANSFERS],
    }


def rigs_with_source(given: Given) -> list[Json]:
    """The rigs of the configuration file that a picture can be had of."""
    return [{"name": name, "words": _words(rig)} for name, rig in given.config.rigs.items() if rig.source]


def recordings(media: Path | None) -> dict[str, Path]:
    """The recordings in the folder of `--media` by name; links that lead out of it are left out.

    None where it cannot be read: a card may be pulled while the page is open.
    """
    if media is None:
        return {}
    folder = media.resolve()
    try:
        there = sorted(folder.iterdir())
    except OSError:
        return {}
    found = (path for path in there if path.suffix.lower() in CLIP_SUFFIXES)
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
                raise UsageError("that recording is not in the folder that this page was started with")
            return str(path)
        case "device":
            if choice.name not in {device.address for device in devices()}:
                raise UsageError("that capture device is not on this machine")
            return choice.name
        case "rig":
            source = given.config.rig(choice.name).source
            if source is None:
                raise UsageError(f"the rig {choice.name} has no source in {given.config.file}")
            return source
        case "virtual":
            return VIRTUAL
        case _:
            return _typed(choice.name)


def _typed(name: str) -> str:
    """An address typed in: the network and the virtual camera only, never a file of this machine."""
    found = kind(name)
    if found in ("file", "device"):
        raise UsageError("write an address such as rtsp://HOST/PATH; files are chosen under Recording")
    return name


def _said(options: RigOptions) -> Json:
    """What is said of a rig, as the fields of the page hold it."""
    plain = {name: getattr(options, name) for name in ON_THE_PAGE}
    shims = ", ".join(f"{each:g}" for each in options.shims or ())
    return {name: value for name, value in {**plain, "shims": shims}.items() if value not in (None, "")}


def _words(rig: RigOptions) -> str:
    """A rig of the configuration file in a few words."""
    said = (shown(rig.source or ""), rig.camera, rig.lens, rig.f_number and f"f/{rig.f_number}")
    return ", ".join(each for each in said if each)


def missing_media(media: Path) -> Path:
    """The folder of `--media`; SourceUnreadable if there is none."""
    if not media.is_dir():
        raise SourceUnreadable(f"{media}: there is no such folder: give the folder with the recordings")
    return media


def is_recording(choice: Choice, address: str) -> bool:
    """Whether a choice means a file: it plays from its beginning each time."""
    return choice.kind == "recording" or (choice.kind == "given" and kind(address) == "file")
