"""The Python interface: `check`, `readings` and `read_picture`, by the names of the command line's options.

An argument that is left out is not said, as an option that is left out. Nothing is read from the user's
configuration file unless `rig` or `config` names it, so that a program gives the same answer everywhere.
"""

import os
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import IN_PYTHON, Argument, UsageError
from .frame import Frame
from .measure.reading import Reading
from .measure.track import Target
from .report.summary import summary_html
from .session.cameras import curve_of
from .session.certificate import check_outcome
from .session.clip_check import ClipCheck, Question, check_clip
from .session.config import Config, read_config, settled
from .session.measured import Measured, judged, measured
from .session.rig import Rig, layered, resolve, rig_options, with_region_of_object
from .session.run import Limits
from .show.lines import reading_json, reading_words
from .solve.backfocus import ZoomResidual
from .solve.clip import FirstTurn
from .solve.defocus import Defocus
from .solve.remarks import with_remedies
from .solve.side_hint import Hint
from .solve.verdict import Kind as VerdictKind
from .video.luma import Signal
from .video.source import Range
from .video.still import Picture, frame_of
from .video.still.tone import LINEAR, SRGB

Source = str | os.PathLike[str]
"""A file, a folder of stills, or an address."""
FNumber = float | str
"""One f-number, or a text such as "1.8@7.8-108,2.6@156" for a lens whose f-number ramps."""
Notice = Callable[[str], None]

FEWEST_BITS, MOST_BITS = 9, 16
NO_CONFIG = Config(Path())
OPTICS_SAID = ("camera", "pixel_um", "lens", "f_number")


@dataclass(frozen=True, slots=True)
class Answer:
    """What `check` found; shows itself as a table and a plot in a notebook.

    Attributes
    ----------
    verdict : "set" | "adjust" | "tracking" | "not-front-focus" | "unsure"
    reason, advice : str
        Why, and what to do.
    delta_um, sigma_um : float | None
        The error and one standard deviation; positive: the sensor is too far from the lens. A magnitude where
        `sign_known` is false, None where it could not be told.
    low_um, high_um : float | None
        The 95 % interval.
    sign_known : bool
    half_depth_of_focus_um : float | None
        None without optics.
    zoom : tuple of ZoomResidual
        The residual at each zoom position, from tele to wide.
    f_number, f_number_sigma, before_um : float | None
        With `shim_um`: the working f-number at wide by the known step, and the error before it.
    red_blue_um : float | None
        How much further from the lens red focuses than blue, where the side is known and the colours tell.
    side_hint : "far" | "near" | None
        With `red_blue_um`: where the sensor probably is, by the colours; it enters no verdict.
    """

    verdict: VerdictKind
    reason: str
    advice: str
    delta_um: float | None
    sigma_um: float | None
    low_um: float | None
    high_um: float | None
    sign_known: bool
    half_depth_of_focus_um: float | None
    zoom: tuple[ZoomResidual, ...]
    f_number: float | None
    f_number_sigma: float | None
    before_um: float | None
    red_blue_um: float | None
    side_hint: Hint | None
    _found: ClipCheck

    def as_json(self) -> dict[str, Any]:
        """The object that `backfocus check --json` prints."""
        return self._found.as_json()

    def __str__(self) -> str:
        return f"{self.verdict}: {self.reason} {self.advice}"

    def __repr__(self) -> str:
        error = "None" if self.delta_um is None else f"{self.delta_um:.1f}"
        return f"<Answer {self.verdict}, delta_um={error}, sign_known={self.sign_known}>"

    def _repr_html_(self) -> str:
        outcome = replace(check_outcome(self._found), advice=self.advice)
        name = f"backfocus-{zlib.crc32(repr(outcome.after).encode()):08x}"
        return summary_html(outcome, name)


@dataclass(frozen=True, slots=True)
class PictureReading(Reading):
    """One picture measured: a `Reading` with what its blur is in micrometres.

    Attributes
    ----------
    defocus : Defocus | None
        None without optics, and where nothing was read.
    side_hint : "far" | "near" | None
        With `red_blue_um`: where the sensor probably is, by the colours.
    """

    defocus: Defocus | None = None
    side_hint: Hint | None = None

    @property
    def defocus_um(self) -> float | None:
        """How far the image is from the sensor, um: a magnitude."""
        return None if self.defocus is None else self.defocus.um

    @property
    def defocus_sigma_um(self) -> float | None:
        """Its standard deviation, um."""
        return None if self.defocus is None else self.defocus.sigma_um

    def as_json(self) -> dict[str, Any]:
        """The object that `backfocus measure --json` prints."""
        return reading_json(self, self.defocus)

    def __str__(self) -> str:
        return reading_words(self, self.defocus).strip()


