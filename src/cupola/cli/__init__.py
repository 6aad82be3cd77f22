"""The command line. Each command is a parser and a short function; heavy imports happen inside, so ``--help`` is quick.

Exit codes: 0 done; 2 bad input (one clear line on stderr); 1 a fault of ours; 130 stopped with Ctrl-C.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from cupola import __version__
from cupola.cli import checks, deployment, files, gallery, literature, outlet, report, running, sizing, study
from cupola.cli.base import Parser
from cupola.core.errors import CupolaError

SIMULATION = "Simulation on public data only. Nothing here reaches a weapon."


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    outlet.fill_closed()
    name = "cupola"
    with outlet.stopping() as stopped:
        try:
            a = parser().parse_args(argv)
            if a.command is None:
                parser().print_help()
                return 0
            name = f"cupola {a.command}"
            outlet.check_outputs(a)
            return int(a.go(a) or 0)
        except CupolaError as e:
            print(f"{name}: {e}", file=sys.stderr)
            return e.exit_code
        except BrokenPipeError:
            outlet.let_stdout_be()
            return 0
        except BaseException as e:
            if not (stopped or isinstance(e, KeyboardInterrupt)):
                raise
            print(f"{name}: stopped", file=sys.stderr)
            return 130


def parser() -> Parser:
    """The whole command line."""
    p = Parser(prog="cupola", description=f"Missile warning and layered defence, simulated and analysed. {SIMULATION}")
    p.add_argument("--version", action="version", version=f"cupola {__version__}")
    sub = p.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    for family in (running, files, checks, sizing, literature, study, report, gallery, deployment):
        family.add(sub)
    return p
