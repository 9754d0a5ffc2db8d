"""The ``wayside`` command: finds its subcommands and is the one place where errors are printed."""

import difflib
import importlib
import os
import signal
import sys
import traceback
import warnings
from collections.abc import Sequence
from typing import Any, Final

import click

from wayside.errors import WaysideError
from wayside.version import __version__

COMMANDS: Final = {
    "reach": "What a detector excludes over a plane of couplings or masses.",
    "point": "Everything about one parameter point.",
    "scan": "Yields, limits and more over any keys, on one machine or many.",
    "relic": "How much of the ground state the early universe left over.",
    "events": "Decays of the excited state in a detector, one by one.",
    "simulate": "Geant4 through the layers of the detector.",
    "reconstruct": "Tracks and vertices out of what was simulated.",
    "background": "What else looks like signal, and when it matters.",
    "search": "The selection with which a detector excludes most.",
    "place": "Where a detector sees most.",
    "design": "Which hardware, and where: the best of many keys, against cost.",
    "draw": "The hall, the detectors and the beams, to scale.",
    "compare": "What several scenarios exclude, in one figure.",
    "export": "A saved result in the format of others, such as HEPData.",
    "rerun": "A saved result anew, and whether its files are the same.",
    "explore": "A page in the browser that redraws the plane as values change.",
    "paper": "The study's tables and figures beside ours, and why they differ.",
    "scenarios": "The built-in scenarios, or the text of one.",
    "doctor": "What is installed, and which data tables are in use.",
}
"""Summary by name; ``name`` is the attribute ``command`` of the module ``wayside.cli.name``."""

_LONGEST: Final = 40
"""Characters of a mistyped command that a message shows."""

EXIT_BAD_INPUT: Final = 2
EXIT_INTERRUPTED: Final = 130
EXIT_TERMINATED: Final = 143


class WaysideGroup(click.Group):
    """Group that imports a subcommand when it is called, and prints errors as one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of `COMMANDS`."""
        return [*COMMANDS, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of one command."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        module = importlib.import_module(f"wayside.cli.{cmd_name}")
        command = module.command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As `click.Group`, with the nearest name where there is no such command."""
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            names = self.list_commands(ctx)
            near = [known for known in names if known.startswith(name.casefold())][:1]
            near = near or difflib.get_close_matches(name.casefold(), names, n=1, cutoff=0.5)
            hint = f"did you mean '{near[0]}'?" if near else f"there are {', '.join(names)}."
            ctx.fail(f"No such command {_shown(name)}; {hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        rows = list(COMMANDS.items())
        rows += [
            (name, command.get_short_help_str())
            for name, command in self.commands.items()
            if name not in COMMANDS
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def main(  # type: ignore[override]  # click overloads this on standalone_mode; here it is always
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> None:
        """Run and exit: 0, 2 for bad input, 130 if interrupted; never a traceback for those."""
        extra["standalone_mode"] = False
        with warnings.catch_warnings():
            warnings.showwarning = _show_warning
            try:
                status = super().main(args, prog_name or "wayside", **extra)
                sys.stdout.flush()
            except click.ClickException as error:
                _complain(_sentence(error.format_message()) + _where_to_read(error))
                sys.exit(EXIT_BAD_INPUT)
            except WaysideError as error:
                _complain(str(error))
                sys.exit(EXIT_BAD_INPUT)
            except (click.Abort, KeyboardInterrupt):
                _say("interrupted")
                sys.exit(EXIT_INTERRUPTED)
            except SystemError as error:
                # What becomes of an interrupt that arrives as arguments enter compiled code.
                if not _interrupted(error):
                    raise
                _say("interrupted")
                sys.exit(EXIT_INTERRUPTED)
            except OSError as error:  # above all a standard output that takes no more
                printing = _was_printing(error)
                _complain(f"standard output: {error.strerror}" if printing else str(error))
                if sys.stdout is sys.__stdout__ and sys.stdout is not None:
                    # Python flushes once more as it ends; what is left must go somewhere.
                    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
                sys.exit(EXIT_BAD_INPUT)
        sys.exit(status if isinstance(status, int) else 0)


def _shown(word: str) -> str:
    text = repr(word if len(word) <= _LONGEST else f"{word[:_LONGEST]}...")
    return " ".join(text.split())


def _was_printing(error: OSError) -> bool:
    """Whether an error comes from standard output, which it does not name."""
    *_, (frame, _) = traceback.walk_tb(error.__traceback__)
    return frame.f_code in (click.echo.__code__, WaysideGroup.main.__code__)


def _interrupted(error: BaseException | None) -> bool:
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _say(text: str) -> None:
    click.echo(f"wayside: {_one_line(text)}", err=True)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?")) else f"{text}."


def _complain(text: str) -> None:
    _say(f"error: {text}")


def _where_to_read(error: click.ClickException) -> str:
    if isinstance(error, click.UsageError) and error.ctx is not None:
        return f" See '{error.ctx.command_path} --help'."
    return ""


def _show_warning(message: Warning | str, *_: object, **__: object) -> None:
    _say(f"warning: {message}")


@click.command(
    "wayside",
    cls=WaysideGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
    epilog="`wayside COMMAND --help` explains a command.",
)
@click.version_option(__version__, message="wayside %(version)s")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """What a small detector beside an e+e- collider would see of a dark sector.

    A scenario, built in or a TOML file, describes collider, model and detectors; every value in
    it can be set on the command line.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def main() -> None:
    """Run the command line; the entry point of the ``wayside`` script."""
    # Figures are files here. A notebook hands its own backend to commands that it starts, and
    # Matplotlib would fail on one that is not installed.
    os.environ.pop("MPLBACKEND", None)
    # Unwind on SIGTERM as on Ctrl-C, so that half-written files are removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(EXIT_TERMINATED))
    cli()
