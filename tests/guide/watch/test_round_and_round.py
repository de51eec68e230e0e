"""Habits of people that led round and round: each gets the word that helps, and the procedure ends."""

from dataclasses import replace
from itertools import pairwise

import pytest
from tests.guide.paper_bench import Camera, Hand, Lens, Run, blur_made_up, run

from backfocus.guide import events as ev
from backfocus.guide import instructions as say
from backfocus.guide.procedure import Step, advance, start
from backfocus.guide.watch.looks import MOST_LIGHTS
from backfocus.guide.watch.sweep import REACTION_S
from backfocus.guide.watch.watch import StepHistory, watch
from backfocus.measure.reading import RingPosition

FILLS = Lens(zoom=20.0, tele_off_um=200.0, plain=True)
"""A star that fills the picture at tele, where the lens loses a stop of light."""


def pauses(goes_on_s: float, says_so: bool) -> type[Hand]:
    """Somebody who stops part of the way in, perhaps says that this is fully in, and goes on later."""

    class Pauses(Hand):
        def obey(self, said: say.Instruction, at_s: float) -> None:
            super().obey(said, at_s)
            match said:
                case say.ZoomTo(end="tele") | say.WalkZoom():
                    stops_s = at_s + (2.0 if isinstance(said, say.ZoomTo) else 6.0)
                    self.goal = 0.7
                    self.later.append((stops_s + goes_on_s, "zoom in"))
                    if says_so:
                        step = "to-tele" if isinstance(said, say.ZoomTo) else "walk"
                        self.says.append((stops_s + 2.0, step))
                case say.ZoomTo():
                    self.later.clear()

    return Pauses


def ended(done: Run) -> tuple[str, str]:
    verdict = done.session.results[-1].verdict
    return verdict.kind, f"{verdict.reason} {verdict.advice}"


def test_a_pause_on_the_way_in_is_not_taken_for_the_end_where_the_light_tells() -> None:
    done = run(FILLS, made_up=True, hand=pauses(goes_on_s=3.0, says_so=True))
    assert done.verdict == "set"
    assert abs(done.left_um) <= FILLS.half_depth_um
    # the first time nobody knows how far in this lens goes; from then on its light fully in is known
    told = [event for event in done.events if isinstance(event, ev.LightChanged)]
    assert [(round(event.stops), event.or_zoom) for event in told] in ([], [(-1, True)])
    asked = [event.why for event in done.events if isinstance(event, ev.Questioned) and event.step == "walk"]
    assert asked == ["part-way"]


def test_who_never_goes_fully_in_with_a_star_without_a_scale_comes_to_an_end_and_hears_why() -> None:
    done = run(FILLS, made_up=True, hand=pauses(goes_on_s=1e9, says_so=True), longest_s=200.0)
    kind, words = ended(done)
    assert kind == "unsure"
    assert done.events[-1] == ev.GivenUp(done.events[-1].at_s, "light")
    assert "zoom fully in" in words


def test_a_pause_on_the_way_out_is_no_end_where_the_star_was_seen_smaller() -> None:
    class Pauses(Hand):
        def obey(self, said: say.Instruction, at_s: float) -> None:
            super().obey(said, at_s)
            if isinstance(said, say.ZoomTo) and said.end == "wide":
                self.goal = 0.3
                self.later.append((at_s + 8.0, "zoom out"))

    done = run(Lens(zoom=10.0, tele_off_um=200.0), made_up=True, hand=Pauses)
    stops = [event for event in done.events if isinstance(event, ev.ZoomStopped) and event.end == "wide"]
    # 77 px fully out, 154 where the hand pauses
    assert stops
    assert all(event.scale_px == pytest.approx(77.0, rel=0.05) for event in stops)
    assert done.verdict == "set"


class Hasty(Hand):
    """Says done while the zoom moves, stops part of the way, says so again, and goes on when asked."""

    def obey(self, said: say.Instruction, at_s: float) -> None:
        if isinstance(said, say.AskAgain) and said.why == "part-way":
            self.later.append((at_s, "zoom in"))
            return
        super().obey(said, at_s)
        if isinstance(said, say.ZoomTo) and said.end == "tele":
            self.goal, self.zoom_speed = 0.4, 0.3
            self.says = [(at_s + 1.0, "to-tele")]


