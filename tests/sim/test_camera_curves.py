"""Whole virtual cameras before an edge chart, against whole cameras put together by another route."""

import numpy as np
import pytest
from tests.oracles.edge_camera import EdgeCamera
from tests.oracles.virtual_edge import expected_of, seen_by

CAMERAS = [
    EdgeCamera(),
    EdgeCamera(olpf=0.8),
    EdgeCamera(skip=3),
    EdgeCamera(scale=1.5),
    EdgeCamera(scale=0.75, sharpen=0.5),
    EdgeCamera(sensor="three-chip", sharpen=0.6),
    EdgeCamera(sensor="bayer", demosaic="bilinear"),
    EdgeCamera(sensor="bayer", demosaic="edge-aware", olpf=0.7),
    EdgeCamera(sensor="bayer", demosaic="vng"),
    EdgeCamera(sensor="bayer", demosaic="hamilton-adams", scale=1.25, sharpen=0.3),
    EdgeCamera(sensor="bayer", demosaic="edge-aware", skip=3),
]


@pytest.mark.parametrize("camera", CAMERAS, ids=lambda camera: "-".join(map(str, camera.keys.values())))
@pytest.mark.parametrize(("f_number", "defocus_um", "worst"), [(2.8, 0.0, 0.027), (1.8, 14.0, 0.013)])
def test_a_whole_camera_passes_what_another_route_says(camera, f_number, defocus_um, worst):
    frequency, seen, normal_deg = seen_by(camera, f_number=f_number, defocus_um=defocus_um)
    _, expected = expected_of(camera, normal_deg, f_number=f_number, defocus_um=defocus_um)
    # The virtual chart is drawn with two samples to a photosite: a fiftieth of an edge in focus folds down,
    # on the ideal camera too; 8 bits and prysm's stair-stepped pupil are the rest.
    assert np.abs(seen - expected)[frequency <= 0.45].max() < worst
