"""What does not change during a run, as the page's ``/api/info``: scenario, clock, sensors, batteries, words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from cupola.catalog.defence import Battery
from cupola.core.batches import CLASSES, MODES, Floats, SensorCard
from cupola.core.clock import iso_from_ns
from cupola.core.errors import BadFile
from cupola.core.plain import plain
from cupola.dynamics.frames import geodetic_from_ecef

BANNER = "SIMULATION"


@dataclass(frozen=True)
class BatteryMark:
    """A simulated battery on the map: lat, lon in rad, reach in m (NaN unknown), ready: interceptors at the start."""

    name: str
    layer: str
    lat: float
    lon: float
    reach: float
    ready: int


def battery_marks(batteries: Sequence[Battery]) -> tuple[BatteryMark, ...]:
    """What the map shows of a run's batteries; a recording's head keeps it under ``batteries``."""
    return tuple(BatteryMark(b.name, b.type.layer, b.lat, b.lon, b.type.range_max, b.magazine) for b in batteries)


def recorded_marks(head: Sequence[dict[str, Any]], where: str) -> tuple[BatteryMark, ...]:
    """The batteries that a recording's head names. Raises BadFile."""
    try:
        return TypeAdapter(tuple[BatteryMark, ...]).validate_python(head)
    except ValidationError as e:
        raise BadFile(f"{where}: its head lacks sound batteries ({' '.join(str(e).split())})") from None


def sensor_info(card: SensorCard, position: Floats | None) -> dict[str, Any]:
    """One sensor. position ``(3,)``: Earth-fixed at the start, None while unknown. m and degrees; None: does not apply."""
    place: dict[str, Any] = {"lat": None, "lon": None, "alt": None}
    if position is not None and all(map(math.isfinite, position)):
        lat, lon, alt = geodetic_from_ecef(position)
        place = {"lat": math.degrees(lat), "lon": math.degrees(lon), "alt": float(alt)}
    return {
        "name": card.name,
        "kind": card.kind,
        "domain": card.domain,
        "owner": card.owner,
        "period": card.period,
        "range": card.limits[5],
        "azimuth": [math.degrees(a) for a in card.limits[2:4]],
        **place,
    }


def battery_info(mark: BatteryMark) -> dict[str, Any]:
    """One battery; angles in degrees."""
    return {
        "name": mark.name,
        "layer": mark.layer,
        "lat": math.degrees(mark.lat),
        "lon": math.degrees(mark.lon),
        "reach": mark.reach,
        "ready": mark.ready,
    }


def describe(
    scenario: str,
    epoch_ns: int,
    duration: float,
    seed: int,
    *,
    mode: str = "LIVE",
    cards: Sequence[SensorCard] = (),
    positions: Floats | None = None,
    batteries: Sequence[BatteryMark] = (),
) -> dict[str, Any]:
    """The info of a run. mode: LIVE or REPLAY; positions ``(s, 3)``: the sensors in ECI at t = 0 (= Earth-fixed), NaN unknown."""
    found: dict[str, Any] = {
        "banner": BANNER,
        "scenario": scenario,
        "epoch": iso_from_ns(epoch_ns),
        "duration": duration,
        "seed": seed,
        "mode": mode,
        "classes": CLASSES,
        "modes": MODES,
        "sensors": [sensor_info(c, None if positions is None else positions[k]) for k, c in enumerate(cards)],
        "batteries": [battery_info(b) for b in batteries],
    }
    as_json: dict[str, Any] = plain(found)
    return as_json
