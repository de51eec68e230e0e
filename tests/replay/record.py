"""Record sessions for the replay tests: python -m tests.replay.record FOLDER [NAME ...]

Each is led by the package itself: the virtual camera and its hand, the one loop, the journal and a store; the
last one by a browser on the page. What the store then holds is written as gzipped JSON lines: the session,
its entries in order, its results, and what they were folded to. `ORIGIN.md` says what is true of each, and
what is left out to keep them small.
"""

import argparse
import base64
import gzip
import json
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from backfocus.frame import Frame
from backfocus.guide import events as ev
from backfocus.guide.hands import Hands
from backfocus.guide.procedure import advance, start
from backfocus.guide.records import from_dict
from backfocus.guide.session_state import Session, Setup
from backfocus.guide.steps import Step
from backfocus.session.journal import Journal, fold
from backfocus.session.run import guide
from backfocus.session.store import Entry, Store, StoredSession
from backfocus.sim.settings import SimSettings, parse_sim
from backfocus.sim.source import SimSource

VERSION = 1
PICTURE_PX = 40
"""Side of a kept picture."""
EVERY_POINT = 5
"""Of a sweep every fifth point is kept."""
LONGEST_S = 400.0


class Covered:
    """The virtual camera with something held before it, from `from_s` of the first sweep at wide on."""

    def __init__(self, source: SimSource, lasts_s: float) -> None:
        self.live, self.title = source.live, source.title
        self.hand = source.hand
        self.since_s: float | None = None
        self._source, self._lasts_s = source, lasts_s
        self._now_s = 0.0

    def cover(self) -> None:
        """Hold something before it, once."""
        if self.since_s is None:
            self.since_s = self._now_s

    def frames(self) -> Iterator[Frame]:
        for frame in self._source.frames():
            self._now_s = frame.at_s or 0.0
            if self.since_s is not None and self._now_s - self.since_s < self._lasts_s:
                frame = replace(frame, luma=np.full_like(frame.luma, 60))
            yield frame

    def close(self) -> None:
        self._source.close()


class Voice:
    """Says some things, each once, a second into a step: (step they are in, word, step it answers)."""

    def __init__(self, *words: tuple[str, type[ev.Command], str]) -> None:
        self._words = list(words)
        self.session: Session | None = None

    def hear(self, said: object, at_s: float) -> None:
        """Does not listen."""

    def position(self, at_s: float) -> None:
        """Knows no steps."""

    def answers(self, at_s: float) -> tuple[ev.Event, ...]:
        """What is due."""
        session = self.session
        if session is None or at_s - session.since_s < 1.0:
            return ()
        due = [each for each in self._words if each[0] == session.step][:1]
        self._words = [each for each in self._words if each not in due]
        return tuple(kind(at_s, step) for _, kind, step in due)


def led(
    journal: Journal,
    source: SimSource | Covered,
    session: Session,
    *words: tuple[str, type[ev.Command], str],
    offset_s: float = 0.0,
    leave_at: Step | None = None,
    on_step: Callable[[Step], None] = lambda step: None,
) -> tuple[Session, float]:
    """Lead a session with the camera's own hand; `leave_at`: gone a second into that step, as if killed."""
    voice = Voice(*words)
    people: list[Hands] = [source.hand, voice]
    at_s = offset_s
    for moment in guide(source, session, hands=people, offset_s=offset_s):  # type: ignore[arg-type]
        journal.note(moment)
        session, at_s = moment.session, moment.at_s
        voice.session = session
        on_step(session.step)
        if session.step is leave_at and at_s - session.since_s > 1.0:
            break
        assert at_s < offset_s + LONGEST_S, f"still at {session.step}"
    return session, at_s


def begun(store: Store, address: str, **more: Any) -> tuple[SimSource, Setup, Journal, Session]:
    """A new session on a virtual camera, its data sheet known."""
    source = SimSource(parse_sim(address))
    setup = replace(Setup(source.settings.optics, source.settings.zoom), **more)
    journal = Journal.begin(
        store, setup, source=address, title=source.title, camera="virtual", lens="virtual"
    )
    session, _ = start(setup)
    for name, value in (("operator", "Kim"), ("iris", "open")):
        session = journal.add(session, ev.Noted(0.0, name, value))
    return source, setup, journal, session


