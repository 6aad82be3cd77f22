"""What a command writes (checked before any work; standard output may fail) and how it is stopped (Ctrl-C, SIGTERM)."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import threading
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cupola.core import whole
from cupola.core.errors import BadOption
from cupola.core.plain import plain


class Stopped(KeyboardInterrupt):
    """A wish to stop. A kind of its own, for Python ends by SIGINT (not by our code) when the plain one crosses an ``exec``."""


@contextlib.contextmanager
def stopping() -> Iterator[list[int]]:
    """Take SIGTERM as Ctrl-C while a command runs. Gives the signals that came: what fails after one (half an import) is no fault.

    Python drops an interrupt that falls into a callback of its own, with a traceback; then the process ends here.
    """
    came: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield came
        return

    def stop(number: int, _frame: object) -> None:
        came.append(number)
        raise Stopped

    def dropped(what: Any) -> None:
        if came and isinstance(what.exc_value, KeyboardInterrupt):
            print("cupola: stopped", file=sys.stderr, flush=True)
            os._exit(130)
        hook(what)

    before = {s: signal.signal(s, stop) for s in (signal.SIGINT, signal.SIGTERM)}
    hook, sys.unraisablehook = sys.unraisablehook, dropped
    try:
        yield came
    finally:
        sys.unraisablehook = hook
        for s, handler in before.items():
            signal.signal(s, handler)


def check_outputs(a: Namespace) -> None:
    """Refuse before any work what could not be written after it, or would destroy what the command reads."""
    wanted = {"json": "json", "csv": "csv", "record": "record", "scans": "detections", "out": "out"}  # attribute: option
    named = {option: v for kept, option in wanted.items() if (v := getattr(a, kept, None)) is not None}
    given = [getattr(a, n, None) for n in (*READ, "files")]  # some options may be given more than once
    read = [v for one in given for v in (one if isinstance(one, list) else [one]) if v and os.path.exists(v)]
    taken = {_place(v): "is read by this command" for v in read if os.path.isfile(v)}
    for option, target in named.items():
        if option in ("json", "csv") and target == "-":
            if sys.stdout is None:
                raise BadOption(f"--{option} -: standard output is closed; give the name of a file")
            continue
        if option != "out":
            _check_inside(option, target, read)
        _check_writable(f"--{option} {target}", Path(target), target, binary=option not in ("json", "csv"))
        if why := taken.get(_place(target)):
            raise BadOption(f"--{option} {target}: {why}; give another name")
        if not os.path.exists(target) or os.path.isfile(target):
            taken[_place(target)] = f"is written by --{option} already"
    if (folder := getattr(a, "folder", None)) is not None:
        _check_folder(Path(folder), folder)


READ = ("scenario", "recording", "detections", "tracks", "flight", "events", "config", "source", "study", "cases")


def _check_inside(option: str, target: str, read: list[str]) -> None:
    """Refuse to write among the files of a folder that is read."""
    for folder in read:
        if os.path.isdir(folder) and _place(target).startswith(_place(folder) + os.sep):
            raise BadOption(f"--{option} {target}: lies in {folder}, which this command reads; give another place")


def _place(name: str) -> str:
    return os.path.realpath(name)


def _check_writable(what: str, path: Path, text: str, binary: bool) -> None:
    """binary: a file of arrays or a recording, which is put in the place of what is there: no device takes that."""
    folder = path.absolute().parent
    if not text or "\0" in text:
        raise BadOption(f"{what!r}: is no name of a file; give one")
    if not os.path.isdir(folder):
        raise BadOption(f"{what}: there is no folder {folder}; make it first")
    if os.path.isdir(path):
        raise BadOption(f"{what}: is a folder; give the name of a file")
    if not os.access(path if os.path.exists(path) else folder, os.W_OK):
        raise BadOption(f"{what}: cannot be written (permission denied); give another place")
    if binary and os.path.exists(path) and not os.path.isfile(path):
        raise BadOption(f"{what}: is no ordinary file; give the name of a file to write")
    try:
        whole.check(path)
    except OSError as e:
        raise BadOption(f"{what}: cannot be written ({e.strerror}); give another place") from None


def _check_folder(folder: Path, text: str) -> None:
    """A folder that is there and takes files, or that can be made."""
    if not text or "\0" in text:
        raise BadOption(f"{text!r}: is no name of a folder; give one")
    there = next(p for p in (folder.absolute(), *folder.absolute().parents) if os.path.lexists(p))
    if not there.is_dir():
        raise BadOption(f"{text}: cannot be a folder, for {there} is none; give another name")
    if not os.access(there, os.W_OK):
        raise BadOption(f"{text}: cannot be written (permission denied in {there}); give another place")


def fill_closed() -> None:
    """A closed standard stream must not leave its number to the next file opened: what libraries print would land in it."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115  # for as long as the process lives


def put(text: str) -> None:
    """Write to standard output, and see that it arrives. Raises BadOption."""
    if sys.stdout is None:
        raise BadOption("standard output is closed; name a file with --json")
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as e:
        let_stdout_be()
        raise BadOption(f"standard output cannot be written ({e.strerror})") from None


def let_stdout_be() -> None:
    """Write no more to standard output: what is still in its buffer would fail again at the end of the process."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def report(target: str | None, value: Any, text: str) -> None:
    """A result for a person on standard output, and as JSON where that is asked for; standard output is never given both."""
    if target == "-":
        print(text, file=sys.stderr, flush=True)
    else:
        put(text + "\n")
    write_json(target, value)


def write_json(target: str | None, value: Any) -> int:
    """Write as JSON to a file, to standard output (``-``), or not at all (None). Raises BadOption. Gives 0."""
    if target is None:
        return 0
    text = json.dumps(plain(value), indent=1, allow_nan=False) + "\n"
    if target == "-":
        put(text)
        return 0
    try:
        whole.write(target, text.encode())
    except OSError as e:
        raise BadOption(f"--json {target}: cannot be written ({e.strerror})") from None
    return 0
