"""Records what a lens answers, so that a test can play it back: for owners of cameras that we do not have.

One JSON object a line: the first says what was recorded, each other one is a question with its answers. Heads
of HTTP are left out, for name and password are in them, and so is the part of a SOAP document that holds
them; should the password stand anywhere else, three stars stand in its place.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import asdict
from urllib.parse import quote, urlsplit

from ..errors import LensError
from ..guide.axes import Automatic
from ..redaction import HIDDEN
from .address import check_lens, open_lens
from .exchanges import Said, heard
from .login import login

_SECURITY = re.compile(r"<(?:[\w-]+:)?Security\b.*?</(?:[\w-]+:)?Security>", re.DOTALL)


def record(address: str) -> tuple[Said, ...]:
    """Open a lens, ask all that a run asks before it moves anything, and let it go; nothing moves.

    Raises as `open_lens`, and LensError for one whose driver cannot be recorded.
    """
    check_lens(address)
    with heard() as said, open_lens(address) as opened:
        opened.control.automatic(Automatic())
        opened.control.state()
    if not said:
        raise LensError("what this driver says is not recorded: only VISCA, L10 and what goes over HTTP is")
    return tuple(said)


def written(address: str, said: Iterable[Said]) -> str:
    """The text of a recording, without the password of the address, the environment or the keyring."""
    parts = urlsplit(address)
    lines = [json.dumps({"recorded": parts.scheme.lower(), "query": parts.query}, ensure_ascii=False)]
    lines += [json.dumps(_plain(each), ensure_ascii=False) for each in said]
    known = login(parts)
    text = "\n".join(lines) + "\n"
    for secret in _spellings(known[1]) if known else ():
        text = text.replace(secret, HIDDEN)
    return text


def read(text: str) -> tuple[str, tuple[Said, ...]]:
    """The scheme that was recorded, with its query, and what was said."""
    head, *rest = [json.loads(line) for line in text.splitlines()]
    scheme = str(head["recorded"]) + (f"?{head['query']}" if head["query"] else "")
    return scheme, tuple(Said(**each) for each in rest)


def without_login(body: str) -> str:
    """A SOAP document without the part that holds name and password; any other text as it is."""
    return _SECURITY.sub("", body)


def _plain(said: Said) -> dict[str, object]:
    each = {name: value for name, value in asdict(said).items() if value}
    if said.body:
        each["body"] = without_login(said.body)
    return each


def _spellings(password: str) -> tuple[str, ...]:
    """A password as it is, in an address, and inside JSON; "" hides nothing."""
    if not password:
        return ()
    inside = json.dumps(password, ensure_ascii=False)[1:-1]
    return tuple(sorted({password, quote(password, safe=""), inside}, key=len, reverse=True))
