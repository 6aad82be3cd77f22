"""The answer of a sizing as text for a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cupola.assess.orbits.launchable import EACH, PLANES
from cupola.assess.orbits.sizing_published import STANDING
from cupola.assess.question import Answer, least
from cupola.assess.shield.leakage import shots_for
from cupola.assess.tornado import Bar


def uniform_text(given: Mapping[str, Any], answer: Answer) -> str:
    """The uniform-sphere algebra in a few lines."""
    return "\n".join(
        [
            _first(given, answer),
            f"  {answer['absentee_ratio']:,.1f} satellites for each interceptor in reach, "
            f"spread evenly up to {given['latitude_deg']:g} deg",
            _reached(given, answer),
            f"  in {given['flyout_s']:g} s ({answer['burn_s']:.0f} s of them burning) an interceptor flies "
            f"{answer['reach_km']:,.0f} km; at {given['intercept_altitude_km']:g} km that covers a circle of radius "
            f"{answer['coverage_radius_km']:,.0f} km",
            f"  a satellite weighs {answer['satellite_kg']:,.0f} kg: {answer['main_propellant_kg']:,.0f} kg of propellant for "
            f"speed, {answer['divert_propellant_kg']:,.0f} kg for divert",
            "  no orbit is spread evenly: --model walker finds a real pattern",
            "",
        ]
    )


def walker_text(given: Mapping[str, Any], answer: Answer, bars: Sequence[Bar], refused: Mapping[str, str]) -> str:
    """Design, bound, steps, published answers and tornado."""
    lines = [
        _first(given, answer),
        _reached(given, answer),
        f"  bound {least(answer['bound']):,}: no mix of such orbits can do with fewer; "
        f"one inclination cannot with fewer than {least(answer['bound_one_inclination']):,}",
    ]
    lines += [f"  {_pattern(x)}" for x in answer["shells"]]
    lines += [_filled(answer)]
    lines += [
        f"  enough in reach {100 * answer['available']:.2f} % of the time at the worst latitude; {answer['flyout_s']:g} s to fly: "
        f"{answer['reach_km']:,.0f} km, {answer['lateral_km']:,.0f} km along the ground",
        "one step at a time (on average; rounded up)",
    ]
    lines += [f"  {least(s['satellites']):>9,}  {s['change']}" for s in answer["steps"]]
    lines += ["answers of others: how long, s, the interceptor of this case would have to fly for each (not its authors' time)"]
    band = f"{'band':>8}" if any("band_s" in row for row in answer["published"]) else ""
    lines += [f"  {'':<32}{'answer':>8}{'even sphere':>13}{'one latitude':>14}{band}  the number is"]
    lines += [_published(row) for row in answer["published"]]
    lines += ["what moves the answer most (bound for one inclination)"]
    lines += [f"  {b.name:<22} {b.lo:>6g} .. {b.hi:<6g}  {b.at_lo:>9,.0f} .. {b.at_hi:,.0f}" for b in bars]
    lines += [f"  not asked: {name} {reason}" for name, reason in refused.items()]
    return "\n".join(lines) + "\n"


def _first(given: Mapping[str, Any], answer: Answer) -> str:
    targets = "1 target" if given["targets"] == 1 else f"{given['targets']:,} targets at once"
    shots = "1 shot" if answer["shots"] == 1 else f"{answer['shots']} shots each"
    return f"{answer['satellites']:,} satellites of one interceptor each for {targets}, {shots}"


def _pattern(x: Mapping[str, Any]) -> str:
    return f"{x['planes']:,} planes of {x['per_plane']} at {x['inclination_deg']:.2f} deg, phasing {x['phasing']}"


def _filled(answer: Answer) -> str:
    """What a pattern costs whose planes launches can fill."""
    found = answer["launchable"]
    rule = f"that launches can fill (at most {PLANES} planes of each inclination, {EACH} or more in each)"
    if found is None:
        return f"  {rule}: none found with the work allowed"
    return f"  {rule}: {found['satellites']:,} satellites, " + "; ".join(_pattern(x) for x in found["shells"])


def _reached(given: Mapping[str, Any], answer: Answer) -> str:
    """Whether the shots give the wanted kill probability of a target."""
    shots, p, wanted = answer["shots"], given["kill_probability"], given["confidence"]
    what = f"{shots} shots of {p:g} kill" if shots > 1 else f"1 shot of {p:g} kills"
    text = f"  {what} a target with probability {answer['target_kill']:.4g}"
    if answer["target_kill"] >= wanted - 1e-9:
        return f"{text}; wanted: {wanted:g}"
    return f"{text}, below the wanted {wanted:g}: that takes {shots_for(wanted, p)} shots"


def _published(row: Mapping[str, Any]) -> str:
    def shown(key: str, width: int) -> str:
        return "" if key not in row else f"{'-' if row[key] is None else format(row[key], '.0f'):>{width}}"

    times = shown("even_s", 13) + shown("single_s", 14) + shown("band_s", 8)
    return f"  {row['published']:<32}{row['satellites']:>8,}{times}  {STANDING[row['status']]}"
