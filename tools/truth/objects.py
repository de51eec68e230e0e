"""Objects that are none to measure by, filmed: refused, and for the right reason; good ones let through."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import get_args

from backfocus.measure.object.quality import quality
from backfocus.measure.reading import Flag
from backfocus.measure.track import track
from backfocus.session.clip_check import check_clip
from backfocus.session.rig import RigOptions, resolve
from backfocus.sim.bench import Bench
from backfocus.sim.settings import SceneKind, parse_sim

from .row import Plan, Row

TITLE = "Objects: bad ones refused, good ones let through"
INTRO = """
`check` on clips that zoom out eight times from what nobody should measure by: a painted wall, sky, water
(smooth at tele), polished metal, the slats of a blind, a crowd that never stands still; 640 x 360 at 15
pictures a second, H.264. Refused means `unsure`; the right reason is that of the kind, among what the answer
bears. Of what is good by its kind one picture at tele is judged: what tele shows of it may still be poor (a
striped shirt repeats). Thresholds were chosen on seeds 3 and 4 and looked at on 11; these begin at 101. Where
a star hangs before a good object, one picture at wide is measured.
"""
ORACLE = "the kind of thing that is filmed"
BAD: dict[str, tuple[Flag, ...]] = {
    "scene=wall": (Flag.TOO_SMOOTH,),
    "scene=sky": (Flag.TOO_SMOOTH,),
    "scene=water": (Flag.TOO_SMOOTH,),
    "scene=glossy": (Flag.GLOSSY, Flag.CLIPPED),
    "scene=blinds": (Flag.REPEATING,),
    "scene=wall&mover=crowd": (Flag.MOVING,),
}
POOR = ("wall", "sky", "water", "glossy", "blinds")
GOOD = tuple(kind for kind in get_args(SceneKind) if kind not in (*POOR, "person"))
QUICK = ("scene=wall", "scene=blinds", "scene=glossy")
FIRST_SEED = 101
LEAST_REFUSED, LEAST_RIGHT = 0.98, 0.8
LEAST_KINDS = 8
STARS = 20


def parts(plan: Plan) -> Iterator[Row]:
    """Rows of the bad ones, then of the good ones."""
    kinds = QUICK if plan.short else tuple(BAD)
    judged = [_film(keys, FIRST_SEED + at) for at in range(plan.cases(7, 1)) for keys in kinds]
    refused, right = (sum(each[at] for each in judged) for at in (0, 1))
    count = len(judged)
    wrong = ", ".join(each[2] for each in judged if not each[1])
    yield Row(
        "bad objects refused",
        ORACLE,
        count,
        f"{refused} ({refused / count:.0%})",
        f"{LEAST_REFUSED:.0%}",
        refused >= LEAST_REFUSED * count,
        "" if refused == count else f"Not refused: {', '.join(each[2] for each in judged if not each[0])}.",
    )
    yield Row(
        "bad objects refused for the right reason",
        ORACLE,
        count,
        f"{right} ({right / count:.0%})",
        f"{LEAST_RIGHT:.0%}",
        right >= LEAST_RIGHT * count,
        f"Another reason or none: {wrong}." if wrong else "",
    )
    good = GOOD[:3] if plan.short else GOOD
    passed = {kind: sum(_is_let_through(kind, FIRST_SEED + at) for at in range(2)) for kind in good}
    whole = [kind for kind, times in passed.items() if times == 2]
    left = Counter(passed) - Counter(dict.fromkeys(whole, 2))
    yield Row(
        f"kinds of good objects let through, of {len(good)}, at two seeds each",
        ORACLE,
        2 * len(good),
        f"{len(whole)}",
        f"{min(LEAST_KINDS, len(good))}",
        len(whole) >= min(LEAST_KINDS, len(good)),
        f"At one of two: {', '.join(left)}." if left else "",
    )
    stars = plan.cases(STARS, 3)
    taken = [_target_beside_a_star(GOOD[at % len(GOOD)], FIRST_SEED + at) for at in range(stars)]
    others = ", ".join(f"{GOOD[at % len(GOOD)]} {each}" for at, each in enumerate(taken) if each != "star")
    yield Row(
        "a star hangs before a good object: the star is measured",
        ORACLE,
        stars,
        f"{taken.count('star')}",
        f"{stars}",
        not others,
        f"Else: {others}." if others else "",
    )


def _film(keys: str, seed: int) -> tuple[bool, bool, str]:
    """Whether a clip was refused, whether for the right reason, and which clip that was."""
    address = f"sim://?clip=check&{keys}&delta_um=0&seed={seed}&zoom=8&fps=15&size=640x360"
    answer = check_clip(resolve(RigOptions(source=address))).answer
    refused = answer.verdict.kind == "unsure"
    return refused, refused and any(flag in answer.flags for flag in BAD[keys]), f"{keys} seed {seed}"


def _is_let_through(kind: str, seed: int) -> bool:
    """Whether the picture of a good object at tele, in focus, is called good or fair."""
    bench = Bench(parse_sim(f"sim://?scene={kind}&seed={seed}&zoom=8&delta_um=0&size=640x360&codec=none"))
    bench.turn(zoom=1.0, focus_um=bench.lens.chart_focus_um)
    return quality(bench.frame()).colour != "poor"


def _target_beside_a_star(kind: str, seed: int) -> str | None:
    """What is measured where a star on its paper, up to 2.5 h out of focus, hangs before an object."""
    dice = random.Random(seed)
    keys = f"seed={seed}&zoom=8&size=640x360&codec=none&delta_um={dice.uniform(-22, 22):.1f}"
    scene, star = (Bench(parse_sim(f"sim://?{keys}{more}")) for more in (f"&scene={kind}", ""))
    for bench in (scene, star):
        bench.turn(zoom=0.0, focus_um=bench.lens.chart_focus_um)
    reach = round(1.15 * star.lens.scale_px(star.pose))
    paper = star.frame().luma[180 - reach : 180 + reach, 320 - reach : 320 + reach]
    seen = scene.frame()
    luma = seen.luma.copy()
    row, column = dice.randrange(360 - 2 * reach), dice.randrange(640 - 2 * reach)
    luma[row : row + 2 * reach, column : column + 2 * reach] = paper
    return track(None, replace(seen, luma=luma))[1].target_name
