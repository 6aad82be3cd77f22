"""A study's folder: every finished run kept once, durably, from the moment it is finished.

    DIR/study.yaml      the study as written           DIR/runs.jsonl     one finished run a line, appended and flushed to disk
    DIR/study.json      its spec, points, provenance   DIR/summary.json   estimates, differences, agreement (when it has ended)
    DIR/NAME.parquet    the same as tables (when it has ended): runs, points, estimates, differences, agreements
    DIR/calibration/    recordings of the fast one     DIR/lock           held by the process at work
    DIR/report.html, report.pdf   where ``cupola report`` is told to put them here

A process that is killed leaves at most one line that is not whole, which the next one cuts off; a lock keeps a second one out.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cupola.assess.study.definition import RAID
from cupola.assess.study.result import Agreement, Difference, Estimate, Point, StudyResult
from cupola.assess.study.tasks import Number, Run, wants_scores
from cupola.core import whole
from cupola.core.errors import BadFile, BadOption
from cupola.core.plain import plain

FORMAT = 1
HEAD, RUNS, SUMMARY, LOCK = "study.json", "runs.jsonl", "summary.json", "lock"
Key = tuple[int, str]  # design point and fidelity


@dataclass(frozen=True)
class Kept:
    """Finished runs by point and fidelity, then by seed."""

    runs: Mapping[Key, Mapping[int, Run]]

    def of(self, key: Key) -> list[Run]:
        """The runs of one point at one fidelity in the order of their seeds."""
        mine = self.runs.get(key, {})
        return [mine[s] for s in sorted(mine)]

    def __len__(self) -> int:
        return sum(len(r) for r in self.runs.values())


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """The folder, made if need be, is ours while the block lasts. Raises BadOption where another process has it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = open(folder / LOCK, "a+")  # noqa: SIM115  # closed below, after the lock
    except OSError as e:
        raise BadOption(f"--out {folder}: cannot be used as a folder ({e.strerror}); give another one") from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BadOption(f"--out {folder}: another study is at work there; wait for it or give another folder") from None
        yield
    finally:
        handle.close()


def begin(folder: Path, text: str, head: Mapping[str, Any]) -> dict[str, Any]:
    """Start a study in a folder, or go on with the same one, which may show other outputs. Gives the head as it is kept there.

    Raises BadOption where the folder holds another study, or other things.
    """
    if (folder / HEAD).is_file():
        kept = _same(folder, head)
        if kept["spec"] == plain(head)["spec"]:
            return kept
        kept["spec"] = plain(head)["spec"]
        _write(folder / "study.yaml", text.encode())
        _write(folder / HEAD, json.dumps(kept, indent=1).encode())
        return kept
    others = sorted(p.name for p in folder.iterdir() if p.name not in (LOCK, "study.yaml") and not p.name.endswith(".part"))
    if others:
        raise BadOption(f"--out {folder}: holds {others[0]} and is no study's folder; give a new or an empty one")
    _write(folder / "study.yaml", text.encode())
    _write(folder / HEAD, json.dumps(plain(head), indent=1).encode())
    return dict(plain(head))


def _same(folder: Path, head: Mapping[str, Any]) -> dict[str, Any]:
    kept, asked = _head(folder), plain(head)
    changed = sorted(k for k in {*kept["spec"], *asked["spec"]} if kept["spec"].get(k) != asked["spec"].get(k))
    if changed == ["outputs"] and (_judged(kept["spec"]) == _judged(asked["spec"]) or not _read(folder / RUNS)[0]):
        changed = []  # what is shown decides no run
    if changed:
        raise BadOption(
            f"--out {folder}: was begun with another study ({', '.join(changed)} changed); its runs would not fit together:"
            " give a new folder, or the study as it was"
        )
    for k, what in (
        ("scenarios", "the scenario has"),
        ("version", "the version of Cupola has"),
        ("code", "the code of Cupola has"),
    ):
        was, now = kept["provenance"].get(k), asked["provenance"].get(k)
        if was != now:
            raise BadOption(
                f"--out {folder}: {what} changed since the study was begun ({k} {was or 'not kept'}, now {now}); its runs would not"
                " fit with new ones: give a new folder, or go back to what it was"
            )
    return kept


def _judged(spec: Mapping[str, Any]) -> bool:
    """Whether runs of this study have their picture judged against the truth: outputs decide that alone."""
    return spec.get("model") == RAID and spec.get("fidelity") != "fast" and wants_scores(spec.get("outputs") or ())


def _head(folder: Path) -> dict[str, Any]:
    try:
        head = json.loads((folder / HEAD).read_text())
        if head["format"] != FORMAT:
            raise BadFile(f"{folder / HEAD}: format {head['format']}; this version of Cupola reads {FORMAT}")
        kinds = {"spec": dict, "points": list, "provenance": dict}
        return dict(head) if all(isinstance(head[k], kind) for k, kind in kinds.items()) else _not_ours(folder)
    except OSError as e:
        raise BadFile(f"{folder}: holds no study ({e.strerror}); make one with: cupola study STUDY.yaml --out {folder}") from None
    except (ValueError, KeyError, TypeError):
        return _not_ours(folder)


