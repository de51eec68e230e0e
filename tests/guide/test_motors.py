"""The procedure with motors against a lens made of the zoom law; pictures are exact curves, none is drawn."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest
from tests.solve.conftest import reading_at

from backfocus.guide.axes import Axis
from backfocus.guide.motors import Ask, MotorAnswer, MotorRig, Seen, procedure
from backfocus.measure.reading import Flag
from backfocus.optics.lens import Optics
from backfocus.solve.stops import judge_stops

OPTICS = Optics(5.0, ((0.0, 1.8),))
H = OPTICS.half_depth_um()
ZOOM, FOCUS, BACK = Axis(0.0, 1000.0), Axis(0.0, 50_000.0), Axis(0.0, 4000.0)
LOST_UM = 380.0
RATIO = 8.0


@dataclass
class Lens:
    """r = delta + back (B - 2000) + slope (e - 20000) u, u = 1 for a rear focus; `bump_um`: half-way."""

    delta_um: float
    rear: bool = False
    drift_um: float = 0.0
    bump_um: float = 0.0
    um_per_step: float = 0.12

    def residual_um(self, ask: Ask) -> float:
        ratio = self.ratio(ask.zoom)
        moved = self.um_per_step * (ask.focus - 20_000.0) * (1.0 if self.rear else ratio**2)
        back = 0.2 * ((ask.back_focus or 2000.0) - 2000.0)
        half_way = 4.0 * ask.zoom / 1000.0 * (1.0 - ask.zoom / 1000.0)
        return self.delta_um + back + moved + self.drift_um * (1.0 - ratio**2) + self.bump_um * half_way

    def ratio(self, zoom: float) -> float:
        return float(RATIO ** (zoom / 1000.0 - 1.0))

    def seen(self, ask: Ask) -> Seen:
        um = self.residual_um(ask)
        places = {"zoom": ask.zoom, "focus": ask.focus, "back-focus": ask.back_focus or 2000.0}
        reading = reading_at(um, scale_px=600.0 * self.ratio(ask.zoom))
        if abs(um) > LOST_UM:
            reading = replace(reading, frequency_cy_px=(), modulation=(), modulation_sigma=())
        return Seen(reading, places)


def rig(*, back_focus: bool = False, focus: float = 20_900.0) -> MotorRig:
    axes = {"zoom": ZOOM, "focus": FOCUS} | ({"back-focus": BACK} if back_focus else {})
    found = {"zoom": 0.0, "focus": focus} | ({"back-focus": 2000.0} if back_focus else {})
    return MotorRig(axes, OPTICS, found, between=(0.5,))


def run(start: MotorRig, see: Callable[[Ask], Seen]) -> tuple[MotorAnswer, list[tuple[Ask, Seen]]]:
    running, told = procedure(start), []
    ask = next(running)
    while True:
        told.append((ask, see(ask)))
        try:
            ask = running.send(told[-1][1])
        except StopIteration as end:
            return end.value, told


def test_an_error_is_told_with_its_side_and_what_was_told_again_gives_the_same() -> None:
    found, told = run(rig(), Lens(-35.0).seen)
    assert found.verdict.kind == "adjust"
    assert found.answer is not None
    assert found.answer.back_focus is not None
    # the issue of it all: a third of half the depth of focus, or 5 %
    assert found.answer.back_focus.delta_um == pytest.approx(-35.0, abs=H / 3.0)
    answers = iter(told)

    def again(ask: Ask) -> Seen:
        asked, seen = next(answers)
        assert ask == asked
        return seen

    assert run(rig(), again)[0] == found


def test_a_back_focus_motor_sets_it_and_proves_it_at_both_ends() -> None:
    lens = Lens(60.0)
    found, told = run(rig(back_focus=True), lens.seen)
    assert found.verdict.kind == "set"
    assert found.corrected_um == pytest.approx(60.0, abs=H / 3.0)
    at = told[-1][0].back_focus
    assert abs(60.0 + 0.2 * (at - 2000.0)) < H / 3.0
    assert {ask.zoom for ask, _ in told[-12:]} == {0.0, 1000.0}


def unread(seen: Seen) -> Seen:
    return replace(
        seen, reading=replace(seen.reading, frequency_cy_px=(), modulation=(), modulation_sigma=())
    )


def test_a_lens_too_far_off_to_be_read_at_wide_is_set_from_further_in() -> None:
    """A small star is lost at 150 um, which no turn of the focus at wide makes up for."""
    lens = Lens(300.0)

    def see(ask: Ask) -> Seen:
        is_lost = ask.zoom == 0.0 and abs(lens.residual_um(ask)) > 150.0
        return unread(lens.seen(ask)) if is_lost else lens.seen(ask)

    found, told = run(rig(back_focus=True, focus=18_000.0), see)
    assert found.verdict.kind == "set"
    assert abs(lens.delta_um + 0.2 * (told[-1][0].back_focus - 2000.0)) < H / 3.0
    assert sum(ask.zoom == 0.0 and bool(seen.reading.modulation) for ask, seen in told) > 2, "proved there"
    first = [ask.why for ask, _ in told].index("back focus")
    assert sum(ask.zoom == 0.0 for ask, _ in told[:first]) <= 4, "and not looked for there for long"


@pytest.mark.parametrize("delta_um", [0.0, 4.0])
def test_a_lens_is_not_called_set_whose_wide_showed_nothing(delta_um: float) -> None:
    """Wide is not left for being far off there: something stands before it, and nobody knows how it is."""
    lens = Lens(delta_um)

    def hidden(ask: Ask) -> Seen:
        return unread(lens.seen(ask)) if ask.zoom == ZOOM.low else lens.seen(ask)

    found, _ = run(rig(back_focus=True), hidden)
    assert found.verdict.kind == "unsure"
    assert "No chart could be read at wide" in found.verdict.reason
    assert found.corrected_um is None


@pytest.mark.parametrize(("zoom", "words"), [(0.0, "read at wide,"), (500.0, "read between tele and wide,")])
def test_it_is_said_at_which_zoom_nothing_could_be_read(zoom: float, words: str) -> None:
    lens = Lens(10.0)

    def hidden(ask: Ask) -> Seen:
        return unread(lens.seen(ask)) if ask.zoom == zoom else lens.seen(ask)

    found, _ = run(rig(), hidden)
    assert words in found.verdict.reason


def test_a_wide_that_shows_again_when_it_is_looked_at_in_full_is_what_counts() -> None:
    lens, looks = Lens(4.0), iter(range(100))

    def passing(ask: Ask) -> Seen:
        """Somebody walks by during the first four looks at wide."""
        return unread(lens.seen(ask)) if ask.zoom == ZOOM.low and next(looks) < 4 else lens.seen(ask)

    found, _ = run(rig(back_focus=True), passing)
    assert found.verdict.kind == "set"
    assert [stop.zoom for stop in found.stops] == [1000.0, 500.0, 0.0]


def test_a_back_focus_that_was_moved_and_cannot_be_looked_at_again_is_not_called_off_or_set() -> None:
    lens = Lens(60.0)

    def clouded(ask: Ask) -> Seen:
        is_proof = ask.why == "wide" and ask.back_focus is not None and abs(ask.back_focus - 1700.0) < 3.0
        return unread(lens.seen(ask)) if is_proof else lens.seen(ask)

    found, _ = run(rig(back_focus=True), clouded)
    assert found.verdict.kind == "unsure"
    assert found.corrected_um == pytest.approx(60.0, abs=H / 3.0)


def test_a_back_focus_that_no_motor_could_set_is_not_told_as_corrected() -> None:
    lens = Lens(60.0)

    def stuck(ask: Ask) -> Seen:
        return unread(lens.seen(ask)) if ask.why == "back focus" else lens.seen(ask)

    found, told = run(rig(back_focus=True), stuck)
    assert found.verdict.kind == "adjust"
    assert found.corrected_um is None
    assert told[-1][0].back_focus == 2000.0, "it goes back to where it was"


@pytest.mark.parametrize("back_focus", [False, True])
def test_a_rear_focus_is_named_and_never_corrected(back_focus: bool) -> None:
    found, told = run(rig(back_focus=back_focus), Lens(30.0, rear=True, drift_um=80.0).seen)
    assert found.verdict.kind == "not-front-focus"
    assert found.answer is not None
    assert found.answer.back_focus is None
    assert found.corrected_um is None
    assert {ask.back_focus for ask, _ in told} <= {None, 2000.0}
    # three looks to get there and four about it: its table is what counts, and nothing is left out of it
    assert all(len(stop.search.looks) >= 7 for stop in found.stops)
    best = [stop.belief.best for stop in found.stops]
    # focus over zoom: sharp where delta + drift (1 - u) + 0.12 (e - 20000) is nothing
    assert best[-1] == pytest.approx(20_000.0 - (30.0 + 80.0 * (1.0 - RATIO**-2)) / 0.12, abs=10.0)


def test_a_size_that_is_guessed_at_wide_makes_no_other_lens_of_it() -> None:
    """Drawn, 87 um off at 4x and noisy: after the first look the star was taken for 0.7 of its size."""

    class Guessed(Lens):
        looks = 0

        def seen(self, ask: Ask) -> Seen:
            seen = super().seen(ask)
            if ask.zoom > ZOOM.low or not seen.reading.scale_px:
                return seen
            self.looks += 1
            if self.looks == 1:
                return seen
            guess = 0.7 * seen.reading.scale_px
            flags = seen.reading.flags | {Flag.SCALE_UNSURE}
            reading = replace(seen.reading, scale_px=guess, scale_sigma_px=0.1 * guess, flags=flags)
            return replace(seen, reading=reading)

    found, _ = run(rig(), Guessed(87.0).seen)
    assert found.verdict.kind == "adjust"
    assert found.answer is not None
    assert found.answer.back_focus is not None
    assert found.answer.back_focus.delta_um == pytest.approx(87.0, rel=0.05)  # what is asked


def test_a_tracking_error_is_named() -> None:
    found, _ = run(rig(), Lens(5.0, bump_um=25.0).seen)
    assert found.verdict.kind == "tracking"


def test_without_a_chart_it_ends_and_says_what_to_do() -> None:
    blank = Seen(replace(reading_at(0.0), frequency_cy_px=(), modulation=(), modulation_sigma=()), {})

    def see(ask: Ask) -> Seen:
        return replace(blank, positions={"zoom": ask.zoom, "focus": ask.focus})

    found, told = run(rig(), see)
    assert found.verdict.kind == "unsure"
    assert len(told) < 80


def test_a_lens_far_from_focus_is_found_by_way_of_wide() -> None:
    """At tele 900 um are too many to read anything; at wide a 64th of that is left."""
    lens = Lens(-15.0)
    found, told = run(rig(focus=27_500.0), lens.seen)
    assert [ask.zoom for ask, _ in told[:2]] == [ZOOM.high, ZOOM.low]
    assert found.answer is not None
    assert found.answer.back_focus is not None
    assert found.answer.back_focus.delta_um == pytest.approx(-15.0, abs=H / 3.0)


def test_a_zoom_that_counts_the_other_way_is_named() -> None:
    class Turned(Lens):
        def ratio(self, zoom: float) -> float:
            return super().ratio(1000.0 - zoom)

    found, told = run(rig(focus=20_000.0), Turned(10.0).seen)
    assert found.verdict.kind == "unsure"
    assert "counts the other way" in found.verdict.reason
    assert {ask.zoom for ask, _ in told} == {ZOOM.high, 500.0}  # as soon as it is seen


def test_stops_need_two_zooms() -> None:
    found, _ = run(rig(), Lens(0.0).seen)
    with pytest.raises(ValueError, match="two or more"):
        judge_stops(found.stops[:1], OPTICS, focus=20_000.0)


class Shelf(Lens):
    """A lens before an object: nothing to read until a picture of tele is kept, then r^2 less that one's own.

    Its contrast over defocus is as drawn pictures of a bookshelf had it.
    """

    kept_um: float | None = None
    flags: frozenset[Flag] = frozenset()
    DEFOCUS_UM = (0.0, 20.0, 40.0, 60.0, 80.0, 120.0, 200.0, 400.0, 800.0, 8000.0)
    CONTRAST = (0.279, 0.265, 0.236, 0.210, 0.189, 0.158, 0.126, 0.086, 0.044, 0.004)

    def seen(self, ask: Ask) -> Seen:
        um, ratio = abs(self.residual_um(ask)), self.ratio(ask.zoom)
        self.kept_um = um if ask.keep else self.kept_um
        own_um = 0.0 if self.kept_um is None else self.kept_um * ratio
        reading = reading_at(max(um**2 - own_um**2, 0.0) ** 0.5, scale_px=480.0 * ratio, flags=self.flags)
        if self.kept_um is None or um > 130.0 or self.flags:
            reading = replace(reading, frequency_cy_px=(), modulation=(), modulation_sigma=())
        contrast = float(np.interp(um, self.DEFOCUS_UM, self.CONTRAST))
        return Seen(replace(reading, contrast=contrast), super().seen(ask).positions)


@pytest.mark.parametrize(("delta_um", "focus"), [(-35.0, 20_900.0), (60.0, 26_000.0)])
def test_an_object_is_its_own_chart(delta_um: float, focus: float) -> None:
    """Also from 700 um out of focus: contrast leads to the neighbourhood, |r| tells the rest."""
    found, told = run(rig(focus=focus), Shelf(delta_um).seen)
    assert found.verdict.kind == "adjust"
    assert found.answer is not None
    assert found.answer.back_focus is not None
    assert found.answer.back_focus.delta_um == pytest.approx(delta_um, abs=H / 3.0)
    assert 1 <= sum(ask.keep for ask, _ in told) <= 2  # once more where the first was too far off best focus
    assert len(told) < 32


def test_an_object_that_reads_too_sharp_far_from_focus_makes_no_other_lens_of_it() -> None:
    class Small(Shelf):
        def seen(self, ask: Ask) -> Seen:
            seen, um = super().seen(ask), abs(self.residual_um(ask))
            if self.ratio(ask.zoom) > 0.5 or self.kept_um is None:
                return seen
            # drawn pictures of 640 x 360 read 54 um for 62, and less of more
            read = reading_at(um * (1.0 - 0.2 * min(um / 60.0, 1.5)), scale_px=seen.reading.scale_px)
            return replace(seen, reading=read)

    found, _ = run(rig(), Small(40.0, um_per_step=0.04).seen)
    assert found.verdict.kind == "adjust"
    assert found.answer is not None
    assert found.answer.back_focus is not None
    assert 40.0 * 0.8 < found.answer.back_focus.delta_um < 40.0 + H / 3.0  # low, as its pictures are
    assert found.answer.back_focus.high_um >= 40.0  # which its interval knows


def test_a_back_focus_motor_is_set_by_an_object() -> None:
    lens = Shelf(60.0)
    found, told = run(rig(back_focus=True), lens.seen)
    assert found.verdict.kind == "set"
    assert abs(60.0 + 0.2 * (told[-1][0].back_focus - 2000.0)) < H / 3.0


def test_a_chart_that_shows_on_the_way_to_focus_is_the_one_that_counts() -> None:
    class Star(Shelf):
        def seen(self, ask: Ask) -> Seen:
            seen = super().seen(ask)
            return Lens.seen(self, ask) if abs(self.residual_um(ask)) < LOST_UM else seen

    found, told = run(rig(focus=26_000.0), Star(-15.0).seen)
    assert found.verdict.kind == "adjust"
    assert not any(ask.keep for ask, _ in told)


@pytest.mark.parametrize(
    ("flag", "words"), [(Flag.TOO_SMOOTH, "too little fine detail"), (Flag.TOO_DARK, "too dark")]
)
def test_what_cannot_be_measured_by_is_refused_with_the_reason(flag: Flag, words: str) -> None:
    lens = Shelf(10.0)
    lens.flags = frozenset({flag})
    found, told = run(rig(), lens.seen)
    assert found.verdict.kind == "unsure"
    assert words in found.verdict.reason
    assert len(told) < 15
    assert {ask.zoom for ask, _ in told} == {ZOOM.high}


def test_a_star_in_the_dark_is_refused_too() -> None:
    class Night(Lens):
        def seen(self, ask: Ask) -> Seen:
            seen = super().seen(ask)
            return replace(seen, reading=replace(seen.reading, flags=frozenset({Flag.TOO_DARK})))

    found, _ = run(rig(), Night(10.0).seen)
    assert "the iris is closed" in found.verdict.reason
