"""Whole procedures: the guide speaks, the virtual hand obeys, and what is left of the error is the truth.

Seeds below 10000 are for choosing: 0 to 20 were looked at. Those from 10000 on are for proving, and nothing
is chosen on them.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2

from backfocus.guide import events as ev
from backfocus.guide.procedure import start
from backfocus.guide.session_state import Setup
from backfocus.session.run import Limits, guide
from backfocus.sim.source import open_sim

from .draw import draw_live
from .judge import Count
from .results import Line, lines_of, write_lines
from .shelf import FOLDER, commit

OUTCOMES = Path(__file__).with_name("guided.jsonl")
"""Those of the proof, which the accuracy page quotes."""
FROM, TO = "<!-- outcomes of guided procedures -->", "<!-- end of the guided procedures -->"
LONGEST_S = 600.0
MOST_ROUNDS = 3
MISHAPS = (
    ev.FocusTouched,
    ev.WrongRing,
    ev.Bumped,
    ev.ZoomStrayed,
    ev.LightChanged,
    ev.ExtenderSwung,
    ev.LockMoved,
    ev.NotParfocal,
    ev.NotFrontFocus,
)
"""What this hand never does, and this lens never is."""


@dataclass(frozen=True, slots=True)
class Led:
    """One procedure and how it ended; lengths in um. `named`: mishaps that were told, and none was."""

    seed: int
    address: str
    commit: str
    began_um: float
    left_um: float
    h_um: float
    verdict: str
    rounds: int
    named: tuple[str, ...]
    lasted_s: float
    took_s: float

    @property
    def within(self) -> bool:
        """Whether what is left is within half the depth of focus."""
        return abs(self.left_um) <= self.h_um

    @property
    def is_false(self) -> bool:
        """Whether it is called set and is not."""
        return self.verdict == "set" and not self.within


def led(seed: int) -> Led:
    """Lead one procedure to its end, and keep how it ended; one that was led before is read."""
    cv2.setNumThreads(1)
    path = _path(seed)
    if path.exists():
        return _led(json.loads(path.read_text(encoding="utf-8")))
    made_by, begun_s = commit(), time.process_time()
    case = draw_live(seed)
    source = open_sim(case.address)
    session, _ = start(Setup(optics=case.optics, lens_kind="front-focus"))
    named: list[str] = []
    for moment in guide(source, session, hands=(source.hand,), limits=Limits(seconds=LONGEST_S)):
        session, lasted_s = moment.session, moment.at_s
        named += [type(event).__name__ for event in moment.events if isinstance(event, MISHAPS)]
    outcome = Led(
        seed=seed,
        address=case.address,
        commit=made_by,
        began_um=source.settings.delta_um,
        left_um=round(source.bench.lens.delta_um(source.bench.pose), 3),
        h_um=round(case.h_um, 3),
        verdict=session.results[-1].verdict.kind if session.results else "none",
        rounds=session.correction.rounds,
        named=tuple(named),
        lasted_s=round(lasted_s, 2),
        took_s=round(time.process_time() - begun_s, 1),
    )
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(asdict(outcome)), encoding="utf-8")
    return outcome


def _path(seed: int) -> Path:
    return FOLDER / f"guided-{seed:06d}.json"


def _led(line: Line) -> Led:
    return Led(**line | {"named": tuple(line["named"])})


def write(outcomes: Sequence[Led], path: Path = OUTCOMES) -> None:
    """One line each, by seed; other seeds stay as they are."""
    write_lines(path, [asdict(each) for each in outcomes], lambda line: int(line["seed"]))


def kept_outcomes(path: Path = OUTCOMES) -> list[Led]:
    """Those of the proof; none before any was led."""
    return [_led(line) for line in lines_of(path)]


def quoted(outcomes: Sequence[Led]) -> str:
    """What was asked and reached as a table, between two marks."""
    rows = (f"| {each.what} | {each.reached} of {each.of} | {each.wanted} |\n" for each in counted(outcomes))
    head = f"| {len(outcomes)} guided procedures | reached | asked |\n| --- | --- | --- |\n"
    return f"{FROM}\n\n{head}{''.join(rows)}\n{TO}"


def counted(outcomes: Sequence[Led]) -> tuple[Count, ...]:
    """The promises for guided procedures, then what else was said."""
    of = len(outcomes)
    return (
        Count("left within h", sum(each.within for each in outcomes), of, least=198 / 200),
        Count("`set`", sum(each.verdict == "set" for each in outcomes), of, least=198 / 200),
        Count("in three rounds", sum(each.rounds <= MOST_ROUNDS for each in outcomes), of, least=1.0),
        Count("`set` of more than h", sum(each.is_false for each in outcomes), of, most=0.0),
        Count("a mishap told that was none", sum(bool(each.named) for each in outcomes), of, most=2 / 200),
        *(
            Count(f"`{kind}`", sum(each.verdict == kind for each in outcomes), of)
            for kind in sorted({each.verdict for each in outcomes} - {"set"})
        ),
    )
