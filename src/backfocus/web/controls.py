"""Who holds the controls: one viewer at a time, pure, with time as an argument.

The first to come holds them. Others look on; they can ask, and the holder hands over. A holder who is gone
(asleep, out of reach) for longer than `GONE_S` can be taken over from; a reload is shorter than that.
"""

from dataclasses import dataclass, replace

GONE_S = 8.0


@dataclass(frozen=True, slots=True)
class Controls:
    """`holder`: a viewer's name, "" before anyone came. `left_s`: when the holder went; None: is here.

    `asking`: who would like to have them, "" if nobody.
    """

    holder: str = ""
    left_s: float | None = None
    asking: str = ""

    def is_free(self, now_s: float) -> bool:
        """Whether anybody may take them."""
        return not self.holder or (self.left_s is not None and now_s - self.left_s >= GONE_S)


def arrived(controls: Controls, viewer: str, now_s: float) -> Controls:
    """Somebody opened the page."""
    if viewer == controls.holder:
        return replace(controls, left_s=None)
    return Controls(viewer) if controls.is_free(now_s) else controls


def left(controls: Controls, viewer: str, now_s: float) -> Controls:
    """Somebody's page is gone."""
    if viewer == controls.asking:
        controls = replace(controls, asking="")
    return replace(controls, left_s=now_s) if viewer == controls.holder else controls


def asked(controls: Controls, viewer: str, now_s: float) -> Controls:
    """Somebody wants them: has them at once where they are free, else the holder is told."""
    if viewer == controls.holder:
        return controls
    return Controls(viewer) if controls.is_free(now_s) else replace(controls, asking=viewer)


def handed_over(controls: Controls, viewer: str, *, yes: bool) -> Controls:
    """The holder answered the viewer who asked; anybody else's answer changes nothing."""
    if viewer != controls.holder or not controls.asking:
        return controls
    return Controls(controls.asking) if yes else replace(controls, asking="")
