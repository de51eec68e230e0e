"""An error says which argument it means, and every face calls that argument by its own name."""

import ast
import copy
import pickle
import re
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

import backfocus
from backfocus.cli.options import as_option
from backfocus.cli.remedies import REMEDIES as TERMINAL
from backfocus.errors import IN_PYTHON, Argument, Remedy, RemedyKey, SourceLost, UsageError
from backfocus.session.config import in_the_file
from backfocus.web.remedies import REMEDIES as PAGE

ERROR = UsageError(Argument("f_number", 0.2), ": too small; or give ", Argument("lens"))


@pytest.mark.parametrize(
    ("spelling", "text"),
    [
        (str, "f_number=0.2: too small; or give lens"),
        (as_option, "--f-number 0.2: too small; or give --lens"),
        (in_the_file, "f-number = 0.2: too small; or give lens"),
    ],
)
def test_each_face_spells_the_arguments(spelling: object, text: str) -> None:
    assert ERROR.spelt(spelling) == text  # type: ignore[arg-type]


def test_python_is_the_spelling_of_str() -> None:
    assert str(ERROR) == ERROR.spelt(str)
    assert str(UsageError(Argument("transfer", "log"), " is not known")) == "transfer='log' is not known"
    assert str(SourceLost("the cable")) == "the cable"


def test_an_error_survives_the_way_from_another_process() -> None:
    for again in (pickle.loads(pickle.dumps(ERROR)), copy.copy(ERROR)):
        assert type(again) is UsageError
        assert again.args == ERROR.args
        assert str(again) == str(ERROR)


FACES = ("cli", "web", "__main__.py")
ROOT = Path(backfocus.__file__).parent
BELOW = [path for path in sorted(ROOT.rglob("*.py")) if path.relative_to(ROOT).parts[0] not in FACES]


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """Everything a file of the package is made of."""
    return tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


@pytest.mark.parametrize("path", BELOW, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_faces_spell_options(path: Path) -> None:
    """What is said below them is read on a page and in Python too."""
    docs = {
        id(node.body[0].value)
        for node in nodes(path)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    said = [
        node.value
        for node in nodes(path)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
    ]
    # a dash, a dash and a word, but not CSS ("--ink:")
    spelt = [text for text in said if re.search(r"(?<![\w-])--[a-z][a-z-]+(?![a-z-]*[:)])", text)]
    assert not spelt


FACE_TABLES = (IN_PYTHON, TERMINAL, PAGE)


def test_every_face_says_where_help_is_found() -> None:
    for table in FACE_TABLES:
        assert set(table) == set(get_args(RemedyKey))
    assert (
        UsageError("none: ", Remedy("report", 7)).spelt(as_option) == "none: `backfocus report 7` prints it"
    )
    for words in PAGE.values():  # nobody types on a phone
        assert "`" not in words
        assert "--" not in words


def test_below_the_faces_no_command_is_named() -> None:
    """A verdict is read on a phone too: what it advises is spelled by the face."""
    for path in BELOW:
        if path.relative_to(ROOT).as_posix() in ("errors.py", "api.py"):  # the words of Python
            continue
        for node in nodes(path):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                said = [each.value for each in ast.walk(node) if isinstance(each, ast.Constant)]
                assert not [each for each in said if isinstance(each, str) and "`backfocus" in each], path
