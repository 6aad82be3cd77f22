"""The judge: the only one who sees both wings. Collects, while a run goes, what its summary needs; decides nothing.

Every tick it notes who was seen, who was shot at and how long the stages took; every ``EVERY_S`` it compares picture and truth.
An object counts from its first detection on. Judging ``engagement`` keeps to alerts, shots and where the chain broke: for studies
of the outcome, that need neither the picture's scores nor the ceiling of its beliefs.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cupola.core.batches import WARHEAD, Alert, Bools, Floats, Ints, Picture, concat
from cupola.core.constants import Cited
from cupola.core.errors import BadOption
from cupola.dynamics.frames import height
from cupola.link import mock
from cupola.picture import metrics
from cupola.picture.score import Scorer
from cupola.run import ceiling, chain
from cupola.run.price import Money
from cupola.run.wings import ObserverTick, WorldTick, WorldWing
from cupola.scenario import BuiltScenario
from cupola.truth.frame import TruthFrame
from cupola.truth.kill import Hits
from cupola.truth.world import Impacts

FULL, ENGAGEMENT = JUDGINGS = ("full", "engagement")
EVERY_S = 10.0
RECORDED = "recorded"  # range class of real flights in the table of launches
CLOUD_M = 10e3

SOURCES: dict[str, Cited] = {
    "CLOUD_M": Cited("m", "assumed: as the catalogue's warning satellites; below it clouds hide a plume", 2026, "assumed"),
}


@dataclass(frozen=True)
class Predictions:
    """Predicted impacts of warheads' tracks at judged times: object id, point and 1-sigma ellipse as in Picture."""

    object: Ints
    impact: Floats
    ellipse: Floats

    @staticmethod
    def empty() -> Predictions:
        return Predictions(np.empty(0, np.int64), np.empty((0, 3)), np.empty((0, 3)))


@dataclass(frozen=True)
class Verdict:
    """All that is known of a run when it has ended; ``run.summary`` makes the JSON of it. hash: None where none was asked for."""

    built: BuiltScenario
    duration: float
    hash: str | None
    scorer: Scorer
    detections: int
    objects_peak: int
    tracks_peak: int
    ms: dict[str, Floats]
    counts: dict[str, int]
    alerts: tuple[Alert, ...]
    in_sight: Floats  # (launches,) when each first burnt above the clouds, NaN if it has not
    predictions: Predictions
    impacts: dict[str, NDArray[Any]]
    beliefs: ceiling.Beliefs
    links: list[dict[str, object]]
    engagement: chain.Report | None
    picture: Picture


