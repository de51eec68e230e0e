"""The file that lists many cameras.

    between = 2                       # keys at the top hold for all cameras
    pixel-um = 2.9
    f-number = "1.8@4.4,2.8@88"

    [cameras.stage-left]
    address = "visca://192.0.2.10"
    video = "rtsp://192.0.2.10/stream"
    group = "studio 1"

    [cameras.balcony]
    rig = "balcony"                   # a rig of backfocus.toml
    address = "visca+tcp://192.0.2.11"

Keys are spelt as the options of `auto`. What a camera says wins over the top of the file, that over its rig,
and that over the top of `backfocus.toml`; what is said on the command line wins over all. Paths are meant
from the folder of the file. Everything in it is checked before anything moves.
"""

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ...control.address import DRIVERS, VIRTUAL, check_lens, tells_stream
from ...errors import Argument, UsageError
from ..config import OF_ALL, TOP, Config, Reader, from_here, in_the_file, lines_in, settled
from ..json_lines import digest
from ..motor_history import MotorCamera
from ..motors import Wishes, demand_virtual_motors, optics_of
from ..rig import NOTHING_SAID, Rig, RigOptions, is_virtual, layered, resolve
from ..written import text_in, toml_in

SECTION = "cameras"
OF_A_RUN = {"between", "look_only"}
OF_ONE = {"address", "video", "rig", "group", "table"}
MOST_BETWEEN = 8
LONGEST_NAME = 60
MOST_CAMERAS = 1000


@dataclass(frozen=True, slots=True)
class Listed:
    """One camera of the list, ready to be checked; `table`: where its focus over zoom goes, or None."""

    camera: MotorCamera
    rig: Rig
    wishes: Wishes
    table: Path | None = None

    @property
    def mark(self) -> str:
        """Of this camera and this question, and of no other; tells nothing of either."""
        return digest(
            self.camera.name, self.camera.address, self.rig.source, repr(self.rig), repr(self.wishes)
        )


@dataclass(frozen=True, slots=True)
class Fleet:
    """A file and its cameras, in its order."""

    file: Path
    cameras: tuple[Listed, ...]
    warnings: tuple[str, ...] = ()


def read_fleet(file: Path, config: Config, said: RigOptions = NOTHING_SAID) -> Fleet:
    """The cameras of a file.

    Parameters
    ----------
    config : Config
        What the person's own file says: its rigs can be named here.
    said : RigOptions
        What was said in this call; it wins.

    Raises
    ------
    UsageError
        If it cannot be read, is no TOML, or says what cannot be meant: with the file, the line and the key.
    """
    try:
        text = text_in(file)
    except FileNotFoundError as fault:
        raise UsageError(Argument("all", str(file)), f": {fault.strerror}") from None
    except ValueError as fault:
        raise UsageError(Argument("all", str(file)), f": {fault}") from None
    try:
        plain = toml_in(text)
    except ValueError as fault:
        raise UsageError(f"{file} is not a TOML file: {fault}") from None
    reader = Reader(file, lines_in(text, SECTION), SECTION)
    tables = plain.pop(SECTION, {})
    if (
        not isinstance(tables, dict)
        or not tables
        or not all(isinstance(each, dict) for each in tables.values())
    ):
        raise UsageError(f"{file} lists no cameras: write each under a line such as [{SECTION}.stage-left]")
    if len(tables) > MOST_CAMERAS:
        raise UsageError(f"{file} lists {len(tables)} cameras: at most {MOST_CAMERAS} go into one file")
    top = reader.table(TOP, plain, OF_ALL | OF_A_RUN)
    cameras = tuple(_Table(reader, name, config).camera(top, each, said) for name, each in tables.items())
    _demand_different(reader, cameras)
    return Fleet(file, cameras, tuple(_warnings(file, cameras)))


