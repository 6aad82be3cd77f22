"""One tick's looks of all sensors that are due, compiled: who is in view, told apart, served, detected, and what is measured of it.

Every draw is named by the sensor's key, the number of its scan, a purpose and the object (``core.draws``): it hangs on no other.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from cupola.core.batches import FEATURES, Bools, Floats, Ints
from cupola.core.draws import gauss, normal_tail, poisson, uniforms
from cupola.core.scans import DETECTION
from cupola.core.sorting import ascending
from cupola.dynamics.ellipsoid import height
from cupola.observe.angles import wrap_scalar
from cupola.observe.position import position_h
from cupola.observe.radar import radar_h
from cupola.sensors import infrared, radar
from cupola.sensors.fluctuate import renew
from cupola.sensors.resolve import merge
from cupola.sensors.schedule import serve
from cupola.sensors.table import INFRARED, POSITION, RADAR, Record, Records
from cupola.sensors.visibility import field, in_view

SIGNAL, NOISE, FALSE_COUNT, FALSE_PLACE, FALSE_LEVEL = range(5)  # purposes of draws; FALSE_LEVEL + m is that of the m-th
RCS, INTENSITY = FEATURES.index("rcs_dbsm"), FEATURES.index("intensity_dbw_sr")
CLUTTER = -1  # origin of what is no object


class Scene(NamedTuple):
    """What there is to be seen, columns of a ``TruthFrame`` ``(n,)``."""

    id: Ints
    x: Floats
    kind: Ints
    burning: Bools
    rcs: Floats
    plume: Floats
    skin: Floats


class Memory(NamedTuple):
    """What sensors carry from scan to scan; written in place. seq ``(S,)``: number of the next scan; cursor ``(S,)``: last object
    served when the budget ran short; g ``(S, ids)``: fluctuation of each object, 0 before its first look."""

    seq: Ints
    cursor: Ints
    g: Floats


class Law(NamedTuple):
    """Look-to-look scatter, as in ``Fluctuation``."""

    rcs_db: Floats
    intensity_db: float
    rho: float


class Returns(NamedTuple):
    """Detections ``(m,)``: a random number that orders them, truth id (-1: none), and what is told of them (``DETECTION``)."""

    order: Floats
    origin: Ints
    found: Records


@njit(cache=True, nogil=True)
def _room(n: int) -> Returns:
    return Returns(np.empty(n), np.empty(n, np.int64), np.empty(n, DETECTION))


@njit(cache=True, nogil=True)
def _nei(s: Record, burning: bool) -> float:
    """Noise of the band an object is seen in; NaN where the sensor lacks it."""
    return float(s.nei_plume if burning else s.nei_warm)


@njit(cache=True, nogil=True)
def _signal(
    s: Record, x: Floats, r: float, burning: bool, rcs: float, plume: float, skin: float, cloud: float, place: Floats
) -> float:
    """Mean signal of an object in view, in the unit of the sensor's ``faintest``; below that it does not matter."""
    if s.kind == RADAR:
        return radar.echo(s.reference, s.range_1m2, r, rcs)
    if s.kind == POSITION:
        return float(s.faintest)
    nei = _nei(s, burning)
    return infrared.amplitude(x, r, burning, plume, skin, nei, cloud, place) if nei > 0.0 else -1.0


@njit(cache=True, nogil=True)
def _candidates(s: Record, place: Floats, axes: Floats, scene: Scene, rows: Ints, z: Floats, signal: Floats) -> int:
    """Write the scene's rows in view and bright enough to matter, their el, az, range and signals; return how many."""
    cloud = s.cloud if height(place[0], place[1], place[2]) > s.cloud else -math.inf
    x, seen, k = scene.x, field(place, axes, s.bounds), 0
    for i in range(len(x)):
        r = in_view(x[i, 0], x[i, 1], x[i, 2], seen)
        if r > 0.0:
            signal[k] = _signal(
                s, x[i], r, scene.burning[i], scene.rcs[i], scene.plume[i], scene.skin[i], cloud, place
            )  # fmt: skip
            if signal[k] >= s.faintest:
                rows[k] = i
                radar_h(x[i], place, axes, z[k])
                k += 1
    return k


