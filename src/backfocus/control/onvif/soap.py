"""SOAP 1.2 as ONVIF speaks it: documents out of nodes, and elements out of documents. Opens nothing.

Names are written with the prefixes of `NAMESPACES` where we speak. Where we listen only the local names
count, for cameras differ in the namespaces that they put on parts of an answer.
"""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape, quoteattr

from ..untrusted import number_in_text

NAMESPACES = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "tt": "http://www.onvif.org/ver10/schema",
    "tds": "http://www.onvif.org/ver10/device/wsdl",
    "trt": "http://www.onvif.org/ver10/media/wsdl",
    "tr2": "http://www.onvif.org/ver20/media/wsdl",
    "tptz": "http://www.onvif.org/ver20/ptz/wsdl",
    "timg": "http://www.onvif.org/ver20/imaging/wsdl",
    "ter": "http://www.onvif.org/ver10/error",
    "wsse": "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd",
    "wsu": "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd",
    "wsa": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "wsd": "http://schemas.xmlsoap.org/ws/2005/04/discovery",
    "dn": "http://www.onvif.org/ver10/network/wsdl",
}
PREFIXES = {uri: prefix for prefix, uri in NAMESPACES.items()}
CONTENT_TYPE = "application/soap+xml; charset=utf-8"
PROFILE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
DIGEST = PROFILE + "username-token-profile-1.0#PasswordDigest"
TEXT = PROFILE + "username-token-profile-1.0#PasswordText"
BASE64 = PROFILE + "soap-message-security-1.0#Base64Binary"
DEEPEST = 64
"""Elements in one another; those of ONVIF go to about 15."""
CREATED = "%Y-%m-%dT%H:%M:%SZ"


class NotSoapError(ValueError):
    """What came is no SOAP document."""


@dataclass(frozen=True, slots=True)
class Node:
    """A part of a document to send; `inside` are its text, or its parts."""

    name: str
    inside: tuple["Node | str", ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)


def node(name: str, *inside: "Node | str | float | bool | None", **attributes: str) -> Node:
    """A part as it is written by hand: `node("tt:Zoom", x="0.5")`; numbers become text, None is left out."""
    return Node(name, tuple(_plain(part) for part in inside if part is not None), attributes)


def _plain(part: "Node | str | float | bool") -> "Node | str":
    if isinstance(part, Node | str):
        return part
    if isinstance(part, bool):
        return "true" if part else "false"
    return f"{part:.9g}"


def markup(part: Node | str) -> str:
    """A part as XML, its prefixes not declared."""
    if isinstance(part, str):
        return escape(part)
    attributes = "".join(f" {name}={quoteattr(value)}" for name, value in part.attributes.items())
    inside = "".join(markup(each) for each in part.inside)
    return f"<{part.name}{attributes}>{inside}</{part.name}>" if inside else f"<{part.name}{attributes}/>"


def envelope(body: Node, *header: Node) -> bytes:
    """A whole document."""
    declared = {f"xmlns:{prefix}": uri for prefix, uri in NAMESPACES.items()}
    head = (Node("s:Header", header),) if header else ()
    return b'<?xml version="1.0" encoding="UTF-8"?>' + markup(
        Node("s:Envelope", (*head, Node("s:Body", (body,))), declared)
    ).encode("utf-8")


@dataclass(frozen=True, slots=True)
class Message:
    """A document that came: the element that is its body, and its header, which may be empty."""

    body: Element
    header: Element

    @property
    def name(self) -> str:
        """What is asked or answered, such as `GetStatusResponse`."""
        return local_name(self.body)