def _not_ours(folder: Path) -> dict[str, Any]:
    raise BadFile(f"{folder / HEAD}: is damaged or no study's; give another folder")


class Log:
    """The finished runs of a folder, open for more. Each is on the disk when ``add`` returns."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / RUNS
        rows, end = _read(self._path)
        self._runs: dict[Key, dict[int, Run]] = {}
        for key, run in rows:
            self._runs.setdefault(key, {})[run.seed] = run
        try:
            self._file = open(self._path, "ab", buffering=0)  # noqa: SIM115  # closed by close(), which then has nothing to write
            if self._file.tell() != end:
                self._file.truncate(end)
        except OSError as e:
            raise BadFile(f"{self._path}: cannot be written ({e.strerror})") from None

    @property
    def kept(self) -> Kept:
        """All finished runs."""
        return Kept(self._runs)

    def add(self, key: Key, runs: list[Run]) -> None:
        """Keep finished runs. One that is kept already is not kept again. Raises BadFile where the disk takes no more."""
        mine = self._runs.setdefault(key, {})
        fresh = [r for r in runs if r.seed not in mine]
        left = b"".join(_line(key, r) for r in fresh)
        try:
            while left:  # a disk that is nearly full takes a part
                left = left[self._file.write(left) :]
            os.fsync(self._file.fileno())
        except OSError as e:
            raise BadFile(
                f"{self._path}: cannot be written ({e.strerror}); what is there is kept: make room, start again"
            ) from None
        mine |= {r.seed: r for r in fresh}

    def close(self) -> None:
        """No more runs."""
        self._file.close()


def _line(key: Key, run: Run) -> bytes:
    row = {"point": key[0], "fidelity": key[1], "seed": run.seed, "outputs": run.outputs, "controls": run.controls}
    row |= {"errors": run.errors} if run.errors else {}
    return json.dumps(row, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def _read(path: Path) -> tuple[list[tuple[Key, Run]], int]:
    """All whole lines, and where the last one ends. Raises BadFile for a damaged one before the last."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return [], 0
    except OSError as e:
        raise BadFile(f"{path}: cannot be read ({e.strerror})") from None
    end = data.rfind(b"\n") + 1
    rows = []
    for i, line in enumerate(data[:end].splitlines(), 1):
        try:
            r = json.loads(line)
            controls, errors = ({k: float(v) for k, v in dict(r.get(name, {})).items()} for name in ("controls", "errors"))
            run = Run(int(r["seed"]), _numbers(r["outputs"]), controls, errors)
            rows.append(((int(r["point"]), str(r["fidelity"])), run))
        except (ValueError, KeyError, TypeError, OverflowError):
            raise BadFile(f"{path}: line {i} is damaged; delete the line and start the study again to repeat that run") from None
    return rows, end


def _numbers(given: Any) -> dict[str, Number]:
    """Outputs of a run. Raises TypeError for one that is no number."""
    found: dict[str, Number] = dict(given)
    wrong = [k for k, v in found.items() if v is not None and not isinstance(v, bool | int | float)]
    if wrong:
        raise TypeError(wrong[0])
    return found


def runs(folder: Path) -> Kept:
    """The finished runs of a folder, whoever is at work there. Raises BadFile."""
    _head(folder)
    found: dict[Key, dict[int, Run]] = {}
    for key, run in _read(folder / RUNS)[0]:
        found.setdefault(key, {})[run.seed] = run
    return Kept(found)


def save(folder: Path, result: StudyResult) -> None:
    """Write ``summary.json``, whole or not at all."""
    _write(folder / SUMMARY, (json.dumps(plain(asdict(result)), indent=1, allow_nan=False) + "\n").encode())


def load(folder: str | Path) -> StudyResult:
    """The result of a study's folder, as far as it was summed up. Raises BadFile."""
    folder = Path(folder)
    _head(folder)
    try:
        s = json.loads((folder / SUMMARY).read_text())
        if not all(isinstance(s[k], dict) for k in ("spec", "units", "stopped", "provenance")):
            raise TypeError("spec, units, stopped and provenance should be mappings")
        return StudyResult(
            name=s["name"],
            question=s["question"],
            spec=s["spec"],
            confidence=s["confidence"],
            points=tuple(Point(**{**p, "without": tuple(p["without"])}) for p in s["points"]),
            outputs=tuple(s["outputs"]),
            estimates=tuple(Estimate(**e) for e in s["estimates"]),
            differences=tuple(Difference(**d) for d in s["differences"]),
            agreements=tuple(Agreement(**a) for a in s["agreements"]),
            units=s["units"],
            stopped={int(k): v for k, v in s["stopped"].items()},
            finished=s["finished"],
            provenance=s["provenance"],
        )
    except FileNotFoundError:
        raise BadFile(f"{folder}: the study has no summary yet; start it again to let it go on") from None
    except (OSError, ValueError, KeyError, TypeError) as e:
        raise BadFile(f"{folder / SUMMARY}: cannot be read ({e}); start the study again to make it new") from None


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all, and on the disk. Raises BadFile."""
    try:
        whole.write(path, data)
    except OSError as e:
        raise BadFile(f"{path}: cannot be written ({e.strerror})") from None
