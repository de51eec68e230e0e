"""`python -m backfocus` is the `backfocus` command."""

from .cli.app import main

main()
