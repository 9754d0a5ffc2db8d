"""What scripts that make tables share: their arguments, and how tables are written."""

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from wayside.files import write_text
from wayside.text import csv_text


def arguments(
    document: str | None,
    *,
    work: str | None = None,
    out: str | None = None,
    workers: bool = False,
    **numbers: int,
) -> argparse.ArgumentParser:
    """Parser with the options that most scripts have.

    Parameters
    ----------
    document
        Docstring of the script; its first line describes it.
    work, out
        Defaults of ``--work``, the folder in which what is done is kept, and of ``--out``, the
        file or folder to write; without a default there is no such option.
    workers
        Whether there is ``--workers``.
    numbers
        Defaults of whole numbers, by the name of their option.
    """
    parser = argparse.ArgumentParser(description=(document or "").splitlines()[0])
    for name, default in numbers.items():
        parser.add_argument(f"--{name}", type=int, default=default, help=f"[default: {default}]")
    if workers:
        parser.add_argument("--workers", type=int, default=1, help="number of processes")
    if work is not None:
        parser.add_argument("--work", type=Path, default=Path(work), help=f"[default: {work}]")
    if out is not None:
        parser.add_argument("--out", type=Path, default=Path(out), help=f"[default: {out}]")
    return parser


def command_of(options: argparse.Namespace, *names: str) -> str:
    """Command that makes the table again, with the options that it depends on."""
    words = ["python", f"scripts/{Path(sys.argv[0]).name}"]
    for name in names:
        words += [f"--{name}", str(getattr(options, name))]
    return " ".join(words)


def geant4_words(record: Mapping[str, Any]) -> str:
    """Where numbers come from, from `wayside.transport.engine.engine_record`."""
    data = record["data"]
    return (
        f"Geant4 {record['geant4']} FTFP_BERT through calzone {record['calzone']},"
        f" {data['kind']} data {data['version']}"
    )


def write_table(
    path: Path,
    header: Mapping[str, str],
    columns: Sequence[str],
    rows: Iterable[Sequence[float | str]],
) -> None:
    """Write a table whole or not at all, and say so."""
    rows = list(rows)
    write_text(path, csv_text(header, columns, rows))
    print(f"{path}: {len(rows)} rows")
