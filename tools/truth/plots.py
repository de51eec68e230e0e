"""Every plot of the accuracy page in one style: SVG that comes out the same for the same numbers."""

from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt

from .row import Plot

STYLE = {
    "svg.hashsalt": "backfocus",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#e3e3e3",
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    # told apart also without colours, and by people who see fewer of them (Okabe and Ito, 2008)
    "axes.prop_cycle": plt.cycler(
        color=["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00"], marker=["o", "s", "^", "D", "v"]
    ),
}
FORM = {"line": {"marker": ""}, "dots": {"linestyle": ""}, "both": {}}


def draw(plot: Plot, folder: Path) -> Path:
    """The plot as SVG in a folder; its path."""
    path = folder / f"accuracy-{plot.name}.svg"
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
        for series in plot.series:
            axes.plot(
                series.x, series.y, label=series.label, markersize=3.5, linewidth=1.2, **FORM[series.style]
            )
        for limit in plot.limits:
            axes.axhline(limit, color="#666666", linestyle="--", linewidth=0.8)
        if plot.log_x:
            axes.set_xscale("log")
        axes.set(title=plot.title, xlabel=plot.x_label, ylabel=plot.y_label)
        if len(plot.series) > 1:
            axes.legend()
        figure.savefig(path, metadata={"Date": None})
        plt.close(figure)
    return path
