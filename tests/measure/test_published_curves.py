"""Every transfer curve against its owner's formula, forwards, at every depth and in both ranges."""

import numpy as np
import pytest

from backfocus.transfer import TRANSFERS, curve

from ..oracles.camera_codes import CURVES, signal_to_code


def test_no_curve_is_left_out() -> None:
    assert set(CURVES) - {"gamma2.2"} == set(TRANSFERS) - {"unknown"}


@pytest.mark.parametrize("transfer", CURVES)
@pytest.mark.parametrize("bits", [8, 10, 12, 16])
@pytest.mark.parametrize("limited", [False, True])
def test_light_comes_back_to_the_code_its_owner_gives_it(transfer: str, bits: int, limited: bool) -> None:
    light = np.linspace(0.001, 0.95, 300) * (0.05 if transfer == "pq" else 1.0)
    code = signal_to_code(CURVES[transfer](light), transfer=transfer, bits=bits, limited=limited)
    table = curve(bits=bits, transfer=transfer, limited=limited).astype(np.float64)
    back = np.interp(code, np.arange(table.size), table)
    # constants are published to 3 (BT.709) to 10 digits; between two 8-bit codes the table is a chord, and
    # the steepest log curves bend by a few thousandths of a code's light there
    assert back == pytest.approx(light, rel=2e-3 if bits > 8 else 6e-3, abs=1e-5)
