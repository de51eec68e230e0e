import threading
import time
from itertools import islice

import numpy as np
import pytest

from backfocus.guide import instructions as say
from backfocus.sim.source import SimSource, open_sim
from backfocus.video.source import check_video_source


def first(address, count):
    source = open_sim(address)
    frames = list(islice(source.frames(), count))
    source.close()
    return frames


@pytest.mark.parametrize(
    "query",
    [
        "",
        "&codec=none",
        "&interlaced=1",
        "&clip=check",
        "&sensor=bayer&demosaic=vng&olpf=0.7&eis=on&nr=0.5&shutter=rolling",
        "&sensor=bayer&interlaced=1&scale=1.5&lca_um=8",
        "&sensor=three-chip&skip=3&clip=refocus&mbit_s=8",
    ],
)
def test_it_is_a_video_source(query):
    check_video_source(lambda: open_sim("sim://?size=128x96" + query))


def test_pictures_come_in_video_range_and_bt709_and_know_their_time():
    frame = first("sim://?size=128x96&fps=50", 4)[3]
    assert (frame.transfer, frame.limited, frame.bits) == ("bt709", True, 8)
    assert frame.at_s == pytest.approx(3 / 50)
    assert frame.luma.shape == (96, 128)


def test_the_encoder_costs_a_little_and_moves_nothing():
    (sent,) = first("sim://?size=320x240&noise=0&codec=none", 1)
    (arrived,) = first("sim://?size=320x240&noise=0", 1)
    error = arrived.luma.astype(float) - sent.luma
    assert np.any(error != 0)
    # crf 20: some 45 dB without noise, half a code in the mean, and no shift of levels.
    assert np.abs(error).mean() < 1.5
    assert abs(error.mean()) < 0.2


@pytest.mark.parametrize("mbit_s", [2.0, 8.0])
def test_the_encoder_keeps_to_its_rate(mbit_s, monkeypatch):
    sent = []

    class Counting:
        def __init__(self, encoder):
            self._encoder = encoder

        def encode(self, picture):
            packets = self._encoder.encode(picture)
            sent.extend(packet.size for packet in packets)
            return packets

    source = open_sim(f"sim://?noise=0.03&mbit_s={mbit_s}&seconds=1.6&size=640x480")
    monkeypatch.setattr(source._link, "_encoder", Counting(source._link._encoder))
    assert len(list(source.frames())) == 40
    # The rate is kept within half a second of it, of which the first picture may take most.
    assert 8e-6 * sum(sent) == pytest.approx(1.6 * mbit_s, abs=0.5 * mbit_s)


@pytest.mark.parametrize("left_um", [0.0, -7.5])
def test_a_recording_may_be_told_how_well_its_tele_was_focused(left_um):
    source = open_sim(f"sim://?clip=check&delta_um=40&size=64x64&codec=none&tele_residual_um={left_um}")
    frames = source.frames()
    next(frames)
    bench = source.bench
    assert bench.lens.residual_um(bench.pose) == pytest.approx(left_um, abs=1e-6)
    frames.close()


@pytest.mark.parametrize("which", ["top", "bottom"])
def test_fields_are_half_a_picture_apart_in_time(which):
    def weave(query):
        source = open_sim("sim://?size=320x240&noise=0&codec=none&tele_misfocus_um=0&delta_um=0" + query)
        source.hand.hear(say.ZoomTo("tele"), 0.0)
        return list(islice(source.frames(), 30))[-1].luma.astype(float)

    woven, progressive = weave(f"&interlaced={which}"), weave("")
    earlier, later = (0, 1) if which == "top" else (1, 0)
    same = np.abs(woven - progressive)
    # Mid-zoom: the first field is the picture taken at the same moment, the second is half a period later.
    assert same[earlier::2].max() == 0.0
    assert same[later::2].mean() > 1.0


@pytest.mark.parametrize("camera", ["", "&sensor=bayer&nr=0.5&eis=on&shutter=rolling"])
def test_the_same_seed_is_the_same_film_another_is_another(camera):
    one, two, other = (first(f"sim://?size=128x96&seed={seed}{camera}", 3)[2].luma for seed in (5, 5, 6))
    np.testing.assert_array_equal(one, two)
    assert np.any(one != other)


def test_the_hand_is_moved_by_the_pictures():
    source = open_sim("sim://?size=64x64&codec=none")
    source.hand.hear(say.ZoomTo("tele"), 0.0)
    for _ in islice(source.frames(), 120):
        pass
    assert source.bench.pose.zoom == 1.0


def test_a_set_time_ends_it_and_makes_it_no_live_source():
    source = open_sim("sim://?size=64x64&seconds=0.2")
    assert not source.live
    assert len(list(source.frames())) == 5
    assert open_sim("sim://?size=64x64").live


def test_a_check_clip_goes_from_focused_tele_to_wide():
    source = open_sim("sim://?clip=check&delta_um=40&size=64x64&codec=none")
    assert not source.live
    poses = [source.bench.pose for _ in source.frames()]
    lens = source.bench.lens
    assert poses[0].zoom == 1.0
    assert abs(lens.residual_um(poses[0])) < lens.half_depth_um(1.0) / 2
    assert poses[-1].zoom == 0.0
    # k^2 of the misfocus at tele is all that is left over.
    assert lens.residual_um(poses[-1]) == pytest.approx(40.0, abs=0.5)
    assert np.all(np.diff([pose.zoom for pose in poses]) <= 0.0)
    assert sum(pose.zoom == 1.0 for pose in poses) > 25
    assert sum(pose.zoom == 0.0 for pose in poses) > 25


def swept(query):
    source = open_sim("sim://?clip=check&sweep=1&size=64x64&codec=none" + query)
    poses = [source.bench.pose for _ in source.frames()]
    residuals = [source.bench.lens.residual_um(pose) for pose in poses if pose.zoom == 0.0]
    return np.array(residuals), source.bench.lens.half_depth_um(1 / 20)


def test_a_sweep_in_the_clip_goes_through_focus_both_ways_and_comes_back():
    residuals, depth_um = swept("&delta_um=30&distance_m=1.2")
    assert residuals.max() > 40.0
    assert residuals.min() < -1.5 * depth_um
    assert residuals[-1] == pytest.approx(residuals[0], abs=0.5)
    # Near first: a lens set nearer brings the image forward, and the sensor is further behind it.
    assert np.argmax(residuals) < np.argmin(residuals)
    # Slow enough for 8 pictures within two depths of focus of the best.
    assert np.count_nonzero(np.abs(residuals) < 2 * depth_um) >= 8


def test_a_sweep_ends_where_the_ring_does():
    residuals, _ = swept("&delta_um=60")
    # From 3 m to infinity a 7.8 mm lens moves its image by 7.8^2 / 3000 mm = 20 um and no more.
    assert residuals.min() == pytest.approx(60.0 - 20.3, abs=0.5)


def test_threads_end_with_the_pictures():
    before = threading.active_count()
    frames = open_sim("sim://?size=64x64").frames()
    next(frames)
    frames.close()
    assert threading.active_count() == before


def test_how_fast_it_is(capsys):
    """Printed, not demanded: it depends on the machine and on who else uses it."""
    source: SimSource = open_sim("sim://?clip=check&sweep=1&delta_um=40")
    frames = source.frames()
    next(frames)
    begun = time.perf_counter()
    count = sum(1 for _ in islice(frames, 100))
    with capsys.disabled():
        print(
            f" [sim 960x540 with H.264: {1e3 * (time.perf_counter() - begun) / count:.0f} ms a picture]",
            end="",
        )
