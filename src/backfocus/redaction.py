"""Addresses as they may be shown, logged and kept: scheme, host, port, path, channel; all else is `***`.

What may be seen is listed, not what must be hidden: makers of cameras call a password `pwd`, `loginpas`,
`auth`, and next year something else. A part that is not plainly harmless is hidden. Where nobody can tell
where the host begins, because a password was typed as it is with `?` or `#` in it, the host is hidden too.
"""

import re
from urllib.parse import unquote

HIDDEN = "***"
PLACEHOLDERS = ("USER", "USER:PASSWORD")
"""What stands before the host where a message tells how to write an address."""

_BEGINNING = re.compile(
    r"[a-z][a-z\d+.-]+:(?://|\\\\)"
    r"|(?:rtsps?|rtmps?|https?|srt|udp|rtp|tcp|postgres(?:ql)?(?:\+\w+)?):[/\\]?(?=[^\s/\\])",
    re.IGNORECASE,
)
"""Known schemes count with too few slashes as well: a slip of the hand must not show a password."""
_WITHOUT_SECRETS = re.compile(r"(?:sim|file|sqlite|ndi)://", re.IGNORECASE)
_WITHOUT_SCHEME = re.compile(r"(?!\w:[/\\])[^\s:/\\@]+:.*@")
"""USER:PASSWORD@ where the scheme was forgotten; no Windows drive."""

_HOST = re.compile(r"(?:[\w.-]*|\[[\da-f:.]+(?:%\w+)?\])(?::\d{1,5})?", re.IGNORECASE)
_NAME = re.compile(r"[\w.~+ -]*")
_SECRET_WORD = re.compile(
    r"(?<![a-z])(?:user|usr|login|account|pass|pwd|pw(?![a-z])|token|auth|(?:api)?key|secret|sig(?![a-z])|signature"
    r"|sid(?![a-z])|cred)",
    re.IGNORECASE,
)
"""From such a name in a path on, the rest is hidden: `/user/kim/password/x`."""
_RANDOM = re.compile(r"(?=[a-z]*\d)(?=\d*[a-z])[a-z\d]{16,}|[\da-f-]{24,}", re.IGNORECASE)
"""What nobody makes up by hand: with some cameras the path itself is the key."""
_CHANNEL = re.compile(r"(?:channel|subtype|stream|camera|profile)=\d{1,3}", re.IGNORECASE)
"""Two channels of one recorder must not look the same."""


def shown(address: str) -> str:
    """An address as it may be printed and kept; a path of this machine is left as it is.

    What is shown of an address is shown of it again: `shown(shown(x)) == shown(x)`.
    """
    beginning = _BEGINNING.match(address)
    if beginning is not None:
        return beginning.group() + _after(beginning.group(), address[beginning.end() :])
    forgotten = _WITHOUT_SCHEME.match(address)
    if forgotten is not None:
        return f"{HIDDEN}@{redact(address[forgotten.end() :])}"
    return redact(address)


def redact(text: str) -> str:
    """`text` with every address in it as `shown` gives it.

    Notes
    -----
    In a text an address ends at the first blank after its last `@`. Where an address stands alone use
    `shown`, which hides secrets with blanks in them too.
    """
    if ":" not in text:
        return text
    return "\n".join(_line(line) for line in text.split("\n"))


def _line(line: str) -> str:
    found = list(_BEGINNING.finditer(line))
    borders = [*(each.start() for each in found), len(line)]
    parts = [line[: borders[0]]]
    for beginning, end in zip(found, borders[1:], strict=True):
        rest = line[beginning.end() : end]
        after_at = rest.rfind("@") + 1
        blank = re.search(r"\s", rest[after_at:])
        length = after_at + blank.start() if blank else len(rest)
        address = rest[:length].rstrip(".,:;!)]}>'\"")
        parts += [beginning.group(), _after(beginning.group(), address), rest[len(address) :]]
    return "".join(parts)


def _after(scheme: str, rest: str) -> str:
    """What follows the scheme."""
    if _WITHOUT_SECRETS.fullmatch(scheme):
        return rest
    place = re.split("[?#]", rest, maxsplit=1)[0]
    mark, query = rest[len(place) :][:1], rest[len(place) + 1 :]
    if "@" in query:
        return HIDDEN
    who, at, place = place.rpartition("@")
    host, slash, path = place.partition("/")
    if not _HOST.fullmatch(host):
        return HIDDEN
    before = who if who in PLACEHOLDERS else HIDDEN if at else ""
    return before + at + host + slash + _path(path) + mark + _query(mark, query)


def _path(path: str) -> str:
    parts: list[str] = []
    for part in path.split("/"):
        name = _decoded(part)
        if _SECRET_WORD.search(name):
            return "/".join([*parts, HIDDEN])
        parts.append(part if _NAME.fullmatch(name) and not _RANDOM.search(name) else HIDDEN)
    return "/".join(parts)


def _decoded(part: str) -> str:
    """A part of a path as the camera reads it, however often it was escaped."""
    while (plain := unquote(part)) != part:
        part = plain
    return part


def _query(mark: str, query: str) -> str:
    if mark != "?":
        return HIDDEN if mark else ""
    asked = re.split("[&#]", query)
    channels = [each for each in asked if _CHANNEL.fullmatch(each)]
    return "&".join(channels if len(channels) == len(asked) else [*channels, HIDDEN])
