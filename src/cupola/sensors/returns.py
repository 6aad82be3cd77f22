"""What one look of one sensor gives: the common form of radar, infrared and position returns, and how it gets its noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cupola.core.batches import FEATURES, Floats, Ints
from cupola.observe.angles import wrap
from cupola.observe.infrared import nominal_range
from cupola.observe.signal import sigma_from_snr
from cupola.sensors.spec import FLOOR, SensorSpec


@dataclass(frozen=True)
class Returns:
    """Detected returns ``(m,)``: truth id (-1: none); measurement z ``(m, 3)``.

    ratio: measured power over that of the reference signal; level: dBsm or dBW/sr that would give the power from 1 m away.
    """

    origin: Ints
    z: Floats
    ratio: Floats
    level: Floats

    def __len__(self) -> int:
        return len(self.origin)


@dataclass(frozen=True)
class Look:
    """What the simulation knows of one look beside its detections; no part of it reaches the observer except ``share``.

    in_view: objects in the field, unhidden and bright enough to matter; merged: those lost in a stronger one's cell; served:
    returns the budget reached.
    """

    share: float
    in_view: int
    merged: int
    served: int


def join(a: Returns, b: Returns) -> Returns:
    """Both, end to end."""
    c = np.concatenate
    return Returns(c([a.origin, b.origin]), c([a.z, b.z]), c([a.ratio, b.ratio]), c([a.level, b.level]))


def clutter_places(spec: SensorSpec, rng: np.random.Generator) -> Floats:
    """Places ``(m, 3)`` of false detections, uniform in elevation, azimuth (and range), Poisson in number."""
    m = int(rng.poisson(spec.clutter))
    lo, hi = np.array(spec.limits[::2]), np.array(spec.limits[1::2])
    if spec.kind == "infrared":
        lo[2], hi[2] = 0.0, 0.0
    return rng.uniform(lo, hi, (m, 3))


def stated_sigma(spec: SensorSpec, ratio: Floats) -> Floats:
    """Noise ``(m, 3)`` the sensor states for returns of this measured power, and that they have.

    The error of a monopulse or centroid estimate, given the power that was observed, goes by that power (Skolnik 2001, chapter 4).
    """
    sigma = np.array(spec.sigma, dtype=float)
    if spec.kind == "position":
        return np.tile(sigma, (len(ratio), 1))
    floor = np.where(np.isnan(spec.floor), FLOOR * sigma, spec.floor)
    if spec.kind == "infrared":
        sigma[2] = np.nan
    return sigma_from_snr(sigma, ratio[:, None], 1.0, floor)


def add_noise(spec: SensorSpec, found: Returns, bias: Floats, rng: np.random.Generator) -> tuple[Returns, Floats]:
    """The returns with bias and noise in z, and the noise's sigma ``(m, 3)``, shuffled: order must not tell what is true."""
    sigma = stated_sigma(spec, found.ratio)
    z = found.z + bias + sigma * rng.standard_normal(sigma.shape)
    if spec.kind != "position":
        z[:, 1] = wrap(z[:, 1])
    order = rng.permutation(len(found))
    return Returns(found.origin[order], z[order], found.ratio[order], found.level[order]), sigma[order]


def features(spec: SensorSpec, found: Returns, position: Floats, axes: Floats) -> np.ndarray:
    """Columns of FEATURES ``(m, len(FEATURES))``: cross-section by the measured range, intensity at the sight's nominal range."""
    out = np.full((len(found), len(FEATURES)), np.nan, np.float32)
    if spec.kind == "radar":
        out[:, FEATURES.index("rcs_dbsm")] = found.level + 40 * np.log10(np.maximum(found.z[:, 2], 1.0))
    elif spec.kind == "infrared":
        out[:, FEATURES.index("intensity_dbw_sr")] = found.level + 20 * np.log10(nominal_range(found.z, position, axes))
    return out
