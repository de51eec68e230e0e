"""A place that changes only where somebody sends it there: asked for while it does, remembered else.

An iris does not move while zoom and focus do, and each question more would make the looks at those slower.
"""

from collections.abc import Callable


class Seldom:
    """Where an axis stands, as it was last told.

    Parameters
    ----------
    ask : callable
        Asks the camera, None where it does not tell.
    """

    def __init__(self, ask: Callable[[], float | None]) -> None:
        self._ask = ask
        self._at: float | None = None
        self._open = True

    def again(self) -> None:
        """It may have moved, or moves."""
        self._open = True

    def at(self) -> float | None:
        """Where it stands: asked until two answers agree."""
        if self._open:
            last, self._at = self._at, self._ask()
            self._open = self._at != last
        return self._at
