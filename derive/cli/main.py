"""The `derive` command: which subcommands there are, and how every run ends.

Exit codes: 0 good, 1 a problem failed, 2 usage, 3 LaTeX failed on our output, 4 a needed program is missing, 130 interrupted.
"""

from __future__ import annotations

import atexit
import contextlib
import errno
import gc
import importlib
import os
import signal
import sys
import threading
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from derive import __version__
from derive.cli.options import PROGRAM
from derive.errors import DeriveError

CODES = {"latex": 3, "overfull": 3, "missing-program": 4, "usage": 2}
"""Exit codes by error code; every other error is 1."""

COMMANDS = {
    "show": "Print a derivation: numbered steps, the reason at the right.",
    "check": "Derive and verify; no TeX is needed.",
    "review": "Check a derivation pasted as LaTeX, line by line.",
    "render": "Make one document: slides, solutions, …",
    "build": "Bring every document up to date.",
    "variants": "Make a set in variants, one for each student.",
    "rules": "List the rules, or show one with its proof.",
    "functions": "List the functions of the language.",
    "new": "Write a first problem file.",
    "templates": "List, copy out, explain or check the templates.",
    "schema": "Print the JSON Schema of problem, lecture or set files, for editors.",
    "doctor": "Say what is installed and what is missing.",
    "clean": "Remove what `derive build` wrote.",
}
"""The subcommands in the order of their use, each a module `derive.cli.NAME_command`."""

EXAMPLES = """\b
Examples:
  derive new trace                          a first problem, problems/trace.yaml
  derive show problems/trace.yaml           its derivation, in the terminal
  derive check                              derive and verify everything in problems/
  derive render problems/trace.yaml --to slides -o trace.pdf
  derive build -j 4                         slides and solutions of everything, into build/
  derive show - --format json < FILE        for another program

Step-by-step derivations of matrix derivatives from a YAML file, every line checked by numbers, typeset as slides and
solutions.
"""


class Commands(click.Group):
    """Subcommands that are imported when they are run, so that help and completion are immediate."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            from derive.language.words import closest

            meant = closest(name, COMMANDS)
            ctx.fail(f"No such command '{name}'." + (f" Did you mean '{meant}'?" if meant else ""))
        command: click.Command = importlib.import_module(f"derive.cli.{name}_command").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Commands, help=EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="derive")
def group() -> None:
    pass


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit; no exception leaves here."""
    # small matrices: BLAS threads only wait for each other; NumPy is loaded later and finds this
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    # What loading makes stays: looking through it for circles takes a tenth of a short command.
    gc.set_threshold(100_000, 20, 50)
    # A stream that was closed is written to nowhere.
    sys.stdout, sys.stderr = (stream or open(os.devnull, "w") for stream in (sys.stdout, sys.stderr))  # noqa: PTH123, SIM115
    for number in (signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _terminated)
    end(run(arguments, PROGRAM))


def end(code: int) -> NoReturn:
    """End the process, all put away, but without taking down object by object what was loaded: a sixth of a short command."""
    if threading.active_count() == 1:
        atexit._run_exitfuncs()
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    sys.exit(code)


class Terminated(KeyboardInterrupt):
    """A signal asked us to end: everything is put away on the way out, as after Ctrl-C."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def _terminated(number: int, _frame: object) -> NoReturn:
    raise Terminated(number)


def run(arguments: Sequence[str] | None = None, caller: str = "") -> int:
    """Run the command line; the exit code.  `caller` is PROGRAM where the command line is the whole process."""
    try:
        result: Any = group.main(args=list(arguments) if arguments is not None else None, prog_name="derive",
                                 standalone_mode=False, obj=caller)
        if sys.stdout is not None:
            sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.UsageError as error:
        error.show()
        return 2
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort) as error:
        click.echo("interrupted", err=True)
        return 128 + getattr(error if isinstance(error, Terminated) else error.__cause__, "number", signal.SIGINT)
    except DeriveError as error:
        click.echo(error.render(), err=True)
        return CODES.get(error.code, 1)
    except BrokenPipeError:
        # The reader of our output has gone (`derive show … | head`): nothing is wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EIO, errno.EBADF) and not error.filename:
            click.echo(f"error: standard output cannot be written: {error.strerror} [output]", err=True)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            return 1
        from derive.pipeline.build import internal

        click.echo(internal(error, None).render(), err=True)
        return 1
