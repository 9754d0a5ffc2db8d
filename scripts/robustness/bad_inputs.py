"""Bad scenarios and options: one line, exit code 2, and nothing written."""

import contextlib
import io
import os
import re
import tempfile
import traceback
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from robustness.check import Check, Outcome, cases
from wayside.cli.main import EXIT_BAD_INPUT, cli
from wayside.errors import InputError
from wayside.scenario import builtin_names, builtin_text, load_scenario

COMMANDS: Final = ("reach", "point", "relic", "background", "events", "simulate")
"""Commands that take a scenario."""

VALUES: Final = (
    "nan", "inf", "-inf", "-1", "0", "-0.0", "1e400", "1e-400", "1e300", str(10**400), "true",
    "''", "'nan'", "'abc'", "'1 parsec'", "'5 GeV 3'", "'-3 m'", "'٣ GeV'", "1979-05-27", "{}",
    "{a = 1}", "[]", "[[]]", "[1]", "[1, 2]", "[1, 2, 3, 4]", "[nan, 0, 1]", "[0, 0, 0]", "[2, 1]",
    "['x', 'y', 'z']", "[1, [2], 3]", "'\\u0000'", "'\U0001f4a5'", "'" + "x" * 5000 + "'", "[" * 40,
    "12:00", "0x", "1_", "1__0", "'1e5'", "[1e308, 1e308, 1e308]", "1e308", "5e-324",
)  # fmt: skip
"""Values that few keys take."""

OPTIONS: Final = (
    ["--no-such-option"], ["--set"], ["--set", "="], ["--set", "model.epsilon"], ["--set", ".=1"],
    ["--set", "model..epsilon=1"], ["--set", "model=1"], ["--out", ""], ["--recast", "nonsense"],
    ["--json=1"], ["--set", "model.epsilon.deep=1"], ["--set", "\U0001f4a5=1"], ["extra", "words"],
)  # fmt: skip
"""Options that no command takes."""

KEYS: Final = (
    "model.kind", "model.m_aprime", "model.m1", "model.m2", "model.mu", "model.rho",
    "model.epsilon", "model.g_d", "model.ctau_m", "collider.electron_energy",
    "collider.positron_energy", "collider.crossing_angle", "collider.regulator",
    "collider.energy_spread", "run.luminosity_fb", "run.production", "run.signal",
    "run.confidence_level", "run.selection", "run.background", "run.background_error", "run.decays",
    "run.recast", "run.efficiency", "cosmology.hadrons", "cosmology.dof", "plane.kind",
    "plane.hold", "plane.epsilon", "plane.g_d", "plane.m2", "plane.delta", "plane.points",
    "detectors.A.position", "detectors.A.size", "detectors.A.facing", "detectors.A.roll",
    "detectors.A.shape", "site.overburden", "site.rock_density", "site.exposure",
    "site.film_replacement", "site.muon_flux", "shielding.iron", "shielding.tungsten",
    "model", "collider", "run", "detectors", "detectors.A", "plane", "site", "shielding", "name",
)  # fmt: skip
"""Keys of a scenario, and sections."""


def arguments_of(rng: np.random.Generator, folder: Path) -> list[str]:
    """Draw a command line that is refused; it may need a file, which is written to the folder."""
    while True:
        arguments, loads = _drawn(rng, folder)
        if not loads or _is_refused(*loads):
            return arguments


def _drawn(
    rng: np.random.Generator, folder: Path
) -> tuple[list[str], tuple[str, list[str]] | None]:
    """Command line, and the scenario and overrides that must not load, if it is their fault."""
    command = str(rng.choice(COMMANDS))
    name = str(rng.choice(builtin_names()))
    kind = rng.choice(
        ["values", "text", "bytes", "options", "commands"], p=[0.5, 0.2, 0.2, 0.08, 0.02]
    )
    if kind == "values":
        sets = [f"{_key(rng)}={rng.choice(VALUES)}" for _ in range(rng.integers(1, 4))]
        words = [word for text in sets for word in ("--set", text)]
        return [command, name, *words, *_out(command)], (name, sets)
    if kind == "options":
        # The bad option last: of two that are the same, the last one counts.
        return [command, name, *_out(command), *OPTIONS[rng.integers(len(OPTIONS))]], None
    if kind == "commands":
        return _words(rng), None
    data = builtin_text(name).encode()
    data = _changed_text(rng, data) if kind == "text" else _changed_bytes(rng, data)
    path = folder / "bad.toml"
    path.write_bytes(data)
    return [command, str(path), *_out(command)], (str(path), [])


