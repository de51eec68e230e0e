"""Scenes with print: a page, a bookshelf, signs in a street, a circuit board."""

import math
from itertools import pairwise

import numpy as np

from .sheet import Sheet, turned
from .words import name, title, word

HALF_WIDTH, HALF_HEIGHT = 560.0, 330.0
"""Half of what is drawn, in units: a little more than a picture at wide shows."""


def text(sheet: Sheet, seed: int) -> None:
    """A newspaper pinned to a wall: headlines, columns, small print in the middle column."""
    rng = np.random.default_rng((seed, 21))
    sheet.flood(204)
    for column in range(-3, 4):
        x, y = 168.0 * column - 78.0, -HALF_HEIGHT + float(rng.uniform(0, 30))
        while y < HALF_HEIGHT:
            y = _article(sheet, rng, x, y, 156.0, small=column == 0 and abs(y) < 230)
        if column:
            gutter = 168.0 * column - 84.0 * np.sign(column)
            sheet.rectangle(gutter, 0.0, 0.5, 2 * HALF_HEIGHT, 120)
    sheet.grain(seed + 1, 0.035, 30.0, gain=0.95)


def _article(
    sheet: Sheet, rng: np.random.Generator, x: float, y: float, width: float, *, small: bool
) -> float:
    """A headline and some text from y down; where it ends."""
    if small:
        sizes = ((0.0, 0), (float(rng.choice((3.2, 4.5, 7.0, 2.2))), int(rng.integers(3, 6))))
    else:
        sizes = (
            (float(rng.choice((0.0, 15.0, 22.0, 34.0))), 1),
            (float(rng.choice((7.0, 8.5, 10.0))), int(rng.integers(5, 13))),
        )
    for (size, lines), weight in zip(sizes, (700, 400), strict=True):
        for _ in range(lines if size else 0):
            y += 1.25 * size
            _line(sheet, rng, x, y, width, size, weight)
    if rng.random() < 0.16 and not small:
        return _photograph(sheet, rng, x, y + 8.0, width)
    return y + (4.0 if small else 9.0)


def _line(
    sheet: Sheet, rng: np.random.Generator, x: float, y: float, width: float, size: float, weight: int
) -> None:
    along = 0.0
    ink = 26.0 + float(rng.uniform(0, 14))
    while True:
        next_word = word(rng)
        if weight > 400:
            next_word = next_word.capitalize()
        if along + 0.56 * size * len(next_word) > width:
            return
        along += sheet.write(next_word, x + along, y, size, ink, weight=weight) + 0.28 * size


def _photograph(sheet: Sheet, rng: np.random.Generator, x: float, y: float, width: float) -> float:
    """A grey picture of hills, and its frame."""
    height = 0.62 * width
    sheet.rectangle(x + width / 2, y + height / 2, width, height, 150)
    across = np.linspace(0.0, 1.0, 60)
    for level, base in ((120, 0.45), (86, 0.6), (48, 0.78)):
        waves = sum(
            float(rng.uniform(0.2, 1.0)) / n * np.sin(n * math.pi * (across * 2 + rng.random()))
            for n in (1, 2, 3, 5, 9)
        )
        ridge = base + 0.08 * np.asarray(waves)
        hill = np.stack((x + across * width, y + ridge * height), axis=1)
        sheet.fill(np.concatenate((hill, [(x + width, y + height), (x, y + height)])), level)
    return y + height + 8.0


def shelf(sheet: Sheet, seed: int) -> None:
    """A bookcase, its boards across the picture."""
    rng = np.random.default_rng((seed, 22))
    sheet.flood(14)
    tall = 118.0
    for row in range(-3, 4):
        floor = row * tall + 52.0
        sheet.rectangle(0.0, floor + 5.0, 2 * HALF_WIDTH, 10.0, 96)
        sheet.rectangle(0.0, floor + 0.8, 2 * HALF_WIDTH, 1.2, 150)
        x = -HALF_WIDTH + float(rng.uniform(0, 20))
        while x < HALF_WIDTH:
            x += _book(sheet, rng, x, floor, tall)
    sheet.grain(seed + 1, 0.07, 24.0, gain=0.9)


