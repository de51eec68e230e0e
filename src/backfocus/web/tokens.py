"""Who may look: a token in an address, traded once for a signed cookie. Time and chance are arguments.

A token opens the door for one browser and is then spent; unused it dies after a quarter of an hour. The
cookie it is traded for carries its own end and a signature, so a server that was started again with the same
key still knows it: a phone on a tripod goes on where it was.
"""

import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable

TOKEN_S = 15 * 60.0
COOKIE_S = 12 * 3600.0
"""A working day."""
COOKIE = "backfocus"
MOST_TOKENS = 100
"""So many addresses may be unused at one time; a new one takes the place of the oldest."""


class Tokens:
    """The tokens that still open the door, and the cookies that were given for them.

    Parameters
    ----------
    key : bytes
        Signs the cookies; at least 16 bytes.
    draw : callable
        Gives a new unguessable token.
    """

    def __init__(self, key: bytes, draw: Callable[[], str] = lambda: secrets.token_urlsafe(24)) -> None:
        if len(key) < 16:
            raise ValueError("a key has at least 16 bytes")
        self._key = key
        self._draw = draw
        self._ends_s: dict[bytes, float] = {}
        self._lock = threading.Lock()  # tokens are issued from several threads, and spent in another

    def issue(self, now_s: float) -> str:
        """A new token, good once within `TOKEN_S`."""
        token = self._draw()
        with self._lock:
            self._ends_s = {name: end_s for name, end_s in self._ends_s.items() if end_s > now_s}
            self._ends_s[_digest(token)] = now_s + TOKEN_S
            while len(self._ends_s) > MOST_TOKENS:
                del self._ends_s[next(iter(self._ends_s))]
        return token

    def trade(self, token: str, now_s: float) -> str | None:
        """A cookie's value for a token, which is then spent; None if it is unknown, spent or too old."""
        with self._lock:
            end_s = self._ends_s.pop(_digest(token), None)
        if end_s is None or end_s <= now_s:
            return None
        return self.give(now_s)

    def give(self, now_s: float) -> str:
        """The value of a cookie that is good for `COOKIE_S`."""
        plain = f"{int(now_s + COOKIE_S)}.{secrets.token_urlsafe(9)}"
        return f"{plain}.{self._sign(plain)}"

    def admits(self, cookie: str, now_s: float) -> bool:
        """Whether this cookie was given by this key and has not ended."""
        plain, _, signature = cookie.rpartition(".")
        if not hmac.compare_digest(self._sign(plain).encode(), signature.encode()):
            return False
        return int(plain.partition(".")[0]) > now_s

    def _sign(self, plain: str) -> str:
        return hmac.new(self._key, plain.encode(), hashlib.sha256).hexdigest()


def _digest(token: str) -> bytes:
    """Tokens are looked up by digest: how long a look-up takes then tells nothing about them."""
    return hashlib.sha256(token.encode()).digest()
