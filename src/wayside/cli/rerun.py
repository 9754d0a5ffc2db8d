"""``wayside rerun``: a saved result computed anew."""

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wayside.cli.common import check_out, claim_out, echo_page, json_option, out_option
from wayside.cli.progress import steps
from wayside.files import printable, scratch_folder
from wayside.text import json_text

if TYPE_CHECKING:
    from wayside.results.rerun import Rerun

DIFFERENT = 1
"""Exit status if a file is not the same."""


@click.command("rerun")
@click.argument("result", type=click.Path(path_type=Path), metavar="RESULT")
@out_option
@json_option
def command(result: Path, out: Path | None, as_json: bool) -> int:
    """Compute a saved result anew, and compare its files.

    RESULT is the folder of --out of an earlier command, with its provenance.json. The new files go
    to --out; without it nothing is kept. The exit status is 1 if a file is not the same.
    """
    from wayside.results.kinds import result_class
    from wayside.results.provenance import read_provenance

    claimed = result_class(read_provenance(result).kind).claims_folder
    if out is not None:
        (check_out if claimed else claim_out)(out)
    with (
        scratch_folder() if out is None else nullcontext(out) as target,
        steps("compiling and loading (the first run takes a minute)") as step,
    ):
        from wayside.results.rerun import rerun

        done = rerun(result, target, step)
    if as_json:
        kept = None if out is None else out
        click.echo(json_text({**done._asdict(), "folder": kept, "same": done.same}))
    else:
        echo_page(_text(result, done))
        if out is not None:
            echo_page("\n".join(f"wrote {out / name}" for name in done.verdicts))
    return 0 if done.same else DIFFERENT


def _text(result: Path, done: "Rerun") -> str:
    same = sum(verdict == "same" for verdict in done.verdicts.values())
    lines = [f"{printable(result)}: {same} of {len(done.verdicts)} files are the same"]
    lines += [f"{verdict}: {name}" for name, verdict in done.verdicts.items() if verdict != "same"]
    return "\n".join([*lines, *(f"note: {line}" for line in done.changed)])