def _book(sheet: Sheet, rng: np.random.Generator, x: float, floor: float, tall: float) -> float:
    """One book standing on the board from x on, or a gap; its room along the board."""
    if rng.random() < 0.03:
        return float(rng.uniform(6, 22))
    thick, height = (
        float(rng.choice((8, 11, 14, 18, 23, 29)) * rng.uniform(0.9, 1.1)),
        float(rng.uniform(0.66, 0.87) * tall),
    )
    lean = float(rng.normal(0.0, 0.006)) if rng.random() > 0.06 else 0.12
    cover = float(rng.choice((24, 34, 52, 78, 112, 150, 186, 208))) * float(rng.uniform(0.85, 1.1))
    ink = 216.0 if cover < 105 else float(rng.choice((22, 30, 60)))
    foot = x + thick / 2 + max(lean, 0.0) * height / 2

    def at(along: float, across: float = 0.0) -> tuple[float, float]:
        """A place on the spine: up from the board, right from its middle."""
        return (
            foot + across * math.cos(lean) + along * math.sin(lean),
            floor - along * math.cos(lean) + across * math.sin(lean),
        )

    def band(along: float, breadth: float, level: float, share: float = 1.0) -> None:
        sheet.rectangle(*at(along), share * thick, breadth, level, lean)

    for strip in range(21):
        across = (strip - 10) / 21.0
        shade = 1.0 - 1.6 * across**2 - 0.25 * across
        sheet.rectangle(*at(height / 2, across * thick), thick / 21 * 1.1, height, cover * shade, lean)
    if rng.random() < 0.75:
        for along in (0.93, 0.9, 0.1, 0.07)[: int(rng.integers(1, 5))]:
            band(along * height, float(rng.uniform(0.5, 2.2)), ink * 0.85)
    if rng.random() < 0.3:
        band(0.62 * height, 0.26 * height, 225 if cover < 105 else 40, 0.98)
        ink = 30.0 if cover < 105 else 210.0
    name_of_book = title(rng)
    size = min(0.62 * thick, 13.0, 0.56 * height / (0.62 * len(name_of_book)))
    down = lean + math.pi / 2
    sheet.write(
        name_of_book,
        *at(0.86 * height, -0.24 * size),
        size,
        ink,
        weight=int(rng.choice((400, 600, 800))),
        turn_rad=down,
    )
    small = max(0.36 * size, 1.6)
    sheet.write(name(rng), *at(0.2 * height + 9.0, -0.3 * small), small, ink, turn_rad=down)
    sheet.ellipse(*at(0.05 * height + 3.0), 0.2 * thick, 0.2 * thick, ink, lean)
    sheet.write("bf", *at(0.05 * height + 2.2, -0.15 * thick), 0.26 * thick, cover, weight=700, turn_rad=lean)
    return thick + 0.7 + abs(lean) * height * (1.0 if abs(lean) > 0.05 else 0.0)


def street(sheet: Sheet, seed: int) -> None:
    """Signs on a post before a house."""
    rng = np.random.default_rng((seed, 23))
    sheet.flood(150)
    _house(sheet, rng)
    sheet.grain(seed + 1, 0.05, 60.0)
    sheet.rectangle(-96.0, 0.0, 11.0, 2 * HALF_HEIGHT, 96)
    sheet.rectangle(-98.5, 0.0, 2.5, 2 * HALF_HEIGHT, 168)
    _board(sheet, rng, 8.0, -118.0, 250.0, 62.0, 190, (("All directions", 34.0, 10.0),))
    _board(
        sheet,
        rng,
        20.0,
        2.0,
        290.0,
        132.0,
        44,
        (("City Centre", 34.0, 6.0), ("Railway Station", 27.0, 8.0), ("Church Hall 300 m", 22.0, 9.0)),
    )
    _board(
        sheet,
        rng,
        -6.0,
        112.0,
        170.0,
        58.0,
        200,
        (
            ("Mon - Fri  8 - 18 h", 15.0, 6.0),
            ("except with permit", 11.0, 6.0),
            ("Ordinance 17 of the city council, section 4", 5.5, 5.0),
        ),
    )
    _round_sign(sheet, -226.0, -30.0, 70.0)
    _honeycomb(sheet, seed + 2)


