"""`camera`: what it prints can be typed, and a password is asked for only if there is one."""

import shlex
from urllib.parse import urlsplit

import pytest

from backfocus.cli.auto import auto
from backfocus.cli.camera import camera
from backfocus.control.address import check_lens
from backfocus.errors import UsageError

ANY_PORT = {"video_port": 0, "visca_port": 0, "visca_tcp_port": 0, "rtsp_port": 0}


def test_the_commands_that_it_prints_name_lens_and_pictures(capsys: pytest.CaptureFixture[str]) -> None:
    camera("sim://?size=64x64&fps=5", **ANY_PORT, seconds=0.0)
    commands = [
        line[10:] for line in capsys.readouterr().out.splitlines() if f"backfocus {auto.__name__} " in line
    ]
    schemes = []
    for command in commands:
        _, _, lens, _, video, *_ = shlex.split(command)
        schemes.append((check_lens(lens), urlsplit(video).scheme))
    assert schemes == [("visca", "http"), ("onvif", "rtsp")]


def test_a_name_without_a_password_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BACKFOCUS_PASSWORD", raising=False)
    with pytest.raises(UsageError, match="BACKFOCUS_PASSWORD"):
        camera("sim://", **ANY_PORT, user="kim", seconds=0.0)


def test_where_the_whole_network_is_let_in_the_addresses_are_those_of_this_machine(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backfocus.served.serving.own_address", lambda: "192.0.2.7")
    camera("sim://?size=64x64&fps=5", **ANY_PORT, host="0.0.0.0", seconds=0.0)
    said = capsys.readouterr().out
    assert "visca://192.0.2.7:" in said
    assert "0.0.0.0" not in said
