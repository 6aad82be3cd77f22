"""The associators, by name. A new one is one file and one line here.

An associator gets the candidates of some tracks (sparse rows: ``ptr``, detection, price; see ``gate``) and gives back sparse rows
of (ptr, detection, weight) and a choice. Weight: the probability that the detection is the track's; those of a row, and of a
detection over the rows, sum to at most one; what is left of a row is the miss. Choice: the one detection that counts as the
track's own (-1: none), no detection twice. ``gnn`` gives ones only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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
BP = BUILT_IN.index(bp)
FOREIGN = -1


@njit(cache=True, nogil=True)
def associate(which: int, ptr: Ints, det: Ints, price: Floats, m: int) -> tuple[Ints, Ints, Floats, Ints]:
    """The associator ``which`` of ``BUILT_IN``, for other kernels; where that is a ``FOREIGN`` one, ``gnn``."""
    if which == BP:
        return bp(ptr, det, price, m)
    return gnn(ptr, det, price, m)


def checked(answer: Any, n: int, m: int) -> tuple[Ints, Ints, Floats, Ints]:
    """What an associator that is not built in gave for n tracks and m detections, as arrays that kernels can take.

    Raises BadOption for what they would read or write out of bounds, or what is no probability.
    """
    try:
        ptr, det, weight, choice = answer
        ptr, det, choice = (np.ascontiguousarray(a, np.int64) for a in (ptr, det, choice))
        weight = np.ascontiguousarray(weight, np.float64)
    except (TypeError, ValueError) as e:
        raise BadOption(f"the associator must give (ptr, det, weight, choice), four arrays: {e}") from None
    if ptr.shape != (n + 1,) or choice.shape != (n,) or det.shape != weight.shape or det.ndim != 1:
        shapes = ", ".join(
            f"{name} {a.shape}" for name, a in zip(("ptr", "det", "weight", "choice"), (ptr, det, weight, choice), strict=True)
        )
        raise BadOption(f"the associator's arrays do not fit {n} tracks: {shapes}")
    if ptr[0] != 0 or ptr[-1] != len(det) or (np.diff(ptr) < 0).any():
        raise BadOption(f"the associator's ptr must rise from 0 to the {len(det)} entries of det")
    if ((det < 0) | (det >= m)).any() or ((choice < -1) | (choice >= m)).any():
        raise BadOption(f"the associator named a detection that is not among the {m} of the scan (-1 in choice: none)")
    if not ((weight >= 0.0) & (weight <= 1.0)).all():
        raise BadOption("the associator's weights must be probabilities, from 0 to 1")
    return ptr, det, weight, choice


def number(chosen: Associator) -> int:
    """Its place in ``BUILT_IN``, ``FOREIGN`` if it has none."""
    return BUILT_IN.index(chosen) if chosen in BUILT_IN else FOREIGN


def associator(name: str) -> Associator:
    """The associator of this name. Raises BadOption, naming those there are."""
    if name not in ASSOCIATORS:
        raise BadOption(f"no associator {name!r}; there are: {', '.join(sorted(ASSOCIATORS))}")
    return ASSOCIATORS[name]
