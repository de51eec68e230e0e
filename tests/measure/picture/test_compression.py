"""Compression told from grain; the codecs are FFmpeg's."""

import numpy as np
import pytest

from backfocus.frame import Frame
from backfocus.measure.reading import Flag, Reading
from backfocus.measure.track import track

from ...oracles.camera_codes import codes
from ...oracles.coded import coded
from ...oracles.star_picture import Scene, light, noisy
from ...oracles.transfer import CUT_OFF, hopkins


def pictures(noise: float, waves: float = 0.25) -> list[np.ndarray]:
    scene = Scene(rows=320, columns=320, white=0.75)
    sharp = light(scene, hopkins(waves, CUT_OFF["f/4, 4 um"]))
    return [codes(noisy(sharp, noise, seed), transfer="bt709", bits=8, limited=True) for seed in range(3)]


def read(picture: np.ndarray) -> Reading:
    return track(None, Frame(picture, transfer="bt709", limited=True))[1]


POOR = [("libx264", {"crf": "33"}), ("mjpeg", {"qmin": "16", "qmax": "16"})]
GOOD = [("libx264", {"crf": "20"}), ("mpeg2video", {"qmin": "2", "qmax": "2"})]


@pytest.mark.parametrize("noise", [0.002, 0.01, 0.03])
@pytest.mark.parametrize(("codec", "options"), POOR)
def test_a_picture_that_compression_softened_is_flagged(noise, codec, options):
    before = pictures(noise)
    reading = read(coded(before, codec, **options)[2])
    assert reading.mtf50_cy_px < 0.95 * read(before[2]).mtf50_cy_px
    assert Flag.COMPRESSED in reading.flags


@pytest.mark.parametrize("noise", [0.002, 0.01, 0.03])
@pytest.mark.parametrize(("codec", "options"), GOOD)
def test_a_good_codec_is_not(noise, codec, options):
    assert Flag.COMPRESSED not in read(coded(pictures(noise), codec, **options)[2]).flags


@pytest.mark.parametrize("noise", [0.0, 0.03, 0.1])
@pytest.mark.parametrize("waves", [0.0, 1.0])
def test_grain_of_the_camera_is_not(noise, waves):
    assert Flag.COMPRESSED not in read(pictures(noise, waves)[0]).flags


def test_nothing_is_said_without_paper_around_the_star():
    soft = coded(pictures(0.01), "libx264", crf="33")[2]
    assert Flag.COMPRESSED not in read(soft[70:250, 70:250]).flags


def test_a_picture_that_moved_while_the_shutter_was_open_is_not():
    scene = Scene(rows=320, columns=320, radius_px=110.0, twisted=True, distortion=0.02)
    smeared = light(scene, hopkins(0.0, CUT_OFF["f/1.8, 5 um"]), (3.0, 0.0))
    reading = read(codes(noisy(smeared, 0.002, 0), transfer="bt709", bits=8, limited=True))
    assert Flag.MOVING in reading.flags
    assert Flag.COMPRESSED not in reading.flags