def _house(sheet: Sheet, rng: np.random.Generator) -> None:
    for y in np.arange(-HALF_HEIGHT, HALF_HEIGHT, 13.0):
        sheet.rectangle(0.0, y, 2 * HALF_WIDTH, 0.7, 118)
    for column in range(-3, 4):
        for row in range(-2, 3):
            x, y = 172.0 * column + 90.0, 176.0 * row + 70.0
            sheet.rectangle(x, y, 92.0, 124.0, 196)
            sheet.rectangle(x, y, 82.0, 114.0, float(rng.uniform(16, 50)))
            if rng.random() < 0.6:
                for fold in np.arange(-36.0, 36.0, 6.0):
                    sheet.rectangle(x + fold, y - 26.0, 3.2, 60.0, float(rng.uniform(90, 150)))
            for bar in (-27.0, 0.0, 27.0):
                sheet.rectangle(x + bar, y, 3.0 if bar else 5.0, 114.0, 206)
            sheet.rectangle(x, y - 14.0, 82.0, 4.0, 206)
            sheet.rectangle(x, y + 66.0, 104.0, 9.0, 176)


def _board(
    sheet: Sheet, rng: np.random.Generator, x: float, y: float, width: float, height: float, ground: float,
    lines: tuple[tuple[str, float, float], ...],
) -> None:  # fmt: skip
    """A sign: lines of (text, size, room above)."""
    ink = 216.0 if ground < 100 else 24.0
    tilt = float(rng.normal(0.0, 0.008))
    sheet.rectangle(x + 3.0, y + 4.0, width, height, 50, tilt)
    sheet.rectangle(x, y, width, height, ground, tilt)
    sheet.rectangle(x, y, width - 5.0, height - 5.0, ink, tilt)
    sheet.rectangle(x, y, width - 9.0, height - 9.0, ground, tilt)
    down = -height / 2 + 2.0
    for line, size, above in lines:
        down += above + 0.8 * size
        left, base = turned(np.array([(-width / 2 + 14.0, down)]), tilt)[0]
        sheet.write(line, x + left, y + base, size, ink, weight=500, turn_rad=tilt)
        down += 0.2 * size
    for side in (-1, 1):
        at = turned(np.array([(side * (width / 2 - 9.0), -height / 2 + 9.0)]), tilt)[0]
        sheet.ellipse(x + at[0], y + at[1], 2.2, 2.2, 120)
        sheet.ellipse(x + at[0] + 0.3, y + at[1] + 0.3, 1.2, 1.2, 40)


def _round_sign(sheet: Sheet, x: float, y: float, radius: float) -> None:
    sheet.rectangle(x, y + 160.0, 9.0, 330.0, 92)
    sheet.ellipse(x, y, radius, radius, 70)
    sheet.ellipse(x, y, radius - 12.0, radius - 12.0, 214)
    sheet.write("30", x - 41.0, y + 25.0, 72.0, 20, weight=600)


def _honeycomb(sheet: Sheet, seed: int) -> None:
    """The cells of reflecting foil, a little over half a unit wide, and the dust of the street."""
    x, y = sheet.x, sheet.y
    if sheet.pitch < 0.2:
        cells = np.cos(9.0 * x) * np.ones_like(y) + np.cos(4.5 * x + 7.8 * y) + np.cos(4.5 * x - 7.8 * y)
        sheet.shade(1.0 + np.float32(0.03) * cells)
    sheet.grain(seed, 0.03, 8.0)


