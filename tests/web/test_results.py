"""A kept session as the page lists, plots and hands it out."""

import base64
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from starlette.testclient import TestClient

from backfocus.errors import StoreError, UsageError
from backfocus.guide.events import Stopped
from backfocus.guide.records import to_dict
from backfocus.guide.session_state import Setup
from backfocus.measure.reading import Object, Tile
from backfocus.optics.lens import Optics
from backfocus.report import Comparison
from backfocus.session.comparison import entries_of
from backfocus.session.store import Entry, Store
from backfocus.web import results
from backfocus.web.app import make_app
from backfocus.web.session_host import SessionHost


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


def comparison() -> Comparison:
    """A wall of lines, sharp and soft."""
    sharp = (np.indices((48, 112)).sum(axis=0) % 2 * 200).astype(np.uint8)
    whole = np.full((90, 160), 90, np.uint8)
    png = [cv2.imencode(".png", each)[1].tobytes() for each in (sharp, cv2.blur(sharp, (5, 5)))]
    jpeg = cv2.imencode(".jpg", whole)[1].tobytes()
    target = Object(100.0, 100.0, 112.0, 48.0, (Tile(60.0, 100.0, 32.0, True),))
    return Comparison(*png, jpeg, 112, 48, 44.0, 76.0, 320, 180, target, 0.2)


@pytest.fixture
def compared(store: Store) -> Store:
    """One with an object, compared at two times, before it was stopped."""
    number = store.begin(to_dict(Setup()), source="x", title="x")
    for at_s in (1.0, 2.0):
        store.append(number, *entries_of(comparison(), at_s))
    store.append(number, Entry("event", 3.0, to_dict(Stopped(3.0, "aim"))))
    return store


def test_of_an_object_tele_stands_beside_wide_before_and_after(compared: Store) -> None:
    (shown,) = results.one(compared, 2)["compared"]
    assert [each["title"] for each in shown] == ["Tele beside wide, before", "Tele beside wide"]
    assert results.one(compared, 1)["compared"] == [[]]
    for each in shown:
        assert each["times"] * each["width_px"] <= 720
        assert each["images"]["filmed"] in each["tiles"]["drawing"]
        assert "style=" not in each["tiles"]["drawing"], "the page's policy would refuse it"


def test_its_pictures_are_of_one_size_and_come_with_it(compared: Store, tmp_path: Path) -> None:
    compared.close()
    address = str(tmp_path / "s.db")
    app = make_app(SessionHost(address), store_address=address, guard=lambda inside: inside)
    with TestClient(app) as client:
        (before, after) = client.get("/api/sessions/2/compared").json()
        assert (before["title"], after["title"]) == ("Tele beside wide, before", "Tele beside wide")
        for picture in after["images"].values():
            kind, content = picture.split(",")
            assert kind == "data:image/png;base64"
            codes = np.frombuffer(base64.b64decode(content), np.uint8)
            assert cv2.imdecode(codes, cv2.IMREAD_UNCHANGED).shape == (48, 112)
        assert client.get("/api/sessions/1/compared").json() == []
        assert client.get("/api/sessions/9/compared").status_code == 404
        assert 'class="split"' in client.get("/report/2.html").text
