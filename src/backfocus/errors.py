"""Every exception of backfocus, grouped by what the caller would do about it.

    BackfocusError
    ├── SourceError            there is no picture: look at the cable, the address, the file
    │   ├── SourceUnreadable       it never opened, or is not video
    │   │   └── PictureTooLarge        larger than the limit that was set
    │   └── SourceLost             it was open and went away
    ├── UsageError             the request cannot be meant: correct the option named
    ├── OutOfOrder             an event that cannot happen in this step of the procedure
    ├── StoreError             the session could not be kept: look at the disk or the database address
    └── OutputError            what was made cannot be written: look at the disk, choose another place
        └── PipeClosed             whoever read the output has gone: nothing to say

A wrong call from Python raises `ValueError` as everywhere. A poor *picture* is never an exception: it is a
`Reading` with a flag.
"""


class BackfocusError(Exception):
    """The root; its text is one line and says what to do next."""


class SourceError(BackfocusError):
    """No picture could be had from a source."""


class SourceUnreadable(SourceError):
    """The source never opened, or holds no pictures."""


class PictureTooLarge(SourceUnreadable):
    """A picture has more pixels than the limit allows."""


class SourceLost(SourceError):
    """The source was open and went away, and did not come back in time."""


class UsageError(BackfocusError):
    """An option or address that cannot be meant."""


class OutOfOrder(BackfocusError):
    """An event that cannot happen in this step; the session is unchanged."""


class StoreError(BackfocusError):
    """A session could not be stored or found."""


class OutputError(BackfocusError):
    """A file or the text that was asked for could not be written."""


class PipeClosed(OutputError):
    """Nobody reads the output any more."""
