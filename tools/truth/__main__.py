"""`make truth`: run every oracle against the package and write docs/accuracy.md with its plots.

    python -m tools.truth                   everything; writes the page
    python -m tools.truth --short           fewer cases of the same kinds, printed only
    python -m tools.truth --only star       chapters whose name holds a word, printed only

The exit code is 1 when a promise is not kept and its row does not say why.
"""

import argparse
import multiprocessing
import os
import sys
from pathlib import Path

from .chapters import CHAPTERS, module, run
from .page import write
from .row import Plan, Plot, Row

ROOT = Path(__file__).parents[2]


def longest_first(names: list[str]) -> list[str]:
    """So that no core waits for the last: filming takes as long as all other chapters."""
    return sorted(names, key=lambda name: name != "recordings")


def show(name: str, parts: list[Row | Plot], took_s: float) -> None:
    print(f"\n{name} ({took_s:.0f} s)")
    for row in parts:
        if isinstance(row, Row):
            mark = "" if row.good else "   MISSED"
            print(f"  {row.what:<72} {row.reached:<24} {row.wanted:<16} {row.oracle}, {row.cases}{mark}")
            if row.note:
                print(f"      {row.note}")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--seed", type=int, default=1, help="of every random draw (default 1)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    plan = Plan(options.short, options.seed)
    names = [name for name in CHAPTERS if options.only in name]
    done = {}
    with multiprocessing.get_context("spawn").Pool(options.jobs) as pool:
        for name, parts, took_s in pool.imap_unordered(run, [(name, plan) for name in longest_first(names)]):
            show(name, parts, took_s)
            done[name] = parts
    if not options.short and not options.only:
        write(ROOT / "docs", [(module(name), done[name]) for name in names], plan)
    broken = [row for parts in done.values() for row in parts if isinstance(row, Row) and not row.good]
    return 1 if any(not row.note for row in broken) else 0


if __name__ == "__main__":
    sys.exit(main())
