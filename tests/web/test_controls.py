"""Who holds the controls."""

from hypothesis import given
from hypothesis import strategies as st

from backfocus.web.controls import GONE_S, Controls, arrived, asked, handed_over, left


def test_the_first_to_come_holds_them_and_the_second_looks_on() -> None:
    controls = arrived(arrived(Controls(), "a", 0.0), "b", 1.0)
    assert controls.holder == "a"


def test_a_reload_keeps_them() -> None:
    controls = arrived(Controls(), "a", 0.0)
    controls = arrived(left(controls, "a", 5.0), "a", 6.0)
    assert controls == Controls("a")


def test_they_are_handed_over_on_request_only() -> None:
    controls = arrived(Controls(), "a", 0.0)
    assert handed_over(controls, "a", yes=True).holder == "a", "nobody asked"
    controls = asked(controls, "b", 1.0)
    assert controls.asking == "b"
    assert handed_over(controls, "b", yes=True).holder == "a", "not by who asked"
    assert handed_over(controls, "a", yes=False) == Controls("a")
    assert handed_over(controls, "a", yes=True) == Controls("b")


def test_a_holder_who_is_gone_is_waited_for_only_so_long() -> None:
    controls = left(arrived(Controls(), "a", 0.0), "a", 10.0)
    assert asked(controls, "b", 10.0 + GONE_S / 2).holder == "a"
    assert asked(controls, "b", 10.0 + GONE_S).holder == "b"


@given(st.lists(st.tuples(st.sampled_from(["come", "go", "ask", "yes", "no"]), st.sampled_from("abc"))))
def test_there_is_one_holder_once_anybody_came(steps: list[tuple[str, str]]) -> None:
    controls, came = Controls(), False
    for at_s, (what, who) in enumerate(steps):
        match what:
            case "come":
                controls, came = arrived(controls, who, at_s), True
            case "go":
                controls = left(controls, who, at_s)
            case "ask":
                controls, came = asked(controls, who, at_s), True
            case _:
                controls = handed_over(controls, who, yes=what == "yes")
        assert bool(controls.holder) == came
        assert controls.asking != controls.holder or not controls.asking
