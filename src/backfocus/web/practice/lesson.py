"""Practice: the virtual camera in a learner's hands, somebody who looks over the shoulder, and the score."""

from typing import Any

from ...guide.instructions import Instruction
from ...guide.session_state import Session
from ...session.store import Entry, StoredSession
from ...sim.lens import Pose
from ..messages import Turn
from . import coach as coaching
from .camera import PracticeBench, kept_pose

Json = dict[str, Any]

RINGS_KEPT_S = 0.5


class Lesson:
    """One camera with a hidden error, from the first look to the score.

    `practice`: its rings. `advice`: how many mistakes were told, and the last of them in words.
    """

    def __init__(self, practice: PracticeBench) -> None:
        self.practice = practice
        self._coach = coaching.Coach()
        self._kept_s = -RINGS_KEPT_S

    @property
    def pose(self) -> Pose:
        """Where the rings stand."""
        return self.practice.pose

    @property
    def advice(self) -> tuple[int, str]:
        """How many mistakes were told, and the last in words."""
        return len(self._coach.told), self._coach.advice

    def turn(self, message: Turn) -> None:
        """Turn a ring; turning against the lock screw is told."""
        tried_locked = message.ring == "back-focus" and self.pose.locked
        self.practice.turn(message)
        if tried_locked:
            self._coach = coaching.looked(self._coach, self.pose, self.practice.clock(), tried_locked=True)

    def look(self, standing: tuple[Instruction, ...], at_s: float) -> None:
        """See what was turned since, against what was asked for."""
        self._coach = coaching.instructed(self._coach, standing, self.pose)
        self._coach = coaching.looked(self._coach, self.pose, at_s)

    def rings(self, at_s: float) -> Entry | None:
        """Where the rings stand, to be written down now and then."""
        if abs(at_s - self._kept_s) < RINGS_KEPT_S:
            return None
        self._kept_s = at_s
        return Entry("rings", at_s, self.practice.kept())

    def put_back(self, stored: StoredSession) -> None:
        """Set the rings as they stood in a kept session."""
        rings = [entry.payload for entry in stored.entries if entry.kind == "rings"]
        if rings:
            self.practice.put(kept_pose(rings[-1]))

    def score(self, session: Session) -> Json:
        """Time, rounds, what is truly left, what was hidden, and every mistake."""
        settings = self.practice.settings
        return {
            "seconds": round(session.since_s, 1),
            "rounds": session.results[-1].rounds,
            "remaining_um": round(self.practice.remaining_um(), 1),
            "depth_um": round(self.practice.bench.lens.half_depth_um(1.0 / settings.zoom), 1),
            "hidden_um": round(abs(settings.delta_um), 1),
            "mistakes": [coaching.MISTAKES[what] for what, _ in self._coach.told],
        }