class Readings(Iterator[PictureReading]):
    """The pictures of a source, measured one by one as they are asked for.

    Ends with the source; a live one ends by `close`, by leaving a `with`, or when nobody holds it any more.
    """

    def __init__(self, rig: Rig, limits: Limits, notice: Notice | None, store: str | None = None) -> None:
        camera = curve_of(rig, store)
        self._source = rig.pictures(notice)
        self._measured = measured(self._source, rig, limits, camera=camera, notice=notice or _unheard)

    def __next__(self) -> PictureReading:
        return _picture_reading(next(self._measured))

    def close(self) -> None:
        """Let go of the source; may be called again."""
        self._measured.close()
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def check(
    source: Source | None = None,
    after: Source | None = None,
    *,
    rig: str | None = None,
    config: Source | None = None,
    camera: str | None = None,
    camera_id: str | None = None,
    lens: str | None = None,
    pixel_um: float | None = None,
    f_number: FNumber | None = None,
    wavelength_um: float | None = None,
    extender: float | None = None,
    transfer: str | None = None,
    range: Range | None = None,  # noqa: A002  the name of the option
    target: Target | None = None,
    max_megapixels: float | None = None,
    region: "str | tuple[int, int, int, int] | None" = None,
    no_ring: bool | None = None,
    shims: "tuple[float, ...] | list[float] | str | None" = None,
    um_per_degree: float | None = None,
    red_blue_um: float | None = None,
    first_turn: FirstTurn | None = None,
    shim_um: float | None = None,
    frames: int | None = None,
    seconds: float | None = None,
    store: Source | None = None,
    notice: Notice | None = None,
) -> Answer:
    """Whether the back focus is right, from a clip or stream that goes from tele to wide, or back.

    Parameters
    ----------
    source : str or path
        A file, a folder of stills, rtsp://, http://, srt://, ndi://, device:0 or sim://; default: that of
        `rig`.
    after : str or path, optional
        With `shim_um`: the clip after the step.
    rig, config : str, optional
        A rig by its name in the user's backfocus.toml, or in the file that `config` names.
    camera, lens : str, optional
        Names of profiles, as `backfocus profiles` lists them.
    camera_id : str, optional
        What you call camera and mode: what a sweep tells of it is kept under that name, and counts from then
        on.
    pixel_um, wavelength_um, extender : float, optional
        Pixel pitch of the picture, wavelength of the light (0.55), factor of an extender that is swung in.
    f_number : float or str, optional
        The working one, or a text such as "1.8@7.8-108,2.6@156" or "T2.0".
    transfer, range, target, max_megapixels
        Transfer curve, video range ("full", "limited"), what to look for ("star", "edge", "object"), and how
        large a picture may be, where that is not to be left to the source.
    region : str or (x, y, width, height), optional
        The part of the first picture in which the object stands, where no chart does.
    no_ring, shims, um_per_degree
        What can be moved on the lens, for the advice: no back-focus ring, washers in um, um a degree.
    red_blue_um : float, optional
        How much further from the lens red focuses than blue, as an earlier answer told it.
    first_turn : "near" | "infinity" | "away" | "towards", optional
        Which way a ring was turned first at wide; it tells the side of the error.
    shim_um : float, optional
        How much further the lens is from the sensor in `after`.
    frames, seconds : optional
        Stop after so many pictures or seconds.
    store : str or path, optional
        Where named cameras are kept. Default: the user's own store.
    notice : callable taking a line of text, optional
        Told of trouble that the source got over.

    Raises
    ------
    UsageError
        For an argument that cannot be meant.
    SourceError
        When a source cannot be read, or was lost.
    """
    said = {
        "source": _path(source),
        "camera": camera,
        "camera_id": camera_id,
        "lens": lens,
        "pixel_um": pixel_um,
        "f_number": f_number,
        "wavelength_um": wavelength_um,
        "extender": extender,
        "transfer": transfer,
        "range": range,
        "target": target,
        "max_megapixels": max_megapixels,
        "region": region,
        "no_ring": no_ring,
        "shims": shims,
        "um_per_degree": um_per_degree,
        "red_blue_um": red_blue_um,
    }
    meant = _rig(said, rig, config, region_of_object=True)
    found = check_clip(
        meant,
        Question(first_turn, _path(after), shim_um),
        limits=_limits(frames, seconds),
        notice=notice or _unheard,
        store_address=_path(store),
    )
    return _answer(found)


