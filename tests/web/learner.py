"""A newcomer at the page: reads the words and the drawing, and drags the rings. Knows nothing else."""

import time
from dataclasses import dataclass, field
from typing import Any

READ = """() => ({
  over: !document.querySelector('#over').hidden,
  title: document.querySelector('#title').textContent,
  ring: document.querySelector('#lens .ring.on:not([data-ring=lock])')?.dataset.ring ?? '',
  way: document.querySelector('.way-word').textContent,
  pointing: document.querySelector('#lens svg').classList.contains('pointing'),
  star: document.querySelector('.live').textContent.startsWith('star'),
  locked: document.querySelector('#lock').getAttribute('aria-pressed') === 'true',
  warnings: document.querySelector('#warnings').textContent,
  advice: document.querySelector('#advice').textContent,
  step: document.querySelector('#stage').textContent,
})"""

GRIP_PX = 70
"""One stroke of the thumb before it takes the ring anew."""


@dataclass
class Learner:
    """Follows the page until told otherwise; `mistaken` turns the focus ring whatever is asked for."""

    page: Any
    mistaken: bool = False
    way: dict[str, int] = field(default_factory=lambda: {"focus": 1, "back-focus": 1})
    seen: list[str] = field(default_factory=list)
    was: tuple[str, str] = ("", "")
    held: str = ""
    at_px: float = 0.0

    def follow(self, seconds: float, until: Any) -> dict[str, Any]:
        """Do what the page says, ten times a second, until `until(words)`."""
        end_s = time.monotonic() + seconds
        while time.monotonic() < end_s:
            words = self.page.evaluate(READ)
            if (words["title"], words["way"]) != self.was:
                self.was = words["title"], words["way"]
                self.seen.append(words["title"])
                if words["way"] == "back" and words["ring"] in self.way:
                    self.way[words["ring"]] *= -1
            if words["over"] or until(words):
                self.release()
                return words
            self.act(words)
            self.page.wait_for_timeout(30)
        self.release()
        raise AssertionError(
            f"not done in {seconds:.0f} s; the page said: {' / '.join(self.seen[-12:])}; {words}"
        )

    def act(self, words: dict[str, Any]) -> None:
        ring, way = words["ring"], words["way"]
        if words["title"].startswith("Check"):
            self.say("confirm")
        elif words["locked"] and (way == "loosen first" or "lock screw loose" in words["title"]):
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
        self.page.wait_for_timeout(300)

    def say(self, word: str) -> None:
        self.release()
        if self.page.locator(f"[data-word={word}]").is_enabled():
            self.page.click(f"[data-word={word}]")
        self.page.wait_for_timeout(300)
