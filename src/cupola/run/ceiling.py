"""How much of what could be known of the objects' classes the picture knew: its beliefs beside the generator's own Bayes estimate.

The ceiling is an estimator that is told what the generator knew (shares of the classes among what is judged, decoy similarity,
signature densities) and is given every look at the right object, at its true range, whether it burns, and the ballistic coefficient
of what has come down into the air; so it knows more than any tracker can. It says nothing about real objects: the world is made up.
Recorded flights are not judged: nobody drew their classes, so there is no Bayes estimate; and a real stage that burns again looks a
booster by every sign and is one in all but name.
Limits: it does not know separation speeds (the picture uses them where a track and its parent stand alone), nor that a missing
detection is evidence, nor how merged echoes add up; it could be beaten by what used those.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from cupola.core.batches import BOOST, CLASSES, REENTRY, Floats, Ints, Looks, Tracks, concat
from cupola.core.constants import Cited
from cupola.discriminate import bayes, ranging, scoring
from cupola.dynamics.frames import height
from cupola.sensors.suite import Seen
from cupola.truth.frame import TruthFrame

EVEN = (1 / len(CLASSES),) * len(CLASSES)
AIR_M = 80e3
BETA_SIGMA = 0.15
SCORE_EVERY = 3  # every third comparison: beliefs change slowly

SOURCES: dict[str, Cited] = {
    "AIR_M": Cited("m", "assumed: below it drag tells the ballistic coefficient", 2026, "assumed"),
    "BETA_SIGMA": Cited(
        "1", "assumed: error of the ballistic coefficient's logarithm that a good tracker could have", 2026, "assumed"
    ),
}


@dataclass(frozen=True)
class Beliefs:
    """What was believed of judged objects ``(n, C)``, their classes ``(n,)``, and the ceiling's belief in the same ``(n, C)``,
    who starts from even shares."""

    prob: Floats
    kind: Ints
    best: Floats


@dataclass(frozen=True)
class State:
    """estimator: the ceiling's, stepped every tick (a look belongs to what burnt when it was taken); best ``(n, C)``: what it
    believes of the objects of the last frame; kept: beliefs so far; calls: comparisons asked for."""

    estimator: bayes.State
    best: Floats
    kept: tuple[Beliefs, ...]
    calls: int


def start(similarity: float) -> State:
    """Nothing seen, nothing believed. similarity: of decoys in this scenario."""
    return State(scoring.ceiling(EVEN, similarity), np.empty((0, len(CLASSES))), (), 0)


def note(state: State, seen: Seen, frame: TruthFrame) -> State:
    """Take in this tick's looks at true objects."""
    objects = as_tracks(frame)
    estimator, best = bayes.step(state.estimator, (objects, _looks(seen, objects)), frame.t)
    return replace(state, estimator=estimator, best=best)


def compare(state: State, frame: TruthFrame, rows: Ints, prob: Floats) -> State:
    """Beliefs of tracks ``prob (k, C)`` beside the ceiling's of the objects they follow, ``rows`` of the frame last noted."""
    state = replace(state, calls=state.calls + 1)
    if state.calls % SCORE_EVERY or not len(frame):
        return state
    return replace(state, kept=(*state.kept, Beliefs(prob, frame.kind[rows], state.best[rows])))


def beliefs(state: State) -> Beliefs:
    """All beliefs of the run, pooled."""
    none = Beliefs(np.empty((0, len(CLASSES))), np.empty(0, np.int64), np.empty((0, len(CLASSES))))
    return concat([none, *state.kept])


def scores(b: Beliefs) -> dict[str, float | None] | None:
    """The summary's ``discrimination``; None where no track of a known object was judged."""
    if not len(b.kind):
        return None
    warhead = CLASSES.index("warhead")
    loss, best = scoring.logloss(b.prob, b.kind), scoring.logloss(_informed(b), b.kind)
    shares = scoring.prior_logloss(np.bincount(b.kind, minlength=len(CLASSES)).astype(float))
    return {
        "auc": scoring.warhead_auc(b.prob, b.kind),
        "logloss": loss,
        "bayes_logloss": best,
        "prior_logloss": shares,
        "reduction_share": scoring.reduction_share(loss, best, shares),
        "ece": scoring.ece(b.prob[:, warhead], b.kind == warhead),
    }


def _informed(b: Beliefs) -> Floats:
    """The ceiling's beliefs given the shares of the classes among all that was judged (Bayes' rule)."""
    p = b.best * np.bincount(b.kind, minlength=len(CLASSES))
    out: Floats = p / p.sum(axis=1, keepdims=True)
    return out


def _looks(seen: Seen, objects: Tracks) -> Looks:
    real = np.flatnonzero(seen.origin >= 0)
    of = seen.scans.looks
    scan = np.repeat(np.arange(len(of)), of["count"])[real]
    t, features = np.full(len(real), objects.t), seen.scans.found["features"][real]
    looks = Looks(seen.origin[real], of["sensor"][scan], t, features, scan, real - of["first"][scan])
    return ranging.at_range(looks, objects, seen.scans)


def as_tracks(frame: TruthFrame) -> Tracks:
    """The true objects as perfectly tracked ones: motion known, thrust seen, drag known in the air, descent unknown."""
    n = len(frame)
    fallen = ~frame.burning & (height(frame.x[:, :3]) < AIR_M)
    mode = np.where(frame.burning, BOOST, np.where(fallen, REENTRY, 0)).astype(np.uint8)
    beta = np.where(fallen[:, None], np.stack([np.log(frame.beta), np.full(n, BETA_SIGMA)], axis=1), np.nan)
    blank = np.zeros(n)
    return Tracks(
        frame.t, frame.id, frame.x, np.zeros((n, 6, 6)), np.ones(n, np.bool_), mode, blank, np.full(n, frame.t),
        np.ones(n, np.int32), np.zeros((n, 1), np.uint64), beta, blank, np.full(n, -1, np.int64),
    )  # fmt: skip
