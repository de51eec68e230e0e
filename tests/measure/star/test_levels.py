"""How large the blur is taken to be, against blurs of known size."""

from types import SimpleNamespace

import numpy as np
import pytest

from backfocus.measure.star.levels import blur_disc_px, find_rim

from ...oracles.transfer import bell, disc


@pytest.mark.parametrize("lowest", [0.01, 0.03, 0.043])
def test_the_blur_is_as_large_on_a_star_cut_by_the_frame(lowest: float) -> None:
    f = np.arange(lowest, 0.2, 0.001)
    keep = np.ones(f.size, bool)
    # the square law costs 7 % on a disc. The outermost ring in view, taken for one without blur, hid a fourth
    # of it, and paper that the rim's blur still darkened passed for clean
    assert blur_disc_px(f, 0.4 * disc(12.0)(f), keep) == pytest.approx(6.0, rel=0.1)
    # a bell that leaves half at the same frequency as a disc of 1.89 times its sigma
    assert blur_disc_px(f, 0.4 * bell(3.3)(f), keep) == pytest.approx(1.89 * 3.3, rel=0.1)


def test_no_blur_is_seen_where_no_ring_falls_to_half() -> None:
    f = np.arange(0.02, 0.2, 0.01)
    assert blur_disc_px(f, np.ones(f.size), f > 0) == 0.0


@pytest.mark.parametrize("read", [24, 25, 26])
def test_a_rim_whose_fall_goes_on_beyond_the_last_ring_read_is_out_of_view(read: int) -> None:
    """A blur disc of 23 px on a star of 138 px: spokes fade, and no ring holds paper alone."""
    amplitude = np.concatenate([np.ones(21), np.full(19, 0.3)])
    rings = SimpleNamespace(
        radius_px=np.arange(1.0, 41.0), light=np.full((40, 8), 0.7), weight=np.zeros((40, 8), np.float32)
    )
    usable = np.arange(40) < read
    rim, sigma, count = find_rim(rings, SimpleNamespace(wave=amplitude.astype(complex)), usable)
    assert (rim, sigma) == (None, None)
    assert 0 < count <= read
