"""Each transfer curve against the numbers its owner publishes."""

import numpy as np
import pytest

from backfocus.errors import UsageError
from backfocus.transfer import TRANSFERS, code_fraction, curve, linearise

# (curve, 10-bit code, limited range, light): middle grey and the ends, from the documents cited there
PUBLISHED = [
    ("slog3", 95, True, 0.0),  # Sony: code 95 is black, 420 is 18 %, 598 is 90 %
    ("slog3", 420, True, 0.18),
    ("slog3", 598, True, 0.90),
    ("clog3", 128, True, 0.0),  # Canon: 7.3 IRE, 32.8 IRE (18 %)
    ("clog3", 351, True, 0.18),
    ("vlog", 128, True, 0.0),  # Panasonic: 128, 433 and 602 for 0, 18 and 90 %
    ("vlog", 433, True, 0.18),
    ("vlog", 602, True, 0.90),
    ("logc3", 400, False, 0.18),  # ARRI, EI 800: 18 % at 400
    ("logc3", 95, False, 0.0),
    ("logc4", 95, False, 0.0),
    ("logc4", 285, False, 0.18),  # ARRI: 18 % at 0.2784 of full scale
    ("hlg", 940, True, 1.0),  # BT.2100: E' = 1 at E = 1, and E' = 0.5 at E = 1/12
    ("hlg", 502, True, 1 / 12),
    ("bt709", 940, True, 1.0),
    ("bt709", 64, True, 0.0),
]


@pytest.mark.parametrize(("transfer", "code", "limited", "light"), PUBLISHED)
def test_published_points(transfer: str, code: int, limited: bool, light: float) -> None:
    table = curve(bits=10, transfer=transfer, limited=limited)
    # a published code is rounded: half a code either side is what it promises
    step = float(table[code + 1] - table[code - 1]) / 2
    assert table[code] == pytest.approx(light, abs=0.6 * step + 1e-6)


def test_srgb_middle_grey_and_toe() -> None:
    # IEC 61966-2-1: code 188 is a linear half (0.5029), and the toe is a straight line of slope 1/12.92
    table = curve(bits=8, transfer="srgb", limited=False)
    assert table[255] == 1.0
    assert table[188] == pytest.approx(0.5029, abs=2e-4)
    assert table[10] == pytest.approx(10 / 255 / 12.92, abs=1e-7)


def test_bt709_undoes_the_camera() -> None:
    # BT.709 item 1.2, applied forwards: V = 1.099 L**0.45 - 0.099, or 4.5 L below 0.018
    light = np.array([0.004, 0.017, 0.018, 0.1, 0.5, 0.9])
    signal = np.where(light < 0.018, 4.5 * light, 1.099 * light**0.45 - 0.099).astype(np.float32)
    back = linearise(signal[None, :], bits=0, transfer="bt709", limited=False)
    # the constants of the standard are rounded to three digits: the two branches meet to 2e-4 only
    assert back[0] == pytest.approx(light, abs=3e-4)


def test_pq_published_values() -> None:
    # ST 2084: 100 cd/m2 at 0.5081 of the signal, 1000 at 0.7518, 10 000 at 1
    signal = np.array([[0.5081, 0.7518, 1.0]], dtype=np.float32)
    light = linearise(signal, bits=0, transfer="pq", limited=False)[0] * 10_000
    assert light == pytest.approx([100, 1000, 10_000], rel=1e-3)


def test_gamma_with_a_number_and_bt1886() -> None:
    signal = np.array([[0.5]], dtype=np.float32)
    assert linearise(signal, bits=0, transfer="gamma2.2", limited=False)[0, 0] == pytest.approx(0.5**2.2)
    assert linearise(signal, bits=0, transfer="bt1886", limited=False)[0, 0] == pytest.approx(0.5**2.4)


@pytest.mark.parametrize("transfer", TRANSFERS)
def test_curves_rise_and_fit_together(transfer: str) -> None:
    table = curve(bits=12, transfer=transfer, limited=False).astype(np.float64)
    steps = np.diff(table)
    # BT.709 rounds its constants to three digits: its two branches overlap by 5e-5
    assert (steps >= -6e-5).all()
    # no jump between the pieces of a curve: a step is never three times its neighbours', where it is seen
    seen = steps[1:-1] > 1e-6
    assert (steps[1:-1][seen] < 3 * np.maximum(steps[:-2], steps[2:])[seen] + 1e-6).all()


@pytest.mark.parametrize("bits", [8, 10, 12, 16])
def test_depth_does_not_change_the_light(bits: int) -> None:
    kind = np.uint8 if bits == 8 else np.uint16
    codes = (np.array([[16, 100, 235]]) * 2 ** (bits - 8)).astype(kind)
    light = linearise(codes, bits=bits, transfer="bt709", limited=True)
    assert light[0] == pytest.approx([0.0, ((84 / 219 + 0.099) / 1.099) ** (1 / 0.45), 1.0], abs=1e-6)


def test_eight_bits_take_the_fast_road_to_the_same_values() -> None:
    codes = np.arange(256, dtype=np.uint8).reshape(16, 16)
    slow = curve(bits=8, transfer="srgb", limited=False)[codes]
    assert np.array_equal(linearise(codes, bits=8, transfer="srgb", limited=False), slow)


def test_codes_beyond_the_significant_bits_are_held() -> None:
    codes = np.array([[5000]], dtype=np.uint16)
    assert linearise(codes, bits=10, transfer="linear", limited=False)[0, 0] == 1.0


def test_nan_is_black() -> None:
    picture = np.array([[np.nan, 0.5, np.inf]], dtype=np.float32)
    assert linearise(picture, bits=0, transfer="linear", limited=False).tolist() == [[0.0, 0.5, 1.0]]


@pytest.mark.parametrize("transfer", ["bt709", "slog3", "linear"])
def test_code_fraction_turns_the_curve_round(transfer: str) -> None:
    table = curve(bits=8, transfer=transfer, limited=True)
    for code in (60, 128, 200):
        fraction = code_fraction(float(table[code]), bits=8, transfer=transfer, limited=True)
        assert fraction == pytest.approx((code - 16) / 219, abs=1e-4)


def test_unknown_name_says_what_there_is() -> None:
    with pytest.raises(UsageError, match="slog3"):
        curve(bits=8, transfer="sepia", limited=False)
