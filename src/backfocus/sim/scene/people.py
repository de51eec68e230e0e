"""Scenes with people: a face, a crowd."""

import math

import numpy as np

from .printed import HALF_HEIGHT, HALF_WIDTH
from .sheet import Points, Sheet


def person(sheet: Sheet, seed: int) -> None:
    """Somebody's head and shoulders before a wall; the camera looks them in the eye."""
    rng = np.random.default_rng((seed, 51))
    sheet.flood(96)
    sheet.grain(seed + 3, 0.10, 50.0)
    x, y = 62.0, 58.0
    _shirt(sheet, x, y + 260.0)
    sheet.rectangle(x, y + 150.0, 92.0, 110.0, 104)
    _hair(sheet, rng, x, y, 164.0, 205.0, 900, behind=True)
    for share, level in ((1.0, 108), (0.95, 122), (0.86, 134), (0.7, 144), (0.45, 150)):
        sheet.ellipse(x - 8.0 * (1 - share), y - 10.0 * (1 - share), 128.0 * share, 170.0 * share, level)
    for side in (-1, 1):
        sheet.ellipse(x + side * 130.0, y + 6.0, 14.0, 32.0, 112)
        sheet.ellipse(x + side * 131.0, y + 8.0, 6.0, 20.0, 84)
    _nose_and_mouth(sheet, x, y)
    sheet.grain(seed + 1, 0.05, 3.0, gain=0.95)
    for side in (-1, 1):
        _eye(sheet, rng, x + side * 58.0, y - 54.0, 30.0)
    _hair(sheet, rng, x, y - 6.0, 140.0, 186.0, 2600, behind=False)
    sheet.grain(seed + 2, 0.02, 40.0)


def _eye(sheet: Sheet, rng: np.random.Generator, x: float, y: float, half: float) -> None:
    across = np.linspace(-1.0, 1.0, 31)
    upper = np.stack((x + half * across, y - 0.46 * half * (1 - across**2) ** 0.8), axis=1)
    lower = np.stack((x + half * across, y + 0.34 * half * (1 - across**2) ** 0.8), axis=1)
    sheet.stroke(upper - np.array((0.0, 0.34 * half)), 0.06 * half, 92)
    sheet.fill(np.concatenate((upper, lower[::-1])), 188)
    for _ in range(26):
        side = float(rng.choice((-1, 1)))
        start = np.array([x + side * half * 0.9, y + float(rng.normal(0, 0.1)) * half])
        steps = np.cumsum(rng.normal((-side * 0.9, 0.0), 0.6, (8, 2)), axis=0) * half / 26
        sheet.stroke(start + steps, 0.012 * half, 150)
    iris = 0.4 * half
    middle = x, y - 0.05 * half
    sheet.ellipse(*middle, iris, iris, 30)
    sheet.ellipse(*middle, 0.94 * iris, 0.94 * iris, 58)
    for angle in rng.uniform(0, 2 * math.pi, 240):
        inner, outer = float(rng.uniform(0.36, 0.6)) * iris, float(rng.uniform(0.6, 0.93)) * iris
        ray = np.array([math.cos(angle), math.sin(angle)])
        level = float(rng.uniform(36, 130))
        sheet.stroke(
            middle + np.outer([inner, outer], ray),
            np.array([0.012, 0.03]) * half * float(rng.uniform(0.5, 1.5)),
            level,
        )
    sheet.ellipse(*middle, 0.36 * iris, 0.36 * iris, 7)
    sheet.rectangle(middle[0] - 0.3 * iris, middle[1] - 0.34 * iris, 0.26 * iris, 0.3 * iris, 250)
    sheet.rectangle(middle[0] - 0.3 * iris, middle[1] - 0.34 * iris, 0.02 * iris, 0.3 * iris, 90)
    sheet.stroke(upper, 0.07 * half, 26)
    sheet.stroke(lower, 0.03 * half, 78)
    for rim, count, length, up in ((upper, 46, 0.36, -1), (lower, 30, 0.18, 1)):
        for number in np.linspace(1, 29, count):
            root = rim[round(number)] + rng.normal(0, 0.01, 2) * half
            spread = (number - 15) / 15
            bow = length * half * float(rng.uniform(0.7, 1.1))
            tip = root + bow * np.array((0.7 * spread, up))
            line = np.stack((root, root + bow * np.array((0.2 * spread, up * 0.6)), tip))
            sheet.stroke(line, np.array([0.03, 0.02, 0.004]) * half, 18)
    for _ in range(330):
        part = float(rng.uniform(-1.25, 1.25))
        root = np.array(
            [x + half * part, y - half * (1.02 + 0.16 * (1 - part**2)) + float(rng.normal(0, 0.07)) * half]
        )
        lean = float(rng.normal(0.5, 0.25)) * (1 if part * x > 0 else -1)
        hair = root + np.outer(
            [0.0, 0.5, 1.0], [lean * 0.3 * half, -0.13 * half * float(rng.uniform(0.4, 1.3))]
        )
        sheet.stroke(hair, np.array([0.022, 0.016, 0.003]) * half, float(rng.uniform(16, 46)))


