"""Build wheel and sdist, and check what somebody gets who installs them: ``make release-check``.

The wheel is made from the sdist, and installed in an environment of its own outside of the
repository, with an empty home. Dependencies of every extra alone are resolved for every version of
Python that is tried, from wheels; the package is run with the interpreters that are here.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]

PYTHONS: Final = ("3.11", "3.12", "3.13", "3.14")
"""Those that are tried. The package names in its classifiers those alone that it has run with."""

NOT_EVERYWHERE: Final = {"generators": "Pythia and mulder have no wheels for every Python"}
"""Extras that are resolved for the oldest Python alone, and why."""

COMMANDS: Final = (
    ("--version",),
    ("--help",),
    ("scenarios",),
    ("point", "belle2-forward"),
    ("reach", "belle2-forward", "--set", "plane.points=20", "--out", "out"),
    ("rerun", "out"),
)
"""Commands that need no extra."""


def run(words: Sequence[str | Path], **options: object) -> str:
    """Output of a program; an error ends with what it printed."""
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, **options)  # type: ignore[call-overload]
    if done.returncode:
        sys.exit(f"{' '.join(map(str, words))}\n{done.stdout}{done.stderr}")
    return str(done.stdout)


def say(text: str) -> None:
    """Print a line at once."""
    print(text, flush=True)


def build(folder: Path) -> tuple[Path, Path]:
    """Sdist, and the wheel that is built from it."""
    run(["uv", "build", "--quiet", "--out-dir", folder, ROOT])
    (sdist,), (wheel,) = folder.glob("*.tar.gz"), folder.glob("*.whl")
    run(["uv", "tool", "run", "twine", "check", "--strict", sdist, wheel])
    say(f"built {sdist.name} and {wheel.name}; twine takes both")
    return sdist, wheel


def check_contents(wheel: Path) -> None:
    """Every file of the package that git knows is in the wheel, and nothing else."""
    listed = run(["git", "ls-files", "src"], cwd=ROOT).splitlines()
    wanted = {name.removeprefix("src/") for name in listed}
    with zipfile.ZipFile(wheel) as archive:
        there = {name for name in archive.namelist() if ".dist-info/" not in name}
    if wanted != there:
        missing, more = sorted(wanted - there)[:5], sorted(there - wanted)[:5]
        sys.exit(f"{wheel.name}: missing {missing}, not in the repository {more}")
    say(f"{len(there)} files, those of the repository")


def check_installed(wheel: Path, python: str, folder: Path) -> None:
    """Install the wheel alone and run commands, outside of the repository."""
    environment, home = folder / f"venv-{python}", folder / f"home-{python}"
    home.mkdir()
    run(["uv", "venv", "--quiet", "--python", python, environment])
    run(["uv", "pip", "install", "--quiet", "--python", environment / "bin/python", wheel])
    kept = {key: os.environ[key] for key in ("PATH", "LANG") if key in os.environ}
    for words in COMMANDS:
        run([environment / "bin/wayside", *words], cwd=home, env={**kept, "HOME": str(home)})
    say(f"Python {python}: installed alone, {len(COMMANDS)} commands run")


def check_extras(wheel: Path, folder: Path) -> None:
    """Resolve every extra alone, from wheels, for every Python."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for extra in ("", *project["optional-dependencies"]):
        pythons = PYTHONS[:1] if extra in NOT_EVERYWHERE else PYTHONS
        source = folder / "requirements.in"
        source.write_text(f"wayside{f'[{extra}]' if extra else ''} @ {wheel.as_uri()}\n")
        counts = []
        for python in pythons:
            words = ["uv", "pip", "compile", "--quiet", "--only-binary", ":all:"]
            resolved = run([*words, "--python-version", python, source])
            counts.append(str(len(re.findall(r"^\S+==", resolved, flags=re.M))))
        say(f"{extra or 'no extra'}: {', '.join(counts)} packages for {', '.join(pythons)}")


def interpreters() -> list[str]:
    """Versions of Python that are here, of those that are tried."""
    words = ["uv", "python", "find", "--no-python-downloads", "--no-project"]
    return [
        version
        for version in PYTHONS
        if not subprocess.run([*words, version], capture_output=True, check=False).returncode
    ]


def main() -> None:
    """Check everything."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="where wheel and sdist go")
    folder = parser.parse_args().out.absolute()
    for old in (*folder.glob("wayside-*.whl"), *folder.glob("wayside-*.tar.gz")):
        old.unlink()
    _, wheel = build(folder)
    check_contents(wheel)
    with tempfile.TemporaryDirectory() as scratch:
        here = interpreters()
        for python in here:
            check_installed(wheel, python, Path(scratch))
        check_extras(wheel, Path(scratch))
    others = [python for python in PYTHONS if python not in here]
    say(f"not run, as there is no interpreter: {', '.join(others) or 'none'}")


if __name__ == "__main__":
    main()
