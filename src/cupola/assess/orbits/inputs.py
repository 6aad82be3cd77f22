"""What several questions about orbits share: inputs and outputs, declared once; a question takes them with its own default."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cupola.assess.orbits import sizing
from cupola.assess.orbits.sizing import Sizing
from cupola.assess.question import Input, Output
from cupola.assess.shield.leakage import kill_chance, shots_for
from cupola.core.constants import Cited

AEI = "T. Harrison, AEI Working Paper 2025-20, default of its calculator"

# fmt: off
TARGETS = Input("targets", "Targets launched at once", "", 1, 1, 10_000, 1, help="from one region, within one fly-out",
                role="demand")
SHOTS = Input("shots", "Shots per target", "", 1, 0, 1_000, 1, help="0: as many as the two probabilities ask for", low=1, high=4,
              zero="automatic")
KILL = Input("kill_probability", "Single-shot kill probability", "", 0.8, 0.01, 0.999, 0.01, source=AEI, status="read",
             low=0.5, high=0.95)
CONFIDENCE = Input("confidence", "Wanted kill probability of a target", "", 0.96, 0.01, 0.99999, 0.01, source=AEI, status="read",
                   role="demand")
SPEED = Input("speed_km_s", "Interceptor speed", "km/s", 6.0, 0.5, 15.0, 0.1, source=AEI, status="read", low=3.0, high=6.0)
ACCELERATION = Input("accel_g", "Interceptor acceleration", "g", 15.0, 1.0, 200.0, 1.0, source=AEI, status="read",
                     low=5.0, high=20.0)
ALTITUDE = Input("altitude_km", "Orbit altitude", "km", 300.0, 150.0, 2_000.0, 10.0, source=AEI, status="read",
                 low=250.0, high=500.0)
INTERCEPT = Input("intercept_altitude_km", "Intercept altitude", "km", 200.0, 50.0, 1_500.0, 10.0, source=AEI, status="read",
                  low=150.0, high=250.0)
LATITUDE_LO = Input("latitude_lo_deg", "Lowest latitude", "deg", 41.0, -90.0, 90.0, 0.5, role="demand")
LATITUDE_HI = Input("latitude_hi_deg", "Highest latitude", "deg", 41.0, -90.0, 90.0, 0.5, role="demand")
AVAILABILITY = Input("availability", "Share of the time with enough satellites", "", 0.999, 0.5, 0.9999, 0.001, role="demand")
INCLINATION = Input("inclination_deg", "Inclination", "deg", 0.0, 0.0, 90.0, 0.5, help="0: search for the best", role="numeric",
                    zero="searched")
APS = "APS study groups 2003 and 2025, as reported: solid-fuel ICBM, space-based interceptor"
BOOST = Input("boost_s", "Boost of the missile", "s", 170.0, 30.0, 400.0, 5.0, low=150.0, high=190.0,
              source=APS + "; 170-180 s, liquid 240-250 s", status="second-hand")
# fmt: on
LONGEST_BOOST = 300.0

SOURCES: dict[str, Cited] = {
    "LONGEST_BOOST": Cited(
        "s", "assumed: the longest of the catalogue's intercontinental missiles burns for 275 s, rounded up", 2026, "assumed"
    ),
}

SATELLITES = Output("satellites", "Satellites", "")
BOUND = Output("bound", "Satellites if none were wasted", "", up=True)
PLANES = Output("planes", "Planes", "")
INCLINED = Output("inclination_deg", "Inclination", "deg")
SIZING_OUTPUTS = (
    SATELLITES,
    BOUND,
    Output("absentee_ratio", "Satellites for each interceptor in reach", ""),
    Output("reach_km", "Reach of an interceptor", "km"),
    Output("shots", "Shots per target", ""),
    Output("target_kill", "Kill probability of a target with these shots", "", share=True),
)


def target_kill(a: Mapping[str, Any], shots: int) -> float:
    """Kill probability of a target with so many independent shots at it."""
    return kill_chance(shots, a["kill_probability"])


def warnings(a: Mapping[str, Any], shots: int) -> list[str]:
    """What to mind of an answer with so many shots: that they do not give the wanted kill probability."""
    got, wanted = target_kill(a, shots), a["confidence"]
    if got >= wanted - 1e-9:
        return []
    needed = shots_for(wanted, a["kill_probability"])
    return [f"The kill probability of a target, {got:.4g}, is below the wanted {wanted:g}: that takes {needed} shots."]


def sizing_of(a: Mapping[str, Any], flyout: float, low: float, high: float, availability: float) -> Sizing:
    """The assumptions that all sizing questions share, in SI."""
    return Sizing(
        targets=a["targets"],
        shots=a["shots"] or shots_for(a["confidence"], a["kill_probability"]),
        speed=a["speed_km_s"] * 1e3,
        acceleration=sizing.acceleration_of(a["accel_g"]),
        flyout=flyout,
        altitude=a["altitude_km"] * 1e3,
        intercept=a["intercept_altitude_km"] * 1e3,
        low=low,
        high=high,
        availability=availability,
    )
