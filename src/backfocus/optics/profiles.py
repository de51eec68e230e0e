"""Cameras, lenses and mounts that are known by name, each number with its source.

The profiles are TOML files: those of the package, and any in a folder of yours, whose entries win over the
package's of the same name. Reading them is the one input that floors 0 to 4 do.
"""

import math
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, fields
from difflib import SequenceMatcher, get_close_matches
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar, get_args

from ..errors import Remedy, UsageError
from .lens import GREEN_UM, Knots, Optics, parse_f_numbers
from .mounts import Mount, Sources

LensKind = Literal["front-focus", "rear-focus", "varifocal", "unknown"]


@dataclass(frozen=True, slots=True)
class Camera:
    """One kind of camera.

    Attributes
    ----------
    name, title : str
        As typed, and as shown to a person.
    pixel_um : float
        Pitch of the pixels of the picture.
    width_px, height_px : int
        Size of the picture.
    mount : str | None
        Name of its mount; None where the lens is built in.
    sources : tuple of (field, source)
        Where each number is from.
    """

    name: str
    title: str
    pixel_um: float
    width_px: int
    height_px: int
    mount: str | None
    sources: Sources


@dataclass(frozen=True, slots=True)
class Lens:
    """One zoom lens.

    Attributes
    ----------
    name, title : str
        As typed, and as shown to a person.
    wide_mm, tele_mm : float
        Ends of the zoom.
    f_numbers : tuple of (focal_mm, f_number)
        As in `Optics`.
    near_m : float | None
        Nearest chart distance without macro; None where it is not known.
    kind : "front-focus" | "rear-focus" | "varifocal" | "unknown"
        Only the first follows `r = delta + b M^2`.
    back_focus_ring : bool
        Whether the back focus can be set on the lens.
    mount : str | None
        Name of its mount; None where it is built into the camera.
    sources : tuple of (field, source)
        Where each number is from.
    """

    name: str
    title: str
    wide_mm: float
    tele_mm: float
    f_numbers: Knots
    near_m: float | None
    kind: LensKind
    back_focus_ring: bool
    mount: str | None
    sources: Sources

    @property
    def k(self) -> float:
        """Wide over tele, engraved; the measured scale is better where there is one."""
        return self.wide_mm / self.tele_mm


