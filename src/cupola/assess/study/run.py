"""Run a study: rounds of runs until every design point has enough, each kept as soon as it is finished, then the tables.

What is done next depends on the kept runs alone, never on their order, nor on where a round was broken off: a study that was
killed, or that ran on another engine, ends with the same numbers.

A design point whose question has no answer (no time left to fly, say) is infeasible: it is told with its reason and has no
estimates, and the study goes on with the others. What is refused before the first run instead, and why: design/reports.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cupola.assess import models
from cupola.assess.study import estimate as estimating
from cupola.assess.study import log as logs
from cupola.assess.study import naming, store, tables
from cupola.assess.study.definition import Loaded, check_output, spec
from cupola.assess.study.engines import Chunk, Engine, open_engine
from cupola.assess.study.fast import record
from cupola.assess.study.fast import tasks as fast
from cupola.assess.study.log import Kept, Key
from cupola.assess.study.plan import DRAWN, EXACT, FAST, FULL, ONCE, Plan, head, plan
from cupola.assess.study.progress import Progress
from cupola.assess.study.quantities import HEADLINE
from cupola.assess.study.result import StudyResult, baseline
from cupola.assess.study.tasks import Failure, Never, Refusal, Run, Task, absent, wants_scores
from cupola.core.errors import BadInput, Fault
from cupola.run import warm
from cupola.scenario.builder import defence_of

CHUNK = {FULL: 1, FAST: 10, EXACT: 1, DRAWN: 1}  # runs a worker makes before it reports: a few seconds of work at most
CHUNK_ASKED = 20
FAST_FOLD = 5  # fidelity both: fast runs for each full one
GROWTH = 2.0  # a round makes at most so many times the runs that are there


@dataclass(frozen=True)
class Work:
    """A study under way."""

    plan: Plan
    tasks: dict[Key, Task]
    folder: Path
    log: logs.Log


def run(loaded: Loaded, folder: Path, engine: str = "local", jobs: int = 1, address: str | None = None) -> StudyResult:
    """Run a study to its end, or go on with it where it was left. Raises BadInput, Fault; what is finished stays in the folder."""
    p = plan(loaded)
    tables.check()  # before the folder is made: a study without its tables would be half a one
    with store.locked(folder):
        kept_head = store.begin(folder, loaded.text, head(p))
        log, progress = logs.Log(folder), Progress()
        try:
            if p.scenarios:
                warm.up(progress.say)  # once, not in every process
            with open_engine(engine, jobs, address) as made:
                if log.kept.asked:
                    progress.say(f"{p.study.name}: {log.kept.asked} runs are there, going on")
                if idle := _idle(p):
                    progress.say(f"{p.study.name}: {idle}")
                if p.scenarios and engine == "local":
                    progress.say(f"{p.study.name}: {jobs} processes at once (--jobs N)")
                work = Work(p, _tasks(p, folder, made, progress), folder, log)
                _rounds(work, made, progress)
        finally:
            progress.end()
            log.close()
        result = summarise(p, log.kept, kept_head["provenance"])
        tables.write(folder, result, log.kept)
        store.save(folder, result)
    if len(result.infeasible) == len(p.points):
        raise BadInput(f"{p.loaded.file}: no design point has an answer: {naming.infeasible(result)}")
    return result


def _idle(p: Plan) -> str:
    """What the file says and a model that is asked once a point makes no use of; empty where there is nothing."""
    given = [k for k in ("seed", "repetitions", "control") if k in p.study.model_fields_set]
    if p.fidelities[0] not in ONCE or not given or (given == ["repetitions"] and p.study.repetitions.most == 1):
        return ""
    drawn = models.model(p.study.model).drawn
    why = f"it draws by itself ({drawn})" if drawn else "it draws nothing"
    return f"{p.study.model} is asked once a design point, for {why}; without effect: {', '.join(given)}"


def _tasks(p: Plan, folder: Path, engine: Engine, progress: Progress) -> dict[Key, Task]:
    """The task of every point and fidelity; what the fast one needs is recorded first."""
    tasks = {(q.index, f): p.task(q.index) for q in p.points for f in p.fidelities if f != FAST}
    return tasks | (_fast_tasks(p, folder, engine, progress) if FAST in p.fidelities else {})


def _fast_tasks(p: Plan, folder: Path, engine: Engine, progress: Progress) -> dict[Key, Task]:
    """Record what is not recorded yet: once for all points that differ in their defence alone."""
    s, where = p.study, str(folder.absolute())
    seeds = fast.calibration_seeds(p.first_seed, s.calibration)
    keys = [record.key(c, s.duration_s) for c in p.scenarios]
    first = dict(zip(reversed(keys), reversed(p.scenarios), strict=True))
    wanted = [(k, seed) for k in first for seed in seeds if not record.whole(fast.place(folder, k, seed))]
    for k, seed in wanted:
        if fast.place(folder, k, seed).exists():
            progress.say(f"{s.name}: {fast.place(folder, k, seed)} is damaged and made anew")
    chunks = [Chunk(k, fast.Calibrate(first[k], s.duration_s, where), (seed,)) for k, seed in wanted]
    progress.begin(f"{s.name}: calibration", 0, len(chunks), slow=True)
    never: dict[str, Refusal] = {}
    for n, (k, made) in enumerate(engine.work(chunks), 1):
        for one in made:
            if isinstance(one, Failure):
                _fail(p, (keys.index(k), FAST), one)
            if isinstance(one, Refusal):
                never[k] = min(one, never.get(k, one), key=lambda r: seeds.index(r.seed))
        progress.show(n, len(chunks))
    return {
        (q.index, FAST): Never(never[k].reason) if k in never else fast.Fast(*defence_of(c), k, seeds, where)
        for q, c, k in zip(p.points, p.scenarios, keys, strict=True)
    }


def _rounds(work: Work, engine: Engine, progress: Progress) -> None:
    begun = False
    _check_asked(work.plan, {o for runs in work.log.kept.runs.values() for r in runs.values() for o in r.outputs})
    while True:
        wanted = {key: _wanted(work.plan, key, work.log.kept) for key in work.tasks}
        chunks = [c for key, n in wanted.items() for c in _chunks(work, key, n)]
        if not chunks:
            return
        total = sum(max(n, len(work.log.kept.seeds(key))) for key, n in wanted.items())
        if not begun:
            progress.begin(work.plan.study.name, work.log.kept.asked, total, slow=bool(work.plan.scenarios))
            begun = True
        for key, made in engine.work(chunks):
            if not len(work.log.kept):  # a misspelt output costs one run, not a study
                _check_asked(work.plan, {o for r in made if isinstance(r, Run) for o in r.outputs})
            work.log.add(key, [r for r in made if isinstance(r, Run | Refusal)])
            for failed in made:
                if isinstance(failed, Failure):
                    _fail(work.plan, key, failed)
            progress.show(work.log.kept.asked, total)


def _check_asked(p: Plan, seen: set[str]) -> None:
    """Raises BadOption for an output that was asked for and that no run will have. seen: what runs have so far (none: not known).

    A model's are checked before the first run.
    """
    if not p.scenarios or not seen:
        return
    stop, s = p.study.repetitions.stop, p.study
    asked = [(o, f"outputs[{i}]") for i, o in enumerate(s.outputs)]
    asked += [(stop.output, "repetitions.stop.output")] if stop else []
    known = sorted(seen | set(absent(seen, FULL in p.fidelities and wants_scores(s.outputs))))
    for name, place in asked:
        check_output(known, name, f"{p.loaded.file}: {place}")


def _wanted(p: Plan, key: Key, kept: Kept) -> int:
    """How many runs this point should have before it is looked at again.

    The rounds are gone through from the first: one that was broken off is finished before anything is decided on it.
    """
    if key[1] in ONCE:
        return 1
    r, fold = p.study.repetitions, FAST_FOLD if key[1] == FAST and FULL in p.fidelities else 1
    n, most = (r.most if r.stop is None else r.min) * fold, r.most * fold
    there, runs, refused = kept.seeds(key), kept.of(key), {f.seed for f in kept.refusals(key)}
    while r.stop is not None and n < most and there.issuperset(p.seeds(n)) and refused.isdisjoint(p.seeds(n)):
        mine = [run for run in runs if run.seed in p.seeds(n)]
        half = estimating.half_width(mine, r.stop.output, r.stop.confidence, p.study.control, _groups(p, key[1]), p.shares)
        if half is not None and half <= r.stop.half_width:
            return n
        needed = math.inf if half is None else n * (half / r.stop.half_width) ** 2
        n = int(min(most, max(n + 1, math.ceil(min(needed, GROWTH * n)))))
    return n


def _groups(p: Plan, fidelity: str) -> int:
    return p.study.calibration if fidelity == FAST else 0


def _chunks(work: Work, key: Key, n: int) -> list[Chunk]:
    have = work.log.kept.seeds(key)
    seeds = [s for s in work.plan.seeds(n) if s not in have]
    if key[1] == FAST:  # those of one recording together: a worker need not hold them all
        seeds.sort(key=lambda s: s % work.plan.study.calibration)
    size = CHUNK[key[1]] if work.plan.scenarios else CHUNK_ASKED
    return [Chunk(key, work.tasks[key], tuple(seeds[i : i + size])) for i in range(0, len(seeds), size)]


def _fail(p: Plan, key: Key, failed: Failure) -> None:
    text = f"{p.loaded.file}: {p.points[key[0]].label}, seed {failed.seed}: {failed.message}"
    raise BadInput(text) if failed.exit_code == BadInput.exit_code else Fault(text)


def summarise(p: Plan, kept: Kept, provenance: dict[str, Any]) -> StudyResult:
    """All tables of a study from its finished runs."""
    s = p.study
    names = _outputs(p, kept)
    infeasible = {q.index: why for q in p.points if (why := _infeasible(p, q.index, kept))}
    of = {(q.index, f): [] if q.index in infeasible else kept.of((q.index, f)) for q in p.points for f in p.fidelities}
    estimates = [
        estimating.estimate(k, f, o, runs, s.confidence, s.control, _groups(p, f), p.shares)
        for (k, f), runs in of.items()
        for o in names
    ]
    base = baseline(spec(s), len(p.points), infeasible)
    differences = [
        estimating.difference(k, f, o, of[base, f], runs, s.confidence, _groups(p, f), p.shares)
        for (k, f), runs in of.items()
        if k != base and f not in ONCE
        for o in names
    ]
    pairs = [(q.index, o) for q in p.points for o in names] if p.fidelities == (FULL, FAST) else []
    agreements = [estimating.agreement(k, o, of[k, FULL], of[k, FAST], s.confidence, s.calibration) for k, o in pairs]
    return StudyResult(
        name=s.name,
        question=s.question,
        spec=spec(s),
        confidence=s.confidence,
        points=p.points,
        outputs=tuple(s.outputs) or tuple(o for o in (HEADLINE if p.scenarios else names) if o in names),
        estimates=tuple(e for e in estimates if e),
        differences=tuple(d for d in differences if d),
        agreements=tuple(a for a in agreements if a),
        units={o: u for o, u in p.units.items() if o in names},
        stopped={q.index: "infeasible" if q.index in infeasible else _ended(p, q.index, of) for q in p.points},
        finished=True,
        provenance=provenance | {"runs": len(kept)},
        infeasible=infeasible,
    )


def _infeasible(p: Plan, point: int, kept: Kept) -> str:
    """Why a point has no answer: the reason at the first seed that was refused, and at how many; empty for one that has."""
    for key in ((point, f) for f in p.fidelities):
        refused, asked = kept.refusals(key), len(kept.seeds(key))
        if refused:
            some = f" ({len(refused)} of {asked} runs, first at seed {refused[0].seed})" if len(refused) < asked else ""
            return refused[0].reason + some
    return ""


def _outputs(p: Plan, kept: Kept) -> list[str]:
    """Outputs of the model, or that any run has: those asked for first (``_check_asked`` has seen that they exist), then the others
    in the model's order or by name."""
    there = {o for runs in kept.runs.values() for r in runs.values() for o, v in r.outputs.items() if v is not None}
    own = [] if p.scenarios or not there else list(p.units)  # a model's in its order, also those that were never finite
    found = [*own, *sorted(there.difference(own))]
    return [*p.study.outputs, *(o for o in found if o not in p.study.outputs)]


def _ended(p: Plan, point: int, of: dict[Key, list[Run]]) -> str:
    """Why a point got no more runs."""
    if p.fidelities[0] in ONCE:
        return p.fidelities[0]
    stop = p.study.repetitions.stop
    if stop is None:
        return "max"
    halves = [
        estimating.half_width(of[point, f], stop.output, stop.confidence, p.study.control, _groups(p, f), p.shares)
        for f in p.fidelities
    ]
    return "reached" if all(h is not None and h <= stop.half_width for h in halves) else "max"
