"""What can be chosen; and what a page cannot make the server open."""

from pathlib import Path

import pytest

from backfocus.errors import UsageError
from backfocus.web.messages import Choice
from backfocus.web.offers import Given, address_of, offered, recordings, setup_of


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


def test_camera_and_lens_make_the_optics() -> None:
    setup = setup_of(Choice("virtual", camera="b4-hd", lens="canon-cj20ex7.8b"), "rtsp://cam/1")
    assert setup.optics is not None
    assert setup.optics.pixel_um == 5.0
    assert setup.zoom_ratio == pytest.approx(20.0)


def test_numbers_win_over_profiles_and_half_of_what_is_needed_is_refused() -> None:
    setup = setup_of(Choice("address", camera="b4-hd", pixel_um=2.5, f_number="4"), "rtsp://cam/1")
    assert setup.optics is not None
    assert (setup.optics.pixel_um, setup.optics.f_number()) == (2.5, 4.0)
    assert setup_of(Choice("address"), "rtsp://cam/1").optics is None
    for half in (Choice("address", pixel_um=5.0), Choice("address", f_number="2")):
        with pytest.raises(UsageError, match="both"):
            setup_of(half, "rtsp://cam/1")


@pytest.mark.parametrize("field", ["camera", "lens", "f_number"])
def test_what_cannot_be_meant_is_refused(field: str) -> None:
    with pytest.raises(UsageError):
        setup_of(Choice("address", **{"pixel_um": 5.0, field: "<script>"}), "rtsp://cam/1")  # type: ignore[arg-type]
