"""`auto` on virtual motors; the truth is what the bench was made with.

The loop runs on paper: the motors are those of the virtual camera with all their faults, and a picture is the
exact curve of the residual they leave. One whole run with drawn pictures is among the slow tests.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.forked import Forks
from tests.solve.conftest import reading_at

from backfocus.control.guarded import Guarded, by_hand, places_put_back
from backfocus.control.onvif.lens import OnvifRemote
from backfocus.control.onvif.onvif import Place
from backfocus.errors import LensError, LensLost, SourceLost, UsageError
from backfocus.frame import Frame
from backfocus.guide.axes import BY_HAND, Automatic, Axis
from backfocus.guide.motors import MotorRig
from backfocus.measure.object.keeping import KeptReference
from backfocus.measure.reading import Reading
from backfocus.served.serving import serve_camera
from backfocus.session.motor_log import log_for
from backfocus.session.motors import (
    Progress,
    Wishes,
    demand_motors,
    drive,
    open_run,
    table_of,
    why_no_table,
)
from backfocus.session.rig import resolve, rig_options
from backfocus.session.run import Limits
from backfocus.sim.bench import Bench
from backfocus.sim.motor import Motors
from backfocus.sim.settings import parse_sim

FPS = 25.0


class Paper:
    """Pictures without a camera: each is measured by sum, from where the motors stood a latency ago."""

    live = True
    title = "paper"

    def __init__(self, more: str, *, delta_um: float) -> None:
        self.settings = parse_sim(f"sim://?delta_um={delta_um}&zoom=8&f_number=1.8{more}")
        self.bench, self.now_s = Bench(self.settings), 0.0
        self.motors = Motors(self.bench.lens, self.bench.pose, lambda: self.now_s)
        self.motors.automatic(BY_HAND)
        self._rng = np.random.default_rng(1)

    def frames(self) -> Iterator[Frame]:
        luma = np.zeros((2, 2), np.uint8)
        for index in range(4000):
            self.now_s = index / FPS
            yield Frame(luma, index=index, at_s=self.now_s)

    def close(self) -> None:
        """Nothing to let go."""

    def measure(self, frame: Frame) -> Reading:
        pose = self.motors.pose_at((frame.at_s or 0.0) - self.settings.latency_s)
        um, scale_px = self.bench.lens.residual_um(pose), self.bench.lens.scale_px(pose)
        return reading_at(um, scale_px=scale_px, noise=0.003, rng=self._rng)

    def last(self, **wishes: object) -> Progress:
        lens = Guarded(self.motors, lambda: self.now_s)
        found = self.motors.state().positions
        rig = MotorRig(lens.axes, self.settings.optics, found, between=(0.5,), **wishes)
        *_, last = drive(self, lens, self.measure, rig)
        return last


@pytest.mark.parametrize(
    ("delta_um", "more"),
    [
        (-40.0, "&backlash=20&motor_noise=1&latency_s=0.25&settle_s=0.3&zoom_s=2"),
        (70.0, "&backlash=0&latency_s=0.04&zoom_s=4&focus_s=3&far=yes"),
    ],
)
def test_a_back_focus_motor_sets_it_whatever_the_motors_are_like(delta_um: float, more: str) -> None:
    paper = Paper(f"&motor=back-focus{more}", delta_um=delta_um)
    last = paper.last()
    assert last.answer is not None
    assert last.answer.verdict.kind == "set"
    left_um = paper.bench.lens.delta_um(paper.motors.pose_at(paper.now_s))
    assert abs(left_um) < paper.settings.optics.half_depth_um(0.0)
    # the motor begins by taking up its play, which moves the lens by up to 20 steps of 0.2 um
    assert last.answer.corrected_um == pytest.approx(delta_um, abs=7.0)
    assert last.at_s < 60.0


def test_without_one_the_error_is_told_with_its_side() -> None:
    last = Paper("&motor=focus&backlash=40", delta_um=-25.0).last()
    assert last.answer is not None
    assert last.answer.answer is not None
    # a third of half the depth of focus of 9 um
    assert last.answer.answer.back_focus.delta_um == pytest.approx(-25.0, abs=3.0)
    assert last.answer.corrected_um is None


def test_pictures_that_end_too_soon_are_an_error_and_automatic_functions_come_back() -> None:
    source = "sim://?motor=focus&zoom=4&size=64x64&codec=none"
    rig = resolve(rig_options({"source": source}))
    with open_run(rig, rig.source, Wishes()) as run:
        motors = run.source.motors
        assert motors.state().automatic.focus is False
        with pytest.raises(SourceLost, match="before the answer"):
            list(run.progress(Limits(frames=4)))
    assert motors.state().automatic.focus is True


def test_a_virtual_lens_without_motors_is_refused() -> None:
    rig = resolve(rig_options({"source": "sim://?zoom=4&size=64x64"}))
    with pytest.raises(UsageError, match="no motors"), open_run(rig, rig.source, Wishes()):
        raise AssertionError("it was opened")


def set_by_the_command(forks: Forks, folder: Path, sim: str, between: str, delta_um: float) -> dict[str, Any]:
    """What `auto` says of a lens that its motor has set."""
    address = (
        f"sim://?delta_um={delta_um:g}&motor=back-focus&codec=none&fps=12.5&settle_s=0.1&latency_s=0.16&{sim}"
    )
    ended = forks.run("auto", address, "--yes", "--json", "--between", between, cwd=folder)
    assert ended.returncode == 0, ended.stderr
    line: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    assert line["verdict"] == "set"
    # moved by what was wrong, to within half the depth of focus of 9 um
    assert line["corrected_um"] == pytest.approx(delta_um, abs=9.0)
    assert abs(line["residual_um"]) < 9.0
    return line


@pytest.mark.slow
def test_the_command_sets_the_back_focus_by_its_motor(forks: Forks, tmp_path: Path) -> None:
    sim = "zoom=4&size=480x270&zoom_s=0.6&focus_s=0.3"
    line = set_by_the_command(forks, tmp_path, sim, "0", -30.0)
    assert line["corrected"] is True
    assert line["moves"] >= line["looks"] > 12
    assert [row["zoom"] for row in line["table"]] == [16384.0, 0.0]


@pytest.mark.slow
def test_the_command_sets_the_back_focus_by_a_bookshelf(forks: Forks, tmp_path: Path) -> None:
    sim = "scene=shelf&seed=11&zoom=6&size=960x540&zoom_s=2&focus_s=0.5"
    line = set_by_the_command(forks, tmp_path, sim, "1", 40.0)
    assert line["table"][0]["zoom"] == 16384.0


def test_nothing_moves_before_somebody_has_said_so(forks: Forks, tmp_path: Path) -> None:
    optics = ("--pixel-um", "5", "--f-number", "1.8")
    video = ("--video", "http://127.0.0.1:9/x.mjpg")
    ended = forks.run("auto", "visca://127.0.0.1:9", *video, *optics, cwd=tmp_path)
    assert ended.returncode == 2
    assert "--yes" in ended.stderr


class Cut:
    """The motors of a lens whose link is cut after so many looks at its state."""

    def __init__(self, motors: Motors, states: int) -> None:
        self._motors, self._left, self.axes = motors, states, motors.axes

    def move(self, axis, position):
        self._motors.move(axis, position)

    def state(self):
        self._left -= 1
        if self._left < 0:
            raise LensLost("visca://camera does not answer any more")
        return self._motors.state()

    def automatic(self, wanted):
        if self._left < 0:
            raise LensLost("visca://camera does not answer any more")
        return self._motors.automatic(wanted)


@pytest.mark.parametrize("states", [0, 3, 40, 400])
def test_a_link_that_is_cut_is_an_error_and_says_what_to_put_back(states: int) -> None:
    paper, said = Paper("&motor=focus", delta_um=10.0), []
    paper.motors.automatic(Automatic(focus=True, exposure=True))
    lens = Guarded(Cut(paper.motors, states), lambda: paper.now_s)

    def run() -> None:
        with by_hand(lens, how_to_restore=lambda was: f"send AUTO {was.focus}", notice=said.append):
            rig = MotorRig(lens.axes, paper.settings.optics, {"zoom": 0.0, "focus": 20_000.0}, between=())
            for _ in drive(paper, lens, paper.measure, rig):
                pass

    with pytest.raises(LensLost):
        run()
    assert said == ["automatic functions could not be put back: send AUTO True"]


def test_a_run_that_was_killed_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """Told the same looks it asks for the same next one, also through the file; and takes fewer looks."""
    whole = Paper("&motor=focus", delta_um=-25.0)
    log, asked = log_for("visca://camera", folder=tmp_path), []
    log.begin(Automatic(focus=True, exposure=True), {"zoom": 0.0, "focus": 20_000.0})
    found = {"zoom": 0.0, "focus": 20_000.0}
    for progress in _driven(whole, found):
        if progress.seen is not None and len(asked) < 9:
            log.add(progress.ask, progress.seen)
            asked.append(progress.ask)
    with log.path.open("a") as file:
        file.write('{"ask": {"zo')  # it was killed while it wrote
    told = log.read(log.path.stat().st_mtime + 60.0)
    assert told is not None
    assert told.fresh
    assert [ask for ask, _ in told.looks] == asked
    assert told.automatic == Automatic(focus=True, exposure=True)
    again = list(_driven(Paper("&motor=focus", delta_um=-25.0), found, told.looks))
    assert again[0].ask == asked[-1]
    assert again[-1].looks == progress.looks - 8 + 1  # one to see that nothing was touched
    assert again[-1].answer.verdict.kind == progress.answer.verdict.kind == "adjust"


def test_a_run_is_not_gone_on_with_where_somebody_has_touched_the_lens(tmp_path: Path) -> None:
    found = {"zoom": 0.0, "focus": 20_000.0}
    seen = [(each.ask, each.seen) for each in _driven(Paper("&motor=focus", delta_um=-25.0), found)][:9]
    again = list(_driven(Paper("&motor=focus", delta_um=30.0), found, seen))
    assert again[0].ask == seen[0][0]
    assert again[-1].answer.answer.back_focus.delta_um == pytest.approx(30.0, abs=3.0)


def test_a_table_from_before_the_back_focus_was_set_is_not_given_out() -> None:
    paper = Paper("&motor=back-focus", delta_um=40.0)
    answer, focus = paper.last().answer, paper.motors.axes["focus"]
    assert answer.corrected_um is not None
    assert table_of(answer, focus) is None
    assert "look only" in why_no_table(answer)
    assert table_of(replace(answer, corrected_um=None), focus) is not None


class PaperShelf(Paper):
    """Before an object: contrast alone until a picture is kept, then r^2 less that one's own."""

    kept_um: float | None = None
    DEFOCUS_UM, CONTRAST = (0.0, 20.0, 60.0, 120.0, 400.0, 8000.0), (0.279, 0.265, 0.210, 0.158, 0.086, 0.004)

    def _um_and_ratio(self, frame: Frame) -> tuple[float, float, float]:
        lens, pose = self.bench.lens, self.motors.pose_at((frame.at_s or 0.0) - self.settings.latency_s)
        scale_px = lens.scale_px(pose)
        return abs(lens.residual_um(pose)), scale_px, scale_px / lens.scale_px(replace(pose, zoom=1.0))

    def measure(self, frame: Frame) -> Reading:
        um, scale_px, ratio = self._um_and_ratio(frame)
        contrast = float(np.interp(um, self.DEFOCUS_UM, self.CONTRAST))
        if self.kept_um is None or um > 130.0:
            return replace(super().measure(frame), **UNREAD, contrast=contrast)
        um = max(um**2 - (self.kept_um * ratio) ** 2, 0.0) ** 0.5
        return replace(reading_at(um, scale_px=scale_px, noise=0.003, rng=self._rng), contrast=contrast)

    def keep(self, frame: Frame) -> Reading:
        self.kept_um = self._um_and_ratio(frame)[0]
        return self.measure(frame)

    def forget(self) -> None:
        self.kept_um = None


