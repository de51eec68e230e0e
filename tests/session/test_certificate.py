"""What is printed of a run of motors, from the line that was kept of it."""

from typing import Any

import pytest

from backfocus.optics.zoom import residual_um
from backfocus.session.certificate import told_estimate

SCALES_PX = (990.0, 316.0, 99.0)


def kept(delta_um: float, b_um: float, *, sign_known: bool) -> dict[str, Any]:
    """A line whose points lie on the zoom law."""
    zoom = [
        {
            "scale_px": scale,
            "residual_um": float(residual_um(delta_um, b_um, scale / SCALES_PX[0])),
            "sigma_um": 0.5,
        }
        for scale in SCALES_PX
    ]
    told = delta_um if sign_known else abs(delta_um)
    return {
        "delta_um": told, "sigma_um": 0.5, "low_um": told - 1, "high_um": told + 1, "sign_known": sign_known,
        "zoom": zoom,
    }  # fmt: skip


@pytest.mark.parametrize(("delta_um", "sign_known"), [(40.0, True), (-25.0, True), (-25.0, False)])
def test_the_law_that_is_drawn_goes_through_the_points(delta_um: float, sign_known: bool) -> None:
    line = kept(delta_um, 0.3 - delta_um, sign_known=sign_known)
    found = told_estimate(line)
    assert found is not None
    drawn = [residual_um(delta_um, found.b_um, scale / SCALES_PX[0]) for scale in SCALES_PX]
    assert drawn == pytest.approx([point.residual_um for point in found.zoom])


def test_a_run_without_points_has_an_error_all_the_same() -> None:
    found = told_estimate(kept(40.0, -40.0, sign_known=True) | {"zoom": []})
    assert found is not None
    assert (found.delta_um, found.b_um) == (40.0, 0.0)
