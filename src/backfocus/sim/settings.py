"""What a virtual camera is like: `sim://?delta_um=40&seed=7` to a `SimSettings`.

Whatever is not given is a fixed default or is drawn from the seed, so that one address always means one
camera.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args
from urllib.parse import parse_qsl, urlsplit

import numpy as np

from ..errors import UsageError
from ..frame import Field
from ..optics.lens import Knots, Optics, parse_f_numbers

HandKind = Literal["good", "slow", "wrong-ring", "none"]
LensKind = Literal["front", "rear"]
TargetKind = Literal["star", "edge"]
SceneKind = Literal[
    "text", "shelf", "leaves", "brick", "street", "person",
    "grass", "gravel", "facade", "fabric", "bark", "crowd", "circuit",
    "wall", "sky", "water", "glossy", "blinds",
]  # fmt: skip
SensorKind = Literal["mono", "bayer", "three-chip"]
Demosaic = Literal["bilinear", "vng", "edge-aware", "hamilton-adams"]
Shutter = Literal["global", "rolling"]
Codec = Literal["h264", "none"]
Mover = Literal["none", "person", "crowd"]
Clip = Literal["none", "check", "refocus"]
MotorKind = Literal["none", "focus", "back-focus"]

MOST_DIGITS = 12
"""Of a whole number; Python refuses thousands with an error of its own."""

WIDE_MM = 7.8
STAR_RADIUS_WIDE_PX = 77.0
"""150 px across at wide, as the chart is printed for, and a little more."""
SHOWN_CAMERA, SHOWN_CHART = "sensor=bayer&demosaic=edge-aware&olpf=0.5", "printed=yes"
"""Of the demonstration and of the practice mode: the camera, and the star as people print it."""
STEADIED_SHAKE_PX = 0.5
"""What there is for a stabiliser to do when nobody says how much the picture shakes."""
DEFAULT_F_NUMBERS = "1.8@7.8-108,2.6@156"


@dataclass(frozen=True, slots=True)
class SimSettings:
    """One virtual camera, complete.

    Attributes
    ----------
    delta_um : float
        Back-focus error at the start.
    seed : int
        Drives everything that is drawn: room, noise, shake, the hand, and every value left out.
    wide_mm : float
        Focal length at wide.
    zoom : float
        Zoom ratio from there, 3 to 30.
    f_numbers : knots
        (focal_mm, working f-number), the last at tele.
    pixel_um, fps, width_px, height_px
        The delivered picture: `pixel_um` is the sensor's width over the delivered width, which is what people
        work out and give; photosites are smaller or larger by `scale`.
    noise : float
        Standard deviation as a fraction of full scale, of the code values before they are compressed; on a
        real sensor that of one photosite, grainier in the dark as photons are.
    sensor : "mono" | "bayer" | "three-chip"
        What stands behind the lens: one grey sensor, one behind a mosaic of colour filters, or three.
    demosaic : "bilinear" | "vng" | "edge-aware" | "hamilton-adams"
        How a mosaic's missing colours are filled in.
    olpf : float
        Optical low-pass filter: how far its two spots are apart each way, in photosites; 0 is none.
    scale : float
        Photosites per delivered pixel, each way; averaged down over areas, or enlarged where below 1.
    skip : int
        One row and one column in `skip` is read: photosites that small, as far apart as delivered pixels.
    sharpen : float
        Share of the difference to a blurred picture that is added to the luma; 0 is off.
    nr : float
        Noise reduction that keeps edges, 0 to 1.
    eis : bool
        Electronic stabiliser: pictures are moved against the shake by parts of a pixel. Without a shake that
        is given there is one of half a pixel.
    shutter : "global" | "rolling"
        Whether rows are read together or in turn.
    tracking_um : float
        Residual half-way through the zoom that follows no law; zero at both ends.
    w040 : (float, float)
        Spherical aberration in waves at tele and at wide.
    shake_px : float
        RMS movement of the picture, each way.
    detail : float
        Sharpening in the camera: how much of the difference to a blurred picture is added; 0 is off.
    interlaced : "top" | "bottom" | None
        Which field is first.
    clipped : bool
        Exposed so that white clips.
    exposure_ev : float
        Stops brighter than right.
    auto_iris : bool
        The camera closes its iris at wide to hold the exposure, which hides the error.
    iris_f : float
        The iris found closed to this f-number; 0 is open.
    tele_misfocus_um : float
        What the focus ring is off at tele at the start.
    tele_residual_um : float | None
        What is left at tele of a recording, where a hand has focused; None is up to 0.4 depths of focus.
    far : bool
        The focus ring stands at infinity: at tele nothing can be seen.
    distance_m : float
        From lens to chart.
    lca_um : float
        How much further from the lens red focuses than blue; pictures have colour only if it is not 0.
    breathing : float
        Relative change of scale over a sweep of 20 depths of focus.
    locked, lock_um
        The lock screw is found tight; what tightening it adds to the back focus.
    lens : "front" | "rear"
        A front-focus zoom, or one whose focus acts equally at every zoom position.
    drift_um : float
        With `lens="rear"`: how far the focus at wide is from that at tele, whatever ring is turned.
    hand : "good" | "slow" | "wrong-ring" | "none"
        Who turns the rings.
    target : "star" | "edge"
        The chart that hangs there: our star, or our slanted squares.
    plain, cycles
        The star without twists; its pairs of bars.
    printed : bool
        The chart hangs on the sheet of `backfocus chart` instead of the bench's own.
    scene : str | None
        What stands before the camera instead of a chart.
    depth_m : float
        From the lens to every second of six sectors of the scene, around its middle; the others stand at
        `distance_m`. 0 is one plane.
    mover : "none" | "person" | "crowd"
        Who walks through the picture: somebody every 4 s, nearer than what the camera looks at, or many all
        the time, about where that stands.
    codec : "h264" | "none"
        Whether pictures pass an encoder and a decoder.
    mbit_s : float
        What the encoder may spend, in megabits a second; 0 is as much as a constant quality takes.
    motor : "none" | "focus" | "back-focus"
        Motors on zoom and focus, or on the back focus too; nobody's hand is on the lens then.
    backlash, motor_noise : float
        Play between motor and ring, and how nearly a motor arrives (standard deviation), in its steps.
    zoom_s, focus_s, settle_s : float
        From one end to the other; how long a motor rings after its stop.
    latency_s : float
        How old a picture is when it arrives.
    heat_um_min : float
        What warmth moves the focus by, um at tele a minute.
    clip, sweep, seconds
        A recording instead of a live camera: "check" zooms from tele to wide, then sweeps the focus ring if
        asked; "refocus" zooms in, focuses and zooms out. `seconds` ends any source; 0 is endless.
    """

    delta_um: float
    seed: int
    wide_mm: float
    zoom: float
    f_numbers: Knots
    pixel_um: float
    noise: float
    tracking_um: float
    w040: tuple[float, float]
    shake_px: float
    detail: float
    interlaced: Field | None
    sensor: SensorKind
    demosaic: Demosaic
    olpf: float
    scale: float
    skip: int
    sharpen: float
    nr: float
    eis: bool
    shutter: Shutter
    clipped: bool
    exposure_ev: float
    auto_iris: bool
    iris_f: float
    tele_misfocus_um: float
    tele_residual_um: float | None
    far: bool
    distance_m: float
    lca_um: float
    breathing: float
    locked: bool
    lock_um: float
    lens: LensKind
    drift_um: float
    hand: HandKind
    target: TargetKind
    plain: bool
    cycles: int
    printed: bool
    scene: SceneKind | None
    depth_m: float
    mover: Mover
    codec: Codec
    mbit_s: float
    motor: MotorKind
    backlash: float
    motor_noise: float
    zoom_s: float
    focus_s: float
    settle_s: float
    latency_s: float
    heat_um_min: float
    clip: Clip
    sweep: bool
    seconds: float
    fps: float
    width_px: int
    height_px: int

    @property
    def tele_mm(self) -> float:
        """Longest focal length in mm."""
        return self.wide_mm * self.zoom

    @property
    def ideal(self) -> bool:
        """Whether the camera is one sharp square photosite for each delivered pixel, and nothing else."""
        parts = (self.olpf, self.sharpen, self.nr, self.eis)
        return self.sensor == "mono" and self.scale == 1.0 and self.skip == 1 and not any(parts)

    @property
    def optics(self) -> Optics:
        """What the lens' data sheet says: pixel and open f-numbers."""
        return Optics(self.pixel_um, self.f_numbers)


