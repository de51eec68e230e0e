"""A camera, a lens and a hand made of formulas: whole procedures without a picture, one in two seconds.

The reading of a pose is the exact modulation of a defocused lens (`optics.blur`), times a fall-off for the
lens's own softness (not spherical aberration, which the solver assumes), plus noise. The hand obeys late, and
goes on while it has not heard another thing.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace

import numpy as np

from backfocus.errors import OutOfOrder
from backfocus.guide import events as ev
from backfocus.guide import instructions as say
from backfocus.guide.procedure import Session, Setup, advance, start
from backfocus.guide.watch import watch as watching
from backfocus.guide.watch.confirm import confirmed
from backfocus.guide.watch.watch import StepHistory, watch
from backfocus.measure.reading import Flag, Reading, Star
from backfocus.optics.blur import lens_pixel_mtf
from backfocus.optics.lens import Optics

WIDE_MM, WIDE_PX, CYCLES, RINGS = 7.8, 77.0, 36, 24
OVERFILLS_PX = 300.0
"""From this scale on a plain star fills the picture and has none."""
FOCUS_RANGE_UM, BACK_RANGE_UM = 6000.0, 600.0
EXTENDER = 2.0


STRONG_LEFT = 0.1
"""How much less of full contrast a camera sharpens than of the faintest."""
FIELD_OFF = 0.02
"""How much more one field shows than the other, where a picture is two: their lines lie otherwise."""


@dataclass(frozen=True)
class Lens:
    """What is true of the lens, the camera and the person; the guide knows only `setup`.

    `rests_s`: who turns a ring stops for so long within half a half depth of focus of the sharpest point, as
    one does to read what the guide says; once in each sweep. `ramp_stops`: how much slower it is at tele,
    where `ramp_known` says whether the guide was told. `sharpens`: what the camera adds at 0.5 cy/px, as a
    share of the picture's own; of strong detail less, as code values are sharpened and not light.
    """

    zoom: float = 20.0
    delta_um: float = 40.0
    tele_off_um: float = 800.0
    soft: tuple[float, float] = (0.05, 0.12)
    noise: float = 0.003
    tracking_um: float = 0.0
    lock_um: float = 0.0
    locked: bool = False
    back_focus_ring: bool = True
    optics_known: bool = True
    breathing: float = 0.02
    white: float = 0.8
    mistaken: ev.Ring | None = None
    lock_times: int = 1
    touch_focus_um: float = 0.0
    focuses: str = "front"
    drift_um: float = 0.0
    lens_kind: str = "unknown"
    ratio_known: bool = True
    plain: bool = False
    bump_at_s: float | None = None
    pace: float = 1.0
    reaction_s: float = 0.35
    seed: int = 0
    fps: float = 10.0
    interlaced: bool = False
    rests_s: float = 0.0
    flags: frozenset[Flag] = frozenset()
    iris_at_wide: float = 0.0
    iris_put_back: bool = True
    extender_s: tuple[float, float] = (0.0, 0.0)
    strays: bool = False
    hasty_lock: bool = False
    locks_at_wide_after_s: float = 0.0
    touch_px: float = 0.0
    interpolates: float = 0.0
    sharpens: float = 0.0
    ramp_stops: float | None = None
    ramp_known: bool = True

    @property
    def optics(self) -> Optics:
        tele_mm = WIDE_MM * self.zoom
        if self.ramp_stops is not None:
            slow = 1.8 * 2.0 ** (self.ramp_stops / 2.0)
            return Optics(5.0, ((WIDE_MM, 1.8), (0.5 * tele_mm, 1.8), (tele_mm, slow)))
        knots = ((7.8, 1.8), (108.0, 1.8), (156.0, 2.6)) if self.zoom > 14 else ((tele_mm, 1.8),)
        return Optics(5.0, knots)

    @property
    def setup(self) -> Setup:
        told = self.optics if self.ramp_known else Optics(5.0, ((WIDE_MM, 1.8),))
        return Setup(
            told if self.optics_known else None,
            zoom_ratio=self.zoom if self.optics_known and self.ratio_known else None,
            back_focus_ring=self.back_focus_ring,
            lens_kind=self.lens_kind,
        )

    @property
    def half_depth_um(self) -> float:
        return self.optics.half_depth_um(1.0 / self.zoom)


@dataclass
class Pose:
    """Where the rings stand; `zoom` 0 wide, 1 tele. `iris`: at wide only; `closed_f`: everywhere."""

    zoom: float = 0.0
    focus_um: float = 0.0
    back_um: float = 0.0
    locked: bool = False
    x_px: float = 960.0
    iris: float = 0.0
    extender: bool = False
    closed_f: float = 0.0
    nd_stops: float = 0.0
    factor: float = 1.0


@dataclass
class Camera:
    lens: Lens
    pose: Pose = field(default_factory=Pose)

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.lens.seed)
        self.pose.locked = self.lens.locked
        self.pose.focus_um = self.lens.tele_off_um - self.lens.delta_um
        self.count = 0
        self.pose.iris = self.lens.iris_at_wide
        self.last_x_px = self.pose.x_px

    @property
    def left_um(self) -> float:
        """The back-focus error as it is now."""
        return self.lens.delta_um + self.pose.back_um

    @property
    def ratio(self) -> float:
        return float(self.lens.zoom ** (self.pose.zoom - 1.0))

    @property
    def residual_um(self) -> float:
        z = self.pose.zoom
        tracking_um = self.lens.tracking_um * 4.0 * z * (1.0 - z)
        if self.lens.focuses == "rear":
            drift_um = self.lens.drift_um * (1.0 - self.ratio**2)
            return self.left_um + self.pose.focus_um + drift_um + tracking_um
        return self.left_um + self.pose.focus_um * self.ratio**2 + tracking_um

    def read_all(self, at_s: float) -> tuple[Reading, ...]:
        """One picture, or its two fields, which have one time."""
        if not self.lens.interlaced:
            return (self.read(at_s),)
        return (self.read(at_s, 1.0 + FIELD_OFF), replace(self.read(at_s, 1.0 - FIELD_OFF), field="bottom"))

    def read(self, at_s: float, shows: float = 1.0) -> Reading:
        lens, r = self.lens, self.residual_um
        n = lens.optics.f_number(self.ratio)
        if self.pose.zoom < 0.3:
            n = max(n, self.pose.iris)
        n = max(n, self.pose.closed_f)
        factor = EXTENDER if self.pose.extender else self.pose.factor
        r, n = r * factor**2, n * factor
        scale_px = WIDE_PX * lens.zoom**self.pose.zoom * factor
        shift_px, self.last_x_px = abs(self.pose.x_px - self.last_x_px), self.pose.x_px
        scale_px *= 1.0 + lens.breathing * self.pose.focus_um / FOCUS_RANGE_UM
        rim = CYCLES / (2.0 * math.pi * scale_px)
        frequency = np.geomspace(max(1.05 * rim, 0.01), 0.45, RINGS)
        soft = lens.soft[1] + (lens.soft[0] - lens.soft[1]) * self.pose.zoom
        clean = lens_pixel_mtf(frequency, min(abs(r), 3000.0), f_number=n, pixel_um=5.0)
        soft += lens.interpolates * float(self.rng.random()) if lens.interpolates else 0.0
        clean = shows * clean * np.exp(-soft * (frequency / 0.25) ** 2)
        added = lens.sharpens * (1.0 - np.cos(2.0 * np.pi * frequency)) / 2.0
        clean = clean * (1.0 + added * (1.0 - STRONG_LEFT * np.abs(clean)))
        sigma = lens.noise * math.sqrt(200.0 / scale_px)
        seen = clean + self.rng.normal(0.0, sigma, RINGS)
        disc_px = abs(r) / n / 5.0
        contrast = (0.03 + 0.3 / (1.0 + disc_px / 10.0)) * (1.0 + self.rng.normal(0.0, 0.005))
        self.count += 1
        if np.mean(np.abs(clean) > 0.1) < 0.2:
            return Reading(self.count, at_s, frozenset(), contrast=float(contrast))
        scaled = not (lens.plain and scale_px > OVERFILLS_PX)
        m025 = float(np.interp(0.25, frequency, seen))
        return Reading(
            self.count,
            at_s,
            lens.flags,
            star=Star(
                self.pose.x_px + float(self.rng.normal(0, 0.1)), 540.0, scale_px if scaled else None, CYCLES
            ),
            scale_px=float(scale_px * (1.0 + self.rng.normal(0.0, 0.003))) if scaled else None,
            scale_sigma_px=0.003 * scale_px if scaled else None,
            frequency_cy_px=tuple(map(float, frequency)),
            modulation=tuple(map(float, seen)),
            modulation_sigma=(float(sigma),) * RINGS,
            modulation_025=m025,
            modulation_025_sigma=float(sigma),
            contrast=float(contrast),
            white=lens.white,
            white_light=0.7 * (1.8 / n) ** 2 * 2.0**-self.pose.nd_stops,
            shift_px=0.1 + shift_px,
        )


SOFT_UM, FIELD_UM, SIGMA_UM, STRAYS_UM = 12.0, 1.0, 1.2, 0.2
"""What this lens reads as in focus at wide, how much softer one field reads than the other, what a reading
says it doubts, and by how much it strays from one picture to the next, all for the usual noise."""


@contextmanager
def blur_made_up(camera: Camera) -> Iterator[None]:
    """For what is judged of |r| in time: the truth and the lens's softness in quadrature, and noise.

    That a picture reads so is tested where it is read, and costs a hundred times as much.
    """

    def blur_um(session: Session, reading: Reading, best: object = None) -> tuple[float, float]:
        soft_um = 0.0 if best else SOFT_UM + (FIELD_UM if reading.field == "bottom" else 0.0)
        noise = camera.lens.noise / Lens.noise
        strays_um = float(camera.rng.normal(0.0, STRAYS_UM * noise))
        return abs(math.hypot(camera.residual_um, soft_um) + strays_um), SIGMA_UM * noise

    real, watching.blur_um = watching.blur_um, blur_um
    try:
        yield
    finally:
        watching.blur_um = real


class Hand:
    """Does what it hears, `reaction_s` late; answers what wants an answer after a second."""

    def __init__(self, camera: Camera) -> None:
        self.camera, self.lens = camera, camera.lens
        self.orders: list[tuple[float, say.Instruction]] = []
        self.says: list[tuple[float, str]] = []
        self.ring: ev.Ring | None = None
        self.speed_um_s = 0.0
        self.way = {"focus": 1, "back-focus": -1}
        self.base = 0.0
        self.goal: float | None = None
        self.mistaken = self.lens.mistaken
        self.touched = False
        self.zoom_speed = 0.35
        self.locked_times = 0
        self.strayed = False
        self.later: list[tuple[float, str]] = []
        self.rested = False
        self.asked: ev.ZoomEnd = "wide"
        self.rests_until_s = -math.inf

    def hear(self, said: say.Instruction, at_s: float) -> None:
        self.orders.append((at_s + self.lens.reaction_s, said))

    def told(self, event: ev.Event) -> None:
        if isinstance(event, ev.WrongRing):
            self.mistaken = None
        if isinstance(event, ev.LightChanged) and self.lens.iris_put_back:
            self.camera.pose.iris = self.camera.pose.closed_f = self.camera.pose.nd_stops = 0.0

    def move(self, at_s: float, elapsed_s: float) -> list[ev.Event]:
        while self.orders and self.orders[0][0] <= at_s:
            self.obey(self.orders.pop(0)[1], at_s)
        self.turn_on(at_s, elapsed_s)
        self.zoom_on(elapsed_s)
        self.do_later(at_s)
        said = [ev.Confirmed(at_s, step) for due_s, step in self.says if due_s <= at_s]
        self.says = [each for each in self.says if each[0] > at_s]
        return said

    def obey(self, said: say.Instruction, at_s: float) -> None:
        pose = self.camera.pose
        if not isinstance(said, (say.Ignored, say.CheckThat, say.AskAgain)):
            self.speed_um_s = 0.0
        match said:
            case say.Aim(step=step):
                self.goal, self.zoom_speed = 0.0, 0.35
                self.says.append((at_s + 6.0, step))
            case say.Confirm(step=step):
                self.says.append((at_s + 1.0, step))
            case say.ZoomTo(end=end):
                self.rested, self.asked = False, end
                self.goal, self.zoom_speed = (1.0 if end == "tele" else 0.0), 0.35
                if end == "wide" and self.lens.touch_focus_um and not self.touched:
                    self.touched = True
                    pose.focus_um += self.lens.touch_focus_um
            case say.WalkZoom():
                self.goal, self.zoom_speed = 1.0, 0.12
            case say.ZoomUntilLost(scale_px=scale_px):
                self.goal = min(1.0, math.log(1.04 * scale_px / WIDE_PX) / math.log(self.lens.zoom))
            case say.Turn():
                self.begin(said)
            case say.LoosenLock():
                pose.locked = False
            case say.TightenLock() if self.lens.hasty_lock and not self.locked_times:
                self.locked_times += 1
                self.goal, self.zoom_speed = 0.0, 0.35
                if self.lens.locks_at_wide_after_s:
                    self.later.append((at_s + self.lens.locks_at_wide_after_s, "screw"))
            case say.TightenLock() if self.lens.touch_px:
                self.later += [(at_s + 0.5, "hand on"), (at_s + 1.0, "hand off"), (at_s + 3.0, "zoom out")]
            case say.TightenLock(step=step):
                if not pose.locked and self.locked_times < self.lens.lock_times:
                    pose.back_um += self.lens.lock_um
                    self.locked_times += 1
                pose.locked = True
                self.says.append((at_s + 1.0, step))
            case say.AskAgain(step=step):
                self.says.append((at_s + 1.0, step))
            case say.CheckThat(doubt="lock-screw"):
                pose.locked = False
            case say.CheckThat(doubt="right-ring"):
                self.mistaken = None
            case say.CheckThat(doubt="zoom-end"):
                away, back = ("zoom out", "zoom in") if self.asked == "tele" else ("zoom in", "zoom out")
                self.later += [(at_s, away), (at_s + 5.0, back)]

    def do_later(self, at_s: float) -> None:
        """What a hand does by itself, when it is due."""
        pose = self.camera.pose
        for due in [each for each in self.later if each[0] <= at_s]:
            self.later.remove(due)
            match due[1]:
                case "screw":
                    pose.back_um += self.lens.lock_um
                case "hand on":
                    pose.x_px += self.lens.touch_px
                case "hand off":
                    pose.x_px -= self.lens.touch_px
                case "zoom out":
                    self.goal, self.zoom_speed = 0.0, 0.35
                case "zoom in":
                    self.goal, self.zoom_speed = 1.0, 0.35

    def begin(self, said: say.Turn) -> None:
        ring: ev.Ring = self.mistaken or said.ring
        if self.lens.strays and said.ring == "back-focus" and not self.strayed:
            self.strayed, ring = True, "focus"
            self.goal, self.zoom_speed = 1.0, 0.35
        self.ring = ring
        if said.way == "stop":
            self.base *= 0.6
            return
        if said.way == "back":
            self.way[ring] = -self.way[ring]
        depth_um = self.lens.optics.half_depth_um(1.0 if ring == "focus" else 1.0 / self.lens.zoom)
        usual = depth_um * (60.0 if said.searching else 3.3) * self.lens.pace
        if ring != said.ring and ring == "focus":
            usual = FOCUS_RANGE_UM / 8.0
        if said.way == "back" and said.slower:
            self.base = max(0.5 * self.base, 0.1 * usual)
        elif said.way == "back":
            self.base = 0.4 * usual
        else:
            self.base = usual
        self.speed_um_s = self.base * self.way[ring]

    def rest(self, at_s: float) -> bool:
        """Whether the hand stands still to read, though it was told to turn."""
        depth_um = self.lens.optics.half_depth_um(self.camera.ratio)
        near = abs(self.camera.residual_um) < 0.5 * depth_um
        if self.lens.rests_s and not self.rested and self.speed_um_s and near:
            self.rested, self.rests_until_s = True, at_s + self.lens.rests_s
        return at_s < self.rests_until_s

    def turn_on(self, at_s: float, elapsed_s: float) -> None:
        if self.rest(at_s):
            return
        pose, step_um = self.camera.pose, self.speed_um_s * elapsed_s
        if self.ring == "focus":
            pose.focus_um += step_um
            limit_um = FOCUS_RANGE_UM
            over = abs(pose.focus_um) > limit_um
            pose.focus_um = max(-limit_um, min(limit_um, pose.focus_um))
        else:
            if not pose.locked:
                pose.back_um += step_um
            over = abs(pose.back_um) > BACK_RANGE_UM
            pose.back_um = max(-BACK_RANGE_UM, min(BACK_RANGE_UM, pose.back_um))
        if over and self.ring:
            self.way[self.ring] = -self.way[self.ring]
            self.speed_um_s = -self.speed_um_s

    def zoom_on(self, elapsed_s: float) -> None:
        if self.goal is None:
            return
        pose = self.camera.pose
        step = self.zoom_speed * elapsed_s
        pose.zoom += max(-step, min(step, self.goal - pose.zoom))
        if pose.zoom == self.goal:
            self.goal = None


@dataclass
class Run:
    """A procedure as it went."""

    camera: Camera
    session: Session
    events: list[ev.Event]
    said: list[say.Instruction]
    at_s: float
    seen: list[Reading]

    @property
    def left_um(self) -> float:
        return self.camera.left_um

    @property
    def verdict(self) -> str:
        return self.session.results[-1].verdict.kind if self.session.results else "none"

    def names(self) -> list[str]:
        return [type(event).__name__ for event in self.events]

    def has(self, kind: type) -> bool:
        return any(isinstance(event, kind) for event in self.events)


Happens = Callable[[Camera, Hand, Session, float], None]
"""What befalls the lens before a picture is taken at a time."""


def run(
    lens: Lens,
    *,
    longest_s: float = 500.0,
    obeys: bool = True,
    made_up: bool = False,
    happens: Happens | None = None,
    until: tuple[type, ...] = (),
    hand: type[Hand] = Hand,
) -> Run:
    """One procedure; stops at its end, at an event of a type in `until`, or after `longest_s` of it.

    With `made_up`, what single pictures read as is made up; what is solved for is not.
    """
    camera = Camera(lens)
    person = hand(camera)
    session, said = start(lens.setup)
    state, at_s, log, heard = StepHistory(), 0.0, [], list(said)
    seen_all: list[Reading] = []
    for each in said:
        person.hear(each, 0.0)
    while not session.finished and at_s < longest_s:
        elapsed_s = 1.0 / lens.fps
        at_s += elapsed_s
        spoken: list[ev.Event] = person.move(at_s, elapsed_s) if obeys else []
        if lens.bump_at_s is not None and at_s >= lens.bump_at_s > at_s - elapsed_s:
            camera.pose.x_px += 150.0
        camera.pose.extender = lens.extender_s[0] <= at_s < lens.extender_s[1]
        if happens is not None:
            happens(camera, person, session, at_s)
        for reading in camera.read_all(at_s):
            seen_all.append(reading)
            with blur_made_up(camera) if made_up else nullcontext():
                state, seen = watch(state, reading, session)
            for event in (*seen, *spoken):
                if isinstance(event, ev.Confirmed) and event.step != session.step:
                    continue
                if isinstance(event, ev.Confirmed):
                    event = confirmed(state, session, event)
                session, said = advance(session, event)
                log.append(event)
                if isinstance(event, until):
                    return Run(camera, session, log, heard, at_s, seen_all)
                heard += said
                person.told(event)
                for each in said:
                    person.hear(each, at_s)
            spoken = []
            if session.finished:
                break
    return Run(camera, session, log, heard, at_s, seen_all)


__all__ = ["Camera", "Hand", "Lens", "OutOfOrder", "Pose", "Run", "blur_made_up", "replace", "run"]
