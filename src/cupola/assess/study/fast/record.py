"""What the fast fidelity knows of the observer: whole pictures of the full path, recorded with nobody shooting.

A calibration run flies the scenario without its defence and keeps, at every planning time, the tracks as the picture held them
(errors, delays, beliefs, merged and false tracks as they came); which true object every detection of a track came from; and where
the objects were at every tick. Engagements are then drawn on these pictures: the errors are the full path's own, not a fit to them.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cupola.assess.study.fast.looks import Tracer
from cupola.assess.study.own_code import code_hash
from cupola.assess.study.tasks import Number, outputs
from cupola.catalog.defence import Doctrine
from cupola.core.batches import WARHEAD, Alert, Floats, Ints, Picture
from cupola.core.errors import BadFile
from cupola.core.whole import replacing
from cupola.formats import npz
from cupola.run.wings import ObserverTick, WorldTick
from cupola.scenario.schema import Scenario
from cupola.truth.frame import TruthFrame

ROW = np.dtype(
    [
        ("track", "i8"), ("x", "f8", (6,)), ("spread", "f8", (3,)), ("mode", "u1"), ("updated", "f8"), ("beta", "f8"),
        ("prob", "f4"), ("launch", "i4"), ("impact", "f8", (3,)), ("ellipse", "f4"),
    ]
)  # fmt: skip


@dataclass(frozen=True)
class Recording:
    """One calibration run.

    t ``(k,)``: planning times; row ``(k + 1,)``: pictures[row[i]:row[i + 1]] are the tracks of time i. pictures: of type ROW;
    spread holds the traces of the covariance's position, cross and velocity blocks. looks: of type ``looks.LOOK``, those of
    tracks that came into a kept picture, as they arrived. x ``(m, 6)`` float32, who ``(m,)``: true states of the objects that are
    there, by rising object; those at first + tick * i are [frame[i], frame[i + 1]). kind, parent ``(n,)``; birth, cut, landed
    ``(n,)`` s (landed: inf if never); ground ``(n, 2)``: latitude and longitude of where it landed, rad, else NaN. alerts: id,
    time. facts: numeric outputs of the run that no defence changes.
    """

    t: Floats
    row: Ints
    pictures: NDArray[np.void]
    looks: NDArray[np.void]
    first: float
    tick: float
    x: NDArray[np.float32]
    who: NDArray[np.int32]
    frame: Ints
    kind: Ints
    parent: Ints
    birth: Floats
    cut: Floats
    landed: Floats
    ground: Floats
    alerts: Floats
    facts: Mapping[str, Number]


def key(scenario: Scenario, duration: float | None) -> str:
    """Names all that decides the pictures, our code among it: scenarios that differ in their defence alone share a calibration."""
    told = scenario.model_dump(mode="json", by_alias=True, exclude={"defence", "seed", "name", "description", "notes"})
    known = json.dumps([told, duration, _plan(scenario), code_hash()], sort_keys=True)
    return hashlib.sha256(known.encode()).hexdigest()[:16]


def _plan(scenario: Scenario) -> float:
    given = scenario.defence.doctrine.plan if scenario.defence else None
    return Doctrine().plan if given is None else given


def record(scenario: Scenario, seed: int, duration: float | None) -> Recording:
    """Fly the full path once without a defence. Raises BadInput."""
    from cupola.run import summary, virtual
    from cupola.run.judge import ENGAGEMENT
    from cupola.scenario import build

    built = build(scenario.model_copy(update={"defence": None}), seed)
    o = built.world.objects
    notes = _Notes(len(o.kind), _plan(scenario), Tracer(built.suite.cards))
    verdict = virtual.drive(built, duration, judging=ENGAGEMENT, witness=notes)
    facts = outputs(summary.summarise(verdict, 0.0))
    launched = built.launches.t <= (built.duration if duration is None else min(duration, built.duration))
    facts["engagement.threat_cost_usd"] = float(built.launches.cost[launched].sum())
    return notes.whole(built.tick, o, verdict.alerts, facts)


class _Notes:
    """Grows while a calibration run goes on (``run.virtual``: a witness)."""

    def __init__(self, n: int, plan: float, tracer: Tracer) -> None:
        self._plan, self._tracer, self._planned = plan, tracer, -np.inf
        self._t: list[float] = []
        self._rows: list[NDArray[np.void]] = []
        self._x: list[NDArray[np.float32]] = []
        self._who: list[NDArray[np.int32]] = []
        self._first = np.nan
        self._landed, self._ground = np.full(n, np.inf), np.full((n, 2), np.nan)

    def __call__(self, w: WorldTick, o: ObserverTick) -> None:
        """One tick of both wings."""
        self._tracer.note(w, o.looks)
        due = w.now >= self._planned + self._plan
        self._planned = w.now if due else self._planned
        if o.picture.alerts:  # before the first alert nothing is released
            self._truth(w.frame)
            if due:
                self._t.append(w.now)
                self._rows.append(_rows(o.picture))
        down = w.impacts.id.astype(np.int64)
        self._landed[down] = w.impacts.t
        self._ground[down, 0], self._ground[down, 1] = w.impacts.lat, w.impacts.lon

    def _truth(self, frame: TruthFrame) -> None:
        if not self._x:
            self._first = frame.t
        self._x.append(frame.x.astype(np.float32))
        self._who.append(frame.id.astype(np.int32))

    def whole(self, tick: float, o: Any, alerts: tuple[Alert, ...], facts: dict[str, Number]) -> Recording:
        """What was kept, as one recording."""
        pictures = np.concatenate([np.empty(0, ROW), *self._rows])
        row = np.cumsum([0, *(len(r) for r in self._rows)])
        x = np.concatenate([np.empty((0, 6), np.float32), *self._x])
        who = np.concatenate([np.empty(0, np.int32), *self._who])
        frame = np.cumsum([0, *(len(w) for w in self._who)])
        t = np.array(self._t)
        raised = np.array([(a.id, a.t) for a in alerts], float).reshape(-1, 2)
        looks = self._tracer.whole()
        looks = looks[np.isin(looks["track"], pictures["track"])]
        return Recording(
            t, row, pictures, looks, float(self._first), tick, x, who, frame, o.kind, o.parent, o.birth, o.cut,
            self._landed, self._ground, raised, facts,
        )  # fmt: skip


def _rows(p: Picture) -> NDArray[np.void]:
    t, out = p.tracks, np.empty(len(p.tracks), ROW)
    blocks = (t.P[:, :3, :3], t.P[:, :3, 3:], t.P[:, 3:, 3:])
    columns = {
        "track": t.id, "x": t.x, "spread": np.stack([np.trace(b, axis1=1, axis2=2) for b in blocks], axis=1), "mode": t.mode,
        "updated": t.updated, "beta": t.beta[:, 0], "prob": p.prob[:, WARHEAD], "launch": p.launch, "impact": p.impact,
        "ellipse": p.ellipse[:, 0],
    }  # fmt: skip
    for name, column in columns.items():
        out[name] = column
    return out


def save(path: Path, r: Recording) -> None:
    """Whole or not at all. Raises BadFile."""
    columns = {f.name: getattr(r, f.name) for f in fields(r) if f.name != "facts"}
    try:
        path.parent.mkdir(exist_ok=True)
        with replacing(path) as part, part.open("wb") as f:
            np.savez(f, facts=json.dumps(dict(r.facts)), **columns)
    except OSError as e:
        raise BadFile(f"{path}: cannot be written ({e.strerror})") from None


def whole(path: Path) -> bool:
    """Whether a recording is there and was written to its end."""
    return zipfile.is_zipfile(path)


def load(path: Path) -> Recording:
    """Raises BadFile."""
    try:
        read = npz.read(path)
        found: dict[str, Any] = {f.name: read[f.name] for f in fields(Recording)}
        found |= {"facts": json.loads(str(found["facts"])), **{n: float(found[n]) for n in ("first", "tick")}}
    except BadFile as e:
        raise BadFile(f"{e}; delete it and start the study again") from None
    except (KeyError, ValueError, TypeError):
        raise BadFile(f"{path}: is no calibration; delete it and start the study again") from None
    return Recording(**found)
