"""One bad satellite, or k of them: what is left when they are lost, and what gets through when they lie.

Two questions: the sensor layer (stereo coverage, a lying sensor as a failure common to all layers) and the interceptors in reach.
The same through the whole chain of a scenario is a study with sensors removed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from cupola.assess.assumptions import cited
from cupola.assess.counting import hypergeometric_tail
from cupola.assess.orbits import sizing
from cupola.assess.orbits.latitudes import band
from cupola.assess.orbits.loss import (
    NEVER,
    after_cut,
    after_loss,
    check_lost,
    cut_off,
    enough_after,
    enough_arrive,
    enough_at_worst,
    first_gap,
    in_reach,
    made_up,
)
from cupola.assess.orbits.tracking_layer import limb_angle
from cupola.assess.question import Chart, Input, Model, Output
from cupola.assess.shield.leakage import leakage
from cupola.catalog import load
from cupola.core.batches import Floats
from cupola.core.constants import Cited

STEREO = 2
GRAZING = 100e3  # m: a line of sight passes at least this high
SOURCES: dict[str, Cited] = {
    "GRAZING": Cited("m", "assumed: above the bright limb and most of the air's own emission", 2026, "assumed"),
}
CURVE = 16


def spoiled_share(shares: Floats, satellites: int, bad: ArrayLike, checked: bool) -> Floats:
    """Share of seen rows whose picture is spoiled when ``bad`` random satellites lie; shares: rows with 0, 1, 2, ... watchers.

    Without checks a track rests on two of its watchers, taken at random: spoiled if either lies. With checks all watchers vote and
    two agreeing ones outvote one liar: spoiled if liars are at least half of three or more, or any of two.
    Shapes: one for each of ``bad``.
    """
    n = np.flatnonzero(shares[1:] > NEVER) + 1
    held, seen = shares[n], float(shares[1:].sum())
    used = n if checked else np.minimum(n, STEREO)
    allowed = np.where(n >= 3, (n + 1) // 2 - 1, 0) if checked else 0
    too_many = hypergeometric_tail(allowed + 1, satellites, used, np.asarray(bad)[..., None])
    return np.asarray(too_many @ held / max(seen, NEVER))


def leak(g: Mapping[str, Any], stereo: float, spoiled: float) -> float:
    """Leakage of the layers when only ``stereo`` of all tracks are good and ``spoiled`` of them are false."""
    blind = g["dependence"] * (1.0 - stereo * (1.0 - spoiled))
    return leakage([g["layer_efficiency"]] * g["layers"], 1.0 - (1.0 - g["common_mode"]) * (1.0 - blind))


# ------------------------------------------------------------------------------------------------------- the sensor layer

_LEO = load.cost("warning-satellite-leo").value("cost_musd")
SENSORS = (
    Input("planes", "Orbital planes", "", 6, 1, 40, 1, source="Tracking Layer Tranche 2: 54 satellites in 6 planes",
          status="second-hand"),
    Input("per_plane", "Satellites in each", "", 9, 1, 40, 1, source="the same", status="second-hand"),
    Input("altitude_km", "Altitude", "km", 1200.0, 300.0, 36000.0, 50.0, source="Tranche 1: 1,200 km", status="second-hand"),
    Input("inclination_deg", "Inclination", "deg", 80.0, 20.0, 100.0, 1.0, low=60.0, high=100.0),
    Input("target_km", "Height of what is tracked", "km", 200.0, 100.0, 2000.0, 10.0,
          help="lower things are seen against the Earth or not at all"),
    Input("lat_lo_deg", "Band of latitudes, from", "deg", 35.0, -80.0, 80.0, 1.0, role="demand"),
    Input("lat_hi_deg", "Band of latitudes, to", "deg", 50.0, -80.0, 80.0, 1.0, role="demand"),
    Input("lost", "Satellites lost", "", 1, 0, 200, 1, role="demand"),
    Input("subverted", "Satellites that lie", "", 1, 0, 200, 1, help="a bound: each lies about all it sees", role="demand"),
    Input("links", "Links to the ground in all", "", 6, 1, 60, 1),
    Input("routes", "of them each satellite can use", "", 2, 1, 10, 1, help="independent ways down, direct or through others"),
    Input("links_lost", "Links lost", "", 0, 0, 60, 1, role="demand"),
    Input("cross_check", "Sensors check each other", "", True),
    Input("dependence", "Share of tracks that rest on this layer", "", 1.0, 0.0, 1.0, 0.05, low=0.5, high=1.0),
    Input("layers", "Layers of interceptors", "", 3, 1, 6, 1),
    Input("layer_efficiency", "Efficiency of each", "", 0.7, 0.0, 1.0, 0.01),
    Input("common_mode", "Failures common to all, before", "", 0.05, 0.0, 0.9, 0.01, low=0.0, high=0.2),
    cited("satellite_musd", "One satellite", _LEO, 0.0, 5000.0, 1.0),
    Input("replace_days", "Days to replace a lost one", "days", 90.0, 0.0, 3650.0, 5.0),
)  # fmt: skip
SENSOR_OUTPUTS = (
    Output("leak_now", "Leakage with all losses, liars and checks as given", "", share=True),
    Output("satellites", "Satellites", ""),
    Output("watchers", "Satellites that see a place, mean", ""),
    Output("stereo", "Stereo coverage, all well", "", share=True),
    Output("stereo_random", "Stereo coverage, the lost ones at random", "", share=True),
    Output("stereo_worst", "Stereo coverage, not below this whichever are lost", "", share=True),
    Output("first_gap", "Fewest losses that can open a gap somewhere for a moment", "satellites"),
    Output("stereo_year", "Stereo coverage over a year with replacement", "", share=True),
    Output("extra", "Satellites to add beforehand so that the random loss does not show", "satellites"),
    Output("extra_musd", "Price of those satellites", "million USD"),
    Output("replace_musd", "Price of replacing the lost ones", "million USD"),
    Output("cut_off", "Share of satellites cut off by lost links", "", share=True),
    Output("stereo_cut", "Stereo coverage that arrives, links lost at random", "", share=True),
    Output("spoiled_alone", "Tracks spoiled by the liars, no cross-check", "", share=True),
    Output("spoiled_checked", "Tracks spoiled by the liars, cross-checked", "", share=True),
    Output("leak", "Leakage, all well", "", share=True),
    Output("leak_lost", "Leakage, satellites lost at random", "", share=True),
    Output("leak_subverted", "Leakage, liars among them, no cross-check", "", share=True),
    Output("leak_checked", "Leakage, liars among them, cross-checked", "", share=True),
)


def sensor_answer(g: Mapping[str, Any]) -> dict[str, Any]:
    """Coverage and leakage with satellites lost and lying. Raises BadOption when more are lost or lie than there are."""
    n = g["planes"] * g["per_plane"]
    check_lost(g["lost"], n)
    check_lost(g["subverted"], n - g["lost"], "lying satellites")
    check_lost(g["routes"], g["links"], "routes")
    check_lost(g["links_lost"], g["links"], "lost links")
    well = _watchers(g)
    stereo, lost = float(well[STEREO:].sum()), float(enough_after(well, n, g["lost"], STEREO))
    alone, checked = (float(spoiled_share(well, n, g["subverted"], c)) for c in (False, True))
    silent = cut_off(g["links"], g["routes"], g["links_lost"])
    now = after_cut(after_loss(well, n, g["lost"]), silent)
    spoiled = float(spoiled_share(now, n - g["lost"], g["subverted"], g["cross_check"]))
    extra = made_up(lambda more: _watchers(g, more), n, g["planes"], g["lost"], STEREO, stereo)
    out_of_year = min(1.0, g["replace_days"] / 365.25)
    return {
        "satellites": n,
        "watchers": float(well @ np.arange(len(well))),
        "stereo": stereo,
        "stereo_random": lost,
        "stereo_worst": enough_at_worst(well, n, g["lost"], STEREO),
        "first_gap": first_gap(well, STEREO),
        "stereo_year": out_of_year * lost + (1.0 - out_of_year) * stereo,
        "extra": extra,
        "extra_musd": extra * g["satellite_musd"],
        "replace_musd": g["lost"] * g["satellite_musd"],
        "spoiled_alone": alone,
        "spoiled_checked": checked,
        "leak": leak(g, stereo, 0.0),
        "leak_lost": leak(g, lost, 0.0),
        "leak_subverted": leak(g, stereo, alone),
        "leak_checked": leak(g, stereo, checked),
        "cut_off": silent,
        "stereo_cut": float(enough_arrive(well, silent, STEREO)),
        "leak_now": leak(g, float(now[STEREO:].sum()), spoiled),
        "charts": [_curve(well, n, max(g["lost"], 1), STEREO, "Stereo coverage"), _liars(g, well, n, stereo), _links(g, well)],
    }


def _watchers(g: Mapping[str, Any], more: int = 0) -> Floats:
    return _served(g, more, limb_angle(g["altitude_km"] * 1e3, g["target_km"] * 1e3, GRAZING))


def _served(g: Mapping[str, Any], more: int, angle: float) -> Floats:
    lat = band(g["lat_lo_deg"], g["lat_hi_deg"])
    return in_reach(g["planes"], g["per_plane"] + more, math.radians(g["inclination_deg"]), lat, angle)


def _curve(shares: Floats, n: int, lost: int, wanted: int, what: str) -> Chart:
    """Graceful degradation: coverage by the number lost, at random and as a bound."""
    ks = sorted({round(k * min(n, max(4 * lost, n // 2)) / CURVE) for k in range(CURVE + 1)} | {0, min(lost, n)})
    lines = {
        "lost at random": (ks, enough_after(shares, n, ks, wanted).tolist()),
        "never below, whichever are lost": (ks, [enough_at_worst(shares, n, k, wanted) for k in ks]),
    }
    return Chart(f"{what} by the number lost", "satellites lost", "share of places and moments", lines, note=BOUND)


def _links(g: Mapping[str, Any], well: Floats) -> Chart:
    """Stereo coverage by the number of links lost, with one, two or three ways down for each satellite."""
    ks = list(range(g["links"] + 1))
    ways = [r for r in (1, 2, 3) if r <= g["links"]]
    lines = {
        f"{r} way{'s' * (r > 1)} down": (ks, enough_arrive(well, [cut_off(g["links"], r, k) for k in ks], STEREO).tolist())
        for r in ways
    }
    return Chart("Stereo coverage that arrives, by links lost", "links lost at random", "share of places and moments", lines)


def _liars(g: Mapping[str, Any], well: Floats, n: int, stereo: float) -> Chart:
    ks = sorted({round(k * min(n, max(4 * g["subverted"], n // 4)) / CURVE) for k in range(CURVE + 1)})
    names = {"no cross-check": False, "cross-checked": True}
    lines = {name: (ks, [leak(g, stereo, s) for s in spoiled_share(well, n, ks, c).tolist()]) for name, c in names.items()}
    return Chart("Leakage by the number that lie", "satellites that lie", "share that leaks", lines)


BOUND = "The lower line is a bound by counting: no choice of satellites does worse. No choice is worked out."

# ------------------------------------------------------------------------------------------------------ the interceptors

INTERCEPTORS = (
    Input("planes", "Orbital planes", "", 30, 1, 120, 1),
    Input("per_plane", "Satellites in each", "", 36, 1, 120, 1,
          help="30 x 36 have one in reach of 39-46 N 99.6 % of the time"),
    Input("altitude_km", "Altitude", "km", 300.0, 200.0, 550.0, 10.0, source="AEI 2025", status="read"),
    Input("inclination_deg", "Inclination", "deg", 47.5, 20.0, 100.0, 0.5, low=45.0, high=50.0),
    Input("intercept_km", "Height of the intercept", "km", 200.0, 100.0, 500.0, 10.0, source="AEI 2025", status="read"),
    Input("reach_km", "Reach of an interceptor", "km", 358.0, 110.0, 3000.0, 5.0,
          help="4 km/s for 110 s less half the burn of 41 s"),
    Input("lat_lo_deg", "Band of latitudes, from", "deg", 39.0, -80.0, 80.0, 0.5, role="demand"),
    Input("lat_hi_deg", "Band of latitudes, to", "deg", 46.0, -80.0, 80.0, 0.5, role="demand"),
    Input("wanted", "Interceptors wanted in reach", "", 1, 1, 200, 1, help="missiles at once x shots at each", role="demand"),
    Input("lost", "Satellites lost or not answering", "", 1, 0, 20000, 1, role="demand"),
    Input("satellite_musd", "One satellite in orbit", "million USD", 22.0, 0.0, 5000.0, 1.0, status="computed",
          source="AEI's averages with launch"),
)  # fmt: skip
INTERCEPTOR_OUTPUTS = (
    Output("ready_random", "Enough in reach, the lost ones at random", "", share=True),
    Output("satellites", "Satellites", ""),
    Output("in_reach", "Satellites in reach, mean", ""),
    Output("ready", "Enough in reach, all well", "", share=True),
    Output("ready_worst", "Enough in reach, not below this whichever are lost", "", share=True),
    Output("first_gap", "Fewest losses that can open a gap somewhere for a moment", "satellites"),
    Output("share_lost", "Share of satellites lost", "", share=True),
    Output("extra", "Satellites to add beforehand so that the random loss does not show", "satellites"),
    Output("extra_musd", "Price of those satellites", "million USD"),
    Output("replace_musd", "Price of replacing the lost ones", "million USD"),
)


def interceptor_answer(g: Mapping[str, Any]) -> dict[str, Any]:
    """Interceptors in reach with some lost. Raises BadOption when more are lost than there are."""
    n = g["planes"] * g["per_plane"]
    check_lost(g["lost"], n)
    angle = sizing.reach_angle(g["altitude_km"] * 1e3, g["intercept_km"] * 1e3, g["reach_km"] * 1e3)
    shares = _served(g, 0, angle)
    ready = float(shares[g["wanted"] :].sum())
    extra = made_up(lambda more: _served(g, more, angle), n, g["planes"], g["lost"], g["wanted"], ready)
    return {
        "satellites": n,
        "in_reach": float(shares @ np.arange(len(shares))),
        "ready": ready,
        "ready_random": float(enough_after(shares, n, g["lost"], g["wanted"])),
        "ready_worst": enough_at_worst(shares, n, g["lost"], g["wanted"]),
        "first_gap": first_gap(shares, g["wanted"]),
        "share_lost": g["lost"] / n,
        "extra": extra,
        "extra_musd": extra * g["satellite_musd"],
        "replace_musd": g["lost"] * g["satellite_musd"],
        "charts": [_curve(shares, n, max(g["lost"], 1), g["wanted"], "Enough interceptors in reach")],
    }


MODELS = (
    Model(
        "degradation", "One bad satellite: the sensors", "What is lost when sensor satellites fail or lie, and what does it"
        " cost to bear it?",
        SENSORS, SENSOR_OUTPUTS, sensor_answer, quick=True,
        limits="Geometry only: seen means in line of sight past the limb; every other sensor is left out unless the dependence"
        " is lowered. A"
        " liar lies about all it sees, which is a bound; links fail for each satellite independently. " + BOUND + " The whole"
        " chain with sensors removed is a study of a"
        " scenario.",
        sources=("Tracking Layer: Defense Daily, SpaceNews, 2024", "hypergeometric distribution, textbook"),
    ),
    Model(
        "degradation-interceptors", "One bad satellite: the interceptors", "How many space interceptors can be lost before a"
        " gap opens?",
        INTERCEPTORS, INTERCEPTOR_OUTPUTS, interceptor_answer, quick=True,
        limits="Geometry of one shell on a grid of places and moments; no kill probability. " + BOUND,
        sources=("physics of reach as in the sizing questions", "hypergeometric distribution, textbook"),
    ),
)  # fmt: skip
