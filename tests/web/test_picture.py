"""The small picture and the magnified centre, decoded again."""

import json
import struct

import cv2
import numpy as np
import pytest

from backfocus.frame import Frame, fields
from backfocus.measure.reading import Edge, Object, Star, Tile
from backfocus.session.shots import WIDEST_PX
from backfocus.web.picture import CENTRE_PX, picture_of


def decoded(jpeg: bytes) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)


def ramp(width: int = 1920, height: int = 1080) -> np.ndarray:
    return np.tile(np.linspace(16, 235, width, dtype=np.float32), (height, 1))


@pytest.mark.parametrize(
    "frame",
    [
        Frame(ramp().astype(np.uint8), limited=True),
        Frame((ramp() * 4).astype(np.uint16), bits=10, limited=True),
        Frame(((ramp() - 16) / 219).astype(np.float32), bits=0, transfer="srgb"),
    ],
)
def test_black_is_black_and_white_is_white_whatever_the_bits(frame: Frame) -> None:
    picture = picture_of(frame, None)
    small = decoded(picture.whole)
    assert small.shape == (360, WIDEST_PX)
    # JPEG at this quality moves a flat grey by a few codes
    assert small[:, 0].mean() == pytest.approx(0, abs=6)
    assert small[:, -1].mean() == pytest.approx(255, abs=6)
    assert small[:, 320].mean() == pytest.approx(127.5, abs=6)


def test_the_centre_is_the_cameras_own_pixels() -> None:
    luma = np.full((1080, 1920), 60, np.uint8)
    luma[500:, :] = 200
    centre = decoded(picture_of(Frame(luma), Star(960.0, 500.0, 80.0, 36)).centre)
    assert centre.shape == (CENTRE_PX, CENTRE_PX)
    assert centre[:40].mean() == pytest.approx(60, abs=3)
    assert centre[56:].mean() == pytest.approx(200, abs=3)


def test_a_field_is_shown_as_high_as_its_picture() -> None:
    top, bottom = fields(Frame(np.full((1080, 1920), 90, np.uint8), interlaced="top"))
    for field in (top, bottom):
        picture = picture_of(field, Star(960.0, 540.0, None, 36))
        assert (picture.width_px, picture.height_px) == (1920, 1080)
        assert decoded(picture.whole).shape == (360, 640)
        assert decoded(picture.centre).shape == (CENTRE_PX, CENTRE_PX)


@pytest.mark.parametrize(("x", "y"), [(-500.0, 20.0), (1919.0, 1079.0), (0.0, 0.0), (5000.0, 5000.0)])
def test_a_centre_at_or_beyond_the_edge_is_no_error(x: float, y: float) -> None:
    picture_of(Frame(np.zeros((1080, 1920), np.uint8)), Star(x, y, None, 36))


def test_one_pixel_is_a_picture_too() -> None:
    assert picture_of(Frame(np.zeros((1, 1), np.uint8)), None).whole


def test_a_message_tells_where_its_parts_begin() -> None:
    picture = picture_of(Frame(np.zeros((200, 300), np.uint8)), Star(150.04, 99.96, 40.0, 36))
    message = picture.packed(7)
    (length,) = struct.unpack(">I", message[:4])
    head = json.loads(message[4 : 4 + length])
    assert head["number"] == 7
    assert head["star"] == {"x": 150.0, "y": 100.0, "radius": 40.0, "cycles": 36}
    assert message[4 + length :] == picture.whole + picture.centre
    assert head["whole"] == len(picture.whole)


def test_an_object_comes_with_its_tiles_and_its_name() -> None:
    tiles = (Tile(120.0, 90.0, 64.0, True), Tile(152.4, 90.0, 64.0, False, "smooth"))
    target = Object(150.04, 99.96, 128.0, 96.0, tiles)
    message = picture_of(Frame(np.zeros((200, 300), np.uint8)), target).packed(7)
    head = json.loads(message[4 : 4 + struct.unpack(">I", message[:4])[0]])
    assert head["object"] == {
        "x": 150.0,
        "y": 100.0,
        "width": 128.0,
        "height": 96.0,
        "tiles": [[120, 90, 1], [152, 90, 0]],
    }
    assert (head["star"], head["label"]) == (None, "object")
    edge = picture_of(Frame(np.zeros((200, 300), np.uint8)), Edge(150.0, 100.0, 5.0, 40.0)).packed(1)
    assert b'"label":"edge chart"' in edge
