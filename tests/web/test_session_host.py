"""The session host: one session, kept as it happens, taken up where it stopped."""

from pathlib import Path

import pytest
from tests.web.conftest import Wall, until

from backfocus.errors import SourceLost, UsageError
from backfocus.session.journal import fold
from backfocus.session.store import Store
from backfocus.sim.lens import Pose
from backfocus.web.messages import Choice, Note, Say, Turn
from backfocus.web.offers import Given
from backfocus.web.session_host import SessionHost
from backfocus.web.state import Shown

CAMERA = Choice("address", "rtsp://ann:secret@cam/1", pixel_um=5.0, f_number="2")


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


def test_a_new_server_takes_the_session_up_where_it_stopped(tmp_path: Path) -> None:
    address = str(tmp_path / "store.db")
    given = Given(Choice("given", "rtsp://cam/1", pixel_um=5.0, f_number="2"))
    first = SessionHost(address, given, opens=lambda name, **_: Wall(name))
    begun(first, Choice("given", pixel_um=5.0, f_number="2"))
    until(lambda: first.shown.session.step == "check", "check")
    first.say(Say("confirm", "check"))
    until(lambda: first.shown.session.step == "to-tele", "to-tele")
    number = first.shown.session_id
    first.close()

    second = SessionHost(address, given, opens=lambda name, **_: Wall(name))
    assert second.resume_latest()
    assert second.shown.session_id == number
    assert second.shown.session.step == "to-tele"
    assert until(lambda: second.shown.reading)
    second.close()


def test_another_source_does_not_take_up_this_session(tmp_path: Path) -> None:
    address = str(tmp_path / "store.db")
    first = SessionHost(address, Given(Choice("given", "rtsp://cam/1")), opens=lambda name, **_: Wall(name))
    begun(first, Choice("given"))
    first.close()
    other = SessionHost(address, Given(Choice("practice")), opens=lambda name, **_: Wall(name))
    assert not other.resume_latest()


def test_a_lost_source_is_told_and_can_be_tried_again(tmp_path: Path) -> None:
    class Torn(Wall):
        def frames(self):  # type: ignore[no-untyped-def]
            yield from super().frames()
            raise SourceLost("rtsp://ann:secret@cam/1: the camera is gone")

    sources = iter([Torn(pictures=8), Wall()])
    host = SessionHost(str(tmp_path / "store.db"), opens=lambda *_, **__: next(sources))
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
        Choice("address", "rtsp://c/1", lens="none such"),
        Choice("given"),
    ):
        with pytest.raises(UsageError):
            host.look(choice)
    assert walls == []


def test_leaving_keeps_the_session_open(host: SessionHost, tmp_path: Path) -> None:
    begun(host)
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
    with Store.open(address) as store:
        until(lambda: any(e.payload.get("zoom") == rings.zoom for e in store.load(1).entries), "rings kept")
    first.close()
    second = SessionHost(address, given)
    assert second.resume_latest()
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
