"""Faults of FFmpeg and of the operating system, said in one line with what to do next. Pure."""

import errno
import socket

import av.error as av_error

Fault = av_error.FFmpegError | OSError

HINTS: tuple[tuple[type[BaseException], str], ...] = (
    (
        av_error.HTTPUnauthorizedError,
        "wrong user name or password: write them as scheme://USER:PASSWORD@HOST/PATH",
    ),
    (av_error.HTTPForbiddenError, "the camera forbids this: check the rights of this user on the camera"),
    (av_error.HTTPNotFoundError, "nothing at this path: check the stream's path in the camera's manual"),
    (av_error.HTTPError, "the camera answered with an error: check the address, restart the camera's server"),
    (socket.gaierror, "there is no host of this name: check its spelling and the network"),
    (
        ConnectionRefusedError,
        "the host refuses the connection: check the port and that streaming is switched on",
    ),
    (ConnectionError, "the connection broke: check the cable and the network"),
    (TimeoutError, "no answer in time: check that the host is on and reachable"),
    (av_error.ExitError, "no answer in time: check that the host is on and reachable"),
    (FileNotFoundError, "there is no such file or folder: check the path"),
    (IsADirectoryError, "this is a folder: give a file, or a folder of stills"),
    (PermissionError, "permission denied: check the rights of this file or device"),
    (av_error.DecoderNotFoundError, "no decoder for this format: convert it to H.264, HEVC or ProRes"),
    (av_error.ProtocolNotFoundError, "this kind of address is not supported by the installed FFmpeg"),
    (av_error.EOFError, "it ended before the first picture: check that it holds video"),
    (
        av_error.InvalidDataError,
        "not video, or damaged at its beginning: check that it is the right one",
    ),
    (MemoryError, "not enough memory for pictures of this size"),
)

BY_NUMBER = {
    errno.EHOSTUNREACH: "the host cannot be reached: check its name, the cable and the network",
    errno.ENETUNREACH: "the network cannot be reached: check the cable and the network settings",
    errno.EIO: "it broke off before any picture came: check that this address gives video",
    errno.EBUSY: "another program uses it: close that program",
}
"""System errors without a Python class of their own."""


def silence(timeout_s: float) -> str:
    """What to say when nothing came for this long."""
    return f"no answer within {timeout_s:g} s: check that the host is on and reachable"


def hint(fault: BaseException) -> str:
    """What is wrong and what to do next, one line without the address."""
    for kind, text in HINTS:
        if isinstance(fault, kind):
            return text
    number = getattr(fault, "errno", None)
    if number in BY_NUMBER:
        return BY_NUMBER[number]
    said = getattr(fault, "strerror", None) or str(fault) or type(fault).__name__
    return f"{_first_line(said)}: check the address and try again"


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0]
