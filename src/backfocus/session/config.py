"""`backfocus.toml`: what a person sets every time, and named rigs, in the user's configuration folder.

    camera = "b4-hd"
    shims = [10, 30, 50]

    [rig.studio-a]
    source = "rtsp://192.0.2.10/stream"
    lens = "canon-cj20ex7.8b"
    f-number = 1.8

Keys are spelt as the options of the command line. What is said there wins over a rig, and a rig over the top
of the file; who names another camera or lens leaves out what the file says of the one it names. The virtual
camera tells its own optics, so that the top of the file says nothing of it. Paths are meant from the folder
of the file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import platformdirs

from ..errors import Argument, Remedy, UsageError
from ..redaction import shown
from ..video.address import kind
from .rig import NAMES, NOTHING_SAID, RigOptions, is_virtual, layered, rig_options
from .written import text_in, toml_in

FILE_NAME = "backfocus.toml"
OF_A_RIG = frozenset(NAMES) - {"region"}
"""A part of one picture is no part of a rig."""
OF_ALL = OF_A_RIG - {"source"}
HOUSE_KEEPING = ("store", "quiet")
TOP, RIG = "", "rig"
OPTION = "option"
"""Where a value is from that was said in this call."""


@dataclass(frozen=True, slots=True)
class Config:
    """What the file says.

    Attributes
    ----------
    file : Path
        Where it is, or would be.
    found : bool
        Whether it is there.
    named : bool
        Whether it was named, and is not the user's own.
    top : RigOptions
        For every rig.
    rigs : mapping
        By name.
    store : str | None
        Where sessions are kept.
    quiet : bool | None
        Whether there is no tone.
    lines : mapping
        (rig or "", key) to the line it stands in.
    """

    file: Path
    found: bool = False
    named: bool = False
    top: RigOptions = NOTHING_SAID
    rigs: Mapping[str, RigOptions] = field(default_factory=dict)
    store: str | None = None
    quiet: bool | None = None
    lines: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def rig(self, name: str) -> RigOptions:
        """What it says of a rig; UsageError names the nearest."""
        if name in self.rigs:
            return self.rigs[name]
        if not self.rigs:
            raise UsageError(
                Argument(RIG, name), f": there are no rigs in {self.file}: write one as [rig.{name}]"
            )
        near = get_close_matches(name, self.rigs, n=1, cutoff=0.0)[0]
        raise UsageError(
            Argument(RIG, name), f": no rig is called that in {self.file}; the nearest is {near}"
        )


def config_file() -> Path:
    """Where the file is read from unless another is named."""
    return platformdirs.user_config_path("backfocus", appauthor=False) / FILE_NAME


def read_config(named: str | Path | None = None) -> Config:
    """What the file says; the user's own need not be there.

    Raises
    ------
    UsageError
        If it cannot be read, is no TOML, or says what cannot be meant: with the file, the line and the key.
    """
    file = Path(named).expanduser() if named else config_file()
    try:
        text = text_in(file)
    except FileNotFoundError:
        if named:
            raise UsageError(Argument("config", str(named)), ": there is no such file") from None
        return Config(file)
    except ValueError as error:
        raise UsageError(
            f"{file}: {error}: mend it, or name another file with ", Argument("config")
        ) from None
    try:
        plain = toml_in(text)
    except ValueError as error:
        raise UsageError(f"{file} is not a TOML file: {error}") from None
    return replace(_read(file, plain, lines_in(text)), named=bool(named))


def settled(options: RigOptions, config: Config, rig: str | None = None) -> tuple[RigOptions, ...]:
    """What is said of this rig, from the lowest layer to `options`, each to be laid over those before it."""
    named = config.rig(rig) if rig else NOTHING_SAID
    source = options.source or named.source
    top = NOTHING_SAID if is_virtual(source) else config.top
    return top, named, options


def key_of(name: str) -> str:
    """An option's name as it is spelt in the file: `f-number`."""
    return name.replace("_", "-")


def in_the_file(argument: Argument | Remedy) -> str:
    """How the file spells an argument; a remedy is found where Python finds it."""
    if isinstance(argument, Remedy):
        return str(argument)
    key = key_of(argument.name)
    quote = '"' if isinstance(argument.value, str) else ""
    return key if argument.value is None else f"{key} = {quote}{argument.given}{quote}"