@dataclass(frozen=True, slots=True)
class _Table:
    """Reads the table of one camera."""

    reader: Reader
    name: str
    config: Config

    def camera(self, top: Mapping[str, Any], plain: Mapping[str, Any], said: RigOptions) -> Listed:
        """The camera it lists."""
        if not self.name.strip() or not self.name.isprintable() or len(self.name) > LONGEST_NAME:
            words = f"a name of 1 to {LONGEST_NAME} letters, without letters that cannot be printed"
            raise UsageError(f"{self.reader.file}: [{SECTION}.{self.name!r}]: give {words}")
        found = self.reader.table(self.name, plain, OF_ALL | OF_A_RUN | OF_ONE)
        own = {key: found.pop(key) for key in OF_ONE if key in found}
        shared = dict(top)
        place = {key: self.name if key in found else TOP for key in OF_A_RUN}
        asked = {key: found.pop(key, shared.pop(key, None)) for key in OF_A_RUN}
        address = self._text(own, "address")
        if address is None:
            raise self.reader.refusal(self.name, "address", "say where its motors are, as visca://192.0.2.10")
        rig = self._rig(
            address,
            own,
            layered((self.reader.options(TOP, shared), self.reader.options(self.name, found))),
            said,
        )
        table = self._text(own, "table")
        return Listed(
            MotorCamera(self.name, address, self._text(own, "group") or ""),
            rig,
            Wishes(
                between=self._between(asked["between"], place["between"]),
                correct=not self._yes(asked["look_only"], place["look_only"]),
            ),
            None if table is None else Path(from_here(self.reader.file, table)),
        )

    def _rig(self, address: str, own: Mapping[str, Any], options: RigOptions, said: RigOptions) -> Rig:
        video = self._text(own, "video")
        try:
            if check_lens(address) == VIRTUAL:
                video = address
                demand_virtual_motors(address)
            elif video is not None and not is_virtual(video):
                video = from_here(self.reader.file, video)
            named = replace(options, source=video)
            low, rig, _ = settled(named, self.config, self._text(own, "rig"))
            rig_ = resolve(layered((low, rig, named, said)))
            if not rig_.source and not tells_stream(address):
                raise UsageError('say where its pictures come from: video = "rtsp://CAMERA/stream"')
            optics_of(rig_)
        except UsageError as error:
            raise UsageError(self.reader.place(self.name, "address"), error.spelt(in_the_file)) from None
        return rig_

    def _text(self, own: Mapping[str, Any], key: str) -> str | None:
        value = own.get(key)
        if value is not None and (not isinstance(value, str) or not value.strip()):
            raise self.reader.refusal(self.name, key, "write a text in quotes")
        return value

    def _between(self, value: object, place: str) -> int:
        if value is None:
            return Wishes().between
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST_BETWEEN:
            raise self.reader.refusal(place, "between", f"write a whole number from 0 to {MOST_BETWEEN}")
        return value

    def _yes(self, value: object, place: str) -> bool:
        if value is not None and not isinstance(value, bool):
            raise self.reader.refusal(place, "look-only", "write true or false")
        return bool(value)


def _demand_different(reader: Reader, cameras: tuple[Listed, ...]) -> None:
    """No two may be one lens: both would move it at once."""
    seen: dict[str, str] = {}
    for each in cameras:
        address = each.camera.address
        if check_lens(address) == VIRTUAL:
            continue
        other = seen.setdefault(_lens(address), each.camera.name)
        if other != each.camera.name:
            raise reader.refusal(each.camera.name, "address", f"that is the lens of {other} too")


def _lens(address: str) -> str:
    """What two addresses of one lens have in common."""
    driver = DRIVERS[check_lens(address)]
    if driver.is_name:
        return address.partition("?")[0]
    parts = urlsplit(address)
    port = parts.port or driver.port
    return f"{parts.scheme}://{parts.hostname}:{port}{parts.path.rstrip('/')}?{parts.query}"


def _warnings(file: Path, cameras: tuple[Listed, ...]) -> list[str]:
    """A file with a password that others can read."""
    holds = any(_has_password(each.camera.address) or _has_password(each.rig.source) for each in cameras)
    if not holds or os.name != "posix" or not file.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        return []
    return [
        f"{file} holds a password and others can read it: chmod 600 it, or give name and password in "
        "BACKFOCUS_USER and BACKFOCUS_PASSWORD"
    ]


def _has_password(address: str) -> bool:
    try:
        return urlsplit(address).password is not None
    except ValueError:
        return "@" in address
