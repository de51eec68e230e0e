"""Scenes that were built or woven: a brick wall, the front of a house, cloth."""

import math

import numpy as np

from .printed import HALF_HEIGHT, HALF_WIDTH
from .sheet import Points, Sheet


def brick(sheet: Sheet, seed: int) -> None:
    """A wall of old bricks, their edges worn, holes and lime on them."""
    rng = np.random.default_rng((seed, 41))
    sheet.flood(128)
    sheet.grain(seed + 3, 0.16, 3.0, gain=0.95)
    course, length, joint = 17.0, 48.0, 2.6
    for row in range(-math.ceil(HALF_HEIGHT / course), math.ceil(HALF_HEIGHT / course) + 1):
        for number in range(-13, 14):
            x = (number + (0.5 if row % 2 else 0.0)) * length + float(rng.normal(0, 0.5)) + 9.0
            y = row * course + float(rng.normal(0, 0.3)) + 5.0
            _brick(sheet, rng, x, y, length - joint, course - joint)
    sheet.grain(seed + 1, 0.13, 6.0, gain=0.93)
    sheet.grain(seed + 2, 0.06, 120.0, 6.0)


def _brick(sheet: Sheet, rng: np.random.Generator, x: float, y: float, width: float, height: float) -> None:
    level = float(rng.choice((48, 62, 70, 84, 96))) * float(rng.uniform(0.85, 1.15))
    worn, holes = rng.normal(0.0, 0.3, (4, 24)), int(rng.integers(8, 26))
    drawn = rng.random((holes, 4))
    if not sheet.shows(x, y, width / 2):
        return
    outline = _worn_rectangle(width, height, worn) + np.array((x, y))
    sheet.fill(outline + np.array((0.5, 0.7)), 40)
    sheet.fill(outline, level)
    for across, down, size, tone in drawn:
        at = x + (across - 0.5) * 0.9 * width, y + (down - 0.5) * 0.8 * height
        radius = 0.12 * (10.0 ** (1.1 * size))
        sheet.ellipse(
            *at, radius, radius * (0.5 + 0.4 * tone), level * (0.4 if tone < 0.7 else 1.7), 3.0 * size
        )


def _worn_rectangle(width: float, height: float, worn: Points) -> Points:
    """A rectangle around the origin, each side with 24 steps that wander."""
    part = np.linspace(-0.5, 0.5, 24, endpoint=False)
    top = np.stack((part * width, -height / 2 + worn[0]), axis=1)
    right = np.stack((width / 2 + worn[1], part * height), axis=1)
    bottom = np.stack((-part * width, height / 2 + worn[2]), axis=1)
    left = np.stack((-width / 2 + worn[3], -part * height), axis=1)
    return np.concatenate((top, right, bottom, left))


def facade(sheet: Sheet, seed: int) -> None:
    """The front of an old house: plaster with cracks, windows, shutters, a frieze."""
    rng = np.random.default_rng((seed, 42))
    sheet.flood(152)
    for _ in range(160):
        _crack(sheet, rng)
    for row in range(-2, 3):
        y = 138.0 * row + 14.0
        sheet.rectangle(0.0, y - 72.0, 2 * HALF_WIDTH, 7.0, 186)
        sheet.rectangle(0.0, y - 67.0, 2 * HALF_WIDTH, 2.5, 88)
        for tooth in np.arange(-HALF_WIDTH, HALF_WIDTH, 8.0):
            sheet.rectangle(tooth, y - 62.5, 4.0, 5.0, 178)
        for column in range(-5, 6):
            _window(sheet, rng, 104.0 * column + 12.0, y)
    sheet.grain(seed + 1, 0.11, 4.0, gain=0.95)
    sheet.grain(seed + 2, 0.05, 90.0, 4.0)


