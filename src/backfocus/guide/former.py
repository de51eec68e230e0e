"""What records were called when older versions wrote them: the one table by which old sessions are read.

If you rename an event, an instruction, a field of one or a value that stands in one, put the old name here:
old sessions then go on meaning the same. A change that a name cannot express (a unit, a field split in two)
needs a new version: raise `VERSION`, give what is written now a row of its own in `FORMER`, and mend the rows
before it so that they still lead to the names of today.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .session_state import BY_RESIDUALS

VERSION = 2
"""Of the records that are written now. Version 1 wrote none."""


@dataclass(frozen=True, slots=True)
class Former:
    """Old names and those of today, of one version.

    Attributes
    ----------
    types
        A type then: the type now.
    fields
        A record, as it is called now: {a field then: the field now}; also of records inside others.
    values
        "Record.field", as they are called now: {a word then: the word now}.
    unwritten
        A record, as it is called now: {a field that it was written without: what went without saying then}.
    loose_intervals
        Whether an estimate could lie outside its own interval, which is then widened to hold it.
    """

    types: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    unwritten: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    loose_intervals: bool = False


NOTHING = Former()
FORMER: Mapping[int, Former] = {
    1: Former(
        types={"OffTheLaw": "NotParfocal"},
        unwritten={"Setup": {"method": BY_RESIDUALS}},
        loose_intervals=True,
    )
}
"""By the version that wrote them."""
