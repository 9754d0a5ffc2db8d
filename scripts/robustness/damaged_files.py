"""Damaged files for every reader: one line, or everything that was written."""

import io
import json
import tempfile
import traceback
import warnings
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any, Final

import numpy as np

import wayside
from robustness.check import Check, Outcome, cases
from wayside.data import _parse
from wayside.efficiency.csv_file import csv_of, read_csv
from wayside.errors import WaysideError
from wayside.generator.formats.primaries import read_events
from wayside.generator.records import PRIMARY
from wayside.reading import read_json, reading, sealed_json
from wayside.reconstruction.files import Run
from wayside.scenario import builtin_text
from wayside.scenario.library import load_scenario
from wayside.tables import read_table, write_table
from wayside.tasks import Result, TaskTable
from wayside.transport.records import CROSSING

EVENTS: Final = 200
UNSEALED: Final = ("hepmc-of-others", "csv", "toml", "parquet-of-others")
"""Kinds of files without a checksum: damage that leaves them valid cannot be noticed."""


def diagonal(x: float, y: float) -> Result:
    """Length of a vector, as a task."""
    return {"length": float(np.hypot(x, y))}


class Files:
    """One whole file of each kind, and how it is read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        sample = wayside.events(wayside.load_scenario("belle2-forward"), EVENTS, detectors=["A"])
        self.kinds: dict[str, tuple[Path, Callable[[Path], Any]]] = {}
        for kind in ("parquet", "root", "hepmc"):
            self.kinds[f"events-{kind}"] = (sample.save(folder, kind), read_events)
        foreign = folder / "foreign.hepmc"
        text = self.kinds["events-hepmc"][0].read_bytes()
        foreign.write_bytes(text.split(b"A wayside_end")[0])
        self.kinds["hepmc-of-others"] = (foreign, read_events)
        rows = sample.primaries("A")
        alone = folder / "primaries.parquet"
        write_table(alone, rows)
        self.kinds["parquet-of-others"] = (alone, lambda path: read_table(path, PRIMARY))
        self._run(rows)
        self._tables()

    def _run(self, rows: Any) -> None:
        """A run of the simulation, without Geant4."""
        from wayside.reading import file_checksum

        run = self.folder / "run"
        run.mkdir()
        about = {"seed": 1, "primaries_sha256": "none"}
        write_table(run / "primaries.parquet", rows, about)
        film = np.zeros(len(rows), CROSSING)
        film["event"] = rows["event"]
        for kind in ("film", "gas", "fibre"):
            write_table(run / f"{kind}.parquet", film, about)
        names = ("primaries", "film", "gas", "fibre")
        sums = {f"{name}.parquet": file_checksum(run / f"{name}.parquet") for name in names}
        (run / "run.json").write_text(sealed_json({**about, "tables": sums}))

        def read(_: Path) -> Any:
            complete = Run(run)
            return complete.about, complete.primaries, complete.crossings("film", 0, EVENTS)

        for name in ("primaries.parquet", "film.parquet", "run.json"):
            self.kinds[f"run-{name}"] = (run / name, read)

    def _tables(self) -> None:
        """Results of tasks, tables of the package, scenarios."""
        tasks = TaskTable(diagonal, self.folder / "tasks", {"one": {"x": 3.0, "y": 4.0}})
        tasks.keep("one", diagonal(3.0, 4.0))
        self.kinds["npz"] = (tasks.path("one"), lambda _: tasks.read("one"))
        sealed = self.folder / "sealed.json"
        sealed.write_text(sealed_json(wayside.load_scenario("belle2-forward").to_dict()))
        self.kinds["json"] = (sealed, read_json)
        source = resources.files("wayside.data")
        for name in ("r_ratio", "lead_leakage", "dof_drees2015"):
            path = self.folder / f"{name}.csv"
            path.write_bytes(source.joinpath(f"{name}.csv").read_bytes())
            self.kinds[f"csv {name}"] = (path, _csv)
        path = self.folder / "efficiency_map.csv"
        path.write_bytes(source.joinpath("efficiency_map.csv").read_bytes())
        self.kinds["csv efficiency_map"] = (path, _efficiency)
        scenario = self.folder / "own.toml"
        scenario.write_text(builtin_text("belle2-forward"))
        self.kinds["toml"] = (scenario, lambda file: load_scenario(file).to_dict())
        npz = self.folder / "study.npz"
        npz.write_bytes(source.joinpath("study_events.npz").read_bytes())
        self.kinds["npz of the study"] = (npz, _npz)


def _csv(path: Path) -> Any:
    with reading(path, "CSV"):
        text = path.read_text(encoding="utf-8")
    table = _parse(path.stem, text)
    return dict(table.header), dict(table.columns)


def _efficiency(path: Path) -> Any:
    with reading(path, "CSV"):
        return csv_of(read_csv(path.read_text(encoding="utf-8")))


def _npz(path: Path) -> Any:
    with reading(path, "NPZ"), np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


def damage(rng: np.random.Generator, text: bytes) -> bytes:
    """Do to a file what bad disks, killed writers and careless hands do."""
    size = len(text)
    first, last = sorted(rng.integers(size, size=2).tolist())
    bad = bytearray(text)
    how = rng.integers(8)
    if how == 0:
        return text[:first]
    if how == 1:
        for place in rng.integers(size, size=int(rng.integers(1, 5))):
            bad[place] ^= 1 << int(rng.integers(8))
    elif how == 2:
        bad[first:last] = bytes(last - first)
    elif how == 3:
        del bad[first:last]
    elif how == 4:
        bad[first:first] = rng.bytes(int(rng.integers(1, 5000)))
    elif how == 5:
        bad[first:last] = rng.bytes(last - first)
    elif how == 6:
        bad += text
    else:
        digits = [i for i in range(first, min(first + 2000, size)) if 48 <= text[i] <= 57]
        for place in digits[:1]:
            bad[place] = 48 + (text[place] - 47) % 10
    return bytes(bad)


def _as_text(value: Any) -> str:
    """Text that is equal for equal values."""
    if isinstance(value, np.ndarray):
        return f"{value.dtype} {value.shape} {value.tobytes().hex()}"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_as_text(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(map(_as_text, value)) + "]"
    return json.dumps(value, default=str)


def batch(seed: int, index: int, number: int) -> Outcome:
    """Read damaged files of every kind."""
    outcome = Outcome()
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        files = Files(Path(folder))
        names = list(files.kinds)
        whole = {name: path.read_bytes() for name, (path, _) in files.kinds.items()}
        true = {name: _as_text(read(path)) for name, (path, read) in files.kinds.items()}
        for case, rng in cases(seed, index, number):
            name = names[case % len(names)]
            path, read = files.kinds[name]
            path.write_bytes(damage(rng, whole[name]))
            outcome.counts[_became(outcome, name, path, read, true[name], (seed, index, case))] += 1
            path.write_bytes(whole[name])
    return outcome


def _became(
    outcome: Outcome,
    name: str,
    path: Path,
    read: Callable[[Path], Any],
    true: str,
    case: tuple[int, int, int],
) -> str:
    try:
        value = _as_text(read(path))
    except WaysideError as error:
        if str(error).isprintable() and str(error):
            return "refused in one line"
        outcome.fail(f"{name} {case}: not one line: {error!r}")
    except Exception:
        outcome.fail(f"{name} {case}: {traceback.format_exc().splitlines()[-1]}")
    else:
        if value == true:
            return "not harmed by the damage"
        if name.startswith(UNSEALED):
            return "valid although changed, no checksum in its format"
        outcome.fail(f"{name} {case}: other numbers without a word")
    return "cases that failed"


CHECK: Final = Check(
    "damaged files: refused in one line, or everything that was written", batch, 1_000, 250
)