def _window(sheet: Sheet, rng: np.random.Generator, x: float, y: float) -> None:
    inside, curtain = float(rng.uniform(12, 40)), float(rng.uniform(80, 170))
    drawn_back = float(rng.uniform(0.1, 0.5))
    lifts = rng.normal(0.0, 0.15, (2, 32))
    if not sheet.shows(x, y, 70.0):
        return
    sheet.rectangle(x, y, 46.0, 92.0, 196)
    sheet.rectangle(x, y, 40.0, 86.0, 70)
    sheet.rectangle(x, y, 38.0, 84.0, inside)
    for fold in np.arange(0.0, 1.0, 0.08):
        for side in (-1, 1):
            if fold < drawn_back:
                sheet.rectangle(
                    x + side * (18.0 - 36.0 * fold),
                    y,
                    1.8,
                    82.0,
                    curtain * (0.75 + 0.25 * math.cos(40 * fold)),
                )
    for bar in (-19.0, 0.0, 19.0):
        sheet.rectangle(x + bar, y, 2.4, 86.0, 208)
        sheet.rectangle(x + bar + 1.3, y, 0.5, 86.0, 100)
    for bar in (-42.0, -14.0, 14.0, 42.0):
        sheet.rectangle(x, y + bar, 40.0, 2.2, 208)
        sheet.rectangle(x, y + bar + 1.2, 40.0, 0.5, 100)
    sheet.rectangle(x, y + 48.0, 54.0, 5.0, 190)
    sheet.rectangle(x, y + 51.2, 54.0, 1.6, 76)
    for side, lifted in zip((-1, 1), lifts, strict=True):
        shutter = x + side * 34.0
        sheet.rectangle(shutter, y, 20.0, 88.0, 58)
        for slat, lift in zip(np.arange(-40.0, 41.0, 2.6), lifted, strict=True):
            sheet.rectangle(shutter, y + slat + lift, 16.0, 1.3, 98)
            sheet.rectangle(shutter, y + slat + lift + 0.9, 16.0, 0.5, 24)


def _crack(sheet: Sheet, rng: np.random.Generator) -> None:
    start = rng.uniform(-1.0, 1.0, 2) * (HALF_WIDTH, HALF_HEIGHT)
    course = rng.normal(0.0, 0.5, 24).cumsum() * 0.5 + float(rng.uniform(0, 2 * math.pi))
    steps = np.stack((np.cos(course), np.sin(course)), axis=1) * float(rng.uniform(0.8, 3.0))
    if sheet.shows(float(start[0]), float(start[1]), 72.0):
        sheet.stroke(start + np.cumsum(steps, axis=0), np.linspace(0.7, 0.1, 24), 84)


def fabric(sheet: Sheet, seed: int) -> None:
    """A woven cloth with flowers printed on it, in soft folds."""
    rng = np.random.default_rng((seed, 43))
    sheet.flood(150)
    for _ in range(420):
        _flower(sheet, rng)
    wander = sheet.noise(seed, 40.0, 1.0, 0.8)
    thread = 2 * math.pi / 1.7
    warp = np.cos(thread * (sheet.x + 0.35 * wander))
    weft = np.cos(thread * (sheet.y - 0.35 * wander))
    over = np.cos(thread / 2 * sheet.x) * np.cos(thread / 2 * sheet.y)
    fibres = sheet.noise(seed + 1, 0.8, 0.0, 1.0)
    if sheet.pitch < 0.5:
        sheet.shade((0.86 + 0.14 * np.where(over > 0, warp, weft) + 0.1 * fibres).astype(np.float32))
    folds = np.sin(sheet.x / 61.0 + sheet.y / 140.0 + 1.4 * sheet.noise(seed + 2, 200.0, 60.0))
    sheet.shade((0.9 + 0.16 * folds).astype(np.float32))


def _flower(sheet: Sheet, rng: np.random.Generator) -> None:
    x, y = rng.uniform(-1.0, 1.0, 2) * (HALF_WIDTH, HALF_HEIGHT)
    size, petals, turn = (
        float(rng.uniform(4.0, 24.0)),
        int(rng.integers(5, 9)),
        float(rng.uniform(0, math.pi)),
    )
    level = float(rng.choice((30, 58, 96, 214)))
    dots = rng.normal(0.0, 0.1 * size, (9, 2))
    if not sheet.shows(x, y, 2.2 * size):
        return
    for petal in range(petals):
        angle = turn + petal * 2 * math.pi / petals
        middle = x + 0.62 * size * math.cos(angle), y + 0.62 * size * math.sin(angle)
        sheet.ellipse(*middle, 0.5 * size, 0.24 * size, level, angle)
        sheet.ellipse(*middle, 0.4 * size, 0.05 * size, 0.6 * level + 20, angle)
    sheet.ellipse(x, y, 0.26 * size, 0.26 * size, 200 if level < 100 else 50)
    for dot in dots:
        sheet.ellipse(x + dot[0], y + dot[1], 0.03 * size, 0.03 * size, 24)
