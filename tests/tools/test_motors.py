"""What the accuracy page says of motors is what was kept, and the counting tells good from bad."""

from tools.truth.quoting import PAGE
from tools.truth.rigs import counts, kept, quoted

FOUND = {"true_um": 40.0, "found_um": 40.5, "found_low_um": 39.0, "found_high_um": 41.0}
LEFT = {"left_um": -0.5, "told_um": 0.1, "told_low_um": -1.0, "told_high_um": 1.0}
SPENT = {"corrections": 1, "looks": [6, 4, 7], "camera_s": 38.0}
FINE = {"rig": 1001, "kind": "back-focus", "half_depth_um": 9.0, "verdict": "set", **FOUND, **LEFT, **SPENT}


def test_the_accuracy_page_quotes_the_rigs_that_are_kept() -> None:
    assert kept()
    assert quoted(kept()) in PAGE.read_text(encoding="utf-8")


def test_a_rig_that_is_left_off_or_told_wrongly_is_counted_as_that() -> None:
    off = FINE | {"left_um": 12.0, "corrections": 2}
    told = {what: reached for what, reached, _ in counts([FINE, off])}
    assert told["motor for the back focus: left within h"] == "1 of 2; at most 12.00 um"
    assert told["the same: in one correction, or none needed"] == "1 of 2"
    assert told["the same: 95 % interval of what is left holds"] == "1 of 2"
    wrong = FINE | {"kind": "tracking", "verdict": "set"}
    named = {
        what: reached for what, reached, _ in counts([wrong, FINE | {"kind": "rear", "verdict": "adjust"}])
    }
    assert {reached for what, reached in named.items() if "named" in what} == {"0 of 1"}
