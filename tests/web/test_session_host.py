"""The session host: one session, kept as it happens, taken up where it stopped."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.web.conftest import OPTICS, Wall, open_wall, until

from backfocus.errors import SessionHeld, SourceLost, UsageError
from backfocus.session.journal import fold
from backfocus.session.opened import Opened
from backfocus.session.rig import rig_options
from backfocus.session.store import Store, Summary
from backfocus.sim.lens import Pose
from backfocus.web.messages import Choice, Note, Say, Turn
from backfocus.web.offers import Given
from backfocus.web.session_host import SessionHost
from backfocus.web.state import Shown

CAMERA = Choice("address", "rtsp://ann:secret@cam/1", options=OPTICS)


def phase(host: SessionHost, name: str) -> Shown:
    return until(lambda: host.shown if host.shown.phase == name else None, name)


def begun(host: SessionHost, choice: Choice = CAMERA) -> Shown:
    host.look(choice)
    phase(host, "looking")
    host.begin()
    return until(lambda: host.shown if host.shown.reading and host.shown.phase == "guiding" else None)


def test_looking_shows_the_picture_and_keeps_nothing(host: SessionHost, tmp_path: Path) -> None:
    host.look(CAMERA)
    shown = phase(host, "looking")
    assert shown.reading is not None
    assert shown.reading.star is not None
    until(lambda: host.picture)
    with Store.open(tmp_path / "store.db") as store:
        assert store.sessions() == ()


def test_secrets_in_addresses_are_never_shown_or_kept(host: SessionHost, tmp_path: Path) -> None:
    shown = begun(host)
    assert "secret" not in str(shown.source)
    host.close()
    assert b"secret" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


def test_a_session_is_kept_and_folds_to_what_was_shown(host: SessionHost, tmp_path: Path) -> None:
    begun(host)
    until(lambda: host.shown.session and host.shown.session.step == "check", "check")
    host.say(Note("operator", "Ann"))
    host.say(Say("confirm", "check"))
    until(lambda: host.shown.session.step == "to-tele", "to-tele")
    until(lambda: ("operator", "Ann") in host.shown.session.notes)
    host.close()
    with Store.open(tmp_path / "store.db") as store:
        (summary,) = store.sessions()
        replayed = fold(store.load(summary.id)).session
    assert (replayed.step, replayed.notes) == (host.shown.session.step, host.shown.session.notes)


def test_a_stale_word_changes_nothing(host: SessionHost) -> None:
    begun(host)
    until(lambda: host.shown.session.step == "check", "check")
    host.say(Say("confirm", "aim"))
    before = host.pictures
    until(lambda: host.pictures > before + 3)
    assert host.shown.session.step == "check"


def left_at_tele(address: str, given: Given, choice: Choice) -> int:
    """The number of a session that a server left open on its way to tele."""
    host = SessionHost(address, given, opens=open_wall)
    begun(host, choice)
    until(lambda: host.shown.session.step == "check", "check")
    host.say(Say("confirm", "check"))
    number = until(lambda: host.shown.session.step == "to-tele" and host.shown.session_id, "to-tele")
    host.close()
    return int(number)


def test_a_new_server_offers_the_session_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    address = str(tmp_path / "store.db")
    given = Given(Choice("given", "rtsp://ann:secret@cam/1", options=OPTICS))
    number = left_at_tele(address, given, Choice("given", options=OPTICS))

    second = SessionHost(address, given, opens=open_wall)
    second.look(given.choice)
    phase(second, "looking")
    (offer,) = second.left_open()
    assert (offer["session"], offer["step"], offer["refused"]) == (number, "focus at tele", "")
    assert "secret" not in str(offer)
    assert phase(second, "looking").session is None, "nothing is taken up by itself"
    second.resume(number)
    assert second.shown.session_id == number
    assert second.shown.session.step == "to-tele"
    assert until(lambda: second.shown.reading)
    assert second.left_open() == []
    second.close()


def test_a_bare_server_offers_what_was_left_open_where_it_can_be_reached(tmp_path: Path) -> None:
    address = str(tmp_path / "store.db")
    number = left_at_tele(address, Given(), Choice("address", "rtsp://cam/1", options=OPTICS))
    hidden = left_at_tele(address, Given(), Choice("address", "rtsp://ann:secret@cam/2", options=OPTICS))
    started = Given(Choice("given", "rtsp://cam/3", options=OPTICS))
    given = left_at_tele(address, started, Choice("given", options=OPTICS))
    bare = SessionHost(address, opens=open_wall)
    assert bare.shown == Shown()
    assert [each["session"] for each in bare.left_open()] == [given, number], "a password was not kept"
    with pytest.raises(UsageError, match="not begun here"):
        bare.resume(hidden)
    bare.resume(given)
    assert bare.shown.session.step == "to-tele"
    bare.close()


def test_another_lens_does_not_take_up_this_session(tmp_path: Path) -> None:
    address = str(tmp_path / "store.db")
    choice = Choice(
        "given", "rtsp://cam/1", options=rig_options({"camera": "b4-hd", "lens": "canon-cj20ex7.8b"})
    )
    number = left_at_tele(address, Given(choice), choice)
    other = Choice("given", "rtsp://cam/1", rig_options({"camera": "b4-hd", "lens": "fujinon-cabrio-19-90"}))
    host = SessionHost(address, Given(other), opens=open_wall)
    (offer,) = host.left_open()
    assert "the lens was canon-cj20ex7.8b, and now it is fujinon-cabrio-19-90" in offer["refused"]
    with pytest.raises(UsageError, match="the lens was canon"):
        host.resume(number)
    with Store.open(address) as store:
        assert store.sessions()[0].led_by is None, "a refusal holds nobody up"
    host.close()


def test_another_source_does_not_take_up_this_session(tmp_path: Path) -> None:
    address = str(tmp_path / "store.db")
    number = left_at_tele(address, Given(Choice("given", "clip.mp4")), Choice("given"))
    other = SessionHost(address, Given(Choice("practice")), opens=open_wall)
    assert other.left_open() == []
    with pytest.raises(UsageError):
        other.resume(number)


def test_one_program_leads_a_session(tmp_path: Path) -> None:
    address = str(tmp_path / "store.db")
    first, second = (SessionHost(address, opens=open_wall) for _ in range(2))
    begun(first, Choice("address", "rtsp://cam/1"))
    number = until(lambda: first.shown.session_id, "kept")
    (offer,) = second.left_open()
    assert "is led by process" in offer["refused"]
    with pytest.raises(SessionHeld):
        second.resume(number)
    first.leave()
    second.resume(number)
    assert second.shown.session_id == number
    second.close()


def test_a_session_in_which_nothing_happened_is_not_kept(host: SessionHost, tmp_path: Path) -> None:
    host.look(CAMERA)
    phase(host, "looking")
    for _ in range(5):
        host.begin((("operator", "Ann"),))
        host.leave()
        host.look(CAMERA)
    with Store.open(tmp_path / "store.db") as store:
        assert store.sessions() == ()


def test_another_nd_opens_the_session_again(host: SessionHost, tmp_path: Path) -> None:
    host.look(CAMERA)
    phase(host, "looking")
    host.begin((("nd", "clear"), ("operator", "Ann")))
    step = until(lambda: host.shown.session.step == "check" and host.shown.session.step, "check")
    host.say(Say("stop", step))
    number = phase(host, "over").session_id

    def kept() -> Summary:
        with Store.open(tmp_path / "store.db") as store:
            return store.load(number).summary

    assert (kept().state, kept().verdict) == ("closed", "unsure")
    host.say(Note("note", "a remark afterwards"))
    assert ("note", "a remark afterwards") in host.shown.session.notes
    host.say(Note("nd", "1/4"))
    assert (kept().state, kept().verdict) == ("open", None)
    assert [each.nd for each in kept().results] == ["clear"]
    host.close()  # as if it were killed there
    again = SessionHost(
        str(tmp_path / "store.db"), opens=open_wall, given=Given(replace(CAMERA, kind="given"))
    )
    again.resume(number)
    assert again.shown.session.nd == "1/4"
    assert len(again.shown.session.results) == 1
    again.close()


def test_a_lost_source_is_told_and_can_be_tried_again(tmp_path: Path) -> None:
    class Torn(Wall):
        def frames(self):  # type: ignore[no-untyped-def]
            yield from super().frames()
            raise SourceLost("rtsp://ann:secret@cam/1: the camera is gone")

    sources = iter([Torn(pictures=8), Wall()])
    host = SessionHost(str(tmp_path / "store.db"), opens=lambda rig, notice: Opened(next(sources)))
    host.look(CAMERA)
    shown = phase(host, "lost")
    assert "gone" in shown.trouble
    assert "secret" not in shown.trouble
    host.retry()
    assert phase(host, "looking").trouble == ""
    host.close()


def test_nothing_is_opened_that_cannot_be_meant(host: SessionHost, walls: list[Wall]) -> None:
    for choice in (
        Choice("address", "/etc/passwd"),
        Choice("address", "rtsp://c/1", rig_options({"lens": "none such"})),
        Choice("given"),
    ):
        with pytest.raises(UsageError):
            host.look(choice)
    assert walls == []


def test_leaving_keeps_the_session_open(host: SessionHost, tmp_path: Path) -> None:
    begun(host)
    until(lambda: host.shown.session_id, "kept")
    host.leave()
    assert host.shown == Shown()
    with Store.open(tmp_path / "store.db") as store:
        assert store.sessions()[0].state == "open"


def test_practice_goes_on_with_the_rings_where_they_were(tmp_path: Path) -> None:
    address, given = str(tmp_path / "store.db"), Given(Choice("practice", "5"))
    first = SessionHost(address, given)
    begun(first, Choice("practice", "5"))
    for message in (Turn("iris", -90), Turn("focus", 60), Turn("zoom", 50)):
        first.turn(message)
    rings = first.practice_pose()
    assert rings != Pose()
    first.say(Say("confirm", first.shown.session.step))
    number = until(lambda: first.shown.session_id, "kept")
    with Store.open(address) as store:
        until(
            lambda: any(e.payload["zoom"] == rings.zoom for e in store.load(number, "rings").entries), "rings"
        )
    first.close()
    second = SessionHost(address, given)
    assert [each["session"] for each in second.left_open()] == [number]
    second.resume(number)
    assert second.practice_pose() == rings
    second.close()
    assert "delta" not in first.shown.source


def test_rings_turn_in_practice_only(host: SessionHost) -> None:
    with pytest.raises(UsageError):
        host.turn(Turn("focus", 1.0))


def test_a_choice_that_is_refused_leaves_the_picture_as_it_is(host: SessionHost, walls: list[Wall]) -> None:
    host.look(CAMERA)
    phase(host, "looking")
    with pytest.raises(UsageError):
        host.look(Choice("address", "/etc/passwd"))
    before = host.pictures
    until(lambda: host.pictures > before + 2, "pictures go on")
    assert len(walls) == 1