def test_who_was_told_to_wait_is_still_asked_whether_that_is_the_end() -> None:
    done = run(Lens(zoom=10.0, tele_off_um=200.0), made_up=True, hand=Hasty, until=(ev.ZoomStopped,))
    asked = [
        event.why for event in done.events if isinstance(event, ev.Questioned) and event.step == "to-tele"
    ]
    assert asked == ["moving", "part-way"]
    stopped = done.events[-1]
    assert isinstance(stopped, ev.ZoomStopped)
    # 77 px times ten fully in, 193 where the hand stopped
    assert stopped.scale_px == pytest.approx(770.0, rel=0.1)


class Unteachable(Hand):
    """Turns the FOCUS ring at wide, whatever is asked; and slowly, so that it hardly shows."""

    def begin(self, said: say.Turn) -> None:
        wide = said.ring == "back-focus"
        self.mistaken = "focus" if wide else None
        super().begin(said)
        if wide:
            self.speed_um_s = 4.0 * self.way["focus"]


@pytest.mark.slow
def test_a_slow_hand_on_the_wrong_ring_comes_to_an_end_and_hears_which_ring_is_which() -> None:
    done = run(Lens(zoom=20.0, tele_off_um=200.0), made_up=True, hand=Unteachable)
    kind, words = ended(done)
    assert kind == "unsure"
    assert done.events[-1] == ev.GivenUp(done.events[-1].at_s, "no-peak")
    assert "BACK FOCUS the narrow one" in words
    # four minutes at the ring, and what comes before it
    assert done.at_s < 330.0


@pytest.mark.parametrize("step", [Step.FIND, Step.SWEEP_TELE, Step.SWEEP_WIDE, Step.RETURN_WIDE])
def test_only_a_person_who_is_heard_gives_up_a_ring(step: Step) -> None:
    """In a recording nobody obeys, and what it shows is told at its end; motors have an end of their own."""
    camera = Camera(FILLS)
    camera.pose.zoom = float(step.at_tele)
    session = replace(start(FILLS.setup)[0], step=step, turn=7, hunt_s=10.0, since_s=200.0)
    ways = {"person": (False, True), "recording": (False, False), "motor": (True, True)}
    given_up: dict[str, list[float]] = {way: [] for way in ways}
    for way, (moved_by_motor, obeyed) in ways.items():
        state = StepHistory()
        for at in range(249, 252):
            reading = camera.read(float(at))
            if moved_by_motor:
                reading = replace(reading, position=RingPosition(focus_steps=3.0))
            state, events = watch(state, reading, session, obeyed=obeyed)
            given_up[way] += [event.at_s for event in events if event == ev.GivenUp(event.at_s, "no-peak")]
    assert given_up == {"person": [250.0, 251.0], "recording": [], "motor": []}


def test_the_time_at_a_ring_counts_over_all_its_tries_and_begins_again_with_repeat() -> None:
    session = replace(start(FILLS.setup)[0], step=Step.SWEEP_WIDE, hunt_s=10.0)
    best = ev.SteadyReading(77.0, 1.0, 1.0)
    for event in (
        ev.PeakPassed(50.0, "back-focus", best),
        ev.PeakMissed(90.0, "back-focus", "not-back"),
        ev.Bumped(95.0, 50.0),
    ):
        session, _ = advance(session, event)
        assert session.hunt_s == 10.0
    assert advance(session, ev.Repeated(100.0, "sweep-wide"))[0].hunt_s == 100.0
    assert advance(session, ev.Undone(100.0, "sweep-wide"))[0].hunt_s == 100.0


def test_who_begins_again_after_giving_up_gets_a_verdict_on_what_comes_then() -> None:
    session = replace(start(FILLS.setup)[0], step=Step.SWEEP_WIDE, light_changes=MOST_LIGHTS)
    over, _ = advance(session, ev.GivenUp(300.0, "light"))
    assert "again and again" in over.results[-1].verdict.reason
    again, _ = advance(over, ev.Repeated(310.0, "done"))
    assert again.light_changes == 0
    stopped, _ = advance(again, ev.Stopped(320.0, "aim"))
    assert "again and again" not in stopped.results[-1].verdict.reason


