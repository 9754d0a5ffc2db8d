"""The report as files: CSV, JSON and figures."""

import csv
import io
import json

from wayside.paper.run import Report

_COLUMNS = (
    "key",
    "quantity",
    "where",
    "unit",
    "study",
    "study_text",
    "study_convention",
    "same",
    "same_convention",
    "right",
    "right_convention",
    "ratio",
    "verdict",
    "tolerance_low",
    "tolerance_high",
    "tolerance_why",
    "explained",
    "explained_convention",
    "cause_shown",
    "words",
    "command",
    "data",
)


def table(report: Report) -> str:
    """All rows as CSV, one line each, every number with all its digits."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(("section", *_COLUMNS))
    for part in report.parts:
        for row in part.rows:
            plain = row.plain()
            ends = plain["tolerance"] or (None, None)
            plain |= {"tolerance_low": ends[0], "tolerance_high": ends[1]}
            plain["data"] = " ".join(row.data)
            writer.writerow((part.name, *(plain[name] for name in _COLUMNS)))
    return buffer.getvalue()


def as_json(report: Report) -> str:
    """Everything but the pictures."""
    return json.dumps(report.plain(), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def files(report: Report) -> dict[str, bytes | str]:
    """All files of the report by name."""
    from wayside.paper.html import page

    contents: dict[str, bytes | str] = {
        "report.html": page(report),
        "report.csv": table(report),
        "report.json": as_json(report),
    }
    for part in report.parts:
        for picture in part.pictures:
            contents |= picture.files
    return contents
