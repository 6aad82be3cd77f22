"""Infrared intensities at the tracks' ranges: a telescope knows only angles and states them at a nominal range.

Source: inverse-square law; the convention of ``observe.infrared.nominal_range``. Limits: no better than the track's range, which
matters little: 1 % of range is 0.09 dB.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from cupola.core.batches import FEATURES, Floats, Ints, Looks, Tracks
from cupola.core.scans import Records, Scans
from cupola.discriminate.memory import row_of
from cupola.observe.infrared import infrared_h, infrared_nominal_range

INTENSITY = FEATURES.index("intensity_dbw_sr")


@njit(cache=True, nogil=True)
def _range(track: Ints, scan: Ints, t: Floats, z: NDArray[np.float32], ids: Ints, x: Floats, now: float, looks: Records) -> None:
    """``at_range`` in place; looks ``(k,)``: of each scan."""
    place, angles = np.empty(3), np.empty(2)
    for q in range(len(track)):
        if math.isnan(z[q, INTENSITY]):
            continue
        i, s = row_of(ids, track[q]), looks[scan[q]]
        if i < 0:
            z[q, INTENSITY] = math.nan
            continue
        far2 = 0.0
        for a in range(3):
            place[a] = x[i, a] - (now - t[q]) * x[i, 3 + a]
            far2 += (place[a] - s.position[a]) ** 2
        infrared_h(place, s.position, s.axes, angles)
        nominal = infrared_nominal_range(angles, s.position, s.axes)
        z[q, INTENSITY] += 10.0 * math.log10(far2 / (nominal * nominal))


def at_range(looks: Looks, tracks: Tracks, scans: Scans) -> Looks:
    """The same looks with intensities (dBW/sr) as they are at the range of their track, which is moved back to the scan's time.

    ``scans``: those the looks come from. A look whose track is not there loses its intensity (NaN).
    """
    if not len(looks.track):
        return looks
    features = looks.features.copy()
    _range(looks.track, looks.scan, looks.t, features, tracks.id, tracks.x, tracks.t, scans.looks)
    return Looks(looks.track, looks.sensor, looks.t, features, looks.scan, looks.row)
