"""A newcomer at the page: reads the words and the drawing, and drags the rings. Knows nothing else.

Time is granted, not waited for: after each movement so many pictures are let through, and the next look at
the page is taken once it shows the last of them. On a busy machine that takes longer, and comes to the same.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.web.conftest import until
from tests.web.steps import PICTURE_S

READ = """() => ({
  over: !document.querySelector('#over').hidden,
  title: document.querySelector('#title').textContent,
  ring: document.querySelector('#lens .ring.on:not([data-ring=lock])')?.dataset.ring ?? '',
  way: document.querySelector('.way-word').textContent,
  pointing: document.querySelector('#lens svg').classList.contains('pointing'),
  star: document.querySelector('.live').textContent.startsWith('star'),
  locked: document.querySelector('#lock').getAttribute('aria-pressed') === 'true',
  notices: document.querySelector('#notice').textContent + document.querySelector('#notices').textContent,
  advice: document.querySelector('#advice').textContent,
  step: document.querySelector('#stage').textContent,
})"""

GRIP_PX = 70
"""One stroke of the thumb before it takes the ring again."""
PAUSE = 4
"""Pictures that go by while a hand moves from a ring to a button."""


@dataclass
class Learner:
    """Follows the page until told otherwise; `mistaken` turns the focus ring whatever is asked for.

    `grant`: lets so many pictures through, and gives the stamp of the last of them.
    """

    page: Any
    grant: Callable[[int], float | None]
    mistaken: bool = False
    way: dict[str, int] = field(default_factory=lambda: {"focus": 1, "back-focus": 1})
    seen: list[str] = field(default_factory=list)
    was: tuple[str, str] = ("", "")
    held: str = ""
    at_px: float = 0.0
    pictures: int = 0

    def follow(self, seconds: float, until: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Do what the page says until `until(words)`, for so many seconds of the camera's time."""
        last = self.pictures + seconds / PICTURE_S
        while self.pictures < last:
            words = self.page.evaluate(READ)
            if (words["title"], words["way"]) != self.was:
                self.was = words["title"], words["way"]
                self.seen.append(f"{self.pictures * PICTURE_S:.1f} s {words['title']}")
                if words["way"] == "back" and words["ring"] in self.way:
                    self.way[words["ring"]] *= -1
            if words["over"] or until(words):
                self.release()
                return words
            self.act(words)
            self.let(1)
        self.release()
        raise AssertionError(
            f"not done in {seconds:.0f} s; the page said: {' / '.join(self.seen[-12:])}; {words}"
        )

    def let(self, pictures: int) -> None:
        """Let pictures through, and wait until the page shows the last."""
        self.pictures += pictures
        stamp = self.grant(pictures)
        until(lambda: self.page.evaluate("globalThis.shownMs ?? 0") >= (stamp or 0.0), "the page shows it")

    def act(self, words: dict[str, Any]) -> None:
        ring, way = words["ring"], words["way"]
        if words["title"].startswith("Check"):
            self.say("confirm")
        elif words["locked"] and (way == "loosen first" or "lock screw" in words["notices"]):
            self.turn_lock()
        elif way == "tighten":
            if not words["locked"]:
                self.turn_lock()
            self.say("confirm")
        elif not words["pointing"] or way == "stop":
            self.release()
        elif words["title"] == "Zoom IN a little" and words["star"]:
            self.release()  # it shows again: stop there
        elif ring == "zoom":
            slowly = 2.0 if "slowly" in words["title"] else 4.0
            self.drag("zoom", slowly if way.startswith("in") else -slowly)
        elif ring == "iris":
            self.drag("iris", -15.0)
        elif ring in self.way:
            by = self.way[ring] * (1.6 if way != "back" else 0.8)
            self.drag("focus" if self.mistaken else ring, by * (6.0 if self.mistaken else 1.0))

    def drag(self, ring: str, by: float) -> None:
        """A little more of a stroke with the thumb on a ring."""
        if self.held != ring or abs(self.at_px) > GRIP_PX:
            self.release()
            box = self.page.locator(f".knob[data-ring={ring}]").bounding_box()
            self.centre = box["x"] + box["width"] / 2, box["y"] + box["height"] - 12
            self.page.mouse.move(*self.centre)
            self.page.mouse.down()
            self.held, self.at_px = ring, 0.0
        self.at_px += by
        self.page.mouse.move(self.centre[0] + self.at_px, self.centre[1])

    def release(self) -> None:
        if self.held:
            self.page.mouse.up()
        self.held, self.at_px = "", 0.0

    def turn_lock(self) -> None:
        self.release()
        self.page.click("#lock")
        self.let(PAUSE)

    def say(self, word: str) -> None:
        self.release()
        if self.page.locator(f"[data-word={word}]").is_enabled():
            self.page.click(f"[data-word={word}]")
        self.let(PAUSE)