UNREAD = {"frequency_cy_px": (), "modulation": (), "modulation_sigma": ()}
REFERENCE = KeptReference(b"\x89PNG", 0.9, 0.002, False, 7, 1.5, 1, 0, 1.0, 0.0, 0.0, 0.0, 0.8, 2.0)


def test_a_run_on_an_object_goes_on_against_the_picture_it_had_kept(tmp_path: Path) -> None:
    found, log = {"zoom": 0.0, "focus": 20_000.0}, log_for("visca://camera", folder=tmp_path)
    whole = PaperShelf("&motor=focus", delta_um=-25.0)
    log.begin(Automatic(focus=True, exposure=True), found)
    seen = [each for each in _driven(whole, found) if each.seen is not None]
    keeps = max(index for index, each in enumerate(seen) if each.ask.keep)
    for each in seen[: keeps + 4]:
        log.add(each.ask, each.seen, REFERENCE if each.ask.keep else None)
    told = log.read(log.path.stat().st_mtime)
    assert told is not None
    assert told.kept == REFERENCE
    assert told.looks == tuple((each.ask, each.seen) for each in seen[: keeps + 4])

    taken_up = PaperShelf("&motor=focus", delta_um=-25.0)
    taken_up.kept_um = whole.kept_um
    again = list(_driven(taken_up, found, told.looks))
    assert again[0].ask == seen[keeps + 3].ask
    assert not any(each.again or each.ask.why == "to focus" for each in again)
    assert again[-1].answer.answer.back_focus.delta_um == pytest.approx(-25.0, abs=3.0)

    touched = PaperShelf("&motor=focus", delta_um=30.0)
    touched.kept_um = whole.kept_um
    again = list(_driven(touched, found, told.looks))
    assert [each.again for each in again][:2] == [True, False]
    assert again[0].ask.why == "tele"
    assert again[-1].answer.answer.back_focus.delta_um == pytest.approx(30.0, abs=3.0)


