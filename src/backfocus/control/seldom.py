"""A place that changes only where somebody sends it there: asked for while it may change, remembered else.

An iris does not move while zoom and focus do, and each question more would make the looks at those slower.
"""

import time
from collections.abc import Callable

from .polled import BEGIN_S


class Seldom:
    """Where an axis stands, as it was last told.

    Parameters
    ----------
    ask : callable
        Asks the camera, None where it does not tell.
    clock : callable
        The time in seconds.
    """

    def __init__(self, ask: Callable[[], float | None], clock: Callable[[], float] = time.monotonic) -> None:
        self._ask, self._clock = ask, clock
        self._at: float | None = None
        self._before: float | None = None
        self._begins_by_s = clock()
        self._is_open = True

    def again(self) -> None:
        """It may have moved, or moves, or begins to in a moment."""
        self._before, self._begins_by_s = self._at, self._clock() + BEGIN_S
        self._is_open = True

    def at(self) -> float | None:
        """Where it stands: asked until two answers agree, and until it has moved or will not any more."""
        if self._is_open:
            last, self._at = self._at, self._ask()
            may_begin = self._at == self._before and self._clock() < self._begins_by_s
            self._is_open = may_begin or self._at != last
        return self._at
