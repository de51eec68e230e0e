"""The house's floors: imports go down only, and the lower floors touch nothing outside."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import backfocus

ROOT = Path(backfocus.__file__).parent

FLOORS = {
    8: {"__main__"},
    7: {"cli", "web"},
    6: {"session"},
    5: {"video", "sim"},
    4: {"report", "show"},
    3: {"guide"},
    2: {"solve"},
    1: {"optics", "measure", "chart"},
    0: {"transfer", "errors", "frame", "target"},
}
FLOOR_OF = {room: floor for floor, rooms in FLOORS.items() for room in rooms}
STRANGERS = {("optics", "measure"), ("measure", "optics"), ("sim", "measure"), ("sim", "solve")}
"""Rooms that must not know each other: the bench and the measurement are two routes to one number."""

PURE_FLOORS = range(5)
ALLOWED_BELOW = {"numpy", "cv2", "scipy", "reportlab"}
FORBIDDEN_BELOW = {
    "asyncio", "datetime", "getpass", "http", "io", "logging", "os", "pathlib", "random", "secrets", "select",
    "shutil", "socket", "sqlite3", "subprocess", "sys", "tempfile", "threading", "time", "urllib", "uuid",
}  # fmt: skip
EXCEPTIONS = {
    (
        "optics/profiles.py",
        "importlib",
    ): "the lens and camera data shipped inside the package are read from it",
    ("optics/profiles.py", "pathlib"): "a person's own folder of lens files",
    ("optics/mounts.py", "importlib"): "the mount data shipped inside the package are read from it",
    ("chart.py", "io"): "reportlab writes its PDF into a buffer in memory",
}


def sources() -> list[Path]:
    return sorted(ROOT.rglob("*.py"))


def room_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[tuple[str, str]]:
    """("own" or "other", first name) of everything a file imports."""
    package = ("backfocus", *path.relative_to(ROOT).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level:
            anchor = ".".join(package[: len(package) - node.level + 1])
            names = [f"{anchor}.{node.module or alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}"]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[0] == "backfocus":
                if len(parts) > 1 and parts[1] != "__version__":
                    yield "own", parts[1]
            else:
                yield "other", parts[0]


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_down(path: Path) -> None:
    room = room_of(path)
    if room == "__init__":
        return  # the front door re-exports from every floor
    assert room in FLOOR_OF, f"{room} stands on no floor: add it to the table"
    for kind, name in imports(path):
        if kind == "own" and name != room:
            assert FLOOR_OF[name] < FLOOR_OF[room] or (
                FLOOR_OF[name] == FLOOR_OF[room] and (FLOOR_OF[room] in (0, 5, 7))
            ), f"{path.name} on floor {FLOOR_OF[room]} imports {name} on floor {FLOOR_OF[name]}"
            assert (room, name) not in STRANGERS, f"{room} must not know {name}"


@pytest.mark.parametrize(
    "path",
    [p for p in sources() if FLOOR_OF.get(room_of(p), 9) in PURE_FLOORS],
    ids=lambda p: str(p.relative_to(ROOT)),
)
def test_lower_floors_are_pure(path: Path) -> None:
    for kind, name in imports(path):
        if kind == "other" and (str(path.relative_to(ROOT)), name) not in EXCEPTIONS:
            assert name not in FORBIDDEN_BELOW, f"{path.name} imports {name}"
            assert not third_party(name) or name in ALLOWED_BELOW, f"{path.name} imports {name}"


def third_party(name: str) -> bool:
    import sys

    return name not in sys.stdlib_module_names


def test_no_drawers_of_everything() -> None:
    banned = {
        "utils",
        "util",
        "common",
        "helpers",
        "base",
        "manager",
        "handler",
        "service",
        "processor",
        "controller",
    }
    assert not {path.stem for path in sources()} & banned
