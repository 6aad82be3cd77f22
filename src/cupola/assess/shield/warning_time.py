"""How long is left to decide before a missile arrives: flight time less detection, assessment, transmission and launch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cupola.assess.question import Chart, Input, Model, Output
from cupola.dynamics import kepler

MIN = 60.0


def least_energy_apogee(range_km: float) -> float:
    """Apogee (km) of the free-fall path of least energy on a still, airless, round Earth. Raises BadInput (impossible range)."""
    return float(kepler.minimum_energy(range_km * 1e3)[2]) / 1e3


def flight_time(range_km: float, loft: float = 1.0, boost_extra: float = 0.0) -> float:
    """Seconds from launch to impact: free fall with ``loft`` times the least-energy apogee, and what boost adds to that."""
    return float(kepler.impulsive_time(loft * least_energy_apogee(range_km) * 1e3, range_km * 1e3)) + boost_extra


# ------------------------------------------------------------------------------------------------------- as a question

INPUTS = (
    Input("range_km", "Distance the missile flies", "km", 10000.0, 300.0, 19000.0, 100.0, role="demand"),
    Input("loft", "Apogee over that of the least-energy path", "times", 1.0, 0.2, 5.0, 0.05,
          help="below 1 depressed, above 1 lofted"),
    Input("boost_extra_s", "What boost adds to free fall", "s", 134.0, 0.0, 400.0, 1.0, status="computed",
          source="ten published lofted flights: 114 to 262 s above free fall, 134 to 140 s for the three solid ones",
          low=114.0, high=262.0),
    Input("detect_s", "Launch to first alert", "s", 60.0, 0.0, 600.0, 5.0,
          help="infrared, above the clouds; without satellites some 600 s"),
    Input("assess_s", "Alert to a threat assessment", "s", 120.0, 0.0, 900.0, 10.0,
          help="a second sensor confirms, ranges are settled"),
    Input("decide_s", "Conference and decision", "s", 480.0, 0.0, 1800.0, 10.0),
    Input("transmit_s", "Order reaches the crews", "s", 120.0, 0.0, 900.0, 10.0),
    Input("launch_s", "Crews launch, missiles get clear", "s", 180.0, 0.0, 900.0, 10.0),
    Input("outage_s", "Delay by a lost sensor or link", "s", 0.0, 0.0, 1800.0, 10.0,
          help="what one bad satellite costs here", low=0.0, high=300.0),
)  # fmt: skip
OUTPUTS = (
    Output("time_to_decide_s", "Time there is to decide", "s"),
    Output("flight_s", "Flight time", "s"),
    Output("warning_s", "Warning: alert to impact", "s"),
    Output("left_s", "Left after the decision takes what it takes", "s"),
    Output("apogee_km", "Apogee", "km"),
)
STEPS = ("detect_s", "assess_s", "decide_s", "transmit_s", "launch_s", "outage_s")


def answer(g: Mapping[str, Any]) -> dict[str, Any]:
    """Time left for launch on warning at one range, and over all ranges. Negative: it cannot be done in time. Raises BadOption."""
    flight = flight_time(g["range_km"], g["loft"], g["boost_extra_s"])
    fixed = sum(g[k] for k in STEPS if k != "decide_s")
    ranges = [float(r) for r in range(500, 14001, 500)]
    lines = {
        f"apogee x {loft:g}": (ranges, [(flight_time(r, loft, g["boost_extra_s"]) - fixed) / MIN for r in ranges])
        for loft in (0.5, 1.0, 2.0)
    }
    left = flight - fixed - g["decide_s"]
    names = {i.name: i.label for i in INPUTS}
    minutes = [g[k] / MIN for k in STEPS] + [left / MIN]
    parts = {"used and left": ([*(names[k] for k in STEPS), "Left"], minutes)}
    return {
        "flight_s": flight,
        "warning_s": max(0.0, flight - g["detect_s"] - g["outage_s"]),  # none where the impact comes first
        "time_to_decide_s": flight - fixed,
        "left_s": left,
        "apogee_km": g["loft"] * least_energy_apogee(g["range_km"]),
        "charts": [
            Chart("Time there is to decide", "range (km)", "minutes", lines, note="Below zero the order cannot come in time."),
            Chart("Where the flight time goes", "step", "minutes", parts, kind="bar"),
        ],
    }


MODELS = (
    Model(
        "launch-on-warning", "Time to decide on warning", "How many minutes are left to decide before the missiles arrive?",
        INPUTS, OUTPUTS, answer, quick=True,
        limits="Round, still Earth; one missile, no glide vehicle, no orbit. Every step after detection is assumed: no true"
        " procedure is modelled. A time is not a judgement on whether anyone should launch on warning.",
        sources=("Kepler's problem, textbook",
                 "excess of real flights over free fall: ten published lofted flights (cupola literature)"),
    ),
)  # fmt: skip
