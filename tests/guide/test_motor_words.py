"""A camera with motors is not told to turn a ring: the words of every verdict that it can get."""

import pytest

from backfocus.guide.motor_words import in_motor_words
from backfocus.solve.backfocus import ZoomResidual, solve_back_focus
from backfocus.solve.verdict import Adjusters, SweepSlope, Verdict, judge


def verdict(*residuals_um: float, slopes: tuple[float, float] = (1.0, 0.01)) -> Verdict:
    """Of a 10x zoom that was read at so many places from tele to wide."""
    scales = [500.0, 250.0, 50.0] if len(residuals_um) == 3 else [500.0, 50.0]
    zoom = [ZoomResidual(px, um, 0.5) for px, um in zip(scales, residuals_um, strict=True)]
    swept = tuple(SweepSlope(px, um, 0.001) for px, um in zip((500.0, 50.0), slopes, strict=True))
    found = solve_back_focus(zoom, signed=True)
    without = Adjusters(back_focus_ring=False)
    return judge(found, 9.0, referenced=True, slopes=swept, adjusters=without)


@pytest.mark.parametrize(
    ("found", "kind", "words"),
    [
        (verdict(0.0, 1.0), "set", "nothing to do"),
        (verdict(0.0, 40.0), "adjust", "towards the sensor"),
        (verdict(0.0, 40.0, 0.0), "tracking", "table of focus over zoom"),
        (verdict(0.0, 0.0, slopes=(1.0, 1.0)), "not-front-focus", "Nothing is broken"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@pytest.mark.parametrize("has_motor", [False, True])
@pytest.mark.parametrize("may_correct", [False, True])
def test_nobody_is_told_to_turn_a_ring(
    found: Verdict, kind: str, words: str, has_motor: bool, may_correct: bool
) -> None:
    said = in_motor_words(
        found, has_motor=has_motor, may_correct=may_correct, corrected=has_motor and may_correct
    )
    assert said.kind == found.kind == kind
    assert words in said.advice
    for hand in ("Lock the ring", "turn the", "Turning", "hands off", "Without a back-focus ring"):
        assert hand not in f"{said.reason} {said.advice}"
