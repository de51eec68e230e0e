"""`backfocus doctor`: what this installation can do, what is missing, and what to do about it."""

import json
import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

import typer

from .. import __version__
from ..errors import BackfocusError
from ..redaction import shown
from . import options

State = Literal["good", "missing", "bad"]
MARKS: dict[State, str] = {"good": "ok", "missing": "--", "bad": "!!"}

LIBRARIES = ("numpy", "opencv-python-headless", "av", "pillow", "pillow-heif", "tifffile")
CODECS = {
    "h264": "H.264",
    "hevc": "H.265",
    "av1": "AV1",
    "prores": "ProRes",
    "dnxhd": "DNxHD",
    "mjpeg": "MJPEG",
    "mpeg2video": "MPEG-2",
}
EXTRAS = {
    "pdf": ("weasyprint", "certificates as PDF"),
    "raw": ("rawpy", "raw stills"),
    "postgres": ("psycopg", "sessions on a PostgreSQL server"),
    "srt": ("imageio-ffmpeg", "srt:// streams"),
    "ndi": ("ndi-python", "ndi:// pictures"),
    "serial": ("pyserial", "lenses and cameras on a serial line"),
    "fleet": ("paho-mqtt", "MQTT, Prometheus and the keyring"),
    "discovery": ("zeroconf", "cameras that announce themselves"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what it is, how it is, in words, and what to do where it is not good."""

    name: str
    state: State
    words: str
    cure: str = ""


def doctor(
    store: options.StoreUrl = None, config: options.ConfigFile = None, json_: options.Json = False
) -> None:
    """Show what this installation can do and what is missing.

    Looks at versions, codecs, devices, sound, the store and the network. Opens no camera and sends nothing.

    Examples:

      backfocus doctor

      backfocus doctor --json

    "--" marks what is missing and not needed for the main job, "!!" what stands in its way. Exit code 1 when
    there is a "!!".
    """
    found = tuple(findings(store, config))
    for each in found:
        if json_:
            sys.stdout.write(json.dumps(asdict(each)) + "\n")
        else:
            cure = f": {each.cure}" if each.cure else ""
            sys.stdout.write(f"{MARKS[each.state]}  {each.name:<15} {each.words}{cure}\n")
    if any(each.state == "bad" for each in found):
        raise typer.Exit(1)


def findings(store: str | None, config: str | None) -> Iterator[Finding]:
    """Everything in its order."""
    yield Finding("backfocus", "good", f"{__version__}, in {Path(__file__).parents[1]}")
    yield Finding("Python", "good", f"{platform.python_version()} on {platform.platform(terse=True)}")
    yield Finding("libraries", "good", ", ".join(f"{name} {_version(name) or '?'}" for name in LIBRARIES))
    yield _codecs()
    yield from _extras()
    yield _devices()
    yield _sound()
    yield _terminal()
    yield _asked("settings", lambda: _settings(config))
    yield _asked("store", lambda: _store(store, config))
    yield _network()


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _codecs() -> Finding:
    import av

    there = [words for name, words in CODECS.items() if name in av.codecs_available]
    gone = [words for name, words in CODECS.items() if name not in av.codecs_available]
    if gone:
        return Finding("codecs", "bad", f"{', '.join(gone)} cannot be read", "install PyAV from its wheel")
    return Finding("codecs", "good", ", ".join(there))


def _extras() -> Iterator[Finding]:
    for extra, (package, what) in EXTRAS.items():
        version = _version(package)
        if version:
            yield Finding(f"extra {extra}", "good", f"{what}, by {package} {version}")
        else:
            yield Finding(f"extra {extra}", "missing", f"no {what}", f"pip install 'backfocus[{extra}]'")


def _devices() -> Finding:
    from ..video.capture import devices

    found = devices()
    if not found:
        return Finding("devices", "missing", "no capture card or USB camera", "files and streams need none")
    return Finding("devices", "good", ", ".join(f"{each.address} {each.name}".strip() for each in found))


def _sound() -> Finding:
    from .tone import Tone

    with Tone() as tone:
        if tone.sounding:
            return Finding("sound", "good", "a tone can be played")
    return Finding("sound", "missing", "no sound output", "the page on a phone has sound of its own")


def _terminal() -> Finding:
    encoding = (sys.stdout.encoding or "ascii").lower()
    if not encoding.startswith("utf"):
        return Finding("terminal", "missing", f"{encoding}: letters instead of blocks", "set it to UTF-8")
    return Finding("terminal", "good", encoding)


def _asked(name: str, look: Callable[[], str]) -> Finding:
    """A look that may be refused; the refusal says what to do."""
    try:
        return Finding(name, "good", look())
    except BackfocusError as error:
        return Finding(name, "bad", error.spelt(options.as_option))


def _settings(config: str | None) -> str:
    from ..session.config import read_config

    holds = read_config(config)
    return (
        f"{holds.file}, rigs: {', '.join(holds.rigs) or 'none'}"
        if holds.found
        else f"{holds.file} (not there)"
    )


def _store(store: str | None, config: str | None) -> str:
    """Where sessions are kept; an empty store is made where there is none, as the first session would."""
    from ..session.store import Store

    address = options.store_of(store, config)
    with Store.open(address) as kept:
        newest = kept.sessions(1)
    where = shown(address) if address else "sessions.db in your data folder"
    return f"{where}, {f'newest session {newest[0].id}' if newest else 'no session yet'}"


def _network() -> Finding:
    from ..control.discovery.own_address import own_address

    address = own_address()
    if address.startswith("127."):
        return Finding("network", "missing", "no network", "a phone needs one; files and devices do not")
    return Finding("network", "good", f"a phone reaches this machine at {address}")
