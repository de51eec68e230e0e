"""Cameras with motors for the page: a wall of what the last run found of each, and its picture."""

from dataclasses import asdict
from typing import Any

from ..errors import StoreError
from ..guide.records import from_dict
from ..redaction import HIDDEN
from ..report import error
from ..report.wall import scale_of, short, to_do
from ..session.certificate import told_estimate
from ..session.fleet.latest import LastChecked, last_checked
from ..session.fleet.rows import badness
from ..session.rig import NOTHING_SAID, RigOptions
from ..session.shots import WHOLE
from ..session.store import Store, StoredSession
from ..show.prometheus import exposition
from ..video.address import kind
from .messages import Choice

Json = dict[str, Any]
ENDS = {"whole": WHOLE, "target": "wide"}
"""The two pictures of a camera, and what the store calls them."""


def walled(store: Store) -> list[Json]:
    """Every camera, the worst first."""
    return [_card(each) for each in sorted(last_checked(store), key=lambda each: badness(each.row))]


def picture(store: Store, session_id: int, name: str) -> bytes:
    """One of `ENDS` of a session; StoreError where there is none."""
    for entry in store.load(session_id, "picture").entries:
        if entry.payload.get("end") == ENDS[name] and entry.picture is not None:
            return entry.picture
    raise StoreError("there is no such picture")


def choice_of(store: Store, session_id: int) -> tuple[str, Choice | None]:
    """What a camera of the wall is called, and its pictures as they were in that run, to be looked at.

    None where its address is not known as a whole: parts that may be secrets were never kept.
    """
    stored = store.load(session_id, "event")
    title = stored.summary.title
    source = stored.summary.source.replace(f"{HIDDEN}@", "")  # name and password come from the environment
    if not source or HIDDEN in source or kind(source) == "file":
        return title, None
    return title, Choice("device" if kind(source) == "device" else "address", source, _said(stored))


def _said(stored: StoredSession) -> RigOptions:
    """Camera and lens of a run: by name, else pixel pitch and f-number; nothing of a virtual one."""
    optics, summary = from_dict(stored.setup).optics, stored.summary
    if kind(summary.source) == "sim":
        return NOTHING_SAID
    if optics is None or (summary.camera and summary.lens):
        return RigOptions(camera=summary.camera or None, lens=summary.lens or None)
    knots = ",".join(f"{number:.6g}@{mm:g}" if mm else f"{number:.6g}" for mm, number in optics.f_numbers)
    return RigOptions(pixel_um=optics.pixel_um, f_number=knots)


def metrics(store: Store) -> str:
    """The same for Prometheus."""
    return exposition(each.metric for each in last_checked(store))


def _card(each: LastChecked) -> Json:
    row, line = each.row, each.row.line or {}
    found, depth = told_estimate(line) if line else None, line.get("half_depth_of_focus_um")
    return {
        "name": row.name,
        "group": row.group,
        "session": each.session_id,
        "checked_at": each.at.isoformat().replace("+00:00", "Z"),
        "verdict": row.verdict,
        "word": row.word,
        "exit_code": row.exit_code,
        "number": error(found) if found else None,
        "scale": asdict(scale_of(found, depth)) if found and depth else None,
        "half_depth_um": depth,
        "drift_um": line["drift_um"] if line and line["drifted"] else None,
        "note": row.corrected,
        "reason": short(row.reason),
        "to_do": to_do(line.get("advice", "")),
        "pictured": bool(line),
    }
