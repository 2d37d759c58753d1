"""The loop that every rival shares: says that it is ready, then works once for each line and prints the seconds."""

import json
import os
import sys
import time
import warnings

# The original prints and warns as it goes; only answers may stand on the standard output.
warnings.filterwarnings("ignore")
answers, sys.stdout = sys.stdout, open(os.devnull, "w")


def settings() -> dict:
    return json.loads(sys.argv[1])


def serve(work, prepare=lambda: None) -> None:
    """Runs `work` once a line; `prepare` makes its input anew before each run, outside the time."""
    print("ready", file=answers, flush=True)
    for _ in sys.stdin:
        prepared = prepare()
        start = time.perf_counter()
        work() if prepared is None else work(prepared)
        print(time.perf_counter() - start, file=answers, flush=True)
