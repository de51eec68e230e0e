"""Heard and felt, in a real browser: the tone, the signals, the spoken words; and what a phone needs."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.web.conftest import Served, Window, open_wall, shows, until
from tests.web.test_pages import at_guiding

from backfocus.web.messages import Say
from backfocus.web.offers import Given
from backfocus.web.session_host import SessionHost

LISTEN = """
globalThis.heard = { contexts: 0, spoken: [], hushed: 0, felt: [], pitches: [], notes: [] };
const Real = AudioContext;
globalThis.AudioContext = class extends Real { constructor(...all) { super(...all); heard.contexts += 1; } };
speechSynthesis.speak = (words) => heard.spoken.push(words.text);
speechSynthesis.cancel = () => (heard.hushed += 1);
Navigator.prototype.vibrate = (beats) => heard.felt.push(beats);
const glide = AudioParam.prototype.setTargetAtTime;
AudioParam.prototype.setTargetAtTime = function (value, ...rest) {
  if (value > 100) heard.pitches.push(value);
  return glide.call(this, value, ...rest);
};
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (at) {
  if (at) heard.notes.push(this.frequency.value);
  return start.call(this, at);
};
"""


@pytest.fixture
def served(serve: Callable[..., Served], tmp_path: Path) -> Served:
    store = str(tmp_path / "store.db")
    return serve(SessionHost(store, Given(), opens=open_wall), store)


def heard(page: Any, what: str) -> Any:
    return page.evaluate(f"heard.{what}")


def test_nothing_sounds_before_a_tap_and_then_the_instruction_is_spoken(
    served: Served, window: Callable[..., Window]
) -> None:
    page = at_guiding(served, window, before=LISTEN).page
    assert heard(page, "contexts") == 1, "the tap on Start"
    spoken = until(lambda: heard(page, "spoken"), "spoken")
    assert spoken[-1].startswith("Check")
    page.reload()  # another page of the same viewer: not tapped yet
    shows(page, "document.querySelector('#title').textContent.startsWith('Check')")
    assert heard(page, "contexts") == 0
    assert heard(page, "spoken") == []
    page.click("#sound")
    page.click("#sound-on")
    assert until(lambda: heard(page, "spoken"), "spoken")[-1].startswith("Check")
    page.click("#sound")
    page.uncheck("[data-sound=voice]")
    page.click("#sound-on")
    count = len(heard(page, "spoken"))
    served.host.say(Say("confirm", "check"))
    shows(page, "document.querySelector('#title').textContent.includes('IN')")
    assert len(heard(page, "spoken")) == count, "muted"


MAKE = """async () => {
  const { Sound } = await import("/static/sound.js");
  globalThis.sound = new Sound();
}"""
ON = "() => sound.start()"


@pytest.fixture
def sound(served: Served, window: Callable[..., Window]) -> Any:
    """The page's sound by itself, after a tap."""
    page = window(served.address, before=LISTEN).page
    page.wait_for_selector("#practise:enabled")
    page.evaluate(MAKE)
    page.click("h1")
    page.evaluate(ON)
    return page


def test_the_tone_rises_with_the_sharpness(sound: Any) -> None:
    def pitch(share: float) -> float:
        sound.evaluate("(share) => { heard.pitches.length = 0; sound.follow(share, true); }", share)
        return float(until(lambda: heard(sound, "pitches"), "a pitch")[-1])

    pitches = [pitch(share) for share in (0.05, 0.3, 0.6, 0.9, 1.0)]
    # a whole tone is a factor of 1.12: every step must be heard, and stay within what a phone can play
    assert all(high / low > 1.12 for low, high in itertools.pairwise(pitches))
    assert 150.0 < pitches[0] < pitches[-1] < 2500.0
    for hush in ("sound.want('tone', false)", "(sound.want('tone', true), sound.follow(0.5, false))"):
        sound.evaluate(hush)
        sound.evaluate("heard.pitches.length = 0")
        sound.wait_for_timeout(150)  # more than two beats of the tone
        assert heard(sound, "pitches") == []


def test_every_signal_is_another_and_each_part_is_muted_by_itself(sound: Any) -> None:
    patterns = {}
    for kind in ("peak", "good", "wrong", "done"):
        sound.evaluate("heard.notes = []; heard.felt = []")
        sound.evaluate("(kind) => sound.signal(kind)", kind)
        patterns[kind] = str(heard(sound, "notes")), str(heard(sound, "felt"))
    assert len({notes for notes, _ in patterns.values()}) == 4
    assert len({felt for _, felt in patterns.values()}) == 4
    sound.evaluate("sound.want('signal', false); heard.notes = []; heard.felt = []; sound.signal('peak')")
    assert heard(sound, "notes") == []
    assert heard(sound, "felt") != [], "vibration is muted by itself"
    sound.evaluate(
        "sound.want('signal', true); sound.want('buzz', false); heard.felt = []; sound.signal('peak')"
    )
    assert heard(sound, "notes") != []
    assert heard(sound, "felt") == []


def test_a_signal_is_heard_once_and_none_of_before_the_page_was_opened(sound: Any) -> None:
    # in one go: between two the page may hear from its server
    count = "list => { heard.notes = []; sound.signals(list); return heard.notes.length; }"
    lists = [[[1, "peak"]], [[1, "peak"], [2, "good"]], [[1, "peak"], [2, "good"]]]
    heard_of_each = f"lists => {{ sound.heard = null; return lists.map({count}); }}"
    assert sound.evaluate(heard_of_each, lists) == [0, 1, 0]


PHONE: dict[str, Any] = {"is_mobile": True, "has_touch": True}
PLAIN_HTTP = LISTEN + "delete Navigator.prototype.wakeLock;"


@pytest.mark.slow
def test_a_phone_on_plain_http_is_told_what_to_set(served: Served, window: Callable[..., Window]) -> None:
    page = at_guiding(served, window, before=PLAIN_HTTP, **PHONE).page
    page.wait_for_selector("#sleep:not([hidden])")
    words = page.text_content("#sleep")
    assert all(word in words for word in ("Auto-Lock", "Screen timeout", "goes on where it was"))
    page.click("#sleep .close")
    page.reload()
    page.wait_for_selector("#guide:not([hidden])")
    assert page.locator("#sleep").is_hidden(), "told once"


@pytest.mark.slow
def test_a_phone_that_slept_goes_on_where_it_was_when_it_wakes(
    served: Served, window: Callable[..., Window]
) -> None:
    page = at_guiding(served, window, before=LISTEN, **PHONE).page
    phone = page.context.new_cdp_session(page)
    phone.send("Debugger.enable")
    phone.send("Debugger.pause")  # no script runs, no message is answered, the line stays
    served.host.say(Say("confirm", "check"))
    until(lambda: served.host.shown.session.step == "to-tele", "the others go on")
    before = served.host.pictures
    until(lambda: served.host.pictures > before + 20, "time goes by")
    phone.send("Debugger.resume")
    phone.send("Debugger.disable")
    shows(page, "document.querySelector('#title').textContent.includes('IN')")
    page.wait_for_selector("[data-word=undo]:enabled")
    assert until(lambda: "IN" in heard(page, "spoken")[-1], "spoken when awake")
