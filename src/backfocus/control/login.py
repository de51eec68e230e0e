"""Names and passwords that need not stand in an address: of the environment, or of the keyring."""

import os
from urllib.parse import SplitResult, quote, unquote, urlsplit

USER, PASSWORD = "BACKFOCUS_USER", "BACKFOCUS_PASSWORD"
"""Where a name and a password are looked for that the address does not hold."""
OF_PICTURES = frozenset({"rtsp", "rtsps", "http", "https"})
"""Schemes of pictures whose login stands before the host, and is sent where the camera asks for it."""


def login(parts: SplitResult, names: tuple[str, str] = (USER, PASSWORD)) -> tuple[str, str] | None:
    """Name and password for a host: of the address, else of the environment, else of the keyring; or None.

    The address is seen in the list of processes, so the other two are better. `names`: what they are called
    in the environment.
    """
    user = unquote(parts.username or "") or os.environ.get(names[0], "")
    password = unquote(parts.password or "") or os.environ.get(names[1], "")
    if user and not password:
        password = _from_keyring(parts.hostname or "", user)
    return (user, password) if user else None


def with_login(address: str) -> str:
    """An address of pictures with the login that is known for it, where it holds no password itself.

    As it was where none is known, and for pictures that come by another way.
    """
    try:
        parts = urlsplit(address)
    except ValueError:
        return address  # opening it says what is wrong
    if parts.scheme.lower() not in OF_PICTURES or parts.password is not None or not parts.hostname:
        return address
    known = login(parts)
    if known is None or not known[1]:
        return address
    user, password = (quote(each, safe="") for each in known)
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{user}:{password}@{host}").geturl()


def _from_keyring(host: str, user: str) -> str:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return ""
    try:
        return keyring.get_password(f"backfocus {host}", user) or ""
    except KeyringError:
        return ""
