"""From a scenario's words and the catalogue's entries to the simulated sensors' specifications."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from cupola.catalog import load as catalogue
from cupola.catalog.entry import Entry
from cupola.core.clock import ns_from_iso
from cupola.core.constants import EARTH_RADIUS, MU, OMEGA, Cited
from cupola.core.errors import BadScenario, Fault
from cupola.dynamics.frames import destination
from cupola.observe.signal import amplitude_gaussian
from cupola.scenario.load import matching, used_sites
from cupola.scenario.schema import MOST_SENSORS, Custom, Scenario, Sensor, Shell
from cupola.sensors.platform import ORBITING, Circle, Fixed, Geo, Orbit, Platform, Route, Tle, tle_age, walker
from cupola.sensors.spec import SensorSpec

LEG_M = 100e3
PFA = 1e-6
NEAR_M = 1e3
AIR_DOWN = math.radians(5)
TLE_DAYS = 30.0
NAN = math.nan

SOURCES: dict[str, Cited] = {
    "LEG_M": Cited("m", "assumed: a ship or aircraft goes to and fro on a leg of this length", 2026, "assumed"),
    "PFA": Cited("1", "assumed: probability of false alarm of one look at the reference signal", 2026, "assumed"),
    "NEAR_M": Cited("m", "assumed: nearer than this a radar is blind", 2026, "assumed"),
    "AIR_DOWN": Cited("rad", "assumed: how far below its horizon an aircraft's telescope looks", 2026, "assumed"),
    "TLE_DAYS": Cited(
        "d", "assumed: older elements tell little of where a satellite is (SGP4 errs by 1-3 km a day)", 2026, "assumed"
    ),
}


def specs(scenario: Scenario) -> list[SensorSpec]:
    """All sensors of a scenario but those it is to be run without.

    Raises BadScenario for a name in ``without`` or in a link that names none of them, and for more than ``MOST_SENSORS``.
    """
    found = [_at_site(s) for s in used_sites(scenario.sensors)]
    found += [_custom(c, ns_from_iso(scenario.epoch)) for c in scenario.custom]
    found += [s for shell in scenario.shells for s in _shell(shell)]
    for i, link in enumerate(scenario.links):
        for p in link.sensors:
            if not matching(p, [s.name for s in found]):
                raise BadScenario(f"links[{i}].sensors: {catalogue.unknown('sensor', p, [s.name for s in found])}")
    found = _staggered(found, scenario.tick_s)  # before any is left out, so that the others keep their times
    for pattern in scenario.without:
        hit = matching(pattern, [s.name for s in found])
        if not hit:
            raise BadScenario(f"without {pattern}: {catalogue.unknown('sensor', pattern, [s.name for s in found])}")
        found = [s for s in found if s.name not in hit]
    if len(found) > MOST_SENSORS:
        raise BadScenario(
            f"sensors, custom and shells: {len(found)} sensors together; at most {MOST_SENSORS} can be: leave some out"
        )
    return found


def used(scenario: Scenario) -> list[Entry]:
    """The catalogue entries behind the sensors."""
    sites = [catalogue.site(s.name) for s in used_sites(scenario.sensors)]
    types = {s.text("sensor") for s in sites} | {c.type for c in scenario.custom} | {s.type for s in scenario.shells}
    return [*sites, *(catalogue.sensor(t) for t in sorted(types))]


def _staggered(found: Sequence[SensorSpec], tick: float) -> list[SensorSpec]:
    """Spread the first scans over the period, so that load and news come evenly."""
    return [replace(s, phase=(i % max(1, round(s.period / tick))) * tick) for i, s in enumerate(found)]


def _at_site(changes: Sensor) -> SensorSpec:
    site = catalogue.site(changes.name)
    made = _spec(changes.name, catalogue.sensor(site.text("sensor")), site.text("owner"), *_platform(site))
    bias = (changes.bias[0] * 1e-6, changes.bias[1] * 1e-6, changes.bias[2])
    f = changes.range_factor
    return replace(
        made,
        bias=bias,
        outages=tuple(changes.outage),
        period=changes.period_s or made.period,
        pd=changes.pd or made.pd,
        range_1m2=made.range_1m2 * f,
        threshold=made.threshold / f**2,
        warm_threshold=made.warm_threshold / f**2,
    )


def _custom(c: Custom, epoch_ns: int) -> SensorSpec:
    e, place = catalogue.sensor(c.type), _custom_platform(c)
    if isinstance(place, ORBITING) != (e.text("domain") == "space"):
        where = "in orbit" if isinstance(place, ORBITING) else "on Earth"
        raise BadScenario(f"custom sensor {c.name}: type {c.type} is for {e.text('domain')} and cannot be {where}; choose another")
    if isinstance(place, Tle) and abs(age := tle_age(place, epoch_ns)) > TLE_DAYS:
        raise BadScenario(
            f"custom sensor {c.name}: its two-line elements are {age:.0f} days from the scenario's epoch; at most {TLE_DAYS:g} are"
            " sensible: set epoch near theirs, or take newer ones"
        )
    return _spec(c.name, e, c.owner, place, math.radians(c.boresight_deg), math.radians(c.sector_deg))


def _custom_platform(c: Custom) -> Platform:
    """Exactly one of the four is given: the schema saw to it."""
    if c.at is not None:
        return Fixed(math.radians(c.at.lat_deg), math.radians(c.at.lon_deg), c.alt_m)
    if c.circle is not None:
        r = c.circle
        return Circle(math.radians(r.lat_deg), math.radians(r.lon_deg), r.radius_km * 1e3, r.speed_m_s, r.alt_m)
    if c.orbit is not None:
        o = c.orbit
        a = (EARTH_RADIUS + o.altitude_km * 1e3) / (1 - o.eccentricity)
        inc, raan, anomaly, perigee = map(math.radians, (o.inclination_deg, o.raan_deg, o.anomaly_deg, o.perigee_deg))
        return Orbit(a, inc, raan, anomaly, o.eccentricity, perigee)
    if c.tle is None:
        raise Fault(f"custom sensor {c.name} came through the schema without a place")
    return Tle(*c.tle)


def _shell(shell: Shell) -> list[SensorSpec]:
    orbits = walker(
        shell.total, shell.planes, shell.phasing, shell.altitude_km * 1e3, math.radians(shell.inclination_deg),
        math.radians(shell.raan_deg),
    )  # fmt: skip
    e, digits = catalogue.sensor(shell.type), len(str(shell.total))
    return [_spec(f"{shell.name}-{i:0{digits}d}", e, shell.owner, o, 0.0, 2 * math.pi) for i, o in enumerate(orbits, 1)]


def _platform(site: Entry) -> tuple[Platform, float, float]:
    """Platform, boresight and sector (rad) of a site."""
    if "orbit" in site:
        return (_heo(site) if site.text("orbit") == "heo" else Geo(site.si("lon_deg"))), 0.0, 2 * math.pi
    lat, lon, alt = site.si("lat_deg"), site.si("lon_deg"), site.si("alt_m")
    look = site.si("boresight_deg", 0.0), site.si("sector_deg", 2 * math.pi)
    if "speed_m_s" not in site:
        return Fixed(lat, lon, alt), *look
    end_lat, end_lon = destination(lat, lon, site.si("course_deg"), LEG_M)
    return Route(((lat, lon), (float(end_lat), float(end_lon))), site.si("speed_m_s"), alt), *look


def _heo(site: Entry) -> Orbit:
    """A high orbit that stands at its apogee, its northernmost point (perigee at 270 deg), over a longitude at a time."""
    a = (MU * (site.si("period_h") / (2 * math.pi)) ** 2) ** (1 / 3)
    when = site.si("apogee_s")
    anomaly = math.pi - math.sqrt(MU / a**3) * when
    raan = site.si("apogee_lon_deg") + OMEGA * when - math.pi / 2
    return Orbit(a, site.si("inclination_deg"), raan, anomaly, site.si("eccentricity"), site.si("perigee_deg"))


def _spec(name: str, e: Entry, owner: str, platform: Platform, boresight: float, sector: float) -> SensorSpec:
    kind = e.text("kind")
    if kind not in ("radar", "infrared"):
        raise BadScenario(f"sensor {name}: the catalogue's types are radar or infrared, this one is {kind!r}; choose another type")
    made = _radar(name, e, platform, min(sector, 2 * math.pi) / 2) if kind == "radar" else _infrared(name, e, platform)
    return replace(
        made, owner=owner, domain=e.text("domain"), boresight=boresight, pd=e.si("pd"), pfa=PFA, clutter=e.si("false_per_scan")
    )


def _radar(name: str, e: Entry, platform: Platform, half: float) -> SensorSpec:
    return SensorSpec(
        name, "radar", "", "", platform, e.si("period_s"),
        sigma=(e.si("sigma_el_mrad"), e.si("sigma_az_mrad"), e.si("sigma_range_m")),
        limits=(e.si("el_min_deg"), e.si("el_max_deg"), -half, half, NEAR_M, e.si("range_max_km")),
        floor=(e.si("floor_mrad"), e.si("floor_mrad"), NAN),
        budget=round(e.si("capacity")),
        range_cell=e.si("cell_m"),
        angle_cell=e.si("beam_deg"),
        range_1m2=e.si("range_1m2_km"),
    )  # fmt: skip


def _infrared(name: str, e: Entry, platform: Platform) -> SensorSpec:
    half, far, reference = e.si("half_field_deg"), e.si("range_max_km"), e.si("range_ref_km")
    least = amplitude_gaussian(e.si("pd"), PFA) * e.si("nei_w_m2") * reference**2
    el = min(half, math.pi / 2)
    down, side = (el, half) if isinstance(platform, ORBITING) else (AIR_DOWN, math.pi)
    return SensorSpec(
        name, "infrared", "", "", platform, e.si("period_s"),
        sigma=(e.si("sigma_urad"), e.si("sigma_urad"), NAN),
        limits=(-down, el, -side, side, 0.0, far),
        budget=round(e.si("capacity")),
        angle_cell=e.si("cell_urad"),
        threshold=least,
        warm_threshold=least if e.flag("warm") else NAN,
        range_ref=reference,
        cloud=e.si("cloud_km"),
    )  # fmt: skip
