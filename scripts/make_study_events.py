"""Write the Geant4 record behind Figs. 11 and 12 and the track threshold of the study.

Usage::

    python scripts/make_study_events.py [OUT]

OUT is src/wayside/data/study_events.npz if not given. Under two minutes on one core, the same bytes
on every run with the same Geant4 and data sets.
"""

import sys
from pathlib import Path

from wayside.files import write_files
from wayside.paper.geant4 import simulate


def main() -> None:
    """Write the file, whole or not at all."""
    default = "src/wayside/data/study_events.npz"
    target = Path(sys.argv[1] if len(sys.argv) > 1 else default)
    content = simulate(lambda text: print(text, flush=True)).to_bytes()
    write_files(target.parent, {target.name: content})


if __name__ == "__main__":
    main()
