"""Commands that check a claim or a recording against our models: check-flight, check-telemetry."""

from __future__ import annotations

import argparse
from typing import Any

from cupola.cli import options, outlet
from cupola.cli.base import command


def add(sub: Any) -> None:
    """Register the commands of this file."""
    f = command(sub, "check-flight", _check_flight, "is a claimed flight (apogee, range, time) possible?")
    f.add_argument("--apogee-km", type=options.number, required=True)
    f.add_argument("--range-km", type=options.number, required=True)
    f.add_argument("--time-s", type=options.number, required=True)
    f.add_argument("--site", type=options.site, metavar="LAT,LON", help="launch site, deg")
    f.add_argument("--azimuth", type=options.azimuth, metavar="DEG", help="launch azimuth, clockwise from north")
    f.add_argument("--propellant", choices=["solid", "liquid"])
    f.add_argument("--burn-s", type=options.pair, metavar="LO,HI", help="burn time, if known")
    f.add_argument("--json", metavar="FILE")

    t = command(sub, "check-telemetry", _check_telemetry, "our boost and coast models against a recorded flight")
    t.add_argument("flight", metavar="FLIGHT.csv")
    t.add_argument("--events", metavar="EVENTS.csv")
    t.add_argument("--json", metavar="FILE")


def _check_flight(a: argparse.Namespace) -> int:
    from cupola.assess.flight.check import check_flight

    answer = check_flight(
        apogee_km=a.apogee_km,
        range_km=a.range_km,
        time_s=a.time_s,
        site=a.site,
        azimuth=a.azimuth,
        propellant=a.propellant,
        burn_s=a.burn_s,
    )
    if a.json:
        return outlet.write_json(a.json, answer)
    lo, hi = answer["time_range_s"]
    free_fall = answer["impulsive_time_s"]
    expected = f"expected {answer['best_time_s']:,.0f} s ({lo:,.0f} to {hi:,.0f}); free fall alone {free_fall:,.0f} s"
    outlet.put(f"{answer['verdict']}: {answer['reason']}\n{expected}\n")
    return 0


def _check_telemetry(a: argparse.Namespace) -> int:
    from cupola.assess.flight.telemetry_check import check_telemetry

    return outlet.write_json(a.json or "-", check_telemetry(a.flight, a.events))
