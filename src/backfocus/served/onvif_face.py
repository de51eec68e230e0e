"""ONVIF from the camera's side: questions in SOAP answered, or refused in its own faults."""

from dataclasses import dataclass
from datetime import UTC, datetime

from ..control.onvif import soap
from ..control.onvif.soap import Fault
from .http_server import ONVIF, Answer, Request
from .login import Guard
from .onvif_device import Device, RefusalError
from .onvif_motors import OnvifMotors

BEFORE_LOGIN = frozenset(
    f"tds:{name}"
    for name in (
        "GetSystemDateAndTime",
        "GetServices",
        "GetServiceCapabilities",
        "GetCapabilities",
        "GetHostname",
    )
)
"""Answered to anyone: Core, 5.9.4.3, access class PRE_AUTH."""
BUSY = Fault("Receiver", ("Action",), "the camera is busy")


@dataclass(frozen=True, slots=True)
class OnvifFace:
    """The device, media, PTZ and imaging services; a `Face`.

    `guard`: who may ask, anyone without.
    """

    device: Device
    motors: OnvifMotors
    guard: Guard | None = None

    def __call__(self, asked: Request) -> Answer | None:
        """Its answer; None for a path that is not its own."""
        if not asked.path.startswith(ONVIF):
            return None
        try:
            message = soap.read(asked.body)
        except soap.NotSoapError as fault:
            return _refused(Fault("Sender", ("WellFormed",), f"{fault}"))
        name = soap.prefixed(message.body)
        if name not in BEFORE_LOGIN and not self._is_known(asked, message):
            return self._stranger()
        answering = (self.device.answers | self.motors.answers).get(name)
        if answering is None:
            return _refused(Fault("Receiver", ("ActionNotSupported",), f"{message.name} is not known here"))
        if asked.refused:
            return _refused(BUSY)
        try:
            answer = answering(message.body, asked.headers.get("host", ""))
        except RefusalError as refusal:
            return _refused(refusal.fault)
        return Answer(soap.envelope(answer), soap.CONTENT_TYPE)

    def _is_known(self, asked: Request, message: soap.Message) -> bool:
        """Whether the one who asks shows the password, in the document or in HTTP."""
        if self.guard is None or self.guard.lets_in(asked.headers.get("authorization", ""), asked.method):
            return True
        return self.guard.knows(message.header, datetime.now(UTC) + self.device.ahead)

    def _stranger(self) -> Answer:
        challenge = {"WWW-Authenticate": self.guard.challenge} if self.guard else {}
        fault = Fault("Sender", ("NotAuthorized",), "name and password are needed, and right ones")
        return Answer(soap.fault_document(fault), soap.CONTENT_TYPE, 401, challenge)


def _refused(fault: Fault) -> Answer:
    """A fault as SOAP has it over HTTP: SOAP 1.2 part 2, 7.5.2.2."""
    return Answer(soap.fault_document(fault), soap.CONTENT_TYPE, 400 if fault.code == "Sender" else 500)
