"""The virtual camera with rings to turn: a newcomer learns the procedure with an error that is hidden.

The picture follows the clock on the wall, as a camera's does: a slow machine gets fewer pictures, not
slower ones.
"""

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict

from ...frame import Frame
from ...sim.bench import Bench
from ...sim.lens import Pose
from ...sim.settings import SHOWN_CAMERA, SHOWN_CHART, SimSettings, parse_sim
from ..messages import Turn

FPS = 25.0
OPEN_F = 0.0
CLOSED_F = 16.0
FOCUS_UM, BACK_FOCUS_DEG, ZOOM, IRIS_F = 0.5, 0.08, 0.004, 0.1
"""What a pixel of a drag turns each ring by: focus in um at tele, fine enough for a thumb."""
ADDRESS = "sim://?zoom=10&hand=none&codec=none&size=960x540&locked=yes&iris_f=8&noise=0.006"
LEAST_UM, MOST_UM = 25, 75


def hidden_camera(seed: int) -> str:
    """The address of a practice camera: the seed alone says what is wrong with it."""
    drawn = random.Random(seed)
    delta_um = drawn.randint(LEAST_UM, MOST_UM) * drawn.choice((-1, 1))
    off_um = drawn.randint(60, 160) * drawn.choice((-1, 1))
    lock_um = drawn.choice((0, 0, 2))
    wrong = f"seed={seed}&delta_um={delta_um}&tele_misfocus_um={off_um}&lock_um={lock_um}"
    return f"{ADDRESS}&{SHOWN_CAMERA}&{SHOWN_CHART}&{wrong}"


class PracticeBench:
    """The lens in the learner's hands; it stays as it is while pictures stop and start again.

    `turned` is when each ring was last moved by hand, in seconds of the clock.
    """

    def __init__(self, address: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.settings: SimSettings = parse_sim(address)
        self.bench = Bench(self.settings)
        self.clock = clock
        self.turned: dict[str, float] = {}

    @property
    def pose(self) -> Pose:
        """Where the rings stand."""
        return self.bench.pose

    def put(self, pose: Pose) -> None:
        """Set all rings, as they were kept."""
        self.bench.pose = pose

    def turn(self, message: Turn) -> None:
        """Turn one ring; what cannot move (a stop, the lock screw) does not."""
        pose = self.bench.pose
        match message.ring:
            case "focus":
                self.bench.turn(focus_um=pose.focus_um + message.by * FOCUS_UM)
            case "zoom":
                self.bench.turn(zoom=pose.zoom + message.by * ZOOM)
            case "back-focus" if not pose.locked:
                self.bench.turn(back_focus_deg=pose.back_focus_deg + message.by * BACK_FOCUS_DEG)
            case "iris":
                opening = min(max(self._iris_f() + message.by * IRIS_F, self._widest_f()), CLOSED_F)
                self.bench.turn(iris_f=OPEN_F if opening <= self._widest_f() else opening)
            case "lock":
                self.bench.turn(locked=message.by > 0.0)
        self.turned[message.ring] = self.clock()

    def remaining_um(self) -> float:
        """What is truly left of the error, without its sign."""
        return abs(self.bench.lens.delta_um(self.pose))

    def shown(self) -> dict[str, float | bool]:
        """The rings as they look from outside: nothing here gives the error away."""
        pose = self.pose
        return {
            "zoom": round(pose.zoom, 4),
            "focus": round(pose.focus_um / FOCUS_UM, 1),
            "back-focus": round(pose.back_focus_deg / BACK_FOCUS_DEG, 1),
            "iris": round(self._iris_f(), 1),
            "open": pose.iris_f <= self._widest_f(),
            "lock": pose.locked,
            "focal_mm": round(self.bench.lens.focal_mm(pose), 1),
        }

    def kept(self) -> dict[str, float | bool | str]:
        """The rings as they are written down."""
        return {"type": "Rings", **asdict(self.pose)}

    def _widest_f(self) -> float:
        return self.settings.f_numbers[0][1]

    def _iris_f(self) -> float:
        return max(self.pose.iris_f, self._widest_f())


def kept_pose(plain: dict[str, object]) -> Pose:
    """The rings as `kept` wrote them."""
    numbers = {name: float(str(plain[name])) for name in ("zoom", "focus_um", "back_focus_deg", "iris_f")}
    return Pose(**numbers, locked=bool(plain["locked"]))


class PracticeSource:
    """Pictures of a practice bench as a live source of video."""

    live = True
    title = "practice"

    def __init__(self, practice: PracticeBench, wait: Callable[[float], object] = time.sleep) -> None:
        self._practice = practice
        self._wait = wait
        self._closed = False

    def frames(self) -> Iterator[Frame]:
        """A picture every 1/25 s, or as fast as they can be drawn."""
        if self._closed:
            raise ValueError("the practice camera is closed")
        return self._frames()

    def close(self) -> None:
        """End the pictures."""
        self._closed = True

    def _frames(self) -> Iterator[Frame]:
        clock, begun_s, index = self._practice.clock, self._practice.clock(), 0
        due_s = begun_s
        while not self._closed:
            yield self._practice.bench.frame(index, max(clock() - begun_s, 0.0))
            index += 1
            due_s = max(due_s + 1.0 / FPS, clock())
            self._wait(max(0.0, due_s - clock()))