def parse_sim(address: str) -> SimSettings:
    """The virtual camera named by a `sim://?key=value&...` address.

    Raises
    ------
    UsageError
        If a key is unknown, given twice, or its value cannot be meant; the message names what can.
    """
    try:
        parts = urlsplit(address)
    except ValueError:
        raise UsageError(f"'{address}' is not a valid address: write sim://?delta_um=40&seed=7") from None
    if parts.scheme != "sim":
        raise UsageError(f"'{address}' is no virtual camera: write sim://?delta_um=40&seed=7")
    query = "&".join(text for text in ((parts.netloc + parts.path).strip("/"), parts.query) if text)
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    except ValueError:
        raise UsageError(f"'{query}' is not key=value&key=value: write sim://?delta_um=40&seed=7") from None
    given: dict[str, Any] = {}
    for key, text in pairs:
        if key not in _READERS:
            raise UsageError(f"sim:// does not know '{key}'; it knows {', '.join(KEYS)}")
        if key in given:
            raise UsageError(f"sim:// was given '{key}' twice")
        given[key] = _READERS[key](key, text)
    if "size" in given:
        given["width_px"], given["height_px"] = given.pop("size")
    if "f_number" in given:
        given["f_numbers"] = given.pop("f_number")
    return sim_settings(**given)


