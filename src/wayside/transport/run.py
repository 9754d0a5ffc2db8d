"""Runs in worker processes: resumable, the same for any number of workers.

Geant4 ends the process on what it takes for fatal; a worker that dies is reported with its seed
and replaced, its chunk tried once more with the same seed. Chunks appear whole or not at all, so
nothing is lost or counted twice, whenever a run is killed.

This is apart from `wayside.executors`. Geant4 needs a process of its own with a single worker, too,
and processes of an executor import the main module again, which a script of a user would have to
guard; a worker here is a command, one engine serves all of its chunks, and it writes them itself.
"""

import contextlib
import pickle
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from wayside.errors import InputError, WaysideError
from wayside.files import claimed_folder, remove_parts, scratch_folder, write_text
from wayside.reading import read_json, sealed_json
from wayside.tables import read_table, write_table
from wayside.transport.engine import kinetic_energies, require_calzone
from wayside.transport.plan import (
    DESCRIPTION,
    PRIMARIES,
    Plan,
    collect,
    is_complete,
    missing_chunks,
)
from wayside.transport.records import POINT, TRACK
from wayside.transport.worker import MARK, POINTS, TRACKS
from wayside.typing import StructuredArray

COMMAND: Final = (sys.executable, "-m", "wayside.transport.worker")
ATTEMPTS: Final = 2


class SimulationError(WaysideError):
    """Chunks that could not be simulated; what was is kept."""


@dataclass(frozen=True)
class Accident:
    """A worker that died.

    Attributes
    ----------
    chunk, seed
        Number and seed of the chunk that it was simulating.
    attempt
        Number of the attempt, from 1.
    reason
        Signal or exit status of the process, and the last line it wrote.
    """

    chunk: int
    seed: int
    attempt: int
    reason: str

    def __str__(self) -> str:
        """One line."""
        return (
            f"worker died in chunk {self.chunk} (seed {self.seed}, attempt {self.attempt}):"
            f" {self.reason}"
        )


