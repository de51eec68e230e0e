"""Posters cut into pages."""

import pytest

from backfocus.chart import Chart, make_chart, parse_paper, tiling
from backfocus.chart.sheet import Paper, middle_of
from backfocus.chart.tiles import CLEAR_MM, MARGIN_MM, OVERLAP_MM


@pytest.mark.parametrize("star_mm", [230, 290, 400, 777, 1000])
@pytest.mark.parametrize("name", ["A4", "Letter", "A3"])
def test_tiles_cover_the_poster_overlap_and_fit_the_printer(star_mm: float, name: str) -> None:
    paper = parse_paper(name)
    poster = Chart(star_mm, paper).poster
    cut = tiling(poster, paper)
    assert len(cut.tiles) == cut.rows * cut.columns
    assert sorted((cut.page_width_mm, cut.page_height_mm)) == [paper.width_mm, paper.height_mm]
    assert cut.width_mm <= cut.page_width_mm - 2 * MARGIN_MM + 1e-9
    assert cut.height_mm <= cut.page_height_mm - 2 * MARGIN_MM + 1e-9
    last = cut.tiles[-1]
    assert last.x_mm + cut.width_mm == pytest.approx(poster.width_mm)
    assert last.y_mm + cut.height_mm == pytest.approx(poster.height_mm)
    for left, right in zip(cut.tiles, cut.tiles[1:], strict=False):
        if left.row == right.row:
            assert left.x_mm + cut.width_mm - right.x_mm == pytest.approx(OVERLAP_MM)


def test_the_paper_is_turned_when_that_saves_pages() -> None:
    cut = tiling(Paper("poster", 270, 270), parse_paper("A4"))
    assert len(cut.tiles) == 2


def test_a_wall_of_pages_is_refused_with_the_way_out() -> None:
    with pytest.raises(ValueError, match="larger paper"):
        tiling(Paper("poster", 5000, 5000), parse_paper("A4"))


@pytest.mark.parametrize("star_mm", [300, 400, 560, 800, 1200])
def test_no_seam_comes_near_the_middle_of_the_star(star_mm: float) -> None:
    chart = make_chart(parse_paper("A4"), star_mm=star_mm)
    x_mm, y_mm = middle_of(chart)
    cut = tiling(chart.poster, chart.paper, (x_mm, y_mm))
    whole = [
        tile
        for tile in cut.tiles
        if tile.x_mm + CLEAR_MM <= x_mm <= tile.x_mm + cut.width_mm - CLEAR_MM
        and tile.y_mm + CLEAR_MM <= y_mm <= tile.y_mm + cut.height_mm - CLEAR_MM
    ]
    assert len(whole) == 1  # one page has it, with room around, and no other page does
