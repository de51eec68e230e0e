"""A driver that waits for its answers, made into one that never waits."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest

from backfocus.control.lens_control import check_lens_control
from backfocus.control.polled import TRIES, Look, NoAnswerError, Polled, polled
from backfocus.errors import LensLost, LensUnreachable
from backfocus.guide.axes import Automatic, Axis, AxisName
from backfocus.served.virtual_camera import VirtualCamera
from backfocus.sim.settings import parse_sim

SIM = parse_sim("sim://?motor=focus&zoom=4&size=64x64&zoom_s=0.1&focus_s=0.1&fps=20")


class Waits:
    """The motors of a virtual camera, asked as over a network; `silent` of the next questions are lost."""

    title = "test lens"

    def __init__(self, camera: VirtualCamera, *, says_moving: bool) -> None:
        self._camera, self._says_moving = camera, says_moving
        self.axes: Mapping[AxisName, Axis] = {
            "zoom": Axis(*camera.span("zoom")),
            "focus": Axis(*camera.span("focus")),
        }
        self.silent = 0

    def send(self, places: Mapping[AxisName, float]) -> None:
        self._answer()
        for axis, place in places.items():
            self._camera.move(axis, place)

    def look(self) -> Look:
        self._answer()
        state = self._camera.state()
        return Look(state.positions, not state.settled if self._says_moving else None, state.refused)

    def automatic(self, wanted: Automatic) -> Automatic:
        self._answer()
        return self._camera.automatic(wanted)

    def how_to_restore(self, was: Automatic) -> str:
        return f"set {was}"

    def _answer(self) -> None:
        if self.silent:
            self.silent -= 1
            raise NoAnswerError("lost")


@contextmanager
def lens(*, says_moving: bool) -> Iterator[tuple[VirtualCamera, Waits, Polled]]:
    camera = VirtualCamera(SIM)
    camera.start()
    remote = Waits(camera, says_moving=says_moving)
    try:
        with polled(remote) as found:
            yield camera, remote, found
    finally:
        camera.close()


@pytest.mark.parametrize("says_moving", [True, False])
def test_it_keeps_the_rules_of_every_driver(says_moving: bool) -> None:
    with lens(says_moving=says_moving) as (camera, _, found):
        pictures = camera.jpegs()
        check_lens_control(lambda: found, time.monotonic, lambda: next(pictures, None) and None)


def test_a_lost_answer_is_asked_for_again() -> None:
    with lens(says_moving=True) as (_, remote, found):
        remote.silent = TRIES - 1
        assert found.automatic(Automatic(focus=False)).focus is True


def test_how_they_were_is_told_although_the_answer_to_the_switching_was_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with lens(says_moving=True) as (camera, remote, found):
        heard: list[Automatic] = []

        def switches_and_loses_the_first_answer(wanted: Automatic) -> Automatic:
            was = camera.automatic(wanted)
            if wanted != Automatic():
                heard.append(wanted)
                if len(heard) == 1:
                    raise NoAnswerError("lost")
            return was

        monkeypatch.setattr(remote, "automatic", switches_and_loses_the_first_answer)
        assert found.automatic(Automatic(focus=False)).focus is True
        assert len(heard) == 2


def test_a_camera_that_falls_silent_is_lost_and_named() -> None:
    with lens(says_moving=True) as (_, remote, found):
        remote.silent = 10 * TRIES
        with pytest.raises(LensLost, match="test lens does not answer any more"):
            found.automatic(Automatic())
        with pytest.raises(LensLost, match="test lens"):
            found.state()


def test_a_camera_that_never_answers_is_not_reached() -> None:
    camera = VirtualCamera(SIM)
    remote = Waits(camera, says_moving=True)
    remote.silent = TRIES
    with pytest.raises(LensUnreachable, match="test lens"):
        Polled(remote)
