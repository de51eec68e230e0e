"""`backfocus measure SOURCE`: one line per picture."""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from . import options

if TYPE_CHECKING:
    from ..measure.reading import Flag, Reading
    from ..optics.lens import Optics
    from ..session.run import Sighting
    from ..solve.defocus import Defocus


def measure(
    source: options.Source,
    pixel_um: options.PixelUm = None,
    f_number: options.FNumber = None,
    wavelength_um: options.WavelengthUm = 0.55,
    camera: options.CameraName = None,
    lens: options.LensName = None,
    extender: options.Extender = 1.0,
    transfer: options.Transfer = "auto",
    range_: options.Range = "auto",
    max_megapixels: options.MaxMegapixels = options.MAX_MEGAPIXELS,
    target: options.Target = "auto",
    region: options.RegionText = None,
    red_blue_um: options.RedBlueUm = None,
    frames: options.Frames = None,
    seconds: options.Seconds = None,
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
    from ..session.run import Limits, readings
    from ..show.lines import flags_of, flags_words, reading_json, reading_words
    from ..solve.side_hint import colour_gap, side_hint
    from ..video.source import open_source

    optics = options.optics_from(
        pixel_um=pixel_um,
        f_number=f_number,
        wavelength_um=wavelength_um,
        camera=camera,
        lens=lens,
        address=source,
        extender=extender,
    )
    known = replace(options.track_for(target, region), colours=bool(red_blue_um))
    opened = open_source(
        source, transfer=transfer, range_=range_, max_megapixels=max_megapixels, notice=options.notice
    )
    count, found = 0, False
    flags: Counter[Flag] = Counter()
    try:
        for reading, ratio in _with_ratio(readings(opened, Limits(frames, seconds), known)):
            defocus = _defocus(reading, optics, ratio)
            count, found = count + 1, found or reading.target is not None
            flags.update(flags_of(reading, defocus))
            line, words = reading_json(reading, defocus), reading_words(reading, defocus)
            if red_blue_um and optics is not None:
                hint = side_hint(colour_gap([reading], optics, ratio), red_blue_um)
                line["side_hint"] = hint
                words += f"  hint: probably too {hint}" if hint else ""
            sys.stdout.write((json.dumps(line) if json_ else words) + "\n")
    finally:  # a live source ends by Ctrl-C
        for words in flags_words(flags, count):
            options.notice(words)
    if not found:
        raise typer.Exit(4)


def _with_ratio(sightings: "Iterable[Sighting]") -> "Iterator[tuple[Reading, float]]":
    """Each reading with its zoom ratio against the largest scale seen so far."""
    longest_px = 0.0
    for sighting in sightings:
        scale_px = sighting.reading.scale_px
        longest_px = max(longest_px, scale_px or 0.0)
        yield sighting.reading, scale_px / longest_px if scale_px else 1.0


def _defocus(reading: "Reading", optics: "Optics | None", ratio: float) -> "Defocus | None":
    from ..solve.defocus import defocus

    if optics is None or reading.target is None:
        return None
    return defocus(reading, optics, ratio=ratio)
