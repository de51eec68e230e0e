"""The boxes of HEIC and AVIF: what they say of the main picture. Bytes in, record out; no picture is decoded.

References
----------
.. [1] ISO/IEC 23008-12 (HEIF), 6 and 9; ISO/IEC 14496-12, 8.11 (meta, iloc, iinf, pitm, iprp).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from ..upright import upright

MOST_META_BYTES = 1 << 24
MOST_BOXES = 10_000
IN_FILE = 0
"""How an extent is counted: from the beginning of the file."""


class BoxesError(ValueError):
    """Boxes that contradict themselves."""


@dataclass(slots=True, eq=False)
class Item:
    """What belongs to one item: its properties in their order, and where its bytes end in the file."""

    properties: list[tuple[bytes, bytes]] = field(default_factory=list)
    ends_at: int = 0

    def of(self, name: bytes) -> list[bytes]:
        """The bodies of all properties of this name."""
        return [body for kind, body in self.properties if kind == name]


@dataclass(frozen=True, slots=True, eq=False)
class Main:
    """The main picture: its size before it is turned, the largest of any part, and how to read its codes.

    `transfer`, `matrix`: code points of H.273, 2 where they are not said. `orientation` as in EXIF.
    `ends_at`: where the last byte of any item should lie in the file.
    """

    width: int
    height: int
    most_pixels: int
    bits: int
    transfer: int
    matrix: int
    full_range: bool
    profile: bytes
    orientation: int
    ends_at: int


def main_picture(meta: bytes) -> Main:
    """The main picture out of the body of a `meta` box. Raises BoxesError."""
    try:
        return _main(meta)
    except (struct.error, IndexError, KeyError, OverflowError) as fault:
        raise BoxesError("boxes of another form") from fault


def boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(name, body) of the boxes that lie one after the other. Raises BoxesError."""
    at = 0
    for _ in range(MOST_BOXES):
        if at + 8 > len(data):
            return
        size, name = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, at + 8)
            head = 16
        elif size == 0:
            size = len(data) - at
        if size < head or at + size > len(data):
            raise BoxesError(f"a box of {size} bytes")
        yield name, data[at + head : at + size]
        at += size
    raise BoxesError("boxes without end")


def _main(meta: bytes) -> Main:
    held = dict(boxes(meta[4:]))
    number = struct.unpack_from(">H" if held[b"pitm"][0] == 0 else ">I", held[b"pitm"], 4)[0]
    items = _properties(held[b"iprp"])
    for item, end in _ends(held[b"iloc"]):
        items.setdefault(item, Item()).ends_at = end
    main = items[number]
    sizes = {
        key: struct.unpack_from(">II", item.of(b"ispe")[0], 4)
        for key, item in items.items()
        if item.of(b"ispe")
    }
    width, height = sizes[number]
    transfer, matrix, full_range, profile = _colour(main)
    return Main(
        width=width,
        height=height,
        most_pixels=max(wide * high for wide, high in sizes.values()),
        bits=_bits(main),
        transfer=transfer,
        matrix=matrix,
        full_range=full_range,
        profile=profile,
        orientation=_orientation(main),
        ends_at=max(item.ends_at for item in items.values()),
    )


def _properties(iprp: bytes) -> dict[int, Item]:
    kept: list[tuple[bytes, bytes]] = []
    items: dict[int, Item] = {}
    for name, body in boxes(iprp):
        if name == b"ipco":
            kept = list(boxes(body))
        elif name == b"ipma":
            for item, indices in _associations(body):
                found = items.setdefault(item, Item())
                found.properties.extend(kept[index - 1] for index in indices if 0 < index <= len(kept))
    return items


def _associations(ipma: bytes) -> Iterator[tuple[int, list[int]]]:
    version, wide = ipma[0], ipma[3] & 1
    (count,) = struct.unpack_from(">I", ipma, 4)
    at = 8
    for _ in range(min(count, MOST_BOXES)):
        (item,) = struct.unpack_from(">H" if version < 1 else ">I", ipma, at)
        at += 2 if version < 1 else 4
        many, at = ipma[at], at + 1
        if wide:
            indices = [index & 0x7FFF for index in struct.unpack_from(f">{many}H", ipma, at)]
        else:
            indices = [index & 0x7F for index in ipma[at : at + many]]
        at += many * (2 if wide else 1)
        yield item, indices


def _ends(iloc: bytes) -> Iterator[tuple[int, int]]:
    """(item, where its last extent ends) for items that lie in the file itself."""
    version = iloc[0]
    offset_size, length_size = iloc[4] >> 4, iloc[4] & 15
    base_size, index_size = iloc[5] >> 4, iloc[5] & 15 if version else 0
    at = 6

    def number(size: int) -> int:
        nonlocal at
        if at + size > len(iloc):
            raise BoxesError("iloc ends early")
        value, at = int.from_bytes(iloc[at : at + size], "big"), at + size
        return value

    wide = 2 if version < 2 else 4
    for _ in range(min(number(wide), MOST_BOXES)):
        item = number(wide)
        method = number(2) & 15 if version else IN_FILE
        number(2)
        base, end = number(base_size), 0
        for _ in range(number(2)):
            number(index_size)
            end = max(end, base + number(offset_size) + number(length_size))
        if method == IN_FILE:
            yield item, end


def _colour(main: Item) -> tuple[int, int, bool, bytes]:
    transfer, matrix, full_range, profile = 2, 2, True, b""
    for body in main.of(b"colr"):
        if body[:4] == b"nclx":
            transfer, matrix = struct.unpack_from(">HH", body, 6)
            full_range = bool(body[10] & 0x80)
        elif body[:4] in (b"prof", b"rICC"):
            profile = body[4:]
    return transfer, matrix, full_range, profile


def _bits(main: Item) -> int:
    """By `pixi`, else by the configuration of AV1; 8 where neither says."""
    for body in main.of(b"pixi"):
        return body[5]
    for body in main.of(b"av1C"):
        high, twelve = body[2] & 0x40, body[2] & 0x20
        return 12 if high and twelve else 10 if high else 8
    return 8


def _orientation(main: Item) -> int:
    """`irot` and `imir` in their order, as the number of EXIF that does the same."""
    marked = np.arange(4, dtype=np.uint8).reshape(2, 2)
    turned = marked
    for name, body in main.properties:
        if name == b"irot":
            turned = np.rot90(turned, body[0] & 3)
        elif name == b"imir":
            turned = np.flipud(turned) if body[0] & 1 == 0 else np.fliplr(turned)
    return next(number for number in range(1, 9) if (upright(marked, number) == turned).all())
