import pytest

from backfocus.video import network
from backfocus.video.size_limit import MAX_MEGAPIXELS, pixels, too_large


def test_the_limit_is_in_pixels_and_lower_for_deep_ones() -> None:
    assert too_large(15360, 8640, MAX_MEGAPIXELS, sample_bytes=3) is None
    said = too_large(15360, 8640, MAX_MEGAPIXELS, sample_bytes=6)
    assert said is not None
    assert "15360 x 8640" in said
    assert "at this depth" in said
    assert too_large(1001, 1000, 1.0) is not None
    assert too_large(1000, 1000, 1.0) is None


@pytest.mark.parametrize(("megapixels", "count"), [(135.0, 135_000_000), (1e-9, 1)])
def test_ffmpeg_is_told_in_pixels(megapixels: float, count: int) -> None:
    assert pixels(megapixels) == count
    options = network.connection("RTSP://Cam/Path", "rtsp", 1.0, megapixels)
    assert options.url == "rtsp://Cam/Path"  # FFmpeg knows its protocols in small letters only
    assert options.options["max_pixels"] == str(count)
    assert "file" not in options.options["protocol_whitelist"]
