"""Sequential Bayes over the classes of ``core.batches.CLASSES``, for every track, each step.

Evidence: radar cross-section (level and fluctuation) and infrared intensity of the looks given to a track, its ballistic
coefficient, its speed of separation from the parent track, and whether it thrusts. Absent evidence leaves the prior. When thrust
ends the looks so far are forgotten: what flies on is another body. Where tracks are close together, looks and motion may be another
object's: looks count by ``crowd.doubt``, separation speeds only from tracks that stand alone.

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

from cupola.core.batches import CLASSES, Bools, Floats, Ints, Looks, Tracks
from cupola.core.errors import BadInput
from cupola.discriminate import crowd, kinematics
from cupola.discriminate.looks import SLOTS, take_looks
from cupola.discriminate.signatures import DECOY, SIMILARITIES, Signatures, load

OPEN_MIND = 20.0  # assumed: objects' worth of belief that all similarities are equally common
ALONE = 0.03  # assumed: doubt below which a track's own motion, and its parent's, is taken as that of one object


@dataclass(frozen=True)
class Model:
    """What the estimator believes of the kinds of object: K kinds are the classes, with one decoy for each similarity.

    kind ``(K,)`` class of each; log_prior ``(C,)``; level, spread2, noise2 ``(K, F)``; base: the classes' other parameters;
    swaps: whether looks may be another object's.
    """

    kind: Ints
    log_prior: Floats
    level: Floats
    spread2: Floats
    noise2: Floats
    base: Signatures
    swaps: bool


@dataclass(frozen=True)
class State:
    """What has been seen of each track, sorted by id; ``n`` tracks, K kinds, F features.

    gain ``(n, K)``, mean, var ``(n, K, F)``, slot_*: see ``looks``; looked ``(n,)``; beta ``(n, 2)`` last finite estimate;
    separation ``(n, 2)`` speed and sigma, the most precise so far; boosting ``(n,)``; weight ``(S,)`` of each
    similarity as learnt so far; unmatched: looks so far whose track was not there.
    """

    model: Model
    id: Ints
    gain: Floats
    mean: Floats
    var: Floats
    slot_sensor: NDArray[np.int32]
    slot_z: Floats
    slot_own: Floats
    slot_next: NDArray[np.uint8]
    looked: Bools
    beta: Floats
    separation: Floats
    boosting: Bools
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
    kinds = [(c, s) for c in range(len(CLASSES)) for s in (similarities if c == DECOY else (0.0,))]
    kind = np.array([c for c, _ in kinds])
    level = np.stack([base.at_similarity(s).level[c] for c, s in kinds])
    model = Model(kind, np.log(p / p.sum()), level, base.spread[kind] ** 2, base.noise[kind] ** 2, base, swaps)
    return _blank(model, np.empty(0, np.int64), np.full(len(similarities), 1 / len(similarities)))


def _blank(model: Model, ids: Ints, weight: Floats) -> State:
    n, (K, F) = len(ids), model.level.shape
    return State(
        model, ids, np.zeros((n, K)), np.tile(model.level, (n, 1, 1)), np.tile(model.spread2, (n, 1, 1)),
        np.full((n, F, SLOTS), -1, np.int32), np.zeros((n, F, SLOTS)), np.zeros((n, F, SLOTS)), np.zeros((n, F), np.uint8),
        np.zeros(n, np.bool_), np.full((n, 2), np.nan), np.full((n, 2), np.nan), np.zeros(n, np.bool_), weight,
    )  # fmt: skip


COLUMNS = ("gain", "mean", "var", "slot_sensor", "slot_z", "slot_own", "slot_next", "looked", "beta", "separation", "boosting")


def _align(state: State, ids: Ints) -> State:
    """A copy of the state whose rows are these tracks (sorted): new ones blank, vanished ones dropped."""
    out = _blank(state.model, ids, state.weight)
    at = np.searchsorted(state.id, ids)
    known = at < len(state.id)
    known[known] = state.id[at[known]] == ids[known]
    old, new = at[known], np.flatnonzero(known)
    for name in COLUMNS:
        getattr(out, name)[new] = getattr(state, name)[old]
    return replace(out, unmatched=state.unmatched)


def _forget(s: State, rows: Bools) -> None:
    s.gain[rows], s.mean[rows], s.var[rows] = 0.0, s.model.level, s.model.spread2
    s.slot_sensor[rows], s.slot_next[rows], s.looked[rows] = -1, 0, False


def step(state: State, batch: tuple[Tracks, Looks], now: float) -> tuple[State, Floats]:  # noqa: ARG001 (contract of a stage)
    """Take in one step's looks. Returns the new state and the posterior ``(n, C)``, rows as ``tracks.id``; each sums to 1.

    The tracks must be sorted by id; intensities are taken at the tracks' ranges (``ranging.at_range``). Looks of tracks that are
    not there are counted in ``unmatched``.
    """
    tracks, looks = batch
    s = _align(state, tracks.id)
    boosting = tracks.mode == kinematics.BOOST
    _forget(s, s.boosting & ~boosting)
    row = _rows(tracks.id, looks.track)
    s = replace(s, boosting=boosting, unmatched=s.unmatched + int((row < 0).sum()))
    seen = np.unique(row[row >= 0])
    child = np.flatnonzero(tracks.parent >= 0)
    doubt = crowd.doubt(tracks, np.union1d(seen, child)) if s.model.swaps else np.zeros(len(tracks))
    m, log_prior = s.model, _log_prior(s)
    take_looks(
        row, looks.sensor, looks.features, doubt, m.base.rho, np.exp(log_prior), m.level, m.spread2, m.noise2,
        s.gain, s.mean, s.var, s.slot_sensor, s.slot_z, s.slot_own, s.slot_next,
    )  # fmt: skip
    s.looked[seen] = True
    _note_motion(s, tracks, child[doubt[child] < ALONE])
    return _posterior(s, log_prior, tracks.mode)


def _rows(ids: Ints, wanted: Ints) -> Ints:
    """Where each wanted id is among the sorted ids, -1 if nowhere."""
    if not len(ids):
        return np.full(len(wanted), -1, np.int64)
    row = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
    return np.where(ids[row] == wanted, row, -1)


def _log_prior(s: State) -> Floats:
    """ln prior of each kind ``(K,)``: decoys by what is known of their similarity."""
    out = s.model.log_prior[s.model.kind]
    out[s.model.kind == DECOY] += np.log(s.weight)
    return out


def _note_motion(s: State, tracks: Tracks, child: Ints) -> None:
    """Keep measured ballistic coefficients, and the separation speeds of these children."""
    known = np.isfinite(tracks.beta).all(axis=1)
    s.beta[known] = tracks.beta[known]
    speed, sigma = kinematics.separation(tracks, child)
    better = np.isfinite(sigma) & ~(s.separation[child, 1] <= sigma)
    s.separation[child[better]] = np.stack([speed[better], sigma[better]], axis=1)


def _posterior(s: State, log_prior: Floats, mode: NDArray[np.uint8]) -> tuple[State, Floats]:
    """The state with its weights one step on, and the posterior ``(n, C)``."""
    m = s.model
    L = s.gain + log_prior
    known = np.isfinite(s.beta[:, 0])
    C = kinematics.thrust_loglik(mode)
    C[known] += kinematics.beta_loglik(s.beta[known], m.base.beta)
    known = np.isfinite(s.separation[:, 0])
    C[known] += kinematics.speed_loglik(s.separation[known, 0], s.separation[known, 1], m.base.deploy)
    L += C[:, m.kind]
    p = np.exp(L - L.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    votes = p[s.looked][:, m.kind == DECOY].sum(axis=0) + OPEN_MIND / len(s.weight)
    prob = np.add.reduceat(p, np.flatnonzero(np.diff(m.kind, prepend=-1)), axis=1)
    return replace(s, weight=votes / votes.sum()), prob
