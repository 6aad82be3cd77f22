"""One look of an infrared telescope: plumes above the clouds, warm bodies against cold space.

Signal: intensity / r^2 over the noise-equivalent irradiance, which is set so that ``threshold`` W/sr at ``range_ref`` is detected
with pd. A pixel's noise is Gaussian: amplitude + n against Q^-1(Pfa).
Simplified: the band's background is no more than that noise (no sun in the field, no glint, no sunlit cloud, no atmospheric
absorption above the cloud height); a warm body is seen only against space, its sight line clearing the Earth by ``LIMB``; a burning
object is seen by its plume and not by its skin, in every direction alike.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache

import numpy as np
from scipy.special import ndtri

from cupola.core.batches import Bools, Floats, Ints
from cupola.core.constants import Cited
from cupola.dynamics.frames import height
from cupola.observe.signal import amplitude_gaussian, infrared_amplitude
from cupola.sensors import plume
from cupola.sensors.fluctuate import Fluctuation, renew
from cupola.sensors.memory import Memory
from cupola.sensors.resolve import merge
from cupola.sensors.returns import Look, Returns, clutter_places, join
from cupola.sensors.schedule import serve
from cupola.sensors.spec import SensorSpec
from cupola.sensors.visibility import against_space, in_view
from cupola.truth.frame import TruthFrame

LIMB = 100e3
FAINT = 0.05

SOURCES: dict[str, Cited] = {
    "FAINT": Cited("1", "assumed: a source of smaller Pd takes no read-out and is never seen", 2026, "assumed"),
    "LIMB": Cited(
        "m", "assumed: height of the long-wave Earth limb (CO2 and ozone glow up to the lower thermosphere)", 2026, "assumed"
    ),
}


@lru_cache(maxsize=1024)
def reference(pd: float, pfa: float) -> tuple[float, float]:
    """Amplitude of the threshold source at range_ref, and the faintest that matters, in noise sigmas."""
    return amplitude_gaussian(pd, pfa), amplitude_gaussian(max(min(FAINT, pd), pfa), pfa)


def look(
    spec: SensorSpec,
    memory: Memory,
    frame: TruthFrame,
    position: Floats,
    axes: Floats,
    fluctuation: Fluctuation,
    rng: np.random.Generator,
) -> tuple[Memory, Returns, Look]:
    """Detections without noise of the measurement, clutter included."""
    faintest = reference(spec.pd, spec.pfa)[1]
    rows, z = sources_in_view(spec, frame, position, axes)
    burning = frame.burning[rows]
    nei = np.where(burning, nei_of(spec, spec.threshold), nei_of(spec, spec.warm_threshold))
    amplitude = infrared_amplitude(z[:, 2], intensity(frame, rows, burning), nei)
    bright = amplitude >= faintest
    rows, z, amplitude, nei = rows[bright], z[bright], amplitude[bright], nei[bright]
    kept, z, amplitude = merge(z, amplitude, math.inf, spec.angle_cell)
    merged, in_view_now = len(rows) - len(kept), len(rows)
    rows, nei = rows[kept], nei[kept]
    turn, cursor, share = serve(frame.id[rows], spec.budget, memory.cursor)
    rows, z, amplitude, nei = rows[turn], z[turn], amplitude[turn], nei[turn]
    ids, g, now = renew(memory.ids, memory.g, frame.id, frame.id[rows], rng.standard_normal(len(rows)), fluctuation.rho)
    amplitude = amplitude * 10 ** (fluctuation.intensity_db * now / 10)
    found = join(detect(spec, frame.id[rows], z, amplitude, nei, rng), false_returns(spec, rng))
    return replace(memory, cursor=cursor, ids=ids, g=g), found, Look(share, in_view_now, merged, len(rows))


def sources_in_view(spec: SensorSpec, frame: TruthFrame, position: Floats, axes: Floats) -> tuple[Ints, Floats]:
    """Rows of the frame this telescope could see at all, and their el, az, range."""
    wanted = np.zeros(len(frame), np.bool_)
    if spec.threshold > 0:
        wanted |= frame.burning
    if spec.warm_threshold > 0:
        wanted |= ~frame.burning
    rows, z = in_view(frame.x, np.flatnonzero(wanted), position, axes, np.array(spec.limits))
    if spec.warm_threshold > 0:
        seen = frame.burning[rows] | against_space(frame.x, rows, position, LIMB)
        rows, z = rows[seen], z[seen]
    seen = unclouded(spec, frame, rows, position)
    return rows[seen], z[seen]


def unclouded(spec: SensorSpec, frame: TruthFrame, rows: Ints, position: Floats) -> Bools:
    """Whether clouds leave the sources of these rows visible: not those below the cloud height, from above it."""
    if float(height(position)) <= spec.cloud:
        return np.ones(len(rows), np.bool_)
    return np.asarray(height(frame.x[rows, :3]) > spec.cloud)


def intensity(frame: TruthFrame, rows: Ints, burning: Bools) -> Floats:
    """W/sr of these rows: the plume with its trough, or the warm skin."""
    out = frame.skin[rows].astype(float)
    lit = rows[burning]
    out[burning] = frame.plume[lit] * plume.profile(height(frame.x[lit, :3]))
    return out


def nei_of(spec: SensorSpec, source: float) -> float:
    """Noise-equivalent irradiance (W/m^2) of the band whose threshold source is this many W/sr; NaN for a band it lacks."""
    return source / spec.range_ref**2 / reference(spec.pd, spec.pfa)[0]


def detect(spec: SensorSpec, origin: Ints, z: Floats, amplitude: Floats, nei: Floats, rng: np.random.Generator) -> Returns:
    """Those sources whose measured amplitude crosses the threshold."""
    a = amplitude + rng.standard_normal(len(amplitude))
    hit = a > -ndtri(spec.pfa)
    return _returns(spec, origin[hit], z[hit], a[hit], nei[hit])


def false_returns(spec: SensorSpec, rng: np.random.Generator) -> Returns:
    """Clutter: noise that crossed the threshold, its amplitude drawn from the normal's tail."""
    z = clutter_places(spec, rng)
    a = -ndtri(spec.pfa * (1 - rng.random(len(z))))
    nei = nei_of(spec, spec.threshold if spec.threshold > 0 else spec.warm_threshold)
    return _returns(spec, np.full(len(z), -1), z, a, np.full(len(z), nei))


def _returns(spec: SensorSpec, origin: Ints, z: Floats, a: Floats, nei: Floats) -> Returns:
    """Returns of this amplitude in noise sigmas; their level is the dBW/sr that would give it at 1 m (dBW/m^2)."""
    return Returns(origin, z, (a / reference(spec.pd, spec.pfa)[0]) ** 2, 10 * np.log10(a * nei))
