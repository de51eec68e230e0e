"""A tone whose pitch follows the sharpness, as a variometer's the lift; silent where there is no sound."""

import array
import contextlib
import math
from collections.abc import Generator
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from miniaudio import PlaybackDevice

RATE_HZ = 44_100
LOWEST_HZ = 220.0
OCTAVES = 2.5
LOUDNESS = 0.15
CHIME_HZ = (880.0, 1320.0)
CHIME_NOTE_S = 0.12
NULL_DEVICE = "Discard all samples"
"""How miniaudio names the device that is no device."""


def pitch_hz(sharpness: float) -> float:
    """Pitch for a sharpness between 0 (nothing yet) and 1 (the best seen): 220 Hz rising by 2.5 octaves."""
    return float(LOWEST_HZ * 2.0 ** (OCTAVES * min(max(sharpness, 0.0), 1.0)))


class Tone:
    """Plays one tone in the background; every method is a no-op where the machine has no sound."""

    def __init__(self) -> None:
        self._hz: float | None = None
        self._chime_s = 0.0
        self.muted = False
        self._device: PlaybackDevice | None = None

    def __enter__(self) -> Self:
        import miniaudio

        with contextlib.suppress(miniaudio.MiniaudioError):
            outputs = miniaudio.Devices().get_playbacks()
            if any(not output["name"].startswith(NULL_DEVICE) for output in outputs):
                self._device = miniaudio.PlaybackDevice(
                    output_format=miniaudio.SampleFormat.SIGNED16,
                    nchannels=1,
                    sample_rate=RATE_HZ,
                    buffersize_msec=60,
                )
                samples = self._samples()
                next(samples)
                self._device.start(samples)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._device is not None:
            self._device.close()

    @property
    def sounding(self) -> bool:
        """Whether this machine has anything to sound on."""
        return self._device is not None

    def follow(self, sharpness: float | None) -> None:
        """Sound at the pitch of `sharpness` (0 to 1), or fall silent on None."""
        self._hz = None if sharpness is None else pitch_hz(sharpness)

    def chime(self) -> None:
        """Two rising notes: the peak, or a step done."""
        self._chime_s = CHIME_NOTE_S * len(CHIME_HZ)

    def _samples(self) -> "Generator[array.array[int], int, None]":
        """Samples on demand; phase and loudness glide, so that changes do not click."""
        phase, loudness = 0.0, 0.0
        count = yield array.array("h")
        while True:
            hz = self._sounding_hz()
            goal = LOUDNESS if hz else 0.0
            block = array.array("h")
            for _ in range(count):
                loudness += (goal - loudness) * 0.002
                phase += 2 * math.pi * (hz or LOWEST_HZ) / RATE_HZ
                block.append(int(32767 * loudness * math.sin(phase)))
            self._chime_s = max(0.0, self._chime_s - count / RATE_HZ)
            phase %= 2 * math.pi
            count = yield block

    def mute(self) -> bool:
        """Be silent, or sound again; whether it is silent now."""
        self.muted = not self.muted
        return self.muted

    def _sounding_hz(self) -> float | None:
        if self.muted:
            return None
        if self._chime_s > 0:
            note = len(CHIME_HZ) - math.ceil(self._chime_s / CHIME_NOTE_S)
            return CHIME_HZ[min(max(note, 0), len(CHIME_HZ) - 1)]
        return self._hz
