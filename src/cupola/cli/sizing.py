"""The command that sizes a constellation of space-based interceptors: size-constellation."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from cupola.cli import options, outlet
from cupola.cli.base import command
from cupola.core.errors import BadOption

EQUATORIAL = 1e-6  # deg: an inclination of 0 as given; for the model 0 stands for the best
TIMES = ("boost_s", "detect_s", "decide_s", "margin_s")


def add(sub: Any) -> None:
    """Register the commands of this file."""
    q = command(sub, "size-constellation", _size, "how many space-based interceptors are needed?")
    q.add_argument("--model", choices=["uniform", "walker"], default="uniform", help="even sphere (AEI) or real orbits")
    q.add_argument("--targets", type=options.count, metavar="K", help="launched at once from one region (default 1)")
    q.add_argument("--shots", type=options.count, metavar="N", help="per target (default: from the two probabilities; walker 1)")
    for name, text in (
        ("kill-probability", "of one shot, default 0.8"),
        ("confidence", "wanted kill probability of a target, default 0.96"),
        ("speed-km-s", "of the interceptor, default 6 (walker 4)"),
        ("accel-g", "of the interceptor, default 15 (walker 10)"),
        ("flyout-s", "usable fly-out time, default 120 (walker: boost less the delays)"),
        ("boost-s", "of the missile, default 170 (solid fuel)"),
        ("detect-s", "default 30"),
        ("decide-s", "default 30"),
        ("margin-s", "before burnout, default 0"),
        ("altitude-km", "of the orbit, default 300"),
        ("intercept-altitude-km", "default 200"),
        ("availability", "share of the time with enough in reach, walker, default 0.999"),
        ("inclination-deg", "walker, default: the best"),
        ("working", "share of the satellites that work, walker, default 1"),
        ("spread-s", "launches spread evenly over so long, walker, default 0: all at once"),
    ):
        q.add_argument(f"--{name}", type=options.number, metavar="X", help=text)
    q.add_argument(
        "--latitude-deg", type=_band, metavar="LO,HI", help="of the intercepts (walker, default 41) or covered up to (uniform, 90)"
    )
    q.add_argument("--json", metavar="FILE", help="write the answer as JSON (- for standard output)")


def _band(text: str) -> tuple[float, float]:
    return options.pair(text) if "," in text else (options.number(text),) * 2


def _size(a: argparse.Namespace) -> int:
    from cupola.assess import models
    from cupola.assess.orbits import sizing_text
    from cupola.assess.question import ask, checked
    from cupola.assess.tornado import tornado

    model = models.model(f"sizing-{a.model}")
    given = checked(model, _uniform(a) if a.model == "uniform" else _walker(a))
    answer = ask(model, given)
    answer.pop("charts", None)
    if a.model == "uniform":
        text = sizing_text.uniform_text(given, answer)
    else:
        bound = models.model("sizing-bound")
        bars, refused = tornado(bound, {i.name: given.get(i.name, i.default) for i in bound.inputs}, "satellites")
        answer["tornado"] = [{"input": b.name, "lo": b.lo, "hi": b.hi, "at_lo": b.at_lo, "at_hi": b.at_hi} for b in bars]
        text = sizing_text.walker_text(given, answer, bars, refused)
    assumed = {i.name: i.worded(given[i.name]) for i in model.inputs}
    outlet.write_json(a.json, {"model": a.model, **answer, "assumptions": assumed})
    if a.json != "-":
        outlet.put(text)
    return 0


def _given(a: argparse.Namespace, *names: str) -> dict[str, Any]:
    return {n: v for n in names if (v := getattr(a, n)) is not None}


def _common(a: argparse.Namespace) -> dict[str, Any]:
    given = _given(a, "targets", "shots", "kill_probability", "confidence", "speed_km_s", "accel_g", "flyout_s")
    if a.shots == 0:
        raise BadOption("--shots 0: without a shot nothing is hit; give at least 1, or leave it out")
    if a.shots is None and (a.kill_probability is not None or a.confidence is not None):
        given["shots"] = 0
    times = [f"--{n.replace('_', '-')}" for n in TIMES[1:] if getattr(a, n) is not None]
    if a.flyout_s is not None and times:
        raise BadOption(f"--flyout-s is what the delays leave of the boost; give it or {times[0]}, not both")
    return given | _given(a, "altitude_km", "intercept_altitude_km")


def _uniform(a: argparse.Namespace) -> dict[str, Any]:
    from cupola.assess.orbits import sizing_orbits

    given = _common(a)
    if any(v is not None for v in (a.inclination_deg, a.working, a.spread_s)):
        raise BadOption("the uniform model has no orbits: --inclination-deg, --working and --spread-s need --model walker")
    if any(getattr(a, n) is not None for n in TIMES):
        given["flyout_s"] = sizing_orbits.flyout(_given(a, "flyout_s", *TIMES))
    given |= _boost(a)
    if a.availability is not None and not 0.0 < a.availability < 1.0:
        raise BadOption(f"--availability {a.availability:g}: a share of the time lies between 0 and 1")
    if a.availability is not None:
        print(
            "cupola size-constellation: --availability says nothing in the uniform model, which knows averages only",
            file=sys.stderr,
        )
    if a.latitude_deg:
        lo, hi = a.latitude_deg
        if lo > hi:
            raise BadOption(f"--latitude-deg {lo:g},{hi:g}: give the lower latitude first")
        if lo != hi and (lo > 0.0 or hi < 0.0):
            print(
                f"cupola size-constellation: the uniform model covers all latitudes up to {max(abs(lo), abs(hi)):g} deg, north and"
                " south; the other end of a band saves it nothing (--model walker uses both)",
                file=sys.stderr,
            )
        given["latitude_deg"] = max(abs(lo), abs(hi))
    return given


def _boost(a: argparse.Namespace) -> dict[str, float]:
    """The boost named, or one as long as the fly-out where some missile burns so long; that is said."""
    from cupola.assess.orbits.inputs import BOOST, LONGEST_BOOST

    if a.boost_s is not None:
        return {"boost_s": a.boost_s}
    usual = float(BOOST.default)
    if a.flyout_s is None or a.flyout_s <= usual:
        return {}
    if a.flyout_s > LONGEST_BOOST:
        raise BadOption(
            f"--flyout-s {a.flyout_s:g}: no missile known here boosts longer than {LONGEST_BOOST:g} s (solid fuel about 180 s), and"
            " what is hit after burnout is no boost-phase intercept; shorten it, or name the boost: --boost-s"
        )
    print(
        f"cupola size-constellation: a boost of {a.flyout_s:g} s is taken for this fly-out; solid fuel burns about {usual:g} s",
        file=sys.stderr,
    )
    return {"boost_s": a.flyout_s}


def _walker(a: argparse.Namespace) -> dict[str, Any]:
    given = _common(a) | _given(a, *TIMES, "availability", "inclination_deg", "working", "spread_s")
    if a.flyout_s is not None and a.flyout_s <= 0.0:
        raise BadOption(f"--flyout-s {a.flyout_s:g}: no time to fly; give more than 0 s")
    given |= _boost(a)
    if a.inclination_deg == 0.0:
        given["inclination_deg"] = EQUATORIAL
    if a.latitude_deg:
        given["latitude_lo_deg"], given["latitude_hi_deg"] = a.latitude_deg
    return given
