"""``wayside export``: saved results in the formats of others."""

from pathlib import Path

import click

from wayside.cli.common import claim_out, echo_page, json_option, out_option
from wayside.text import json_text

FOLDER = Path("wayside-hepdata")


@click.group("export")
def command() -> None:
    """Write a saved result in the format of others."""


@command.command("hepdata")
@click.argument("result", type=click.Path(path_type=Path), metavar="RESULT")
@out_option
@json_option
def hepdata(result: Path, out: Path | None, as_json: bool) -> None:
    """Write a submission to HEPData.

    RESULT is the folder of --out of an earlier reach, compare, background or search. Writes
    submission.yaml, a file for each table, provenance.json and workspace.json to the folder
    submission in --out (default: wayside-hepdata), and submission.zip with all. Needs the extra
    wayside[hepdata].
    """
    from wayside.results.hepdata import export_hepdata
    from wayside.results.hepdata_tables import tables_of
    from wayside.results.kinds import load_result

    loaded = load_result(result)
    tables = tables_of(loaded)
    folder = FOLDER if out is None else out
    claim_out(folder)
    written = export_hepdata(loaded, result, folder)
    if as_json:
        names = [table.name for table in tables]
        click.echo(json_text({"tables": names, "files": written}))
    else:
        lines = [f"{table.name}: {len(table.dependent[0].values)} rows" for table in tables]
        echo_page("\n".join([*lines, *(f"wrote {path}" for path in written)]))
