"""What every command is made of: a parser that says what is wrong in one line, and a function."""

from __future__ import annotations

import argparse
import re
import sys
from typing import Any, NoReturn


class Parser(argparse.ArgumentParser):
    """argparse that says what is wrong in one line and ends with code 2. ``-30,100`` is a place, not an option."""

    def __init__(self, *a: Any, **k: Any) -> None:
        super().__init__(*a, **k)
        self._negative_number_matcher = re.compile(r"^-[\d.]+(e[-+]?\d+)?(,[-+\d.e]+)?$")

    def error(self, message: str) -> NoReturn:
        print(f"{self.prog}: {message} (see {self.prog} --help)", file=sys.stderr)
        raise SystemExit(2)


def command(sub: Any, name: str, go: Any, text: str) -> Parser:
    """One command with its text; ``go(arguments)`` does it and gives the exit code."""
    q: Parser = sub.add_parser(name, help=text, description=text)
    q.set_defaults(go=go)
    return q
