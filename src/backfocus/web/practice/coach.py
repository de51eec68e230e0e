"""What a learner did wrong, told at once: the ring that was asked for against the ring that was turned."""

from dataclasses import dataclass, replace

from ...guide import instructions as say
from ...sim.lens import Pose

QUIET_S = 4.0
"""The same mistake is told again only after this long."""
WIDEST_F = 2.6
"""Of the practice lens at tele: a larger f-number is an iris that somebody closed."""
_FOCUS_UM, _ZOOM, _BACK_FOCUS_DEG = 6.0, 0.02, 0.25
"""A ring counts as turned from here on."""

MISTAKES = {
    "focus-for-back-focus": "That is the FOCUS ring. At wide turn only the BACK FOCUS ring.",
    "back-focus-for-focus": "That is the BACK FOCUS ring. At tele turn only the FOCUS ring.",
    "focus-while-zooming": "The FOCUS ring moved: while zooming every other ring stays as it is.",
    "back-focus-while-zooming": "The BACK FOCUS ring moved: while zooming every other ring stays as it is.",
    "zoom-while-turning": "The zoom moved: stay where you are while the ring is turned.",
    "moved-while-reading": "A ring moved during the reading: hands off for a second.",
    "locked": "The lock screw is tight: loosen it before the BACK FOCUS ring will turn.",
    "iris": "The IRIS is not fully open: open it. Closed it makes everything look sharp and hides the error.",
}


@dataclass(frozen=True, slots=True)
class Coach:
    """`pose`: the rings when the instruction was given. `told`: (mistake, when), each time it was told."""

    asked: say.Instruction | None = None
    pose: Pose | None = None
    told: tuple[tuple[str, float], ...] = ()

    @property
    def advice(self) -> str:
        """The last mistake in words; "" before the first."""
        return MISTAKES[self.told[-1][0]] if self.told else ""


def instructed(coach: Coach, asked: tuple[say.Instruction, ...], pose: Pose) -> Coach:
    """A new instruction stands; movements count from here."""
    aside = say.LoosenLock | say.AskAgain | say.CheckThat | say.Ignored
    real = [each for each in asked if not isinstance(each, aside)]
    if not real or real[-1] == coach.asked:
        return coach
    return replace(coach, asked=real[-1], pose=pose)


def looked(coach: Coach, pose: Pose, at_s: float, *, tried_locked: bool = False) -> Coach:
    """The rings as they stand now: tell the mistake, if there is one, once in `QUIET_S`."""
    mistake = "locked" if tried_locked else _mistake(coach, pose)
    if mistake is None:
        return coach
    coach = replace(coach, pose=pose)
    last_s = max((when for what, when in coach.told if what == mistake), default=-QUIET_S)
    return coach if at_s - last_s < QUIET_S else replace(coach, told=(*coach.told, (mistake, at_s)))


def _mistake(coach: Coach, pose: Pose) -> str | None:
    """What the movement since the instruction was, that it should not have been."""
    before = coach.pose
    if before is None or coach.asked is None:
        return None
    focus = abs(pose.focus_um - before.focus_um) > _FOCUS_UM
    back_focus = abs(pose.back_focus_deg - before.back_focus_deg) > _BACK_FOCUS_DEG
    zoomed = abs(pose.zoom - before.zoom) > _ZOOM
    match coach.asked:
        case say.Turn(ring="back-focus"):
            return "focus-for-back-focus" if focus else "zoom-while-turning" if zoomed else _iris(pose)
        case say.Turn(ring="focus"):
            return "back-focus-for-focus" if back_focus else "zoom-while-turning" if zoomed else _iris(pose)
        case say.ZoomTo() | say.WalkZoom() | say.ZoomUntilLost():
            turned = "focus-while-zooming" if focus else "back-focus-while-zooming" if back_focus else None
            return turned or _iris(pose)
        case say.Hold():
            return _iris(pose) or ("moved-while-reading" if focus or back_focus or zoomed else None)
        case _:
            return None


def _iris(pose: Pose) -> str | None:
    return "iris" if pose.iris_f > WIDEST_F else None
