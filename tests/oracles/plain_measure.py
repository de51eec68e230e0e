"""Measuring with nothing but numpy, to hold the virtual camera's pictures against exact answers."""

import math

import numpy as np


def light_in(codes):
    """Light that BT.709 makes these video-range code values of, 1 is white."""
    signal = (np.asarray(codes, float) - 16) / 219
    return np.where(signal < 0.081, signal / 4.5, (np.maximum(signal + 0.099, 0) / 1.099) ** (1 / 0.45))


def ring_modulation(light, centre_px, radius_px, cycles=36, *, mean=119.5, swing=109.5):
    """Modulation at one radius over the mean there (gain and lamps cancel), and its frequency.

    Least squares on the pixels of a ring two and a half wide: the fundamental with its slope along the
    radius, the odd harmonics of bars (else they leak in through the uneven angles of the pixels), and a tilt
    of the light. `mean` and `swing` are those of the printed bars.
    """
    y, x = np.mgrid[: light.shape[0], : light.shape[1]]
    dx, dy = x - centre_px[0], y - centre_px[1]
    radius = np.hypot(dx, dy)
    ring = np.abs(radius - radius_px) <= 1.25
    angle, off = cycles * np.arctan2(dy[ring], dx[ring]), radius[ring] - radius_px
    waves = [wave(order * angle) for order in (1, 3, 5) for wave in (np.cos, np.sin)]
    slopes = [wave * off**power for wave in waves[:4] for power in (1, 2)]
    design = np.column_stack([*waves, *slopes, np.ones(off.size), dx[ring], dy[ring]])
    found = np.linalg.lstsq(design, light[ring], rcond=None)[0]
    amplitude = math.hypot(found[0], found[1])
    return cycles / (2 * math.pi * radius_px), amplitude / found[-3] * mean / (swing * 4 / math.pi)


def wave(shape, fx, fy):
    """Phase of a wave of fx and fy cycles per sample that crests in the middle."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    return 2 * np.pi * (fx * (x - (shape[1] - 1) / 2) + fy * (y - (shape[0] - 1) / 2))


def sine_in(picture, fx, fy):
    """Amplitude of such a wave in a picture, complex; a bell lets nothing else through."""
    window = np.hanning(picture.shape[0])[:, None] * np.hanning(picture.shape[1])
    seen = picture - np.average(picture, weights=window)
    return 2 * np.average(seen * np.exp(-1j * wave(picture.shape, fx, fy)), weights=window)


PER_PX, REACH_PX = 4, 24.0


def edge_response(light, normal_deg, x_px, y_px, half_length_px):
    """Frequencies and modulation across a straight edge whose place is known to a pixel.

    The method of ISO 12233 in its plainest form: pixels by their distance to the edge, in bins of a quarter
    of one; differences; a Hann window; a Fourier transform; bins and differences taken out.
    """
    y, x = np.mgrid[: light.shape[0], : light.shape[1]]
    cos, sin = math.cos(math.radians(normal_deg)), math.sin(math.radians(normal_deg))
    along = (y - y_px) * cos - (x - x_px) * sin
    across = (x - x_px) * cos + (y - y_px) * sin
    near = (np.abs(along) < half_length_px) & (np.abs(across) < REACH_PX + 2)
    across, values = across[near], light[near]
    across = across - _middle(across, values)
    count = round(2 * REACH_PX * PER_PX)
    bins = np.floor((across + REACH_PX) * PER_PX).astype(int)
    inside = (bins >= 0) & (bins < count)
    sums = np.bincount(bins[inside], values[inside], count)
    profile = sums / np.maximum(np.bincount(bins[inside], minlength=count), 1)
    spread = np.diff(profile) * np.hanning(count - 1)
    frequency = np.fft.rfftfreq(8 * count, 1 / PER_PX)
    response = np.abs(np.fft.rfft(spread, 8 * count))
    return frequency, response / response[0] / np.sinc(frequency / PER_PX) ** 2


def _middle(across, values):
    """Where the profile crosses half-way."""
    bins = np.floor(across * 2).astype(int)
    first = bins.min()
    sums, counts = np.bincount(bins - first, values), np.bincount(bins - first)
    profile = sums / np.maximum(counts, 1)
    low, high = profile[3:8].mean(), profile[-8:-3].mean()
    share = (profile - low) / (high - low)
    at = int(np.argmax(share >= 0.5))
    part = (0.5 - share[at - 1]) / (share[at] - share[at - 1])
    return (first + at - 0.5 + part) / 2
