"""`backfocus measure SOURCE`: one line per picture."""

import sys
from collections import Counter
from typing import TYPE_CHECKING

import typer

from ..errors import UsageError
from . import options
from .remedies import REMEDIES

if TYPE_CHECKING:
    from ..measure.reading import Flag, Reading
    from ..video.source import VideoSource
    from .measuring import Form


@options.with_rig("region", "red_blue_um")
def measure(
    asked: options.Asked,
    frames: options.Frames = None,
    seconds: options.Seconds = None,
    store: options.StoreUrl = None,
    json_: options.Json = False,
    csv: options.Csv = False,
    positions: options.Positions = None,
) -> None:
    """Measure the star or the edge in every picture.

    Prints place, scale, modulation, MTF50 and blur in micrometres. At a terminal a live camera has one screen
    instead: the value now, the best, the trend; Ctrl-C ends it with a summary.

    Examples:

      backfocus measure clip.mp4 --camera b4-hd --f-number 1.8

      backfocus measure stills/ --transfer srgb --json

      backfocus measure clip.mp4 --camera b4-hd --f-number 1.8 --csv > clip.csv

      backfocus measure edge.png --region 400,300,120x160

    Every flag that was printed is explained at the end. Exit code 0 when at least one picture was measured, 4
    when there was nothing to measure in any.
    """
    from ..session.cameras import curve_of
    from ..session.measured import measured
    from ..session.run import Limits
    from ..show.lines import flags_words
    from .measuring import shown
    from .showing import Messages

    if json_ and csv:
        raise UsageError("--json or --csv: one of them")
    rig, messages = asked.rig(), Messages()
    camera = curve_of(rig, options.store_of(store, asked.config))
    encoders = options.encoders(options.checked_positions(positions))
    source = rig.pictures(messages)
    form = _form(source, json_=json_, csv=csv)
    count, found = 0, False
    flags: Counter[Flag] = Counter()
    try:
        with (
            encoders as hands,
            shown(form, source.title, messages, in_um=rig.optics is not None, live=source.live) as show,
        ):
            limits = Limits(frames, seconds)
            for each in measured(source, rig, limits, camera=camera, notice=messages, hands=hands):
                count, found = count + 1, found or _is_measured(each.reading)
                flags.update(each.flags)
                show(each)
    finally:  # a live source ends by Ctrl-C
        for words in flags_words(flags, count, REMEDIES):
            options.notice(words)
    if not found:
        raise typer.Exit(4)


def _is_measured(reading: "Reading") -> bool:
    """Whether a target is in it, and of an object what it is compared with."""
    from ..measure.reading import Flag

    return reading.target is not None and Flag.NO_REFERENCE not in reading.flags


def _form(source: "VideoSource", *, json_: bool, csv: bool) -> "Form":
    if json_ or csv:
        return "json" if json_ else "csv"
    return "screen" if source.live and sys.stdout.isatty() else "lines"
