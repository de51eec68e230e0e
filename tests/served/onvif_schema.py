"""ONVIF's own schemas, as they come with onvif-zeep-async: what is sent must be valid by them, strictly."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

etree = pytest.importorskip("lxml.etree", reason="lxml, which comes with onvif-zeep-async, is not installed")
FOUND = find_spec("onvif")  # not imported: that takes a second, and only its files are needed
if FOUND is None or FOUND.origin is None:
    pytest.skip("onvif-zeep-async, which brings ONVIF's schemas, is not installed", allow_module_level=True)

FOLDER = Path(FOUND.origin).parent / "wsdl"
FILES = {
    "http://www.onvif.org/ver10/device/wsdl": "devicemgmt.wsdl",
    "http://www.onvif.org/ver10/media/wsdl": "media.wsdl",
    "http://www.onvif.org/ver20/ptz/wsdl": "ptz.wsdl",
    "http://www.onvif.org/ver20/imaging/wsdl": "imaging.wsdl",
}


@cache
def schema(namespace: str) -> Any:
    """The schema of a service; nothing is fetched."""
    parser = etree.XMLParser(no_network=True)
    wsdl = etree.parse(FOLDER / FILES[namespace], parser)
    found = etree.tostring(wsdl.find(".//{http://www.w3.org/2001/XMLSchema}schema"))  # with its prefixes
    return etree.XMLSchema(etree.fromstring(found, parser, base_url=str(FOLDER / FILES[namespace])))


def demand_valid(document: bytes) -> None:
    """Raise AssertionError for a body that its schema does not allow."""
    body = etree.fromstring(document).find("{*}Body")[0]
    alone = etree.fromstring(etree.tostring(body))
    valid = schema(etree.QName(body).namespace)
    assert valid.validate(alone), f"{etree.tostring(body).decode()}\n{valid.error_log}"
