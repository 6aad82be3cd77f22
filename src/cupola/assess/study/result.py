"""What a study gives, as plain records: read by the report, the command line and notebooks. ``store.load(DIR)`` makes one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Point:
    """One design point (case) of a study. index 0 is the baseline. changes: path or input name to the value it has here, beyond
    what the study fixes for all; without: sensors left out here beyond those left out everywhere."""

    index: int
    label: str
    changes: Mapping[str, Any]
    without: tuple[str, ...] = ()


@dataclass(frozen=True)
class Estimate:
    """Mean of one output at one design point, with its two-sided interval.

    fidelity: ``full``, ``fast``, ``exact`` (a model that draws nothing) or ``drawn`` (one whose draws are its own). n: runs; mean,
    lo, hi: the estimate and its interval at ``StudyResult.confidence``; sd: standard deviation between runs; method: ``exact``,
    ``drawn``, ``t`` (Student), ``wilson`` (share of runs), ``control`` (Student with control variates) or ``cluster`` (fast: runs
    grouped by the calibration run they drew from).
    of what a model draws by itself: its interval tells the chance of those draws, n is 1 and there is no sd.
    variance_ratio: variance of the plain mean over that of this estimate (1: nothing gained). lo and hi are None below two
    runs, and where calibration runs show no spread.
    p05, p50, p95: of single runs, the values that 5, 50 and 95 % of them do not exceed; None below 20 runs, and for shares of runs.
    """

    point: int
    fidelity: str
    output: str
    n: int
    mean: float
    lo: float | None
    hi: float | None
    sd: float | None
    method: str
    variance_ratio: float = 1.0
    p05: float | None = None
    p50: float | None = None
    p95: float | None = None


@dataclass(frozen=True)
class Difference:
    """Mean of ``point`` minus that of the baseline in one output, over runs of the same seeds (paired), with its interval.

    variance_ratio: variance that unpaired runs would have over that of the pairs: what common random numbers gained.
    """

    point: int
    fidelity: str
    output: str
    n: int
    mean: float
    lo: float | None
    hi: float | None
    variance_ratio: float


@dataclass(frozen=True)
class Agreement:
    """Fast minus full of one output at one design point: mean and interval of the difference; agrees: the interval holds zero."""

    point: int
    output: str
    full: float
    fast: float
    mean: float
    lo: float
    hi: float
    agrees: bool


@dataclass(frozen=True)
class StudyResult:
    """A study, whole or as far as it has come.

    spec: the study file as data; points in order; estimates, differences, agreements: tables, one record a row; outputs: names
    asked for; units: output to its unit where known; stopped: point to why it ended (``reached``, ``max``, ``exact``, ``drawn``,
    ``infeasible``); provenance: version, seed, file, hash of the scenarios, sources, limits, number of runs; infeasible: point to
    the reason why what it asks has no answer (it has no estimates).
    """

    name: str
    question: str
    spec: Mapping[str, Any]
    confidence: float
    points: tuple[Point, ...]
    outputs: tuple[str, ...]
    estimates: tuple[Estimate, ...]
    differences: tuple[Difference, ...]
    agreements: tuple[Agreement, ...]
    units: Mapping[str, str]
    stopped: Mapping[int, str]
    finished: bool
    provenance: Mapping[str, Any]
    infeasible: Mapping[int, str] = field(default_factory=dict)

    @property
    def baseline(self) -> int:
        """The design point that differences are taken from."""
        return baseline(self.spec, len(self.points), self.infeasible)


def baseline(spec: Mapping[str, Any], points: int, infeasible: Mapping[int, str]) -> int:
    """The first design point; of a grid, where no point stands for things as they are, the first that has an answer."""
    grid = spec.get("design", "grid") == "grid"
    return next((k for k in range(points) if not grid or k not in infeasible), 0)
