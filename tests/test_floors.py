"""The house's floors: imports go down only, no folder has a circle inside, the lower floors do no I/O.

`FLOORS` are the rooms of the package, highest first; rooms of one floor do not know each other, but for
`NEIGHBOURS`. Inside a folder its rooms, modules and sub-folders, may know each other in one direction only:
no circle, and where `INSIDE` gives an order, down in it. An import inside a function counts like any other.
"""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import backfocus

ROOT = Path(backfocus.__file__).parent

FLOORS = (
    "__main__",
    "api cli web",
    "session served",
    "video control sim",
    "show report",
    "guide",
    "solve",
    "measure optics chart",
    "transfer target redaction",
    "frame errors",
)
INSIDE = {"measure": ("track", "object", "edge zoom", "picture", "star find", "reading")}
NEIGHBOURS = {("cli", "web"), ("video", "sim"), ("control", "video")}
"""`serve` starts the page; `sim://` is an address of pictures like any other; NDI is one wire for pictures
and commands, found by one name."""
STRANGERS = {("sim", "measure"), ("sim", "solve")}
"""Rooms that must not know each other: the bench and the measurement are two routes to one number."""

LOWEST_WITH_IO = "video control sim"
ALLOWED_BELOW = {"numpy", "cv2", "scipy", "reportlab", "jinja2", "markupsafe"}
FORBIDDEN_BELOW = {
    "asyncio", "datetime", "getpass", "http", "io", "logging", "os", "pathlib", "random", "secrets", "select",
    "shutil", "socket", "sqlite3", "subprocess", "sys", "tempfile", "threading", "time", "urllib", "uuid",
}  # fmt: skip
EXCEPTIONS = {
    ("optics/profiles.py", "pathlib"): "a person's own folder of lens files",
    ("redaction.py", "urllib"): "takes percent signs out of an address; opens nothing",
}

BANNED = {
    "utils", "util", "common", "helpers", "base", "manager", "handler", "service", "processor", "controller",
}  # fmt: skip


def sources(root: Path = ROOT) -> list[Path]:
    return sorted(root.rglob("*.py"))


def module_of(path: Path, root: Path = ROOT) -> tuple[str, ...]:
    """The names that lead to a module; of a package's own file they end in `__init__`."""
    return path.relative_to(root).with_suffix("").parts


def imported(path: Path, root: Path = ROOT) -> Iterator[tuple[str, ...]]:
    """What a file imports, as full names: `("backfocus", "measure", "reading")`, `("numpy",)`."""
    package = ("backfocus", *module_of(path, root)[:-1])
    for node in _imports(path.read_text(encoding="utf-8")):
        if isinstance(node, ast.Import):
            yield from (tuple(alias.name.split(".")) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            anchor = package[: len(package) - node.level + 1] if node.level else ()
            base = (*anchor, *(node.module.split(".") if node.module else ()))
            yield from ((*base, alias.name) for alias in node.names)


@cache
def _imports(source: str) -> tuple[ast.Import | ast.ImportFrom, ...]:
    return tuple(
        node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import | ast.ImportFrom)
    )


def own(path: Path, root: Path = ROOT) -> Iterator[tuple[str, ...]]:
    """The modules of the package that a file imports; of a package it is its `__init__`."""
    for name in imported(path, root):
        if name[0] == "backfocus":
            yield _module(name[1:], root)


def _module(name: tuple[str, ...], root: Path) -> tuple[str, ...]:
    while name:
        if root.joinpath(*name).with_suffix(".py").is_file():
            return name
        if root.joinpath(*name).is_dir():
            break
        name = name[:-1]
    return (*name, "__init__")


def others(path: Path) -> set[str]:
    return {name[0] for name in imported(path)} - {"backfocus"}


def heights(table: tuple[str, ...]) -> dict[str, int]:
    """How high each room of a table stands."""
    return {room: -line for line, rooms in enumerate(table) for room in rooms.split()}


def arrows(folder: Path, root: Path = ROOT) -> dict[str, set[str]]:
    """Which rooms of a folder know which others of it."""
    above = module_of(folder / "x", root)[:-1]
    known: dict[str, set[str]] = {}
    for path in sources(folder):
        room = module_of(path, root)[len(above)]
        known.setdefault(room, set())
        for name in own(path, root):
            if name[: len(above)] == above and name[len(above)] != room:
                known[room].add(name[len(above)])
    return known