@pytest.mark.parametrize("obeyed", [True, False])
def test_light_that_changes_again_and_again_ends_no_recording(obeyed: bool) -> None:
    """What it shows as a clip is told at its end; nobody in it hears that the light is to stay."""
    lens = Lens(zoom=10.0)
    camera = Camera(lens)
    look = ev.SteadyReading(77.0, 1.0, 1.0, white_light=0.7)
    session = replace(start(lens.setup)[0], step=Step.SWEEP_WIDE, light_changes=MOST_LIGHTS)
    session = replace(session, looks=replace(session.looks, wide=look))
    camera.pose.nd_stops = 2.0
    state, told = StepHistory(), []
    with blur_made_up(camera):
        for at in range(20):
            state, events = watch(state, camera.read(at / 10.0), session, obeyed=obeyed)
            told += [type(event) for event in events]
    assert told[:1] == [ev.GivenUp if obeyed else ev.LightChanged]


def test_who_went_by_too_fast_and_was_told_to_turn_back_has_time_to_do_so() -> None:
    lens = Lens(zoom=10.0, delta_um=0.0, tele_off_um=0.0)
    camera = Camera(lens)
    session = replace(start(lens.setup)[0], step=Step.SWEEP_WIDE)
    state, told = StepHistory(), []
    with blur_made_up(camera):
        for at in range(80):
            at_s = at / 10.0
            # a third of a second through the depth of focus of 18 um, and on as fast
            camera.pose.back_um = min(-60.0 + 60.0 * max(at_s - 1.0, 0.0), 70.0)
            state, events = watch(state, camera.read(at_s), session)
            for event in events:
                told.append((type(event), at_s))
                session, _ = advance(session, event)
    missed_s = next(at_s for kind, at_s in told if kind is ev.PeakMissed)
    softer_s = next(at_s for kind, at_s in told if kind is ev.Softer)
    # 0.1 s between pictures
    assert softer_s - missed_s >= REACTION_S - 0.1


class ToAndFro(Hand):
    """Turns to and fro about a second at a time."""

    def turn_on(self, at_s: float, elapsed_s: float) -> None:
        speed_um_s = self.speed_um_s
        if self.ring == "back-focus" and int(at_s / 1.2) % 2:
            self.speed_um_s = -speed_um_s
        super().turn_on(at_s, elapsed_s)
        self.speed_um_s = speed_um_s


def test_who_turns_to_and_fro_is_not_sent_back_each_time() -> None:
    lens = Lens(zoom=10.0, delta_um=90.0, tele_off_um=200.0)
    done = run(lens, made_up=True, hand=ToAndFro, longest_s=60.0)
    at_wide_s = next(event.at_s for event in done.events if isinstance(event, ev.StillOff))
    told_s = [event.at_s for event in done.events if isinstance(event, ev.Softer) and event.at_s > at_wide_s]
    assert len(told_s) >= 3
    gaps_s = [later - sooner for sooner, later in pairwise(told_s)]
    # each time its way is watched for a reaction time longer; 0.1 s between pictures
    assert all(gap_s >= REACTION_S * count - 0.1 for count, gap_s in enumerate(gaps_s, start=1))


class WandersOff(Hand):
    """On the way back goes two steps on and one back, over and over, away from the sharpest point."""

    def turn_on(self, at_s: float, elapsed_s: float) -> None:
        way = -1.0 if int(at_s / 1.2) % 3 == 2 else 1.0
        self.camera.pose.focus_um += way * 80.0 * elapsed_s


def test_on_the_way_back_too_a_wandering_hand_is_not_sent_to_and_fro() -> None:
    lens = Lens(zoom=10.0, delta_um=0.0, tele_off_um=10.0)
    camera = Camera(lens)
    camera.pose.zoom = 1.0
    session = replace(start(lens.setup)[0], step=Step.RETURN_TELE, turn=7)
    state, told_s, hand = StepHistory(), [], WandersOff(camera)
    with blur_made_up(camera):
        for at in range(180):
            hand.move(at / 10.0, 0.1)
            state, events = watch(state, camera.read(at / 10.0), session)
            told_s += [event.at_s for event in events if isinstance(event, ev.Overshot)]
    gaps_s = [later - sooner for sooner, later in pairwise([0.0, *told_s])]
    assert len(gaps_s) >= 3
    # a reaction time before the first and the second, then one longer each time; 0.1 s between pictures
    assert all(gap_s >= REACTION_S * max(count, 1) - 0.15 for count, gap_s in enumerate(gaps_s))
