"""One look of a radar: who is in view, who is served, how strong the echoes are, which are told apart, which cross the threshold.

Echo: snr = snr_1m2 rcs (range_1m2 / r)^4 with rcs fluctuating from look to look (``observe.fluctuation``). Receiver: the
square-law detector itself is drawn, y = ((sqrt(2 snr) + n1)^2 + n2^2) / 2 against -ln Pfa (Marcum), so that detection, measured
power, noise and cross-section come from the same draw and weak echoes are seen only when they look strong.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from cupola.core.batches import Floats, Ints
from cupola.core.constants import Cited
from cupola.observe.fluctuation import rcs_factor, snr_fluctuating
from cupola.observe.signal import radar_snr, threshold
from cupola.sensors.fluctuate import Fluctuation, renew
from cupola.sensors.memory import Memory
from cupola.sensors.resolve import merge
from cupola.sensors.returns import Look, Returns, clutter_places, join
from cupola.sensors.schedule import serve
from cupola.sensors.spec import SensorSpec
from cupola.sensors.visibility import in_view
from cupola.truth.frame import TruthFrame

FAINT = 0.05

SOURCES: dict[str, Cited] = {
    "FAINT": Cited("1", "assumed: an echo of smaller mean Pd takes no beam time and is never seen", 2026, "assumed"),
}


@lru_cache(maxsize=1024)
def reference(pd: float, pfa: float) -> tuple[float, float]:
    """Snr of 1 m^2 at range_1m2, and the faintest that matters."""
    return snr_fluctuating(pd, pfa), snr_fluctuating(min(FAINT, pd), pfa) if pfa < min(FAINT, pd) else 0.0


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
    snr_1m2, faintest = reference(spec.pd, spec.pfa)
    rows, z = in_view(frame.x, np.arange(len(frame)), position, axes, np.array(spec.limits))
    snr = radar_snr(z[:, 2], frame.rcs[rows], spec.range_1m2, snr_1m2)
    bright = snr >= faintest
    rows, z, snr = rows[bright], z[bright], snr[bright]
    kept, z, snr = merge(z, snr, spec.range_cell, spec.angle_cell)
    merged, in_view_now = len(rows) - len(kept), len(rows)
    rows = rows[kept]
    turn, cursor, share = serve(frame.id[rows], spec.budget, memory.cursor)
    rows, z, snr = rows[turn], z[turn], snr[turn]
    ids, g, now = renew(memory.ids, memory.g, frame.id, frame.id[rows], rng.standard_normal(len(rows)), fluctuation.rho)
    snr = snr * rcs_factor(now, fluctuation.rcs_db[frame.kind[rows]])
    found = join(detect(spec, frame.id[rows], z, snr, snr_1m2, rng), false_returns(spec, snr_1m2, rng))
    return replace(memory, cursor=cursor, ids=ids, g=g), found, Look(share, in_view_now, merged, len(rows))


def detect(spec: SensorSpec, origin: Ints, z: Floats, snr: Floats, snr_1m2: float, rng: np.random.Generator) -> Returns:
    """Those echoes of power snr ``(n,)`` that cross the threshold, with the power that was measured."""
    n = rng.standard_normal((len(snr), 2))
    y = ((np.sqrt(2 * snr) + n[:, 0]) ** 2 + n[:, 1] ** 2) / 2
    hit = y > threshold(spec.pfa)
    return _returns(spec, origin[hit], z[hit], (y[hit] - 1) / snr_1m2)


def false_returns(spec: SensorSpec, snr_1m2: float, rng: np.random.Generator) -> Returns:
    """Clutter: noise that crossed the threshold, so its power exceeds it by an exponential draw."""
    z = clutter_places(spec, rng)
    snr = threshold(spec.pfa) + rng.standard_exponential(len(z)) - 1
    return _returns(spec, np.full(len(z), -1), z, snr / snr_1m2)


def _returns(spec: SensorSpec, origin: Ints, z: Floats, ratio: Floats) -> Returns:
    """Returns of this power over that of 1 m^2 at range_1m2; their level is the dBsm that would give it at 1 m."""
    return Returns(origin, z, ratio, 10 * np.log10(ratio) - 40 * np.log10(spec.range_1m2))