def _nose_and_mouth(sheet: Sheet, x: float, y: float) -> None:
    bridge = np.array([(-10.0, -44.0), (-13.0, -10.0), (-22.0, 18.0), (-14.0, 27.0), (0.0, 29.0)])
    sheet.stroke(bridge + np.array((x, y)), np.array([2.0, 4.0, 5.0, 5.0, 3.0]), 116)
    for side in (-1, 1):
        sheet.ellipse(x + side * 12.0, y + 26.0, 6.0, 3.2, 40, side * 0.3)
    across = np.linspace(-1.0, 1.0, 25)
    middle = np.stack((x + 46.0 * across, y + 74.0 + 3.0 * np.cos(5 * across)), axis=1)
    swell = (1 - across**2) ** 0.7
    sheet.fill(
        np.concatenate(
            (
                middle,
                (middle - np.stack((0 * across, 11.0 * swell * (1 + 0.2 * np.cos(6 * across))), axis=1))[
                    ::-1
                ],
            )
        ),
        94,
    )
    sheet.fill(np.concatenate((middle, (middle + np.stack((0 * across, 15.0 * swell), axis=1))[::-1])), 112)
    sheet.stroke(middle, 2.0, 52)
    for crease in np.linspace(-0.8, 0.8, 23):
        at = x + 46.0 * crease
        sheet.stroke(np.array([(at, y + 76.0), (at + 1.0 * crease, y + 86.0)]), 0.35, 96)


def _shirt(sheet: Sheet, x: float, y: float) -> None:
    shoulders = np.array(
        [(-330, 200), (-300, 20), (-230, -30), (-90, -72), (90, -72), (230, -30), (300, 20), (330, 200)]
    )
    sheet.fill(shoulders + np.array((x, y)), 58)
    for number in range(-40, 41):
        sheet.stroke(np.array([(x + 8.0 * number, y - 60.0), (x + 8.6 * number, y + 200.0)]), 2.6, 88)
        sheet.rectangle(x, max(y + 5.0 * number + 200.0, y + 14.0), 560.0, 0.9, 74)
    sheet.fill(
        np.array([(-96, -84), (-30, 10), (0, -30), (30, 10), (96, -84), (60, -100), (-60, -100)])
        + np.array((x, y)),
        190,
    )
    for button in range(4):
        sheet.ellipse(x, y + 10.0 + 30.0 * button, 5.0, 5.0, 210)


def _hair(
    sheet: Sheet,
    rng: np.random.Generator,
    x: float,
    y: float,
    half_x: float,
    half_y: float,
    count: int,
    *,
    behind: bool,
) -> None:
    """Strands from the parting down both sides of the head, or what is seen of them behind it."""
    if behind:
        sheet.ellipse(x, y - 10.0, half_x, half_y, 24)
    for _ in range(count):
        side = float(rng.choice((-1.0, 1.0)))
        start = float(rng.uniform(0.0, 0.35))
        end = float(rng.uniform(0.55, 1.75 if behind else 0.78))
        angle = np.linspace(start, end, 14) * math.pi / 1.9
        far = float(rng.uniform(0.9, 1.06)) + 0.02 * np.sin(np.linspace(0, float(rng.uniform(4, 14)), 14))
        line = np.stack((x + side * half_x * far * np.sin(angle), y - half_y * far * np.cos(angle)), axis=1)
        level = float(rng.uniform(14, 70)) * (1.5 if rng.random() < 0.12 else 1.0)
        width = float(rng.uniform(0.3, 1.5)) * (1.0 - np.linspace(0, 1, 14) ** 4) + 0.05
        sheet.stroke(line, width, level)


