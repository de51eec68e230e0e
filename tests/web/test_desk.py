"""The desk: one session, kept as it happens, taken up where it stopped."""

from pathlib import Path

import pytest
from tests.web.conftest import Wall, until

from backfocus.errors import SourceLost, UsageError
from backfocus.session.journal import fold
from backfocus.session.store import Store
from backfocus.sim.lens import Pose
from backfocus.web.desk import Desk
from backfocus.web.offers import Given
from backfocus.web.orders import Choice, Note, Say, Turn
from backfocus.web.state import Shown

CAMERA = Choice("address", "rtsp://ann:secret@cam/1", pixel_um=5.0, f_number="2")


def phase(desk: Desk, name: str) -> Shown:
    return until(lambda: desk.shown if desk.shown.phase == name else None, name)


def begun(desk: Desk, choice: Choice = CAMERA) -> Shown:
    desk.look(choice)
    phase(desk, "looking")
    desk.begin()
    return until(lambda: desk.shown if desk.shown.reading and desk.shown.phase == "guiding" else None)


def test_looking_shows_the_picture_and_keeps_nothing(desk: Desk, tmp_path: Path) -> None:
    desk.look(CAMERA)
    shown = phase(desk, "looking")
    assert shown.reading is not None
    assert shown.reading.star is not None
    until(lambda: desk.picture)
    with Store.open(tmp_path / "store.db") as store:
        assert store.sessions() == ()


def test_secrets_in_addresses_are_never_shown_or_kept(desk: Desk, tmp_path: Path) -> None:
    shown = begun(desk)
    assert "secret" not in str(shown.source)
    desk.close()
    assert b"secret" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


def test_a_session_is_kept_and_folds_to_what_was_shown(desk: Desk, tmp_path: Path) -> None:
    begun(desk)
    until(lambda: desk.shown.session and desk.shown.session.step == "check", "check")
    desk.say(Note("operator", "Ann"))
    desk.say(Say("confirm", "check"))
    until(lambda: desk.shown.session.step == "to-tele", "to-tele")
    until(lambda: ("operator", "Ann") in desk.shown.session.notes)
    desk.close()
    with Store.open(tmp_path / "store.db") as store:
        (summary,) = store.sessions()
        replayed = fold(store.load(summary.id)).session
    assert (replayed.step, replayed.notes) == (desk.shown.session.step, desk.shown.session.notes)


def test_a_stale_word_changes_nothing(desk: Desk) -> None:
    begun(desk)
    until(lambda: desk.shown.session.step == "check", "check")
    desk.say(Say("confirm", "aim"))
    before = desk.pictures
    until(lambda: desk.pictures > before + 3)
    assert desk.shown.session.step == "check"


def test_a_new_server_takes_the_session_up_where_it_stopped(tmp_path: Path) -> None:
    address = str(tmp_path / "store.db")
    given = Given(Choice("given", "rtsp://cam/1", pixel_um=5.0, f_number="2"))
    first = Desk(address, given, opens=lambda name, **_: Wall(name))
    begun(first, Choice("given", pixel_um=5.0, f_number="2"))
    until(lambda: first.shown.session.step == "check", "check")
    first.say(Say("confirm", "check"))
    until(lambda: first.shown.session.step == "to-tele", "to-tele")
    number = first.shown.session_id
    first.close()

    second = Desk(address, given, opens=lambda name, **_: Wall(name))
    assert second.resume_latest()
    assert second.shown.session_id == number
    assert second.shown.session.step == "to-tele"
    assert until(lambda: second.shown.reading)
    second.close()


def test_another_source_does_not_take_up_this_session(tmp_path: Path) -> None:
    address = str(tmp_path / "store.db")
    first = Desk(address, Given(Choice("given", "rtsp://cam/1")), opens=lambda name, **_: Wall(name))
    begun(first, Choice("given"))
    first.close()
    other = Desk(address, Given(Choice("practice")), opens=lambda name, **_: Wall(name))
    assert not other.resume_latest()


def test_a_lost_source_is_told_and_can_be_tried_again(tmp_path: Path) -> None:
    class Torn(Wall):
        def frames(self):  # type: ignore[no-untyped-def]
            yield from super().frames()
            raise SourceLost("rtsp://ann:secret@cam/1: the camera is gone")

    sources = iter([Torn(pictures=8), Wall()])
    desk = Desk(str(tmp_path / "store.db"), opens=lambda *_, **__: next(sources))
    desk.look(CAMERA)
    shown = phase(desk, "lost")
    assert "gone" in shown.trouble
    assert "secret" not in shown.trouble
    desk.retry()
    assert phase(desk, "looking").trouble == ""
    desk.close()


def test_nothing_is_opened_that_cannot_be_meant(desk: Desk, walls: list[Wall]) -> None:
    for choice in (
        Choice("address", "/etc/passwd"),
        Choice("address", "rtsp://c/1", lens="none such"),
        Choice("given"),
    ):
        with pytest.raises(UsageError):
            desk.look(choice)
    assert walls == []


def test_leaving_keeps_the_session_open(desk: Desk, tmp_path: Path) -> None:
    begun(desk)
    desk.leave()
    assert desk.shown == Shown()
    with Store.open(tmp_path / "store.db") as store:
        assert store.sessions()[0].state == "open"


def test_practice_goes_on_with_the_rings_where_they_were(tmp_path: Path) -> None:
    address, given = str(tmp_path / "store.db"), Given(Choice("practice", "5"))
    first = Desk(address, given)
    begun(first, Choice("practice", "5"))
    for order in (Turn("iris", -90), Turn("focus", 60), Turn("zoom", 50)):
        first.turn(order)
    rings = first.practice_pose()
    assert rings != Pose()
    with Store.open(address) as store:
        until(lambda: any(e.payload.get("zoom") == rings.zoom for e in store.load(1).entries), "rings kept")
    first.close()
    second = Desk(address, given)
    assert second.resume_latest()
    assert second.practice_pose() == rings
    second.close()
    assert "delta" not in first.shown.source


def test_rings_turn_in_practice_only(desk: Desk) -> None:
    with pytest.raises(UsageError):
        desk.turn(Turn("focus", 1.0))


def test_a_choice_that_is_refused_leaves_the_picture_as_it_is(desk: Desk, walls: list[Wall]) -> None:
    desk.look(CAMERA)
    phase(desk, "looking")
    with pytest.raises(UsageError):
        desk.look(Choice("address", "/etc/passwd"))
    before = desk.pictures
    until(lambda: desk.pictures > before + 2, "pictures go on")
    assert len(walls) == 1
