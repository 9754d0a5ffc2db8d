"""A worker that aborts in one chunk: always, or only the first time (``--once``)."""

import os
import sys
from pathlib import Path

from wayside.transport.worker import serve, simulate_chunk

if __name__ == "__main__":
    fatal, once, mark, plan = (
        int(sys.argv[1]),
        sys.argv[2] == "once",
        Path(sys.argv[3]),
        sys.argv[4],
    )

    def step(engine, plan, folder, chunk):  # type: ignore[no-untyped-def]
        if chunk == fatal and not (once and mark.exists()):
            mark.touch()
            print("*** fatal, as Geant4 would say ***", file=sys.stderr, flush=True)
            os.abort()
        simulate_chunk(engine, plan, folder, chunk)

    serve(plan, step)
