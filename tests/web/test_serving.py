"""Addresses, QR codes, keys and ports."""

import re
import stat
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import cv2
import numpy as np
import pytest

from backfocus.errors import UsageError
from backfocus.web.serving import Door, kept_key, listen, qr_text
from backfocus.web.tokens import Tokens


def test_the_terminals_qr_code_can_be_read() -> None:
    address = "http://192.168.1.50:8080/?token=abcdefghijklmnopqrstuvwxyz012345"
    light = {"█": (1, 1), "▀": (1, 0), "▄": (0, 1), " ": (0, 0)}
    rows: list[list[int]] = []
    for line in qr_text(address).splitlines():
        rows += [[light[block][0] for block in line], [light[block][1] for block in line]]
    picture = np.kron(np.array(rows, np.uint8) * 255, np.ones((8, 8), np.uint8))
    assert cv2.QRCodeDetector().detectAndDecode(picture)[0] == address


def test_an_address_stands_on_a_line_of_its_own() -> None:
    said: list[str] = []
    door = Door(Tokens(b"k" * 32), "192.168.1.50", 8080, said.append)
    door.announce()
    door.close()
    lines = "\n".join(said).splitlines()
    assert re.fullmatch(r"http://192\.168\.1\.50:8080/\?token=[\w-]{20,}", lines[0])


def test_the_key_is_kept_for_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "page.key"
    key = kept_key(file)
    assert len(key) == 32
    assert kept_key(file) == key
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_bytes(b"short")
    assert len(kept_key(file)) == 32


def test_a_port_that_is_taken_is_told() -> None:
    with listen("127.0.0.1", 0) as taken, pytest.raises(UsageError, match="--port"):
        listen("127.0.0.1", taken.getsockname()[1])


def test_on_the_network_nothing_is_served_without_the_token(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "backfocus",
        "serve",
        "--lan",
        "--port",
        "0",
        "--store",
        str(tmp_path / "s.db"),
    ]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        port = int(re.fullmatch(r"http://[\d.]+:(\d+)/\?token=[\w-]+", address)[1])  # type: ignore[index]
        here = f"http://127.0.0.1:{port}/"
        # as a phone asks: at the address of the network
        for path in ("", "results", "api/sessions", "static/main.js"):
            asked = urllib.request.Request(here + path, headers={"host": f"192.168.1.5:{port}"})
            with pytest.raises(urllib.error.HTTPError, match="403"):
                urllib.request.urlopen(asked)
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(here + "api/sessions")
        token = address.partition("/?")[2]
        asked = urllib.request.Request(f"{here}?{token}", headers={"host": f"192.168.1.5:{port}"})
        with urllib.request.urlopen(asked) as answer:
            assert "HttpOnly" in answer.headers["set-cookie"]
        with urllib.request.urlopen(here) as answer:  # and the person who started it, on the same machine
            cookie = answer.headers["set-cookie"].partition(";")[0]
        with urllib.request.urlopen(urllib.request.Request(here, headers={"cookie": cookie})) as answer:
            assert b"backfocus" in answer.read()
    finally:
        server.terminate()
        server.wait()
        server.stdout.close()  # type: ignore[union-attr]
