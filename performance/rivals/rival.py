"""The loop of every rival: reports that it is ready, then does its work once for each line and prints the seconds."""

import json
import os
import sys
import time
import warnings

# The original prints and warns while it runs; only answers may be on standard output.
warnings.filterwarnings("ignore")
answers, sys.stdout = sys.stdout, open(os.devnull, "w")


def settings() -> dict:
    return json.loads(sys.argv[1])


def serve(work, prepare=lambda: None, repeats: int = 1) -> None:
    """Runs `work` for each line, `repeats` times; `prepare` recreates its input before each run and is not timed.

    The seconds are those of the process on all CPUs if the setting `clock` is "cpu".
    """
    now = time.process_time if settings().get("clock") == "cpu" else time.perf_counter
    print("ready", file=answers, flush=True)
    for _ in sys.stdin:
        prepared = prepare()
        start = now()
        for _ in range(repeats):
            work() if prepared is None else work(prepared)
        print((now() - start) / repeats, file=answers, flush=True)