@dataclass
class Judge:
    """Grows while a run goes on."""

    built: BuiltScenario
    end: float
    judging: str = FULL
    scorer: Scorer = field(default_factory=lambda: Scorer(chain.NEAR_M))
    _seen: Bools = field(default_factory=lambda: np.zeros(0, np.bool_))
    _detections: int = 0
    _objects_peak: int = 0
    _tracks_peak: int = 0
    _ms: dict[str, list[float]] = field(default_factory=dict)
    _counts: dict[str, int] = field(default_factory=dict)
    _predictions: list[Predictions] = field(default_factory=list)
    _impacts: list[Impacts] = field(default_factory=list)
    _picture: Picture = field(default_factory=Picture.empty)
    _last: float = 0.0
    _next: float = EVERY_S
    _ledger: chain.Ledger = field(init=False)
    _ceiling: ceiling.State = field(init=False)
    _in_sight: Floats = field(init=False)
    _burnt_out: float = field(init=False)  # when the last motor stops
    _drawn: Ints = field(init=False)  # launches whose objects the generator drew: the ceiling knows nothing of recorded flights

    def __post_init__(self) -> None:
        if self.judging not in JUDGINGS:
            raise BadOption(f"no judging {self.judging!r}; choose from {', '.join(JUDGINGS)}")
        self._ledger = chain.start(self.built.batteries, self.built.doctrine)
        self._ceiling = ceiling.start(self.built.similarity)
        table = self.built.launches
        self._in_sight = np.full(len(table), np.nan)
        self._burnt_out = float(self.built.world.burns.t1.max(initial=-np.inf))
        self._drawn = np.array([n for n, c in zip(table.number, table.range_class, strict=True) if c != RECORDED], np.int64)

    def note(self, w: WorldTick, o: ObserverTick, ms: dict[str, float]) -> None:
        """One tick of both wings."""
        origins = w.seen.origin
        self._rise(w.frame)
        self._ledger = chain.note_seen(self._ledger, w.frame, origins)
        self._ledger = chain.note_shots(self._ledger, w.frame, o.picture, o.shots)
        if self.judging == FULL:
            self._see(origins)
            self._ceiling = ceiling.note(self._ceiling, w.seen, w.frame)
        self._detections += len(origins)
        self._objects_peak = max(self._objects_peak, len(w.frame))
        self._tracks_peak = max(self._tracks_peak, len(o.picture.tracks))
        for stage, value in ms.items():
            self._ms.setdefault(stage, []).append(value)
        for name, count in o.counts.items():
            self._counts[name] = self._counts.get(name, 0) + int(count)
        self._picture, self._last = o.picture, w.now
        if len(w.impacts):
            self._impacts.append(w.impacts)
        if w.now >= self._next - 1e-9:
            self._next = w.now + EVERY_S
            self._compare(w, o.picture)

    def verdict(self, world: WorldWing, hashed: str | None) -> Verdict:
        """The run has ended."""
        landed = concat([Impacts.empty(), *self._impacts])
        return Verdict(
            built=self.built,
            duration=self._last,
            hash=hashed,
            scorer=self.scorer,
            detections=self._detections,
            objects_peak=self._objects_peak,
            tracks_peak=self._tracks_peak,
            ms={k: np.array(v) for k, v in self._ms.items()},
            counts=self._counts,
            alerts=self._picture.alerts,
            in_sight=self._in_sight,
            predictions=concat([Predictions.empty(), *self._predictions]),
            impacts={f.name: getattr(landed, f.name) for f in fields(landed)},
            beliefs=ceiling.beliefs(self._ceiling),
            links=mock.summary(world.links, self._last),
            engagement=self._engagement(world, landed),
            picture=self._picture,
        )

    def _engagement(self, world: WorldWing, landed: Impacts) -> chain.Report | None:
        if not self.built.batteries:
            return None
        table, launched = self.built.launches, self.built.launches.t <= self._last
        threat = Money(*(float(c[launched].sum()) for c in (table.cost, table.cost_lo, table.cost_hi)))
        return chain.conclude(self._ledger, concat([Hits.empty(), *world.world.hits]), landed, threat)

    def _rise(self, f: TruthFrame) -> None:
        """Note the launches that burn above the clouds for the first time."""
        if f.t >= self._burnt_out or not f.burning.any():
            return
        new = np.flatnonzero(f.burning)
        new = new[np.isnan(self._in_sight[f.launch[new]])]
        if len(new):
            self._in_sight[f.launch[new[height(f.x[new, :3]) > CLOUD_M]]] = f.t

    def _see(self, origins: Ints) -> None:
        origins = origins[origins >= 0]
        if not len(origins):
            return
        if origins.max() >= len(self._seen):
            grown = np.zeros(2 * int(origins.max()) + 1024, np.bool_)
            grown[: len(self._seen)] = self._seen
            self._seen = grown
        self._seen[origins] = True

    def _compare(self, w: WorldTick, picture: Picture) -> None:
        """Picture against truth at one moment."""
        f = w.frame
        self._ledger = chain.note_picture(self._ledger, f, picture)
        if self.judging != FULL:
            return
        known = f.id < len(self._seen)
        counts = np.zeros(len(f), np.bool_)
        counts[known] = self._seen[f.id[known]]
        rows, t = np.flatnonzero(counts), picture.tracks
        pairs = self.scorer.add(f.id[rows], f.x[rows], t.id, t.x, t.P)
        self._predict(f, rows, pairs, picture)
        drawn = np.isin(f.launch[rows[pairs.truth]], self._drawn)
        self._ceiling = ceiling.compare(self._ceiling, f, rows[pairs.truth[drawn]], picture.prob[pairs.track[drawn]])

    def _predict(self, f: TruthFrame, rows: Ints, pairs: metrics.Pairs, picture: Picture) -> None:
        """Keep what is predicted of warheads, to be held against where they come down."""
        said = np.isfinite(picture.impact[pairs.track]).all(axis=1) & (f.kind[rows[pairs.truth]] == WARHEAD)
        who, track = f.id[rows[pairs.truth[said]]], pairs.track[said]
        self._predictions.append(Predictions(who, picture.impact[track], picture.ellipse[track]))
