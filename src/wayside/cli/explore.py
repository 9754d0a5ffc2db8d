"""``wayside explore``: a page in the browser on which a scenario is changed and redrawn."""

import click

DEFAULT = "belle2-forward"


@click.command("explore")
@click.argument("scenarios", metavar="[SCENARIO ...]", nargs=-1)
@click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    help="Set a value, such as model.m_aprime=8.1; may be repeated.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help="Port of the page; any that is free unless given.",
)
@click.option("--no-open", is_flag=True, help="Print the address and open no browser.")
def command(
    scenarios: tuple[str, ...], overrides: tuple[str, ...], port: int, no_open: bool
) -> None:
    """Change a scenario in the browser and see its plane redrawn.

    SCENARIO is a built-in name (belle2-forward unless given), a TOML file, or an address of the
    explorer that was kept; more of them are drawn as comparison.

    The page is served to this machine alone. Its address, the last word of the first line
    printed, holds a token: who has it can use the page. Ctrl-C ends it.
    """
    from wayside.explorer.server import bokeh_files, run
    from wayside.explorer.state import State

    bokeh_files()
    states = [State.from_text(text, overrides) for text in scenarios or (DEFAULT,)]
    for state in states:
        state.scenario()
    names = " + ".join(state.base for state in states)

    def say(address: str) -> None:
        click.echo(f"exploring {names}: {address}")
        click.echo("Ctrl-C ends it")

    run(states[0], tuple(states[1:]), port, say, browser=not no_open)