def readings(
    source: Source | None = None,
    *,
    rig: str | None = None,
    config: Source | None = None,
    camera: str | None = None,
    camera_id: str | None = None,
    lens: str | None = None,
    pixel_um: float | None = None,
    f_number: FNumber | None = None,
    wavelength_um: float | None = None,
    extender: float | None = None,
    transfer: str | None = None,
    range: Range | None = None,  # noqa: A002  the name of the option
    target: Target | None = None,
    max_megapixels: float | None = None,
    region: "str | tuple[int, int, int, int] | None" = None,
    red_blue_um: float | None = None,
    frames: int | None = None,
    seconds: float | None = None,
    store: Source | None = None,
    notice: Notice | None = None,
) -> Readings:
    """Every picture of a source measured, one by one as they are asked for.

    The source is opened here, and closed at its end. A live source gives its newest picture each time.

    Parameters
    ----------
    region : str or (x, y, width, height), optional
        Measure the one slanted edge in this part of the picture; with target "object", the object that stands
        in this part of the first one.

    The others are those of `check`.

    Raises
    ------
    UsageError
        For an argument that cannot be meant.
    SourceError
        When the source cannot be read, or is lost on the way.
    """
    said = {
        "source": _path(source),
        "camera": camera,
        "camera_id": camera_id,
        "lens": lens,
        "pixel_um": pixel_um,
        "f_number": f_number,
        "wavelength_um": wavelength_um,
        "extender": extender,
        "transfer": transfer,
        "range": range,
        "target": target,
        "max_megapixels": max_megapixels,
        "region": region,
        "red_blue_um": red_blue_um,
    }
    return Readings(_rig(said, rig, config), _limits(frames, seconds), notice, _path(store))


def read_picture(
    array: ArrayLike,
    *,
    transfer: str | None = None,
    range: Range | None = None,  # noqa: A002  the name of the option
    bits: int | None = None,
    rig: str | None = None,
    config: Source | None = None,
    camera: str | None = None,
    camera_id: str | None = None,
    lens: str | None = None,
    pixel_um: float | None = None,
    f_number: FNumber | None = None,
    wavelength_um: float | None = None,
    extender: float | None = None,
    target: Target | None = None,
    region: "str | tuple[int, int, int, int] | None" = None,
    red_blue_um: float | None = None,
    store: Source | None = None,
) -> PictureReading:
    """One picture measured that is in memory already.

    Parameters
    ----------
    array : array, shape (rows, columns) or (rows, columns, 3)
        Grey, or red, green and blue in this order. uint8 or uint16 code values, or floats from 0 (black) to 1
        (white). It is not written to.
    transfer : str, optional
        Transfer curve of the values: "srgb", "bt709", "linear", ... By default integers are taken as sRGB,
        floats as linear.
    range : "full" | "limited", optional
        Default: full.
    bits : int, optional
        Significant bits of uint16 values, 9 to 16: 10 for 10-bit codes. By default they are seen from the
        highest value.
    region : str or (x, y, width, height), optional
        Measure the one slanted edge in this part of the picture.

    The others are those of `check`; with an f-number that ramps the picture counts as taken at tele.

    Raises
    ------
    UsageError
        For an array that is no picture, or another argument that cannot be meant.
    """
    said = {
        "camera": camera,
        "camera_id": camera_id,
        "lens": lens,
        "pixel_um": pixel_um,
        "f_number": f_number,
        "wavelength_um": wavelength_um,
        "extender": extender,
        "transfer": transfer,
        "range": range,
        "target": target,
        "region": region,
        "red_blue_um": red_blue_um,
    }
    meant = _rig(said, rig, config, needs_source=False)
    frame = _frame(array, bits, meant)
    measure = meant.measure(colours=meant.red_blue_um is not None)
    camera_curve = curve_of(meant, _path(store))
    return _picture_reading(judged(measure(frame), meant.fitted(frame.size_px), camera=camera_curve))


# From arguments to a rig ----------------------------------------------------------------------------------


def _rig(
    said: Mapping[str, object],
    rig: str | None,
    config: Source | None,
    *,
    needs_source: bool = True,
    region_of_object: bool = False,
) -> Rig:
    options = rig_options(said)
    named = rig is not None or config is not None
    holds = read_config(_path(config)) if named else NO_CONFIG
    options = layered(settled(options, holds, rig))
    if region_of_object:
        options = with_region_of_object(options)
    if needs_source and options.source is None:
        raise UsageError("no ", Argument("source"), ": give one, or a ", Argument("rig"), " that has one")
    return resolve(options, half_is_wrong=any(said.get(name) is not None for name in OPTICS_SAID))


