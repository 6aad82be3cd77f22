"""What has been seen of each track: one record a track, sorted by id, and a table of what each kind of object would make of it.

One record array is one argument to a kernel; a dozen columns would cost more to hand over than the work on them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from cupola.core.batches import CLASSES, FEATURES, Floats, Ints

SLOTS = 4  # sensors remembered per object and feature; a fifth takes the place of the one longest there
F = len(FEATURES)
Records = NDArray[Any]

# slot_*: each sensor's last look at each feature, and the probability that it was this object's; beta_p, speed_p: p(last measured
# ballistic coefficient | class), p(most precise separation speed so far | class), 1 while unknown; speed_sigma: of that speed
SEEN = np.dtype(
    [
        ("id", "i8"), ("slot_sensor", "i8", (F, SLOTS)), ("slot_z", "f8", (F, SLOTS)), ("slot_own", "f8", (F, SLOTS)),
        ("slot_next", "i8", (F,)), ("looked", "i8"), ("boosting", "i8"),
        ("beta", "f8", (2,)), ("beta_p", "f8", (len(CLASSES),)),
        ("speed_sigma", "f8"), ("speed_p", "f8", (len(CLASSES),)),
    ],
    align=True,
)  # fmt: skip
# columns of the table ``know (n, K, 1 + 2 F)``: belief / prior up to a factor all kinds share; mean and variance of the object's
# own level, were it of this kind
GAIN, MEAN, VAR = 0, 1, 1 + F
# columns of a kind's parameters ``(K, 2 + 3 F)``: its class, prior, level, spread^2, noise^2 of each feature
CLASS, PRIOR, LEVEL, SPREAD2, NOISE2 = 0, 1, 2, 2 + F, 2 + 2 * F
# columns of a class's parameters ``(C, 4)``: mean and spread of ln(ballistic coefficient), of ln(separation speed)
BETA, DEPLOY = 0, 2


@njit(cache=True, nogil=True)
def forget(r: Any, know: Floats, kinds: Floats) -> None:
    """The looks so far were of another body: back to what is known of any."""
    r.looked = 0
    for f in range(F):
        r.slot_next[f] = 0
        for s in range(SLOTS):
            r.slot_sensor[f, s] = -1
    for k in range(len(kinds)):
        know[k, GAIN] = 1.0
        for f in range(F):
            know[k, MEAN + f], know[k, VAR + f] = kinds[k, LEVEL + f], kinds[k, SPREAD2 + f]


@njit(cache=True, nogil=True)
def _begin(r: Any, know: Floats, kinds: Floats, name: int) -> None:
    """A track never seen before."""
    r.id, r.boosting = name, 0
    r.beta[0] = r.beta[1] = np.nan
    r.speed_sigma = np.inf
    for c in range(len(r.beta_p)):
        r.beta_p[c] = r.speed_p[c] = 1.0
    for f in range(F):
        for s in range(SLOTS):
            r.slot_z[f, s] = r.slot_own[f, s] = 0.0
    forget(r, know, kinds)


@njit(cache=True, nogil=True)
def same(seen: Records, ids: Ints) -> bool:
    """Whether the memory is of these tracks."""
    n = len(ids) if len(seen) == len(ids) else -1
    k = 0
    while k < n and seen[k].id == ids[k]:
        k += 1
    return k == n


@njit(cache=True, nogil=True)
def align(seen: Records, know: Floats, ids: Ints, kinds: Floats, new_seen: Records, new_know: Floats) -> None:
    """Write the memory of the tracks ``ids`` (sorted) into ``new_*``: new ones blank, vanished ones dropped."""
    j = 0
    for i in range(len(ids)):
        while j < len(seen) and seen[j].id < ids[i]:
            j += 1
        if j < len(seen) and seen[j].id == ids[i]:
            new_seen[i] = seen[j]
            new_know[i] = know[j]
        else:
            _begin(new_seen[i], new_know[i], kinds, ids[i])


@njit(cache=True, nogil=True)
def row_of(ids: Ints, wanted: int) -> int:
    """Where an id is among the sorted ids, -1 if nowhere."""
    i = np.searchsorted(ids, wanted)
    return int(i) if i < len(ids) and ids[i] == wanted else -1
