"""Remake the tables behind sections of `wayside paper` by the scripts that made them.

Usage::

    python scripts/rebuild_paper_tables.py [--list] [SECTION]...

Run it in a checkout, with the extras ``wayside[simulation,generators]``: it overwrites tables in
src/wayside/data, and ``git diff`` shows what has changed. Without a section it remakes all of them,
some three hours of one core; stopped and started again, the scripts go on where they were.
``wayside paper SECTION`` then shows what the new tables give.
"""

import argparse
import importlib.util
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from wayside.errors import InputError
from wayside.paper.registry import chosen

Command = tuple[str, ...]

ROOT: Final = Path(__file__).resolve().parents[1]

RECORD: Final = (("make_study_events.py",),)

COMMANDS: Final[Mapping[str, tuple[Command, ...]]] = {
    "table2": (
        ("make_muon_loss_table.py", "src/wayside/data/muon_loss.csv"),
        ("make_lead_leakage.py", "src/wayside/data/lead_leakage.csv"),
    ),
    "klong": (
        ("make_kaon_tables.py",),
        ("make_kaon_tables.py", "--hadron", "neutron"),
        ("make_klong_transmission.py",),
        ("make_shield_neutrons.py",),
        ("make_shield_neutrons.py", "--hadron", "neutron"),
        ("make_rock_neutrals.py",),
    ),
    "sheets": RECORD,
    "fig11": RECORD,
    "seen": (
        ("make_efficiency_map.py",),
        ("make_fake_vertices.py",),
        ("make_fake_vertices.py", "--write"),
        ("make_accidental_vertices.py",),
        ("make_accidental_vertices.py", "--write"),
    ),
    "searched": (("measure_dense_films.py", "--out", "src/wayside/data/dense_films.csv"),),
}
"""Scripts and their arguments by section of the report, in the order in which they run."""

NEEDED: Final = ("calzone", "mulder", "pythia8mc")


def commands(sections: tuple[str, ...]) -> tuple[Command, ...]:
    """Scripts behind sections, each once.

    Parameters
    ----------
    sections
        Names of sections as ``wayside paper`` takes them; all of them if there is none.

    Raises
    ------
    InputError
        If there is no section of a name, or none of them has a script behind it.
    """
    scripts = dict.fromkeys(
        command for name in chosen(sections) for command in COMMANDS.get(name, ())
    )
    if not scripts:
        raise InputError(
            f"no table was simulated for {', '.join(sections)}; there are {', '.join(COMMANDS)}"
        )
    return tuple(scripts)


def require_packages() -> None:
    """Raise InputError if a package that the scripts need is not installed."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise InputError(
            f'needs {", ".join(missing)}: pip install "wayside[simulation,generators]"'
        )


def run(command: Command, root: Path = ROOT) -> None:
    """Run a script.

    Parameters
    ----------
    command
        Name of a script in the folder ``scripts``, and its arguments.
    root
        Folder of the checkout, in which the script runs.

    Raises
    ------
    InputError
        If the script fails.
    """
    script, *arguments = command
    print(" ".join(("python", f"scripts/{script}", *arguments)), flush=True)
    done = subprocess.run(
        [sys.executable, str(root / "scripts" / script), *arguments],
        cwd=root,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        check=False,
    )
    if done.returncode != 0:
        raise InputError(f"{script} failed with status {done.returncode}")


def main() -> int:
    """Run the scripts of the sections that are named."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("sections", nargs="*", metavar="SECTION", help="all if none is named")
    parser.add_argument("--list", action="store_true", help="print the scripts, and run none")
    options = parser.parse_args()
    try:
        scripts = commands(tuple(options.sections))
        if options.list:
            for script, *arguments in scripts:
                print(" ".join((script, *arguments)))
            return 0
        require_packages()
        for command in scripts:
            run(command)
    except InputError as error:
        print(f"rebuild_paper_tables: error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
