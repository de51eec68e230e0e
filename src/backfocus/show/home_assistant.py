"""Results of cameras as MQTT messages: one state a camera, and what Home Assistant finds it by.

    backfocus/left/state                         {"verdict": "adjust", "delta_um": 19.2, ...}
    homeassistant/sensor/backfocus_left/error/config   {"state_topic": "backfocus/left/state", ...}

All are retained, so that what asks later is told too. Pure: words and numbers in, topics and payloads out.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]
DISCOVERY = "homeassistant"
PREFIX = "backfocus"
STATE_KEYS = (
    "name", "group", "exit_code", "error", "delta_um", "sigma_um", "sign_known", "half_depth_of_focus_um",
    "drift_um", "drifted", "reason", "advice", "corrected_um",
)  # fmt: skip
_UM = {"unit_of_measurement": "µm", "state_class": "measurement", "suggested_display_precision": 1}


@dataclass(frozen=True, slots=True)
class Message:
    """One message, to be kept by the broker."""

    topic: str
    payload: str


@dataclass(frozen=True, slots=True)
class Entity:
    """One thing that Home Assistant shows of a camera; `more`: keys beside those that all have."""

    kind: str
    key: str
    title: str
    template: str
    more: Json


ENTITIES = (
    Entity("sensor", "verdict", "Back focus", "{{ value_json.verdict }}", {"icon": "mdi:camera-iris"}),
    Entity("sensor", "error", "Back-focus error", "{{ value_json.delta_um }}", _UM),
    Entity("sensor", "drift", "Back-focus drift", "{{ value_json.drift_um }}", _UM),
    Entity("binary_sensor", "problem", "Back-focus problem", "{{ value_json.problem }}",
           {"device_class": "problem"}),
)  # fmt: skip


def messages(
    row: Json, *, verdict: str, checked_at: str, version: str, prefix: str = PREFIX
) -> list[Message]:
    """What to publish of one camera: its entities first, then its state.

    Parameters
    ----------
    row : mapping
        A line of `auto --all --json`.
    verdict : str
        As a word.
    """
    slug = topic_name(row["name"])
    state = f"{prefix}/{slug}/state"
    told = {key: row.get(key) for key in STATE_KEYS}
    told |= {"verdict": verdict, "problem": "ON" if row["exit_code"] else "OFF", "checked_at": checked_at}
    found = [_config(entity, row["name"], slug, state, version) for entity in ENTITIES]
    return [*found, Message(state, json.dumps(told, ensure_ascii=False))]


def _config(entity: Entity, name: str, slug: str, state: str, version: str) -> Message:
    device = {"identifiers": [f"backfocus_{slug}"], "name": name, "sw_version": version}
    payload = {
        "name": entity.title,
        "unique_id": f"backfocus_{slug}_{entity.key}",
        "default_entity_id": f"{entity.kind}.backfocus_{slug}_{entity.key}",
        "state_topic": state,
        "value_template": entity.template,
        "json_attributes_topic": state,
        "device": device,
        "origin": {"name": "backfocus", "sw_version": version},
        **entity.more,
    }
    topic = f"{DISCOVERY}/{entity.kind}/backfocus_{slug}/{entity.key}/config"
    return Message(topic, json.dumps(payload, ensure_ascii=False))


def topic_name(name: str) -> str:
    """A name as a part of a topic: a-z, 0-9 and _; two names never become one."""
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    if plain == name:
        return plain
    return f"{plain}_{hashlib.sha256(name.encode()).hexdigest()[:6]}".lstrip("_")
