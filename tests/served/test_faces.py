"""The virtual camera's protocols over HTTP, with faults in their own words, and the drivers through them."""

from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection

import httpx
import pytest

from backfocus.control import polled
from backfocus.control.address import open_lens
from backfocus.control.http import aw
from backfocus.control.http.http import Http
from backfocus.control.onvif.soap import Login
from backfocus.errors import LensLost
from backfocus.guide.axes import BY_HAND, Automatic
from backfocus.served.faults import Faults, Luck
from backfocus.served.login import Guard
from backfocus.served.serving import OVER_HTTP, Served, serve_camera

QUICK = "sim://?motor=back-focus&zoom=4&size=64x64&zoom_s=0.1&focus_s=0.1&fps=5"
SHARE, SEED = 0.04, 393
"""Of the questions that are lost, and of those that are refused."""
EACH = pytest.mark.parametrize("number", range(len(OVER_HTTP)), ids=["".join(each) for each in OVER_HTTP])


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polled, "ASK_EVERY_S", 0.01)
    monkeypatch.setattr(aw, "GAP_S", 0.0)


@pytest.fixture(scope="module")
def faulty() -> Iterator[Served]:
    with serve_camera(QUICK, faults=Faults(lost=SHARE, busy=SHARE, seed=SEED)) as served:
        yield served


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serve_camera(QUICK) as found:
        yield found


def test_this_seed_never_fails_so_often_that_a_camera_is_given_up() -> None:
    """A call takes four questions at most, and is asked again as a whole."""
    luck = Luck(Faults(lost=SHARE, busy=SHARE, seed=SEED))
    fates = [luck.fate(0.0, is_command=True) for _ in range(1500)]
    failed = [not fate.answered or fate.refused is not None for fate in fates]
    assert max(sum(failed[at : at + 4 * polled.TRIES]) for at in range(1500)) < polled.TRIES


@EACH
def test_what_is_lost_or_refused_as_busy_is_asked_again(faulty: Served, served: Served, number: int) -> None:
    for camera in (served.camera, faulty.camera):  # other protocols may have moved it before
        camera.automatic(Automatic(focus=True, exposure=True))
    with open_lens(served.over_http[number]) as opened:
        as_made = opened.control.automatic(Automatic())
    with open_lens(faulty.over_http[number]) as opened:
        lens, axis = opened.control, opened.control.axes["focus"]
        was = lens.automatic(BY_HAND)
        assert was == as_made  # what was lost on the way hid nothing of how they were
        aim = round(axis.low + (0.2 + 0.1 * number) * axis.span)  # elsewhere than the protocol before
        lens.move("focus", aim)
        with lens._changed:
            assert lens._changed.wait_for(lambda: lens._resting or lens._lost, 10.0)
        state = lens.state()
        assert abs(state.positions["focus"] - aim) <= 2.0  # of its own rounding, and the camera's
        lens.automatic(was)
        assert lens.automatic(Automatic()) == was


@EACH
def test_a_camera_that_falls_silent_is_named_without_the_password(
    served: Served, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: object, **__: object) -> None:
        raise polled.NoAnswerError("timed out")

    with open_lens(served.over_http[number].replace("://", "://root:hunter2@")) as opened:
        monkeypatch.setattr(Http, "ask", silent)
        with pytest.raises(LensLost, match=r"127\.0\.0\.1:\d+ does not answer any more") as caught:
            opened.control.automatic(BY_HAND)
        assert "hunter2" not in str(caught.value) + opened.how_to_restore(
            Automatic(focus=True, exposure=True)
        )


def test_questions_may_be_posted_too(served: Served) -> None:
    """The documents of both makers say GET or POST; the `axis` package posts, and calls it plain text."""
    for path, asked, said in (
        ("/axis-cgi/com/ptz.cgi", "query=limits", "MaxZoom=9999"),
        ("/cgi-bin/admin/remotefocus.cgi", "function=getstatus", "remote_focus_zoom_motor="),
    ):
        url = f"http://127.0.0.1:{served.video_port}{path}"
        answer = httpx.post(url, content=asked, headers={"Content-Type": "text/plain"}, trust_env=False)
        assert said in answer.text


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/axis-cgi/opticscontrol.cgi", b'{"method": "setFocus", "params": null}'),
        ("POST", "/axis-cgi/opticscontrol.cgi", b'{"method": "setFocus", "params": {"optics": ["0"]}}'),
        ("POST", "/axis-cgi/opticscontrol.cgi", b"[" * 100_000),
        ("PUT", "/control/api/v1/lens/zoom", b"[" * 100_000),
        ("GET", "//[", b""),
    ],
)
def test_whoever_asks_nonsense_is_answered(served: Served, method: str, path: str, body: bytes) -> None:
    asking = HTTPConnection("127.0.0.1", served.video_port, timeout=10.0)
    with closing(asking):
        asking.request(method, path, body)
        assert asking.getresponse().status in (200, 400, 404)


def test_a_length_that_is_no_number_is_too_long(served: Served) -> None:
    asking = HTTPConnection("127.0.0.1", served.video_port, timeout=10.0)
    with closing(asking):
        asking.request("POST", "/", headers={"Content-Length": "9" * 5000})
        assert asking.getresponse().status == 413


def test_a_password_of_other_letters_is_a_wrong_one() -> None:
    guard = Guard(Login("kim", "s3cret"))
    shown = f'Digest username="kim", nonce="{guard.nonce}", uri="/", response="\xe9"'
    assert not guard.lets_in(shown, "GET")
