"""A session: what is known so far, folded from its events, and the numbers that follow from it."""

from dataclasses import dataclass

from ..measure.reading import TargetName
from ..optics.lens import Optics
from ..optics.zoom import UNKNOWN_K, rounds_needed
from ..solve.backfocus import BackFocus
from ..solve.camera import CameraCurve
from ..solve.clip import ClipAnswer, FirstTurn, SolvedCamera
from ..solve.verdict import SweepSlope, Verdict
from . import events as ev
from .instructions import Way
from .steps import Step

NOMINAL = Optics(5.0, ((0.0, 2.0),))
"""Stands in where nothing is known of camera and lens, so that blur can be compared; its um mean nothing."""


BY_RESIDUALS, ALL_TOGETHER = 1, 2
"""Methods: each residual by a perfect camera, as once was done; all positions and the camera together."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What is known before the first picture.

    Attributes
    ----------
    optics : Optics | None
        None: relative blur only, and the verdict is `unsure`.
    zoom_ratio : float | None
        Longest over shortest focal length, above 1.
    back_focus_ring : bool
        Whether the lens has one (or a motor that does its work).
    shims_um : tuple of float
        The washers at hand.
    um_per_degree : float | None
        How far the back-focus ring moves the lens, once somebody has learned it; above 0.
    nd : str
        The ND position the session begins with.
    lens_kind : "front-focus" | "rear-focus" | "varifocal" | "unknown"
        As in the profiles; only the first can be set with a back-focus ring. A lens of unknown kind is
        focused at tele once more after a correction: that tells.
    camera_id : str
        What its owner calls camera and mode; "" where that was not said.
    known_camera : CameraCurve | None
        What an earlier session told of the camera.
    method : int
        How the error is solved for; sessions keep the one they began with.
    """

    optics: Optics | None = None
    zoom_ratio: float | None = None
    back_focus_ring: bool = True
    shims_um: tuple[float, ...] = ()
    um_per_degree: float | None = None
    nd: str = "clear"
    lens_kind: str = "unknown"
    camera_id: str = ""
    known_camera: CameraCurve | None = None
    method: int = ALL_TOGETHER

    def __post_init__(self) -> None:
        if self.zoom_ratio is not None and not self.zoom_ratio > 1.0:
            raise ValueError(f"a zoom ratio is above 1, not {self.zoom_ratio}")
        if self.um_per_degree is not None and not self.um_per_degree > 0.0:
            raise ValueError(f"a ring moves the lens by more than 0 um per degree, not {self.um_per_degree}")