@njit(cache=True, nogil=True)
def _look(
    s: Record, signal: float, sigma_db: float, intensity_db: float, g: float, n1: float, n2: float, nei: float
) -> tuple[float, float]:
    """One look at a mean signal: power over the reference's, -1 if below the threshold, and (infrared) irradiance."""
    if s.kind == RADAR:
        y = radar.measured(radar.fluctuating(signal, g, sigma_db), n1, n2)
        return ((y - 1.0) / s.reference, 0.0) if y > s.threshold else (-1.0, 0.0)
    a = signal * 10.0 ** (intensity_db * g / 10.0) + n1
    return ((a / s.reference) ** 2, a * nei) if a > s.threshold else (-1.0, 0.0)


@njit(cache=True, nogil=True)
def _measure(s: Record, ratio: float, n0: float, n1: float, n2: float, z: Floats, sigma: Floats) -> None:
    """Add bias and noise to z ``(3,)`` in place; write the noise's sigma.

    The error of a monopulse or centroid estimate, given the power that was observed, goes by that power (Skolnik 2001, chapter 4).
    """
    for c, n in enumerate((n0, n1, n2)):
        sigma[c] = s.sigma[c] if s.kind == POSITION else max(s.sigma[c] / math.sqrt(ratio), s.floor[c])
        z[c] += s.bias[c] + sigma[c] * n
    if s.kind != POSITION:
        z[1] = wrap_scalar(z[1])
    if s.kind == INFRARED:
        z[2] = sigma[2] = math.nan


@njit(cache=True, nogil=True)
def _describe(s: Record, ratio: float, irradiance: float, z: Floats, place: Floats, axes: Floats, features: np.ndarray) -> None:
    """Write FEATURES: cross-section by the measured range, intensity at the sight's nominal range."""
    features[:] = math.nan
    if s.kind == RADAR:
        features[RCS] = radar.cross_section(ratio, s.range_1m2, z[2])
    elif s.kind == INFRARED:
        features[INTENSITY] = infrared.intensity(irradiance, z, place, axes)


@njit(cache=True, nogil=True)
def _true_returns(
    s: Record, number: int, seq: int, place: Floats, axes: Floats, scene: Scene, rows: Ints, z: Floats, signal: Floats,
    g: Floats, law: Law, out: Returns,
) -> int:  # fmt: skip
    """Look at these rows of the scene (place and mean signal of each) and write what is detected; return how many."""
    m = 0
    for q in range(len(rows)):
        i, d = rows[q], out.found[m]
        u = uniforms(s.key, seq, SIGNAL, scene.id[i])
        (a, b), (c, n0) = gauss(u[0], u[1]), gauss(u[2], u[3])
        if s.kind == POSITION:
            ratio, irradiance = 1.0 if uniforms(s.key, seq, NOISE, scene.id[i])[2] <= s.pd else -1.0, 0.0
            position_h(scene.x[i], place, axes, d.z)
        else:
            now = renew(g, number, scene.id[i], a, law.rho)
            nei = _nei(s, scene.burning[i])
            ratio, irradiance = _look(s, signal[q], law.rcs_db[scene.kind[i]], law.intensity_db, now, b, c, nei)
            for c in range(3):
                d.z[c] = z[q, c]
        if ratio > 0.0:
            v = uniforms(s.key, seq, NOISE, scene.id[i])
            n1, n2 = gauss(v[0], v[1])
            _measure(s, ratio, n0, n1, n2, d.z, d.sigma)
            _describe(s, ratio, irradiance, d.z, place, axes, d.features)
            out.order[m], out.origin[m] = v[3], scene.id[i]
            m += 1
    return m


