"""Rooms with and without a star in them: any size, count and blur that a star must be found at."""

import math

import cv2
import numpy as np

from .render import StarDrawing, clutter, disc_blurred, draw_star, seen

SMALL = (540, 960)
Y, X = np.mgrid[0:540, 0:960].astype(np.float32)
RADIUS = np.hypot(X - 450, Y - 250)


def room_with(*stars, shape=SMALL, blur_px=0.0, noise=0.01, seed=1, paper=True):
    """Eight-bit samples of a cluttered room, the stars hung in it on white paper or without."""
    rng = np.random.default_rng(seed)
    picture = clutter(shape, rng)
    for star in stars:
        if paper:
            reach = 1.25 * star.radius_px
            corners = [
                (int(star.x_px + k * reach), int(np.clip(star.y_px + k * reach, -30000, 30000)))
                for k in (-1, 1)
            ]
            cv2.rectangle(picture, *corners, star.white, -1)
        draw_star(picture, star)
    return seen(disc_blurred(picture, blur_px), noise=noise, rng=rng)


def random_scene(seed):
    """A star in a room, a fifth of its rings at least showing a modulation of 0.1; and its drawing."""
    rng = np.random.default_rng(seed)
    radius, cycles = 40.0, 144
    while cycles / (2 * math.pi * radius) > 0.2:
        radius, cycles = math.exp(rng.uniform(math.log(40), math.log(900))), int(rng.integers(8, 145))
    # the modulation at 0.8 R falls to about 0.1 where a disc is as wide as one cycle there
    widest = min(2 * math.pi * 0.8 * radius / cycles, 60.0)
    star = StarDrawing(
        x_px=rng.uniform(min(radius, 500), 1920 - min(radius, 500)),
        y_px=rng.uniform(min(radius, 500), 1080 - min(radius, 500)),
        radius_px=radius,
        cycles=cycles,
        angle_rad=rng.uniform(0, 6.28),
        twisted=bool(rng.random() < 0.5),
        sine=bool(rng.random() < 0.3),
        black=rng.uniform(0.02, 0.1),
        white=rng.uniform(0.5, 0.9),
    )
    blur_px = widest * rng.choice([0.0, rng.random(), 1.0])
    noise, paper = float(rng.choice([0.01, 0.03])), bool(rng.random() < 0.5)
    return room_with(star, shape=(1080, 1920), blur_px=blur_px, noise=noise, seed=seed, paper=paper), star


def blobs():
    even = cv2.GaussianBlur(np.random.default_rng(5).normal(0, 1, SMALL), (0, 0), 6)
    return 127 + 50 * even / even.std()


def text():
    page = np.full(SMALL, 230, np.uint8)
    for line in range(30, 540, 30):
        cv2.putText(
            page, "the quick brown fox jumps over the lazy dog", (10, line), 0, 0.9, 20, 2, cv2.LINE_AA
        )
    return page


def wheel(spokes, thickness):
    picture = np.full(SMALL, 220, np.uint8)
    for turn in np.arange(spokes) * 2 * math.pi / spokes:
        rim = (int(450 + 220 * math.cos(turn)), int(260 + 220 * math.sin(turn)))
        cv2.line(picture, (450, 260), rim, 30, thickness, cv2.LINE_AA)
    cv2.circle(picture, (450, 260), 220, 30, 9, cv2.LINE_AA)
    cv2.circle(picture, (450, 260), 15, 30, -1, cv2.LINE_AA)
    return cv2.GaussianBlur(picture, (0, 0), 1.0)


NEGATIVES = {
    "noise": lambda: np.random.default_rng(5).integers(0, 255, SMALL),
    "concentric rings": lambda: 127 + 100 * np.sin(RADIUS / 4),
    "zone plate": lambda: 127 + 100 * np.sin(RADIUS**2 / 900),
    "checkerboard": lambda: ((X // 30 + Y // 30) % 2) * 200 + 20,
    "grating": lambda: 127 + 100 * np.sin((X + 0.3 * Y) / 3),
    "blobs": blobs,
    "text": text,
    "black": lambda: np.zeros(SMALL),
    "white": lambda: np.full(SMALL, 255),
    "one pixel": lambda: np.full((1, 1), 80),
    "one line": lambda: np.full((1, 4000), 80),
    "wheel of 12": lambda: wheel(12, 4),
    "wheel of 20": lambda: wheel(20, 2),
    "wheel of 28": lambda: wheel(28, 1),
    "wheel of 36": lambda: wheel(36, 2),
    "sharp room": lambda: room_with(seed=11),
    "soft room": lambda: room_with(seed=12, blur_px=2.0),
    "blurred room": lambda: room_with(seed=13, blur_px=6.0),
}
"""Pictures without a star, floats of any size: clip to 8 bits."""