@dataclass(frozen=True, slots=True)
class Result:
    """What came out for one ND position."""

    nd: str
    verdict: Verdict
    back_focus: BackFocus | None
    before: BackFocus | None
    half_depth_um: float | None
    rounds: int
    camera: SolvedCamera | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What the last instruction said of the ring, and what is asked of the person.

    Attributes
    ----------
    way, slower, lost
        Where to turn and how, and whether the ring was turned until the star went.
    fault
        Why the picture at wide cannot be used.
    doubt
        What was asked about a ring that changes nothing.
    questioned
        What the picture showed when this step was confirmed; None while it was not, or was believed.
    """

    way: Way = "either"
    slower: bool = False
    lost: bool = False
    fault: ev.Unfit = "no-star"
    doubt: ev.Doubt | None = None
    questioned: ev.Unshown | None = None


@dataclass(frozen=True, slots=True)
class Scales:
    """How large the target is over the zoom, px.

    `wide_px`, `tele_px`: fully out and fully in. `lost_px`: where it was last read on the way out.
    `zoom_seen`: whether the zoom was seen to leave wide, though nothing was read there.
    """

    wide_px: float | None = None
    tele_px: float | None = None
    lost_px: float | None = None
    zoom_seen: bool = False


@dataclass(frozen=True, slots=True)
class Looks:
    """Steady looks that still hold.

    Attributes
    ----------
    tele, wide
        The last at either end.
    tele_best, wide_best
        The sharpest pictures of the last sweep there.
    first_tele, first_wide
        Those that the error was first solved from: "before".
    walk
        Those on the way through the zoom.
    """

    tele: ev.SteadyReading | None = None
    wide: ev.SteadyReading | None = None
    tele_best: ev.SteadyReading | None = None
    wide_best: ev.SteadyReading | None = None
    first_tele: ev.SteadyReading | None = None
    first_wide: ev.SteadyReading | None = None
    walk: tuple[ev.SteadyReading, ...] = ()


@dataclass(frozen=True, slots=True)
class Correction:
    """How far the back focus has come.

    Attributes
    ----------
    corrected_um
        By how much the back-focus ring changed the residual since the last look at tele; None: not known.
    last_um, swept_tele
        The whole correction of the last round, and whether tele was focused again since.
    left_um
        How far off the last look at wide was; None where a ring was turned, or the light changed, since.
    rounds, growths
        How often it was corrected, and how often the error was found larger where it should have shrunk.
    """

    corrected_um: float | None = None
    last_um: float | None = None
    swept_tele: bool = False
    left_um: float | None = None
    rounds: int = 0
    growths: int = 0


@dataclass(frozen=True, slots=True)
class LawSeen:
    """Whether this lens obeys the law of a front focus: residuals that go with M squared.

    Attributes
    ----------
    same_shifts, seen
        How often in a row focusing at tele moved the focus at wide as far, and whether it was seen not to.
    slopes
        How far one turn of the focus ring moves the image at tele and at wide, where not as M squared.
    not_parfocal
        Whether the residuals were found not to go with M squared.
    """

    same_shifts: int = 0
    seen: bool = False
    slopes: tuple[SweepSlope, SweepSlope] | None = None
    not_parfocal: bool = False


@dataclass(frozen=True, slots=True)
class LockState:
    """The lock screw of the back-focus ring.

    `moves`: how often it spoilt the back focus. `held`: whether it was proved after locking. `seen`: whether
    somebody said or showed that it is tight. `slipped`: whether the ring moved after that.
    """

    moves: int = 0
    held: bool = False
    seen: bool = False
    slipped: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """All that is known, and where the procedure stands; changed only by `advance`.

    Attributes
    ----------
    turn, since_s
        Counts the times a step was entered, and when that was; `watch` starts again with each.
    target
        What is measured: a star unless something else was taken.
    unproved
        Steps that were confirmed although no picture shows them.
    light_changed, light_changes
        Whether the last look was through another opening, or in other light, than the one at the other end;
        and how often the light has changed.
    hunt_s
        Since when the ring of this step is turned for its sharpest point, with all tries.
    given_up
        What came again and again, where the procedure ended for that.
    shown
        What a recording says as a clip from tele to wide, with or without a guide.
    first_turn
        Which way a ring was turned first in its sweep at wide; None while nobody said so.
    results, trail
        What came out with each ND, and the sessions that "back" returns to.
    """

    setup: Setup
    step: Step = Step.AIM
    turn: int = 0
    since_s: float = 0.0
    target: TargetName = "star"
    told: Told = Told()
    unproved: tuple[Step, ...] = ()
    scales: Scales = Scales()
    looks: Looks = Looks()
    correction: Correction = Correction()
    law: LawSeen = LawSeen()
    lock: LockState = LockState()
    light_changed: bool = False
    light_changes: int = 0
    hunt_s: float = 0.0
    given_up: ev.Circle | None = None
    shown: ClipAnswer | None = None
    first_turn: FirstTurn | None = None
    nd: str = "clear"
    notes: tuple[tuple[str, str], ...] = ()
    results: tuple[Result, ...] = ()
    trail: "tuple[Session, ...]" = ()

    @property
    def finished(self) -> bool:
        """Whether the end is reached."""
        return self.step is Step.DONE


def optics_of(session: Session) -> Optics:
    """The optics to judge blur with, the nominal ones where none are known."""
    return session.setup.optics or NOMINAL


def k_of(session: Session) -> float:
    """M_wide / M_tele, 0 to 1: as measured, else as the lens says, else what a small zoom has."""
    if session.scales.wide_px and session.scales.tele_px and session.scales.wide_px < session.scales.tele_px:
        return session.scales.wide_px / session.scales.tele_px
    return 1.0 / session.setup.zoom_ratio if session.setup.zoom_ratio else UNKNOWN_K


def ratio_of(session: Session, scale_px: float | None, *, at_tele: bool) -> float:
    """M / M_tele for the f-number, 0 to 1; where no scale is known the end of the zoom decides."""
    if scale_px is None or session.scales.tele_px is None:
        return 1.0 if at_tele else k_of(session)
    return min(1.0, scale_px / session.scales.tele_px)


def half_depth_um(session: Session) -> float:
    """Half depth of focus at wide, where delta is judged, um."""
    return optics_of(session).half_depth_um(k_of(session))


def depth_here_um(session: Session, scale_px: float | None) -> float:
    """Half depth of focus at the zoom position of this step, um."""
    return optics_of(session).half_depth_um(ratio_of(session, scale_px, at_tele=session.step.at_tele))


def promised_tele_px(session: Session) -> float | None:
    """The scale at tele, px: as measured, else by that at wide and the zoom ratio; None without both."""
    scales, ratio = session.scales, session.setup.zoom_ratio
    return scales.tele_px or (scales.wide_px * ratio if scales.wide_px and ratio else None)


def passed_peak(session: Session) -> ev.SteadyReading | None:
    """The sharpest picture of the sweep going on, on the way back to it; None in any other step."""
    match session.step:
        case Step.RETURN_TELE:
            return session.looks.tele_best
        case Step.RETURN_WIDE:
            return session.looks.wide_best
        case _:
            return None


def rounds_left(session: Session) -> int | None:
    """How many more rounds (tele and back) are likely; None while nothing was read at wide."""
    if session.correction.left_um is None:
        return None
    return rounds_needed(session.correction.left_um, half_depth_um(session), min(k_of(session), 0.99))


ENDS: dict[ev.ZoomEnd, tuple[Step, ...]] = {
    "tele": (Step.TO_TELE,),
    "wide": (Step.TO_WIDE, Step.ZOOM_IN, Step.TO_PROOF),
}


def zoom_unproved(session: Session) -> bool:
    """Whether the zoom was said to stand at an end where no picture shows it."""
    return any(step in session.unproved for steps in ENDS.values() for step in steps)
