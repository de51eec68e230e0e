"""The text for Prometheus, read by its own parser."""

import pytest

from backfocus.show.prometheus import Checked, exposition

ROWS = [
    {"name": 'a "quoted" \\ name', "group": "", "exit_code": 1, "delta_um": 19.25, "sigma_um": 1.5,
     "half_depth_of_focus_um": 9.0, "drift_um": None},
    {"name": "lost", "group": "roof", "exit_code": 3},
]  # fmt: skip


def test_its_own_parser_reads_every_number() -> None:
    parser = pytest.importorskip("prometheus_client.parser", reason="the extra `fleet` is not installed")
    text = exposition(Checked(row, 1_790_000_000.5) for row in ROWS)
    families = {family.name: family for family in parser.text_string_to_metric_families(text)}
    assert {family.type for family in families.values()} == {"gauge"}
    error = families["backfocus_error_micrometres"].samples
    assert [(each.labels["camera"], each.value) for each in error] == [('a "quoted" \\ name', 19.25)]
    assert "backfocus_drift_micrometres" not in families, "what is not known is left out"
    codes = families["backfocus_exit_code"].samples
    assert [(each.labels["camera"], each.labels["group"], each.value) for each in codes][1] == (
        "lost",
        "roof",
        3,
    )
    assert families["backfocus_checked_timestamp_seconds"].samples[0].value == 1_790_000_000.5


def test_without_cameras_there_is_no_text() -> None:
    assert exposition([]) == ""
