"""What can be chosen; and what a page cannot make the server open."""

from pathlib import Path

import pytest

from backfocus.errors import UsageError
from backfocus.session.config import read_config
from backfocus.session.rig import rig_options
from backfocus.web.messages import Choice
from backfocus.web.offers import Given, address_of, offered, recordings


@pytest.fixture
def media(tmp_path: Path) -> Path:
    folder = tmp_path / "media"
    folder.mkdir()
    (folder / "a.mp4").write_bytes(b"x")
    (folder / "notes.txt").write_bytes(b"x")
    (folder / "deep").mkdir()
    (tmp_path / "secret.mp4").write_bytes(b"x")
    (folder / "link.mp4").symlink_to(tmp_path / "secret.mp4")
    return folder


def test_only_recordings_of_the_folder_itself_are_listed(media: Path) -> None:
    assert set(recordings(media)) == {"a.mp4"}
    assert offered(Given(None, media))["recordings"] == ["a.mp4"]
    assert recordings(None) == {}
    assert recordings(media / "a card that was pulled") == {}


@pytest.mark.parametrize(
    "name", ["../secret.mp4", "link.mp4", "/etc/passwd", "", ".", "a.mp4/", "notes.txt", "a.mp4\0"]
)
def test_no_path_of_a_page_is_opened(media: Path, name: str) -> None:
    with pytest.raises(UsageError):
        address_of(Choice("recording", name), Given(None, media))


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "clip.mp4", "file:///etc/passwd", "", "C:\\x.mp4", "device:0", "ftp://x/y", "~/x"]
)
def test_a_typed_address_is_never_a_file(name: str) -> None:
    with pytest.raises(UsageError):
        address_of(Choice("address", name), Given())


def test_what_was_listed_is_opened(media: Path) -> None:
    assert address_of(Choice("recording", "a.mp4"), Given(None, media)) == str(media / "a.mp4")
    assert address_of(Choice("address", "rtsp://cam/1"), Given()) == "rtsp://cam/1"
    given = Given(Choice("given", "/clips/x.mov"))
    assert address_of(Choice("given"), given) == "/clips/x.mov"


def test_the_source_of_the_command_line_is_shown_without_its_password() -> None:
    shown = offered(Given(Choice("given", "rtsp://ann:secret@cam/1")))
    assert "secret" not in str(shown)


def test_what_was_said_at_the_start_stands_in_the_form(tmp_path: Path) -> None:
    (tmp_path / "b.toml").write_text(
        'camera = "b4-hd"\nshims = [10, 30]\n[rig.studio-a]\n'
        'source = "rtsp://ann:secret@cam/1"\nlens = "canon-cj20ex7.8b"\n'
    )
    config = read_config(tmp_path / "b.toml")
    listed = offered(Given(config=config))
    assert listed["chosen"] == {"camera": "b4-hd", "shims": "10, 30"}
    assert listed["rigs"] == [{"name": "studio-a", "words": "rtsp://***@cam/1, canon-cj20ex7.8b"}]
    given = Choice("given", "rtsp://cam/1", rig_options({"extender": 2, "no_ring": True}))
    assert offered(Given(given, config=config))["chosen"] == {"extender": 2.0, "no_ring": True}


def test_the_source_of_a_rig_comes_from_the_file(tmp_path: Path) -> None:
    (tmp_path / "b.toml").write_text('[rig.a]\nsource = "rtsp://cam/1"\n[rig.b]\nlens = "cs-2.8-12"\n')
    given = Given(config=read_config(tmp_path / "b.toml"))
    assert address_of(Choice("rig", "a"), given) == "rtsp://cam/1"
    for name in ("b", "c", ""):
        with pytest.raises(UsageError):
            address_of(Choice("rig", name), given)
