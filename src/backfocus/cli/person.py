"""The person at the keyboard: keys, notes typed letter by letter, and what is asked first."""

from collections.abc import Callable
from dataclasses import dataclass, field

from ..guide import events as ev
from ..guide.hands import COMMANDS, Heard, Word
from ..guide.session_state import Session
from ..show.view import AIMING
from .keys import ESCAPE, Keyboard

KEYS: dict[str, Word] = {
    "\r": "confirm",
    "\n": "confirm",
    " ": "confirm",
    "r": "repeat",
    "s": "skip",
    "u": "undo",
}
"""What is done at once; letters in either case."""
ND_KEYS = "12345678"
"""The number of the ND position that was just turned in."""
ENTER, RUBOUT = ("\r", "\n"), ("\x7f", "\b")
YES = (*ENTER, "y")
LONGEST_NOTE = 400
NOTE = "note"
MOVES = {"up": (0.0, -0.1), "down": (0.0, 0.1), "left": (-0.1, 0.0), "right": (0.1, 0.0)}
"""By how much of the picture an arrow key moves the place where the object stands, right and down."""


@dataclass(frozen=True, slots=True)
class Sure:
    """Something that cannot be taken back: asked about first, with the event that a yes makes."""

    question: str
    event: Callable[[float], ev.Event]


@dataclass
class Person:
    """The keys pressed, as answers that carry the step they were given in.

    `session`: as it stands. `mute`: called by M, tells whether all is
    silent now. `aim`: told by the arrow keys where in the picture the object stands, `place`, in shares of it
    from the left and from the top. `sure`: what waits for a yes. `typed`: the note so far.
    """

    keyboard: Keyboard
    session: Session
    mute: Callable[[], bool] = lambda: False
    aim: Callable[[float, float], None] = lambda x_share, y_share: None
    place: tuple[float, float] = field(default=(0.5, 0.5), init=False)
    muted: bool = field(default=False, init=False)
    sure: Sure | None = field(default=None, init=False)
    typed: str | None = field(default=None, init=False)

    @property
    def question(self) -> str:
        """What waits for an answer, in words; "" where nothing does."""
        if self.sure is not None:
            return f"{self.sure.question} Enter: yes. Any other key: no."
        return "" if self.typed is None else f"Note (Enter keeps it, Esc drops it): {self.typed}_"

    def hear(self, said: Heard, at_s: float) -> None:
        """The display says it."""

    def answers(self, at_s: float) -> tuple[ev.Event, ...]:
        """What the keys since the last picture say."""
        said = [self._take(key, at_s) for key in self.keyboard.pressed()]
        return tuple(event for event in said if event is not None)

    def position(self, at_s: float) -> None:
        """A person does not know to the step where a ring stands."""

    def _take(self, key: str, at_s: float) -> ev.Event | None:
        if key in MOVES:
            self._move(*MOVES[key])
            return None
        if self.sure is not None:
            sure, self.sure = self.sure, None
            return sure.event(at_s) if key.lower() in YES else None
        if self.typed is not None:
            return self._write(key, at_s, self.typed)
        return self._command(key.lower(), at_s)

    def _command(self, key: str, at_s: float) -> ev.Event | None:
        step = self.session.step
        if key in KEYS:
            return COMMANDS[KEYS[key]](at_s, step)
        if key == "q":
            words = "Finish here? The verdict is then given on what was measured so far."
            self.sure = Sure(words, lambda when_s: COMMANDS["stop"](when_s, self.session.step))
        elif key in ND_KEYS:
            before = self.session.nd
            words = f"ND {key} turned in? What was measured with ND {before} in this round is dropped."
            self.sure = Sure(words, lambda when_s: ev.NdChanged(when_s, f"ND {key}"))
        elif key == "n":
            self.typed = ""
        elif key == "m":
            self.muted = self.mute()
        return None

    def _move(self, right: float, down: float) -> None:
        """An arrow key: it means something while an object is aimed at, and answers no question."""
        if self.sure is None and self.typed is None and self.session.step in AIMING:
            x, y = (min(max(at + by, 0.0), 1.0) for at, by in zip(self.place, (right, down), strict=True))
            self.place = round(x, 2), round(y, 2)
            self.aim(*self.place)

    def _write(self, key: str, at_s: float, typed: str) -> ev.Event | None:
        """One more letter of a note; each is added to those of before."""
        if key in ENTER or key == ESCAPE:
            self.typed = None
            before = dict(self.session.notes).get(NOTE, "")
            words = "; ".join(each for each in (before, typed.strip()) if each)
            return ev.Noted(at_s, NOTE, words) if key in ENTER and typed.strip() else None
        if key in RUBOUT:
            self.typed = typed[:-1]
        elif key.isprintable() and len(typed) < LONGEST_NOTE:
            self.typed = typed + key
        return None
