"""Make many odd cases and check that none ends in a traceback, NaN or silent nonsense.

Usage::

    python scripts/check_robustness.py [valid-points bad-inputs ...] [--cases N] [--seed 1]
        [--workers 1] [--work build/robustness]

Without names, all checks are done, with the number of cases of each; ``--cases`` is for a quicker
run. Every batch is kept in the work folder when it is done; a run that was stopped goes on with the
same command. Prints how many cases there were and what became of them, and the first failures with
what makes them again; the exit status is 1 if there are any.
"""

import sys
from collections import Counter
from typing import Any

from robustness import CHECKS
from table_script import arguments, command_of

from wayside.tasks import TaskTable
from wayside.version import __version__


def batch(check: str, seed: int, index: int, number: int) -> dict[str, Any]:
    """Do one batch of a check: the task."""
    return CHECKS[check].batch(seed, index, number).plain()


def table_of(check: str, options: Any) -> TaskTable:
    """Batches of a check."""
    size = CHECKS[check].size
    number = options.cases or CHECKS[check].number
    tasks = {
        f"{check}-{index:05d}": {
            "check": check,
            "seed": options.seed,
            "index": index,
            "number": min(size, number - first),
        }
        for index, first in enumerate(range(0, number, size))
    }
    return TaskTable(batch, options.work, tasks, {"version": __version__})


def main() -> None:
    """Do the checks, and print what became of the cases."""
    parser = arguments(__doc__, cases=0, seed=1, workers=True, work="build/robustness")
    parser.add_argument("checks", nargs="*", help=f"some of {', '.join(CHECKS)} [default: all]")
    options = parser.parse_args()
    unknown = [name for name in options.checks if name not in CHECKS]
    if unknown:
        parser.error(f"no check {unknown[0]}; there are {', '.join(CHECKS)}")
    failed = 0
    for name in options.checks or CHECKS:
        print(f"{name}: {CHECKS[name].about}", flush=True)
        table = table_of(name, options)
        table.run(options.workers, report=lambda line: print(line, file=sys.stderr, flush=True))
        counts: Counter[str] = Counter()
        failures: list[str] = []
        for _, result in table.results():
            counts.update(result["counts"])
            failures += result["failures"]
        for what, number in sorted(counts.items()):
            print(f"  {what}: {number}")
        for line in failures[:20]:
            print(f"  ! {line}")
        failed += counts["failed"]
    print(f"{command_of(options, 'seed')}: {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
