"""The picture at one moment as one binary message for the page: a column batch (``core.columns``) of kind ``frame``.

The page makes typed arrays over the received buffer, without a copy. Frame: Earth-fixed WGS-84 (ECEF) at ``t``, float32, SI.

    scalars  t (scenario s), wall (Unix s at which it was made), seq, speed (scenario s per wall s of late, 0
             unknown), asked (what it is held back to, 0 if it is not)
    pos, vel (n, 3)   Earth-fixed position and velocity      sigma (n,)  1-sigma of position, root mean square of the three axes
    stale (n,)        s since the last update                id (n,) u4  track id           launch (n,) i4  alert id, -1 unknown
    prob (n, C) u1    belief per class, 255 = certain        cls (n,) u1 most probable class   mode (n,) u1 index into MODES
    aimed (m,) u4     rows that have a predicted impact
    impact (m, 6)     lat, lon (rad), s from t, 1-sigma major, minor (m), azimuth (rad)
    sensors (s, 3)    where the sensors are, NaN unknown
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cupola.core import columns
from cupola.core.batches import Floats, Picture
from cupola.dynamics.frames import ecef_from_eci, state_ecef_from_eci

KIND = "frame"
VERSION = 1
UNKNOWN = 1e9  # m: a sigma beyond says no more than that the place is unknown


def sigma_of(P: Floats) -> NDArray[np.float32]:
    """Root mean square of the three position sigmas, m, ``UNKNOWN`` at most. Shapes: ``(n, 6, 6) -> (n,)``."""
    variance = P[:, 0, 0] + P[:, 1, 1] + P[:, 2, 2]
    return np.sqrt(np.clip(variance, 0.0, UNKNOWN**2) / 3.0).astype(np.float32)


def impact_columns(picture: Picture) -> dict[str, NDArray[Any]]:
    """``aimed`` and ``impact`` of the tracks that have a predicted impact; the rest cost no bytes."""
    rows = np.flatnonzero(np.isfinite(picture.impact).all(axis=1))
    where = np.concatenate([picture.impact[rows], picture.ellipse[rows]], axis=1)
    where[:, 2] -= picture.t  # float32 keeps a time to go, not a time of day
    return {"aimed": rows.astype(np.uint32), "impact": where.astype(np.float32)}


def encode_frame(
    picture: Picture,
    wall: float,
    seq: int = 0,
    speed: float = 0.0,
    asked: float = 0.0,
    sensors: Floats | None = None,
    sensors_t: float | Floats | None = None,
) -> bytes:
    """One frame of the live picture.

    wall: Unix s. speed: scenario seconds per wall second of late, 0 unknown; asked: wanted, 0 when the run is not paced.
    sensors ``(s, 3)``: ECI positions at ``sensors_t`` (one or one each; default: ``picture.t``) in the order of the cards, NaN
    where not known yet.
    """
    tracks, t = picture.tracks, picture.t
    state = state_ecef_from_eci(tracks.x, t).astype(np.float32)
    sites = np.empty((0, 3)) if sensors is None else ecef_from_eci(sensors, t if sensors_t is None else sensors_t)
    prob = np.nan_to_num(picture.prob)
    table: dict[str, NDArray[Any]] = {
        "pos": state[:, :3],
        "vel": state[:, 3:],
        "sigma": sigma_of(tracks.P),
        "stale": picture.staleness.astype(np.float32),
        "id": tracks.id.astype(np.uint32),
        "launch": picture.launch.astype(np.int32),
        "prob": np.round(np.clip(prob, 0.0, 1.0) * 255).astype(np.uint8),
        "cls": prob.argmax(axis=1).astype(np.uint8),
        "mode": tracks.mode,
        **impact_columns(picture),
        "sensors": sites.astype(np.float32),
    }
    scalars = {"t": float(t), "wall": float(wall), "seq": int(seq), "speed": float(speed), "asked": float(asked)}
    return columns.encode(KIND, VERSION, scalars, table)
