"""`backfocus measure SOURCE`: one line per picture."""

import json
import sys
from collections import Counter
from typing import TYPE_CHECKING

import typer

from . import options
from .remedies import REMEDIES

if TYPE_CHECKING:
    from ..measure.reading import Flag


@options.with_rig("region", "red_blue_um")
def measure(
    asked: options.Asked,
    frames: options.Frames = None,
    seconds: options.Seconds = None,
    store: options.StoreUrl = None,
    json_: options.Json = False,
) -> None:
    """Measure the star or the edge in every picture.

    Prints place, scale, modulation, MTF50 and blur in micrometres.

    Examples:

      backfocus measure clip.mp4 --camera b4-hd --f-number 1.8

      backfocus measure stills/ --transfer srgb --json

      backfocus measure edge.png --region 400,300,120x160

    Every flag that was printed is explained at the end. Exit code 0 when at least one picture was measured, 4
    when there was nothing to measure in any.
    """
    from ..session.cameras import curve_of
    from ..session.measured import measured
    from ..session.run import Limits
    from ..show.lines import flags_words, reading_words

    rig = asked.rig()
    camera = curve_of(rig, options.store_of(store, asked.config))
    source = rig.pictures(options.notice)
    count, found = 0, False
    flags: Counter[Flag] = Counter()
    try:
        for each in measured(source, rig, Limits(frames, seconds), camera=camera):
            count, found = count + 1, found or each.reading.target is not None
            flags.update(each.flags)
            words = reading_words(each.reading, each.defocus)
            if each.side_hint:
                words += f"  hint: probably too {each.side_hint}"
            sys.stdout.write((json.dumps(each.as_json()) if json_ else words) + "\n")
    finally:  # a live source ends by Ctrl-C
        for words in flags_words(flags, count, REMEDIES):
            options.notice(words)
    if not found:
        raise typer.Exit(4)
