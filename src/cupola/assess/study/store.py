"""A study's folder: every finished run kept once, durably, from the moment it is finished.

    DIR/study.yaml      the study as written           DIR/runs.jsonl     one run a line, finished or refused, flushed to disk
    DIR/study.json      its spec, points, provenance   DIR/summary.json   estimates, differences, agreement (when it has ended)
    DIR/NAME.parquet    the same as tables (when it has ended): runs, refused, points, estimates, differences, agreements
    DIR/calibration/    recordings of the fast one     DIR/lock           held by the process at work
    DIR/report.html, report.pdf   where ``cupola report`` is told to put them here

A lock keeps a second process out. A folder in which nothing was finished yet may be begun anew with another study.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cupola.assess.study import log
from cupola.assess.study.definition import RAID
from cupola.assess.study.log import RUNS, Kept
from cupola.assess.study.result import Agreement, Difference, Estimate, Point, StudyResult
from cupola.assess.study.tasks import wants_scores
from cupola.core import whole
from cupola.core.errors import BadFile, BadOption
from cupola.core.plain import plain

FORMAT = 1
HEAD, SUMMARY, LOCK = "study.json", "summary.json", "lock"
SHOWN = ("name", "question", "confidence")  # parts of a study that decide no run


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

    Raises BadOption where the folder holds another study of which some runs are finished, or other things.
    """
    for part in (*folder.glob(".*.part"), *folder.glob("calibration/.*.part")):
        if not part.name.startswith(".report."):  # which another command may be writing
            part.unlink(missing_ok=True)  # left by a process that was killed
    if (folder / HEAD).is_file():
        kept, asked = _head(folder), plain(head)
        if not (why := _unlike(folder, kept, asked)):
            return _go_on(folder, text, kept, asked)
        if _worked(folder):
            raise BadOption(f"--out {folder}: {why}")
        for left in (folder / RUNS, folder / SUMMARY, *folder.glob("*.parquet")):
            left.unlink(missing_ok=True)  # of refused runs alone: a study that was put right begins in the same folder
    else:
        others = sorted(p.name for p in folder.iterdir() if p.name not in (LOCK, "study.yaml") and not p.name.endswith(".part"))
        if others:
            raise BadOption(f"--out {folder}: holds {others[0]} and is no study's folder; give a new or an empty one")
    _write(folder / "study.yaml", text.encode())
    _write(folder / HEAD, json.dumps(plain(head), indent=1).encode())
    return dict(plain(head))


def _go_on(folder: Path, text: str, kept: dict[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    if kept["spec"] != asked["spec"]:
        kept["spec"] = asked["spec"]
        _write(folder / "study.yaml", text.encode())
        _write(folder / HEAD, json.dumps(kept, indent=1).encode())
    return kept


def _worked(folder: Path) -> bool:
    """Whether a folder holds work that another study would make worthless."""
    return bool(len(runs(folder))) or (folder / "calibration").exists()


def _unlike(folder: Path, kept: Mapping[str, Any], asked: Mapping[str, Any]) -> str:
    """Why what is asked cannot go on with what is kept; empty where it can."""
    was_asked, is_asked = kept["spec"], asked["spec"]
    changed = [k for k in sorted({*was_asked, *is_asked}) if was_asked.get(k) != is_asked.get(k) and k not in SHOWN]
    if "outputs" in changed and (_judged(was_asked) == _judged(is_asked) or not len(runs(folder))):
        changed.remove("outputs")  # what is shown decides no run
    if "repetitions" in changed and (most := _most(was_asked)) is not None and most <= (_most(is_asked) or 0):
        changed.remove("repetitions")  # more of the same seeds
    if changed:
        return (
            f"was begun with another study ({', '.join(changed)} changed); its runs would not fit together:"
            " give a new folder, or the study as it was"
        )
    for k, what in (
        ("scenarios", "the scenario has"),
        ("version", "the version of Cupola has"),
        ("code", "the code of Cupola has"),
    ):
        was, now = kept["provenance"].get(k), asked["provenance"].get(k)
        if was != now:
            return (
                f"{what} changed since the study was begun ({k} {_short(was)}, now {_short(now)}); its runs would not"
                " fit with new ones: give a new folder, or go back to what it was"
            )
    return ""


def _short(value: Any) -> str:
    return str(value)[:16] if value else "not kept"


def _most(spec: Mapping[str, Any]) -> int | None:
    """How many runs every point gets; None where a stop decides."""
    r = spec["repetitions"]
    return None if r["stop"] else int(r["max"] or r["min"])


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


def runs(folder: Path) -> Kept:
    """The finished runs of a folder, whoever is at work there. Raises BadFile."""
    _head(folder)
    return Kept(*log.sorted_by_key(log.read(folder / RUNS)[0]))


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
            infeasible={int(k): str(v) for k, v in s.get("infeasible", {}).items()},  # an older one has none
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
