"""The virtual camera's sensors against others' demosaics, exact transfers, whole cameras by another route."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from tests.oracles import camera_transfer as exact
from tests.oracles import demosaics
from tests.oracles.edge_camera import EdgeCamera
from tests.oracles.plain_measure import light_in, ring_modulation, sine_in, wave
from tests.oracles.render import StarDrawing, disc_blurred, draw_star
from tests.oracles.virtual_edge import expected_of, seen_by

from backfocus.optics.blur import diffraction_defocus_mtf
from backfocus.sim.bench import Bench
from backfocus.sim.demosaic import demosaic
from backfocus.sim.raster import Exposure, raster_of
from backfocus.sim.real_sensor import RealSensor
from backfocus.sim.settings import sim_settings

from .row import Plan, Plot, Row, Series

TITLE = "The virtual camera's sensors"
INTRO = """
What real cameras do to the light between lens and luma is tried on a [virtual camera](virtual_camera.md)
that has their parts: a mosaic and its demosaic, a low-pass filter, scaling, skipped rows, sharpening. So
these parts are held against answers from elsewhere: exact transfers worked out by hand, demosaics of OpenCV
and of `colour-demosaicing`, and whole cameras put together from prysm's lens, exact edges and those
demosaics. Nothing here is read by the package's own measurement: sines, rings and edges are measured with
plain numpy. Frequencies are in cycles per delivered pixel.
"""
SINES = tuple(
    (f * np.cos(turn), f * np.sin(turn)) for f in (0.08, 0.2, 0.31, 0.43) for turn in (0.05, 0.5, 0.8)
)
FILTERS = (
    {"olpf": 0.5},
    {"olpf": 0.8},
    {"skip": 2},
    {"skip": 3},
    {"scale": 1.25},
    {"scale": 0.75, "olpf": 0.6},
)
CAMERAS = {
    "one photosite a pixel": EdgeCamera(),
    "three chips, sharpened": EdgeCamera(sensor="three-chip", sharpen=0.6),
    "bilinear": EdgeCamera(sensor="bayer", demosaic="bilinear"),
    "edge-aware, low-pass filter": EdgeCamera(sensor="bayer", demosaic="edge-aware", olpf=0.7),
    "rows skipped": EdgeCamera(sensor="bayer", demosaic="edge-aware", skip=3),
    "Hamilton-Adams, scaled down": EdgeCamera(sensor="bayer", demosaic="hamilton-adams", scale=1.5),
    "many gradients": EdgeCamera(sensor="bayer", demosaic="vng"),
    "enlarged, sharpened": EdgeCamera(scale=0.75, sharpen=0.5),
}
PLOTTED = tuple(list(CAMERAS)[:5])
HIGHEST = 0.45


def parts(plan: Plan) -> Iterator[Row | Plot]:
    """Rows from the photosites to the picture, and the curves of whole cameras."""
    yield _photosites(plan)
    yield _sines("scaling down by 1.25, 1.5 and 2", [{"scale": s} for s in (1.25, 1.5, 2.0)], _scaled_down)
    yield _sines("enlarging by 2 and 4/3", [{"scale": s} for s in (0.5, 0.75)], _enlarged)
    yield _sines("bilinear demosaic", [{"sensor": "bayer", "demosaic": "bilinear"}], _bilinear)
    yield _sines("sharpening by 0.3 and 1", [{"sharpen": s} for s in (0.3, 1.0)], _sharpened)
    yield from _demosaics()
    yield from _whole(plan)


def _row(what: str, oracle: str, errors: list[float], wanted: float, note: str = "", unit: str = "") -> Row:
    worst = max(errors)
    good = worst <= wanted
    return Row(
        what, oracle, len(errors), f"worst {worst:.2g}{unit}", f"{wanted:g}{unit}", good, "" if good else note
    )


def _photosites(plan: Plan) -> Row:
    errors = []
    for given in FILTERS[: plan.cases(len(FILTERS), 3)]:
        bench = Bench(
            sim_settings(
                **given,
                delta_um=0.0,
                tele_misfocus_um=0.0,
                w040=(0.0, 0.0),
                noise=0.0,
                plain=True,
                width_px=384,
                height_px=320,
                f_numbers=((0.0, 2.8),),
                seed=plan.seed,
            )
        )
        bench.turn(zoom=0.5)
        bench.light(0.0)
        light, per_px = bench.light(0.0), float(given.get("scale", 1.0))
        filters = (
            exact.aperture(1.0 / per_px / given.get("skip", 1)),
            exact.low_pass(given.get("olpf", 0.0) / per_px),
        )
        centre = [(at + 0.5) * per_px - 0.5 for at in bench.camera.centre_px(bench.pose)]
        for radius in (17.0, 20.0, 25.0, 33.0, 60.0):
            frequency, modulation = ring_modulation(light, centre, radius)
            frequency *= per_px
            lens = float(diffraction_defocus_mtf(frequency, 0.0, f_number=2.8, pixel_um=5.0))
            errors.append(abs(modulation - exact.on_ring(frequency, *filters) * lens))
    note = "The star's bars are drawn with two samples to a photosite: small ones leave more to fold."
    return _row(
        "photosites, low-pass filters and skipped rows, rings of a star",
        "exact transfers",
        errors,
        0.006,
        note,
    )


def _passed(fx: float, fy: float, given: dict[str, object]) -> float:
    """What is left of a faint sine on the photosites; grain keeps the rounding from going round with it."""
    settings = sim_settings(**{"noise": 0.005, "width_px": 384, "height_px": 320} | given)
    raster = raster_of(settings)
    crests = wave((raster.height, raster.width), fx / raster.per_px, fy / raster.per_px)
    light = (0.4 + 0.04 * np.cos(crests)).astype(np.float32)
    luma = RealSensor(settings).picture((Exposure((light,)),), None).luma
    return float(sine_in(light_in(luma), fx, fy).real) / 0.04


def _sines(what: str, cameras: list[dict[str, object]], transfer: object) -> Row:
    errors = [
        abs(_passed(fx, fy, given) - transfer(fx, fy, given))  # type: ignore[operator]
        for given in cameras
        for fx, fy in SINES
        if np.hypot(fx, fy) < 0.45 * min(float(given.get("scale", 1.0)), 1.0)  # type: ignore[arg-type]
    ]
    note = "The bell that sharpening takes away is cut at three sigma." if "sharpening" in what else ""
    return _row(f"{what}, sines of all directions", "exact transfers", errors, 0.006, note)


def _scaled_down(fx: float, fy: float, given: dict[str, float]) -> float:
    return float(exact.averaged_down(given["scale"])(np.array(fx), np.array(fy)))


def _enlarged(fx: float, fy: float, given: dict[str, float]) -> float:
    return float(exact.enlarged(given["scale"])(np.array(fx), np.array(fy)))


def _bilinear(fx: float, fy: float, given: dict[str, float]) -> float:
    return float(exact.bilinear_mosaic(np.array(fx), np.array(fy)))


def _sharpened(fx: float, fy: float, given: dict[str, float]) -> float:
    return 1 + given["sharpen"] * (1 - float(np.exp(-2 * np.pi**2 * (fx**2 + fy**2))))


def _demosaics() -> Iterator[Row]:
    inner = np.s_[4:-4, 4:-4]
    rubbish = np.random.default_rng(3).integers(0, 60_000, (240, 320)).astype(np.uint16)
    for method, theirs, whose in (
        ("bilinear", demosaics.bilinear, "colour-demosaicing"),
        ("edge-aware", demosaics.edge_aware, "its definition"),
        ("hamilton-adams", demosaics.hamilton_adams, "its definition"),
    ):
        expected = np.clip(theirs(rubbish.astype(float)), 0, 65535)
        error = float(np.abs(_colours(rubbish, method) - expected)[inner].max())
        yield _row(f"demosaic {method}, every photosite of noise", whose, [error], 1.0, unit=" of 65535")
    star = np.full((240, 320), 0.5, np.float32)
    draw_star(star, StarDrawing(160.3, 119.6, 110.0, cycles=36))
    raw = np.rint(20 + 220 * disc_blurred(star, 1.2)).astype(np.uint16)
    luma = np.array([0.2126, 0.7152, 0.0722])
    off = (_colours(raw, "vng") - demosaics.vng(raw.astype(float)))[inner] @ luma
    note = "On green the library compares other pairs along the diagonals than the paper."
    yield _row(
        "demosaic vng, luma of a star, rms of the swing",
        "OpenCV",
        [float(np.sqrt(np.mean(off**2))) / 187],
        0.01,
        note,
    )


def _colours(raw: NDArray[np.uint16], method: str) -> NDArray[np.float64]:
    return demosaic(raw, method)[:, :, ::-1].astype(float)  # type: ignore[arg-type]


def _whole(plan: Plan) -> Iterator[Row | Plot]:
    names = list(CAMERAS)[: plan.cases(len(CAMERAS), 4)]
    lines, dots = [], []
    for f_number, defocus_um, wanted in ((2.8, 0.0, 0.03), (1.8, 14.0, 0.015)):
        errors = []
        for name in names:
            frequency, seen, normal_deg = seen_by(CAMERAS[name], f_number=f_number, defocus_um=defocus_um)
            _, expected = expected_of(CAMERAS[name], normal_deg, f_number=f_number, defocus_um=defocus_um)
            inside = frequency <= HIGHEST
            errors.append(float(np.abs(seen - expected)[inside].max()))
            if not defocus_um and name in PLOTTED:
                at = np.flatnonzero(inside)[::6]
                lines.append(Series(name, tuple(frequency[inside]), tuple(expected[inside]), "line"))
                dots.append(Series(f"{name}, virtual", tuple(frequency[at]), tuple(seen[at]), "dots"))
        sort = "in focus, f/2.8" if not defocus_um else f"{defocus_um:g} um off, f/1.8"
        yield _row(
            f"whole cameras, edge {sort}, up to {HIGHEST} cy/px",
            "prysm, exact edge, others' demosaics",
            errors,
            wanted,
            "The chart is drawn with two samples to a photosite: of a sharp edge a fiftieth folds down.",
        )
    yield Plot("cameras", "What cameras leave of an edge in focus", "cy/px", "modulation", (*lines, *dots))