def sim_settings(**given: Any) -> SimSettings:
    """A complete camera from the attributes of `SimSettings` that are given; the rest is default or drawn.

    Raises
    ------
    UsageError
        If no camera has both of two things that are given.
    """
    unknown = set(given) - {field.name for field in fields(SimSettings)}
    if unknown:
        raise ValueError(f"not a setting: {', '.join(sorted(unknown))}")
    _refuse_excluded(given)
    zoom = float(given.get("zoom", 20.0))
    steadied = {"shake_px": STEADIED_SHAKE_PX} if given.get("eis") else {}
    values: dict[str, Any] = _DEFAULTS | steadied | _drawn(int(given.get("seed", 1)), zoom) | given
    values["f_numbers"] = _to_tele(values["f_numbers"], values["wide_mm"] * zoom)
    return SimSettings(**values)


_DEFAULTS: dict[str, Any] = {
    "seed": 1,
    "wide_mm": WIDE_MM,
    "zoom": 20.0,
    "f_numbers": parse_f_numbers(DEFAULT_F_NUMBERS),
    "pixel_um": 5.0,
    "noise": 0.01,
    "tracking_um": 0.0,
    "shake_px": 0.0,
    "detail": 0.0,
    "interlaced": None,
    "sensor": "mono",
    "demosaic": "edge-aware",
    "olpf": 0.0,
    "scale": 1.0,
    "skip": 1,
    "sharpen": 0.0,
    "nr": 0.0,
    "eis": False,
    "shutter": "global",
    "clipped": False,
    "exposure_ev": 0.0,
    "auto_iris": False,
    "iris_f": 0.0,
    "tele_residual_um": None,
    "far": False,
    "distance_m": 3.0,
    "lca_um": 0.0,
    "breathing": 0.0,
    "locked": False,
    "lock_um": 0.0,
    "lens": "front",
    "drift_um": 0.0,
    "hand": "good",
    "target": "star",
    "plain": False,
    "cycles": 36,
    "printed": False,
    "scene": None,
    "depth_m": 0.0,
    "mover": "none",
    "codec": "h264",
    "mbit_s": 0.0,
    "motor": "none",
    "backlash": 12.0,
    "motor_noise": 1.0,
    "zoom_s": 3.0,
    "focus_s": 2.0,
    "settle_s": 0.2,
    "latency_s": 0.1,
    "heat_um_min": 0.0,
    "clip": "none",
    "sweep": False,
    "seconds": 0.0,
    "fps": 25.0,
    "width_px": 960,
    "height_px": 540,
}


