"""Infrared intensities at the tracks' ranges: a telescope knows only angles and states them at a nominal range.

Source: inverse-square law; the convention of ``observe.infrared.nominal_range``. Limits: no better than the track's range, which
matters little: 1 % of range is 0.09 dB.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numba import njit
from numpy.typing import NDArray

from cupola.core.batches import FEATURES, Floats, Ints, Looks, Scan, Tracks
from cupola.discriminate.memory import row_of
from cupola.observe.infrared import infrared_h, infrared_nominal_range

INTENSITY = FEATURES.index("intensity_dbw_sr")


@njit(cache=True, nogil=True)
def _range(
    track: Ints, scan: Ints, t: Floats, z: NDArray[np.float32], ids: Ints, x: Floats, now: float, position: Floats, axes: Floats
) -> None:
    """``at_range`` in place; position ``(k, 3)`` and axes ``(k, 3, 3)`` of each scan."""
    place, angles = np.empty(3), np.empty(2)
    for q in range(len(track)):
        if math.isnan(z[q, INTENSITY]):
            continue
        i, s = row_of(ids, track[q]), scan[q]
        if i < 0:
            z[q, INTENSITY] = math.nan
            continue
        far2 = 0.0
        for a in range(3):
            place[a] = x[i, a] - (now - t[q]) * x[i, 3 + a]
            far2 += (place[a] - position[s, a]) ** 2
        infrared_h(place, position[s], axes[s], angles)
        nominal = infrared_nominal_range(angles, position[s], axes[s])
        z[q, INTENSITY] += 10.0 * math.log10(far2 / (nominal * nominal))


def at_range(looks: Looks, tracks: Tracks, scans: Sequence[Scan]) -> Looks:
    """The same looks with intensities (dBW/sr) as they are at the range of their track, which is moved back to the scan's time.

    ``scans``: those the looks come from. A look whose track is not there loses its intensity (NaN).
    """
    if not len(looks.track):
        return looks
    features, k = looks.features.copy(), len(scans)
    position = np.concatenate([s.position for s in scans]).reshape(k, 3)
    axes = np.concatenate([s.axes for s in scans]).reshape(k, 3, 3)
    _range(looks.track, looks.scan, looks.t, features, tracks.id, tracks.x, tracks.t, position, axes)
    return replace(looks, features=features)
