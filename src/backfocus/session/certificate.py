"""A stored session, or a clip that was checked, as the record that reports are printed from."""

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from ..guide.events import SteadyReading
from ..guide.session_state import Result, Session, Setup
from ..guide.words import FIRST_TURNS
from ..optics.lens import Optics
from ..redaction import shown
from ..report.session_report import Estimate, MtfCurve, Outcome, Picture, SessionReport, Sweep, ZoomPoint
from ..solve.backfocus import BackFocus
from ..solve.titles import UNREACHED
from ..solve.verdict import nearest_shim_um
from .clip_check import ClipCheck
from .comparison import comparisons_in
from .journal import ReplayedSession, fold
from .motor_history import MOTORS, drift_words, motor_result
from .rig import Rig
from .store import Entry, StoredSession


def session_report(stored: StoredSession) -> SessionReport:
    """All that a report shows of a stored session, finished or not."""
    replayed = fold(stored)
    summary = stored.summary
    started = summary.started_at.strftime("%Y-%m-%d %H:%M UTC")
    return SessionReport(
        title=f"Session {summary.id}" + (f": {summary.title}" if summary.title else ""),
        started_at=started,
        source=summary.source,
        outcomes=(
            *(_outcome(stored, replayed, session, result) for session, result in replayed.results),
            *_by_motors(stored),
        ),
        settings=tuple(_settings(stored, replayed.session)),
    )


def _by_motors(stored: StoredSession) -> Iterator[Outcome]:
    """What a run of `auto` came to; nothing for a session of hands."""
    line = motor_result(stored.summary)
    if line is None:
        return
    if "error" in line:
        yield Outcome("", UNREACHED, line["error"], "")
        return
    moved = drift_words(line)
    yield Outcome(
        "",
        line["verdict"],
        f"{line['reason']} {moved}".strip(),
        line["advice"],
        half_depth_um=line["half_depth_of_focus_um"],
        after=told_estimate(line),
        pictures=tuple(_pictures(list(stored.entries))),
    )


def told_estimate(line: Mapping[str, Any]) -> Estimate | None:
    """The error of a line of JSON; its points know no depth of focus of their own."""
    if line["delta_um"] is None:
        return None
    points = tuple(
        ZoomPoint(each["scale_px"], each["residual_um"], each["sigma_um"]) for each in line["zoom"]
    )
    numbers = {key: line[key] for key in ("delta_um", "sigma_um", "low_um", "high_um", "sign_known")}
    return Estimate(
        **numbers, b_um=_at_tele_um(numbers["delta_um"], numbers["sign_known"], points), zoom=points
    )


def _at_tele_um(delta_um: float, sign_known: bool, points: Sequence[ZoomPoint]) -> float:
    """What the focus added at tele; the line does not tell it, but its point at tele does."""
    by_scale = sorted(points, key=lambda point: point.scale_px)
    if not by_scale:
        return 0.0
    wide, tele = by_scale[0], by_scale[-1]
    return tele.residual_um - (delta_um if sign_known else math.copysign(delta_um, wide.residual_um))


def check_report(found: ClipCheck, rig: Rig, *, started_at: str) -> SessionReport:
    """All that a report shows of a clip that was checked; `rig`: what it was checked with."""
    source = shown(rig.source)
    names = (("camera", found.camera_name), ("lens", rig.lens))
    return SessionReport(
        title=source if "://" in source else PurePath(source).name,
        started_at=started_at,
        source=source,
        outcomes=(check_outcome(found),),
        settings=(*(each for each in names if each[1]), *_optics_settings(_optics_of(found))),
    )


def check_outcome(found: ClipCheck) -> Outcome:
    """What came out of a clip that was checked."""
    answer = found.answer
    return Outcome(
        "",
        answer.verdict.kind,
        answer.verdict.reason,
        answer.verdict.advice,
        half_depth_um=answer.half_depth_um,
        after=estimate(_optics_of(found), answer.back_focus),
        comparisons=(found.comparison,) if found.comparison else (),
    )


def _optics_of(found: ClipCheck) -> Optics | None:
    return found.step.optics if found.step else found.optics


def _outcome(stored: StoredSession, replayed: ReplayedSession, session: Session, result: Result) -> Outcome:
    first_s, last_s = _period(replayed, session)
    entries = [
        each for each in stored.entries if each.at_s is not None and first_s < each.at_s <= last_s + 1e-6
    ]
    return Outcome(
        result.nd,
        result.verdict.kind,
        result.verdict.reason,
        result.verdict.advice,
        half_depth_um=result.half_depth_um,
        after=estimate(session.setup.optics, result.back_focus),
        before=estimate(session.setup.optics, result.before),
        shim_um=_shim(session.setup, result.back_focus),
        ring_degrees=_degrees(session.setup, result.back_focus),
        rounds=result.rounds,
        sweeps=tuple(_sweeps(entries, result.half_depth_um)),
        curves=tuple(_curves(session)),
        pictures=tuple(_pictures(entries)),
        comparisons=comparisons_in(entries),
    )


