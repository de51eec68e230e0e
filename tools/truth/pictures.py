"""Finding the star, and telling when a picture must not be trusted."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import cv2
import numpy as np
from tests.oracles.camera_codes import codes
from tests.oracles.coded import coded
from tests.oracles.render import StarDrawing
from tests.oracles.rooms import NEGATIVES, random_scene, room_with
from tests.oracles.star_picture import Scene, light, noisy
from tests.oracles.transfer import CUT_OFF, Otf, disc, hopkins

from backfocus.frame import Frame, Samples
from backfocus.measure.find.stars import find_star
from backfocus.measure.reading import Flag, Reading
from backfocus.measure.track import track

from .row import Plan, Plot, Row

TITLE = "Finding the star, and flags"
INTRO = """
Rooms full of boxes, text, wheels and gratings, drawn with a star of any size, count and blur hung in them;
real pictures without a star; and exact stars spoilt in the ways that cameras spoil them. Each spoilt picture
stands alone: nothing is known from pictures before it. "Clean" are the same stars, not spoilt, in up to 3 %
noise. The thresholds of the flags were chosen on other draws than these.
"""

GOLDEN = Path(__file__).parents[2] / "tests" / "golden"
SPOILT = (Flag.INTERLACED, Flag.CLIPPED, Flag.MOVING, Flag.SHARPENED, Flag.COMPRESSED)


def parts(plan: Plan) -> Iterator[Row | Plot]:
    yield from _detection(plan)
    yield _negatives(plan)
    yield _cycles(plan)
    yield from _flags(plan)


def _detection(plan: Plan) -> Iterator[Row]:
    scenes = plan.cases(500, 60)
    first = (plan.seed - 1) * 500
    found_right = extra = miscounted = 0
    for seed in range(first, first + scenes):
        picture, star = random_scene(seed)
        found = find_star(picture)
        near = [f for f in found if math.hypot(f.x_px - star.x_px, f.y_px - star.y_px) < 0.1 * star.radius_px]
        found_right += [f.cycles for f in near] == [star.cycles]
        miscounted += any(f.cycles != star.cycles for f in near)
        extra += len(found) > len(near)
    share = found_right / scenes
    yield Row(
        "star found and counted in cluttered rooms, 40 to 900 px",
        "renders",
        scenes,
        f"{100 * share:.1f} %, {miscounted} miscounted",
        "99 %",
        share >= 0.99,
    )
    yield Row(
        "something else taken for a second star there",
        "renders",
        scenes,
        f"{100 * extra / scenes:.1f} %",
        "-",
        True,
        "Among the clutter are wheels of 5 to 36 spokes; one blurred until a single harmonic is left cannot "
        "be told from a star. The reading is then flagged `two-stars`."
        if extra
        else "",
    )


def _negatives(plan: Plan) -> Row:
    seen, wrong = 0, []
    for name, picture in _starless(plan):
        seen += 1
        if find_star(picture):
            wrong.append(name)
    return Row(
        "false stars in pictures without one",
        "real clip, real focus stack, drawn rooms and patterns",
        seen,
        f"{len(wrong)} {', '.join(sorted(set(wrong)))}".strip(),
        "0",
        not wrong,
    )


def _starless(plan: Plan) -> Iterator[tuple[str, np.ndarray]]:
    with av.open(str(GOLDEN / "clip" / "bikes.mp4")) as clip:
        for number, frame in enumerate(clip.decode(video=0)):
            if number % (10 if plan.short else 1) == 0:
                yield "clip", frame.reformat(format="gray").to_ndarray()
    for path in sorted((GOLDEN / "stack").glob("*.JPG")):
        yield "stack", np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE))
    for name, make in NEGATIVES.items():
        yield name, np.clip(make(), 0, 255).astype(np.uint8)
    rng = np.random.default_rng(plan.seed)
    for _ in range(plan.cases(60, 10)):
        yield "room", room_with(seed=int(rng.integers(1 << 30)), blur_px=float(rng.choice([0.0, 2.0, 5.0])))


def _cycles(plan: Plan) -> Row:
    """Every count of cycles, at a rim frequency up to 0.2 cy/px."""
    rng = np.random.default_rng(plan.seed)
    counts = range(8, 145, 5 if plan.short else 1)
    wrong = []
    for cycles in counts:
        radius = max(48.0, cycles / (2 * math.pi * rng.uniform(0.05, 0.2)))
        star = StarDrawing(480.3, 270.4, min(radius, 250.0), cycles, angle_rad=rng.uniform(0, 3))
        if [one.cycles for one in find_star(room_with(star, seed=cycles, blur_px=rng.uniform(0, 2)))] != [
            cycles
        ]:
            wrong.append(cycles)
    return Row(
        "cycles counted, 8 to 144",
        "renders",
        len(counts),
        "all exact" if not wrong else f"wrong for {wrong}",
        "exact",
        not wrong,
    )


# --- flags


UNSEEN = 1000
"""Added to the seed here: thresholds of flags were chosen on the draws of the first few seeds."""

FEW_SPOKES = (
    "Not told: stars of 24 cycles behind a blur disc of 9 px in 3 % noise; every pixel of their inner rings "
    "was looked at, and the move stands less than 3.5 sigma out of noise, as that of a still star may."
)
GRAIN = "Not told: masks in 3 % noise, which they double; no bound is broken by more than 2 sigma."

Spoil = Callable[[np.random.Generator], Samples]


def _flags(plan: Plan) -> Iterator[Row]:
    kinds = (
        ("line-doubled field", Flag.INTERLACED, _doubled, ""),
        ("clipped whites", Flag.CLIPPED, _overexposed, ""),
        ("3 px of motion", Flag.MOVING, _shaken, FEW_SPOKES),
        ("unsharp mask 1 px 100 %, blur disc under 2 px", Flag.SHARPENED, _sharpened, GRAIN),
    )
    for what, flag, spoil, why in kinds:
        yield _flagged(what, (flag,), spoil, plan, why)
    either = (Flag.SHARPENED, Flag.SHARPENING_UNKNOWN)
    yield _flagged("the same mask, blur disc 2 to 6 px", either, _sharpened_soft, plan, GRAIN)
    yield from _compressed(plan)
    yield _clean(plan)


def _flagged(what: str, flags: tuple[Flag, ...], spoil: Spoil, plan: Plan, why: str) -> Row:
    rng = np.random.default_rng(UNSEEN + plan.seed)
    draws = plan.cases(100, 16)
    told = {*flags, Flag.NO_STAR, Flag.LOST}  # either says that nothing was read
    missed = sum(not told & _flags_of(spoil(rng)) for _ in range(draws))
    words = " or ".join(f"`{flag}`" for flag in flags)
    return Row(
        f"{what}: {words}",
        "exact stars, spoilt",
        draws,
        f"{draws - missed} of {draws}",
        "every case",
        not missed,
        why if missed else "",
    )


POOR = (("libx264", "crf", "28"), ("libx264", "crf", "34"), ("mjpeg", "q", "8"), ("mjpeg", "q", "16"))
GOOD = (("libx264", "crf", "20"), ("mpeg2video", "q", "2"))
SOFTENED = 0.95
"""Of MTF50 before the codec: from there on a picture counts as spoilt by it."""


def _compressed(plan: Plan) -> Iterator[Row]:
    rng = np.random.default_rng(UNSEEN + plan.seed)
    spoilt = told = good = wrong = 0
    for _ in range(plan.cases(30, 6)):
        picture = _star(rng, _slight(rng))
        even = picture[: len(picture) // 2 * 2, : len(picture) // 2 * 2]
        grain, seed = float(rng.choice([0.002, 0.01, 0.03])), int(rng.integers(1 << 30))
        clip = [codes(noisy(even, grain, seed + k), transfer="bt709", bits=8, limited=True) for k in range(3)]
        before = _reading(clip[2]).mtf50_cy_px
        for codec in POOR if before else ():
            after = _through(clip, *codec)
            if after.mtf50_cy_px and after.mtf50_cy_px < SOFTENED * before:
                spoilt += 1
                told += Flag.COMPRESSED in after.flags
        for codec in GOOD:
            good += 1
            wrong += Flag.COMPRESSED in _through(clip, *codec).flags
    yield Row(
        "MTF50 5 % low or more by H.264 (CRF 28, 34) or Motion JPEG (quantiser 8, 16): `compressed`",
        "FFmpeg, the same stars before",
        spoilt,
        f"{told} of {spoilt}",
        "every case",
        told == spoilt,
        "Not told: Motion JPEG at quantiser 8, with as much noise on the spokes as H.264 at CRF 20 has on "
        "sharper ones."
        if told < spoilt
        else "",
    )
    yield Row(
        "H.264 at CRF 20 and MPEG-2 at quantiser 2 flagged so",
        "FFmpeg",
        good,
        f"{wrong}" if wrong else "none",
        "never",
        not wrong,
    )


def _through(clip: list[Samples], codec: str, option: str, value: str) -> Reading:
    options = {option: value} if option == "crf" else {"qmin": value, "qmax": value}
    return _reading(coded(clip, codec, **options)[-1])


def _clean(plan: Plan) -> Row:
    rng = np.random.default_rng(UNSEEN + plan.seed)
    draws = plan.cases(150, 24)
    found = [
        flag
        for _ in range(draws)
        for flag in _flags_of(_camera(_star(rng, _lens(rng)), rng))
        if flag in SPOILT
    ]
    words = ", ".join(f"`{flag}` {found.count(flag)}" for flag in SPOILT if flag in found)
    return Row("clean pictures flagged so", "exact stars", draws, words or "none", "never", not found)


def _flags_of(samples: Samples) -> frozenset[Flag]:
    return _reading(samples).flags


def _reading(samples: Samples) -> Reading:
    bits = 8 if samples.dtype == np.uint8 else 10
    return track(None, Frame(samples, bits=bits, transfer="bt709", limited=True))[1]


def _lens(rng: np.random.Generator) -> Otf:
    """In focus or not, f/1.8 to f/8, up to a blur disc of about 9 px."""
    return hopkins(float(rng.choice([0.0, 0.25, 0.5, 1.0, 2.0])), CUT_OFF[str(rng.choice(list(CUT_OFF)))])


def _slight(rng: np.random.Generator) -> Otf:
    """A blur disc of 0 to 2 px behind diffraction of f/1.8 to f/8."""
    diffraction = hopkins(0.0, CUT_OFF[str(rng.choice(list(CUT_OFF)))])
    blur = disc(float(rng.uniform(0.0, 2.0)))
    return lambda f: diffraction(f) * blur(f)


def _soft(rng: np.random.Generator) -> Otf:
    diffraction = hopkins(0.0, CUT_OFF["f/4, 4 um"])
    blur = disc(float(rng.uniform(2.0, 6.0)))
    return lambda f: diffraction(f) * blur(f)


def _star(rng: np.random.Generator, otf: Otf, motion_px: float = 0.0, gain: float = 1.0) -> np.ndarray:
    radius, cycles = float(rng.uniform(70, 150)), int(rng.choice([24, 36, 48, 72]))
    radius = max(radius, cycles / (2 * math.pi * 0.12))
    side = int(2.7 * radius)
    x, y = (side / 2 + rng.uniform(-3, 3, 2)).tolist()
    scene = Scene(
        side,
        side,
        x,
        y,
        radius,
        cycles,
        rng.uniform(0, 3),
        twisted=bool(rng.random() < 0.3),
        black=0.04,
        white=0.8,
    )
    way = rng.uniform(0, math.pi)
    return light(scene, otf, (motion_px * math.cos(way), motion_px * math.sin(way))) * np.float32(gain)


def _camera(picture: np.ndarray, rng: np.random.Generator) -> Samples:
    """Noise, the BT.709 curve, video range, 8 or 10 bits."""
    grainy = noisy(picture, float(rng.choice([0.002, 0.01, 0.03])), int(rng.integers(1 << 30)))
    return _clipped_at_white(codes(grainy, transfer="bt709", bits=int(rng.choice([8, 10])), limited=True))


def _clipped_at_white(samples: Samples) -> Samples:
    return np.minimum(samples, samples.dtype.type(235 if samples.dtype == np.uint8 else 940))


def _doubled(rng: np.random.Generator) -> Samples:
    samples = _camera(_star(rng, _lens(rng)), rng)
    return np.repeat(samples[int(rng.integers(2)) :: 2], 2, axis=0)


def _overexposed(rng: np.random.Generator) -> Samples:
    return _camera(_star(rng, _lens(rng), gain=float(rng.uniform(1.4, 2.5))), rng)


def _shaken(rng: np.random.Generator) -> Samples:
    return _camera(_star(rng, _lens(rng), motion_px=3.0), rng)


def _unsharp(picture: np.ndarray) -> np.ndarray:
    return 2 * picture - cv2.GaussianBlur(picture, (0, 0), 1.0)


def _sharpened(rng: np.random.Generator) -> Samples:
    return _mask(_star(rng, _slight(rng)), rng)


def _sharpened_soft(rng: np.random.Generator) -> Samples:
    return _mask(_star(rng, _soft(rng)), rng)


def _mask(picture: np.ndarray, rng: np.random.Generator) -> Samples:
    """The mask on the light or, as most cameras have it, on the code values."""
    picture = picture * np.float32(0.7)  # room for the overshoot
    if rng.random() < 0.5:
        return _camera(_unsharp(picture), rng)
    samples = _camera(picture, rng)
    top = 235 if samples.dtype == np.uint8 else 940
    return np.clip(np.rint(_unsharp(samples.astype(np.float32))), 0, top).astype(samples.dtype)
