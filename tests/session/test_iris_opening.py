"""An iris is opened before the first look, led by light; and goes back, also over the network."""

from collections.abc import Callable
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from tests.endings import run_to

from backfocus.control import polled
from backfocus.control.address import open_lens
from backfocus.frame import Frame
from backfocus.guide.axes import BY_HAND, Automatic, Axis, LensState
from backfocus.served.serving import Served, serve_camera
from backfocus.session import iris_opening
from backfocus.session.iris_opening import IrisOpening
from backfocus.session.motor_log import log_for
from backfocus.session.motors import Wishes, open_run
from backfocus.session.rig import resolve, rig_options

FPS = 25.0


class Iris:
    """An iris alone: `light` of its place; it moves 100 steps in a picture."""

    def __init__(self, at: float, light: Callable[[float], float], *, way_is_told: bool = True) -> None:
        self.axes = {"iris": Axis(0.0, 1000.0, way_is_told=way_is_told)}
        self.at = self.aim = at
        self.light = light
        self.sent: list[float] = []

    def move(self, axis, position):
        assert axis == "iris"
        assert 0.0 <= position <= 1000.0
        self.sent.append(position)
        self.aim = position

    def state(self):
        self.at += float(np.clip(self.aim - self.at, -100.0, 100.0))
        return LensState({"iris": self.at}, self.at == self.aim)

    def automatic(self, wanted):
        return Automatic()


def opened(lens: Iris) -> list[str]:
    """What is said until it is done; a picture is late by two, as those of a camera are."""
    said: list[str] = []
    opening = IrisOpening(lens, lens.at, said.append)
    late = [lens.at, lens.at]
    for index in count():
        if opening.done:
            return said
        late.append(lens.at)
        luma = np.full((2, 2), round(lens.light(late[index])), np.uint8)
        opening.take(Frame(luma, index=index, at_s=index / FPS), index / FPS)
        assert index < 400, "it ends"
    return said


def darker(place: float) -> float:
    return 150.0 * 2.0 ** (-place / 250.0)


def brighter(place: float) -> float:
    return darker(1000.0 - place)


@pytest.mark.parametrize("way_is_told", [True, False])
def test_it_is_opened_as_far_as_it_goes(way_is_told: bool) -> None:
    lens = Iris(400.0, darker, way_is_told=way_is_told)
    assert opened(lens) == ["the iris is opened as far as it goes, and goes back at the end"]
    assert lens.aim == 0.0


def test_one_that_counts_the_other_way_is_found_out_by_its_light() -> None:
    lens = Iris(400.0, brighter)
    opened(lens)
    assert lens.sent == [0.0, 1000.0]
    assert lens.aim == 1000.0


@pytest.mark.parametrize(("light", "open_at"), [(darker, 0.0), (brighter, 1000.0)])
@pytest.mark.parametrize("at", [0.0, 1000.0])
def test_nothing_is_guessed_at_an_end_where_nobody_says_which_way_it_counts(light, open_at, at) -> None:
    lens = Iris(at, light, way_is_told=False)
    opened(lens)
    assert lens.aim == open_at


def test_an_open_one_is_not_touched() -> None:
    lens = Iris(0.0, darker)
    assert opened(lens) == []
    assert lens.sent == []


@pytest.mark.parametrize(("white", "is_cut"), [(160.0, False), (400.0, True)])
def test_white_that_an_open_iris_cuts_off_is_told_with_what_to_do(white: float, is_cut: bool) -> None:
    """A tenth of the picture is white, with noise of 1 %; as it was found, two stops less."""
    lens, said, rng = Iris(1000.0, darker), list[str](), np.random.default_rng(3)
    opening = IrisOpening(lens, lens.at, said.append)
    for index in range(200):
        level = np.full((60, 80), 0.1 * white)
        level[:6] = white
        luma = level * lens.light(lens.at) / 150.0 + rng.normal(0.0, 2.2, level.shape)
        picture = Frame(np.clip(np.rint(luma), 16, 235).astype(np.uint8), index=index, at_s=index / FPS)
        if opening.done or opening.take(picture, index / FPS):
            break
    assert any("white is cut off" in words and "shorten the shutter" in words for words in said) == is_cut


def test_one_that_does_not_move_is_told() -> None:
    lens = Iris(400.0, darker)
    lens.move = lambda axis, position: None
    assert opened(lens) == ["the motor opens the iris no further: make sure that it is fully open"]


def test_one_that_says_it_is_open_and_brings_no_more_light_is_told() -> None:
    said = opened(Iris(400.0, lambda place: 100.0))
    assert len(said) == 1
    assert "hardly brighter: see that it is fully open" in said[0]


def test_one_that_does_not_tell_its_place_could_not_be_put_back_and_is_left() -> None:
    said: list[str] = []
    lens = Iris(400.0, darker)
    assert IrisOpening(lens, None, said.append).done
    assert "stays there: open it by hand" in said[0]
    assert lens.sent == []


@pytest.fixture(scope="module")
def served() -> Served:
    with serve_camera("sim://?motor=focus&zoom=4&iris_f=2.5&size=64x64&fps=25&codec=none") as found:
        yield found


@pytest.mark.parametrize(("wire", "end"), [("visca", KeyboardInterrupt()), ("onvif", None)])
def test_over_the_network_it_is_open_for_the_looks_and_back_after_them(
    served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wire: str, end: BaseException | None
) -> None:
    monkeypatch.setattr(iris_opening, "UNKNOWN_LAG_S", 0.1)  # the virtual camera draws at once
    monkeypatch.setattr(polled, "ASK_EVERY_S", 0.01)
    camera, notices = served.camera, list[str]()
    before = camera.share("iris")
    options = {"source": served.video, "pixel_um": 5.0, "f_number": "1.8"}

    def run() -> None:
        address = getattr(served, wire)
        with open_run(
            resolve(rig_options(options)), address, Wishes(), notice=notices.append, folder=tmp_path
        ) as run:
            assert run.iris is not None
            assert any(run.iris.take(frame, frame.at_s or 0.0) for frame in run.source.frames())
            assert camera.share("iris") == 0.0
            assert camera.state().automatic.exposure is False
            if end is not None:
                raise end

    run_to(end, run)
    assert camera.share("iris") == pytest.approx(before, abs=0.02)  # VISCA has 25 steps
    assert camera.state().automatic == Automatic(True, True)
    assert any("goes back at the end" in words for words in notices)


def test_the_iris_goes_back_to_where_it_was_before_a_run_that_was_killed_with_it_open(
    served: Served, tmp_path: Path
) -> None:
    """A place of the iris means the same to every run, wherever it stands as the run begins."""
    rig = resolve(rig_options({"source": served.video, "pixel_um": 5.0, "f_number": "1.8"}))
    camera = served.camera
    with open_lens(served.visca) as opened:
        before = camera.share("iris")
        was, stands = opened.control.automatic(BY_HAND), dict(opened.control.state().positions)
        camera.move("iris", 0.0)
    log = log_for(served.visca, served.video, repr(rig.optics), repr(Wishes()), folder=tmp_path)
    log.begin(was, stands)
    with open_run(rig, served.visca, Wishes(), folder=tmp_path):
        pass
    assert camera.share("iris") == pytest.approx(before, abs=0.02)
    assert camera.state().automatic == Automatic(True, True)
