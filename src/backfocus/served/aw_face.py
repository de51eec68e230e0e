"""Panasonic's AW protocol from the camera's side, from the maker's documents (see `control.http.aw`)."""

from ..guide.axes import Automatic, AxisName
from .http_server import Answer, Request
from .virtual_camera import VirtualCamera

LOW, HIGH = 0x555, 0xFFF


class AwFace:
    """A face of a virtual camera."""

    def __init__(self, camera: VirtualCamera) -> None:
        self._camera = camera

    def __call__(self, asked: Request) -> Answer | None:
        """The answer, or None for another path."""
        if asked.path not in ("/cgi-bin/aw_ptz", "/cgi-bin/aw_cam"):
            return None
        command = asked.query.get("cmd", "")
        head = asked.path == "/cgi-bin/aw_ptz"
        if asked.refused:
            return Answer(_refusal(2, command, head=head))
        said = self._head(command.removeprefix("#")) if head else self._camera_control(command)
        return Answer(said.encode() if isinstance(said, str) else _refusal(said, command, head=head))

    def _head(self, command: str) -> str | int:
        """What `aw_ptz` answers: a text, or the digit of an error."""
        automatic = self._camera.state().automatic
        match command[:3]:
            case "GZ":
                return f"gz{self._zoom():03X}"
            case "GF":
                return f"gf{self._focus():03X}"
            case "GI":
                return f"gi{self._iris():03X}{automatic.exposure:d}"
            case "AXZ":
                return self._place("zoom", command[3:], self._zoom())
            case "AXF" if automatic.focus and command[3:]:
                return 3
            case "AXF":
                return self._place("focus", command[3:], self._focus())
            case "AXI" if automatic.exposure and command[3:]:
                return 3
            case "AXI":
                return self._place("iris", command[3:], self._iris())
            case "D1":
                return f"d1{automatic.focus:d}"
            case "D10" | "D11":
                self._camera.automatic(Automatic(focus=command == "D11"))
                return f"d1{command[2]}"
            case "O":
                return "p1"
        return 1

    def _camera_control(self, command: str) -> str | int:
        """What `aw_cam` answers."""
        match command:
            case "QRS":
                return f"ORS:{self._camera.state().automatic.exposure:d}"
            case "ORS:0" | "ORS:1":
                self._camera.automatic(Automatic(exposure=command == "ORS:1"))
                return command
            case "QID":
                return "OID:AW-VIRTUAL"
        return 1

    def _place(self, axis: AxisName, digits: str, at: int) -> str | int:
        """Where a motor is sent, or stands where no digits are given."""
        head = f"ax{axis[0]}"
        if not digits:
            return f"{head}{at:03X}"
        try:
            wanted = int(digits, 16)
        except ValueError:
            return 3
        if len(digits) != 3 or not LOW <= wanted <= HIGH:
            return 3
        along = (wanted - LOW) / (HIGH - LOW)
        # FFFh is tele, far and open
        self._camera.move_to_share(axis, along if axis == "zoom" else 1.0 - along)
        return f"{head}{wanted:03X}"

    def _zoom(self) -> int:
        return round(LOW + self._camera.share("zoom") * (HIGH - LOW))

    def _focus(self) -> int:
        return round(HIGH - self._camera.share("focus") * (HIGH - LOW))

    def _iris(self) -> int:
        return round(HIGH - self._camera.share("iris") * (HIGH - LOW))


def _refusal(digit: int, command: str, *, head: bool) -> bytes:
    """Of `aw_ptz` with a small e, and the letters of the command alone."""
    if head:
        return f"eR{digit}:{command.removeprefix('#')[:3]}".encode()
    return f"ER{digit}:{command.partition(':')[0]}".encode()
