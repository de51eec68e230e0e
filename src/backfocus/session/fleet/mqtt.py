"""A broker that is told what was found; extra `fleet`."""

import ssl
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, unquote, urlsplit

from ...control.login import login
from ...errors import Argument, OutputError, UsageError
from ...redaction import shown
from ...show.home_assistant import PREFIX, Message

if TYPE_CHECKING:
    from paho.mqtt.client import MQTTMessageInfo

USER, PASSWORD = "BACKFOCUS_MQTT_USER", "BACKFOCUS_MQTT_PASSWORD"
PORTS = {"mqtt": 1883, "mqtts": 8883}
CONNECT_S, ARRIVE_S = 8.0, 10.0


@dataclass(frozen=True, slots=True)
class Broker:
    """Where a broker is, and below which topic states go; `parts` hold name and password where given."""

    parts: SplitResult
    prefix: str

    @property
    def title(self) -> str:
        """Its address as it may be shown."""
        return shown(f"{self.parts.scheme}://{self.parts.netloc}")


def broker_at(address: str) -> Broker:
    """The broker of `mqtt://HOST[:PORT][/TOPIC]`, `mqtts` where it is encrypted; UsageError for another."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in PORTS or parts.query or parts.fragment:
        raise UsageError(
            Argument("mqtt", shown(address)), ": write mqtt://HOST, mqtts://HOST or mqtt://HOST/TOPIC"
        )
    prefix = unquote(parts.path).strip("/") or PREFIX
    if set(prefix) & set("+#\0"):
        raise UsageError(Argument("mqtt", shown(address)), ": a topic has no + and no #")
    return Broker(parts, prefix)


class Publisher:
    """A broker that answered."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._sent: list[MQTTMessageInfo] = []

    def tell(self, messages: Iterable[Message]) -> None:
        """Send them, to be kept by the broker; returns at once."""
        for each in messages:
            self._sent.append(self._client.publish(each.topic, each.payload, qos=1, retain=True))

    def all_arrived(self) -> bool:
        """Whether the broker has them all, after a while at most."""
        for each in self._sent:
            try:
                each.wait_for_publish(ARRIVE_S)
            except (RuntimeError, ValueError):
                return False
            if not each.is_published():
                return False
        return True


def demand_client() -> None:
    """Raise UsageError where nothing is installed that speaks to a broker."""
    if find_spec("paho") is None:
        raise UsageError(Argument("mqtt"), " needs paho-mqtt: pip install 'backfocus[fleet]'")


@contextmanager
def publishing(broker: Broker) -> Iterator[Publisher]:
    """A connection to a broker.

    Raises
    ------
    UsageError
        Without the extra.
    OutputError
        Where it does not answer, or refuses name and password.
    """
    demand_client()
    from paho.mqtt import client as mqtt
    from paho.mqtt.enums import CallbackAPIVersion

    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    known = login(broker.parts, (USER, PASSWORD))
    if known is not None:
        client.username_pw_set(*known)
    if broker.parts.scheme == "mqtts":
        client.tls_set(cert_reqs=ssl.CERT_REQUIRED)
    answered, answers = threading.Event(), list[Any]()

    def connected(_client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        answers.append(reason)
        answered.set()

    def closed(_client: Any, _data: Any, _flags: Any, _reason: Any, _properties: Any) -> None:
        answered.set()

    client.on_connect, client.on_disconnect = connected, closed
    port = broker.parts.port or PORTS[broker.parts.scheme]
    try:
        client.connect(broker.parts.hostname or "", port)
    except (OSError, ValueError) as fault:
        why = getattr(fault, "strerror", None) or str(fault)
        raise OutputError(f"{broker.title} does not answer: {why}: check host and port") from None
    client.loop_start()
    try:
        if not answered.wait(CONNECT_S):
            raise OutputError(f"{broker.title} does not answer in the words of MQTT: check host and port")
        if not answers:
            other = "mqtt" if broker.parts.scheme == "mqtts" else "mqtts"
            raise OutputError(
                f"{broker.title} closes the connection at once: check the port, and whether it wants {other}://"
            )
        if answers[0].is_failure:
            raise OutputError(
                f"{broker.title} refuses the connection ({answers[0]}): give name and password in "
                f"{USER} and {PASSWORD}"
            )
        yield Publisher(client)
    finally:
        client.disconnect()
        client.loop_stop()