@njit(cache=True, nogil=True)
def _false_returns(s: Record, seq: int, first: int, count: int, place: Floats, axes: Floats, out: Returns) -> None:
    """Write ``count`` false detections from row ``first`` on, uniform in elevation, azimuth (and range): noise that crossed the
    threshold."""
    for j in range(count):
        m = first + j
        r = out.found[m]
        u = uniforms(s.key, seq, FALSE_PLACE, j)
        v = uniforms(s.key, seq, NOISE, CLUTTER - j)
        (d, e), (f, _) = gauss(v[0], v[1]), gauss(v[2], u[3])
        for c in range(3):
            r.z[c] = s.low[c] + (s.high[c] - s.low[c]) * u[c]
        if s.kind == RADAR:
            power = radar.false_power(s.threshold, uniforms(s.key, seq, FALSE_LEVEL + j, 0)[0])
            ratio, irradiance = (power - 1.0) / s.reference, 0.0
        else:
            a = normal_tail(s.key, seq, FALSE_LEVEL + j, 0, s.threshold)
            ratio, irradiance = (a / s.reference) ** 2, a * (s.nei_plume if s.nei_plume > 0.0 else s.nei_warm)
        _measure(s, ratio, d, e, f, r.z, r.sigma)
        _describe(s, ratio, irradiance, r.z, place, axes, r.features)
        out.order[m], out.origin[m] = v[3], CLUTTER


@njit(cache=True, nogil=True)
def _append(all: Returns, end: int, new: Returns, count: int) -> tuple[Returns, int]:
    """Copy ``count`` returns behind the ``end`` that are there, shuffled: order must not tell what is true. More room if needed."""
    if end + count > len(all.order):
        more = _room(2 * (end + count))
        for k in range(end):
            _copy(all, k, more, k)
        all = more
    for k in ascending(new.order[:count]):
        _copy(new, k, all, end)
        end += 1
    return all, end


@njit(cache=True, nogil=True)
def _copy(of: Returns, k: int, to: Returns, end: int) -> None:
    """Return k of the one table into row ``end`` of the other."""
    to.order[end], to.origin[end] = of.order[k], of.origin[k]
    to.found[end] = of.found[k]


@njit(cache=True, nogil=True)
def scan(
    table: Records, looks: Records, id: Ints, x: Floats, kind: Ints, burning: Bools, rcs: Floats, plume: Floats, skin: Floats,
    scans: Ints, cursors: Ints, g: Floats, rcs_db: Floats, intensity_db: float, rho: float, counts: Ints,
) -> tuple[Records, Ints]:  # fmt: skip
    """Scans ``looks (k,)`` of LOOK, of which sensor, time, position and axes are given; the rest is written, and counts ``(k, 3)``:
    in view, merged, served. The columns of ``Scene``, ``Memory`` and ``Law`` come one by one: a call with tuples takes 3 us more.

    Returns what they found ``(m,)`` and the truth ids it comes from ``(m,)``.
    """
    scene, memory, law = Scene(id, x, kind, burning, rcs, plume, skin), Memory(scans, cursors, g), Law(rcs_db, intensity_db, rho)
    n, end = len(id), 0
    rows, z, signal = np.empty(n, np.int64), np.empty((n, 3)), np.empty(n)
    out, scratch = _room(256), _room(256)
    for j in range(len(looks)):
        look = looks[j]
        number = look.sensor
        s, seq, place, axes = table[number], memory.seq[number], look.position, look.axes
        k, m, cursor, look.share = _candidates(s, place, axes, scene, rows, z, signal), 0, -1, 1.0
        false = poisson(s.key, seq, FALSE_COUNT, s.clutter)
        counts[j, 0] = counts[j, 1] = counts[j, 2] = 0
        if k > 0:  # most sensors see nothing
            kept, kept_z, kept_signal = merge(z[:k], signal[:k], s.range_cell, s.angle_cell)
            kept_rows = rows[kept]
            turn, cursor, look.share = serve(scene.id[kept_rows], s.budget, memory.cursor[number])
            counts[j, 0], counts[j, 1], counts[j, 2] = k, k - len(kept), len(turn)
            if len(turn) + false > len(scratch.order):
                scratch = _room(2 * (len(turn) + false))
            m = _true_returns(
                s, number, seq, place, axes, scene, kept_rows[turn], kept_z[turn], kept_signal[turn], memory.g, law, scratch
            )  # fmt: skip
        elif false > len(scratch.order):
            scratch = _room(2 * false)
        memory.cursor[number], memory.seq[number] = cursor, seq + 1
        look.seq, look.first, look.count = seq, end, m + false
        if m + false > 0:
            _false_returns(s, seq, m, false, place, axes, scratch)
            out, end = _append(out, end, scratch, m + false)
    return out.found[:end], out.origin[:end]