def _refuse_excluded(given: dict[str, Any]) -> None:
    """Raise UsageError where two things are asked for that no camera has together."""
    values = _DEFAULTS | given
    if "demosaic" in given and values["sensor"] != "bayer":
        raise UsageError("sim:// demosaic goes with sensor=bayer: the others have no mosaic")
    if values["motor"] != "none" and values["clip"] != "none":
        raise UsageError("sim:// motor goes without clip: a recording has nothing to turn")
    if values["skip"] > 1 and values["scale"] != 1.0:
        raise UsageError("sim:// skip goes without scale: a camera that skips rows delivers those it reads")
    if values["skip"] > 1 and values["olpf"]:
        raise UsageError("sim:// skip goes without olpf: the filter would be too weak for rows so far apart")
    if values["scene"] and (charts := [key for key in _CHART if key in given]):
        raise UsageError(f"sim:// {charts[0]} goes without scene: a scene has no chart in it")
    if values["depth_m"] and not values["scene"]:
        raise UsageError("sim:// depth_m goes with scene: a chart is flat")
    if values["depth_m"] and values["lens"] == "rear":
        raise UsageError("sim:// depth_m goes without lens=rear: how that focuses on two depths is not drawn")
    if values["mover"] != "none" and values["shutter"] == "rolling":
        raise UsageError("sim:// mover goes without shutter=rolling: people in it are not bent")
    stages = {"scale": values["scale"] != 1.0, **{name: bool(values[name]) for name in _STAGES}}
    used = [name for name, on in stages.items() if on]
    if len(used) > 2:
        raise UsageError(f"sim:// was given {', '.join(used)}: at most two of scale, sharpen, nr, eis")


_CHART = ("target", "plain", "cycles", "printed")
_STAGES = ("sharpen", "nr", "eis")


def _drawn(seed: int, zoom: float) -> dict[str, Any]:
    rng = np.random.default_rng((seed, 1))
    delta_um = float(rng.uniform(-80.0, 80.0))
    w040 = float(rng.uniform(0.3, 1.0)), float(rng.uniform(0.3, 1.0))
    # As far off as a hand leaves the ring when it sets it by the scale; short zooms have less to be off by.
    off_um = float(rng.uniform(60.0, 320.0)) * min(1.0, (zoom / 12.0) ** 2 + 0.1)
    return {
        "delta_um": round(delta_um, 2),
        "w040": w040,
        "tele_misfocus_um": off_um * float(rng.choice((-1.0, 1.0))),
    }


def _to_tele(knots: Knots, tele_mm: float) -> Knots:
    """The same ramp, ending at `tele_mm`."""
    focal_mm, numbers = zip(*knots, strict=True)
    inside = tuple(knot for knot in knots if 0.0 < knot[0] < tele_mm)
    return (*inside, (tele_mm, float(np.interp(tele_mm, focal_mm, numbers))))


