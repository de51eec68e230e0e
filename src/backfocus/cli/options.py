"""The options that mean the same on every command, and what they amount to."""

import inspect
import os
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ..errors import Argument, Remedy, UsageError
from ..redaction import shown
from .remedies import REMEDIES

if TYPE_CHECKING:
    from ..guide.hands import Hands
    from ..session.config import Config
    from ..session.rig import Rig, RigOptions

MOST_SESSIONS = 2**31 - 1
"""Highest number of a session: what every database can count to."""

Source = Annotated[
    str | None,
    typer.Argument(
        metavar="SOURCE",
        help="A file, a folder of stills, rtsp://, http://, srt://, ndi://, device:0 or "
        "sim://?delta_um=40&seed=7. Default: the source of --rig.",
        show_default=False,
    ),
]
Video = Annotated[
    str | None,
    typer.Option(
        "--video",
        metavar="SOURCE",
        help="Where its pictures come from: rtsp://, http://, srt://, ndi://, device:0. Default: that of "
        "--rig; a sim:// lens has its own.",
        show_default=False,
    ),
]
PixelUm = Annotated[
    str | None,
    typer.Option(
        "--pixel-um",
        metavar="NUMBER",
        help="Size of one pixel of the picture in um: sensor width over picture width, 0.1 to 100.",
        show_default=False,
    ),
]
FNumber = Annotated[
    str | None,
    typer.Option(
        "--f-number",
        metavar="NUMBER",
        help="F-number with the iris open: 1.8, or 1.8@7.8-108,2.6@156 for a lens that gets slower at tele; "
        "T2.0 or T2.0/0.8 (transmission) for a T-stop.",
        show_default=False,
    ),
]
Extender = Annotated[
    str | None,
    typer.Option(
        "--extender",
        metavar="NUMBER",
        help="Factor of an extender that is swung in, for example 2; 1 to 4.",
        show_default=False,
    ),
]
WavelengthUm = Annotated[
    str | None,
    typer.Option(
        "--wavelength-um",
        metavar="NUMBER",
        help="Wavelength of the light in um. Default: 0.55.",
        show_default=False,
    ),
]
CameraName = Annotated[
    str | None,
    typer.Option(
        "--camera", metavar="NAME", help="A camera profile (see `backfocus profiles`).", show_default=False
    ),
]
CameraId = Annotated[
    str | None,
    typer.Option(
        "--camera-id",
        metavar="NAME",
        help='What you call your camera and its mode, such as "FX9 4K50": what one sweep of the focus '
        "ring tells of it is remembered under that name, and makes later answers more certain.",
        show_default=False,
    ),
]
LensName = Annotated[
    str | None,
    typer.Option(
        "--lens", metavar="NAME", help="A lens profile (see `backfocus profiles`).", show_default=False
    ),
]
Transfer = Annotated[
    str | None,
    typer.Option(
        "--transfer",
        metavar="CURVE",
        help="Transfer curve: auto, linear, srgb, bt709, bt1886, gamma2.2, hlg, pq, slog3, ...",
        show_default=False,
    ),
]
Range = Annotated[
    str | None,
    typer.Option("--range", metavar="RANGE", help="Video range: auto, full or limited.", show_default=False),
]
MaxMegapixels = Annotated[
    str | None,
    typer.Option(
        "--max-megapixels",
        metavar="NUMBER",
        help="Refuse larger pictures before they fill the memory. Default: 135.",
        show_default=False,
    ),
]
Target = Annotated[
    Literal["auto", "star", "edge", "object"] | None,
    typer.Option(
        "--target",
        help="What to measure: a star or our edge chart, or whatever stands there if neither is in view "
        "(auto); edge: any slanted square; object: whatever stands there, without looking for a chart.",
        show_default=False,
    ),
]
RigName = Annotated[
    str | None,
    typer.Option(
        "--rig", metavar="NAME", help="A rig by its name in the configuration file.", show_default=False
    ),
]
ConfigFile = Annotated[
    str | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="Use this configuration file instead of your own (see `backfocus config`).",
        show_default=False,
        envvar="BACKFOCUS_CONFIG",
    ),
]
NoRing = Annotated[
    bool | None,
    typer.Option(
        "--no-ring/--ring",
        help="The lens has no back-focus ring, or has one. Default: as its profile says.",
        show_default=False,
    ),
]
Shims = Annotated[
    str | None,
    typer.Option("--shims", metavar="LIST", help="The shims you have, in um: 10,30,50", show_default=False),
]
UmPerDegree = Annotated[
    str | None,
    typer.Option(
        "--um-per-degree",
        metavar="NUMBER",
        help="How far one degree of the back-focus ring moves the lens; instructions are then given in "
        "degrees too. The end of a session shows the um for the turn you made.",
        show_default=False,
    ),
]
RegionText = Annotated[
    str | None,
    typer.Option(
        "--region",
        metavar="X,Y,WxH",
        help="Keep to this part of the picture: X,Y,WIDTHxHEIGHT in pixels. `measure` takes the one slanted "
        "edge in it (with --target object: what stands there); `check` and `guide` the object that stands "
        "there in the first picture.",
        show_default=False,
    ),
]
RedBlueUm = Annotated[
    str | None,
    typer.Option(
        "--red-blue-um",
        metavar="NUMBER",
        help="How much further from the lens red focuses than blue, as an earlier `check` printed it: the "
        "colours then hint at the direction.",
        show_default=False,
    ),
]
Frames = Annotated[
    int | None,
    typer.Option("--frames", metavar="N", help="Stop after this many pictures.", show_default=False, min=1),
]
Seconds = Annotated[
    float | None,
    typer.Option("--seconds", metavar="S", help="Stop after this many seconds.", show_default=False, min=0.0),
]
WHERE_MOTORS_ARE = (
    "Where its motors are: visca://HOST[:PORT] (Sony, UDP), visca+tcp://HOST[:PORT] (PTZOptics and others), "
    "onvif://HOST, vapix://HOST (Axis), vivotek://HOST, aw://HOST (Panasonic), blackmagic://HOST, "
    "ndi://NAME, uvc:///dev/video0 (USB), visca+serial:///dev/ttyUSB0, l10+serial:///dev/ttyUSB0 (Fujinon)."
)
Json = Annotated[bool, typer.Option("--json", help="Print JSON, one object per line.")]
Csv = Annotated[bool, typer.Option("--csv", help="Print a table for a spreadsheet.")]
Quiet = Annotated[
    bool | None, typer.Option("--quiet/--sound", "-q", help="Tone off or on.", show_default=False)
]
StoreUrl = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="WHERE",
        help="Where sessions are kept: a file or a database URL. Default: your data folder.",
        show_default=False,
        envvar="BACKFOCUS_STORE",
    ),
]

