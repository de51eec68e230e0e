"""Results at a broker: a real one on the loopback, with and without a password."""

import json
import os
import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from backfocus.control.login import login
from backfocus.errors import OutputError, UsageError
from backfocus.session.fleet.mqtt import PASSWORD, USER, broker_at, publishing
from backfocus.show.home_assistant import messages, topic_name

BROKER = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/opt/homebrew/sbin")
ROW = {"name": "stage left", "group": "one", "exit_code": 1, "error": None, "delta_um": 19.2, "sigma_um": 1.4,
       "drift_um": None, "drifted": False, "reason": "The sensor is 19 um too far."}  # fmt: skip
WORDS = {"verdict": "off", "checked_at": "2026-11-27 03:30 UTC", "version": "1"}


def test_each_name_has_a_topic_of_its_own_that_no_wildcard_is_in() -> None:
    names = ["left", "left/1", "left+1", "Left", "li nks", "li_nks", "#", "ß", "left 1"]
    topics = [topic_name(name) for name in names]
    assert len(set(topics)) == len(names)
    assert all(set(topic) <= set("abcdefghijklmnopqrstuvwxyz0123456789_") and topic for topic in topics)


def test_home_assistant_is_told_where_each_value_stands() -> None:
    *configs, state = messages(ROW, **WORDS)
    told = json.loads(state.payload)
    assert (told["verdict"], told["problem"], told["delta_um"]) == ("off", "ON", 19.2)
    for each in configs:
        config = json.loads(each.payload)
        assert each.topic.startswith("homeassistant/")
        assert config["state_topic"] == state.topic
        key = config["value_template"].removeprefix("{{ value_json.").removesuffix(" }}")
        assert key in told, "a template that reads nothing"
        # `object_id` went with Home Assistant 2026.4; this key names the kind too (its manual, "MQTT sensor")
        kind, _, entity = config["default_entity_id"].partition(".")
        assert kind == each.topic.split("/")[1]
        assert re.fullmatch(r"[a-z0-9_]+", entity)
    assert len({json.loads(each.payload)["unique_id"] for each in configs}) == len(configs)


@pytest.mark.parametrize(
    "address",
    ["http://x", "mqtt://", "mqtt://h:99999", "mqtt://ann:secret@h/a#b", "mqtt://h/a+b", "mqtt://h?x=1"],
)
def test_what_is_no_broker_is_refused_without_its_password(address: str) -> None:
    with pytest.raises(UsageError) as refused:
        broker_at(address)
    assert "secret" not in str(refused.value)


def test_one_that_does_not_answer_is_said_before_the_work() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    with (
        pytest.raises(OutputError, match="does not answer"),
        publishing(broker_at(f"mqtt://127.0.0.1:{port}")),
    ):
        raise AssertionError("it answered")


def test_one_that_closes_at_once_is_not_waited_for() -> None:
    """As a broker does that wants its connections encrypted."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:

        def hang_up() -> None:
            while True:
                try:
                    listening.accept()[0].close()
                except OSError:
                    return

        threading.Thread(target=hang_up, daemon=True).start()
        address = f"mqtt://127.0.0.1:{listening.getsockname()[1]}"
        with pytest.raises(OutputError, match=r"closes the connection at once.*mqtts://"):  # noqa: SIM117
            with publishing(broker_at(address)):
                raise AssertionError("it answered")
        listening.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Callable[[str], int]]:
    """Starts one with a configuration; gives its port."""
    if BROKER is None:
        pytest.skip("mosquitto is not installed")
    started = []

    def start(more: str) -> int:
        with closing(socket.create_server(("127.0.0.1", 0))) as free:
            port = free.getsockname()[1]
        file = tmp_path / "mosquitto.conf"
        file.write_text(f"listener {port} 127.0.0.1\n{more}\n")
        started.append(subprocess.Popen([BROKER, "-c", str(file)], stderr=subprocess.PIPE, text=True))
        for line in started[-1].stderr:  # it says when it listens
            if "running" in line:
                return port
        raise AssertionError("mosquitto did not start")

    yield start
    for each in started:
        each.terminate()
        each.communicate()


def kept(port: int, login: tuple[str, str] | None, count: int) -> dict[str, Any]:
    """What the broker gives to one that asks later."""
    from paho.mqtt import client as mqtt
    from paho.mqtt.enums import CallbackAPIVersion

    found, all_here = {}, threading.Event()

    def heard(_client: object, _data: object, message: Any) -> None:
        found[message.topic] = json.loads(message.payload)
        if len(found) == count:
            all_here.set()

    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    if login:
        client.username_pw_set(*login)
    client.on_message = heard
    client.on_connect = lambda asking, *_: asking.subscribe("#", 1)
    client.connect("127.0.0.1", port)
    client.loop_start()
    all_here.wait(30.0)
    client.disconnect()
    client.loop_stop()
    return found


def test_a_real_broker_keeps_it_all_for_those_who_ask_later(
    broker: Callable[[str], int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("paho.mqtt", reason="the extra `fleet` is not installed")
    users = tmp_path / "users"
    users.touch(0o600)
    subprocess.run(["mosquitto_passwd", "-b", str(users), "ann", "secret"], check=True, capture_output=True)
    port = broker(f"allow_anonymous false\npassword_file {users}\nuser root" if _is_root() else
                  f"allow_anonymous false\npassword_file {users}")  # fmt: skip
    address = broker_at(f"mqtt://127.0.0.1:{port}/cameras")
    with pytest.raises(OutputError, match=USER), publishing(address):
        raise AssertionError("it let anyone in")
    monkeypatch.setenv(USER, "ann")
    monkeypatch.setenv(PASSWORD, "secret")
    sent = messages(ROW, **WORDS, prefix=address.prefix)
    with publishing(address) as publisher:
        publisher.tell(sent)
        assert publisher.all_arrived()
    found = kept(port, ("ann", "secret"), len(sent))
    assert found == {each.topic: json.loads(each.payload) for each in sent}
    assert any(topic.startswith("cameras/stage_left_") for topic in found)


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def test_its_login_is_not_that_of_the_cameras(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKFOCUS_USER", "camera")
    monkeypatch.delenv(USER, raising=False)
    assert login(urlsplit("mqtt://127.0.0.1"), (USER, PASSWORD)) is None
