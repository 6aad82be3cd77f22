"""Draw what objects of each class look like, from the catalogue's public description (catalog/data/signatures.yaml)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cupola.catalog.load import document, entries
from cupola.core.batches import BOOSTER, CLASSES, DECOY, WARHEAD, Floats, Ints

FIELDS = ("rcs_dbsm", "skin_dbw_sr", "beta_ln", "deploy_ln")
SPREADS = ("rcs_spread_db", "skin_spread_db", "beta_spread_ln", "deploy_spread_ln")
MOVED = (0, 1)  # what similarity moves: radar cross-section and skin, not mass per area


@dataclass(frozen=True)
class Drawn:
    """One draw per object ``(n,)``: rcs m^2, skin W/sr, beta kg/m^2, speed of deployment m/s."""

    rcs: Floats
    skin: Floats
    beta: Floats
    deploy: Floats


def default_similarity() -> float:
    """How far a decoy's signature is moved to the warhead's where a scenario does not say."""
    return document("signature").part("looks").si("similarity")


def tables() -> tuple[Floats, Floats]:
    """Means and spreads ``(classes, fields)`` of the log quantities, in the order of CLASSES and FIELDS."""
    classes = entries("signature")
    mean = np.array([[classes[c].si(f) for f in FIELDS] for c in CLASSES])
    spread = np.array([[classes[c].si(f) for f in SPREADS] for c in CLASSES])
    return mean, spread


def draw(kind: Ints, similarity: Floats, rng: np.random.Generator) -> Drawn:
    """Signatures of objects of these kinds. ``similarity (n,)`` counts for decoys only: (1 - s) decoy + s warhead."""
    mean, spread = tables()
    level = mean[kind]
    decoy = kind == DECOY
    for f in MOVED:
        level[decoy, f] += similarity[decoy] * (mean[WARHEAD, f] - mean[DECOY, f])
    value = level + spread[kind] * rng.standard_normal((len(kind), len(FIELDS)))
    return Drawn(10 ** (value[:, 0] / 10), 10 ** (value[:, 1] / 10), np.exp(value[:, 2]), np.exp(value[:, 3]))


def lit_gain() -> Floats:
    """Cross-section of a missile while it is a booster over that of its kind afterwards, by kind ``(classes,)``."""
    level = tables()[0][:, 0]
    return np.asarray(10 ** ((level[BOOSTER] - level) / 10))


def directions(n: int, rng: np.random.Generator) -> Floats:
    """Isotropic unit vectors ``(n, 3)``."""
    v = rng.standard_normal((n, 3))
    return np.asarray(v / np.linalg.norm(v, axis=1, keepdims=True))