def _read(file: Path, plain: dict[str, Any], lines: Mapping[tuple[str, str], int]) -> Config:
    reader = Reader(file, lines)
    rigs = plain.pop(RIG, {})
    if not isinstance(rigs, dict) or not all(isinstance(each, dict) for each in rigs.values()):
        raise reader.refusal(TOP, RIG, "write each rig under a line such as [rig.studio-a]")
    top = reader.table(TOP, plain, OF_ALL | set(HOUSE_KEEPING))
    store, quiet = top.pop("store", None), top.pop("quiet", None)
    if store is not None and not isinstance(store, str):
        raise reader.refusal(TOP, "store", "write a file or a database URL in quotes")
    if quiet is not None and not isinstance(quiet, bool):
        raise reader.refusal(TOP, "quiet", "write true or false")
    return Config(
        file=file,
        found=True,
        top=reader.options(TOP, top),
        rigs={name: reader.options(name, reader.table(name, each, OF_A_RIG)) for name, each in rigs.items()},
        store=None if store is None else from_here(file, store),
        quiet=quiet,
        lines=lines,
    )


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the tables of one file, and says where something stands that cannot be meant."""

    file: Path
    lines: Mapping[tuple[str, str], int]
    section: str = RIG

    def table(self, rig: str, plain: Mapping[str, Any], known: frozenset[str] | set[str]) -> dict[str, Any]:
        """The values of a table by the names of options."""
        found: dict[str, Any] = {}
        for key, value in plain.items():
            name = key.replace("-", "_")
            if name not in known:
                near = get_close_matches(key_of(name), map(key_of, sorted(known)), n=1, cutoff=0.0)[0]
                raise self.refusal(rig, key, f"there is no such key here; the nearest is {near}")
            if name in found:
                raise self.refusal(rig, key, "it is there twice, with - and with _")
            found[name] = value
        return found

    def options(self, rig: str, values: Mapping[str, Any]) -> RigOptions:
        """The options of a table, each checked."""
        for name, value in values.items():
            try:
                rig_options({name: value})
            except UsageError as error:
                raise UsageError(self.place(rig, name), error.spelt(in_the_file)) from None
        said = rig_options(values)
        return replace(said, source=from_here(self.file, said.source)) if said.source else said

    def refusal(self, rig: str, key: str, words: str) -> UsageError:
        """What to say of a key."""
        return UsageError(self.place(rig, key), f"{key}: {words}")

    def place(self, rig: str, key: str) -> str:
        """File, line and table, as the beginning of a message."""
        line = line_of(self.lines, rig, key)
        return (
            f"{self.file}"
            + (f", line {line}" if line else "")
            + (f", [{self.section}.{rig}]" if rig else "")
            + ": "
        )


def from_here(file: Path, address: str) -> str:
    """An address as it is; a path as it is meant from the folder of the file."""
    if "://" in address or kind(address) != "file":
        return address
    return str(file.parent / Path(address).expanduser())


def lines_in(text: str, section: str = RIG) -> dict[tuple[str, str], int]:
    """Where each key stands, as far as a look at the lines can tell; the parser does not say.

    `section`: what the tables are called that are told apart, as in [rig.studio-a].
    """
    found: dict[tuple[str, str], int] = {}
    rig = TOP
    for number, line in enumerate(text.splitlines(), 1):
        words = line.strip()
        if words.startswith("["):
            rig = (
                words.strip("[] \t")
                .partition("#")[0]
                .strip("[] \t")
                .removeprefix(f"{section}.")
                .strip("\"' ")
            )
            found.setdefault((TOP, section), number)
            continue
        key, equals, _ = words.partition("=")
        if equals:
            found.setdefault((rig, key.strip().strip("\"'")), number)
    return found


def line_of(lines: Mapping[tuple[str, str], int], rig: str, key: str) -> int | None:
    """The line of a key, however its dashes are written there; None where it was not found."""
    exact = lines.get((rig, key))
    same = (line for (table, each), line in lines.items() if (table, key_of(each)) == (rig, key_of(key)))
    return exact or next(same, None)


@dataclass(frozen=True, slots=True)
class Held:
    """One key, the value that holds as plain JSON (None: nothing is said of it), and where it is from."""

    name: str
    value: Any
    origin: str

    @property
    def key(self) -> str:
        """As the file spells it."""
        return key_of(self.name)


def held(layers: tuple[RigOptions, ...], config: Config, rig: str | None) -> tuple[Held, ...]:
    """Every key with what holds and from where; addresses without their secrets.

    `layers` as `settled` gives them.
    """
    options = layered(layers)
    rows = [_held_of_rig(name, options, layers, config, rig or TOP) for name in NAMES if name in OF_A_RIG]
    for name, value in (("store", config.store), ("quiet", config.quiet)):
        said = shown(value) if isinstance(value, str) else value
        rows.append(Held(name, said, _origin(config, TOP, name, value)))
    return tuple(rows)


def _held_of_rig(
    name: str, options: RigOptions, layers: tuple[RigOptions, ...], config: Config, rig: str
) -> Held:
    value = getattr(options, name)
    if value is None:
        return Held(name, None, "")
    places = (TOP, rig, None)
    place = next(
        place
        for place, layer in reversed(tuple(zip(places, layers, strict=True)))
        if getattr(layer, name) is not None
    )
    plain = list(value) if isinstance(value, tuple) else shown(value) if name == "source" else value
    return Held(name, plain, OPTION if place is None else _origin(config, place, name, value))


def _origin(config: Config, rig: str, name: str, value: object) -> str:
    if value is None:
        return ""
    line = line_of(config.lines, rig, name)
    where = f"[rig.{rig}] of " if rig else ""
    return f"{where}{config.file.name}" + (f", line {line}" if line else "")
