"""The session at the terminal: what was left open is asked about, nothing before a picture came."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import typer
from tests.web.conftest import star_picture

from backfocus.cli import options
from backfocus.cli import session as terminal
from backfocus.cli.session import Wanted, lead
from backfocus.errors import SourceUnreadable, UsageError
from backfocus.frame import Frame
from backfocus.guide import events as ev
from backfocus.session.guided import Notes, Plan, begin
from backfocus.session.opened import Opened
from backfocus.session.rig import Rig, resolve, rig_options
from backfocus.session.store import Store

SOURCE = "rtsp://192.0.2.1/a"


class Camera:
    """A star that stands still, for some pictures; `breaks`: none at all."""

    live, title = True, SOURCE

    def __init__(self, pictures: int = 8, *, breaks: bool = False) -> None:
        self._pictures, self._breaks = pictures, breaks
        self._luma = star_picture()

    def frames(self) -> Iterator[Frame]:
        if self._breaks:
            raise SourceUnreadable("no camera there")
        return (Frame(self._luma, index=i, at_s=i / 5.0) for i in range(self._pictures))

    def close(self) -> None:
        """Nothing is open."""


class Person:
    """Somebody at a terminal: what was asked, and what they answer."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, goes_on: bool = True) -> None:
        self.asked: list[str] = []
        self.said: list[str] = []
        monkeypatch.setattr(options, "is_at_a_terminal", lambda: True)
        monkeypatch.setattr(options, "notice", self.said.append)

        def confirm(question: str, **_: object) -> bool:
            self.asked.append(question)
            return goes_on

        def prompt(question: str, **_: object) -> str:
            self.asked.append(question.strip())
            return "Kim" if "operator" in question else "77" if "lens-serial" in question else ""

        monkeypatch.setattr(typer, "confirm", confirm)
        monkeypatch.setattr(typer, "prompt", prompt)


@pytest.fixture
def store(tmp_path: Path) -> str:
    return str(tmp_path / "sessions.db")


def rig(**said: object) -> Rig:
    return resolve(rig_options({"source": SOURCE, "camera": "b4-hd", "lens": "canon-cj20ex7.8b", **said}))


def wanted(store: str, **more: object) -> Wanted:
    return replace(Wanted(rig(), "backfocus guide", store=store, sound=False), **more)  # type: ignore[arg-type]


def left(store: str, *notes: tuple[str, str], on: Rig | None = None) -> int:
    with begin(store, Plan(on or rig(), SOURCE, SOURCE, notes=notes)) as guided:
        guided.say(ev.StarSeen(1.0, 80.0))
        guided.say(ev.Confirmed(2.0, "check"))
        assert guided.number is not None
        return guided.number


def notes_of(store: str, number: int) -> Notes:
    from backfocus.session.journal import fold

    with Store.open(store) as opened:
        return fold(opened.load(number)).session.notes


def test_nothing_is_asked_before_a_picture_came(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    left(store)
    person = Person(monkeypatch)
    with pytest.raises(SourceUnreadable):
        lead(wanted(store), Opened(Camera(breaks=True)))
    assert person.asked == []


def test_what_is_asked_for_the_record_stands_in_it(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    person = Person(monkeypatch)
    lead(wanted(store), Opened(Camera()))
    assert person.asked == list(terminal.RECORD_NAMES)
    assert notes_of(store, 1) == (("lens-serial", "77"), ("operator", "Kim"))


def test_what_was_left_open_is_asked_about_and_keeps_its_answers(
    store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = left(store, ("operator", "Ann"))
    person = Person(monkeypatch)
    lead(wanted(store), Opened(Camera()))
    (question,) = person.asked
    assert f"Session {number} " in question
    assert "'focus at tele'" in question
    assert notes_of(store, number) == (("operator", "Ann"),)
    with Store.open(store) as opened:
        assert [(each.id, each.state) for each in opened.sessions()] == [(number, "closed")]


def test_whoever_says_no_begins_anew(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    number = left(store)
    person = Person(monkeypatch, goes_on=False)
    lead(wanted(store), Opened(Camera()))
    assert len(person.asked) == 1 + len(terminal.RECORD_NAMES)
    with Store.open(store) as opened:
        assert {each.id: each.state for each in opened.sessions()} == {number: "open", number + 1: "closed"}


def test_another_lens_is_told_and_not_asked_about(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    number = left(store, on=rig(lens="fujinon-cabrio-19-90"))
    person = Person(monkeypatch)
    lead(wanted(store, notes=(("operator", "Kim"),)), Opened(Camera()))
    assert person.asked == []
    assert any("the lens was fujinon-cabrio-19-90, and now it is canon" in words for words in person.said)
    with pytest.raises(UsageError, match="the lens was fujinon"):
        lead(wanted(store, resume=number), Opened(Camera()))


def test_what_another_program_leads_is_told(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    number = left(store)
    person = Person(monkeypatch)
    with Store.open(store) as other:
        other.hold(number)
        lead(wanted(store, notes=(("operator", "Kim"),)), Opened(Camera()))
    assert person.asked == []
    assert any(f"session {number} on this source is led by process {os.getpid()}" in w for w in person.said)


@pytest.mark.parametrize("quiet", [{"json": True}, {"new": True, "notes": (("operator", "Kim"),)}])
def test_without_a_person_or_with_new_nothing_is_taken_up(
    store: str, monkeypatch: pytest.MonkeyPatch, quiet: dict[str, object]
) -> None:
    number = left(store)
    person = Person(monkeypatch)
    lead(wanted(store, **quiet), Opened(Camera()))
    assert person.asked == []
    told = any(f"--resume {number}" in words for words in person.said)
    assert told is ("json" in quiet)
    with Store.open(store) as opened:
        assert len(opened.sessions()) == 2


def test_asked_for_by_its_number_it_goes_on_without_a_question(
    store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = left(store, ("operator", "Ann"))
    person = Person(monkeypatch)
    lead(wanted(store, resume=number, notes=(("temperature", "21"),)), Opened(Camera()))
    assert person.asked == []
    assert notes_of(store, number) == (("operator", "Ann"), ("temperature", "21"))


def test_a_session_in_which_nothing_happened_is_not_kept(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    person = Person(monkeypatch)

    class Interrupted(Camera):
        def frames(self) -> Iterator[Frame]:
            yield from super().frames()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        lead(wanted(store), Opened(Interrupted(2)))
    assert "interrupted; nothing had happened yet, and no session is kept" in person.said
    with Store.open(store) as opened:
        assert opened.sessions() == ()


def test_ctrl_c_at_a_question_is_an_interrupt(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Person(monkeypatch)

    def abort(*_: object, **__: object) -> str:
        raise typer.Abort

    monkeypatch.setattr(typer, "prompt", abort)
    with pytest.raises(KeyboardInterrupt):
        lead(wanted(store), Opened(Camera()))
