"""The errors Cupola raises on purpose.

    CupolaError
    ├── BadInput            what the user gave is wrong (exit code 2)
    │   ├── BadScenario     a scenario or catalogue file; names the YAML path
    │   ├── BadFile         a data file; names file and offset or row
    │   └── BadOption       a command-line value
    ├── MissingExtra        an optional dependency is not installed (exit code 2)
    ├── LinkDown            a link or node could not be reached (exit code 1)
    └── Fault               an invariant of ours is broken (exit code 1)

A message says what is wrong, where, and what to do about it. Bad input never shows a traceback.
"""

from __future__ import annotations


class CupolaError(Exception):
    """Root of everything raised on purpose. ``exit_code`` is what the command line ends with."""

    exit_code = 1


class BadInput(CupolaError):
    """What the user gave is wrong; the message says where and what to do."""

    exit_code = 2


class BadScenario(BadInput):
    """A scenario or catalogue file is wrong; the message begins with file and YAML path."""


class BadFile(BadInput):
    """A data file is wrong; the message begins with the file and, where known, offset or row."""


class BadOption(BadInput):
    """A command-line value or argument is wrong."""


class MissingExtra(BadInput):
    """An optional dependency is missing; the message holds the install command."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs an optional part; in Cupola's folder: pip install -c constraints.txt -e '.[{extra}]'")


class LinkDown(CupolaError):
    """A link or a node cannot be reached."""


class Fault(CupolaError):
    """An invariant of ours is broken: a bug, please report it."""