def _shim(setup: Setup, found: BackFocus | None) -> float | None:
    return None if found is None else nearest_shim_um(found.delta_um, setup.shims_um)


def _degrees(setup: Setup, found: BackFocus | None) -> float | None:
    return None if found is None or setup.um_per_degree is None else found.delta_um / setup.um_per_degree


def _period(replayed: ReplayedSession, session: Session) -> tuple[float, float]:
    """From the result before this one to this one, seconds; `since_s` is when DONE was entered."""
    earlier = [done.since_s for done, _ in replayed.results if done.since_s < session.since_s]
    return max(earlier, default=-1.0), session.since_s


def estimate(optics: Optics | None, found: BackFocus | None) -> Estimate | None:
    """An error as reports print it; None where there is none."""
    if found is None:
        return None
    longest_px = found.zoom[0].scale_px
    points = tuple(
        ZoomPoint(
            each.scale_px,
            each.residual_um,
            each.sigma_um,
            optics.half_depth_um(each.scale_px / longest_px) if optics else None,
        )
        for each in found.zoom
    )
    return Estimate(
        found.delta_um, found.sigma_um, found.low_um, found.high_um, found.sign_known, found.b_um, points
    )


def _sweeps(entries: list[Entry], half_depth_um: float | None) -> Iterator[Sweep]:
    for entry in entries:
        if entry.kind == "sweep":
            ring = entry.payload["ring"]
            points = tuple((float(at_s), float(um)) for at_s, um in entry.payload["points"])
            start_s = points[0][0] if points else 0.0
            moved = tuple((at_s - start_s, um) for at_s, um in points)
            yield Sweep(f"{ring} ring", moved, half_depth_um=half_depth_um)


def _curves(session: Session) -> Iterator[MtfCurve]:
    looks: tuple[tuple[str, SteadyReading | None, SteadyReading | None], ...] = (
        ("tele", session.looks.first_tele, session.looks.tele),
        ("wide", session.looks.first_wide, session.looks.wide),
    )
    for name, before, after in looks:
        if before is not None and before.frequency_cy_px:
            yield MtfCurve(name, "before", before.frequency_cy_px, before.modulation)
        if after is not None and after is not before and after.frequency_cy_px:
            yield MtfCurve(name, "after", after.frequency_cy_px, after.modulation)


def _pictures(entries: list[Entry]) -> Iterator[Picture]:
    """The first and the last picture at either end of the zoom."""
    for end in ("tele", "wide"):
        pictures = [each for each in entries if each.kind == "picture" and each.payload.get("end") == end]
        shown = [("before", pictures[0])] if len(pictures) > 1 else []
        shown += [("after", pictures[-1])] if pictures else []
        for when, entry in shown:
            if entry.picture is not None:
                yield Picture(f"{end}, {when}", entry.picture)


def _settings(stored: StoredSession, session: Session) -> Iterator[tuple[str, str]]:
    yield from session.notes
    summary, setup = stored.summary, session.setup
    if summary.camera:
        yield "camera", summary.camera
    if summary.lens:
        yield "lens", summary.lens
    if setup.camera_id:
        yield "camera and mode", setup.camera_id
    if session.first_turn is not None:
        yield "first turn in the sweep", FIRST_TURNS[session.first_turn]
    if (line := motor_result(summary)) is not None:
        yield from _motor_settings(line)
    camera = session.results[-1].camera if session.results else None
    if camera is not None and camera.learned is not None:
        yield "what the camera costs", f"{camera.learned_half_depths:.1f} half depths of focus"
    yield from _optics_settings(setup.optics)


def _motor_settings(line: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "motors", line[MOTORS]["address"]
    yield "group", line[MOTORS]["group"]
    if "error" in line:
        return
    yield "looks", f"{line['looks']} in {line['camera_s']:.0f} s of the camera's time"
    if line["corrected_um"] is not None:
        yield "moved by its motor", f"{line['corrected_um']:+.0f} um towards the sensor"


def _optics_settings(optics: Optics | None) -> Iterator[tuple[str, str]]:
    if optics is not None:
        yield "pixel", f"{optics.pixel_um:g} um"
        ramp = ", ".join(
            f"f/{number:g} at {mm:g} mm" if mm else f"f/{number:g}" for mm, number in optics.f_numbers
        )
        yield "f-number", ramp
        yield "wavelength", f"{optics.wavelength_um:g} um"
