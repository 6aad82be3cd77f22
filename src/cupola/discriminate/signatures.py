"""The public class signatures of the catalogue as arrays over CLASSES: what each class looks like on average.

The truth generator draws objects from the same file; the estimator knows the classes, never what was drawn.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from cupola.catalog.load import document, entries
from cupola.core.batches import CLASSES, DECOY, FEATURES, WARHEAD, Floats

SIMILARITIES = (0.0, 0.25, 0.5, 0.75, 1.0)
_LEVEL = {"rcs_dbsm": "rcs_dbsm", "intensity_dbw_sr": "skin_dbw_sr"}
_SPREAD = {"rcs_dbsm": "rcs_spread_db", "intensity_dbw_sr": "skin_spread_db"}


@dataclass(frozen=True)
class Signatures:
    """Class parameters; C classes, F features of ``core.batches.FEATURES``.

    level, spread, noise ``(C, F)``: mean over objects of their looks' mean, standard deviation between objects, and from look to
    look (dB); the level of the cross-section is that of the looks in dB, ``noise^2 / 8.69`` below the catalogue's mean
    cross-section; beta, deploy ``(C, 2)``: mean and spread of ln(kg/m^2) and of ln(m/s); rho: correlation of successive looks of
    one sensor.
    """

    level: Floats
    spread: Floats
    noise: Floats
    beta: Floats
    deploy: Floats
    rho: float

    def at_similarity(self, s: float) -> Signatures:
        """The same classes with decoys' levels moved towards warheads' by ``s`` in [0, 1]; spread, look noise and beta stay."""
        level = self.level.copy()
        level[DECOY] += s * (level[WARHEAD] - level[DECOY])
        return replace(self, level=level)


def _shift(noise: Floats) -> Floats:
    """What to add to the dB of a mean cross-section to get the mean dB of its looks ``(C, F)``; none for intensity."""
    return np.where(np.array(FEATURES) == "rcs_dbsm", -(noise**2) * np.log(10) / 20, 0.0)


@cache
def load() -> Signatures:
    """The signatures as shipped. Raises BadScenario naming the entry that is missing or no number."""
    classes, looks = entries("signature"), document("signature").part("looks")
    radiometric = looks.si("intensity_fluctuation_db")
    level = np.array([[classes[c].si(_LEVEL[f]) for f in FEATURES] for c in CLASSES])
    noise = np.array([[classes[c].si("rcs_fluctuation_db") if f == "rcs_dbsm" else radiometric for f in FEATURES] for c in CLASSES])
    return Signatures(
        level=level + _shift(noise),
        spread=np.array([[classes[c].si(_SPREAD[f]) for f in FEATURES] for c in CLASSES]),
        noise=noise,
        beta=np.array([[classes[c].si("beta_ln"), classes[c].si("beta_spread_ln")] for c in CLASSES]),
        deploy=np.array([[classes[c].si("deploy_ln"), classes[c].si("deploy_spread_ln")] for c in CLASSES]),
        rho=looks.si("correlation"),
    )