NAME_THE_CAMERA = 'Give it a name with --camera-id, as "FX9 4K50", and later clips need no sweep.'

EVERYWHERE: dict[str, Any] = {
    "pixel_um": PixelUm,
    "f_number": FNumber,
    "wavelength_um": WavelengthUm,
    "camera": CameraName,
    "camera_id": CameraId,
    "lens": LensName,
    "extender": Extender,
    "transfer": Transfer,
    "range": Range,
    "max_megapixels": MaxMegapixels,
    "target": Target,
}
"""Of every command that looks at pictures."""
WHERE_THEY_MEAN_SOMETHING: dict[str, Any] = {
    "no_ring": NoRing,
    "shims": Shims,
    "um_per_degree": UmPerDegree,
    "region": RegionText,
    "red_blue_um": RedBlueUm,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for on the command line, and what holds with the configuration file under it.

    `said`: on the command line alone. `layers`: what is said of the rig, the file's first.
    """

    said: "RigOptions"
    layers: "tuple[RigOptions, ...]"
    config: "Config"
    rig_name: str | None

    @property
    def options(self) -> "RigOptions":
        """All that is said of the rig."""
        from ..session.rig import layered

        return layered(self.layers)

    def rig(self, source: str | None = None, *, region_of_object: bool = False) -> "Rig":
        """The rig that is meant; UsageError where there is none, or no source for it.

        `source`: the one to take where none is said. `region_of_object`: a region is where an object stands,
        and not where an edge is.
        """
        from ..session.rig import RigOptions, over, with_region_of_object

        options = over(self.options, RigOptions(source=source))
        if region_of_object:
            options = with_region_of_object(options)
        if not options.source:
            raise UsageError(
                "no ",
                Argument("source"),
                ": give a file, an address such as rtsp://CAMERA/stream, or device:0 (",
                Remedy("devices"),
                "), or name a rig that has one with ",
                Argument("rig"),
            )
        return rig_of(options, self.said)


def rig_of(options: "RigOptions", said: "RigOptions") -> "Rig":
    """The rig of all options; half of what micrometres need is a mistake only where it was typed."""
    from ..session.rig import resolve

    typed = (said.camera, said.pixel_um, said.lens, said.f_number)
    return resolve(options, half_is_wrong=any(each is not None for each in typed))


Positions = Annotated[
    str | None,
    typer.Option(
        "--positions",
        metavar="ADDRESS",
        help="Where encoders on the lens tell zoom and focus: freed://:40000 or opentrackio://:55555.",
        show_default=False,
    ),
]


def checked_positions(address: str | None) -> str | None:
    """The address of encoders, or None; UsageError for one that cannot be meant."""
    if address is not None:
        from ..control.encoders.encoders import check_encoders

        check_encoders(address)
    return address


@contextmanager
def encoders(address: str | None) -> Iterator[tuple["Hands", ...]]:
    """What tells where the rings stand; nothing where no address was given."""
    if address is None:
        yield ()
        return
    from ..control.encoders.encoders import open_encoders

    with open_encoders(address) as found:
        yield (found,)


def with_rig(*more: str, source: Any = Source) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A command whose first parameter is `Asked` as one that takes SOURCE and the options of a rig.

    `more`: those of `WHERE_THEY_MEAN_SOMETHING` that mean something to this command. `source`: how it takes
    the source, where not as its first word.
    """
    kinds = {"source": source, **EVERYWHERE, **{name: WHERE_THEY_MEAN_SOMETHING[name] for name in more}}
    places = {**kinds, "rig": RigName, "config": ConfigFile}
    shown = [
        inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=None, annotation=each)
        for name, each in places.items()
    ]

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]
        first = [each for each in own if each.default is each.empty]
        every = [*first, *shown, *(each for each in own if each not in first)]

        @wraps(command)
        def asking(**given: Any) -> None:
            said = {name: given.pop(name) for name in kinds}
            command(asked(said, given.pop("rig"), given.pop("config")), **given)

        asking.__annotations__ = {each.name: each.annotation for each in every}
        vars(asking)["__signature__"] = inspect.Signature(every)
        return asking

    return decorate


