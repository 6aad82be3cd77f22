"""What a study asks at one design point, as a record that travels to any worker and is answered there run by run.

A run is named by its seed: the same task and seed give the same numbers on any machine and engine.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from cupola.assess import models
from cupola.assess.question import numbers
from cupola.assess.study.quantities import JUDGED, SCORED
from cupola.catalog.defence import Battery
from cupola.core.batches import WARHEAD, Ints
from cupola.core.errors import BadFile, BadInput, BadOption, CupolaError, MissingExtra
from cupola.scenario.schema import Scenario
from cupola.truth import kill

Number = float | int | bool | None
TIMED = ("wall_s", "realtime_factor", "rss_mb", "step_ms", "stages_ms", "seed")  # of the machine, not of the world
SCORES = (*JUDGED, "picture_hash")


@dataclass(frozen=True)
class Run:
    """One finished run. controls: control variates, each with expectation zero; errors: standard errors of outputs that a model
    draws by itself."""

    seed: int
    outputs: Mapping[str, Number]
    controls: Mapping[str, float] = field(default_factory=dict)
    errors: Mapping[str, float] = field(default_factory=dict)


class Task(Protocol):
    """One design point at one fidelity."""

    def run(self, seed: int) -> Run:
        """One run. Raises CupolaError."""


@dataclass(frozen=True)
class Asked:
    """A model of ``assess.models`` with these inputs. draws: it has an input ``seed``."""

    model: str
    inputs: Mapping[str, Any]
    draws: bool

    def run(self, seed: int) -> Run:
        m = models.model(self.model)
        answer = numbers(m, {**self.inputs, "seed": seed} if self.draws else self.inputs)
        return Run(seed, {o.name: number(answer.get(o.name)) for o in m.outputs}, errors=answer.get("errors", {}))


@dataclass(frozen=True)
class Full:
    """The whole path, ``cupola.run``, of a scenario. judging: as ``run.virtual.drive``."""

    scenario: Scenario
    duration: float | None
    judging: str

    def run(self, seed: int) -> Run:
        from cupola.run import summary, virtual  # heavy: only where a run is made
        from cupola.scenario import build

        built = build(self.scenario, seed)
        objects = built.world.objects
        drawn = controls(built.batteries, built.world.model, objects.kind, seed)
        verdict = virtual.drive(built, self.duration, judging=self.judging)
        return Run(seed, outputs(summary.summarise(verdict, 0.0)), drawn)


def outputs(summary: Mapping[str, Any]) -> dict[str, Number]:
    """The numeric keys of a run summary, flat; what is null, and what only tells of the machine, is left out.

    ``engagement.clean``: nothing leaked. ``chain``: links that broke nowhere are 0.
    """
    from cupola.run.chain import ENDS  # heavy: only where a run is made

    flat: dict[str, Number] = {}
    _flatten("", {k: v for k, v in summary.items() if k not in TIMED}, flat)
    if flat.get("engagement.leaked") is not None:
        flat["engagement.clean"] = flat["engagement.leaked"] == 0
        flat |= {f"chain.{link}": flat.get(f"chain.{link}", 0) for link in ENDS}
    return flat


def _flatten(name: str, value: Any, out: dict[str, Number]) -> None:
    if isinstance(value, Mapping):
        for k, v in value.items():
            _flatten(f"{name}.{k}" if name else str(k), v, out)
    elif isinstance(value, list):
        for row in value:
            if isinstance(row, Mapping) and "name" in row:
                _flatten(f"{name}.{row['name']}", {k: v for k, v in row.items() if k != "name"}, out)
    elif (found := number(value)) is not None:
        out[name] = found


def number(value: Any) -> Number:
    """A plain number or truth value; None for what is none, and for NaN and infinity."""
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating) and math.isfinite(value):
        return float(value)
    return None


def controls(batteries: Sequence[Battery], model: kill.KillModel, kind: Ints, seed: int) -> dict[str, float]:
    """Control variates of a raid: what the seed alone decides and whose mean is known without any run.

    The kill probability drawn for each interceptor type less its mean, and the warheads saved by a common-mode failure less their
    expected number. Source: Lavenberg & Welch 1981, Management Science 27(3).
    """
    out = {}
    types = {b.type.name: b.type for b in batteries}
    for name, of in sorted(types.items()):
        if model.draw_kill and of.trials > 0:
            out[f"kill {name}"] = kill.kill_probability(of, model, seed) - of.kill
    if types and model.scope == "target" and 0 < model.common_mode < 1:
        some = next(iter(types.values()))
        warheads = np.flatnonzero(kind == WARHEAD)
        failed = sum(kill.common_failure(some, int(i), model, seed) for i in warheads)
        out["common mode"] = failed - model.common_mode * len(warheads)
    return out


def wants_scores(asked: Sequence[str]) -> bool:
    """Whether these outputs (none: all) need the picture judged against the truth."""
    return not asked or any(o.startswith(SCORES) for o in asked)


def absent(seen: Iterable[str], scored: bool) -> list[str]:
    """Outputs that a raid's run may lack because there was nothing to measure, and another may have. seen: names that one run
    has; scored: the picture is judged against the truth."""
    links = {o.removesuffix(".lost") for o in seen if o.startswith("links.") and o.endswith(".lost")}
    ages = [f"{n}.age_s.{p}" for n in sorted(links) for p in ("p50", "p99")]
    return ["alerts.latency_s.p50", "alerts.latency_s.p99", *ages, *(SCORED if scored else ())]


@dataclass(frozen=True)
class Never:
    """A design point that is known to have no run, with the reason."""

    reason: str

    def run(self, seed: int) -> Run:  # noqa: ARG002  # as every task
        """Raises BadOption."""
        raise BadOption(self.reason)


@dataclass(frozen=True)
class Refusal:
    """A run that cannot be: what is asked has no answer, for this reason. It is kept as a run is."""

    seed: int
    reason: str


@dataclass(frozen=True)
class Failure:
    """What ends a study: a fault, a file or a part that is missing. It travels where an exception would not."""

    seed: int
    message: str
    exit_code: int


Made = Run | Refusal | Failure


def perform(task: Task, seeds: Sequence[int]) -> list[Made]:
    """Runs of one task, one after the other; ends at the first failure. A refusal is none: the next seed is asked all the same,
    so that what is kept does not depend on how runs are shared out."""
    done: list[Made] = []
    for seed in seeds:
        try:
            done.append(task.run(seed))
        except CupolaError as e:
            if isinstance(e, BadInput) and not isinstance(e, BadFile | MissingExtra):
                done.append(Refusal(seed, str(e)))
                continue
            done.append(Failure(seed, str(e), e.exit_code))
            break
    return done