@dataclass
class _Pool:
    """Threads that each look after one worker process."""

    plan: Plan
    folder: Path
    command: Sequence[str]
    done: "queue.Queue[int | Accident | None]" = field(default_factory=queue.Queue)
    todo: "queue.Queue[tuple[int, int]]" = field(default_factory=queue.Queue)
    processes: list["subprocess.Popen[str]"] = field(default_factory=list)
    stopped: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def look_after(self, plan_file: Path) -> None:
        process: subprocess.Popen[str] | None = None
        with tempfile.TemporaryFile("w+") as errors:
            while not self.stopped:
                try:
                    chunk, attempt = self.todo.get_nowait()
                except queue.Empty:
                    break
                if process is None:
                    process = self._start(plan_file, errors)
                if process is None:
                    break
                if self._simulate(process, chunk):
                    self.done.put(chunk)
                    continue
                reason = _last_words(process, errors)
                process = None
                if self.stopped:
                    break
                if attempt < ATTEMPTS:
                    self.todo.put((chunk, attempt + 1))
                self.done.put(Accident(chunk, self.plan.seed_of(chunk), attempt, reason))
            if process is not None:
                _end(process)
        self.done.put(None)

    def _start(self, plan_file: Path, errors: IO[str]) -> "subprocess.Popen[str] | None":
        with self.lock:
            if self.stopped:
                return None
            process: subprocess.Popen[str] = subprocess.Popen(
                [*self.command, str(plan_file)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                # Ctrl-C is for this process to handle.
                start_new_session=True,
            )
            self.processes.append(process)
            return process

    @staticmethod
    def _simulate(process: "subprocess.Popen[str]", chunk: int) -> bool:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(f"{chunk}\n")
            process.stdin.flush()
            for line in process.stdout:
                if line.strip() == f"{MARK} {chunk}":
                    return True
        except OSError:
            pass
        return False

    def stop(self) -> None:
        with self.lock:
            self.stopped = True
            for process in self.processes:
                if process.poll() is None:
                    process.kill()


def _end(process: "subprocess.Popen[str]") -> int:
    """Let a worker go: its input ends, and so does it."""
    for stream in (process.stdin, process.stdout):
        with contextlib.suppress(OSError):
            if stream is not None:
                stream.close()
    return process.wait()


def _last_words(process: "subprocess.Popen[str]", errors: IO[str]) -> str:
    status = _end(process)
    errors.seek(0)
    lines = [line.strip() for line in errors.read().splitlines() if line.strip()]
    errors.seek(0)
    errors.truncate()
    how = signal.Signals(-status).name if status < 0 else f"exit status {status}"
    return f"{how}: {lines[-1]}" if lines else how


def simulate(
    plan: Plan,
    folder: Path,
    workers: int = 1,
    progress: Callable[[int, int], object] | None = None,
    report: Callable[[Accident], object] | None = None,
    command: Sequence[str] = COMMAND,
) -> list[Accident]:
    """Simulate what is missing of a run, and collect it when it is complete.

    Parameters
    ----------
    plan
        Particles, layers, physics and seed of the run.
    folder
        Folder of the run; made if it does not exist.
    workers
        Number of processes.
    progress
        Called with the number of chunks done and of all.
    report
        Called with the accident of every worker that died.
    command
        Command that starts a worker; the path of the plan's file is added to it.

    Returns
    -------
    list of Accident
        Workers that died; their chunks succeeded at the second attempt.

    Raises
    ------
    InputError
        If the folder holds another run, a particle is unknown, or the engine is not installed.
    SimulationError
        If a chunk failed twice. The others are kept; the same call tries it again.
    """
    require_calzone()
    kinetic_energies(plan.primaries)
    with claimed_folder(folder):
        return _simulate(_Pool(plan, folder, command), workers, progress, report)


def _simulate(
    pool: _Pool,
    workers: int,
    progress: Callable[[int, int], object] | None,
    report: Callable[[Accident], object] | None,
) -> list[Accident]:
    """Do what is missing in a folder that nobody else uses."""
    plan, folder = pool.plan, pool.folder
    about = _open(plan, folder)
    total = plan.chunks
    if is_complete(folder):
        if progress:
            progress(total, total)
        return []
    (folder / "chunks").mkdir(exist_ok=True)
    for place in (folder, folder / "chunks"):
        remove_parts(place)
    missing = missing_chunks(plan, folder)
    accidents = _work(pool, missing, workers, progress, report)
    left = missing_chunks(plan, folder)
    if left:
        last = [accident for accident in accidents if accident.chunk in left][-1]
        raise SimulationError(
            f"{len(left)} of {total} chunks failed {ATTEMPTS} times; {last}; the others are kept in"
            f" {folder}, and the same command tries these again"
        )
    collect(folder, total, about)
    return accidents


def trace(plan: Plan) -> tuple[StructuredArray, StructuredArray]:
    """Paths of the first chunk's primaries, neutral particles included; for displays.

    Parameters
    ----------
    plan
        Run of few events.

    Returns
    -------
    tracks, points
        Rows of `wayside.transport.records.TRACK` and `POINT`.

    Raises
    ------
    SimulationError
        If the worker died.
    """
    require_calzone()
    kinetic_energies(plan.primaries)
    with scratch_folder() as folder:
        (folder / "plan").write_bytes(pickle.dumps((plan, folder)))
        done = subprocess.run(
            [*COMMAND, str(folder / "plan"), "trace"], capture_output=True, text=True, check=False
        )
        if done.returncode:
            words = done.stderr.strip().splitlines()[-1:] or [f"exit status {done.returncode}"]
            raise SimulationError(f"the worker died (seed {plan.seed_of(0)}): {words[0]}")
        return read_table(folder / TRACKS, TRACK), read_table(folder / POINTS, POINT)


def _open(plan: Plan, folder: Path) -> dict[str, object]:
    about = plan.description()
    description = folder / DESCRIPTION
    if description.is_file():
        there = read_json(description)
        differing = sorted(key for key in about if there.get(key) != about[key])
        if differing:
            raise InputError(
                f"{folder}: holds another run (different {', '.join(differing)}); name a new folder"
            )
        return about
    folder.mkdir(parents=True, exist_ok=True)
    write_table(folder / PRIMARIES, plan.primaries, about)
    write_text(description, sealed_json(about, indent=1))
    return about


def _work(
    pool: _Pool,
    missing: Sequence[int],
    workers: int,
    progress: Callable[[int, int], object] | None,
    report: Callable[[Accident], object] | None,
) -> list[Accident]:
    for chunk in missing:
        pool.todo.put((chunk, 1))
    total = pool.plan.chunks
    done = total - len(missing)
    accidents: list[Accident] = []
    if progress:
        progress(done, total)
    with scratch_folder() as scratch:
        plan_file = scratch / "plan"
        plan_file.write_bytes(pickle.dumps((pool.plan, pool.folder.absolute())))
        threads = [
            threading.Thread(target=pool.look_after, args=(plan_file,), daemon=True)
            for _ in range(max(1, min(workers, len(missing))))
        ]
        for thread in threads:
            thread.start()
        running = len(threads)
        try:
            while running:
                # With a time-out, so that an interrupt is noticed.
                try:
                    item = pool.done.get(timeout=0.5)
                except queue.Empty:
                    continue
                if item is None:
                    running -= 1
                elif isinstance(item, Accident):
                    accidents.append(item)
                    if report:
                        report(item)
                else:
                    done += 1
                    if progress:
                        progress(done, total)
        finally:
            pool.stop()
            for thread in threads:
                thread.join()
    return accidents