def test_what_a_run_began_again_from_does_not_stay_in_its_file(tmp_path: Path) -> None:
    log, found = log_for("visca://camera", folder=tmp_path), {"zoom": 0.0, "focus": 20_000.0}
    first, second, third = islice(_driven(Paper("&motor=focus", delta_um=-25.0), found), 3)
    log.begin(Automatic(focus=True), found)
    for each in (first, second):
        log.add(each.ask, each.seen)
    log.begin_again()
    log.add(third.ask, third.seen)
    told = log.read(log.path.stat().st_mtime)
    assert told is not None
    assert (told.automatic, told.found) == (Automatic(focus=True), found)
    assert [ask for ask, _ in told.looks] == [third.ask]


def test_a_run_is_known_again_though_the_camera_tells_another_address_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As cameras do that put a ticket into it: what the run has switched off must be put back."""
    notices: list[str] = []
    with serve_camera("sim://?size=64x64&fps=10") as served:
        told = (f"{served.video}?ticket={number}" for number in range(2))
        monkeypatch.setattr("backfocus.session.motors.ask_for_stream", lambda _address: next(told))
        rig = resolve(rig_options({"pixel_um": 5.0, "f_number": "1.8"}))
        for _ in range(2):
            with open_run(rig, served.visca, Wishes(), notice=notices.append, folder=tmp_path):
                pass  # it is cut off before its first look
    assert any("an earlier run on this lens did not end" in words for words in notices)
    assert len(list(tmp_path.iterdir())) == 1


def test_what_a_killed_run_switched_off_comes_back_though_the_next_one_is_asked_for_something_else(
    tmp_path: Path,
) -> None:
    found = {"zoom": 0.0, "focus": 20_000.0}
    first, _second = islice(_driven(Paper("&motor=focus", delta_um=-25.0), found), 2)
    log = log_for("visca://camera", "two stops between", folder=tmp_path)
    log.begin(Automatic(focus=True, exposure=True), found)
    log.add(first.ask, first.seen)
    other = log_for("visca://camera", "none between", folder=tmp_path)
    told = other.read(log.path.stat().st_mtime)
    assert told is not None
    assert (told.automatic, told.found) == (Automatic(focus=True, exposure=True), found)
    assert not told.fresh
    again = log_for("visca://camera", "two stops between", folder=tmp_path).read(log.path.stat().st_mtime)
    assert again is not None
    assert again.fresh


class KilledError(BaseException):
    """The process is gone: nothing that is to be done at the end is done."""


def test_a_run_that_is_killed_as_it_switches_is_put_right_by_the_next_and_its_file_stays_till_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(lens, **_words):
        lens.automatic(BY_HAND)
        raise KilledError

    @contextmanager
    def watched(lens, **words):
        with by_hand(lens, **words) as was:
            yield was
            there.append(len(list(tmp_path.iterdir())))  # about to be put back

    there: list[int] = []
    with serve_camera("sim://?size=64x64&fps=10&motor=focus") as served:
        rig = resolve(rig_options({"pixel_um": 5.0, "f_number": "1.8", "source": served.video}))
        monkeypatch.setattr("backfocus.session.motors.by_hand", killed)
        with pytest.raises(KilledError), open_run(rig, served.visca, Wishes(), folder=tmp_path):
            pass
        assert served.camera.state().automatic == BY_HAND
        monkeypatch.setattr("backfocus.session.motors.by_hand", watched)
        with open_run(rig, served.visca, Wishes(), folder=tmp_path) as run:
            assert run.log is not None
            run.log.is_answered = True
        assert served.camera.state().automatic == Automatic(True, True)
    assert there == [1]
    assert not list(tmp_path.iterdir())


def test_what_an_interrupt_keeps_from_being_put_back_stays_written_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def broken_off(*_args, **_words):
        yield set()
        raise KeyboardInterrupt  # a second Ctrl-C, while the lens goes back

    monkeypatch.setattr("backfocus.session.motors.places_put_back", broken_off)
    with serve_camera("sim://?size=64x64&fps=10&motor=focus") as served:
        rig = resolve(rig_options({"pixel_um": 5.0, "f_number": "1.8", "source": served.video}))

        def run() -> None:
            with open_run(rig, served.visca, Wishes(), folder=tmp_path) as going:
                assert going.log is not None
                going.log.is_answered = True

        with pytest.raises(KeyboardInterrupt):
            run()
    assert len(list(tmp_path.iterdir())) == 1


def test_the_search_begins_in_the_middle_where_the_focus_does_not_tell_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notices: list[str] = []
    monkeypatch.setattr(OnvifRemote, "_focus_place", lambda self: Place(None, None))
    with serve_camera("sim://?size=64x64&fps=10&motor=focus") as served:
        rig = resolve(rig_options({"pixel_um": 5.0, "f_number": "1.8", "source": served.video}))
        with open_run(rig, served.onvif, Wishes(), notice=notices.append, folder=tmp_path) as run:
            assert run._motor_rig().found["focus"] == 5000.0
    assert "the camera does not tell the position of its focus, so that is not put back at the end" in notices


def test_looks_of_another_run_are_let_go() -> None:
    """As those that another version of the program asked for: it begins again, and does not crash."""
    found = {"zoom": 0.0, "focus": 20_000.0}
    begun = islice(_driven(Paper("&motor=focus", delta_um=-25.0), found), 3)
    looks = [(each.ask, each.seen) for each in begun]
    again = next(_driven(Paper("&motor=focus", delta_um=-25.0), found, (looks[0], *looks)))
    assert again.ask == looks[0][0]
    assert again.again


def _driven(paper: Paper, found, told=()) -> Iterator[Progress]:
    lens = Guarded(paper.motors, lambda: paper.now_s)
    rig = MotorRig(lens.axes, paper.settings.optics, found, between=())
    object_ = {"keep": paper.keep, "forget": paper.forget} if isinstance(paper, PaperShelf) else {}
    return drive(paper, lens, paper.measure, rig, told=told, **object_)


def test_the_lens_goes_back_to_where_it_was_also_after_an_error() -> None:
    paper = Paper("&motor=focus", delta_um=0.0)
    lens = Guarded(paper.motors, lambda: paper.now_s)

    def wait() -> bool:
        paper.now_s += 0.1
        return True

    places = {"zoom": 5000.0, "focus": 30_000.0}

    def run() -> None:
        with places_put_back(lens, places, wait=wait, notice=print) as staying:
            staying.add("focus")
            lens.move("zoom", 16_000.0)
            raise LensLost("cut")

    with pytest.raises(LensLost):
        run()
    assert paper.motors.state().positions["zoom"] == 5000.0
    assert paper.motors.state().positions["focus"] != 30_000.0


def test_a_body_that_moves_its_back_focus_alone_is_left_to_a_person() -> None:
    with pytest.raises(LensError, match="no motor for zoom and focus, only for back-focus") as caught:
        demand_motors({"back-focus": Axis(0.0, 100.0)})
    assert "with the guide" in str(caught.value)
