"""Scenes that grew, or fell: leaves, grass, gravel, bark."""

import math

import numpy as np

from .printed import HALF_HEIGHT, HALF_WIDTH
from .sheet import Points, Sheet, turned


def leaves(sheet: Sheet, seed: int) -> None:
    """A hedge: leaves in layers, the deep ones dark, each with its veins."""
    rng = np.random.default_rng((seed, 31))
    sheet.flood(12)
    # Small leaves where a long focal length will look, larger ones everywhere.
    places = np.concatenate((_spread(rng, 2600, 1.0), _gathered(rng, 900)))
    order = rng.permutation(len(places))
    for depth, number in enumerate(order):
        young = number >= 2600
        length = (
            float(np.exp(rng.uniform(math.log(4.0), math.log(20.0))))
            if young
            else float(rng.uniform(18.0, 58.0))
        )
        bright = (0.25 + 0.75 * depth / len(order)) * float(rng.uniform(0.6, 1.25))
        _leaf(sheet, rng, places[number], length, 105.0 * bright)
    ridges = np.abs(sheet.noise(seed + 1, 1.2, 0.1, 0.9))
    sheet.shade(1.06 - np.float32(0.16) * ridges)
    sheet.grain(seed + 2, 0.05, 20.0)


def _spread(rng: np.random.Generator, count: int, share: float) -> Points:
    """Places within a part of the picture around its middle."""
    return rng.uniform(-1.0, 1.0, (count, 2)) * (HALF_WIDTH * share, HALF_HEIGHT * share)


def _gathered(rng: np.random.Generator, count: int) -> Points:
    """Places all over the picture, ever denser towards its middle."""
    far = rng.uniform(0.0, 1.0, (count, 1)) ** 2.5
    angle = rng.uniform(0.0, 2 * math.pi, count)
    return far * np.stack((HALF_WIDTH * np.cos(angle), HALF_HEIGHT * np.sin(angle)), axis=1)


def _leaf(sheet: Sheet, rng: np.random.Generator, at: Points, length: float, level: float) -> None:
    turn, slender, bend = (
        float(rng.uniform(0, 2 * math.pi)),
        float(rng.uniform(0.2, 0.34)),
        float(rng.normal(0, 0.12)),
    )
    teeth = float(rng.uniform(0.0, 0.05))
    if not sheet.shows(at[0], at[1], 0.65 * length) or length < 6 * sheet.pitch:
        return
    along = np.linspace(0.0, 1.0, 41)
    width = slender * np.sin(math.pi * along**0.8) ** 0.9 * (1.0 + teeth * np.sin(46 * along))
    spine = np.stack((along - 0.5, bend * np.sin(math.pi * along)), axis=1)
    sides = [spine + np.stack((0 * along, side * width), axis=1) for side in (-1, 1)]

    def placed(points: Points) -> Points:
        return turned(points * length, turn) + at

    whole = placed(np.concatenate((sides[0], sides[1][::-1])))
    sheet.fill(whole + length * np.array((0.05, 0.08)), 8)
    lit = math.sin(turn) * 0.12
    for side, bright in ((0, 1.0 + lit), (1, 1.0 - lit)):
        sheet.fill(placed(np.concatenate((sides[side], spine[::-1]))), level * bright)
    vein = level * 1.45 + 12.0
    sheet.stroke(placed(spine), length * (0.022 - 0.016 * along), vein)
    for start in range(4, 34, 4) if not sheet.thin(0.008 * length) else ():
        reach = 5
        for side in (-1, 1):
            end = spine[min(start + reach, 40)] + (0.0, side * 0.86 * width[min(start + reach, 40)])
            sheet.stroke(
                placed(np.stack((spine[start], (spine[start] + end) / 2 + (0.012, 0.0), end))),
                0.008 * length,
                vein,
            )


def grass(sheet: Sheet, seed: int) -> None:
    """A meadow from close by: blades in layers, each with a lit and a dark side."""
    rng = np.random.default_rng((seed, 32))
    sheet.flood(14)
    count, inner = 7000, 900
    places = np.concatenate((_spread(rng, count, 1.0), _gathered(rng, inner)))
    order = rng.permutation(len(places))
    for depth, number in enumerate(order):
        fine = number >= count
        length = float(rng.uniform(6.0, 20.0) if fine else rng.uniform(24.0, 80.0))
        bright = (0.25 + 0.75 * depth / len(order)) * float(rng.uniform(0.6, 1.25))
        _blade(sheet, rng, places[number], length, 120.0 * bright)
    sheet.grain(seed + 1, 0.08, 3.0, gain=0.95)
    sheet.grain(seed + 2, 0.04, 60.0, 3.0)


