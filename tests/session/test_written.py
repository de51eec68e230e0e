"""Files that a person wrote: read whole, or told why not."""

from pathlib import Path

import pytest

from backfocus.session.written import text_in


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/full"])
def test_a_file_without_an_end_is_not_read_to_it(device: str) -> None:
    if not Path(device).exists():
        pytest.skip(f"no {device} on this machine")
    with pytest.raises(ValueError, match="no end"):
        text_in(Path(device))


def test_the_mark_of_notepad_is_no_letter(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(b"\xef\xbb\xbfa = 1")
    assert text_in(tmp_path / "a.toml") == "a = 1"


@pytest.mark.parametrize("wrong", ["folder", "bytes"])
def test_what_is_no_text_is_told_in_words(tmp_path: Path, wrong: str) -> None:
    file = tmp_path / wrong
    if wrong == "folder":
        file.mkdir()
    else:
        file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match="directory" if wrong == "folder" else "UTF-8"):
        text_in(file)