class _Plain(ElementTree.TreeBuilder):
    """Takes a document in, whatever it is encoded in, and refuses what SOAP has no use for."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise NotSoapError("it has a document type")

    def start(self, tag: Any, attrs: Any) -> Element:
        self._depth += 1
        if self._depth > DEEPEST:
            raise NotSoapError(f"it goes deeper than {DEEPEST}")
        return super().start(tag, attrs)

    def end(self, tag: str) -> Element:
        self._depth -= 1
        return super().end(tag)


def read(document: bytes) -> Message:
    """The parts of a document; raises NotSoapError.

    A document type is refused, as SOAP does: with entities in it a small one could fill the memory. So is
    one that goes deeper than `DEEPEST`, for code that walks through it calls itself.
    """
    try:
        root = ElementTree.fromstring(document, ElementTree.XMLParser(target=_Plain()))
    except (ElementTree.ParseError, ValueError, LookupError) as fault:
        raise NotSoapError(str(fault)) from None
    body = root.find("{*}Body")
    if local_name(root) != "Envelope" or body is None or not len(body):
        raise NotSoapError("it is no SOAP envelope")
    header = root.find("{*}Header")
    return Message(body[0], Element("Header") if header is None else header)


@dataclass(frozen=True, slots=True)
class Fault:
    """A refusal.

    Attributes
    ----------
    code : str
        "Sender" where the question is at fault, "Receiver" where the one who answers is.
    subcodes : tuple of str
        ONVIF's own words, such as ("NotAuthorized",), without prefixes.
    reason : str
        In words.
    """

    code: str
    subcodes: tuple[str, ...]
    reason: str


def fault_of(message: Message) -> Fault | None:
    """The refusal that a message is, or None."""
    if message.name != "Fault":
        return None
    codes = [word.rpartition(":")[2] for word in _values(message.body.find("{*}Code"))]
    reason = inner(message.body, "Reason/Text") or ""
    return Fault(codes[0] if codes else "Receiver", tuple(codes[1:]), " ".join(reason.split()))


def _values(code: Element | None) -> Iterator[str]:
    while code is not None:
        yield inner(code, "Value") or ""
        code = code.find("{*}Subcode")


def fault_document(fault: Fault) -> bytes:
    """A refusal as a whole document."""
    code: Node | None = None
    for word in reversed(fault.subcodes):
        code = node("s:Subcode", node("s:Value", f"ter:{word}"), code)
    reason = Node("s:Text", (fault.reason,), {"xml:lang": "en"})
    return envelope(
        node("s:Fault", node("s:Code", node("s:Value", f"s:{fault.code}"), code), node("s:Reason", reason))
    )


def local_name(element: Element) -> str:
    """A name without its namespace."""
    return element.tag.rpartition("}")[2]


def namespace(element: Element) -> str:
    """The namespace of a name, empty without one."""
    return element.tag.partition("}")[0].lstrip("{") if "}" in element.tag else ""


def below(element: Element, path: str) -> list[Element]:
    """All elements at a path of local names, `Position/Zoom`."""
    return element.findall("/".join(f"{{*}}{name}" for name in path.split("/")))


def inner(element: Element, path: str) -> str | None:
    """The text at a path, stripped; None where there is no such element."""
    found = below(element, path)
    return (found[0].text or "").strip() if found else None


def number(element: Element, path: str) -> float | None:
    """The number at a path; None where there is none."""
    return number_in_text(inner(element, path))


def again(element: Element, changed: Mapping[str, str] | None = None) -> Node:
    """An element that came as a part to send; children named in `changed` get that text.

    What is of no namespace that we know, such as a maker's own, is left out.
    """
    changed = changed or {}
    children = [each for each in element if namespace(each) in PREFIXES]
    inside: list[Node | str] = [
        again(each) if local_name(each) not in changed else _renamed(each, changed[local_name(each)])
        for each in children
    ]
    text = (element.text or "").strip()
    attributes = {name: value for name, value in element.attrib.items() if "}" not in name}
    return Node(prefixed(element), tuple(inside) if inside else ((text,) if text else ()), attributes)


def _renamed(element: Element, text: str) -> Node:
    return Node(prefixed(element), (text,))


def prefixed(element: Element) -> str:
    """A name with our prefix of its namespace, `tds:GetServices`; without one where it is not known."""
    prefix = PREFIXES.get(namespace(element))
    return f"{prefix}:{local_name(element)}" if prefix else local_name(element)


@dataclass(frozen=True, slots=True)
class Login:
    """Who asks; the password is not shown."""

    user: str
    password: str = field(repr=False)


def password_digest(password: str, nonce: bytes, created: str) -> str:
    """What stands for a password in a WS-UsernameToken: OASIS, *Username Token Profile 1.0*, 3.1."""
    return base64.b64encode(
        hashlib.sha1(nonce + created.encode() + password.encode("utf-8")).digest()
    ).decode()


def username_token(login: Login, nonce: bytes, at: datetime) -> Node:
    """The header that says who asks; `at` is by the clock of the one who is asked."""
    created = at.astimezone(UTC).strftime(CREATED)
    token = node(
        "wsse:UsernameToken",
        node("wsse:Username", login.user),
        node("wsse:Password", password_digest(login.password, nonce, created), Type=DIGEST),
        node("wsse:Nonce", base64.b64encode(nonce).decode(), EncodingType=BASE64),
        node("wsu:Created", created),
    )
    return Node("wsse:Security", (token,), {"s:mustUnderstand": "true"})
