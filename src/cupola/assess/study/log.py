"""What a study has asked so far, finished or refused: one line each in ``runs.jsonl``, on the disk before the next is kept.

A process that is killed leaves at most one line that is not whole, which the next one cuts off.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cupola.assess.study.tasks import Number, Refusal, Run
from cupola.core.errors import BadFile

RUNS = "runs.jsonl"
Key = tuple[int, str]  # design point and fidelity


@dataclass(frozen=True)
class Kept:
    """Finished runs, and those that were refused, by point and fidelity, then by seed."""

    runs: Mapping[Key, Mapping[int, Run]]
    refused: Mapping[Key, Mapping[int, Refusal]]

    def of(self, key: Key) -> list[Run]:
        """The runs of one point at one fidelity in the order of their seeds."""
        mine = self.runs.get(key, {})
        return [mine[s] for s in sorted(mine)]

    def refusals(self, key: Key) -> list[Refusal]:
        """The refused ones in the order of their seeds."""
        mine = self.refused.get(key, {})
        return [mine[s] for s in sorted(mine)]

    def seeds(self, key: Key) -> set[int]:
        """What need not be asked again."""
        return {*self.runs.get(key, {}), *self.refused.get(key, {})}

    @property
    def asked(self) -> int:
        """How many were asked, whether they were finished or refused."""
        return len(self) + sum(len(r) for r in self.refused.values())

    def __len__(self) -> int:
        return sum(len(r) for r in self.runs.values())


def sorted_by_key(rows: list[tuple[Key, Run | Refusal]]) -> tuple[dict[Key, dict[int, Run]], dict[Key, dict[int, Refusal]]]:
    """What stands in a log, finished and refused."""
    runs: dict[Key, dict[int, Run]] = {}
    refused: dict[Key, dict[int, Refusal]] = {}
    for key, one in rows:
        if isinstance(one, Run):
            runs.setdefault(key, {})[one.seed] = one
        else:
            refused.setdefault(key, {})[one.seed] = one
    return runs, refused


class Log:
    """The finished runs of a folder, open for more. Each is on the disk when ``add`` returns."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / RUNS
        rows, end = read(self._path)
        self._runs, self._refused = sorted_by_key(rows)
        try:
            self._file = open(self._path, "ab", buffering=0)  # noqa: SIM115  # closed by close(), which then has nothing to write
            if self._file.tell() != end:
                self._file.truncate(end)
        except OSError as e:
            raise BadFile(f"{self._path}: cannot be written ({e.strerror})") from None

    @property
    def kept(self) -> Kept:
        """All that was asked."""
        return Kept(self._runs, self._refused)

    def add(self, key: Key, runs: Sequence[Run | Refusal]) -> None:
        """Keep what was asked. What is kept already is not kept again. Raises BadFile where the disk takes no more."""
        there = self.kept.seeds(key)
        fresh = [r for r in runs if r.seed not in there]
        left = b"".join(_line(key, r) for r in fresh)
        try:
            while left:  # a disk that is nearly full takes a part
                left = left[self._file.write(left) :]
            os.fsync(self._file.fileno())
        except OSError as e:
            raise BadFile(
                f"{self._path}: cannot be written ({e.strerror}); what is there is kept: make room, start again"
            ) from None
        for r in fresh:
            if isinstance(r, Run):
                self._runs.setdefault(key, {})[r.seed] = r
            else:
                self._refused.setdefault(key, {})[r.seed] = r

    def close(self) -> None:
        """No more runs."""
        self._file.close()


def _line(key: Key, run: Run | Refusal) -> bytes:
    row: dict[str, Any] = {"point": key[0], "fidelity": key[1], "seed": run.seed}
    if isinstance(run, Refusal):
        row |= {"refused": run.reason}
    else:
        row |= {"outputs": run.outputs, "controls": run.controls} | ({"errors": run.errors} if run.errors else {})
    return json.dumps(row, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def read(path: Path) -> tuple[list[tuple[Key, Run | Refusal]], int]:
    """All whole lines, and where the last one ends. Raises BadFile for a damaged one before the last."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return [], 0
    except OSError as e:
        raise BadFile(f"{path}: cannot be read ({e.strerror})") from None
    end = data.rfind(b"\n") + 1
    rows: list[tuple[Key, Run | Refusal]] = []
    for i, line in enumerate(data[:end].splitlines(), 1):
        try:
            r = json.loads(line)
            rows.append(((int(r["point"]), str(r["fidelity"])), _row(r)))
        except (ValueError, KeyError, TypeError, OverflowError):
            raise BadFile(f"{path}: line {i} is damaged; delete the line and start the study again to repeat that run") from None
    return rows, end


def _row(r: Mapping[str, Any]) -> Run | Refusal:
    if "refused" in r:
        return Refusal(int(r["seed"]), str(r["refused"]))
    controls, errors = ({k: float(v) for k, v in dict(r.get(name, {})).items()} for name in ("controls", "errors"))
    return Run(int(r["seed"]), _numbers(r["outputs"]), controls, errors)


def _numbers(given: Any) -> dict[str, Number]:
    """Outputs of a run. Raises TypeError for one that is no number."""
    found: dict[str, Number] = dict(given)
    wrong = [k for k, v in found.items() if v is not None and not isinstance(v, bool | int | float)]
    if wrong:
        raise TypeError(wrong[0])
    return found
