"""One specification, every lens with motors."""

import os
import time
from collections.abc import Iterator

import pytest
from tests.clock import Clock

from backfocus.control import polled
from backfocus.control.address import open_lens
from backfocus.control.guarded import Guarded
from backfocus.control.http import aw
from backfocus.control.lens_control import check_lens_control
from backfocus.control.visca import visca
from backfocus.guide.axes import BY_HAND, Automatic
from backfocus.served.serving import OVER_HTTP, Served, serve_camera
from backfocus.sim.bench import Bench
from backfocus.sim.motor import Motors
from backfocus.sim.settings import parse_sim

QUICK = "sim://?motor=back-focus&zoom=4&size=64x64&zoom_s=0.2&focus_s=0.2&fps=5"


class Stepped(Clock):
    def on(self) -> None:
        self.now_s += 0.02


def virtual(clock: Clock) -> Motors:
    bench = Bench(parse_sim(QUICK))
    return Motors(bench.lens, bench.pose, clock)


@pytest.mark.parametrize("guarded", [False, True])
def test_the_motors_of_the_virtual_lens(guarded: bool) -> None:
    clock = Stepped()
    lens = virtual(clock)
    check_lens_control(lambda: Guarded(lens, clock) if guarded else lens, time.thread_time, clock.on)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serve_camera(QUICK, serial=hasattr(os, "openpty")) as found:
        yield found


@pytest.mark.parametrize("wire", ["visca", "visca_tcp", "visca_serial"])
def test_visca_over_the_network(served: Served, wire: str) -> None:
    if wire == "visca_serial" and not served.visca_line:
        pytest.skip("this machine has no virtual serial lines")
    with open_lens(getattr(served, wire)) as opened:
        lens = opened.control
        changed = lens._conversation.changed

        def wait() -> None:
            with changed:
                changed.wait(0.05)

        check_lens_control(lambda: lens, time.thread_time, wait)


def test_l10_over_a_serial_line(served: Served) -> None:
    if not served.l10_line:
        pytest.skip("this machine has no virtual serial lines")
    with open_lens(served.l10) as opened:
        lens = opened.control
        assert set(lens.axes) == {"zoom", "focus", "back-focus", "iris"}

        def wait() -> None:
            with lens._changed:
                lens._changed.wait(0.05)

        # the virtual lens's own steps of 1/4095 are 16 steps of L10, so it may miss by half of that
        check_lens_control(lambda: lens, time.thread_time, wait, tolerance=8.1)


@pytest.mark.parametrize("number", range(len(OVER_HTTP)), ids=["".join(each) for each in OVER_HTTP])
def test_drivers_over_http(served: Served, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polled, "ASK_EVERY_S", 0.01)
    monkeypatch.setattr(aw, "GAP_S", 0.0)
    with open_lens(served.over_http[number]) as opened:
        changed = opened.control._changed

        def wait() -> None:
            with changed:
                changed.wait(0.05)

        check_lens_control(lambda: opened.control, time.thread_time, wait)


@pytest.mark.parametrize(("scheme", "which"), [("vapix", "camera=2"), ("vivotek", "channel=1")])
def test_a_body_that_moves_its_back_focus_alone(served: Served, scheme: str, which: str) -> None:
    address = f"{scheme}://127.0.0.1:{served.video_port}?{which}"
    with open_lens(address) as opened:
        assert set(opened.control.axes) == {"back-focus"}
        assert "focus=reversed" in opened.remark
    with open_lens(address + "&focus=straight") as opened:
        assert opened.remark == ""


def test_what_to_put_back_by_hand_names_the_exposure_mode_that_was_found(served: Served) -> None:
    shutter_first = 0x0A
    with open_lens(served.visca_tcp) as opened:
        lens = opened.control
        lens._modes(lambda talk: talk.set_mode("exposure-mode", shutter_first))
        was = lens.automatic(BY_HAND)
        words = opened.how_to_restore(was)
        lens.automatic(was)
    assert visca.exposure_mode(shutter_first).hex(" ") in words


class Wild(Motors):
    """Goes anywhere."""

    def move(self, axis, position):
        span = self.axes[axis]
        super().move(axis, span.within(position) if position == position else span.low)


class Rash(Motors):
    """Says it has arrived as soon as it is sent."""

    def state(self):
        state = super().state()
        return type(state)(state.positions, True, state.automatic)


class Forgetful(Motors):
    """Does not put automatic functions back."""

    def automatic(self, wanted):
        return super().automatic(Automatic(focus=False, exposure=False))


@pytest.mark.parametrize(
    ("made", "rule"), [(Wild, "refuses"), (Rash, "not settled"), (Forgetful, "put back")]
)
def test_what_breaks_it_is_named(made, rule) -> None:
    clock, bench = Stepped(), Bench(parse_sim(QUICK))
    lens = made(bench.lens, bench.pose, clock)
    with pytest.raises(AssertionError, match=rule):
        check_lens_control(lambda: lens, time.thread_time, clock.on)