def asked(given: Mapping[str, object], rig: str | None, config: str | None) -> Asked:
    """What was asked for, each value checked."""
    from ..session.config import read_config, settled
    from ..session.rig import rig_options

    said, holds = rig_options(_numbers(given)), read_config(config)
    return Asked(said, settled(said, holds, rig), holds, rig)


NUMBERS = ("pixel_um", "wavelength_um", "extender", "max_megapixels", "um_per_degree", "red_blue_um")


def _numbers(given: Mapping[str, object]) -> dict[str, object]:
    """What was typed, with numbers made of texts; what is none stays as it is, to be refused by its name."""
    made = dict(given)
    for name in NUMBERS:
        if isinstance(text := made.get(name), str):
            with suppress(UsageError):
                made[name] = decimal(text)
    return made


def decimal(said: object) -> float:
    """A number as people write it: `1.8` or `1,8`; UsageError else."""
    text = str(said).strip()
    try:
        return float(text.replace(",", ".") if text.count(",") == 1 and "." not in text else text)
    except ValueError:
        raise UsageError(f"'{text}' is not a number") from None


def store_of(given: str | None, config: "Config | str | None" = None) -> str | None:
    """Where sessions are kept: as said here, else as the configuration file says."""
    from ..session.config import Config, read_config

    holds = config if isinstance(config, Config) else read_config(config)
    return given or holds.store


def as_option(argument: Argument | Remedy) -> str:
    """How the command line spells an argument or a remedy: `--f-number`, `--f-number two`."""
    if isinstance(argument, Remedy):
        return argument.said(REMEDIES)
    is_typed_bare = argument.name in ("source", "after")
    name = argument.name.upper() if is_typed_bare else f"--{argument.name.replace('_', '-')}"
    return name if argument.value is True else f"{name} {argument.given}".rstrip()


def as_typed(command: str, asked: Asked, *, store: str | None) -> str:
    """How to say the same once more, without secrets: `backfocus guide rtsp://HOST/PATH --lens NAME`."""
    words = ["backfocus", command]
    said = asdict(asked.said)
    if (source := said.pop("source")) is not None:
        words.append(shown(source))
    words += [] if asked.rig_name is None else ["--rig", asked.rig_name]
    for name, value in said.items():
        if value is not None:
            words += _said_again(name, value)
    words += ["--config", str(asked.config.file)] if asked.config.named else []
    words += ["--store", shown(store)] if store and store != os.environ.get("BACKFOCUS_STORE") else []
    return shlex.join(words)


def _said_again(name: str, value: object) -> list[str]:
    match value:
        case bool():
            return ["--no-ring" if value else "--ring"]
        case tuple():
            return [f"--{name.replace('_', '-')}", ",".join(f"{each:g}" for each in value)]
        case float():
            return [f"--{name.replace('_', '-')}", f"{value:g}"]
        case _:
            return [f"--{name.replace('_', '-')}", str(value)]


def notice(message: str) -> None:
    """Tell the person something beside the output, on stderr so that JSON lines stay clean."""
    typer.echo(f"backfocus: {message}", err=True)


def is_at_a_terminal() -> bool:
    """Whether a person can be asked something."""
    return sys.stdin.isatty() and sys.stdout.isatty()