def simple(
    address: str, *words: tuple[str, type[ev.Command], str], **more: Any
) -> Callable[[Store, Path], tuple[float, ...]]:
    """A session that is led from its beginning to its end."""

    def record(store: Store, folder: Path) -> tuple[float, ...]:
        source, _, journal, session = begun(store, address, **more)
        led(journal, source, session, *words)
        return (left_um(source),)

    return record


def left_um(source: SimSource) -> float:
    """What is truly left of the error."""
    return source.bench.lens.delta_um(source.bench.pose)


def again(source: SimSource, **changed: Any) -> SimSource:
    """The same camera opened again, its rings where they stand."""
    settings: SimSettings = replace(source.settings, **changed)
    opened = SimSource(settings)
    opened.bench.pose = source.bench.pose
    return opened


def resume(store: Store, folder: Path) -> tuple[float, ...]:
    """Killed in the middle of the sweep at wide, and taken up from what is on the disk."""
    source, _, journal, session = begun(store, "sim://?delta_um=-45&seed=11&zoom=12")
    led(journal, source, session, leave_at=Step.SWEEP_WIDE)
    replayed = fold(store.load(journal.session_id))
    source = again(source, seed=12)
    words = (("look-tele", ev.Undone, "look-tele"), ("walk", ev.Skipped, "walk"))
    led(Journal(store, journal.session_id), source, replayed.session, *words, offset_s=replayed.until_s)
    return (left_um(source),)


def nd_change(store: Store, folder: Path) -> tuple[float, ...]:
    """Set, then another ND whose glass moves the focus by 30 um: a second result, as from the page."""
    source, _, journal, session = begun(store, "sim://?delta_um=35&seed=21&zoom=10", nd="clear")
    session, _ = led(journal, source, session)
    changed = ev.NdChanged(session.since_s, "1/16")
    after = journal.add(session, changed)
    first_um = left_um(source)
    source = again(source, delta_um=source.settings.delta_um + 30.0)
    led(journal, source, after, offset_s=session.since_s)
    return first_um, left_um(source)


def lost_target(store: Store, folder: Path) -> tuple[float, ...]:
    """So far off that the star goes on the way out; then somebody stands before it for three seconds."""
    source, _, journal, session = begun(store, "sim://?delta_um=260&seed=31&tele_misfocus_um=150")
    covered = Covered(source, 3.0)
    led(journal, covered, session, on_step=lambda step: covered.cover() if step is Step.SWEEP_WIDE else None)
    return (left_um(source),)


