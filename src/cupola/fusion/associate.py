"""The associators, by name. A new one is one file and one line here.

An associator gets the candidates of some tracks (sparse rows: ``ptr``, detection, price; see ``gate``) and gives back sparse rows
of (ptr, detection, weight) and a choice. Weight: the probability that the detection is the track's; those of a row, and of a
detection over the rows, sum to at most one; what is left of a row is the miss. Choice: the one detection that counts as the
track's own (-1: none), no detection twice. ``gnn`` gives ones only.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numba import njit

from cupola.core.batches import Floats
from cupola.core.errors import BadOption
from cupola.fusion.assign import assign
from cupola.fusion.belief import bp
from cupola.fusion.pool import Ints

Associator = Callable[[Ints, Ints, Floats, int], tuple[Ints, Ints, Floats, Ints]]


@njit(cache=True, nogil=True)
def gnn(ptr: Ints, det: Ints, price: Floats, m: int) -> tuple[Ints, Ints, Floats, Ints]:
    """Global nearest neighbour: the one best assignment, exact in each cluster."""
    choice = assign(ptr, det, price, m)
    out = np.zeros(len(ptr), np.int64)
    for i in range(len(choice)):
        out[i + 1] = out[i] + (choice[i] >= 0)
    return out, choice[choice >= 0], np.ones(out[-1]), choice


ASSOCIATORS: dict[str, Associator] = {"gnn": gnn, "bp": bp}

# those compiled into the scan kernel; any other is called from Python, some 10 us a call
BUILT_IN = (gnn, bp)
FOREIGN = -1


@njit(cache=True, nogil=True)
def associate(which: int, ptr: Ints, det: Ints, price: Floats, m: int) -> tuple[Ints, Ints, Floats, Ints]:
    """The associator ``which`` of ``BUILT_IN``, for other kernels."""
    if which == 0:
        return gnn(ptr, det, price, m)
    return bp(ptr, det, price, m)


def number(chosen: Associator) -> int:
    """Its place in ``BUILT_IN``, ``FOREIGN`` if it has none."""
    return BUILT_IN.index(chosen) if chosen in BUILT_IN else FOREIGN


def associator(name: str) -> Associator:
    """The associator of this name. Raises BadOption, naming those there are."""
    if name not in ASSOCIATORS:
        raise BadOption(f"no associator {name!r}; there are: {', '.join(sorted(ASSOCIATORS))}")
    return ASSOCIATORS[name]
