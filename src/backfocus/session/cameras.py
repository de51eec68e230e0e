"""Cameras that were learned here: kept in the store under the name their owner gives them, and used again.

Whatever reads or keeps them goes through these functions; what they mean is decided in `solve.learned`.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..errors import Argument, Remedy, StoreError, UsageError
from ..optics.lens import Optics
from ..solve.camera import CameraCurve
from ..solve.clip import SolvedCamera
from ..solve.learned import LearnedCamera, Mode, best_known, next_time, one_name
from .rig import Rig
from .store import Store

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class KnownCamera:
    """What is known of the camera of a rig: the best that was learned, and its curve as it counts now."""

    learned: LearnedCamera
    curve: CameraCurve


def known_camera(store: Store, rig: Rig, mode: Mode | None = None) -> KnownCamera | None:
    """What was learned of the rig's camera in this mode; None where it has no name or nothing fits."""
    if not rig.camera_id:
        return None
    learned = best_known(learned_cameras(store, rig.camera_id), mode or mode_of(rig))
    return KnownCamera(learned, next_time(learned.curve)) if learned else None


def mode_of(rig: Rig, size_px: tuple[int, int] | None = None, transfer: str = "") -> Mode:
    """What is known of a rig's mode, with what its pictures say."""
    named = "" if rig.transfer == "auto" else rig.transfer
    return Mode(rig.optics.pixel_um if rig.optics else None, rig.lens, size_px, named or transfer)


def learn(
    store: Store, name: str, camera: SolvedCamera | None, optics: Optics | None, mode: Mode
) -> LearnedCamera | None:
    """Keep what a sweep told of a camera; None, and nothing is kept, without a name or a sweep."""
    if not name or camera is None or camera.learned is None or camera.end is None or optics is None:
        return None
    learned = LearnedCamera(
        name=name,
        curve=camera.learned,
        half_depths=round(camera.learned_half_depths, 3),
        lens=mode.lens,
        end=camera.end,
        f_number=round(optics.f_number(1.0 if camera.end == "tele" else 0.0), 3),
        pixel_um=optics.pixel_um,
        size_px=mode.size_px,
        transfer=mode.transfer,
        learned_at=datetime.now(UTC).date().isoformat(),
    )
    store.put_camera(one_name(name), mode.lens, asdict(learned))
    return learned


def learned_cameras(store: Store, name: str | None = None) -> tuple[LearnedCamera, ...]:
    """All that was learned, of one camera or of all, newest first.

    Raises
    ------
    StoreError
        If something else is kept there.
    """
    return tuple(map(_learned_from, store.cameras(None if name is None else one_name(name))))


def curve_of(rig: Rig, store_address: str | Path | None) -> CameraCurve | None:
    """What is known of the rig's camera; the store is opened for a camera with a name only."""
    if not rig.camera_id:
        return None
    with Store.open(store_address) as store:
        known = known_camera(store, rig)
    return known.curve if known else None


def forget_camera(name: str, store_address: str | Path | None) -> None:
    """Drop what was learned of a camera; UsageError where there is nothing."""
    with Store.open(store_address) as store:
        if not store.forget_camera(one_name(name)):
            raise UsageError(
                Argument("forget", name),
                ": nothing was learned of a camera of that name; ",
                Remedy("profiles"),
            )


def learned_in(store_address: str | Path | None) -> tuple[LearnedCamera, ...]:
    """All that was learned in a store."""
    with Store.open(store_address) as store:
        return learned_cameras(store)


def _learned_from(plain: Mapping[str, Any]) -> LearnedCamera:
    try:
        curve, size = plain["curve"], plain["size_px"]
        rows = tuple(tuple(map(float, row)) for row in curve["covariance"])
        told = {
            "curve": CameraCurve(tuple(map(float, curve["taps"])), rows),
            "size_px": (int(size[0]), int(size[1])) if size else None,
        }
        return LearnedCamera(**{**plain, **told})
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise StoreError(f"a camera that was learned cannot be read: {error}. Learn it again") from None
