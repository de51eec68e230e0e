"""A camera that is only measured: the value now, the best, the trend, and a summary."""

from collections import Counter
from dataclasses import dataclass
from statistics import median

from ..measure.reading import Flag, Reading, time_of
from ..optics.lens import Optics
from ..solve.defocus import Defocus
from ..solve.remarks import having, remark_words
from .view import DEPTHS_AT_HALF, TREND_S, View

SEEN_S = 1.0
"""A flag that most pictures of this long bear is told."""


@dataclass(frozen=True, slots=True)
class Best:
    """The sharpest picture so far: its value, and when."""

    value: float
    at_s: float


@dataclass(frozen=True, slots=True)
class Tally:
    """What was measured so far.

    Attributes
    ----------
    in_um
        Whether values are blur in um, where less is sharper; else modulation at 0.25 cy/px, where more is.
    pictures, measured
        How many came, and of how many there is a value.
    first_s, at_s
        When the first and the last were taken.
    value, best
        Of the last picture, None without one; and the sharpest.
    recent
        (at_s, value, flags) of the last seconds, oldest first.
    """

    in_um: bool
    pictures: int = 0
    measured: int = 0
    first_s: float = 0.0
    at_s: float = 0.0
    value: float | None = None
    best: Best | None = None
    recent: tuple[tuple[float, float | None, frozenset[Flag]], ...] = ()


def counted(before: Tally, reading: Reading, defocus: Defocus | None) -> Tally:
    """The tally after one more picture."""
    at_s = time_of(reading)
    value = reading.modulation_025 if not before.in_um else defocus.um if defocus else None
    recent = tuple(each for each in before.recent if each[0] > at_s - TREND_S)
    return Tally(
        before.in_um,
        before.pictures + 1,
        before.measured + (value is not None),
        before.first_s if before.pictures else at_s,
        at_s,
        value,
        _sharper(before, value, at_s),
        (*recent, (at_s, value, reading.flags)),
    )


def _sharper(tally: Tally, value: float | None, at_s: float) -> Best | None:
    best = tally.best
    if value is None or (best is not None and (value >= best.value) == tally.in_um):
        return best
    return Best(value, at_s)


def meter_view(tally: Tally, reading: Reading, defocus: Defocus | None, optics: Optics | None) -> View:
    """What the screen shows of the picture just counted."""
    depth_um = optics.half_depth_um() if optics else None
    best = tally.best
    return View(
        _nothing(reading) if tally.value is None else value_words(tally, tally.value),
        _hint(reading)
        if best is None
        else f"Best {value_words(tally, best.value)}, {tally.at_s - best.at_s:.0f} s ago.",
        sharpness=_sharpness(tally.value, depth_um),
        best_sharpness=_sharpness(best.value if best else None, depth_um),
        blur_um=defocus.um if defocus else None,
        blur_sigma_um=defocus.sigma_um if defocus else None,
        half_depth_um=depth_um,
        mtf50_cy_px=reading.mtf50_cy_px,
        above_nyquist=Flag.ABOVE_NYQUIST in reading.flags,
        trend=_trend(tally, depth_um),
        remarks=_remarks(tally),
    )


def _nothing(reading: Reading) -> str:
    """Why there is no value, large."""
    if Flag.NO_REFERENCE in reading.flags:
        return "pass the peak"
    return "no object" if reading.object or Flag.NO_OBJECT in reading.flags else "no star"


def _hint(reading: Reading) -> str:
    """What to do about that."""
    if Flag.NO_REFERENCE not in reading.flags:
        return ""
    return "Turn the ring past the sharpest point, zoomed in: pictures are measured against the one there."


def _trend(tally: Tally, depth_um: float | None) -> tuple[tuple[float, float], ...]:
    shares = ((at_s, _sharpness(value, depth_um)) for at_s, value, _ in tally.recent)
    return tuple((at_s, share) for at_s, share in shares if share is not None)


def _sharpness(value: float | None, depth_um: float | None) -> float | None:
    """0 to 1, as the guide's meter has it; without optics the modulation itself."""
    if value is None:
        return None
    if depth_um is None:
        return min(max(value, 0.0), 1.0)
    return 1.0 / (1.0 + value / (DEPTHS_AT_HALF * depth_um))


def _remarks(tally: Tally) -> tuple[str, ...]:
    recent = [flags for at_s, _, flags in tally.recent if at_s > tally.at_s - SEEN_S]
    counts = Counter(flag for flags in recent for flag in flags)
    most = {flag for flag, count in counts.items() if 2 * count >= len(recent)}
    told = having(most, "too sharp", "too soft", "in doubt", "camera sharp", "camera soft")
    return tuple(map(remark_words, told))


def value_words(tally: Tally, value: float) -> str:
    """A value with its unit."""
    return f"{value:.1f} um" if tally.in_um else f"M(0.25) {value:.3f}"


def summary_words(tally: Tally) -> str:
    """What a run amounts to, in a few sentences."""
    pictures = "1 picture" if tally.pictures == 1 else f"{tally.pictures} pictures"
    said = f"{pictures} in {tally.at_s - tally.first_s:.1f} s, {tally.measured} with a value."
    if tally.best is None:
        return said
    values = [value for _, value, _ in tally.recent if value is not None]
    middle = f" Median of the last {TREND_S:.0f} s: {value_words(tally, median(values))}." if values else ""
    return f"{said} Best: {value_words(tally, tally.best.value)} at {tally.best.at_s:.1f} s.{middle}"