def page(store: Store, folder: Path) -> tuple[float, ...]:
    """Practice in a browser: a newcomer who reads the page and drags the rings."""
    import socket

    import uvicorn
    from tests.browser import started
    from tests.web.conftest import NOTE_WHAT_IS_SHOWN, Served
    from tests.web.learner import Learner
    from tests.web.steps import Steps

    from backfocus.web.app import make_app
    from backfocus.web.messages import Choice
    from backfocus.web.offers import Given
    from backfocus.web.session_host import SessionHost

    address, steps = str(folder / "sessions.db"), Steps()
    host = SessionHost(address, Given(Choice("practice", "5")), clock=steps.clock, pause=steps.pause)
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(make_app(host, store_address=address), log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    served = Served(f"http://127.0.0.1:{listening.getsockname()[1]}", host)
    with started() as browser:
        window = browser.new_page(viewport={"width": 390, "height": 844})
        window.add_init_script(NOTE_WHAT_IS_SHOWN)
        window.set_default_timeout(120_000)
        window.goto(served.address)
        window.click("#practise")
        window.wait_for_selector("#looking .live:not([hidden])")
        window.click("#begin")
        learner = Learner(window, lambda pictures: steps.go(pictures, host))
        learner.follow(400.0, lambda words: False)
    bench = host._lesson.practice.bench
    host.close()
    server.should_exit = True
    thread.join(10.0)
    return (bench.lens.delta_um(bench.pose),)


SESSIONS: dict[str, Callable[[Store, Path], tuple[float, ...]]] = {
    "set": simple("sim://?delta_um=40&seed=7", ("to-tele", ev.Confirmed, "check")),
    "lock": simple(
        "sim://?delta_um=40&seed=7&lock_um=14&shake_px=0.2",
        ("to-tele", ev.Confirmed, "check"),
        ("return-tele", ev.Repeated, "return-tele"),
    ),
    "adjust": simple("sim://?delta_um=62&seed=8&zoom=10", back_focus_ring=False, shims_um=(10.0, 30.0, 50.0)),
    "wrong-ring": simple("sim://?delta_um=40&seed=3&hand=wrong-ring"),
    "resume": resume,
    "nd-change": nd_change,
    "lost-target": lost_target,
    "edge-chart": simple("sim://?delta_um=30&seed=5&target=edge&zoom=10"),
    "page": page,
}


def lines_of(stored: StoredSession, truly_left_um: tuple[float, ...]) -> Iterator[dict[str, Any]]:
    """A kept session as plain objects, one a line; the last is what it was folded to."""
    summary = asdict(stored.summary)
    results = summary.pop("results")
    summary["started_at"] = stored.summary.started_at.isoformat()
    yield {"line": "session", "version": VERSION, "summary": summary, "setup": stored.setup}
    for entry in thinned(stored.entries):
        line = {"line": "entry", "kind": entry.kind, "at_s": entry.at_s, "payload": entry.payload}
        if entry.picture is not None:
            line["png"] = base64.b64encode(small(entry.picture)).decode("ascii")
        yield line
    for result in results:
        yield {"line": "result", **result}
    yield {"line": "answer", **answer(stored), "truly_left_um": truly_left_um}


def answer(stored: StoredSession) -> dict[str, Any]:
    """What a kept session is folded to: every step it was in, and each result."""
    session, _ = start(from_dict(stored.setup))
    steps = [str(session.step)]
    for entry in stored.entries:
        if entry.kind == "event":
            session, _ = advance(session, from_dict(entry.payload))
            steps += [str(session.step)] if session.step != steps[-1] else []
    results = [
        {
            "nd": each.nd,
            "verdict": each.verdict.kind,
            "delta_um": each.back_focus.delta_um if each.back_focus else None,
            "sigma_um": each.back_focus.sigma_um if each.back_focus else None,
            "before_um": each.before.delta_um if each.before else None,
            "rounds": each.rounds,
        }
        for each in session.results
    ]
    return {"steps": steps, "results": results, "notes": [list(note) for note in session.notes]}


def thinned(entries: tuple[Entry, ...]) -> Iterator[Entry]:
    """Of the readings only those that made an event, and the rings of a practice camera every ten seconds."""
    rings_s = -10.0
    for entry, following in zip(entries, (*entries[1:], None), strict=True):
        if entry.kind == "sweep":
            points = entry.payload["points"][::EVERY_POINT]
            points = [[round(at_s, 3), round(um, 3)] for at_s, um in points]
            yield replace(entry, payload={**entry.payload, "points": points})
        elif entry.kind != "reading":
            yield entry
        elif entry.payload["type"] == "Rings":
            if (entry.at_s or 0.0) - rings_s >= 10.0:
                rings_s = entry.at_s or 0.0
                yield entry
        elif following is not None and following.kind == "event":
            yield replace(entry, payload=rounded(entry.payload))


def rounded(payload: dict[str, Any]) -> dict[str, Any]:
    """A reading, its curve to four decimals."""
    return {
        name: [round(each, 4) for each in value]
        if isinstance(value, list) and all(isinstance(each, float) for each in value)
        else value
        for name, value in payload.items()
    }


def small(png: bytes) -> bytes:
    """The picture, small: only that there was one matters."""
    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)
    tiny = cv2.resize(picture, (PICTURE_PX, PICTURE_PX), interpolation=cv2.INTER_AREA) // 16 * 16
    return cv2.imencode(".png", tiny)[1].tobytes()


def write(path: Path, lines: Iterator[dict[str, Any]]) -> None:
    """One session as gzipped JSON lines; the same session gives the same bytes."""
    text = "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)
    with path.open("wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
        packed.write(text.encode())


def main(arguments: list[str]) -> None:
    """Record the sessions that were named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", default=list(SESSIONS))
    given = parser.parse_args(arguments)
    for name in given.names:
        with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "sessions.db") as store:
            truly_left_um = SESSIONS[name](store, Path(folder))
            stored = store.load(1)
            path = given.folder / f"{name}.jsonl.gz"
            write(path, lines_of(stored, truly_left_um))
            print(
                f"{name}: {path.stat().st_size} bytes, {answer(stored)}, {truly_left_um} um left", flush=True
            )


if __name__ == "__main__":
    main(sys.argv[1:])
