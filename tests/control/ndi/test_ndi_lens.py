"""A lens over NDI: what the maker's library is told, and the virtual camera at the end of a real wire."""

from collections.abc import Iterator
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest

from backfocus.control import polled
from backfocus.control.address import ask_for_stream, check_lens, open_lens
from backfocus.control.lens_control import check_lens_control
from backfocus.control.ndi import lens as ndi_lens
from backfocus.control.ndi.lens import NdiRemote
from backfocus.control.polled import NoAnswerError
from backfocus.errors import LensUnreachable, UsageError
from backfocus.guide.axes import Automatic
from backfocus.served.serving import Served, serve_camera

NAME = "ndi://STUDIO (Camera 1)"


class Library:
    """Stands for the maker's: keeps what it is told; a camera without commands, or one that goes."""

    FRAME_TYPE_METADATA, RECV_BANDWIDTH_METADATA_ONLY = "metadata", "lowest"
    FindCreate = RecvCreateV3 = SimpleNamespace

    def __init__(self, *, commands: bool = True) -> None:
        self.said: list[tuple[str, float]] = []
        self.commands, self.connections, self.destroyed = commands, 1, 0

    def find_create_v2(self, how):
        return self

    def find_get_current_sources(self, finder):
        return [SimpleNamespace(ndi_name="STUDIO (Camera 1)"), SimpleNamespace(ndi_name="STUDIO (Camera 2)")]

    def find_destroy(self, finder) -> None:
        pass

    def recv_create_v3(self, how):
        assert how.source_to_connect_to.ndi_name == "STUDIO (Camera 1)"
        return self

    def recv_destroy(self, receiver) -> None:
        self.destroyed += 1

    def recv_ptz_is_supported(self, receiver) -> bool:
        return self.commands

    def recv_get_no_connections(self, receiver) -> int:
        return self.connections

    def recv_capture_v2(self, receiver, wait_ms):
        return "none", None, None, None

    def recv_ptz_zoom(self, receiver, value) -> bool:
        self.said.append(("zoom", value))
        return self.connections > 0

    def recv_ptz_focus(self, receiver, value) -> bool:
        self.said.append(("focus", value))
        return self.connections > 0

    def recv_ptz_auto_focus(self, receiver) -> bool:
        self.said.append(("auto", 0.0))
        return True


def test_tele_is_zoomed_in_and_near_is_as_close_as_possible() -> None:
    """The maker's header: zoom 0.0 is in, focus 1.0 as close as possible."""
    ndi = Library()
    remote = NdiRemote(ndi, ndi, "camera")
    remote.send({axis: span.high for axis, span in remote.axes.items()})
    assert ndi.said == [("zoom", 0.0), ("focus", 1.0)]
    assert not any(span.tells_position for span in remote.axes.values())
    assert remote.look().positions == {}
    ndi.connections = 0
    with pytest.raises(NoAnswerError, match="not connected"):
        remote.look()
    with pytest.raises(NoAnswerError, match="no commands"):
        remote.send({"zoom": 0.0})


@pytest.mark.parametrize(
    ("more", "was", "said"),
    [("", None, []), ("?autofocus=on", True, ["auto"]), ("?autofocus=off", False, [])],
)
def test_automatic_focus_comes_back_as_a_person_says_it_was(
    more: str, was: bool | None, said: list[str]
) -> None:
    ndi = Library()
    with ndi_lens.open_lens(urlsplit(NAME + more), ndi) as lens:
        assert ("autofocus=on" in lens.remark) == (was is None)
        before = lens.automatic(Automatic(focus=False, exposure=False))
        assert before == Automatic(focus=was)
        lens.automatic(before)
    assert [word for word, _ in ndi.said] == said
    assert ndi.destroyed == 1


def test_a_camera_that_takes_no_commands_is_told_to_be_moved_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ndi_lens, "FIND_S", 0.0)
    ndi = Library(commands=False)
    with (
        pytest.raises(LensUnreachable, match="takes no commands over NDI"),
        ndi_lens.open_lens(urlsplit(NAME), ndi),
    ):
        pass
    assert ndi.destroyed == 1


def test_an_address_is_a_name_with_blanks_and_brackets_and_tells_its_pictures() -> None:
    assert check_lens(NAME) == "ndi"
    assert ask_for_stream(f"{NAME}?at=192.0.2.10&autofocus=on") == f"{NAME}?at=192.0.2.10"
    with pytest.raises(UsageError, match="names no source"):
        check_lens("ndi://?at=192.0.2.10")
    with (
        pytest.raises(UsageError, match="autofocus=on or"),
        ndi_lens.open_lens(urlsplit(NAME + "?autofocus=maybe"), Library()),
    ):
        pass


@pytest.mark.parametrize("name", ["STUDIO [1] (Camera)", "STUDIO (Camera [", "STUDIO (Camera #1: left)"])
def test_a_name_may_hold_what_no_host_does(name: str) -> None:
    assert ask_for_stream(f"ndi://{name}?at=192.0.2.10&autofocus=on") == f"ndi://{name}?at=192.0.2.10"


@pytest.fixture
def served() -> Iterator[Served]:
    NDIlib = pytest.importorskip("NDIlib", reason="ndi-python is not installed")
    if not NDIlib.initialize():
        pytest.skip("NDI does not run here")
    name = f"backfocus motors {id(object())}"
    sim = "sim://?motor=focus&zoom=4&size=64x64&zoom_s=0.1&focus_s=0.1&settle_s=0&motor_noise=0&backlash=0&fps=20"
    with serve_camera(sim, ndi_name=name) as found:
        yield found


PATIENCE = 400
"""Pictures that a lens may take to where it was sent: twenty seconds, of which it needs a tenth."""


def test_the_virtual_camera_goes_where_it_is_sent_over_the_wire(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polled, "ASK_EVERY_S", 0.01)
    monkeypatch.setattr(polled, "BEGIN_S", 0.05)
    camera = served.camera
    with open_lens(f"{served.ndi}&autofocus=on") as opened:
        lens = opened.control

        def wait() -> None:
            with lens._changed:
                lens._changed.wait(0.05)

        check_lens_control(lambda: lens, lambda: 0.0, wait)
        pictures = camera.drawn()
        for _ in zip(range(PATIENCE), pictures, strict=False):  # the last command may still be on its way
            rests = all(camera.share(name) == pytest.approx(0.5, abs=0.001) for name in ("zoom", "focus"))
            if rests and camera.state().automatic.focus:
                break
        # sent to the middle of their spans last
        assert camera.share("zoom") == pytest.approx(0.5, abs=0.001)
        assert camera.share("focus") == pytest.approx(0.5, abs=0.001)
