"""One way to begin, to take up again, to change the ND and to end, whatever face shows it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from backfocus.errors import SessionHeld, SourceLost, UsageError
from backfocus.frame import Frame
from backfocus.guide import events as ev
from backfocus.guide.instructions import Aim
from backfocus.guide.steps import Step
from backfocus.measure.reading import RingPosition
from backfocus.session.guided import Plan, begin, differences, left_open, resume
from backfocus.session.opened import Opened, Seen, open_rig
from backfocus.session.rig import Rig, resolve, rig_options
from backfocus.session.run import Tracking
from backfocus.session.store import Store
from backfocus.sim.source import open_sim
from backfocus.solve.verdict import ONE_PICTURE

LENS = {"camera": "b4-hd", "lens": "canon-cj20ex7.8b"}


def rig(**said: object) -> Rig:
    return resolve(rig_options({**LENS, **said}))


def plan(*notes: tuple[str, str], on: Rig | None = None) -> Plan:
    return Plan(on or rig(), "rtsp://cam/1", "camera", notes=notes)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "sessions.db"


def begun(store: Path, *notes: tuple[str, str], on: Rig | None = None) -> int:
    """A session in which a star was seen and "done" was said, left open."""
    with begin(store, plan(*notes, on=on)) as guided:
        guided.say(ev.StarSeen(1.0, 80.0))
        guided.say(ev.Confirmed(2.0, "check"))
        assert guided.number is not None
        return guided.number


def test_what_was_begun_is_taken_up_where_it_stopped(store: Path) -> None:
    number = begun(store, ("operator", "Kim"), ("nd", "1/4"))
    guided, stored = resume(store, number, plan())
    with guided:
        assert (guided.session.step, guided.at_s, guided.number) == (Step.TO_TELE, 2.0, number)
        assert guided.session.notes == (("operator", "Kim"),), "the answers are kept"
        assert guided.session.nd == guided.session.setup.nd == "1/4"
        assert stored.summary.lens == "canon-cj20ex7.8b"


class Album:
    """Stills: pictures without times."""

    live = False
    title = "album"

    def __init__(self, *pictures: Frame) -> None:
        self.pictures = pictures

    def frames(self) -> Iterator[Frame]:
        return (replace(each, index=n, at_s=None) for n, each in enumerate(self.pictures))

    def close(self) -> None:
        """Nothing is open."""


def test_stills_are_led_as_they_are_checked_and_nobody_is_told_to_hold_still(store: Path) -> None:
    filmed = tuple(open_sim("sim://?clip=check&delta_um=40&seed=3&size=640x360&codec=none&fps=1").frames())
    tele, wide = filmed[0], filmed[-1]
    said = {}
    for name, pictures in {"both": (tele, wide), "tele twice": (tele, tele), "one": (tele,)}.items():
        with begin(store, plan()) as guided:
            list(guided.moments(Album(*pictures), rig()))
            said[name] = guided.session.results[-1]
    assert said["both"].verdict.kind == "adjust"
    assert said["both"].back_focus.delta_um == pytest.approx(40.0, abs=4.0)  # one picture at each end
    assert "Give a sharp still of full tele" in said["tele twice"].verdict.advice
    assert said["one"].verdict == ONE_PICTURE
    assert not any("old still" in each.verdict.advice for each in said.values())


def test_nothing_is_kept_of_a_session_in_which_nothing_happened(store: Path) -> None:
    for _ in range(3):
        with begin(store, plan(("operator", "Kim"))) as guided:
            assert guided.number is None
    assert left_open(store) == ()


def test_the_extender_stands_in_the_record(store: Path) -> None:
    with begin(store, plan(on=rig(extender=2))) as guided:
        assert guided.session.notes == (("extender", "2x"),)
    with begin(store, plan(("extender", "2x, swung in"), on=rig(extender=2))) as guided:
        assert guided.session.notes == (("extender", "2x, swung in"),)


@pytest.mark.parametrize(
    ("said", "notes", "words"),
    [
        ({"lens": "fujinon-cabrio-19-90"}, (), "the lens was canon-cj20ex7.8b, and now it is fujinon"),
        ({"camera": "b4-uhd"}, (), "the camera was b4-hd, and now it is b4-uhd"),
        ({"pixel_um": 2.5}, (), "the pixel size in um was 5.0, and now it is 2.5"),
        ({"f_number": 2}, (), "the f-number was 1.8 at 7.8 mm"),
        ({"extender": 2}, (), "the f-number was"),
        ({"wavelength_um": 0.6}, (), "the wavelength in um was 0.55"),
        ({"no_ring": True}, (), "the back-focus ring was there, and now it is none"),
        ({"shims": "10"}, (), "the shims was not named, and now it is 10"),
        ({"um_per_degree": 2}, (), "um per degree was not named"),
        ({}, (("lens-serial", "8"),), "the lens's serial number was 7, and now it is 8"),
        ({}, (("camera-serial", "B"),), "the camera's serial number was A, and now it is B"),
    ],
)
def test_another_camera_lens_or_serial_number_is_refused_in_words(
    store: Path, said: dict[str, object], notes: tuple[tuple[str, str], ...], words: str
) -> None:
    number = begun(store, ("lens-serial", "7"), ("camera-serial", "A"))
    with pytest.raises(UsageError, match="cannot be taken up") as refused:
        resume(store, number, plan(*notes, on=rig(**said)))
    assert words in str(refused.value)
    with resume(store, number, plan())[0] as guided:
        assert guided.session.step is Step.TO_TELE, "it was neither changed nor held"


def test_what_is_not_said_is_as_it_was(store: Path) -> None:
    number = begun(store, on=rig(shims="10,30", extender=2))
    nothing = Plan(resolve(rig_options({})), "rtsp://cam/2", "camera")
    with resume(store, number, nothing)[0] as guided:
        assert guided.session.setup == rig(shims="10,30", extender=2).setup


def test_a_camera_that_was_not_named_is_another(store: Path) -> None:
    number = begun(store, on=resolve(rig_options({})))
    with pytest.raises(UsageError, match="the camera was not named, and now it is b4-hd"):
        resume(store, number, plan())


@pytest.mark.parametrize("source", ["sim://?seed=1", "practice:5"])
def test_a_virtual_camera_is_no_real_one(store: Path, source: str) -> None:
    with begin(store, replace(plan(), source=source)) as guided:
        guided.say(ev.StarSeen(1.0, 80.0))
        number = guided.number
    assert number is not None
    with pytest.raises(UsageError, match="the source was"):
        resume(store, number, plan())


def finished(store: Path) -> int:
    with begin(store, plan(("operator", "Kim"))) as guided:
        (*_, last) = guided.moments(Wall(12), plan().rig, (Says(ev.Stopped),))
        assert last.session.finished
        assert guided.number is not None
        return guided.number


def test_a_finished_session_goes_on_with_another_nd_only(store: Path) -> None:
    number = finished(store)
    with pytest.raises(UsageError, match=f"backfocus report {number}"):
        resume(store, number, plan())
    with pytest.raises(UsageError, match="another ND"):
        resume(store, number, plan(("nd", "clear")))
    with Store.open(store) as opened:
        assert opened.sessions()[0].state == "closed", "a refusal opens nothing"
    with resume(store, number, plan(("nd", "1/16")))[0] as guided:
        assert (guided.session.step, guided.session.nd) == (Step.AIM, "1/16")
        with Store.open(store) as opened:
            summary = opened.sessions()[0]
            assert (summary.state, summary.verdict, summary.results[0].nd) == ("open", None, "clear")
        list(guided.moments(Wall(12), plan().rig, (Says(ev.Stopped),)))
    with Store.open(store) as opened:
        summary = opened.sessions()[0]
    assert (summary.state, [each.nd for each in summary.results]) == ("closed", ["1/16", "clear"])


def test_another_nd_said_at_the_end_opens_the_session_again(store: Path) -> None:
    with begin(store, plan()) as guided:
        list(guided.moments(Wall(12), plan().rig, (Says(ev.Stopped),)))
        assert guided.say(ev.Skipped(guided.at_s, "find")) != (), "a word for another step is passed over"
        assert guided.session.finished
        assert [type(each) for each in guided.say(ev.NdChanged(guided.at_s, "1/4"))] == [Aim]
        with Store.open(store) as opened:
            assert (opened.sessions()[0].state, opened.sessions()[0].led_by is None) == ("open", False)


def test_one_program_leads_a_session_and_the_other_is_told(store: Path) -> None:
    number = begun(store)
    with resume(store, number, plan())[0]:
        with pytest.raises(SessionHeld, match="is led by process"):
            resume(store, number, plan())
        assert left_open(store)[0].summary.led_by is not None
    resume(store, number, plan())[0].close()


def test_a_lost_source_leaves_it_open_and_it_goes_on(store: Path) -> None:
    with begin(store, plan()) as guided:
        with pytest.raises(SourceLost):
            list(guided.moments(Wall(40, lost=True), plan().rig))
        step, at_s = guided.session.step, guided.at_s
        assert step is Step.CHECK
        moments = guided.moments(Wall(5), plan().rig, left=lambda: False)
        first = next(moments)
        assert (first.session.step, first.at_s) == (step, at_s), "its clock goes on"
        moments.close()
    assert [each.session.step for each in left_open(store, "rtsp://cam/1")] == [Step.CHECK]


def test_what_was_pointed_at_before_there_were_pictures_is_meant_in_the_first_one(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    aimed: list[tuple[float, float]] = []
    monkeypatch.setattr(Tracking, "aim", lambda _self, x_share, y_share: aimed.append((x_share, y_share)))
    with begin(store, plan()) as guided:
        guided.aim(0.25, 0.5)
        for _ in range(2):  # said once, also where the pictures come twice
            moments = guided.moments(Wall(5), plan().rig)
            next(moments)
            moments.close()
        assert aimed == [(0.25, 0.5)]


def test_who_left_ends_nothing(store: Path) -> None:
    with begin(store, plan()) as guided:
        list(guided.moments(Wall(40), plan().rig, left=lambda: guided.session.step is Step.CHECK))
        assert guided.session.step is Step.CHECK
    assert len(left_open(store)) == 1


def test_what_was_left_open_is_listed_newest_first_with_what_differs(store: Path) -> None:
    first, second = begun(store, ("lens-serial", "7")), begun(store)
    left = left_open(store, "rtsp://cam/1")
    assert [each.summary.id for each in left] == [second, first]
    assert left_open(store, "rtsp://cam/2") == ()
    (other,) = differences(left[1].summary, left[1].session, plan(("lens-serial", "8")))
    assert "serial number was 7" in other
    assert differences(left[0].summary, left[0].session, plan(("lens-serial", "8"))) == ()


class Wall:
    """A source that shows a star that stands still, 25 times a second by its own clock."""

    live, title = True, "wall"

    def __init__(self, pictures: int, *, lost: bool = False) -> None:
        from tests.web.conftest import star_picture

        self._luma = star_picture()
        self._pictures, self._lost = pictures, lost
        self.closed = False

    def frames(self) -> Iterator[Frame]:
        for index in range(self._pictures):
            yield Frame(self._luma, index=index, at_s=10.0 + index / 5.0)
        if self._lost:
            raise SourceLost("the camera is gone")

    def close(self) -> None:
        self.closed = True


class Says:
    """Hands that say one word in every step, and know where the rings stand."""

    def __init__(self, kind: type[ev.Command]) -> None:
        self._kind = kind

    def hear(self, said: object, at_s: float) -> None:
        """Hears, and goes its own way."""

    def answers(self, at_s: float) -> tuple[ev.Event, ...]:
        return tuple(self._kind(at_s, step) for step in ("aim", "check"))

    def position(self, at_s: float) -> RingPosition:
        return RingPosition(focus_steps=at_s)


def test_where_the_rings_stand_comes_with_every_reading(store: Path) -> None:
    with begin(store, plan()) as guided:
        moments = list(guided.moments(Wall(4), plan().rig, (Says(ev.Repeated),)))
    seen = [each for each in moments if each.sighting is not None]
    assert [each.sighting.reading.position for each in seen if each.sighting] == [
        RingPosition(focus_steps=each.at_s) for each in seen
    ]


def test_a_source_that_is_seen_begins_when_the_asking_is_over() -> None:
    seen = Seen(Wall(5))
    frames = list(seen.frames())
    assert [each.index for each in frames] == [0, 1, 2, 3], "the first picture told that it is there"
    assert frames[0].at_s == 0.0
    nothing = Seen(Wall(0))
    assert list(nothing.frames()) == []
    with pytest.raises(SourceLost):
        Seen(Wall(0, lost=True))


def test_the_hand_of_the_virtual_camera_comes_with_it() -> None:
    opened = open_rig(resolve(rig_options({"source": "sim://?seed=3&hand=none"})))
    assert isinstance(opened, Opened)
    assert len(opened.hands) == 1
    assert opened.waits
    opened.source.close()
