"""How good class probabilities are: AUC, log-loss, Brier, calibration, and how much of what could be known they know.

``prob (n, C)`` are posteriors, ``kind (n,)`` the true classes. The headline is ``reduction_share``: the part of the Bayes-optimal
reduction of log-loss that was reached (1 is the ceiling, 0 the prior). It claims no realism: the ceiling is that of a made-up
world.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cupola.core.batches import DECOY, WARHEAD, Bools, Floats, Ints
from cupola.discriminate import bayes
from cupola.discriminate.signatures import Signatures

LEAST = 1e-12  # a probability is never taken as less, so that one certain error does not decide a log-loss


@dataclass(frozen=True)
class Calibration:
    """Reliability by bins of equal width: mean probability, share that is true, count, each ``(bins,)``; NaN for empty bins."""

    predicted: Floats
    observed: Floats
    count: Ints


def auc(score: Floats, positive: Bools) -> float | None:
    """Probability that a positive scores higher than a negative, ties half. None without both.

    Source: Mann-Whitney; Hanley, McNeil 1982."""
    up, down = int(positive.sum()), int((~positive).sum())
    if not up or not down:
        return None
    _, place, count = np.unique(score, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(count) - 0.5 * (count - 1))[place]  # of equal scores their mean; all of scipy.stats takes 0.3 s to import
    return float((ranks[positive].sum() - up * (up + 1) / 2) / (up * down))


def warhead_auc(prob: Floats, kind: Ints) -> float | None:
    """AUC of warheads against decoys by the odds of the two."""
    rows = (kind == WARHEAD) | (kind == DECOY)
    p = np.log(np.maximum(prob[rows], LEAST))
    return auc(p[:, WARHEAD] - p[:, DECOY], kind[rows] == WARHEAD)


def logloss(prob: Floats, kind: Ints) -> float:
    """Mean of -ln(probability given to the true class), nats. NaN for no objects."""
    if not len(kind):
        return float("nan")
    return float(-np.mean(np.log(np.maximum(prob[np.arange(len(kind)), kind], LEAST))))


def reliability(p: Floats, true: Bools, bins: int = 10) -> Calibration:
    """How often what is given probability p is true, by bins of p."""
    which = np.minimum((p * bins).astype(np.int64), bins - 1)
    count = np.bincount(which, minlength=bins)
    full = np.maximum(count, 1)
    mean = np.where(count, np.bincount(which, weights=p, minlength=bins) / full, np.nan)
    share = np.where(count, np.bincount(which, weights=true.astype(float), minlength=bins) / full, np.nan)
    return Calibration(mean, share, count)


def ece(p: Floats, true: Bools, bins: int = 10) -> float:
    """Expected calibration error: mean of |predicted - observed| over objects (Guo et al. 2017, eq. 3). NaN for no objects."""
    if not len(p):
        return float("nan")
    c = reliability(p, true, bins)
    return float(np.nansum(np.abs(c.predicted - c.observed) * c.count) / len(p))


def ceiling(shares: Sequence[float], similarity: float, signatures: Signatures | None = None) -> bayes.State:
    """The estimator that knows what the generator knew: true class shares, true similarity, true densities.

    For the judge only: it steps this on the same looks (by true object) and takes its log-loss as ``bayes_logloss``. It is exact
    where looks are AR(1) in dB (``looks``) and given to the right object; a class that does not occur needs a tiny share.
    """
    return bayes.start(shares, (similarity,), signatures, swaps=False)


def prior_logloss(shares: Floats) -> float:
    """Log-loss of knowing only how common each class is: the entropy of the shares, nats."""
    p = np.asarray(shares, float) / np.sum(shares)
    return float(-np.sum(np.where(p > 0, p * np.log(np.maximum(p, LEAST)), 0.0)))


def reduction_share(loss: float, bayes_loss: float, prior_loss: float) -> float | None:
    """(prior - loss) / (prior - Bayes): part of the possible reduction reached. None where nothing could be learnt."""
    possible = prior_loss - bayes_loss
    return (prior_loss - loss) / possible if possible > 1e-9 else None
