"""A kept session as the page lists, plots and hands it out."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from backfocus.errors import StoreError, UsageError
from backfocus.guide.events import Stopped
from backfocus.guide.records import to_dict
from backfocus.guide.session_state import Setup
from backfocus.optics.lens import Optics
from backfocus.session.store import Entry, Store
from backfocus.web import results


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """One session, stopped before anything was measured."""
    with Store.open(tmp_path / "s.db") as opened:
        setup = Setup(Optics(5.0, ((0.0, 1.8),)))
        number = opened.begin(
            to_dict(setup), source="rtsp://ann:secret@cam/1", title="<b>cam</b>", camera="b4-hd"
        )
        opened.append(number, Entry("event", 3.0, to_dict(Stopped(3.0, "aim"))))
        opened.close_session(number, verdict="unsure", delta_um=None, sigma_um=None)
        yield opened


def test_a_session_is_listed_without_secrets(store: Store) -> None:
    (line,) = results.listed(store)
    assert (line["id"], line["state"], line["verdict"], line["camera"]) == (1, "closed", "unsure", "b4-hd")
    assert "secret" not in str(line)


def test_one_session_has_its_report(store: Store) -> None:
    found = results.one(store, 1)
    assert found["optics"] is True
    assert found["report"]["results"][0]["verdict"] == "unsure"
    assert found["pictures"] == []
    with pytest.raises(UsageError):
        results.picture(store, 1, 0)
    with pytest.raises(StoreError):
        results.one(store, 2)


def test_it_can_be_taken_away(store: Store) -> None:
    assert "<b>cam" not in results.as_html(store, 1), "a title is words"
    assert results.as_json(store, 1)["results"][0]["verdict"] == "unsure"


def test_on_paper(store: Store) -> None:
    pytest.importorskip("weasyprint", reason="the extra `pdf` is not installed")
    assert results.as_pdf(store, 1).startswith(b"%PDF")
