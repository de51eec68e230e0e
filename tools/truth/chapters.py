"""The chapters of the accuracy page, and how one is run.

A chapter is a module beside this one with TITLE, INTRO (a paragraph) and `parts(plan)`, which yields `Row`
and `Plot`. Chapters call the package by its public functions and take their truth from `tests/oracles`, from
third-party pictures or from published numbers, never from the package itself.
"""

import importlib
import time
from types import ModuleType

import cv2

from .row import Plan, Plot, Row

CHAPTERS: tuple[str, ...] = (
    "star",
    "patches",
    "pictures",
    "edge",
    "defocus",
    "delta",
    "intervals",
    "cameras",
    "recordings",
    "objects",
)
"""In the order of the page."""


def module(name: str) -> ModuleType:
    return importlib.import_module(f"{__package__}.{name}")


def run(job: tuple[str, Plan]) -> tuple[str, list[Row | Plot], float]:
    """One chapter run from start to end, and the seconds it took."""
    cv2.setNumThreads(1)
    name, plan = job
    start = time.perf_counter()
    parts = list(module(name).parts(plan))
    return name, parts, time.perf_counter() - start
