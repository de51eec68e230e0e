"""Addresses of lenses as people mistype them: a word on what is wrong, and never the password."""

import pytest

from backfocus.control.address import DRIVERS, check_lens
from backfocus.control.visca import lens as visca_lens
from backfocus.errors import UsageError


@pytest.mark.parametrize("scheme", [scheme for scheme, driver in DRIVERS.items() if driver.needs_host])
@pytest.mark.parametrize(
    "rest", ["[::1", "h:99999", "h:-1", "h:x", "two words", "a..b", f"{'a' * 64}.test", "h<b>", "h\\x"]
)
def test_what_no_host_can_be_is_a_wrong_address(scheme: str, rest: str) -> None:
    with pytest.raises(UsageError, match="check host and port"):
        check_lens(f"{scheme}://{rest}")


@pytest.mark.parametrize("password", ["x#hunter2", "x/hunter2", "x?hunter2", "80/hunter2", "80#hunter2"])
def test_a_password_that_fits_into_no_address_is_told_where_it_fits(password: str) -> None:
    with pytest.raises(UsageError, match="BACKFOCUS_PASSWORD") as caught:
        check_lens(f"onvif://ann:{password}@192.0.2.10")
    assert "hunter2" not in str(caught.value)
    assert "ann" not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "visca://bühne.test",
        "onvif://[fe80::1%eth0]:8000/PROFILE_1?focus=straight",
        "vapix+https://ann:p%40ss@cam_1.test",
        "aw://ann:p@ss@192.0.2.10",
        "visca+serial:///dev/ttyUSB0",
        "sim://?motor=focus",
    ],
)
def test_what_can_be_meant_passes(address: str) -> None:
    assert check_lens(address) == address.partition(":")[0]


def test_two_addresses_of_one_lens_are_known_by_the_port_that_its_driver_calls() -> None:
    assert DRIVERS["visca"].port == visca_lens.UDP_PORT
    assert DRIVERS["visca+tcp"].port == visca_lens.TCP_PORT
    assert {DRIVERS[scheme].port for scheme in DRIVERS if scheme.endswith("+https")} == {443}