def _path(given: Source | None) -> str | None:
    """A path or an address as text; "" for what is none, which is refused by name later."""
    if given is None:
        return None
    try:
        path = os.fspath(given)
    except TypeError:
        return ""
    return path if isinstance(path, str) else os.fsdecode(path)


def _limits(frames: int | None, seconds: float | None) -> Limits:
    if frames is not None and (isinstance(frames, bool) or not isinstance(frames, int) or frames < 1):
        raise UsageError(Argument("frames", frames), ": give a whole number from 1")
    if seconds is not None and not (isinstance(seconds, int | float) and 0.0 <= seconds < float("inf")):
        raise UsageError(Argument("seconds", seconds), ": give seconds from 0")
    return Limits(frames, seconds)


def _unheard(words: str) -> None:
    """Nobody wants to be told."""


# From an array to a frame ---------------------------------------------------------------------------------


def _frame(array: ArrayLike, bits: int | None, rig: Rig) -> Frame:
    samples = _samples(array)
    tone = LINEAR if samples.dtype == np.float32 else SRGB
    signal = Signal(
        transfer=None if rig.transfer == "auto" else rig.transfer,
        limited=None if rig.range == "auto" else rig.range == "limited",
    )
    try:
        return frame_of(Picture(samples, _bits(samples, bits), tone), 0, signal)
    except ValueError as problem:
        raise UsageError(Argument("array"), f": {problem}") from None


def _samples(array: ArrayLike) -> NDArray[Any]:
    """The array as uint8, uint16 or float32 of this machine, a view where it can be; refused in words."""
    try:
        samples = np.asarray(array)
    except ValueError as problem:  # rows of unequal length
        raise UsageError(Argument("array"), f" is no array: {problem}") from None
    if samples.ndim not in (2, 3) or (samples.ndim == 3 and samples.shape[2] != 3):
        raise UsageError(
            Argument("array"),
            f" has shape {samples.shape}: give (rows, columns), or (rows, columns, 3) for red, green, blue",
        )
    if samples.size == 0:
        raise UsageError(Argument("array"), f" has shape {samples.shape}: there is no picture in it")
    if samples.dtype.kind == "f":
        if not np.isfinite(samples).all():
            raise UsageError(Argument("array"), " holds values that are not finite (NaN): fill them first")
        return samples.astype(np.float32)
    if samples.dtype.kind != "u" or samples.dtype.itemsize > 2:
        raise UsageError(
            Argument("array"), f" holds {samples.dtype}: give uint8, uint16, or floats from 0 to 1"
        )
    return samples.astype(samples.dtype.newbyteorder("="), copy=False).view()


def _bits(samples: NDArray[Any], bits: int | None) -> int:
    if samples.dtype == np.float32:
        return 0
    if bits is None or samples.dtype == np.uint8:
        return samples.dtype.itemsize * 8
    if isinstance(bits, bool) or not isinstance(bits, int) or not FEWEST_BITS <= bits <= MOST_BITS:
        raise UsageError(Argument("bits", bits), f": give {FEWEST_BITS} to {MOST_BITS}")
    if int(samples.max()) >= 1 << bits:
        raise UsageError(Argument("bits", bits), f": the array goes up to {int(samples.max())}")
    return bits


# What comes back -------------------------------------------------------------------------------------------


def _picture_reading(found: Measured) -> PictureReading:
    values = {each.name: getattr(found.reading, each.name) for each in fields(Reading)}
    values["flags"] = found.flags
    return PictureReading(**values, defocus=found.defocus, side_hint=found.side_hint)


def _answer(found: ClipCheck) -> Answer:
    answer, line = found.answer, found.as_json()
    error = answer.back_focus
    return Answer(
        verdict=answer.verdict.kind,
        reason=answer.verdict.reason,
        advice=with_remedies(answer.verdict.advice, answer.verdict.remedies, IN_PYTHON),
        delta_um=error.delta_um if error else None,
        sigma_um=error.sigma_um if error else None,
        low_um=error.low_um if error else None,
        high_um=error.high_um if error else None,
        sign_known=error is not None and error.sign_known,
        half_depth_of_focus_um=answer.half_depth_um,
        zoom=tuple(error.zoom) if error else (),
        f_number=line.get("f_number"),
        f_number_sigma=line.get("f_number_sigma"),
        before_um=line.get("before_um"),
        red_blue_um=found.red_blue_um,
        side_hint=found.side_hint,
        _found=found,
    )
