"""An error says which argument it means, and every face calls that argument by its own name."""

import ast
import copy
import pickle
import re
from pathlib import Path

import pytest

import backfocus
from backfocus.cli.options import as_option
from backfocus.errors import Argument, SourceLost, UsageError
from backfocus.session.config import in_the_file

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


@pytest.mark.parametrize("path", BELOW, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_faces_spell_options(path: Path) -> None:
    """What is said below them is read on a page and in Python too."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    said = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
    ]
    # a dash, a dash and a word, but not CSS ("--ink:")
    spelt = [text for text in said if re.search(r"(?<![\w-])--[a-z][a-z-]+(?![a-z-]*[:)])", text)]
    assert not spelt
