"""Reference values of models of single particles, from the table beside this file."""

import csv
from pathlib import Path
from typing import NamedTuple

TABLE = Path(__file__).with_name("particles.csv")


class Row(NamedTuple):
    """One value; ``detail`` is a channel, process or detector."""

    model: str
    quantity: str
    detail: str
    mass: float
    ctau: float
    value: float
    uncertainty: float


def rows(*quantities: str) -> list[Row]:
    """Rows of the given quantities."""
    with TABLE.open(encoding="utf-8") as file:
        lines = csv.DictReader(line for line in file if not line.startswith("#"))
        return [
            Row(
                line["model"],
                line["quantity"],
                line["detail"],
                float(line["mass"] or "nan"),
                float(line["ctau"] or "inf"),
                float(line["value"]),
                float(line["uncertainty"]),
            )
            for line in lines
            if line["quantity"] in quantities
        ]


def label(row: Row) -> str:
    """Name of a row for a test."""
    parts = [row.model, row.quantity, row.detail, f"{row.mass:g}", f"{row.ctau:g}"]
    return "-".join(part for part in parts if part)
