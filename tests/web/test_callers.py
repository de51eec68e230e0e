"""Who is put out for whom, and when, with made-up connections and a clock of our own."""

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from backfocus.web.callers import TAKEN_BYTES, Caller, Callers, Limits

LIMITS = Limits(unknown=4, known=3, say_s=10.0, take_s=20.0)


@dataclass(eq=False)
class Wire:
    """A connection that notes whether it was ended."""

    waiting: int = 0
    ended: bool = False

    def abort(self) -> None:
        self.ended = True

    def get_write_buffer_size(self) -> int:
        return self.waiting


@dataclass
class House:
    """The callers of one server, and the hands of its clock."""

    now_s: float = 0.0
    wires: list[Wire] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.callers = Callers(LIMITS, lambda: self.now_s)

    def arrives(self, address: str = "here", *, known: bool = False) -> tuple[Wire, Caller]:
        self.now_s += 0.001
        self.wires.append(Wire())
        caller = self.callers.arrived(address, self.wires[-1])
        if known:
            assert caller.let_in()
            caller.said()
        return self.wires[-1], caller

    def at(self, now_s: float) -> None:
        self.now_s = now_s
        self.callers.look_round()


def test_the_oldest_unknown_one_goes_for_a_newcomer() -> None:
    house = House()
    for _ in range(6):
        house.arrives()
    assert [wire.ended for wire in house.wires] == [True, True, False, False, False, False]


def test_who_comes_from_another_address_than_the_crowd_stays() -> None:
    house = House()
    wire, _ = house.arrives("phone")
    for _ in range(50):
        house.arrives("crowd")
    assert not wire.ended
    assert sum(not each.ended for each in house.wires) == LIMITS.unknown


@given(st.lists(st.sampled_from(["a", "b", "c"]), max_size=60))
def test_no_unknown_one_ever_puts_out_a_known_one(addresses: list[str]) -> None:
    house = House()
    known = [house.arrives(known=True) for _ in range(LIMITS.known)]
    newest = None
    for address in addresses:
        newest, _ = house.arrives(address)
        assert not newest.ended, "the newest has its turn"
    assert not any(wire.ended for wire, _ in known)
    assert sum(not wire.ended for wire in house.wires) <= LIMITS.known + LIMITS.unknown


def test_a_known_one_that_does_nothing_goes_for_one_that_asks() -> None:
    house = House()
    known = [house.arrives(known=True) for _ in range(LIMITS.known)]
    for _, caller in reversed(known[1:]):
        house.now_s += 1.0
        caller.may_speak()  # its answer was sent
    house.arrives(known=True)
    assert [wire.ended for wire, _ in known] == [False, False, True], "the one that is idle for longest"


def test_where_all_are_being_served_the_newest_is_not_let_in() -> None:
    house = House()
    known = [house.arrives(known=True) for _ in range(LIMITS.known)]
    wire, caller = house.arrives()
    assert not caller.let_in()
    assert not any(each.ended for each, _ in known)
    assert not wire.ended, "it is told why"
    known[0][1].left()
    assert caller.let_in()


def test_who_says_nothing_whole_in_its_time_is_cut_off() -> None:
    house = House()
    silent, _ = house.arrives()
    spoke, caller = house.arrives()
    caller.said()
    house.at(9.9)
    assert not silent.ended
    caller.may_speak()
    house.at(10.1)
    assert silent.ended
    assert not spoke.ended
    house.at(19.8)
    assert not spoke.ended
    house.at(20.0)
    assert spoke.ended


def test_who_takes_nothing_in_its_time_is_cut_off() -> None:
    house = House()
    slow, caller = house.arrives(known=True)
    caller.said()
    for now_s, waiting in ((1.0, 50), (19.0, 90), (20.0, 0), (21.0, 80), (40.0, 1)):
        slow.waiting = waiting
        house.at(now_s)
        assert not slow.ended, "it took everything in between"
    house.at(41.1)
    assert slow.ended


def test_who_takes_a_little_at_a_time_is_waited_for() -> None:
    house = House()
    slow, caller = house.arrives(known=True)
    caller.said()
    for step in range(10):
        slow.waiting = 500_000 - step * TAKEN_BYTES
        house.at(1.0 + 19.0 * step)
        assert not slow.ended
    slow.waiting -= 10  # next to nothing
    house.at(house.now_s + 20.0)
    assert slow.ended


def test_what_is_sent_meanwhile_hides_neither_who_takes_nor_who_does_not() -> None:
    house = House()
    (takes, first), (takes_not, second) = house.arrives(known=True), house.arrives(known=True)
    first.said()
    second.said()
    for step in range(100):
        takes.waiting = 20_000 if step % 2 else 60_000  # falls, and is filled up
        takes_not.waiting = 60_000 + step
        house.at(1.0 + step)
    assert not takes.ended
    assert takes_not.ended


def test_who_left_is_not_looked_at_again() -> None:
    house = House()
    wire, caller = house.arrives()
    caller.left()
    caller.left()
    house.at(100.0)
    assert not wire.ended