def circuit(sheet: Sheet, seed: int) -> None:
    """A printed circuit board: traces, vias, chips, small parts, white lettering."""
    rng = np.random.default_rng((seed, 24))
    sheet.flood(46)
    for _ in range(520):
        _trace(sheet, rng)
    for _ in range(900):
        (x, y), radius = _somewhere(rng, 0.45), float(rng.uniform(1.2, 3.2))
        sheet.ellipse(x, y, radius, radius, 158)
        sheet.ellipse(x, y, 0.5 * radius, 0.5 * radius, 12)
    for _ in range(420):
        _small_part(sheet, rng)
    for number in range(46):
        _chip(sheet, rng, (-22.0, -12.0) if number == 45 else _somewhere(rng))
    sheet.grain(seed + 1, 0.06, 16.0)


def _somewhere(rng: np.random.Generator, gather: float = 1.0) -> tuple[float, float]:
    """A place on the board; `gather` below 1 has more of them near the middle."""
    x, y = rng.uniform(-1.0, 1.0, 2)
    return float(HALF_WIDTH * x * abs(x) ** (1 / gather - 1)), float(
        HALF_HEIGHT * y * abs(y) ** (1 / gather - 1)
    )


def _trace(sheet: Sheet, rng: np.random.Generator) -> None:
    at = np.array(_somewhere(rng, 0.7))
    course = int(rng.integers(0, 4)) * math.pi / 2
    count, gap, width = int(rng.integers(1, 6)), float(rng.uniform(2.4, 4.0)), float(rng.uniform(0.7, 1.6))
    line = [at]
    for _ in range(int(rng.integers(2, 6))):
        line.append(line[-1] + float(rng.uniform(10, 70)) * np.array([math.cos(course), math.sin(course)]))
        course += float(rng.choice((-1, 1))) * math.pi / 4
    for wire in range(count):
        aside = wire * gap
        moved = np.array(line) + aside * np.array([-math.sin(course), math.cos(course)])
        for start, end in pairwise(moved):
            middle = (start + end) / 2
            if sheet.shows(float(middle[0]), float(middle[1]), float(np.hypot(*(end - start)) / 2)):
                sheet.stroke(np.array([start, end]), width, 96)
                sheet.ellipse(float(end[0]), float(end[1]), width / 2, width / 2, 96)


def _small_part(sheet: Sheet, rng: np.random.Generator) -> None:
    x, y = _somewhere(rng, 0.75)
    turn = float(rng.choice((0.0, math.pi / 2)))
    length, width = (7.0, 3.6) if rng.random() < 0.7 else (4.4, 2.2)
    body = float(rng.choice((28, 120, 170)))
    for level, share in ((196, 1.0), (body, 0.56)):
        sheet.rectangle(x, y, share * length, width, level, turn)
    label = f"{'RCL'[int(rng.integers(3))]}{int(rng.integers(1, 400))}"
    sheet.write(label, x + 4.0, y - 3.0, 4.4, 205, weight=500, turn_rad=turn)
    if body == 28:
        sheet.write("103", x - 1.3, y + 0.5, 1.5, 180, turn_rad=0.0)


def _chip(sheet: Sheet, rng: np.random.Generator, at: tuple[float, float]) -> None:
    width, height = float(rng.uniform(18, 66)), float(rng.uniform(16, 50))
    x, y = at
    for pin in np.arange(-width / 2 + 2.0, width / 2 - 1.0, 3.4):
        for side in (-1, 1):
            sheet.rectangle(x + pin, y + side * (height / 2 + 2.0), 1.5, 5.0, 188)
            sheet.rectangle(x + pin, y + side * (height / 2 + 0.6), 1.5, 1.0, 110)
    sheet.rectangle(x, y, width, height, 22)
    sheet.rectangle(x, y, width - 2.0, height - 2.0, 30)
    sheet.ellipse(x - width / 2 + 4.0, y + height / 2 - 4.0, 1.5, 1.5, 14)
    for row in range(3):
        size = min(width / 6.0, 7.0) * (1.0, 0.72, 0.5)[row]
        code = f"BF{int(rng.integers(100, 9999))}-{int(rng.integers(10, 99))}"
        sheet.write(code, x - 0.36 * width, y - 0.14 * height + row * 1.15 * size, size, 150, weight=500)
    sheet.write(f"U{int(rng.integers(1, 60))}", x - width / 2, y - height / 2 - 5.0, 6.0, 205, weight=500)
