"""A made-up world of looks to score estimators in: objects drawn from class signatures, looks that fluctuate, drag at the end.

It is the benchmark's generator, not a model of anything real; nothing here reads a scenario or a truth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cupola.core.batches import CLASSES, FEATURES, MODES, Floats, Ints, Looks, Tracks
from cupola.discriminate.signatures import Signatures

APART = 100e3  # m between objects: nothing can be mistaken for another
BALLISTIC = MODES.index("ballistic")


@dataclass(frozen=True)
class World:
    """Objects ``(n,)``: their class and ln(ballistic coefficient); looks ``(k, n, F)`` in order, sensor ``(k,)`` of each round."""

    kind: Ints
    beta: Floats
    looks: Floats
    sensor: Ints


def draw(
    signatures: Signatures, shares: Floats, n: int, rounds: int, rng: np.random.Generator, similarity: float = 0.5, sensors: int = 2
) -> World:
    """n objects of classes drawn by ``shares``, each looked at ``rounds`` times by sensors in turn; looks are AR(1) for each
    sensor."""
    s = signatures.at_similarity(similarity)
    kind = rng.choice(len(CLASSES), n, p=np.asarray(shares) / np.sum(shares))
    level = s.level[kind] + s.spread[kind] * rng.standard_normal((n, len(FEATURES)))
    beta = s.beta[kind, 0] + s.beta[kind, 1] * rng.standard_normal(n)
    u = rng.standard_normal((sensors, n, len(FEATURES)))
    looks, sensor = np.empty((rounds, n, len(FEATURES))), np.arange(rounds) % sensors
    for k in range(rounds):
        now = u[sensor[k]]
        looks[k] = level + s.noise[kind] * now
        u[sensor[k]] = s.rho * now + np.sqrt(1 - s.rho**2) * rng.standard_normal(now.shape)
    return World(kind, beta, looks, sensor)


def batch(
    world: World, k: int, t: float, beta_sigma: float = np.nan, rng: np.random.Generator | None = None
) -> tuple[Tracks, Looks]:
    """Round k as the batches an estimator takes. ``beta_sigma``: error of a measured ln(beta), NaN while there is no drag."""
    n = len(world.kind)
    beta = np.full((n, 2), np.nan)
    if np.isfinite(beta_sigma) and rng is not None:
        beta = np.stack([world.beta + beta_sigma * rng.standard_normal(n), np.full(n, beta_sigma)], axis=1)
    ids = np.arange(n, dtype=np.int64)
    place = np.zeros((n, 6))
    place[:, 0] = APART * ids
    tracks = Tracks(
        t, ids, place, np.tile(np.eye(6), (n, 1, 1)), np.ones(n, np.bool_), np.full(n, BALLISTIC, np.uint8), np.zeros(n),
        np.full(n, t), np.full(n, k + 1, np.int32), np.zeros((n, 1), np.uint64), beta, np.zeros(n), np.full(n, -1, np.int64),
    )  # fmt: skip
    one_scan = np.zeros(n, np.int64)
    looks = Looks(ids, np.full(n, world.sensor[k]), np.full(n, t), world.looks[k].astype(np.float32), one_scan, ids)
    return tracks, looks
