"""What the virtual camera answers of its motors in ONVIF: its PTZ service and its imaging service."""

import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Literal
from xml.etree.ElementTree import Element

from ..control.onvif.onvif import AUTO, MANUAL, ZOOM_SPACE
from ..control.onvif.soap import Fault, Node, below, inner, node, number, prefixed
from ..control.untrusted import number_in_text
from ..guide.axes import Automatic
from ..sim.motor import IRIS_STOPS
from .onvif_device import (
    MOTORS,
    PROFILE,
    SOURCE,
    Answering,
    RefusalError,
    demand_token,
    no_such,
    ptz_settings,
    span,
)
from .virtual_camera import VirtualCamera

SPACES = "http://www.onvif.org/ver10/tptz/ZoomSpaces/"
PRESETS = 16
MOST_DB = 3.0 * IRIS_STOPS
"""What a closed iris takes away: 3 dB a stop."""
Turned = Literal["zoom", "focus"]
DURATION = re.compile(r"PT(?:(\d{1,4})M)?(?:(\d{1,4}(?:\.\d{1,9})?)S)?")


class OnvifMotors:
    """Zoom and focus, each from 0 to 1; their speed is that of the motor, whatever is asked for."""

    def __init__(self, camera: VirtualCamera) -> None:
        self._camera = camera
        self._lock = threading.Lock()
        self._presets: dict[str, tuple[str, float]] = {}
        self._stops: dict[Turned, threading.Timer] = {}
        self._exposure = {"ExposureTime": 10000.0, "Gain": 0.0}

    @property
    def answers(self) -> dict[str, Answering]:
        """By the name of the question."""
        return {
            "tptz:GetServiceCapabilities": lambda asked, here: node(
                "tptz:GetServiceCapabilitiesResponse",
                node("tptz:Capabilities", MoveStatus="true", StatusPosition="true"),
            ),
            "tptz:GetNodes": lambda asked, here: node("tptz:GetNodesResponse", _node()),
            "tptz:GetNode": _get_node,
            "tptz:GetConfigurations": lambda asked, here: node(
                "tptz:GetConfigurationsResponse", ptz_settings("tptz:PTZConfiguration")
            ),
            "tptz:GetConfiguration": lambda asked, here: node(
                "tptz:GetConfigurationResponse", ptz_settings("tptz:PTZConfiguration")
            ),
            "tptz:GetConfigurationOptions": lambda asked, here: _ptz_options(),
            "tptz:GetStatus": self._status,
            "tptz:AbsoluteMove": _empty(self._zoom_to),
            "tptz:RelativeMove": _empty(self._zoom_by),
            "tptz:ContinuousMove": _empty(self._zoom_on),
            "tptz:Stop": _empty(self._zoom_stop),
            "tptz:GetPresets": self._get_presets,
            "tptz:SetPreset": self._set_preset,
            "tptz:GotoPreset": _empty(self._goto_preset),
            "tptz:RemovePreset": _empty(self._remove_preset),
            "timg:GetServiceCapabilities": lambda asked, here: node(
                "timg:GetServiceCapabilitiesResponse", node("timg:Capabilities", ImageStabilization="false")
            ),
            "timg:GetImagingSettings": self._get_settings,
            "timg:SetImagingSettings": _empty(self._set_settings),
            "timg:GetOptions": _options,
            "timg:GetMoveOptions": _move_options,
            "timg:Move": _empty(self._focus_move),
            "timg:Stop": _empty(self._focus_stop),
            "timg:GetStatus": self._focus_status,
        }

    def _at(self, axis: Turned) -> float:
        return self._camera.share(axis)

    def _send(self, axis: Turned, share: float) -> None:
        if not 0.0 <= share <= 1.0:
            raise RefusalError(
                Fault(
                    "Sender",
                    ("InvalidArgVal", "InvalidPosition"),
                    f"{axis} goes from 0 to 1, not to {share:g}",
                )
            )
        self._not_stopped(axis)
        against = self._camera.move_to_share(axis, share)
        if against is not None:
            raise RefusalError(Fault("Sender", ("OperationProhibited",), against))

    def _not_stopped(self, axis: Turned) -> None:
        with self._lock:
            timer = self._stops.pop(axis, None)
        if timer is not None:
            timer.cancel()

    def _turn(self, axis: Turned, speed: float, longest_s: float | None) -> None:
        """On and on, to the end of the span or for so long."""
        if speed == 0.0:
            self._stop(axis)
            return
        self._send(axis, 1.0 if speed > 0.0 else 0.0)
        if longest_s is not None:
            timer = threading.Timer(longest_s, self._stop, (axis,))
            timer.daemon = True
            with self._lock:
                self._stops[axis] = timer
            timer.start()

    def _stop(self, axis: Turned) -> None:
        self._send(axis, min(max(self._at(axis), 0.0), 1.0))

    def _zoom_to(self, asked: Element) -> None:
        demand_token(asked, "ProfileToken", PROFILE, "profile")
        place = _zoom_of(asked, "Position")
        if place is not None:
            self._send("zoom", place)

    def _zoom_by(self, asked: Element) -> None:
        demand_token(asked, "ProfileToken", PROFILE, "profile")
        by = _zoom_of(asked, "Translation")
        if by is not None:
            self._send("zoom", min(max(self._at("zoom") + by, 0.0), 1.0))

    def _zoom_on(self, asked: Element) -> None:
        demand_token(asked, "ProfileToken", PROFILE, "profile")
        speed = _zoom_of(asked, "Velocity")
        if speed is not None:
            self._turn("zoom", speed, _seconds(inner(asked, "Timeout")))

    def _zoom_stop(self, asked: Element) -> None:
        demand_token(asked, "ProfileToken", PROFILE, "profile")
        if inner(asked, "Zoom") != "false":
            self._stop("zoom")

    def _status(self, asked: Element, here: str) -> Node:
        demand_token(asked, "ProfileToken", PROFILE, "profile")
        return node(
            "tptz:GetStatusResponse",
            node(
                "tptz:PTZStatus",
                node("tt:Position", node("tt:Zoom", x=f"{self._at('zoom'):.6f}", space=ZOOM_SPACE)),
                node("tt:MoveStatus", node("tt:Zoom", self._moving())),
                node("tt:UtcTime", datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")),
            ),
        )

    def _moving(self) -> str:
        return "IDLE" if self._camera.state().settled else "MOVING"

    def _get_presets(self, asked: Element, here: str) -> Node:
        demand_token(asked, "ProfileToken", PROFILE, "profile")
        with self._lock:
            presets = dict(self._presets)
        return node("tptz:GetPresetsResponse", *(_preset(token, *each) for token, each in presets.items()))

    def _set_preset(self, asked: Element, here: str) -> Node:
        demand_token(asked, "ProfileToken", PROFILE, "profile")
        token, name = inner(asked, "PresetToken"), inner(asked, "PresetName")
        at = self._at("zoom")
        with self._lock:
            if token and token not in self._presets:
                raise no_such("preset", token)
            free = [f"{number}" for number in range(1, PRESETS + 1) if f"{number}" not in self._presets]
            if not token and not free:
                raise RefusalError(Fault("Receiver", ("Action", "TooManyPresets"), "all presets are taken"))
            token = token or free[0]
            self._presets[token] = name or token, at
        return node("tptz:SetPresetResponse", node("tptz:PresetToken", token))

    def _goto_preset(self, asked: Element) -> None:
        self._send("zoom", self._known_preset(asked)[1])

    def _remove_preset(self, asked: Element) -> None:
        self._known_preset(asked)
        with self._lock:
            self._presets.pop(inner(asked, "PresetToken") or "", None)

    def _known_preset(self, asked: Element) -> tuple[str, float]:
        demand_token(asked, "ProfileToken", PROFILE, "profile")
        token = inner(asked, "PresetToken") or ""
        with self._lock:
            if token not in self._presets:
                raise no_such("preset", token)
            return self._presets[token]

    def _get_settings(self, asked: Element, here: str) -> Node:
        demand_token(asked, "VideoSourceToken", SOURCE, "source")
        on = self._camera.state().automatic
        with self._lock:
            exposure = [node(f"tt:{name}", value) for name, value in self._exposure.items()]
        exposure.append(node("tt:Iris", round(self._camera.share("iris") * MOST_DB, 3)))
        return node(
            "timg:GetImagingSettingsResponse",
            node(
                "timg:ImagingSettings",
                node("tt:Exposure", node("tt:Mode", AUTO if on.exposure else MANUAL), *exposure),
                node("tt:Focus", node("tt:AutoFocusMode", AUTO if on.focus else MANUAL)),
            ),
        )

    def _set_settings(self, asked: Element) -> None:
        demand_token(asked, "VideoSourceToken", SOURCE, "source")
        wanted = {
            "focus": inner(asked, "ImagingSettings/Focus/AutoFocusMode"),
            "exposure": inner(asked, "ImagingSettings/Exposure/Mode"),
        }
        if set(wanted.values()) - {None, AUTO, MANUAL}:
            raise RefusalError(
                Fault("Sender", ("InvalidArgVal", "SettingsInvalid"), "a mode is AUTO or MANUAL")
            )
        on = {name: mode == AUTO for name, mode in wanted.items() if mode is not None}
        self._camera.automatic(Automatic(on.get("focus"), on.get("exposure")))
        iris_db = number(asked, "ImagingSettings/Exposure/Iris")
        if iris_db is not None and not self._camera.state().automatic.exposure:
            self._camera.move_to_share("iris", iris_db / MOST_DB)
        with self._lock:
            for name in self._exposure:
                value = number(asked, f"ImagingSettings/Exposure/{name}")
                self._exposure[name] = self._exposure[name] if value is None else value

    def _focus_move(self, asked: Element) -> None:
        demand_token(asked, "VideoSourceToken", SOURCE, "source")
        place = number(asked, "Focus/Absolute/Position")
        by = number(asked, "Focus/Relative/Distance")
        speed = number(asked, "Focus/Continuous/Speed")
        if place is not None:
            self._send("focus", place)
        elif by is not None:
            self._send("focus", min(max(self._at("focus") + by, 0.0), 1.0))
        elif speed is not None:
            self._turn("focus", speed, None)
        else:
            raise RefusalError(Fault("Sender", ("InvalidArgVal",), "say where the focus is to go"))

    def _focus_stop(self, asked: Element) -> None:
        demand_token(asked, "VideoSourceToken", SOURCE, "source")
        self._stop("focus")

    def _focus_status(self, asked: Element, here: str) -> Node:
        demand_token(asked, "VideoSourceToken", SOURCE, "source")
        place = node("tt:Position", f"{self._at('focus'):.6f}"), node("tt:MoveStatus", self._moving())
        return node("timg:GetStatusResponse", node("timg:Status", node("tt:FocusStatus20", *place)))


def _empty(carry_out: Callable[[Element], None]) -> Answering:
    """An answer without anything in it, once the question is carried out."""

    def answering(asked: Element, here: str) -> Node:
        carry_out(asked)
        return node(f"{prefixed(asked)}Response")

    return answering


def _zoom_of(asked: Element, name: str) -> float | None:
    zoom = below(asked, f"{name}/Zoom")
    return number_in_text(zoom[0].get("x")) if zoom else None


def _seconds(duration: str | None) -> float | None:
    """Seconds of an XML duration without hours."""
    found = DURATION.fullmatch(duration or "")
    return None if found is None else 60.0 * float(found[1] or 0) + float(found[2] or 0)


def _preset(token: str, name: str, zoom: float) -> Node:
    place = node("tt:PTZPosition", node("tt:Zoom", x=f"{zoom:.6f}", space=ZOOM_SPACE))
    return node("tptz:Preset", node("tt:Name", name), place, token=token)


def _space(kind: str, uri: str, low: float) -> Node:
    return node(f"tt:{kind}", node("tt:URI", f"{SPACES}{uri}"), span("tt:XRange", low, 1))


def _spaces() -> tuple[Node, ...]:
    return (
        _space("AbsoluteZoomPositionSpace", "PositionGenericSpace", 0),
        _space("RelativeZoomTranslationSpace", "TranslationGenericSpace", -1),
        _space("ContinuousZoomVelocitySpace", "VelocityGenericSpace", -1),
    )


def _node() -> Node:
    return node(
        "tptz:PTZNode",
        node("tt:Name", "motors"),
        node("tt:SupportedPTZSpaces", *_spaces()),
        node("tt:MaximumNumberOfPresets", PRESETS),
        node("tt:HomeSupported", False),
        token=MOTORS,
    )


def _get_node(asked: Element, here: str) -> Node:
    demand_token(asked, "NodeToken", MOTORS, "node")
    return node("tptz:GetNodeResponse", _node())


def _ptz_options() -> Node:
    timeout = node("tt:PTZTimeout", node("tt:Min", "PT0S"), node("tt:Max", "PT60S"))
    return node(
        "tptz:GetConfigurationOptionsResponse",
        node("tptz:PTZConfigurationOptions", node("tt:Spaces", *_spaces()), timeout),
    )


def _options(asked: Element, here: str) -> Node:
    demand_token(asked, "VideoSourceToken", SOURCE, "source")
    modes = (AUTO, MANUAL)
    exposure = (
        *(node("tt:Mode", mode) for mode in modes),
        span("tt:ExposureTime", 10, 40000),
        span("tt:Gain", 0, 48),
        span("tt:Iris", 0, MOST_DB),
    )
    return node(
        "timg:GetOptionsResponse",
        node(
            "timg:ImagingOptions",
            node("tt:Exposure", *exposure),
            node("tt:Focus", *(node("tt:AutoFocusModes", mode) for mode in modes)),
        ),
    )


def _move_options(asked: Element, here: str) -> Node:
    demand_token(asked, "VideoSourceToken", SOURCE, "source")
    return node(
        "timg:GetMoveOptionsResponse",
        node(
            "timg:MoveOptions",
            node("tt:Absolute", span("tt:Position", 0, 1)),
            node("tt:Relative", span("tt:Distance", -1, 1)),
            node("tt:Continuous", span("tt:Speed", -1, 1)),
        ),
    )
