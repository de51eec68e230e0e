"""A serial line, through pyserial."""

from typing import Any

from ..errors import LensUnreachable


def open_line(path: str, baud: int, wait_s: float) -> Any:
    """The line, 8 bits without parity; a read ends after `wait_s`. Raises LensUnreachable."""
    try:
        import serial
    except ImportError:
        raise LensUnreachable("a serial line needs pyserial: pip install 'backfocus[serial]'") from None
    try:
        return serial.Serial(path, baud, timeout=wait_s, write_timeout=1.0)
    except (serial.SerialException, ValueError) as fault:
        raise LensUnreachable(f"{path}: the serial line cannot be opened: {fault}") from None
