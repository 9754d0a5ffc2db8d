"""The scripts behind the tables that come with Wayside, for those who want them made anew.

They belong to the source of Wayside and write to its data folder; each goes on where it was
stopped. What they take is minutes to an hour of one core each.
"""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from wayside.errors import InputError

Command = tuple[str, ...]

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
    "seen": (
        ("make_efficiency_map.py",),
        ("make_fake_vertices.py",),
        ("make_fake_vertices.py", "--write"),
        ("make_accidental_vertices.py",),
        ("make_accidental_vertices.py", "--write"),
    ),
}
"""Scripts and their arguments by section, in their order."""

_NEEDED: Final = ("calzone", "mulder", "pythia8mc")


def source_folder() -> Path:
    """Where the source of Wayside lies."""
    return Path(__file__).resolve().parents[3]


def commands(names: tuple[str, ...]) -> list[Command]:
    """Scripts behind sections.

    Parameters
    ----------
    names
        Sections of the report; most have no script behind them.

    Raises
    ------
    InputError
        If there are some, and they or what they need is not installed.
    """
    found = [command for name in names for command in COMMANDS.get(name, ())]
    if not found:
        return []
    folder = source_folder() / "scripts"
    if not folder.is_dir():
        raise InputError("--rebuild: the scripts come with the source of Wayside: get a checkout")
    missing = [each for each in _NEEDED if importlib.util.find_spec(each) is None]
    if missing:
        raise InputError(
            f'--rebuild: needs {", ".join(missing)}: pip install "wayside[simulation,generators]"'
        )
    return found


def run(command: Command, say: Callable[[str], object]) -> None:
    """Run a script in the source of Wayside.

    Raises
    ------
    InputError
        If it fails.
    """
    script, *arguments = command
    say(" ".join(("python", f"scripts/{script}", *arguments)))
    folder = source_folder()
    done = subprocess.run(
        [sys.executable, str(folder / "scripts" / script), *arguments],
        cwd=folder,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stdout=sys.stderr,
        check=False,
    )
    if done.returncode != 0:
        raise InputError(f"--rebuild: {script} failed with status {done.returncode}")
