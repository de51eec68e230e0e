"""What is confirmed is held against the picture: a step is taken for a reason, or the doubt is said.

Pictures are made by formulas (`paper_bench`), where the truth is known; h is 9 um at wide.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest
from tests.guide.paper_bench import Camera, Lens, Pose, blur_made_up, run

from backfocus.guide import events as ev
from backfocus.guide import instructions as say
from backfocus.guide.procedure import Session, Step, advance, start
from backfocus.guide.session_state import zoom_unproved
from backfocus.guide.watch.confirm import confirmed
from backfocus.guide.watch.watch import StepHistory, watch
from backfocus.guide.watch.zoom import zoomed
from backfocus.guide.words import event_words, instruction_words, progress_words
from backfocus.measure.reading import Reading
from backfocus.show.view import view_of

RATES = ((10.0, False), (25.0, False), (50.0, False), (60.0, False), (25.0, True))
EVERY_RATE = pytest.mark.parametrize(
    ("fps", "interlaced"), RATES, ids=[f"{fps:.0f}{'i' if fields else 'p'}" for fps, fields in RATES]
)
LENS = Lens(zoom=20.0, delta_um=60.0, tele_off_um=0.0, lens_kind="front-focus")
Way = Callable[[float, Pose], None]


def stays(since_s: float, pose: Pose) -> None:
    """Nothing is turned."""


@dataclass
class Person:
    """Somebody with a camera: time passes, rings are where a test puts them, and words are said."""

    lens: Lens
    bars: bool = False
    session: Session = field(init=False)
    camera: Camera = field(init=False)
    state: StepHistory = field(default_factory=StepHistory)
    at_s: float = 0.0
    events: list[ev.Event] = field(default_factory=list)
    said: list[say.Instruction] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.session, _ = start(self.lens.setup)
        self.camera = Camera(self.lens)

    def wait(self, seconds: float, way: Way = stays) -> "Person":
        begun_s = self.at_s
        with blur_made_up(self.camera):
            while self.at_s - begun_s < seconds - 1e-6:
                self.at_s += 1.0 / self.lens.fps
                way(self.at_s - begun_s, self.camera.pose)
                for reading in self.readings():
                    self.state, seen = watch(self.state, reading, self.session)
                    for event in seen:
                        self.take(event)
        return self

    def readings(self) -> tuple[Reading, ...]:
        if not self.bars:
            return self.camera.read_all(self.at_s)
        return (Reading(0, self.at_s, frozenset(), contrast=0.31, white=0.75),)

    def enter(self) -> "Person":
        self.take(confirmed(self.state, self.session, ev.Confirmed(self.at_s, self.session.step)))
        return self

    def zoom(self, to: float, seconds: float = 2.0) -> "Person":
        start_at = self.camera.pose.zoom

        def turn(since_s: float, pose: Pose) -> None:
            pose.zoom = start_at + (to - start_at) * min(1.0, since_s / seconds)

        return self.wait(seconds, turn)

    def take(self, event: ev.Event) -> None:
        self.session, said = advance(self.session, event)
        self.events.append(event)
        self.said += said

    @property
    def questions(self) -> list[str]:
        return [event.why for event in self.events if isinstance(event, ev.Questioned)]

    def numbers_said(self) -> list[str]:
        words = [instruction_words(each) for each in self.said]
        heard = [f"{each.title} {each.sentence} {each.hint}" for each in words]
        heard += [event_words(event) for event in self.events]
        heard.append(progress_words(self.session))
        return [words for words in heard if " um" in words]


def at_wide(fps: float = 10.0, interlaced: bool = False, **lens: float) -> Person:
    """The star is found at wide and the lens looked after."""
    person = Person(replace(LENS, fps=fps, interlaced=interlaced, **lens)).wait(2.0).enter()
    assert person.session.step is Step.TO_TELE
    return person


def at_tele(**lens: float) -> Person:
    """Focused at tele, and asked to zoom out."""
    person = at_wide(**lens).zoom(1.0).wait(6.0)
    assert person.session.step is Step.TO_WIDE
    return person


@EVERY_RATE
def test_on_colour_bars_nothing_is_ticked_however_long_they_stand(fps: float, interlaced: bool) -> None:
    person = Person(replace(LENS, fps=fps, interlaced=interlaced), bars=True).wait(40.0)
    assert person.session.step is Step.AIM
    assert person.events == []


def test_a_star_that_nobody_sees_is_asked_for_and_then_believed_as_a_doubt() -> None:
    person = Person(LENS, bars=True).wait(3.0).enter()
    assert (person.session.step, person.questions) == (Step.AIM, ["no-star"])
    assert person.said[-1] == say.AskAgain("aim", "no-star")
    person.wait(1.0).enter()
    assert person.session.step is Step.CHECK
    view = view_of(None, person.session, person.state, at_s=4.0, reading=None)
    assert view.steps[0] == ("aim at the star", "doubtful")
    assert view.steps[1][1] == "now"


def test_bars_lead_no_further_than_a_zoom_that_nobody_sees() -> None:
    person = Person(LENS, bars=True).wait(2.0).enter().enter().wait(1.0).enter()
    assert person.session.step is Step.TO_TELE
    # what never showed a star and does not change has not been zoomed
    person.wait(30.0)
    assert person.session.step is Step.TO_TELE
    assert {type(event) for event in person.events[-2:]} == {ev.NothingChanges}
    person.enter()
    assert person.questions == ["no-star", "no-zoom"]


@pytest.mark.parametrize(("white", "why"), [(0.45, "too-dark"), (0.95, "too-bright")])
def test_a_fault_that_stands_is_said_once_more_to_who_confirms_it_away(white: float, why: str) -> None:
    person = Person(replace(LENS, white=white)).wait(3.0).enter()
    assert person.questions == [why]
    assert person.enter().session.step is Step.CHECK


@pytest.mark.parametrize(("fps", "interlaced"), [(10.0, False)], ids=["10p"])
def test_who_confirms_all_and_turns_nothing_hears_no_number(fps: float, interlaced: bool) -> None:
    """The star stands at wide all the time, 60 um off. Each thing is confirmed as often as it takes."""
    person = Person(replace(LENS, fps=fps, interlaced=interlaced))
    while not person.session.finished and person.at_s < 60.0:
        person.wait(1.5).enter()
        assert progress_words(person.session) == ""
    assert person.questions.count("no-zoom") >= 2
    assert zoom_unproved(person.session)
    assert person.numbers_said() == []
    if not person.session.finished:
        person.take(ev.Stopped(person.at_s, person.session.step))
    result = person.session.results[-1]
    assert (result.verdict.kind, result.back_focus) == ("unsure", None)
    assert "zoom" in result.verdict.reason
    assert " um" not in result.verdict.reason + result.verdict.advice


@pytest.mark.parametrize("left_out", ["skip", "confirm"])
def test_a_zoom_that_was_left_out_gives_no_number_either(left_out: str) -> None:
    person = at_wide()
    for _ in range(30):
        if person.session.step in (Step.SWEEP_WIDE, Step.DONE):
            break
        if left_out == "skip":
            person.take(ev.Skipped(person.at_s, person.session.step))
        else:
            person.enter()
        person.wait(1.5)
    assert person.numbers_said() == []
    person.take(ev.Stopped(person.at_s, person.session.step))
    assert (person.session.results[-1].verdict.kind, person.session.results[-1].back_focus) == (
        "unsure",
        None,
    )


@EVERY_RATE
@pytest.mark.parametrize("end", ["tele", "wide"])
def test_a_zoom_that_was_made_is_believed_at_once_and_its_scale_kept(
    end: str, fps: float, interlaced: bool
) -> None:
    person = at_wide(fps, interlaced) if end == "tele" else at_tele(fps=fps, interlaced=interlaced)
    # so slowly that it is confirmed while the guide still waits for it to be at rest
    person.zoom(1.0 if end == "tele" else 0.0).wait(1.0)
    if person.session.step in (Step.TO_TELE, Step.TO_WIDE):
        person.enter()
    stop = next(event for event in reversed(person.events) if isinstance(event, ev.ZoomStopped))
    assert stop.end == end
    # breathing and noise of the bench: 2 %
    assert stop.scale_px == pytest.approx(77.0 * (20.0 if end == "tele" else 1.0), rel=0.03)
    assert person.questions == []


def test_a_zoom_part_of_the_way_is_asked_about_and_then_read_where_it_stands() -> None:
    person = at_wide().zoom(0.4).wait(1.2).enter()
    assert person.questions == ["part-way"]
    person.enter().wait(3.0)
    # any two zooms give the error: what is read counts
    assert not zoom_unproved(person.session)
    assert person.session.scales.tele_px == pytest.approx(77.0 * 20.0**0.4, rel=0.03)


def test_who_confirms_while_it_still_moves_is_asked_to_hold_still() -> None:
    assert at_wide().zoom(1.0).enter().questions == ["moving"]


def test_a_plain_star_that_fills_the_picture_is_not_fully_out_because_it_stands_still() -> None:
    """It has no scale at tele; at wide it had one, so without one nothing was zoomed."""
    person = at_tele(plain=True)
    person.wait(12.0)
    assert person.session.step is Step.TO_WIDE
    assert person.enter().questions == ["no-zoom"]
    person.zoom(0.0).wait(3.0)
    assert any(isinstance(event, ev.ZoomStopped) and event.end == "wide" for event in person.events)


def test_who_walks_before_the_chart_at_tele_has_not_zoomed_out() -> None:
    person = at_tele()
    person.bars = True
    person.wait(2.0)
    person.bars = False
    person.wait(1.0)
    assert person.session.step is Step.TO_WIDE
    assert not any(isinstance(event, ev.LostOnTheWay) for event in person.events)


def test_who_walks_before_the_chart_at_wide_has_not_zoomed_in() -> None:
    person = at_wide()
    person.bars = True
    person.wait(4.0)
    person.bars = False
    person.wait(2.0)
    assert person.session.step is Step.TO_TELE
    assert person.session.scales.tele_px is None


def test_turning_the_focus_ring_while_looking_after_the_lens_is_no_zoom() -> None:
    """It is asked for there, and changes the scale by up to 15 %."""
    person = Person(replace(LENS, breathing=0.75)).wait(2.0)
    assert person.session.step is Step.CHECK
    begun_um = person.camera.pose.focus_um

    def focus(since_s: float, pose: Pose) -> None:
        pose.focus_um = begun_um + 400.0 * since_s

    # 1200 um of a range of 6000 at 0.75: the scale grows by 15 %
    person.wait(3.0, focus)
    assert person.session.step is Step.CHECK


def swept(at_um: float) -> Person:
    """At tele, the focus ring asked for and left `at_um` from focus, the peak not passed."""
    person = at_wide(tele_off_um=200.0).zoom(1.0).wait(3.0)
    assert person.session.step is Step.SWEEP_TELE
    begun_um = person.camera.residual_um

    def focus(since_s: float, pose: Pose) -> None:
        pose.focus_um += (begun_um + (at_um - begun_um) * min(1.0, since_s / 3.0)) - person.camera.residual_um

    return person.wait(4.0, focus)


def test_focus_by_eye_is_asked_about_and_then_read_where_it_was_left() -> None:
    """Left 12 um off, where the last look was 200 um off: the error is solved from what is there now."""
    person = swept(12.0).enter()
    assert person.questions == ["no-peak"]
    person.wait(1.0).enter()
    assert isinstance(person.events[-1], ev.Returned)
    assert person.session.step is Step.TO_WIDE
    # its own softness of some 7 um comes on top, in quadrature
    assert person.session.looks.tele is not None
    assert person.session.looks.tele.residual_um == pytest.approx(12.0, abs=6.0)
    person.zoom(0.0).wait(3.0)
    off = next(event for event in person.events if isinstance(event, ev.StillOff))
    assert off.delta_um == pytest.approx(60.0, rel=0.15)


def test_a_ring_left_beside_its_sharpest_point_is_asked_about() -> None:
    person = swept(-25.0)
    assert person.session.step is Step.RETURN_TELE
    assert person.wait(1.0).enter().questions == ["soft"]
    person.enter()
    assert isinstance(person.events[-1], ev.Returned)
    assert person.session.looks.tele is not None
    assert person.session.looks.tele.residual_um == pytest.approx(25.0, rel=0.2)


def test_what_is_believed_at_once_is_what_no_picture_shows() -> None:
    person = Person(LENS).wait(2.0)
    assert person.session.step is Step.CHECK
    assert person.enter().session.step is Step.TO_TELE
    assert person.questions == []


@pytest.mark.parametrize("step", [step for step in Step if step is not Step.DONE])
def test_before_a_picture_of_a_step_is_seen_only_what_no_picture_shows_is_believed(step: Step) -> None:
    session = replace(start(LENS.setup)[0], step=step, turn=7)
    word = ev.Confirmed(1.0, step)
    asked = confirmed(StepHistory(turn=6), session, word)
    if step in (Step.CHECK, Step.LOCK):
        assert asked == word
        return
    assert isinstance(asked, ev.Questioned)
    after, said = advance(session, asked)
    assert (after.step, after.turn) == (step, 7)
    assert said == (say.AskAgain(step, asked.why),)
    assert confirmed(StepHistory(turn=6), after, word) == word
    assert step in advance(after, word)[0].unproved


def test_a_late_word_and_a_step_taken_back_leave_no_doubt_behind() -> None:
    person = at_wide().wait(1.0).enter()
    assert person.questions == ["no-zoom"]
    late = ev.Confirmed(person.at_s, Step.AIM)
    assert confirmed(person.state, person.session, late) == late
    person.take(ev.Undone(person.at_s, person.session.step))
    assert person.session.told.questioned is None
    person.wait(0.5)
    back = person.session.step
    person.enter()
    assert person.session.step is not back or person.questions[-1] != "no-zoom"


def test_what_is_seen_later_takes_the_doubt_away() -> None:
    person = at_wide().wait(1.0).enter().enter()
    assert zoom_unproved(person.session)
    person.take(ev.ZoomStopped(person.at_s, "tele", 1540.0)) if person.session.step is Step.TO_TELE else None
    session = replace(person.session, step=Step.TO_TELE)
    assert not zoom_unproved(advance(session, ev.ZoomStopped(9.0, "tele", 1540.0))[0])


def test_the_hand_of_the_bench_is_never_asked_back() -> None:
    done = run(Lens(zoom=10.0, delta_um=10.0, tele_off_um=20.0), longest_s=30.0, made_up=True)
    assert not done.has(ev.Questioned)


def test_a_zoom_that_was_seen_to_leave_wide_needs_no_other_sign() -> None:
    # a recording that begins at wide with a fault, such as white that is too bright: nothing is read there
    session, _ = start(Lens().setup)
    after, _ = advance(session, ev.ZoomMoved(3.0, "tele"))
    assert after.step is Step.TO_TELE
    assert after.scales.wide_px is None
    assert zoomed(StepHistory(), after, "tele")