def _out(command: str) -> list[str]:
    return [] if command == "relic" else ["--out", "out"]


def _key(rng: np.random.Generator) -> str:
    key = str(rng.choice(KEYS))
    if rng.random() < 0.2:  # a letter too many
        place = int(rng.integers(len(key) + 1))
        key = f"{key[:place]}{rng.choice(list('aez_9'))}{key[place:]}"
    return key


def _words(rng: np.random.Generator) -> list[str]:
    letters = list("abcdeiorst-_=./ \t\n0é\U0001f4a5")
    count = int(rng.integers(1, 4))
    words = ["".join(rng.choice(letters, int(rng.integers(1, 30)))) for _ in range(count)]
    return words if rng.random() < 0.5 else [str(rng.choice(COMMANDS)), *words]


def _changed_text(rng: np.random.Generator, data: bytes) -> bytes:
    """A file with lines lost, doubled, changed in their value, or in another order."""
    lines = data.decode().splitlines()
    for _ in range(rng.integers(1, 4)):
        at = int(rng.integers(len(lines)))
        match rng.integers(5):
            case 0:
                del lines[at]
            case 1:
                lines.insert(int(rng.integers(len(lines))), lines[at])
            case 2:
                lines[at] = re.sub(r"=.*", lambda _: f"= {rng.choice(VALUES)}", lines[at])
            case 3:
                lines[at] = lines[at].replace("[", "[[", 1)
            case _:
                lines[at] = lines[at][: int(rng.integers(len(lines[at]) + 1))]
        if not lines:
            break
    return "\n".join(lines).encode()


def _changed_bytes(rng: np.random.Generator, data: bytes) -> bytes:
    """A file with bytes changed, cut off, or with others put in."""
    changed = bytearray(data)
    match rng.integers(4):
        case 0:
            for at in rng.integers(len(changed), size=int(rng.integers(1, 30))):
                changed[at] = rng.integers(256)
        case 1:
            del changed[int(rng.integers(len(changed))) :]
        case 2:
            at = int(rng.integers(len(changed)))
            changed[at:at] = rng.bytes(int(rng.integers(1, 100)))
        case _:
            changed = bytearray(rng.bytes(int(rng.integers(0, 2000))))
    return bytes(changed)


def _is_refused(scenario: str, sets: list[str]) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            load_scenario(scenario, sets)
        except InputError:
            return True
        except Exception:
            return True  # the command line has to say what it makes of this
    return False


def run_command(arguments: list[str]) -> tuple[int | str | None, str, str]:
    """Exit status (or a traceback), standard output and standard error of a command."""
    out, err = io.StringIO(), io.StringIO()
    status: int | str | None = None
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            cli.main(arguments)
        except SystemExit as ended:
            status = ended.code
        except BaseException:
            status = traceback.format_exc()
    return status, out.getvalue(), err.getvalue()


@contextlib.contextmanager
def _empty_folder() -> Iterator[Path]:
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as name:
        os.chdir(name)
        try:
            yield Path(name)
        finally:
            os.chdir(before)


def batch(seed: int, index: int, number: int) -> Outcome:
    """Do a batch of command lines."""
    outcome = Outcome()
    for case, rng in cases(seed, index, number):
        with _empty_folder() as folder:
            arguments = arguments_of(rng, folder)
            before = sorted(path.name for path in folder.iterdir())
            status, out, err = run_command(arguments)
            after = sorted(path.name for path in folder.rglob("*"))
            wrong = []
            if status != EXIT_BAD_INPUT:
                wrong.append(f"exit status {status}")
            lines = err.splitlines()
            if len(lines) != 1 or not lines[0].startswith("wayside: error: "):
                wrong.append(f"{len(lines)} lines on standard error: {err[:300]!r}")
            if out:
                wrong.append(f"standard output {out[:100]!r}")
            if after != before:
                wrong.append(f"written: {after}")
            if wrong:
                shown = [word[:200] for word in arguments]
                outcome.fail(
                    f"seed {seed}, batch {index}, case {case}: {'; '.join(wrong)}; {shown}"
                )
            else:
                outcome.counts["refused in one line"] += 1
    return outcome


CHECK: Final = Check(
    "bad scenarios and options are refused in one line with exit code 2, and nothing is written",
    batch,
    100_000,
    250,
)
