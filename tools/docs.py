"""Run every command shown in docs/ and put what it prints under it:  python tools/docs.py docs/ingest.md ... [--data DIR]

A block is fenced as ``console``; a line that begins with ``$ `` is a command, what follows it is its output. Commands run one after
the other in a fresh folder per page, with the recordings of DIR (and of its folders) at hand. Progress lines are left out.
"""

from __future__ import annotations

import argparse
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
PROGRESS = re.compile(r"^t +\d+ of |^compiling kernels|: building$|, built in |: \d+ of \d+ runs, ")


def refreshed(text: str, folder: Path) -> str:
    """The page with the outputs of today."""
    return BLOCK.sub(lambda m: f"```console\n{_block(m.group(1), folder)}```", text)


def _block(block: str, folder: Path) -> str:
    commands = re.findall(r"^\$ (.*(?:\\\n.*)*)$", block, re.MULTILINE)
    return "".join(f"$ {c}\n{_output(c, folder)}" for c in commands)


def _output(command: str, folder: Path) -> str:
    words = shlex.split(command.replace("\\\n", " "))
    words[0] = str(Path(sys.executable).with_name(words[0]))
    print(command, file=sys.stderr, flush=True)
    done = subprocess.run(words, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode not in {0, 2}:
        sys.exit(f"{command} ended with {done.returncode}; the page is left as it was\n{done.stdout}")
    return "".join(line + "\n" for line in done.stdout.splitlines() if not PROGRESS.search(line))


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]  # there is a docstring
    p.add_argument("pages", nargs="+", type=Path)
    p.add_argument("--data", type=Path, help="folder of recordings")
    a = p.parse_args()
    for page in a.pages:
        with tempfile.TemporaryDirectory() as folder:
            near = sorted(page.parent.glob("examples/*")) + (sorted(a.data.glob("*/*")) if a.data else [])
            for name, f in {f.name: f for f in near}.items():
                (Path(folder) / name).symlink_to(f.resolve())
            page.write_text(refreshed(page.read_text(), Path(folder)))


if __name__ == "__main__":
    main()
