"""The virtual camera before an edge chart, its pictures measured with nothing but numpy."""

import math

from backfocus.sim.bench import Bench
from backfocus.sim.paper import BLACK, WHITE
from backfocus.sim.settings import sim_settings
from backfocus.target import SQUARE_TILT_RAD

from .edge_camera import response
from .plain_measure import edge_response, light_in

PIXEL_UM = 5.0
PAPER_LIGHT = 0.72


def seen_by(camera, *, f_number, defocus_um):
    """Frequencies and what is left there across the right side of the outermost square, and its normal."""
    bench = Bench(
        sim_settings(
            **camera.keys,
            target="edge",
            noise=0.0,
            w040=(0.0, 0.0),
            f_numbers=((0.0, f_number),),
            pixel_um=PIXEL_UM,
            delta_um=defocus_um,
            tele_misfocus_um=0.0,
        )
    )
    bench.turn(zoom=0.3, focus_um=bench.lens.chart_focus_um)
    bench.frame(0, 0.0)
    luma = bench.frame(1, 0.0).luma
    turn = SQUARE_TILT_RAD + bench.camera.turned_rad
    half = bench.lens.scale_px(bench.pose)
    x, y = bench.camera.centre_px(bench.pose)
    place = x + half * math.cos(turn), y + half * math.sin(turn)
    return *edge_response(light_in(luma), math.degrees(turn), *place, 100.0), math.degrees(turn)


def expected_of(camera, normal_deg, *, f_number, defocus_um):
    """The same by the other route."""
    return response(
        camera,
        normal_deg,
        f_number=f_number,
        pixel_um=PIXEL_UM,
        w020=defocus_um / (8 * 0.55 * f_number**2),
        black=PAPER_LIGHT * BLACK / WHITE,
        white=PAPER_LIGHT,
    )
