"""Clips without a chart: drawn at random, checked as anybody's, and what the answer says against the truth.

Seeds below 300 are for choosing: 100 to 223 were looked at while thresholds were chosen, and odd ones below
100. Seeds from 300 on are for proving, and nothing is chosen on those. One on which a fault is found and
mended does not count any more (`LOOKED_AT`).

    scene     one of 13, two seeds of each one after the other: people are among them, and leaves
    camera    one chip, one with a colour mosaic and one of three ways to fill it, or three chips
    picture   960 x 540, H.264, noise of 1 %; with odd seeds the focus ring is swept at wide
    lens      f/1.8, 5 um, h = 9 um; zoom 3x to 10x, both ends as soft by aberration as up to 0.8 waves
    error     two thirds within 6 h, a third within 1.2 h, either side

At wide a focus ring moves the image by so little that it may meet its stop short of focus: a sweep then shows
no picture in focus, and no size is promised.
"""

import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2

from backfocus.session.clip_check import check_clip
from backfocus.session.rig import RigOptions, resolve
from backfocus.sim.lens import Pose, ZoomLens
from backfocus.sim.settings import parse_sim
from backfocus.solve.clip import judge_clip

from .draw import Case
from .film import Job
from .judge import Count, Judged, Outcome, outcome
from .results import Line, lines_of, outcome_of, write_lines
from .shelf import FOLDER, Filmed, commit, is_kept, keep, kept

SESSION = "object"
RESULTS = Path(__file__).with_name("objects.jsonl")
"""Outcomes of the proof, which the accuracy page quotes."""
PROVED_FROM, CLIPS = 300, 500
LOOKED_AT = frozenset({351, 357, 361})
"""Outcomes that are kept and prove nothing: why their sweeps had not been seen was found on them."""
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
        SESSION,
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

    @property
    def is_swept(self) -> bool:
        """Whether a ring was swept at wide, and passed focus."""
        settings = parse_sim(self.outcome.address)
        lens = ZoomLens(settings)
        stops = [lens.residual_um(Pose(focus_um=at_um)) for at_um in (0.0, lens.focus_range_um)]
        return self.outcome.judged == "swept" and min(stops) < 0.0 < max(stops)

    @property
    def off_um(self) -> float | None:
        """By how much the size of the error is told wrong; None where it is not told."""
        told_um = self.outcome.delta_um
        return None if told_um is None else abs(abs(told_um) - abs(self.outcome.true_um))


def film(job: Job) -> tuple[Job, float | None]:
    """Film one clip, measure it as `check` does and keep the readings; the seconds it took, if it began."""
    if time.time() > job.begin_by_s:
        return job, None
    cv2.setNumThreads(1)
    case, made_by, begun_s = draw(job.seed), commit(), time.process_time()
    found = check_clip(resolve(RigOptions(source=case.address)))
    took_s = time.process_time() - begun_s
    keep(Filmed(case, made_by, took_s, tuple(found.readings)))
    return job, took_s


def jobs(seeds: Sequence[int], by_s: float) -> list[Job]:
    """What is still to be filmed."""
    return [Job(seed, SESSION, by_s) for seed in seeds if not is_kept(seed, SESSION)]


def checked(seed: int, folder: Path = FOLDER) -> Checked | None:
    """The clip of a seed judged; None if it was not filmed."""
    filmed = kept(seed, SESSION, folder)
    if filmed is None:
        return None
    answer = judge_clip(filmed.readings, resolve(RigOptions(source=filmed.case.address)).optics)
    how: Judged = "swept" if "sweep=" in filmed.case.address else "plain"
    said = outcome(filmed.case, how, filmed.commit, answer)
    names = Counter(each.target_name for each in filmed.readings if each.target_name)
    target = max(names, key=names.__getitem__, default=None)
    return Checked(said, SCENES[seed // 2 % len(SCENES)], target, answer.verdict.reason)


def write(clips: Sequence[Checked], path: Path = RESULTS) -> None:
    """One line each, by seed, with the commits that filmed and judged it; other seeds stay as they are."""
    judged_at = commit()
    write_lines(path, [{**asdict(each), "judged_at": judged_at} for each in clips], _seed)


def proved(path: Path = RESULTS) -> list[Checked]:
    """Those that were kept of the proof, without those that were looked at."""
    names = ("scene", "target", "reason")
    plain = [Checked(outcome_of(each["outcome"]), *(each[name] for name in names)) for each in lines_of(path)]
    return [each for each in plain if each.outcome.seed not in LOOKED_AT]


def _seed(line: Line) -> int:
    return int(line["outcome"]["seed"])


def counted(clips: Sequence[Checked]) -> tuple[Count, ...]:
    """The promises, then what else was said, and how many of each scene were not answered with a number."""
    of, outcomes = len(clips), [each.outcome for each in clips]
    held = [each.held for each in outcomes if each.held is not None]
    return (
        Count("wrong word", sum(bool(each.wrong) for each in outcomes), of, most=WRONG_SHARE),
        Count("interval holds the truth", sum(held), len(held), 0.93, 0.97),
        *_sizes([each for each in clips if each.is_swept]),
        Count(
            "of the sweeps those whose ring met its stop short of focus",
            sum(each.outcome.judged == "swept" and not each.is_swept for each in clips),
            sum(each.outcome.judged == "swept" for each in clips),
        ),
        Count(
            "of the sweeps through focus those that were seen",
            sum(each.outcome.referenced for each in clips if each.is_swept),
            sum(each.is_swept for each in clips),
        ),
        Count("with a number", sum(each.delta_um is not None for each in outcomes), of),
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


def _sizes(swept: Sequence[Checked]) -> tuple[Count, ...]:
    """How well the size of the error is told where a sweep at wide shows how sharp the lens can be."""
    told = [(each.outcome, each.off_um) for each in swept if each.off_um is not None]
    clear = [
        off_um <= max(each.h_um / 3.0, 0.1 * abs(each.true_um)) for each, off_um in told if each.true_h >= 1.0
    ]
    small = [off_um < each.h_um / 2.0 for each, off_um in told if each.true_h < 1.0]
    return (
        Count("swept, from h up: within max(h/3, 10 %)", sum(clear), len(clear), least=0.95),
        Count("swept, below h: within h/2", sum(small), len(small), least=0.95),
    )
