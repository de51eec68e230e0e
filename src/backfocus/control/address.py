"""The front door to motors: an address to a lens."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from ..errors import UsageError
from ..guide.axes import Automatic
from ..redaction import shown
from .lens_control import LensControl
from .visca_lens import open_visca

LensKind = Literal["sim", "visca", "visca+tcp", "visca+serial"]
KINDS: tuple[LensKind, ...] = ("sim", "visca", "visca+tcp", "visca+serial")


@dataclass(frozen=True, slots=True)
class OpenLens:
    """A lens that answered, and what to do by hand where its automatic functions cannot be put back.

    `how_to_restore`: takes how they were, gives words.
    """

    control: LensControl
    how_to_restore: Callable[[Automatic], str]


def lens_kind(address: str) -> LensKind:
    """What an address names; UsageError for what no driver knows."""
    scheme = address.partition(":")[0].lower()
    for kind in KINDS:
        if scheme == kind:
            return kind
    raise UsageError(
        f"'{shown(address)}' is no lens with motors: write visca://HOST, visca+tcp://HOST, "
        "visca+serial:///dev/ttyUSB0 or sim://?motor=focus"
    )


def check_lens(address: str) -> LensKind:
    """What an address names, if it can be meant; UsageError if not. Nothing is opened."""
    kind = lens_kind(address)
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise UsageError(f"{shown(address)} is not a valid address: check host and port") from None
    if kind.startswith("visca") and kind != "visca+serial" and not host:
        raise UsageError(f"{shown(address)} names no host: write {kind}://HOST")
    return kind


@contextmanager
def open_lens(address: str) -> Iterator[OpenLens]:
    """The lens at an address, let go at the end.

    Raises
    ------
    UsageError
        The address cannot be meant.
    LensUnreachable
        Nothing answers there.
    """
    kind, parts = check_lens(address), urlsplit(address)
    if kind == "sim":
        raise UsageError(
            "a virtual lens is held over the network: start `backfocus camera`, then write visca://127.0.0.1"
        )
    with open_visca(kind, parts.hostname or "", parts.port, parts.path) as lens:
        yield OpenLens(lens, lens.how_to_restore)
