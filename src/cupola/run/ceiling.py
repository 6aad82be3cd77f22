"""How much of what could be known of the objects' classes the picture knew: its beliefs beside the generator's own Bayes estimate.

The ceiling is an estimator that is told what the generator knew (class shares, decoy similarity, signature densities) and is given
every look at the right object; so it knows more than any tracker can. It says nothing about real objects: the world is made up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cupola.core.batches import CLASSES, MODES, Floats, Ints, Looks, Tracks
from cupola.discriminate import bayes, scoring
from cupola.truth.frame import TruthFrame

BOOST = MODES.index("boost")
LEAST_SHARE = 1e-6
SCORE_EVERY = 3  # every third comparison: beliefs change slowly, and looks must be kept until then


@dataclass(frozen=True)
class Beliefs:
    """What was believed of judged objects ``(n, C)``, their classes ``(n,)``, and the ceiling's belief in the same ``(n, C)``."""

    prob: Floats
    kind: Ints
    best: Floats


@dataclass(frozen=True)
class State:
    """similarity: of decoys in this scenario; looks: since the last comparison; kept: beliefs so far."""

    similarity: float
    estimator: Any
    looks: tuple[Looks, ...]
    kept: tuple[Beliefs, ...]
    calls: int


def start(similarity: float) -> State:
    """Nothing seen, nothing believed."""
    return State(similarity, None, (), (), 0)


def note(state: State, seen: Sequence[Any]) -> State:
    """Keep this tick's looks at true objects."""
    return replace(state, looks=(*state.looks, *(_looks(s) for s in seen if len(s.origin))))


def compare(state: State, frame: TruthFrame, rows: Ints, prob: Floats) -> State:
    """Beliefs of tracks ``prob (k, C)`` beside the ceiling's of the objects they follow, ``rows`` of the frame."""
    state = replace(state, calls=state.calls + 1)
    if state.calls % SCORE_EVERY or not len(frame):
        return state
    estimator = state.estimator
    if estimator is None:
        shares = np.maximum(np.bincount(frame.kind, minlength=len(CLASSES)) / len(frame), LEAST_SHARE)
        estimator = scoring.ceiling(shares.tolist(), state.similarity)
    looks = _join(state.looks)
    estimator, best = bayes.step(estimator, (_as_tracks(frame), looks), frame.t)
    kept = (*state.kept, Beliefs(prob, frame.kind[rows], best[rows]))
    return replace(state, estimator=estimator, looks=(), kept=kept)


def beliefs(state: State) -> Beliefs:
    """All beliefs of the run, pooled."""
    if not state.kept:
        return Beliefs(np.empty((0, len(CLASSES))), np.empty(0, np.int64), np.empty((0, len(CLASSES))))
    return Beliefs(*(np.concatenate([getattr(b, n) for b in state.kept]) for n in ("prob", "kind", "best")))


def scores(b: Beliefs) -> dict[str, float | None] | None:
    """The summary's ``discrimination``; None where no track of a known object was judged."""
    if not len(b.kind):
        return None
    warhead = CLASSES.index("warhead")
    return {
        "auc": scoring.warhead_auc(b.prob, b.kind),
        "logloss": scoring.logloss(b.prob, b.kind),
        "bayes_logloss": scoring.logloss(b.best, b.kind),
        "ece": scoring.ece(b.prob[:, warhead], b.kind == warhead),
    }


def _looks(seen: Any) -> Looks:
    real = seen.origin >= 0
    n = int(real.sum())
    who = seen.origin[real]
    return Looks(who, np.full(n, seen.scan.sensor, np.int64), np.full(n, seen.scan.t), seen.scan.features[real])


def _join(looks: Sequence[Looks]) -> Looks:
    if not looks:
        return Looks.empty()
    return Looks(*(np.concatenate([getattr(x, n) for x in looks]) for n in ("track", "sensor", "t", "features")))


def _as_tracks(frame: TruthFrame) -> Tracks:
    """The true objects as perfectly tracked ones: motion known, thrust seen, drag and descent left to the looks."""
    n = len(frame)
    mode = np.where(frame.burning, BOOST, 0).astype(np.uint8)
    blank = np.zeros(n)
    return Tracks(
        frame.t, frame.id, frame.x, np.zeros((n, 6, 6)), np.ones(n, np.bool_), mode, blank, np.full(n, frame.t),
        np.ones(n, np.int32), np.zeros((n, 1), np.uint64), np.full((n, 2), np.nan), blank, np.full(n, -1, np.int64),
    )  # fmt: skip
