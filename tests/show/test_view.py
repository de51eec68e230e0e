"""What every face shows of what was noticed in the pictures."""

import pytest

from backfocus.guide.procedure import Session, Setup, start
from backfocus.guide.watch.watch import StepHistory, watch
from backfocus.measure.reading import Flag, Reading, Star
from backfocus.show.view import view_of


def aimed(flag: Flag, flagged: int) -> tuple[Session, StepHistory]:
    """A second of pictures at wide of which the first `flagged` bear the flag."""
    session, state = start(Setup())[0], StepHistory()
    for at in range(11):  # a second
        flags = frozenset({flag} if at < flagged else ())
        reading = Reading(at, at / 10, flags, Star(320.0, 180.0, 77.0, 36), 77.0, white=0.8)
        state, _ = watch(state, reading, session)
    return session, state


def remarks(session: Session, state: StepHistory) -> tuple[str, ...]:
    return view_of(None, session, state, at_s=1.0, reading=None).remarks


@pytest.mark.parametrize(("flagged", "told"), [(2, 0), (8, 1)])
def test_compression_is_told_while_aiming_unless_it_is_one_picture(flagged: int, told: int) -> None:
    said = remarks(*aimed(Flag.COMPRESSED, flagged))
    assert len(said) == told
    assert all("encoder" in words for words in said)


def test_detail_that_could_be_switched_off_is_told_while_aiming() -> None:
    (said,) = remarks(*aimed(Flag.SHARPENED, 8))
    assert "detail (sharpening) off" in said


@pytest.mark.parametrize("flag", [Flag.CLIPPED, Flag.MOVING, Flag.CROPPED])
def test_what_the_instruction_says_or_nothing_depends_on_is_not_told(flag: Flag) -> None:
    assert remarks(*aimed(flag, 11)) == ()
