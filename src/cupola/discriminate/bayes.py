"""Sequential Bayes over the classes of ``core.batches.CLASSES``, for every track, each step.

Evidence: radar cross-section (level and fluctuation) and infrared intensity of the looks given to a track, its ballistic
coefficient, its speed of separation from the parent track, and whether it thrusts. Absent evidence leaves the prior. When thrust
ends the looks so far are forgotten: what flies on is another body.

The decoys' similarity to warheads is unknown, so the decoy is a mixture over it. How alike they are is a property of a raid and not
of one object: the mixture's weights are learnt from all tracks together, one step of expectation-maximisation a tick.

Source: Bayes' rule; Dempster, Laird, Rubin 1977 for the weights; see design/discrimination.md. Limits: classes and parameters are
assumed and generic; nothing here says how well a real system discriminates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cupola.core.batches import CLASSES, FEATURES, Bools, Floats, Ints, Looks, Tracks
from cupola.core.errors import BadInput
from cupola.discriminate import kinematics
from cupola.discriminate.looks import SLOTS, add_looks, score_looks
from cupola.discriminate.signatures import DECOY, SIMILARITIES, Signatures, load

OPEN_MIND = 20.0  # assumed: objects' worth of belief that all similarities are equally common


@dataclass(frozen=True)
class Model:
    """What the estimator believes of the classes: log prior ``(C,)``, and level and look noise ``(S, C, F)`` for each
    similarity."""

    log_prior: Floats
    level: Floats
    base: Signatures


@dataclass(frozen=True)
class State:
    """What has been seen of each track, sorted by id; ``n`` tracks, F features.

    stats ``(n, F, 4)``, slot_*: see ``looks``; beta ``(n, 2)`` last finite estimate; separation ``(n, 2)`` speed and sigma, the
    most precise so far; boosting ``(n,)``; weight ``(S,)`` of each similarity as learnt so far; unmatched: looks so far whose
    track was not there.
    """

    model: Model
    id: Ints
    stats: Floats
    slot_sensor: NDArray[np.int32]
    slot_z: Floats
    slot_next: NDArray[np.uint8]
    beta: Floats
    separation: Floats
    boosting: Bools
    weight: Floats
    unmatched: int = 0


def start(
    priors: Sequence[float],
    similarities: Sequence[float] = SIMILARITIES,
    signatures: Signatures | None = None,
) -> State:
    """An estimator without tracks. ``priors`` over CLASSES (scaled to sum 1). Raises BadInput if they are no distribution."""
    p = np.asarray(priors, float)
    if p.shape != (len(CLASSES),) or not np.all(p > 0) or not np.isfinite(p).all():
        raise BadInput(f"priors {list(priors)}: give {len(CLASSES)} positive numbers, for {', '.join(CLASSES)}")
    if not len(similarities) or not all(0 <= s <= 1 for s in similarities):
        raise BadInput(f"similarities {list(similarities)}: give at least one number in [0, 1]")
    base = signatures or load()
    levels = np.stack([base.at_similarity(s).level for s in similarities])
    model = Model(np.log(p / p.sum()), levels, base)
    return _blank(model, np.empty(0, np.int64))


def _blank(model: Model, ids: Ints) -> State:
    n, F = len(ids), len(FEATURES)
    return State(
        model, ids, np.zeros((n, F, 4)), np.full((n, F, SLOTS), -1, np.int32), np.zeros((n, F, SLOTS)),
        np.zeros((n, F), np.uint8), np.full((n, 2), np.nan), np.full((n, 2), np.nan), np.zeros(n, np.bool_),
        np.full(len(model.level), 1 / len(model.level)),
    )  # fmt: skip


def _align(state: State, ids: Ints) -> State:
    """A copy of the state whose rows are these tracks (sorted): new ones blank, vanished ones dropped."""
    out = _blank(state.model, ids)
    at = np.searchsorted(state.id, ids)
    known = at < len(state.id)
    known[known] = state.id[at[known]] == ids[known]
    old, new = at[known], np.flatnonzero(known)
    for name in ("stats", "slot_sensor", "slot_z", "slot_next", "beta", "separation", "boosting"):
        getattr(out, name)[new] = getattr(state, name)[old]
    return replace(out, weight=state.weight, unmatched=state.unmatched)


def _forget(state: State, rows: Bools) -> None:
    state.stats[rows] = 0
    state.slot_sensor[rows] = -1
    state.slot_next[rows] = 0


def step(state: State, batch: tuple[Tracks, Looks], now: float) -> tuple[State, Floats]:  # noqa: ARG001 (contract of a stage)
    """Take in one step's looks. Returns the new state and the posterior ``(n, C)``, rows as ``tracks.id``; each sums to 1.

    The tracks must be sorted by id. Looks of tracks that are not there are counted in ``unmatched``.
    """
    tracks, looks = batch
    s = _align(state, tracks.id)
    boosting = tracks.mode == kinematics.BOOST
    _forget(s, s.boosting & ~boosting)
    s = replace(s, boosting=boosting)
    if len(looks.track) and len(tracks):
        row = np.searchsorted(tracks.id, looks.track)
        row[row == len(tracks)] = 0
        row[tracks.id[row] != looks.track] = -1
        add_looks(row, looks.sensor, looks.features, s.model.base.rho, s.stats, s.slot_sensor, s.slot_z, s.slot_next)
        s = replace(s, unmatched=s.unmatched + int((row < 0).sum()))
    else:
        s = replace(s, unmatched=s.unmatched + len(looks.track))
    _note_motion(s, tracks)
    return _posterior(s, tracks.mode)


def _note_motion(s: State, tracks: Tracks) -> None:
    known = np.isfinite(tracks.beta).all(axis=1)
    s.beta[known] = tracks.beta[known]
    child = np.flatnonzero(tracks.parent >= 0)
    speed, sigma = kinematics.separation(tracks, child)
    better = np.isfinite(sigma) & ~(s.separation[child, 1] <= sigma)
    s.separation[child[better]] = np.stack([speed[better], sigma[better]], axis=1)


def _posterior(s: State, mode: NDArray[np.uint8]) -> tuple[State, Floats]:
    """The state with its weights one step on, and the posterior ``(n, C)``."""
    m = s.model
    L, terms = np.empty((len(s.id), len(CLASSES))), np.empty((len(s.id), len(s.weight)))
    score_looks(s.stats, m.level, m.base.spread, m.base.noise, np.log(s.weight), DECOY, L, terms)
    share = np.exp(terms - L[:, DECOY : DECOY + 1])
    L += m.log_prior + kinematics.thrust_loglik(mode)
    known = np.isfinite(s.beta[:, 0])
    L[known] += kinematics.beta_loglik(s.beta[known], m.base.beta)
    known = np.isfinite(s.separation[:, 0])
    L[known] += kinematics.speed_loglik(s.separation[known, 0], s.separation[known, 1], m.base.deploy)
    prob = np.exp(L - L.max(axis=1, keepdims=True))
    prob /= prob.sum(axis=1, keepdims=True)
    looked = s.stats[:, :, 0].any(axis=1)
    votes = prob[looked, DECOY] @ share[looked] + OPEN_MIND / len(s.weight)
    return replace(s, weight=votes / votes.sum()), prob