class _Named(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...


Profile = TypeVar("Profile", bound=_Named)
Entry = dict[str, Any]

NO_SOURCE = "no source given"
"""Stands for the source of a number whose entry names none."""

MOST_SUGGESTED = 6
_NUMBER = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*")
LIKE = 0.5
"""Share of its letters that a name has in common with what was typed, to be named as perhaps meant."""
MOST_SLIPS = 2
"""Letters in which they differ then: with more it is another camera of that maker, with another pixel."""
SENSORS_MM = {
    "fullframe": 36.0, "ff": 36.0, "super35": 24.576, "s35": 24.576, "apsc": 23.6,
    "microfourthirds": 17.3, "mft": 17.3, "m43": 17.3, "43": 17.3, "1": 13.2, "one": 13.2,
    "23": 9.6, "12": 6.97, "125": 6.22, "128": 5.568, "13": 5.23,
}  # fmt: skip
"""How wide the sensors are that people know by name, mm, as in the profiles; without "inch"."""
PICTURES_PX = {"hd": 1920, "fullhd": 1920, "fhd": 1920, "uhd": 3840, "4k": 3840, "dci4k": 4096, "4kdci": 4096}
OF_ANY = "Any "
"""How the title of a camera begins that stands for all with its size of sensor."""
_WORDS = frozenset({"name", "title", "mount", "kind", "back_focus_ring"})


def cameras(folder: Path | None = None) -> tuple[Camera, ...]:
    """Every known camera by name; those in `folder` win over the package's. Fails as `lenses`."""
    return _all("camera", _camera, folder)


def lenses(folder: Path | None = None) -> tuple[Lens, ...]:
    """Every known lens by name; those in `folder` win over the package's.

    Raises
    ------
    UsageError
        If a file is not TOML, or an entry has a field missing, unknown or impossible; names file and entry.
    """
    return _all("lens", _lens, folder)


def mounts(folder: Path | None = None) -> tuple[Mount, ...]:
    """Every known mount by name; those in `folder` win over the package's. Fails as `lenses`."""
    return _all("mount", _mount, folder)


def camera(name: str, folder: Path | None = None) -> Camera:
    """The camera called `name`; UsageError names the nearest match."""
    return _named("camera", name, cameras(folder))


def lens(name: str, folder: Path | None = None) -> Lens:
    """The lens called `name`; UsageError names the nearest match."""
    return _named("lens", name, lenses(folder))


def mount(name: str, folder: Path | None = None) -> Mount:
    """The mount called `name`; UsageError names the nearest match."""
    return _named("mount", name, mounts(folder))


def pixel_um(sensor_mm: float, picture_px: float) -> float:
    """The picture's pixel, um to a thousandth: recorded width of the sensor over width of the picture.

    Raises
    ------
    UsageError
        Where no sensor is so wide, or no picture.
    """
    if not 1.0 <= sensor_mm <= 70.0:
        raise UsageError(f"no sensor is {sensor_mm:g} mm wide: most are 4 to 54 mm")
    if not 160.0 <= picture_px <= 20_000.0:
        raise UsageError(f"no picture is {picture_px:g} pixels wide: HD has 1920, UHD 3840")
    return round(1000.0 * sensor_mm / picture_px, 3)


def f_number_over(zoom_mm: str, opening: str) -> str:
    """The f-number over the zoom, as `parse_f_numbers` reads it: "1.8@7.8,2.6@156".

    Parameters
    ----------
    zoom_mm : str
        Both ends of the zoom in mm, as people write them: "7.8-156", "7,8 - 156 mm".
    opening : str
        F-number or T-stop with the iris open: "1.8", "T2.9"; of a lens that ramps "1.8-2.6", wide end first.

    Raises
    ------
    UsageError
        For an answer that cannot be meant.
    """
    wide_mm, tele_mm = zoom_ends(zoom_mm)
    opening = re.sub(r"\bf\s*/?\s*(?=\d)", "", opening.lower().replace(",", "."))
    wide, _, tele = (part.strip().replace("t", "T") for part in opening.partition("-"))
    if tele and wide.lower().startswith("t") and not tele.lower().startswith("t"):
        tele = f"T{tele}"
    text = f"{wide}@{wide_mm:g},{tele}@{tele_mm:g}" if tele else f"{wide}@{wide_mm:g}-{tele_mm:g}"
    parse_f_numbers(text)
    return text


def zoom_ends(said: str) -> tuple[float, float]:
    """Both ends of a zoom in mm, as people write them: "7.8-156", "7,8 - 156 mm"; UsageError else."""
    try:
        wide_mm, tele_mm = map(float, said.lower().replace("mm", "").replace(",", ".").split("-"))
    except ValueError:
        wide_mm = tele_mm = 0.0
    if not 0.0 < wide_mm < tele_mm < math.inf:
        raise UsageError(f"'{said}' is not a zoom range: give both ends, such as 7.8-156")
    return wide_mm, tele_mm


def sensor_mm(said: str) -> float:
    """How wide a sensor is, mm, as people say it: "23.6", "23,6 mm", "APS-C", "2/3 inch".

    Raises
    ------
    UsageError
        For what is neither a number nor a size known by name.
    """
    name = _letters(said).removesuffix("sensor").removesuffix("inch")
    if name in SENSORS_MM and not _NUMBER.fullmatch(said):
        return SENSORS_MM[name]
    return _measure(said, "mm", "its width in mm, or full frame, super 35, aps-c, mft, 1 inch, 2/3 inch")


def picture_px(said: str) -> float:
    """How many pixels wide a picture is, as people say it: "1920", "3840x2160", "4K"; raises as that does."""
    wide, times, _ = said.lower().replace("×", "x").partition("x")
    name = _letters(said)
    if name in PICTURES_PX:
        return PICTURES_PX[name]
    return _measure(wide if times else said, "px", "a number such as 1920, HD or 4K")


def _measure(said: str, unit: str, form: str) -> float:
    number = _NUMBER.fullmatch(said.lower().strip().removesuffix(unit))
    if number is None:
        raise UsageError(f"'{said.strip()}' is not understood: give {form}")
    return float(number[1].replace(",", "."))


def optics_for(camera: Camera, lens: Lens, wavelength_um: float = GREEN_UM) -> Optics:
    """What the sums need to know of this camera with this lens, wide open and without extender."""
    return Optics(pixel_um=camera.pixel_um, f_numbers=lens.f_numbers, wavelength_um=wavelength_um)


def _camera(entry: Entry) -> Camera:
    made = Camera(**_complete(Camera, entry, mount=None))
    _positive(made, "pixel_um", "width_px", "height_px")
    return made


def _lens(entry: Entry) -> Lens:
    knots = parse_f_numbers(str(entry["f_numbers"])) if "f_numbers" in entry else ()
    made = Lens(**{**_complete(Lens, entry, mount=None, near_m=None), "f_numbers": knots})
    _positive(made, "wide_mm", "tele_mm", *(["near_m"] if made.near_m is not None else []))
    if made.kind not in get_args(LensKind):
        raise ValueError(f"kind must be one of {', '.join(get_args(LensKind))}, not {made.kind!r}")
    if not isinstance(made.back_focus_ring, bool):
        raise ValueError(f"back_focus_ring must be true or false, not {made.back_focus_ring!r}")
    if not made.wide_mm < made.tele_mm:
        raise ValueError("wide_mm must be below tele_mm")
    if knots[-1][0] not in (0.0, made.tele_mm):
        raise ValueError(f"f_numbers must end at tele_mm {made.tele_mm:g}, not at {knots[-1][0]:g}")
    return made


def _mount(entry: Entry) -> Mount:
    made = Mount(**_complete(Mount, entry))
    _positive(made, "flange_mm")
    return made


def _complete(record: type, entry: Entry, **defaults: object) -> Entry:
    """The entry with what may be left out; ValueError for what may not, and for what no record has."""
    whole = {**defaults, **entry}
    known = [field.name for field in fields(record)]
    for name in known:
        if name not in whole:
            raise ValueError(f"{name} is missing")
    for name in whole:
        if name not in known:
            raise ValueError(f"{name} is not a field; these are: {', '.join(known)}")
    return whole


def _positive(made: object, *names: str) -> None:
    for name in names:
        value = getattr(made, name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0.0 < value < 1e5:
            raise ValueError(f"{name} must be a number above 0, not {value!r}")


def _named(kind: str, name: str, known: tuple[Profile, ...]) -> Profile:
    by_name = {profile.name: profile for profile in known}
    if name.lower() in by_name:
        return by_name[name.lower()]
    raise UsageError(f"no {kind} is called '{name}'; {_suggestion(name, known)} (", Remedy("profiles"), ")")


def _suggestion(name: str, known: tuple[Profile, ...]) -> str:
    """What may have been meant: all that have these words in name or title, else the nearest name."""
    fits = matching(name, known)
    if fits:
        more = f" and {len(fits) - MOST_SUGGESTED} more" if len(fits) > MOST_SUGGESTED else ""
        return f"these fit: {', '.join(each.name for each in fits[:MOST_SUGGESTED])}{more}"
    near = get_close_matches(name.lower(), [each.name for each in known], n=1, cutoff=LIKE)
    if near and _slips(name.lower(), near[0]) <= MOST_SLIPS:
        return f"the nearest is '{near[0]}'"
    by_size = ", ".join(each.name for each in known if each.title.startswith(OF_ANY))
    take = f": take one by the size of its sensor ({by_size})" if by_size else ""
    return f"nothing here has these words, so yours may not be listed{take}"


def _slips(typed: str, name: str) -> int:
    """Letters of the longer one that the other lacks."""
    same = sum(block.size for block in SequenceMatcher(None, typed, name).get_matching_blocks())
    return max(len(typed), len(name)) - same


def matching(words: str, known: tuple[Profile, ...]) -> tuple[Profile, ...]:
    """Those with every word of `words` in their name or title, written together or not: `fx 6`, `FX6`.

    A word that runs on into the next one begins where letters or digits do: `hdc` is not in `uhd canon`.
    """
    wanted = [_letters(word) for word in words.split()]
    if not all(wanted):
        return ()
    return tuple(each for each in known if all(_holds(f"{each.name} {each.title}", word) for word in wanted))


def _holds(title: str, word: str) -> bool:
    parts = re.findall(r"[^\W\d_]+|\d+", title.lower())
    run_on = ("".join(parts[at:]).startswith(word) for at in range(len(parts)))
    return any(word in part for part in parts) or any(run_on)


def _letters(text: str) -> str:
    """Lower-case letters and digits only: how a name is divided is easily mistaken."""
    return "".join(letter for letter in text.lower() if letter.isalnum())


def _all(kind: str, make: Callable[[Entry], Profile], folder: Path | None) -> tuple[Profile, ...]:
    made = {}
    for where, entry in (*_packaged(kind), *_own(kind, folder)):
        profile = _made(where, entry, make)
        made[profile.name] = profile
    return tuple(made[name] for name in sorted(made))


@cache
def _packaged(kind: str) -> tuple[tuple[str, Entry], ...]:
    folder = resources.files(__package__) / "data"
    files = sorted(
        (file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name
    )
    return tuple(found for file in files for found in _entries(kind, file.name, file.read_text("utf-8")))


def _own(kind: str, folder: Path | None) -> tuple[tuple[str, Entry], ...]:
    if folder is None:
        return ()
    try:
        texts = [(str(file), file.read_text("utf-8")) for file in sorted(folder.glob("*.toml"))]
    except (OSError, UnicodeDecodeError) as problem:
        raise UsageError(f"the profiles in {folder} cannot be read: {problem}") from None
    return tuple(found for where, text in texts for found in _entries(kind, where, text))


def _entries(kind: str, where: str, text: str) -> tuple[tuple[str, Entry], ...]:
    try:
        found = tomllib.loads(text).get(kind, [])
    except tomllib.TOMLDecodeError as problem:
        raise UsageError(f"{where} is not a TOML file: {problem}") from None
    if not (isinstance(found, list) and all(isinstance(entry, dict) for entry in found)):
        raise UsageError(f"{where}: write each {kind} under a line [[{kind}]]")
    return tuple((where, entry) for entry in found)


def _made(where: str, entry: Entry, make: Callable[[Entry], Profile]) -> Profile:
    """The record of one entry; a number without a source is kept, and says so."""
    name = entry.get("name", "without a name")
    try:
        plain = {key: value for key, value in entry.items() if key != "source"}
        if "name" in plain:
            plain["name"] = str(plain["name"]).lower()
        return make({**plain, "sources": _sources(plain, entry.get("source", {}))})
    except (ValueError, UsageError) as problem:
        raise UsageError(f"{where}, '{name}': {problem}") from None


def _sources(plain: Entry, told: object) -> Sources:
    if not isinstance(told, dict):
        raise ValueError("write sources as source.pixel_um = ..., one for each number")
    numbers = [key for key in plain if key not in _WORDS]
    return tuple((key, str(told.get(key, NO_SOURCE))) for key in numbers)
