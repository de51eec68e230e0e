"""Raw files of cameras, developed to linear light by LibRaw where the extra is installed, else refused."""

import os
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import IO

from .file import AGAIN, StillFile
from .picture import Picture
from .plain import DECODER_FAULTS
from .tone import LINEAR

DEVELOP = "a raw file: develop it to TIFF first, or let it be read as it is: pip install 'backfocus[raw]'"


def pictures(file: StillFile) -> Generator[Picture]:
    """The whole picture of a raw file."""
    yield _developed(file)


def _developed(file: StillFile) -> Picture:
    """Linear: no curve, no white balance (the chart is grey), no brightening."""
    try:
        import rawpy
    except ImportError:
        raise file.refusal(DEVELOP) from None
    with _complaints() as said:
        try:
            with rawpy.imread(str(file.path)) as opened:
                file.demand_size(opened.sizes.raw_width, opened.sizes.raw_height, sample_bytes=6)
                samples = opened.postprocess(
                    gamma=(1, 1),
                    no_auto_bright=True,
                    user_wb=[1.0, 1.0, 1.0, 1.0],
                    output_color=rawpy.ColorSpace.raw,
                    output_bps=16,
                )
        except rawpy.LibRawError as fault:
            raise file.refusal(f"the raw file is damaged, or of a camera not known yet: {AGAIN}") from fault
        except DECODER_FAULTS as fault:
            raise file.refusal(f"the raw file is damaged: {AGAIN}") from fault
        complained = os.fstat(said.fileno()).st_size > 0
    return Picture(samples=samples, bits=16, tone=LINEAR, is_damaged=complained)


@contextmanager
def _complaints() -> Iterator[IO[bytes]]:
    """What LibRaw writes past Python to the terminal, into a file instead."""
    with tempfile.TemporaryFile() as said:
        terminal = os.dup(2)
        os.dup2(said.fileno(), 2)
        try:
            yield said
        finally:
            os.dup2(terminal, 2)
            os.close(terminal)
