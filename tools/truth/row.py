"""What a chapter of the accuracy page is made of: rows of a table and plots, all plain numbers and words."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to run. `short`: fewer cases of the same kinds, for CI. `seed`: of every random draw."""

    short: bool = False
    seed: int = 1

    def cases(self, full: int, short: int) -> int:
        """How many cases to draw."""
        return short if self.short else full


@dataclass(frozen=True, slots=True)
class Row:
    """One promise and what came of it.

    Attributes
    ----------
    what : str
        The quantity and the conditions, as a customer would say it.
    oracle : str
        Whose answer it was compared with.
    cases : int
        How many pictures, curves or runs stand behind it.
    reached, wanted : str
        With units; `wanted` "-" where nothing was promised.
    good : bool
        Whether it was reached.
    note : str
        Why not, or what limits it; empty where there is nothing to say.
    """

    what: str
    oracle: str
    cases: int
    reached: str
    wanted: str
    good: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """One line or cloud of a plot; `style` is "line", "dots" or "both"."""

    label: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    style: str = "both"


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot of errors; `limits` are the promised bounds, drawn as dashed lines across."""

    name: str
    title: str
    x_label: str
    y_label: str
    series: tuple[Series, ...]
    limits: tuple[float, ...] = ()
    log_x: bool = False
