"""What runs of `auto` found, in the store beside the sessions of hands, and how far a lens has drifted since.

Each run is a finished session under the name of its camera, with its JSON as its result and the picture at
wide. Drift is measured against the last run that left the back focus set, was corrected, or was kept as the
reference; without such a run against the oldest there is, so that a slow drift adds up and is seen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ..guide.records import to_dict
from ..redaction import shown
from ..solve.drift import Drift, Found, Place, drift
from ..solve.titles import UNREACHED
from .rig import Rig
from .shots import Shot
from .store import Entry, NdResult, Store, Summary

Json = dict[str, Any]
MOTORS = "motors"
"""The part of a result's payload that says that motors found it, and how."""
MOST_RUNS = 1000


@dataclass(frozen=True, slots=True)
class MotorCamera:
    """A camera as the history knows it: its name, its group ("" for none), and the address of its lens."""

    name: str
    address: str
    group: str = ""


def keep_run(
    store: Store,
    camera: MotorCamera,
    rig: Rig,
    line: Mapping[str, Any],
    shot: Shot | None,
    *,
    begun_at: datetime,
    is_reference: bool = False,
) -> Json:
    """Keep a run: its JSON with its drift against those kept before, and with the number of its session.

    Parameters
    ----------
    line : mapping
        As `auto_json` makes it.
    is_reference : bool
        Whether later runs are to be compared with this one.
    """
    told = dict(line) | drift_json(drift_of(line, runs_of(store, camera.name)))
    payload = told | {MOTORS: _motors(camera, is_reference=is_reference)}
    result = NdResult("", line["verdict"], line["delta_um"], line["sigma_um"], payload)
    number = _keep(store, camera, rig, begun_at, result, *(shot.entries if shot else ()))
    return told | {"session": number}


def keep_unreached(store: Store, camera: MotorCamera, rig: Rig, error: str, *, begun_at: datetime) -> int:
    """Keep that a camera could not be checked, and why; the number of its session."""
    payload = {"error": error, MOTORS: _motors(camera, is_reference=False)}
    return _keep(store, camera, rig, begun_at, NdResult("", UNREACHED, payload=payload))


def _keep(
    store: Store, camera: MotorCamera, rig: Rig, begun_at: datetime, result: NdResult, *entries: Entry
) -> int:
    number = store.begin(
        to_dict(rig.setup),
        source=rig.source,
        title=camera.name,
        camera=rig.camera,
        lens=rig.lens,
        started_at=begun_at,
        hold=True,
    )
    if entries:
        store.append(number, *entries)
    store.put_result(number, result)
    store.close_session(number, verdict=result.verdict, delta_um=result.delta_um, sigma_um=result.sigma_um)
    store.release(number)
    return number


def _motors(camera: MotorCamera, *, is_reference: bool) -> Json:
    return {"address": shown(camera.address), "group": camera.group, "reference": is_reference}


def runs_of(store: Store, name: str) -> tuple[Json, ...]:
    """What the runs on a camera found, newest first; those that did not reach it are left out."""
    found = (motor_result(each) for each in store.called(name, MOST_RUNS))
    return tuple(each for each in found if each is not None and "error" not in each)


def motor_result(summary: Summary) -> Json | None:
    """The JSON of a run by motors; None of any other session, and of one that did not end."""
    payload = summary.results[-1].payload if summary.results else {}
    return payload if MOTORS in payload else None


def drift_of(line: Mapping[str, Any], earlier: Sequence[Mapping[str, Any]]) -> Drift | None:
    """How far a lens has moved since its reference; None without one, or where they cannot be compared.

    `earlier`: what its runs found, newest first.
    """
    half_depth_um, told = line["half_depth_of_focus_um"], _found(line)
    told = replace(told, delta_um=line["found_um"]) if line["corrected"] else told
    usable = [each for each in earlier if each["delta_um"] is not None or each["table"]]
    if half_depth_um is None or not usable:
        return None
    reference = next((each for each in usable if _is_reference(each)), usable[-1])
    return drift(told, _found(reference), half_depth_um)


def drift_json(found: Drift | None) -> Json:
    """Drift as a line of JSON has it."""
    return {
        "drift_um": None if found is None else round(found.um, 3),
        "drift_sigma_um": None if found is None else round(found.sigma_um, 3),
        "drifted": found is not None and found.beyond,
    }


def drift_words(line: Mapping[str, Any]) -> str:
    """The drift of a run in a sentence; "" where none is known."""
    um, half_depth_um = line["drift_um"], line["half_depth_of_focus_um"]
    if um is None:
        return ""
    has = "had" if line["corrected"] else "has"
    told = f"Since its reference in the history it {has} moved {um:+.1f} um"
    if not line["drifted"]:
        return f"{told}: within half the depth of focus, {half_depth_um:.1f} um."
    back = " Its motor has set it again." if line["corrected"] and line["verdict"] == "set" else ""
    return f"{told}, more than half the depth of focus of {half_depth_um:.1f} um.{back}"


def _is_reference(line: Mapping[str, Any]) -> bool:
    return line["verdict"] == "set" or bool(line["corrected"] or line[MOTORS]["reference"])


def _found(line: Mapping[str, Any]) -> Found:
    places = {
        row["zoom"]: Place(row["focus"], row["focus_sigma"], row["um_per_step"]) for row in line["table"]
    }
    return Found(line["delta_um"], line["sigma_um"], places)
