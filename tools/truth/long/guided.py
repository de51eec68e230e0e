"""Whole procedures: the guide speaks, the virtual hand obeys, and what is left of the error is the truth."""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2

from backfocus.guide.procedure import start
from backfocus.guide.session_state import Setup
from backfocus.session.run import Limits, guide
from backfocus.sim.source import open_sim

from .draw import draw_live
from .judge import Count
from .shelf import FOLDER, commit

LONGEST_S = 600.0
MOST_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Led:
    """One procedure and how it ended; lengths in um."""

    seed: int
    address: str
    commit: str
    began_um: float
    left_um: float
    h_um: float
    verdict: str
    rounds: int
    lasted_s: float
    took_s: float

    @property
    def within(self) -> bool:
        """Whether what is left is within half the depth of focus."""
        return abs(self.left_um) <= self.h_um


def led(seed: int) -> Led:
    """Lead one procedure to its end, and keep how it ended; one that was led before is read."""
    cv2.setNumThreads(1)
    path = _path(seed)
    if path.exists():
        return Led(**json.loads(path.read_text(encoding="utf-8")))
    made_by, begun_s = commit(), time.process_time()
    case = draw_live(seed)
    source = open_sim(case.address)
    session, _ = start(Setup(optics=case.optics, lens_kind="front-focus"))
    for moment in guide(source, session, hands=(source.hand,), limits=Limits(seconds=LONGEST_S)):
        session, lasted_s = moment.session, moment.at_s
    outcome = Led(
        seed=seed,
        address=case.address,
        commit=made_by,
        began_um=source.settings.delta_um,
        left_um=round(source.bench.lens.delta_um(source.bench.pose), 3),
        h_um=round(case.h_um, 3),
        verdict=session.results[-1].verdict.kind if session.results else "none",
        rounds=session.correction.rounds,
        lasted_s=round(lasted_s, 2),
        took_s=round(time.process_time() - begun_s, 1),
    )
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(asdict(outcome)), encoding="utf-8")
    return outcome


def _path(seed: int) -> Path:
    return FOLDER / f"guided-{seed:06d}.json"


def counted(outcomes: Sequence[Led]) -> tuple[Count, ...]:
    """The promises for guided procedures, then what else was said."""
    of = len(outcomes)
    return (
        Count("left within h", sum(each.within for each in outcomes), of, least=198 / 200),
        Count("set", sum(each.verdict == "set" for each in outcomes), of, least=198 / 200),
        Count("in three rounds", sum(each.rounds <= MOST_ROUNDS for each in outcomes), of, least=1.0),
        *(
            Count(kind, sum(each.verdict == kind for each in outcomes), of)
            for kind in sorted({each.verdict for each in outcomes})
        ),
    )
