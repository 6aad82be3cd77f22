"""The column batches that pass between stages: plain frozen records of numpy arrays.

    sensors --Scans--> link --Scans--> fusion --Tracks, Looks--> discriminate --prob--> picture --Picture--> engage --Shots--> truth

``n`` tracks, ``m`` detections, object axis first, SI units, radians. Frame: ECI, which is the Earth-fixed WGS-84 frame of the
scenario's epoch held still; the two agree at t = 0. Times are float64 seconds from that epoch.
Nothing here says what is true: a batch holds only what its receiver may know.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from cupola.core.frozen import quick

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

KINDS = ("radar", "infrared", "position")
FEATURES = ("rcs_dbsm", "intensity_dbw_sr")
CLASSES = ("booster", "stage", "warhead", "decoy", "debris")
BOOSTER, STAGE, WARHEAD, DECOY, DEBRIS = range(len(CLASSES))
MODES = ("ballistic", "boost", "reentry", "glide", "air")
BALLISTIC, BOOST, REENTRY, GLIDE, AIR = range(len(MODES))
RANGE_CLASSES = ("srbm", "mrbm", "irbm", "icbm")  # of missiles, by greatest range; limits in ``picture.ranges``
FALLING = (BALLISTIC, REENTRY)  # modes of what flies by gravity and drag alone


@dataclass(frozen=True)
class SensorCard:
    """What an observer is told of one sensor. It travels with the sensor's first batch and never holds its faults.

    sigma ``(3,)``: el, az (rad), range (m), NaN range for infrared; x, y, z (m) for ``position``. The nominal noise.
    pd: nominal probability of detection in view. clutter: mean false detections per unit of measurement volume
    (rad^2 m; rad^2 for infrared). limits ``(6,)``: el lo, hi, az lo, hi, range lo, hi; NaN where none applies.
    range_1m2: m, range at which 1 m^2 is detected with ``pd`` (NaN: does not apply), at a probability of false alarm of ``pfa``
    (where a card does not say: assumed).
    warm: sees bodies, not only plumes; limb: m, those only on lines of sight that clear the Earth by this much (NaN: on all).
    """

    name: str
    kind: str
    domain: str
    owner: str
    sigma: Floats
    pd: float
    clutter: float
    limits: Floats
    period: float = np.nan
    range_1m2: float = np.nan
    warm: bool = False
    pfa: float = 1e-6
    limb: float = np.nan


@dataclass(frozen=True)
class Scan:
    """One look of one sensor: the door between the two wings (a tick's looks pass as one table, ``core.scans``).

    sensor: index into the cards; seq: counts this sensor's scans from 0; t: time of measurement; position ``(3,)`` and axes
    ``(3, 3)`` of the sensor in ECI (rows are the measurement frame's x, y, z; el = asin(z/r), az = atan2(y, x)).
    z, sigma ``(m, 3)``: measurement and its stated noise; range NaN for infrared.
    features ``(m, len(FEATURES))`` float32, NaN where absent.
    share: part of its field the sensor could serve in this scan, so that a miss counts as ``pd * share`` (radar budget).
    """

    sensor: int
    seq: int
    t: float
    position: Floats
    axes: Floats
    z: Floats
    sigma: Floats
    features: NDArray[np.float32]
    share: float = 1.0


@quick
@dataclass(frozen=True)
class Tracks:
    """All tracks of a tracker at one time, sorted by id.

    id ``(n,)``; x ``(n, 6)`` and P ``(n, 6, 6)`` at ``t``; confirmed ``(n,)``; mode ``(n,)`` uint8 index into MODES;
    born, updated ``(n,)`` s; hits ``(n,)`` int32; sensors ``(n, w)`` uint64 bit mask of contributing sensors (bit s % 64 of
    word s // 64); beta ``(n, 2)`` estimate of ln(ballistic coefficient, kg/m^2) and its sigma, NaN while unknown;
    accel ``(n,)`` thrust acceleration m/s^2 (0 unless boosting); parent ``(n,)`` id of the track this one split from, -1 if none.
    """

    t: float
    id: Ints
    x: Floats
    P: Floats
    confirmed: Bools
    mode: NDArray[np.uint8]
    born: Floats
    updated: Floats
    hits: NDArray[np.int32]
    sensors: NDArray[np.uint64]
    beta: Floats
    accel: Floats
    parent: Ints

    def __len__(self) -> int:
        return len(self.id)

    @staticmethod
    def empty(t: float = 0.0, words: int = 1) -> Tracks:
        f = np.empty
        return Tracks(
            t, f(0, np.int64), f((0, 6)), f((0, 6, 6)), f(0, np.bool_), f(0, np.uint8), f(0), f(0), f(0, np.int32),
            f((0, words), np.uint64), f((0, 2)), f(0), f(0, np.int64),
        )  # fmt: skip


@quick
@dataclass(frozen=True)
class Looks:
    """Which detections were given to which track in one step: the evidence for ``discriminate``. All ``(m,)`` or ``(m, F)``.

    scan: place among the scans handed to the step; row: of the detection in that scan.
    """

    track: Ints
    sensor: Ints
    t: Floats
    features: NDArray[np.float32]
    scan: Ints
    row: Ints

    @staticmethod
    def empty() -> Looks:
        i = np.empty(0, np.int64)
        return Looks(i, i, np.empty(0), np.empty((0, len(FEATURES)), np.float32), i, i)


@dataclass(frozen=True)
class Alert:
    """A launch alert: where, when, which class, heading, how sure.

    id counts from 0; track: the boosting track; t: when it was raised; launch_t, lat, lon: estimate (s, rad); sigma_m: 1-sigma
    of the launch point; heading: rad clockwise from north; range_class: srbm, mrbm, irbm, icbm or unknown; confidence in (0, 1].
    boosters: how many this alert is about, at least (missiles launched together may share one).
    """

    id: int
    track: int
    t: float
    launch_t: float
    lat: float
    lon: float
    sigma_m: float
    heading: float
    range_class: str
    confidence: float
    boosters: int = 1


@quick
@dataclass(frozen=True)
class Picture:
    """The one picture at a time: confirmed tracks with what is believed of them.

    tracks: confirmed only, predicted to ``t``; prob ``(n, len(CLASSES))`` sums to 1; staleness ``(n,)`` s since the last update;
    launch ``(n,)`` alert id the track descends from, -1 if unknown; impact ``(n, 3)`` lat, lon (rad), time (s), NaN if none;
    ellipse ``(n, 3)`` 1-sigma semi-major, semi-minor (m) and azimuth of the major axis (rad from north) of the impact point.
    alerts: all so far. new_alerts: those raised at this step.
    """

    t: float
    tracks: Tracks
    prob: Floats
    staleness: Floats
    launch: Ints
    impact: Floats
    ellipse: Floats
    alerts: tuple[Alert, ...] = ()
    new_alerts: tuple[Alert, ...] = ()

    @staticmethod
    def empty(t: float = 0.0) -> Picture:
        f = np.empty
        return Picture(t, Tracks.empty(t), f((0, len(CLASSES))), f(0), f(0, np.int64), f((0, 3)), f((0, 3)))


@quick
@dataclass(frozen=True)
class Shots:
    """Simulated interceptors committed in one step, all ``(k,)`` but aim ``(k, 3)``.

    id; battery: index of the battery; track: aimed at; fire_t, intercept_t: s; aim: ECI point at intercept_t.
    Also the in-flight update: a later Shots row with the same id moves aim and intercept_t.
    """

    id: Ints
    battery: Ints
    track: Ints
    fire_t: Floats
    intercept_t: Floats
    aim: Floats

    def __len__(self) -> int:
        return len(self.id)

    @staticmethod
    @cache
    def empty() -> Shots:
        i, f = np.empty(0, np.int64), np.empty(0)
        return Shots(i, i, i, f, f, np.empty((0, 3)))


@quick
@dataclass(frozen=True)
class Outcomes:
    """What the world says of finished shots ``(k,)``: id, time, and whether a kill was *assessed*, as a sensor would report."""

    shot: Ints
    t: Floats
    kill: Bools

    @staticmethod
    @cache
    def empty() -> Outcomes:
        return Outcomes(np.empty(0, np.int64), np.empty(0), np.empty(0, np.bool_))


B = TypeVar("B", bound="DataclassInstance")


def select(batch: B, rows: Any) -> B:
    """The same batch with these rows only (mask or index); scalars are kept."""
    rows = np.asarray(rows)
    rows = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
    columns = _columns(type(batch))(batch)
    return type(batch)(*[v.take(rows, 0) if isinstance(v, np.ndarray) else v for v in columns])


@cache
def _columns(of: type[DataclassInstance]) -> Callable[[Any], tuple[Any, ...]]:
    """What reads the columns of a record of this kind (two at least), in order; asked for at every tick."""
    return attrgetter(*(f.name for f in fields(of)))


def concat(batches: Sequence[B]) -> B:
    """Records of arrays of one kind end to end, batches or tables of one stage; scalars are taken from the last.

    Raises ValueError on an empty list.
    """
    if not batches:
        raise ValueError("nothing to join: give at least one batch")
    columns = zip(*map(_columns(type(batches[-1])), batches), strict=True)
    return type(batches[-1])(*[np.concatenate(v) if isinstance(v[-1], np.ndarray) else v[-1] for v in columns])