def _blade(sheet: Sheet, rng: np.random.Generator, at: Points, length: float, level: float) -> None:
    lean, curl, broad = (
        float(rng.normal(0.0, 0.45)),
        float(rng.normal(0.0, 0.9)),
        float(rng.uniform(0.025, 0.05)),
    )
    if not sheet.shows(at[0], at[1], length):
        return
    along = np.linspace(0.0, 1.0, 12)
    angle = lean + curl * along
    steps = np.stack((np.sin(angle), -np.cos(angle)), axis=1) * (length / 11)
    line = at + np.cumsum(steps, axis=0)
    width = broad * length * (1.0 - along**1.6) + 0.02
    sheet.stroke(line + length * np.array((0.03, 0.02)), width, 8)
    sheet.stroke(line, width, level)
    sheet.stroke(line - np.stack((width / 4, 0 * width), axis=1), width / 2.4, level * 1.3 + 6)
    sheet.stroke(line, width / 14, level * 0.6)


def gravel(sheet: Sheet, seed: int) -> None:
    """Stones of many sizes on sand, lit from above left."""
    rng = np.random.default_rng((seed, 33))
    sheet.flood(44)
    sheet.grain(seed + 3, 0.35, 1.5)
    places = np.concatenate((_spread(rng, 5200, 1.0), _gathered(rng, 3000)))
    sizes = np.concatenate(
        (rng.uniform(5.0, 20.0, 5200), np.exp(rng.uniform(math.log(0.5), math.log(5.0), 3000)))
    )
    for number in rng.permutation(len(places)):
        _stone(sheet, rng, places[number], float(sizes[number]))
    sheet.grain(seed + 1, 0.13, 2.5, gain=0.95)
    sheet.grain(seed + 2, 0.05, 40.0, 3.0)


def _stone(sheet: Sheet, rng: np.random.Generator, at: Points, radius: float) -> None:
    corners, flat, turn, level = (
        16,
        float(rng.uniform(0.6, 1.0)),
        float(rng.uniform(0, math.pi)),
        float(rng.uniform(34, 170)),
    )
    uneven = 1.0 + 0.2 * np.cumsum(rng.normal(0, 0.35, corners)) * np.sin(np.linspace(0, math.pi, corners))
    if not sheet.shows(at[0], at[1], 1.6 * radius) or radius < 3 * sheet.pitch:
        return
    angle = np.arange(corners) * (2 * math.pi / corners)
    round_about = np.stack((np.cos(angle), flat * np.sin(angle)), axis=1) * uneven[:, None]
    outline = turned(radius * round_about, turn)
    sheet.fill(at + outline + radius * np.array((0.14, 0.18)), 9)
    for share, shade in ((1.0, 0.62), (0.9, 0.8), (0.74, 0.95), (0.55, 1.08), (0.34, 1.18)):
        toward_light = (share - 1.0) * radius * 0.5
        sheet.fill(at + share * outline + toward_light, level * shade)


def bark(sheet: Sheet, seed: int) -> None:
    """The trunk of an old tree: furrows between ridges that run together and apart."""
    wander = sheet.noise(seed, 90.0, 6.0, 0.62)
    x = sheet.x + 15.0 * wander + 0.16 * np.abs(sheet.y) ** 0.9
    ridge = np.abs(np.sin(x / 8.5))
    plates = np.abs(np.sin(sheet.y / 23.0 + 1.6 * wander + np.floor(x / (8.5 * math.pi)) * 1.9))
    height = np.minimum(ridge, 0.35 + plates) ** 0.7
    rough = sheet.noise(seed + 1, 12.0, 0.0, 0.9)
    sheet.paint(np.float32(14.0) + 118.0 * np.clip(height + 0.16 * rough, 0.0, None) ** 1.3)
    sheet.grain(seed + 2, 0.08, 1.5)
