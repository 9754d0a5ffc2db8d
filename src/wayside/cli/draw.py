"""``wayside draw``: plan and elevation of a hall."""

from pathlib import Path

import click

from wayside.cli.common import check_out, json_option, load, scenario_options
from wayside.files import FIGURE_FORMATS
from wayside.text import json_text


@click.command("draw")
@scenario_options
@click.option(
    "--out",
    default="hall.png",
    show_default=True,
    metavar="PATH",
    help="A file that ends in .png, .pdf or .svg, or a folder for hall.FORMAT.",
)
@click.option(
    "--format",
    "formats",
    multiple=True,
    type=click.Choice(FIGURE_FORMATS),
    help="Format of the file in a folder; may be repeated.  [default: png]",
)
@json_option
def command(
    scenario: str, overrides: tuple[str, ...], out: str, formats: tuple[str, ...], as_json: bool
) -> None:
    """Draw the hall, the detectors and the beams to scale, from above and from the side.

    SCENARIO is a built-in name or a TOML file. Without a section [hall] (or --set
    hall.preset=belle2) there are only detectors, beams, the boost and the ground.
    """
    target = Path(out)
    if not out:
        raise click.BadParameter("an empty path; name a file or a folder", param_hint="--out")
    ending = target.suffix.lower().removeprefix(".")
    if ending in FIGURE_FORMATS and not target.is_dir():
        if formats and tuple(formats) != (ending,):
            raise click.UsageError(
                f"--format {formats[0]} and --out {out} disagree; give a folder, or one of them."
            )
        folder, name, formats = target.parent, target.stem, (ending,)
    elif target.suffix and not target.is_dir():
        raise click.BadParameter(
            f"{target.name}: must end in .png, .pdf or .svg, or be a folder", param_hint="--out"
        )
    else:
        folder, name, formats = target, "hall", formats or FIGURE_FORMATS[:1]
    loaded = load(scenario, overrides)
    from wayside.results.hall import draw

    check_out(folder)
    drawing = draw(loaded)
    written = drawing.save(folder, name, formats)
    if as_json:
        content = {"scenario": loaded.to_dict(), "files": written, "notes": drawing.notes}
        click.echo(json_text(content))
    else:
        click.echo("\n".join(f"wrote {path}" for path in written))
        for note in drawing.notes:
            click.echo(f"wayside: warning: {note}", err=True)
