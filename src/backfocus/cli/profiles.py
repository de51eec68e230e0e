"""`backfocus profiles`: the cameras, lenses and mounts known by name."""

import json
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import StoreError, UsageError
from . import options
from .unlisted import Answer, unlisted_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..optics.mounts import Mount
    from ..optics.profiles import Camera, Lens
    from ..solve.learned import LearnedCamera

Sources = Annotated[bool, typer.Option("--sources", help="Also print the source of each number.")]


KINDS = {
    "front-focus": "focuses in front of its zoom",
    "rear-focus": "focuses behind its zoom: back focus does not hold it",
    "varifocal": "a varifocal: focus after each zoom",
    "unknown": "how it focuses is not published",
}
Forget = Annotated[
    str | None,
    typer.Option("--forget", metavar="NAME", help="Drop what was learned of a camera.", show_default=False),
]


Words = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="WORD", help="List only what has these words, for example sony.", show_default=False
    ),
]
Unlisted = Annotated[
    bool, typer.Option("--unlisted", help="My camera or lens is not listed: ask two questions about each.")
]

NOT_LISTED = "Yours is not listed? `backfocus profiles --unlisted` asks two questions about it."


def profiles(
    words: Words = None,
    sources: Sources = False,
    unlisted: Unlisted = False,
    forget: Forget = None,
    store: options.StoreUrl = None,
    json_: options.Json = False,
) -> None:
    """List the cameras, lenses and mounts known by name.

    They are the names for --camera and --lens. Cameras that were learned here (--camera-id) are listed too.

    Examples:

      backfocus profiles sony

      backfocus profiles fujinon 19-90 --sources

      backfocus profiles --unlisted

    Exit code 4 when nothing has these words.
    """
    from ..optics.profiles import cameras, lenses, matching, mounts
    from ..session.cameras import forget_camera, learned_in

    if unlisted:
        sys.stdout.write(f"{unlisted_words(_ask)}\n")
        return
    wanted = " ".join(words or [])
    store = options.store_of(store)
    if forget is not None:
        forget_camera(forget, store)
    try:
        learned = learned_in(store)
    except StoreError as error:  # what is shipped needs no store
        options.notice(error.spelt(options.as_option))
        learned = ()
    found = Found(matching(wanted, cameras()), matching(wanted, lenses()), matching(wanted, mounts()))
    if json_:
        _print_json(found, learned)
        return
    if wanted and not any((found.cameras, found.lenses, found.mounts)):
        options.notice(
            f"nothing has '{wanted}' in its name: try fewer words; if yours is not listed, "
            "`backfocus profiles --unlisted` asks for its sensor and its lens, and says what to type"
        )
        raise typer.Exit(4)
    _print(found, () if wanted else learned, sources)
    if not wanted:
        sys.stdout.write(f"{NOT_LISTED}\n")


@dataclass(frozen=True, slots=True)
class Found:
    """The profiles that have the words."""

    cameras: "tuple[Camera, ...]"
    lenses: "tuple[Lens, ...]"
    mounts: "tuple[Mount, ...]"


def _print_json(found: Found, learned: "tuple[LearnedCamera, ...]") -> None:
    kinds = (
        ("learned-camera", learned),
        ("camera", found.cameras),
        ("lens", found.lenses),
        ("mount", found.mounts),
    )
    for kind, entries in kinds:
        for entry in entries:
            sys.stdout.write(json.dumps({"kind": kind, **asdict(entry)}) + "\n")


def _print(found: Found, learned: "tuple[LearnedCamera, ...]", sources: bool) -> None:
    write = sys.stdout.write
    if found.cameras:
        write("Cameras (--camera)\n")
    for camera in found.cameras:
        write(
            f"  {camera.name}\n      {camera.title}: {camera.pixel_um:g} um pixels, "
            f"{camera.width_px}x{camera.height_px}\n" + _said(camera, sources)
        )
    if learned:
        write("\nCameras learned here (--camera-id)\n")
    for known in learned:
        write(f"  {known.name:<20} {_learned_words(known)}\n")
    if found.lenses:
        write("Lenses (--lens)\n")
    for lens in found.lenses:
        write(f"  {lens.name}\n      {lens.title}: {_lens_words(lens)}\n" + _said(lens, sources))
    if found.mounts:
        write("Mounts\n")
    for mount in found.mounts:
        write(f"  {mount.name:<20} {mount.flange_mm:g} mm flange distance\n" + _said(mount, sources))


def _ask(question: str, read: "Callable[[str], Answer]") -> "Answer":
    """The answer as it is understood; one that cannot be meant is asked for again."""

    def understood(said: str) -> "Answer":
        try:
            return read(said)
        except UsageError as error:
            raise typer.BadParameter(error.spelt(options.as_option)) from None

    try:
        answer: Answer = typer.prompt(question, value_proc=understood)
    except typer.Abort:  # Ctrl-C, or the end of the input
        raise typer.Exit(130) from None
    return answer


def _learned_words(known: "LearnedCamera") -> str:
    from ..solve.learned import cost_words

    size = "" if known.size_px is None else f"{known.size_px[0]}x{known.size_px[1]}, "
    lens = f"through {known.lens}, " if known.lens else ""
    return (
        f"{size}{known.pixel_um:g} um pixels, learned {known.learned_at} {lens}at f/{known.f_number:g} "
        f"({known.end}). {cost_words(known.half_depths)}"
    )


def _lens_words(lens: "Lens") -> str:
    fastest, slowest = lens.f_numbers[0][1], lens.f_numbers[-1][1]
    ramp = f"f/{fastest:.3g}" if fastest == slowest else f"f/{fastest:.3g} to f/{slowest:.3g}"
    ring = "" if lens.back_focus_ring else ", no back-focus ring"
    return f"{lens.wide_mm:g} to {lens.tele_mm:g} mm {ramp}, {KINDS[lens.kind]}{ring}"


def _said(entry: "Camera | Lens | Mount", wanted: bool) -> str:
    if not wanted:
        return ""
    return "".join(f"      {field}: {source}\n" for field, source in entry.sources)
