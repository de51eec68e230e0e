"""How a thing ends: by itself, or by what was raised in it."""

from collections.abc import Callable

import pytest


def run_to(end: BaseException | None, run: Callable[[], None]) -> None:
    """Run it to its end; what it ends with has to come out of it again."""
    if end is None:
        run()
        return
    with pytest.raises(type(end)):
        run()
