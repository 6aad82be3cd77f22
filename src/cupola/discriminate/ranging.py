"""Infrared intensities at the tracks' ranges: a telescope knows only angles and states them at a nominal range.

Source: inverse-square law; the convention of ``observe.infrared.nominal_range``. Limits: no better than the track's range, which
matters little: 1 % of range is 0.09 dB.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cupola.core.batches import FEATURES, Looks, Scan, Tracks
from cupola.observe import infrared

INTENSITY = FEATURES.index("intensity_dbw_sr")


def at_range(looks: Looks, tracks: Tracks, scans: Sequence[Scan]) -> Looks:
    """The same looks with intensities (dBW/sr) as they are at the range of their track, which is moved back to the scan's time.

    ``scans``: those the looks come from. A look whose track or scan is not there loses its intensity (NaN).
    """
    mine = np.flatnonzero(np.isfinite(looks.features[:, INTENSITY]))
    if not len(mine):
        return looks
    features = looks.features.copy()
    features[mine, INTENSITY] = np.nan
    row = np.minimum(np.searchsorted(tracks.id, looks.track[mine]), max(len(tracks) - 1, 0))
    there = tracks.id[row] == looks.track[mine] if len(tracks) else np.zeros(len(mine), np.bool_)
    for scan in scans:
        here = np.flatnonzero(there & (looks.sensor[mine] == scan.sensor) & (looks.t[mine] == scan.t))
        if len(here):
            x = tracks.x[row[here]]
            place = x[:, :3] - (tracks.t - scan.t) * x[:, 3:]
            z = infrared.h(place, scan.position, scan.axes)
            far = np.linalg.norm(place - scan.position, axis=1) / infrared.nominal_range(z, scan.position, scan.axes)
            features[mine[here], INTENSITY] = looks.features[mine[here], INTENSITY] + 20 * np.log10(far)
    return replace(looks, features=features)
