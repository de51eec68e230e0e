"""Clips without a chart: drawn at random, checked as anybody's, and what the answer says against the truth.

Seeds below 300 are for choosing: 100 to 223 were looked at while thresholds were chosen. Seeds from 300 on
are for proving, and nothing is chosen on those.

    scene     one of 13, two seeds of each one after the other: people are among them, and leaves
    camera    one chip, one with a colour mosaic and one of three ways to fill it, or three chips
    picture   960 x 540, H.264, noise of 1 %; with odd seeds the focus ring is swept at wide
    lens      f/1.8, 5 um, h = 9 um; zoom 3x to 10x, both ends as soft by aberration as up to 0.8 waves
    error     two thirds within 6 h, a third within 1.2 h, either side
"""

import json
import random
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2

from backfocus.session.clip_check import check_clip
from backfocus.session.rig import RigOptions, resolve

from .draw import Case
from .judge import Count, Judged, Outcome, outcome
from .results import outcome_of
from .shelf import FOLDER, commit

PROVED_FROM, CLIPS = 300, 500
SCENES = (
    "text", "shelf", "leaves", "brick", "street", "grass", "gravel", "facade", "fabric", "bark", "crowd",
    "circuit", "person",
)  # fmt: skip
CAMERAS = (
    "",
    "&sensor=bayer&demosaic=bilinear",
    "&sensor=bayer&demosaic=edge-aware",
    "&sensor=bayer&demosaic=vng&olpf=0.7",
    "&sensor=three-chip",
)
H_UM, NEAR_H, FAR_H = 9.0, 1.2, 6.0
WRONG_SHARE = 3 / 300


def draw(seed: int) -> Case:
    """The clip of a seed."""
    dice = random.Random(seed)
    most_h = FAR_H if dice.random() > 1 / 3 else NEAR_H
    delta_um = round(dice.uniform(-most_h, most_h) * H_UM, 1)
    zoom = round(dice.uniform(3, 10), 1)
    camera, w040 = dice.choice(CAMERAS), round(dice.uniform(0, 0.8), 2)
    scene, sweep = SCENES[seed // 2 % len(SCENES)], "&sweep=yes" if seed % 2 else ""
    return Case(
        seed,
        "object",
        f"sim://?scene={scene}&clip=check&delta_um={delta_um}&zoom={zoom}&size=960x540&seed={seed}&w040={w040}"
        f"&noise=0.01{camera}{sweep}",
        "1.8",
    )


@dataclass(frozen=True, slots=True)
class Checked:
    """One clip and its answer; `target`: what was measured."""

    outcome: Outcome
    scene: str
    target: str | None
    reason: str
    took_s: float


def checked(seed: int, folder: Path = FOLDER) -> Checked:
    """Film and check one clip, and keep what came of it; one that was checked before is read."""
    cv2.setNumThreads(1)
    path = folder / f"object-{seed:06d}.json"
    if path.exists():
        plain = json.loads(path.read_text(encoding="utf-8"))
        return Checked(**plain | {"outcome": outcome_of(plain["outcome"])})
    case, made_by, begun_s = draw(seed), commit(), time.process_time()
    found = check_clip(resolve(RigOptions(source=case.address)))
    how: Judged = "swept" if "sweep=" in case.address else "plain"
    said = outcome(case, how, made_by, found.answer)
    took_s = round(time.process_time() - begun_s, 1)
    reason = found.answer.verdict.reason
    kept = Checked(said, SCENES[seed // 2 % len(SCENES)], found.target, reason, took_s)
    folder.mkdir(exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(asdict(kept)), encoding="utf-8")
    part.replace(path)
    return kept


def counted(clips: Sequence[Checked]) -> tuple[Count, ...]:
    """The promises, then what else was said, and how many of each scene were not answered with a number."""
    of, outcomes = len(clips), [each.outcome for each in clips]
    held = [each.held for each in outcomes if each.held is not None]
    answered = [each for each in outcomes if each.delta_um is not None]
    return (
        Count("wrong word", sum(bool(each.wrong) for each in outcomes), of, most=WRONG_SHARE),
        Count("interval holds the truth", sum(held), len(held), 0.93, 0.97),
        Count("with a number", len(answered), of),
        Count("decided", sum(each.decided for each in outcomes), of),
        Count(
            "another target taken", sum(each.target not in ("object", None) for each in clips), of, most=0.0
        ),
        *(
            Count(kind, sum(each.verdict == kind for each in outcomes), of)
            for kind in sorted({each.verdict for each in outcomes})
        ),
        *(
            Count(
                f"with a number, {scene}",
                sum(each.outcome.delta_um is not None for each in clips if each.scene == scene),
                sum(each.scene == scene for each in clips),
            )
            for scene in SCENES
        ),
    )