def _number(low: float, high: float) -> Callable[[str, str], float]:
    def read(key: str, text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not low <= value <= high:
            raise UsageError(f"sim:// {key}={text}: give a number from {low:g} to {high:g}")
        return value

    return read


def _whole(low: int, high: int) -> Callable[[str, str], int]:
    def read(key: str, text: str) -> int:
        if not text.isdecimal() or len(text) > MOST_DIGITS or not low <= int(text) <= high:
            raise UsageError(f"sim:// {key}={text}: give a whole number from {low} to {high}")
        return int(text)

    return read


def _choice(**choices: Any) -> Callable[[str, str], Any]:
    names = {name.replace("_", "-").lstrip("-"): value for name, value in choices.items()}

    def read(key: str, text: str) -> Any:
        if text not in names:
            raise UsageError(f"sim:// {key}={text}: give one of {', '.join(names)}")
        return names[text]

    return read


def _same(*names: str) -> Callable[[str, str], Any]:
    return _choice(**{name.replace("-", "_"): name for name in names})


_yes_no = _choice(_0=False, _1=True, no=False, yes=True)


def _waves(key: str, text: str) -> tuple[float, float]:
    ends = [_number(-3.0, 3.0)(key, part) for part in text.split(",")]
    if len(ends) > 2:
        raise UsageError(f"sim:// {key}={text}: give one number of waves, or two: tele,wide")
    return ends[0], ends[-1]


def _depth(key: str, text: str) -> float:
    """A distance from 1 m on, or 0 for no second plane."""
    return 0.0 if text == "0" else _number(1.0, 100.0)(key, text)


def _f_numbers(_key: str, text: str) -> Knots:
    return parse_f_numbers(text)


def _size(key: str, text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise UsageError(f"sim:// {key}={text}: give width x height, as in 1920x1080")
    even = _whole(64, 4096)(key, width), _whole(64, 4096)(key, height)
    if even[0] % 2 or even[1] % 2:
        raise UsageError(f"sim:// {key}={text}: width and height must be even")
    return even


_READERS: dict[str, Callable[[str, str], Any]] = {
    "delta_um": _number(-400.0, 400.0),
    "seed": _whole(0, 2**31),
    "wide_mm": _number(3.0, 100.0),
    "zoom": _number(3.0, 30.0),
    "f_number": _f_numbers,
    "pixel_um": _number(0.5, 50.0),
    "noise": _number(0.0, 0.2),
    "tracking_um": _number(-400.0, 400.0),
    "w040": _waves,
    "shake_px": _number(0.0, 20.0),
    "detail": _number(0.0, 5.0),
    "sensor": _same("mono", "bayer", "three-chip"),
    "demosaic": _same("bilinear", "vng", "edge-aware", "hamilton-adams"),
    "olpf": _number(0.0, 2.0),
    "scale": _number(0.5, 2.0),
    "skip": _whole(1, 5),
    "sharpen": _number(0.0, 5.0),
    "nr": _number(0.0, 1.0),
    "eis": _choice(_0=False, _1=True, no=False, yes=True, off=False, on=True),
    "shutter": _same("global", "rolling"),
    "interlaced": _choice(_0=None, _1="top", no=None, yes="top", top="top", bottom="bottom"),
    "clipped": _yes_no,
    "exposure_ev": _number(-8.0, 8.0),
    "auto_iris": _yes_no,
    "iris_f": _number(0.0, 32.0),
    "tele_residual_um": _number(-20000.0, 20000.0),
    "tele_misfocus_um": _number(-20000.0, 20000.0),
    "far": _yes_no,
    "distance_m": _number(1.0, 100.0),
    "lca_um": _number(-100.0, 100.0),
    "breathing": _number(-0.2, 0.2),
    "locked": _yes_no,
    "lock_um": _number(-200.0, 200.0),
    "lens": _same("front", "rear"),
    "drift_um": _number(-400.0, 400.0),
    "hand": _same("good", "slow", "wrong-ring", "none"),
    "target": _same("star", "edge"),
    "plain": _yes_no,
    "printed": _yes_no,
    "scene": _same(*get_args(SceneKind)),
    "depth_m": _depth,
    "mover": _same(*get_args(Mover)),
    "cycles": _whole(8, 144),
    "codec": _same("h264", "none"),
    "mbit_s": _number(0.0, 500.0),
    "motor": _same("none", "focus", "back-focus"),
    "backlash": _number(0.0, 500.0),
    "motor_noise": _number(0.0, 20.0),
    "zoom_s": _number(0.1, 60.0),
    "focus_s": _number(0.1, 60.0),
    "settle_s": _number(0.0, 5.0),
    "latency_s": _number(0.0, 5.0),
    "heat_um_min": _number(-100.0, 100.0),
    "clip": _same("none", "check", "refocus"),
    "sweep": _yes_no,
    "seconds": _number(0.0, 36000.0),
    "fps": _number(1.0, 240.0),
    "size": _size,
}

KEYS = tuple(sorted(_READERS))
"""What an address may name."""
