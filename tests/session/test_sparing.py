"""A recording read sparingly: nothing that changes is left out, and little of what does not is read."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from backfocus.frame import Frame
from backfocus.measure.reading import Flag, Reading, Star
from backfocus.measure.track import Track
from backfocus.session.sparing import sparing_readings

FPS = 25.0
STAR = Star(320.0, 180.0, 90.0, 36)
Seen = Callable[[int], Reading]


class Filmed:
    """A recording of so many pictures."""

    title = "filmed"

    def __init__(self, pictures: int, *, live: bool = False) -> None:
        self.live, self._pictures, self.closed = live, pictures, False

    def frames(self) -> Iterator[Frame]:
        for index in range(self._pictures):
            yield Frame(np.zeros((2, 2), np.uint8), index=index, at_s=index / FPS)

    def close(self) -> None:
        self.closed = True


def still(
    index: int, *, modulation: float = 0.5, scale_px: float = 90.0, more: Flag | None = None
) -> Reading:
    return Reading(
        index=index,
        at_s=index / FPS,
        flags=frozenset({more} if more else ()),
        star=STAR,
        scale_px=scale_px,
        frequency_cy_px=(0.1, 0.25),
        modulation=(0.8, modulation),
        modulation_025=modulation,
        modulation_025_sigma=0.003,
        white_light=0.7,
    )


def seen_in(source: Filmed, shows: Seen, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Which pictures are read of a recording that shows this."""
    monkeypatch.setattr("backfocus.session.sparing.track", lambda known, frame: (known, shows(frame.index)))
    return [each.reading.index for each in sparing_readings(source, Track())]


@pytest.mark.parametrize(
    "changed",
    [
        lambda index: still(index, modulation=0.5 - 0.02 * (index - 102)),
        lambda index: still(index, scale_px=90.0 * 0.99 ** (index - 102)),
        lambda index: still(index, more=Flag.CLIPPED),
        lambda index: Reading(index, index / FPS, frozenset({Flag.NO_STAR})),
    ],
    ids=["sharper or softer", "zoomed", "in other light", "gone"],
)
def test_all_of_a_change_is_read_from_its_first_picture_on(
    changed: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It begins between two pictures that are read of the hold: one in five is.
    read = seen_in(
        Filmed(200), lambda index: changed(index) if 103 <= index < 130 else still(index), monkeypatch
    )
    assert read == sorted(set(read))
    # what is other light from now on is a hold of its own after half a second
    assert set(range(103, 115)) <= set(read)
    # half a second of each hold, then five a second, with what waited at the change and at the end
    assert len(read) < 27 + 2 * 14 + 20 + 14 + 10


def test_two_hours_at_rest_take_less_than_two_pictures_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    minutes = 10
    read = seen_in(Filmed(round(minutes * 60 * FPS)), still, monkeypatch)
    # five a second for half a minute, then one in 0.8 s
    assert len(read) < 30 * 5 + (60 * minutes - 30) / 0.8 + 30
    # nowhere a second without a picture: there a hold would end
    assert np.diff(read).max() < FPS


def test_noise_is_no_change(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    off = rng.normal(0.0, 0.003, 500)
    read = seen_in(Filmed(500), lambda index: still(index, modulation=0.5 + off[index]), monkeypatch)
    assert len(read) < 200


def test_a_live_picture_is_read_whole_and_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    source = Filmed(100, live=True)
    assert seen_in(source, still, monkeypatch) == list(range(100))
    assert source.closed
