"""Which cameras of a run over many are done: a run that was killed goes on where it stopped.

A file in the user's data folder for each list of cameras, gone when the run is over. It holds what was found
and no address; the file's name is a digest.
"""

import os
import time
from pathlib import Path
from typing import Any

import platformdirs

from ...errors import UsageError
from ..json_lines import add_line, begin_file, digest, read_file
from ..writer import runs, this_program, writer_of
from .listed import Fleet, Listed
from .rows import Row, row_of

STALE_S = 6 * 3600.0
"""An unfinished run is gone on with so long after its last camera; a nightly one begins again."""
TO_END_S = 20.0
"""For putting lenses back."""
WAKE_S = 0.1


class FleetLog:
    """The file of one run."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def begin(self, *, again: bool = False) -> dict[str, Row]:
        """Take up the run that did not end: what is done, by the mark of each camera; nothing in a new one.

        Parameters
        ----------
        again : bool
            Begin from the start, whatever is there.

        Raises
        ------
        UsageError
            If a program that still runs is at it.

        Notes
        -----
        Where that program was killed, its processes are still putting their lenses back: they are waited for,
        else they would switch automatic focus on under the new run.
        """
        lines = self._read()
        if lines and not writer_of(str(lines[0]["by"])).is_gone(0.0):
            raise UsageError(
                f"these cameras are being checked by {writer_of(str(lines[0]['by'])).words}: wait for its end"
            )
        _wait_for([int(each["process"]) for each in lines if "process" in each])
        found = {each["camera"]: row_of(each["row"]) for each in lines if "camera" in each}
        done = {} if again else found
        rows = ({"camera": camera, "row": row.as_json()} for camera, row in done.items())
        begin_file(self.path, ({"by": str(this_program())}, *rows))
        return done

    def add(self, listed: Listed, row: Row) -> None:
        """One camera more, on the disk before the next."""
        add_line(self.path, {"camera": listed.mark, "row": row.as_json()})

    def add_process(self, number: int) -> None:
        """A process that moves a lens."""
        add_line(self.path, {"process": number})

    def end(self) -> None:
        """The run is over."""
        self.path.unlink(missing_ok=True)

    def _read(self) -> list[dict[str, Any]]:
        """What an unfinished run left, its writer first; nothing where it is old or cannot be read."""
        found, written_s = read_file(self.path) or ([], 0.0)
        if not found or "by" not in found[0]:
            return []
        return (
            found if time.time() - written_s <= STALE_S else [each for each in found if "camera" not in each]
        )


def log_of(fleet: Fleet, folder: Path | None = None) -> FleetLog:
    """The log of a file of cameras; `folder`: default in the user's data folder."""
    place = folder or platformdirs.user_data_path("backfocus") / "fleets"
    return FleetLog(place / f"{digest(str(fleet.file.resolve()))}.jsonl")


def _wait_for(processes: list[int]) -> None:
    """Until they are gone, a while at most; elsewhere than on POSIX nobody can ask."""
    end_s = time.monotonic() + TO_END_S
    while os.name == "posix" and any(map(runs, processes)) and time.monotonic() < end_s:
        time.sleep(WAKE_S)
