"""The front door to motors: an address to a lens."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol
from urllib.parse import SplitResult, urlsplit

from ..errors import UsageError
from ..guide.axes import Automatic
from ..redaction import shown
from .lens_control import LensControl
from .login import PASSWORD

VIRTUAL = "sim"
PASSWORD_AS_TYPED = (
    f"A password with @ : / ? # or % in it does not fit into an address: give it as it is in {PASSWORD}"
)
_HOST = re.compile(r"[\w.:%-]*")
"""Letters of a host name and of numbers, IPv6 too; which of them make a name, the network says."""


@dataclass(frozen=True, slots=True)
class Driver:
    """What answers to a scheme: `module` here has `open_lens(parts)`; `example` is how to write it.

    `port`: where it is called when the address names none. `tells_stream`: whether its module also has
    `stream_address(parts)`, which asks the camera where its pictures come from. `stores_presets`: whether
    what it opens is a `PresetStore`. `is_name`: what follows is a name with blanks and brackets, and no host.
    """

    module: str
    example: str
    needs_host: bool = True
    port: int | None = None
    tells_stream: bool = False
    stores_presets: bool = False
    is_name: bool = False


DRIVERS: dict[str, Driver] = {
    "visca": Driver("visca.lens", "visca://HOST", port=52381, stores_presets=True),
    "visca+tcp": Driver("visca.lens", "visca+tcp://HOST", port=5678, stores_presets=True),
    "visca+serial": Driver(
        "visca.lens", "visca+serial:///dev/ttyUSB0", needs_host=False, stores_presets=True
    ),
    "uvc": Driver("uvc.lens", "uvc:///dev/video0", needs_host=False),
    "l10+serial": Driver("l10.lens", "l10+serial:///dev/ttyUSB0", needs_host=False),
    "vapix": Driver("http.vapix_lens", "vapix://HOST", port=80),
    "vapix+https": Driver("http.vapix_lens", "vapix+https://HOST", port=443),
    "onvif": Driver("onvif.lens", "onvif://HOST", port=80, tells_stream=True),
    "onvif+https": Driver("onvif.lens", "onvif+https://HOST", port=443, tells_stream=True),
    "vivotek": Driver("http.vivotek_lens", "vivotek://HOST", port=80),
    "vivotek+https": Driver("http.vivotek_lens", "vivotek+https://HOST", port=443),
    "aw": Driver("http.aw_lens", "aw://HOST", port=80),
    "aw+https": Driver("http.aw_lens", "aw+https://HOST", port=443),
    "blackmagic": Driver("http.blackmagic_lens", "blackmagic://HOST", port=80),
    "blackmagic+https": Driver("http.blackmagic_lens", "blackmagic+https://HOST", port=443),
    "ndi": Driver("ndi.lens", "ndi://NAME", needs_host=False, tells_stream=True, is_name=True),
}
"""By scheme. A driver is loaded when it is asked for, so that one of them may need an extra."""


class ControlWithWords(LensControl, Protocol):
    """A lens that also tells what to do by hand where it does not answer any more."""

    def how_to_restore(self, was: Automatic) -> str:
        """What puts automatic functions back as they were."""
        ...


@dataclass(frozen=True, slots=True)
class OpenLens:
    """A lens that answered, and what to do by hand where its automatic functions cannot be put back.

    `how_to_restore`: takes how they were, gives words. `remark`: what to know of it before its numbers are
    believed, or "".
    """

    control: LensControl
    how_to_restore: Callable[[Automatic], str]
    remark: str = ""


def lens_kind(address: str) -> str:
    """The scheme of an address: of `DRIVERS`, or `VIRTUAL`; UsageError for what no driver knows."""
    scheme = address.partition(":")[0].lower()
    if scheme == VIRTUAL or scheme in DRIVERS:
        return scheme
    examples = ", ".join(driver.example for driver in DRIVERS.values())
    raise UsageError(f"'{shown(address)}' is no lens with motors: write {examples} or sim://?motor=focus")


def check_lens(address: str) -> str:
    """What an address names, if it can be meant; UsageError if not. Nothing is opened."""
    kind = lens_kind(address)
    if kind == VIRTUAL:
        return kind
    if DRIVERS[kind].is_name:
        if not address.partition("://")[2].partition("?")[0].strip("/ "):
            raise UsageError(f"{shown(address)} names no source: write {DRIVERS[kind].example}")
        return kind
    host = _host(address)
    if host is None:
        typed = f". {PASSWORD_AS_TYPED}" if "@" in address else ""
        raise UsageError(f"{shown(address)} is not a valid address: check host and port{typed}")
    if DRIVERS[kind].needs_host and not host:
        raise UsageError(f"{shown(address)} names no host: write {DRIVERS[kind].example}")
    return kind


def stores_presets(address: str) -> bool:
    """Whether the protocol of an address keeps zoom and focus as a preset. Nothing is opened."""
    kind = check_lens(address)
    return kind != VIRTUAL and DRIVERS[kind].stores_presets


def tells_stream(address: str) -> bool:
    """Whether the camera at an address can be asked where its pictures come from. Nothing is opened."""
    kind = check_lens(address)
    return kind != VIRTUAL and DRIVERS[kind].tells_stream


def ask_for_stream(address: str) -> str:
    """Where the pictures of the camera at an address come from, as it says; with a password that was in it.

    Raises
    ------
    LensError
        It does not answer, or does not say.
    """
    module = import_module(f".{DRIVERS[check_lens(address)].module}", __package__)
    found: str = module.stream_address(_split(address))
    return found


def _split(address: str) -> SplitResult:
    """The parts of an address; a name may hold what no host does, such as brackets."""
    kind, _, rest = address.partition("://")
    if not DRIVERS[check_lens(address)].is_name:
        return urlsplit(address)
    name, _, query = rest.partition("?")
    return SplitResult(kind.lower(), name, "", query, "")


def _host(address: str) -> str | None:
    """The host of an address, which may be ""; None where none can be read out of it."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
        host.encode("idna")
    except ValueError:
        return None
    beyond_host = parts.path + parts.query + parts.fragment
    return host if _HOST.fullmatch(host) and "@" not in beyond_host else None


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
    kind = check_lens(address)
    if kind == VIRTUAL:
        raise UsageError(
            "a virtual lens is held over the network: put the virtual camera there, then write visca://127.0.0.1"
        )
    module = import_module(f".{DRIVERS[kind].module}", __package__)
    opened: Callable[[SplitResult], AbstractContextManager[ControlWithWords]] = module.open_lens
    with opened(_split(address)) as lens:
        yield OpenLens(lens, lens.how_to_restore, getattr(lens, "remark", ""))
