"""A run over many cameras: none is lost, the exit code, what is kept, and going on after a kill.

What the processes would tell is made up here; the real ones, with pictures, are among the slow tests.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from backfocus.errors import UsageError
from backfocus.session.certificate import session_report
from backfocus.session.config import Config
from backfocus.session.fleet.listed import read_fleet
from backfocus.session.fleet.log import log_of
from backfocus.session.fleet.rows import Row, worst, worst_first
from backfocus.session.fleet.run import FleetRun, heard
from backfocus.session.fleet.wall import cards_of
from backfocus.session.fleet.worker import INTERRUPTED, Begun, Checked, Failed, Job, Looked
from backfocus.session.motor_history import runs_of
from backfocus.session.store import Store

H_UM = 9.0
GONE = 99_999_999
"""The number of a process that is no more."""


def line(delta_um: float | None, verdict: str, **more: Any) -> dict[str, Any]:
    """As `auto_json` makes it."""
    return {
        "delta_um": delta_um,
        "sigma_um": None if delta_um is None else 1.0,
        "low_um": None if delta_um is None else delta_um - 2.0,
        "high_um": None if delta_um is None else delta_um + 2.0,
        "sign_known": delta_um is not None,
        "half_depth_of_focus_um": H_UM,
        "zoom": [],
        "verdict": verdict,
        "reason": "Because.",
        "advice": "Do something.",
        "corrected": False,
        "corrected_um": None,
        "found_um": delta_um,
        "residual_um": delta_um,
        "table": [],
        "looks": 9,
        "moves": 12,
        "camera_s": 20.0,
    } | more


class Cameras:
    """Tells of each job what its camera is made to tell; `killed` after so many."""

    def __init__(self, found: dict[str, Any], killed: int | None = None) -> None:
        self.found, self.killed, self.asked = found, killed, []

    def __call__(self, jobs: Sequence[Job], at_once: int, fault: object) -> Iterator[Any]:
        for number, job in enumerate(jobs):
            name = job.listed.camera.name
            if self.killed is not None and len(self.asked) >= self.killed:
                raise KeyboardInterrupt
            self.asked.append(name)
            yield number, Begun(GONE)
            yield number, Looked(1, 0.5, "tele")
            told = self.found[name]
            yield number, Failed(told) if isinstance(told, str) else Checked(told, None, None)


FOUND = {
    "a": line(1.0, "set"),
    "b": line(30.0, "adjust"),
    "c": "nothing answers at visca://192.0.2.3",
    "d": line(None, "unsure"),
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "s.db") as opened:
        yield opened


def run(tmp_path: Path, store: Store, cameras: Cameras, **more: Any) -> FleetRun:
    file = tmp_path / "cameras.toml"
    file.write_text("".join(f'[cameras.{name}]\naddress = "sim://?motor=focus"\n' for name in cameras.found))
    fleet = read_fleet(file, Config(tmp_path / "none.toml"))
    return FleetRun(fleet, store, log_of(fleet, tmp_path / "logs"), 2, hear=cameras, **more)


def ended(running: FleetRun, **more: Any) -> dict[str, Row]:
    return {row.name: row for row in running.rows(**more) if row.state == "done"}


def test_one_that_is_not_reached_is_named_and_the_others_go_on(tmp_path: Path, store: Store) -> None:
    rows = ended(run(tmp_path, store, Cameras(FOUND)))
    assert {name: row.exit_code for name, row in rows.items()} == {"a": 0, "b": 1, "c": 3, "d": 4}
    assert "192.0.2.3" in rows["c"].reason
    assert [row.name for row in worst_first(rows.values())] == ["b", "c", "d", "a"]
    assert not list((tmp_path / "logs").iterdir())


@pytest.mark.parametrize(
    ("names", "code"), [("abcd", 1), ("acd", 3), ("ad", 4), ("a", 0), ("dc", 3), ("cb", 1)]
)
def test_the_exit_code_is_the_worst_of_1_3_4_in_that_order(
    tmp_path: Path, store: Store, names: str, code: int
) -> None:
    rows = ended(run(tmp_path, store, Cameras({name: FOUND[name] for name in names})))
    assert worst(rows.values()) == code


def test_killed_half_way_it_goes_on_and_ends_in_the_same_table(tmp_path: Path, store: Store) -> None:
    with Store.open(tmp_path / "whole.db") as other:
        whole = ended(run(tmp_path, other, Cameras(FOUND)))
    with pytest.raises(KeyboardInterrupt):
        ended(run(tmp_path, store, Cameras(FOUND, killed=2)))
    (log,) = (tmp_path / "logs").iterdir()
    lines = log.read_text().splitlines()
    # it was killed while it wrote, and its process is gone
    log.write_text("\n".join([lines[0].replace(str(os.getpid()), str(GONE)), *lines[1:], '{"camera": "x']))
    again = Cameras(FOUND)
    rows = ended(run(tmp_path, store, again))
    assert again.asked == ["c", "d"], "what was done is not done again"
    for name, row in whole.items():
        assert {**row.as_json(), "session": 0} == {**rows[name].as_json(), "session": 0}
    from_start = Cameras(FOUND)
    ended(run(tmp_path, store, from_start), again=True)
    assert from_start.asked == list(FOUND)


def test_a_camera_that_is_another_one_now_is_checked_again(tmp_path: Path, store: Store) -> None:
    with pytest.raises(KeyboardInterrupt):
        ended(run(tmp_path, store, Cameras(FOUND, killed=2)))
    (log,) = (tmp_path / "logs").iterdir()
    log.write_text(log.read_text().replace(str(os.getpid()), str(GONE)))
    again = Cameras(FOUND)
    running = run(tmp_path, store, again)
    text = running.fleet.file.read_text().replace("motor=focus", "motor=focus&delta_um=9", 1)
    running.fleet.file.write_text(text)
    changed = read_fleet(running.fleet.file, Config(tmp_path / "none.toml"))
    ended(FleetRun(changed, store, log_of(changed, tmp_path / "logs"), 2, hear=again))
    assert again.asked == ["a", "c", "d"]


def test_two_runs_on_the_same_cameras_are_refused(tmp_path: Path, store: Store) -> None:
    first = run(tmp_path, store, Cameras(FOUND)).rows()
    next(first)
    (log,) = (tmp_path / "logs").iterdir()
    log.write_text(log.read_text().replace(str(os.getpid()), str(os.getppid())))
    with pytest.raises(UsageError, match="being checked by process"):
        next(run(tmp_path, store, Cameras(FOUND)).rows())


def test_drift_against_the_history_is_exit_1_and_is_told(tmp_path: Path, store: Store) -> None:
    """Set at 1 um; then 8 um is set too and no drift, but -8.5 um against the 8 of then is."""

    def once(delta_um: float, **more: Any) -> Row:
        return ended(run(tmp_path, store, Cameras({"a": line(delta_um, "set")}), **more))["a"]

    assert once(1.0).exit_code == 0
    assert once(8.0).exit_code == 0
    drifted = once(-8.5)
    assert drifted.exit_code == 1
    assert drifted.line is not None
    assert drifted.line["drift_um"] == pytest.approx(-16.5)
    assert "moved -16.5 um" in drifted.reason


def test_slow_drift_of_a_lens_that_nobody_sets_adds_up_until_it_is_taken_as_it_is(
    tmp_path: Path, store: Store
) -> None:
    def once(delta_um: float, **more: Any) -> bool:
        found = ended(run(tmp_path, store, Cameras({"a": line(delta_um, "adjust")}), **more))["a"].line
        assert found is not None
        return found["drifted"]

    assert [once(um) for um in (20.0, 25.0, 28.5, 29.5)] == [False, False, False, True]
    assert once(30.0, is_reference=True)
    assert not once(33.0)


def test_what_was_found_is_in_the_history_with_a_certificate_and_on_the_wall(
    tmp_path: Path, store: Store
) -> None:
    rows = ended(run(tmp_path, store, Cameras(FOUND)))
    titles = [(each.title, each.verdict, each.delta_um) for each in store.sessions()]
    assert sorted(titles) == [
        ("a", "set", 1.0),
        ("b", "adjust", 30.0),
        ("c", "unreached", None),
        ("d", "unsure", None),
    ]
    assert [each["verdict"] for each in runs_of(store, "b")] == ["adjust"]
    number = next(each.id for each in store.sessions() if each.title == "b")
    (outcome,) = session_report(store.load(number)).outcomes
    assert outcome.after is not None
    assert (outcome.verdict, outcome.after.delta_um) == ("adjust", 30.0)
    number = next(each.id for each in store.sessions() if each.title == "c")
    (outcome,) = session_report(store.load(number)).outcomes
    assert (outcome.verdict, outcome.reason) == ("unreached", FOUND["c"])
    cards = cards_of(store, rows.values())
    assert [(card.name, card.verdict) for card in cards] == [
        ("b", "adjust"), ("c", "unreached"), ("d", "unsure"), ("a", "set"),
    ]  # fmt: skip


QUICK = "size=320x180&codec=none&fps=12.5&zoom=3&zoom_s=0.4&focus_s=0.2&settle_s=0.05&latency_s=0.08"


def three(tmp_path: Path) -> Path:
    file = tmp_path / "three.toml"
    file.write_text(
        "between = 0\n"
        + "".join(
            f'[cameras.{name}]\naddress = "sim://?delta_um={um}&motor=focus&seed={seed}&{QUICK}"\n'
            for seed, (name, um) in enumerate({"left": 30, "right": 0, "roof": -30}.items())
        )
        + '[cameras.lost]\naddress = "visca://127.0.0.1:9"\nvideo = "http://127.0.0.1:9/x.mjpg"\n'
        + "pixel-um = 5\nf-number = 1.8\n"
    )
    return file


def command(tmp_path: Path, store: str) -> tuple[list[str], dict[str, str]]:
    asked = ["auto", "--all", str(three(tmp_path)), "--yes", "--json", "--at-once", "1", "--store", store]
    environment = {**os.environ, "XDG_DATA_HOME": str(tmp_path / "data")}
    return [sys.executable, "-m", "backfocus", *asked], environment


def told(text: str) -> dict[str, dict[str, Any]]:
    lines = [json.loads(each) for each in text.splitlines()]
    return {each["name"]: each | {"session": 0} for each in lines if each["kind"] == "camera"}


@pytest.mark.slow
def test_real_processes_killed_half_way_end_in_the_same_table(tmp_path: Path) -> None:
    words, environment = command(tmp_path, str(tmp_path / "a.db"))
    whole = subprocess.run(words, capture_output=True, text=True, env=environment, check=False)
    assert whole.returncode == 1, whole.stderr
    rows = told(whole.stdout)
    # within what one look at a picture of 320 x 180 leaves: a third of half the depth of focus
    assert rows["left"]["delta_um"] == pytest.approx(30.0, abs=3.0)
    assert rows["roof"]["delta_um"] == pytest.approx(-30.0, abs=3.0)
    assert rows["lost"]["exit_code"] == 3
    words, environment = command(tmp_path, str(tmp_path / "b.db"))
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment) as killed:
        assert killed.stdout is not None
        killed.stdout.readline()
        killed.send_signal(signal.SIGKILL)
    again = subprocess.run(words, capture_output=True, text=True, env=environment, check=False)
    assert again.returncode == 1, again.stderr
    assert told(again.stdout) == rows


def test_a_process_that_dies_is_not_reached_and_one_that_is_interrupted_ends_the_run(tmp_path: Path) -> None:
    fleet = read_fleet(three(tmp_path), Config(tmp_path / "none.toml"))
    jobs = [Job(fleet.cameras[-1], _Ending(code)) for code in (9, INTERRUPTED)]  # type: ignore[arg-type]
    said = []

    def listen() -> None:
        for _, message in heard(jobs, 1, str):
            said.append(message)

    with pytest.raises(KeyboardInterrupt):
        listen()
    assert [type(message) for message in said] == [Begun, Failed, Begun]
    assert "its process ended" in said[1].words


class _Ending:
    """Ends the process in which it is made again."""

    def __init__(self, code: int) -> None:
        self.code = code

    def __reduce__(self) -> tuple[Any, ...]:
        return os._exit, (self.code,)
