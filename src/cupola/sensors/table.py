"""All sensors' numbers in one table of records, prepared once, as the kernels read them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cupola.core.batches import KINDS, Floats
from cupola.core.randoms import key
from cupola.sensors import infrared, radar
from cupola.sensors.spec import FLOOR, SensorSpec
from cupola.sensors.visibility import bounds

Records = NDArray[Any]
Record = Any  # one row of a table inside a kernel

RADAR, INFRARED, POSITION = range(len(KINDS))

SENSOR = np.dtype(
    [
        ("key", "u8", (2,)), ("kind", "i8"), ("first", "i8"), ("every", "i8"), ("bounds", "f8", (9,)), ("budget", "f8"),
        ("range_cell", "f8"), ("angle_cell", "f8"), ("cloud", "f8"), ("sigma", "f8", (3,)), ("floor", "f8", (3,)),
        ("bias", "f8", (3,)), ("clutter", "f8"), ("low", "f8", (3,)), ("high", "f8", (3,)), ("pd", "f8"), ("reference", "f8"),
        ("faintest", "f8"), ("threshold", "f8"), ("range_1m2", "f8"), ("nei_plume", "f8"), ("nei_warm", "f8"),
    ],
    align=True,
)  # fmt: skip
"""One sensor. key: of its draws; first, every: in ticks; low, high: where its clutter lies; reference: signal at the reference
(snr of 1 m^2, or amplitude of the threshold source); faintest: least signal that matters; threshold: of the detector;
nei_*: noise-equivalent irradiance of a band, W/m^2, NaN for a band it lacks. The rest as in ``SensorSpec``."""


def rows(specs: Sequence[SensorSpec], bias: Floats, seed: int, tick: float) -> Records:
    """The table ``(S,)`` of these sensors, biases ``(S, 3)`` included."""
    table = np.zeros(len(specs), SENSOR)
    for row, spec, own in zip(table, specs, bias, strict=True):
        _common(row, spec, tick)
        row["key"], row["bias"] = key(seed, "sensor", spec.name), own
        if spec.kind == "radar":
            row["reference"], row["faintest"] = radar.reference(spec.pd, spec.pfa)
            row["threshold"], row["range_1m2"] = radar.threshold(spec.pfa), spec.range_1m2
        elif spec.kind == "infrared":
            row["reference"], row["faintest"] = infrared.reference(spec.pd, spec.pfa)
            row["threshold"] = infrared.threshold(spec.pfa)
            row["nei_plume"], row["nei_warm"] = (infrared.nei(spec, w) for w in (spec.threshold, spec.warm_threshold))
            row["sigma"][2] = row["low"][2] = row["high"][2] = math.nan  # it measures no range, ...
            row["range_cell"] = math.inf  # ... so it tells nothing apart by it
    return table


def _common(row: Record, spec: SensorSpec, tick: float) -> None:
    sigma = np.array(spec.sigma, float)
    row["kind"] = KINDS.index(spec.kind)
    row["first"], row["every"] = round(spec.phase / tick), round(spec.period / tick)
    row["bounds"], row["low"], row["high"] = bounds(spec.limits), spec.limits[::2], spec.limits[1::2]
    row["sigma"], row["floor"] = sigma, np.where(np.isnan(spec.floor), FLOOR * sigma, spec.floor)
    for name in ("budget", "range_cell", "angle_cell", "cloud", "clutter", "pd"):
        row[name] = getattr(spec, name)


def outages(specs: Sequence[SensorSpec]) -> Floats:
    """All outages ``(k, 3)``: sensor, from, to (s)."""
    return np.array([(i, a, b) for i, s in enumerate(specs) for a, b in s.outages], float).reshape(-1, 3)