def crowd(sheet: Sheet, seed: int) -> None:
    """A stand full of people, row behind row."""
    rng = np.random.default_rng((seed, 52))
    sheet.flood(30)
    for row in range(-8, 9):
        y = 44.0 * row
        seats = np.arange(-HALF_WIDTH, HALF_WIDTH, 40.0) + (20.0 if row % 2 else 0.0)
        for seat in seats:
            if abs(y) < HALF_HEIGHT + 40.0:
                _spectator(sheet, rng, seat + float(rng.normal(0, 4)), y + float(rng.normal(0, 4)) - 4.0)
    sheet.grain(seed + 1, 0.06, 4.0, gain=0.95)


def _spectator(sheet: Sheet, rng: np.random.Generator, x: float, y: float) -> None:
    shirt, skin, hair = (
        float(rng.choice(levels))
        for levels in ((24, 60, 120, 190, 214), (60, 96, 120, 140), (12, 22, 40, 90))
    )
    pattern, look = int(rng.integers(4)), rng.normal(0.0, 1.0, 2)
    strands = rng.random((70, 3))
    if not sheet.shows(x, y + 27.0, 52.0):
        return
    body = np.array([(-24, 70), (-22, 26), (-9, 17), (9, 17), (22, 26), (24, 70)], float)
    sheet.fill(body + np.array((x + 1.5, y + 2.0)), 10)
    sheet.fill(body + np.array((x, y)), shirt)
    _print_shirt(sheet, x, y, shirt, pattern)
    sheet.rectangle(x, y + 15.0, 8.0, 9.0, 0.7 * skin)
    sheet.ellipse(x, y, 12.5, 16.0, hair)
    face = x + 1.2 * look[0], y + 2.5 + 0.8 * look[1]
    sheet.ellipse(*face, 10.2, 13.0, 0.86 * skin)
    sheet.ellipse(face[0] - 1.5, face[1] - 0.5, 8.2, 11.2, skin)
    for side in (-1, 1):
        eye = face[0] + side * 4.0 + 0.4 * look[0], face[1] - 2.0
        sheet.ellipse(*eye, 2.0, 1.0, 190)
        sheet.ellipse(eye[0] + 0.3 * look[0], eye[1], 0.9, 0.95, 16)
        sheet.ellipse(eye[0] + 0.3 * look[0] - 0.25, eye[1] - 0.3, 0.2, 0.2, 240)
        sheet.stroke(
            np.array([(eye[0] - 2.3, eye[1] - 2.2), (eye[0], eye[1] - 3.1), (eye[0] + 2.3, eye[1] - 2.3)]),
            0.7,
            hair,
        )
    sheet.stroke(
        np.array([(face[0], face[1] - 1.0), (face[0] + 1.4, face[1] + 3.0), (face[0] - 0.3, face[1] + 3.4)]),
        0.5,
        0.6 * skin,
    )
    sheet.stroke(
        np.array([(face[0] - 3.6, face[1] + 6.6), (face[0], face[1] + 7.4), (face[0] + 3.6, face[1] + 6.5)]),
        1.2,
        0.45 * skin,
    )
    _strands(sheet, x, y, hair, strands)


def _print_shirt(sheet: Sheet, x: float, y: float, shirt: float, pattern: int) -> None:
    other = 200.0 if shirt < 100 else 40.0
    for line in np.arange(30.0, 70.0, 4.6):
        if pattern == 1:
            sheet.rectangle(x, y + line, 42.0, 2.2, other)
        elif pattern == 2:
            sheet.rectangle(x + line - 50.0, y + 48.0, 0.8, 42.0, other)
            sheet.rectangle(x, y + line, 42.0, 0.8, other)
    if pattern == 3:
        sheet.write("TEAM", x - 15.0, y + 42.0, 11.0, other, weight=800)


def _strands(sheet: Sheet, x: float, y: float, level: float, drawn: Points) -> None:
    for start, length, tone in drawn if not sheet.thin(0.35) else ():
        angle = np.linspace(-1.0, -1.0 + 0.5 + length, 6) * 1.5 + (start - 0.5) * 2.2
        far = 0.86 + 0.2 * start
        line = np.stack((x + 12.0 * far * np.sin(angle), y - 15.0 * far * np.cos(angle)), axis=1)
        sheet.stroke(
            line[line[:, 1] < y + 2.0] if (line[:, 1] < y + 2.0).sum() > 2 else line,
            0.35,
            level * (0.6 + 1.6 * tone),
        )
