"""Who may ask: a name and a password, held against what a caller shows of them. Opens nothing."""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import Element

from ..control.onvif import soap

REALM = "backfocus camera"
FRESH = timedelta(minutes=5)
"""How old, or ahead of the clock, a WS-UsernameToken may be."""


@dataclass(frozen=True, slots=True)
class Guard:
    """The name and password that are asked for; neither is shown.

    `nonce`: of the challenges, as long as the camera runs.
    """

    login: soap.Login = field(repr=False)
    nonce: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)

    @property
    def challenge(self) -> str:
        """What a caller without a password is told: RFC 7616, in MD5 as cameras have it."""
        return f'Digest realm="{REALM}", nonce="{self.nonce}", algorithm=MD5, qop="auth"'

    def lets_in(self, authorization: str, method: str) -> bool:
        """Whether a header of this kind shows the password: Digest, of HTTP or RTSP."""
        kind, _, rest = authorization.partition(" ")
        if kind.lower() != "digest":
            return False
        given = _directives(rest)
        if given.get("username") != self.login.user or given.get("nonce") != self.nonce:
            return False
        return _is_same(given.get("response", ""), self._response(given, method))

    def knows(self, header: Element, now: datetime | None = None) -> bool:
        """Whether the header of a SOAP document shows the password: a WS-UsernameToken that is fresh."""
        token = soap.below(header, "Security/UsernameToken")
        if not token or soap.inner(token[0], "Username") != self.login.user:
            return False
        said, kind = soap.inner(token[0], "Password") or "", soap.below(token[0], "Password")
        if not kind or kind[0].get("Type") == soap.TEXT:
            return _is_same(said, self.login.password)
        created, nonce = soap.inner(token[0], "Created") or "", soap.inner(token[0], "Nonce") or ""
        if not _is_fresh(created, now or datetime.now(UTC)):
            return False
        try:
            wanted = soap.password_digest(self.login.password, base64.b64decode(nonce), created)
        except ValueError:
            return False
        return _is_same(said, wanted)

    def _response(self, given: Mapping[str, str], method: str) -> str:
        who = _md5(f"{self.login.user}:{REALM}:{self.login.password}")
        what = _md5(f"{method}:{given.get('uri', '')}")
        if "qop" not in given:
            return _md5(f"{who}:{self.nonce}:{what}")
        return _md5(
            f"{who}:{self.nonce}:{given.get('nc', '')}:{given.get('cnonce', '')}:{given['qop']}:{what}"
        )


def _is_same(said: str, wanted: str) -> bool:
    """Whether two secrets are the same; how long it takes tells nothing."""
    return hmac.compare_digest(said.encode(), wanted.encode())


def _md5(text: str) -> str:
    return hashlib.md5(text.encode("utf-8"), usedforsecurity=False).hexdigest()


def _directives(text: str) -> dict[str, str]:
    found = re.findall(r'(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))', text)
    return {name.lower(): quoted or plain for name, quoted, plain in found}


def _is_fresh(created: str, now: datetime) -> bool:
    try:
        at = datetime.fromisoformat(created)
    except ValueError:
        return False
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return abs(now - at) < FRESH
