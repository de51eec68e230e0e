"""Practice in a process that can be killed: python -m tests.web.stepped_server PORT STORE.

Prints the page's address; then answers each number of pictures on its input with the stamp of the last of
them, once they were let through.
"""

import json
import sys
import threading

from tests.web.steps import Steps

from backfocus.web.messages import Choice
from backfocus.web.offers import Given
from backfocus.web.serving import serve
from backfocus.web.session_host import SessionHost


def main(port: str, store: str) -> None:
    """Serve as `backfocus serve --practice` does, with time granted."""
    steps = Steps()
    choice = Choice("practice")
    host = SessionHost(store, Given(choice), clock=steps.clock, pause=steps.pause)
    host.look(choice)

    def answer() -> None:
        for line in sys.stdin:
            print(json.dumps(steps.go(int(line), host)), flush=True)

    threading.Thread(target=answer, daemon=True).start()
    serve(host, port=int(port), lan=False, store_address=store, say=lambda words: print(words, flush=True))


if __name__ == "__main__":
    main(*sys.argv[1:])
