"""Sequential Bayes over the classes of ``core.batches.CLASSES``, for every track, each step.

Evidence: radar cross-section (level and fluctuation) and infrared intensity of the looks given to a track, its ballistic
coefficient, its speed of separation from the parent track, and whether it thrusts. Absent evidence leaves the prior. When thrust
ends the looks so far are forgotten: what flies on is another body. Where tracks are close together, looks and motion may be another
object's: looks count by that doubt (``crowd``), separation speeds only from tracks that stand alone.

The decoys' similarity to warheads is unknown, so the decoy is a mixture over it. How alike they are is a property of a raid and not
of one object: the mixture's weights are learnt from all tracks together, one step of expectation-maximisation a tick.

Source: Bayes' rule; Dempster, Laird, Rubin 1977 for the weights; see design/discrimination.md. Limits: classes and parameters are
assumed and generic; nothing here says how well a real system discriminates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cupola.core.batches import CLASSES, DECOY, Floats, Looks, Tracks
from cupola.core.errors import BadInput
from cupola.discriminate import kinematics, memory
from cupola.discriminate.memory import SEEN, Records
from cupola.discriminate.signatures import SIMILARITIES, Signatures, load
from cupola.discriminate.tick import tick


@dataclass(frozen=True)
class Model:
    """What the estimator believes of the kinds of object: K kinds are the classes, with one decoy for each similarity.

    kinds ``(K, ...)``, classes ``(C, ...)``: parameters in the columns of ``memory``; thrust ``(2, C)``; rho as in ``Signatures``;
    swaps: whether looks may be another object's.
    """

    kinds: Floats
    classes: Floats
    thrust: Floats
    rho: float
    swaps: bool


@dataclass(frozen=True)
class State:
    """seen ``(n,)``, know ``(n, K, ...)``: the memory of each track, sorted by id; weight ``(S,)`` of each similarity as learnt so
    far; unmatched: looks so far whose track was not there. Owned by ``step``: use the state it returns."""

    model: Model
    seen: Records
    know: Floats
    weight: Floats
    unmatched: int = 0


def start(
    priors: Sequence[float],
    similarities: Sequence[float] = SIMILARITIES,
    signatures: Signatures | None = None,
    swaps: bool = True,
) -> State:
    """An estimator without tracks. ``priors`` over CLASSES (scaled to sum 1). Raises BadInput if they are no distribution.

    swaps False: every look is surely of its track's object (the judge's ceiling)."""
    p = np.asarray(priors, float)
    if p.shape != (len(CLASSES),) or not np.all(p > 0) or not np.isfinite(p).all():
        raise BadInput(f"priors {list(priors)}: give {len(CLASSES)} positive numbers, for {', '.join(CLASSES)}")
    if not len(similarities) or not all(0 <= s <= 1 for s in similarities):
        raise BadInput(f"similarities {list(similarities)}: give at least one number in [0, 1]")
    base = signatures or load()
    kinds = np.array([_kind(base, p, c, s) for c in range(len(CLASSES)) for s in (similarities if c == DECOY else (0.0,))])
    classes = np.hstack([base.beta, base.deploy])
    model = Model(kinds, classes, kinematics.thrust_likelihood(), base.rho, swaps)
    shape = (0, len(kinds), memory.VAR + memory.F)
    return State(model, np.empty(0, SEEN), np.empty(shape), np.full(len(similarities), 1 / len(similarities)))


def _kind(base: Signatures, p: Floats, c: int, similarity: float) -> Floats:
    """One kind's row of parameters, in the columns of ``memory``."""
    level = base.at_similarity(similarity).level[c]
    return np.array([c, p[c] / p.sum(), *level, *base.spread[c] ** 2, *base.noise[c] ** 2])


def step(state: State, batch: tuple[Tracks, Looks], now: float) -> tuple[State, Floats]:  # noqa: ARG001 (contract of a stage)
    """Take in one step's looks. Returns the new state and the posterior ``(n, C)``, rows as ``tracks.id``; each sums to 1.

    The tracks must be sorted by id; intensities are taken at the tracks' ranges (``ranging.at_range``). Looks of tracks that are
    not there are counted in ``unmatched``.
    """
    tracks, looks = batch
    m, n = state.model, len(tracks)
    seen, know = state.seen, state.know
    if not memory.same(seen, tracks.id):
        seen, know = np.empty(n, SEEN), np.empty((n, *know.shape[1:]))
        memory.align(state.seen, state.know, tracks.id, m.kinds, seen, know)
    prob, weight = np.empty((n, len(CLASSES))), np.empty(len(state.weight))
    missed = tick(
        seen, know, m.kinds, m.classes, m.thrust, state.weight, m.rho, m.swaps, tracks.id, tracks.x, tracks.P, tracks.mode,
        tracks.beta, tracks.parent, looks.track, looks.sensor, looks.features, prob, weight,
    )  # fmt: skip
    return State(m, seen, know, weight, state.unmatched + missed), prob