def circle(known: dict[str, set[str]]) -> list[str]:
    """A circle among rooms, or nothing."""
    try:
        TopologicalSorter(known).prepare()
    except CycleError as found:
        return list(found.args[1])
    return []


def rooms_inside(folder: Path) -> set[str]:
    return {
        path.stem
        for path in folder.iterdir()
        if path.name != "__init__.py" and (path.suffix == ".py" or (path / "__init__.py").is_file())
    }


FOLDERS = sorted(path.parent for path in ROOT.rglob("__init__.py") if path.parent != ROOT)


def test_every_room_stands_on_one_floor() -> None:
    standing = [room for rooms in FLOORS for room in rooms.split()]
    assert sorted(standing) == sorted(rooms_inside(ROOT))
    for folder, table in INSIDE.items():
        standing = [room for rooms in table for room in rooms.split()]
        assert sorted(standing) == sorted(rooms_inside(ROOT / folder))


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_down(path: Path) -> None:
    height = heights(FLOORS)
    room = module_of(path)[0]
    if room == "__init__":
        return  # the front door re-exports from every floor
    for name in own(path):
        other = name[0]
        assert (room, other) not in STRANGERS, f"{room} must not know {other}"
        if other not in (room, "__init__") and (room, other) not in NEIGHBOURS:
            assert height[other] < height[room], f"{path.name} of {room} imports {other}"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_circle_inside_a_folder(folder: Path) -> None:
    assert not circle(arrows(folder))


@pytest.mark.parametrize("folder", INSIDE)
def test_imports_go_down_inside_a_folder(folder: str) -> None:
    height = heights(INSIDE[folder])
    for room, known in arrows(ROOT / folder).items():
        for other in known:
            assert height[other] < height[room], f"{folder}/{room} imports {folder}/{other}"


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in sources()
        if heights(FLOORS).get(module_of(path)[0], 1) < heights(FLOORS)[LOWEST_WITH_IO.split()[0]]
    ],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_lower_floors_are_pure(path: Path) -> None:
    for name in others(path):
        if (path.relative_to(ROOT).as_posix(), name) not in EXCEPTIONS:
            assert name not in FORBIDDEN_BELOW, f"{path.name} imports {name}"
            assert name in sys.stdlib_module_names or name in ALLOWED_BELOW, f"{path.name} imports {name}"


def test_no_exception_is_left_over() -> None:
    """Each pair and each exception that the tables allow is made use of."""
    pairs = {(module_of(path)[0], name[0]) for path in sources() for name in own(path)}
    assert pairs >= NEIGHBOURS
    assert all(name in others(ROOT / file) for file, name in EXCEPTIONS)


def test_no_drawers_of_everything() -> None:
    assert not {path.stem for path in sources()} & BANNED


def test_a_circle_is_seen_wherever_it_runs(tmp_path: Path) -> None:
    """Through a folder, inside a function, by a module's name or by the package itself."""
    root, folder = tmp_path, tmp_path / "guide"
    (folder / "watch").mkdir(parents=True)
    for name in ("__init__.py", "watch/__init__.py"):
        (folder / name).touch()
    (folder / "watch" / "look.py").write_text("from ..outcome import solve\n")
    (folder / "outcome.py").write_text("import numpy\n")
    assert arrows(folder, root) == {"__init__": set(), "watch": {"outcome"}, "outcome": set()}
    for back in (
        "from .watch.look import Look",
        "from .watch import look",
        "def solve():\n    from backfocus.guide.watch import look",
        "from . import watch",
        "import backfocus.guide.watch.look",
    ):
        (folder / "outcome.py").write_text(back + "\n")
        assert set(circle(arrows(folder, root))) == {"watch", "outcome"}, back
    (folder / "outcome.py").write_text("from . import solve\n")
    (folder / "__init__.py").write_text("from .outcome import solve\n")
    assert set(circle(arrows(folder, root))) == {"__init__", "outcome"}
