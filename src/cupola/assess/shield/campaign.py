"""Magazine depth and production over a campaign: when the rounds run out, what output could sustain, how long to refill."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from cupola.assess.assumptions import cited
from cupola.assess.question import Chart, Input, Model, Output
from cupola.catalog import load
from cupola.core.batches import Floats
from cupola.core.errors import BadOption
from cupola.core.randoms import stream

YEAR = 365.25
RUNS = 300  # campaigns drawn; the quantiles of the day move by a per cent or two between seeds
CATALOGUE = ("gbi-stock", "thaad-stock", "pac3-mse-stock", "sm6-stock")


def exhaustion(rounds_left: float, rounds_per_time: float) -> float:
    """Time until the magazines are empty at this rate of fire; inf when nothing is fired."""
    return rounds_left / rounds_per_time if rounds_per_time > 0.0 else math.inf


def produced(days: Floats | float, now: float, goal: float, ramp: float, start: float = 0.0) -> Floats:
    """Rounds made in ``days`` after ``start`` years of a straight ramp from ``now`` to ``goal`` a year over ``ramp`` years."""

    def upto(years: Floats) -> Floats:
        rising = np.minimum(years, ramp)
        done = rising / ramp if ramp > 0.0 else 0.0  # at most 1, however short the ramp
        return now * rising + (goal - now) * done * rising / 2.0 + goal * (years - rising)

    return upto(start + np.asarray(days, float) / YEAR) - upto(np.asarray(start, float))


def refill_years(rounds: float, now: float, goal: float, ramp: float, start: float = 0.0) -> float:
    """Years to make ``rounds``; inf if nothing is made. The output grows with time, so a bisection finds the year."""
    hi = 1.0
    while float(produced(hi * YEAR, now, goal, ramp, start)) < rounds:
        hi *= 2.0
        if hi > 1e4:
            return math.inf
    lo = 0.0
    for _ in range(60):
        mid = (lo + hi) / 2.0
        lo, hi = (mid, hi) if float(produced(mid * YEAR, now, goal, ramp, start)) < rounds else (lo, mid)
    return hi


def stock_curve(stock: float, use: Floats, made: Floats) -> Floats:
    """Rounds left at the end of each day; what cannot be fired is not fired. Shapes: (..., days), (days,) -> (..., days)."""
    net = np.cumsum(np.asarray(made, float) - use, axis=-1) + stock
    return net - np.minimum(0.0, np.minimum.accumulate(net, axis=-1))


def empty_day(stock: float, use: Floats, made: Floats) -> Floats:
    """First day whose fire the stock cannot meet, counted from 1; inf if every day's is met. Shapes: (..., days) -> (...)."""
    short = np.cumsum(np.asarray(made, float) - use, axis=-1) + stock < 0.0
    return np.where(short.any(axis=-1), short.argmax(axis=-1) + 1.0, math.inf)


# ------------------------------------------------------------------------------------------------------- as a question

_THAAD = load.programme("thaad-stock").value
INPUTS = (
    cited("stock", "Rounds at the start", _THAAD("stock"), 0, 200000, 1, count=True,
          help="GMD 44, THAAD 7 batteries of 48; other stocks are not public"),
    Input("missiles_per_day", "Missiles to engage a day, on average", "", 5.0, 0.0, 5000.0, 0.5),
    Input("rounds_per_missile", "Rounds used on each", "", 2.0, 0.1, 20.0, 0.1,
          help="GMD is quoted with 4; two is common in the press", low=2.0, high=4.0),
    Input("salvo_size", "Missiles that come together", "", 10, 1, 1000, 1, help="how uneven the days are"),
    Input("campaign_days", "Length of the campaign", "days", 180, 1, 1500, 1, role="demand"),
    cited("now_per_year", "Rounds made a year, now", _THAAD("now_per_year"), 0.0, 50000.0, 1.0,
          help="THAAD 96, PAC-3 MSE 600, SM-6 125, GMD none"),
    cited("goal_per_year", "Rounds made a year, at the end of the ramp", _THAAD("goal_per_year"), 0.0, 50000.0, 1.0,
          help="THAAD 400, PAC-3 MSE 2,000, SM-6 500"),
    replace(cited("years_to_goal", "Length of the ramp", _THAAD("years_to_goal"), 0.0, 30.0, 0.5), unit="years"),
    Input("years_into_ramp", "Years of the ramp done when it starts", "years", 0.0, 0.0, 30.0, 0.5, low=0.0, high=3.0),
    Input("reserve", "Rounds that are kept back", "", 0, 0, 200000, 1, role="demand"),
    Input("seed", "Seed of the draws", "", 1, 0, 2**31, 1, role="numeric"),
)  # fmt: skip
OUTPUTS = (
    Output("exhaustion_day", "First day that finds too few rounds, even days", "day"),
    Output("rounds_per_day", "Rounds used a day", "rounds"),
    Output("made_per_day", "Rounds made a day at the start", "rounds"),
    Output("day_p10", "First such day, uneven days, 10 % quantile", "day"),
    Output("day_p50", "First such day, uneven days, median", "day"),
    Output("day_p90", "First such day, uneven days, 90 % quantile", "day"),
    Output("p_empty", "Probability of such a day before the end", "", share=True),
    Output("missiles_met", "Missiles that rounds were left for, expected", "missiles"),
    Output("missiles_unmet", "Missiles that met no round, expected", "missiles"),
    Output("sustained_per_day", "Missiles a day that output alone sustains", "missiles"),
    Output("made", "Rounds made during the campaign", "rounds"),
    Output("refill_yr", "Years to rebuild what was used", "years"),
    Output("missiles_in_stock", "Missiles that the stock alone can meet", "missiles"),
)


def answer(g: Mapping[str, Any]) -> dict[str, Any]:
    """When the rounds run out, on even and on uneven days, and how long to refill. Raises BadOption."""
    if g["reserve"] > g["stock"]:
        raise BadOption(f"a reserve of {g['reserve']} is more than the {g['stock']} rounds there are")
    if g["years_to_goal"] == 0.0 and g["years_into_ramp"] > 0.0:
        raise BadOption("a ramp of 0 years is over at once; years_into_ramp must then be 0")
    ramp = (g["now_per_year"], g["goal_per_year"], g["years_to_goal"], g["years_into_ramp"])
    days = np.arange(1, g["campaign_days"] + 1, dtype=float)
    total = produced(days, *ramp)
    made = np.diff(total, prepend=0.0)
    free, daily = g["stock"] - g["reserve"], g["missiles_per_day"] * g["rounds_per_missile"]
    use = _use(g)
    ended = empty_day(free, use, made)
    left = stock_curve(free, use, made)
    fired = free + total[-1] - left[:, -1]
    met = float(fired.mean()) / g["rounds_per_missile"]
    asked = float(use.sum(axis=1).mean()) / g["rounds_per_missile"]
    return {
        "rounds_per_day": daily,
        "made_per_day": float(made[0]),
        "exhaustion_day": float(empty_day(free, np.full_like(days, daily), made)),
        **{f"day_p{round(100 * q)}": _quantile(ended, q) for q in (0.1, 0.5, 0.9)},
        "p_empty": float(np.isfinite(ended).mean()),
        "missiles_met": met,
        "missiles_unmet": max(0.0, asked - met),  # rounding
        "sustained_per_day": float(made[0]) / g["rounds_per_missile"],
        "made": float(total[-1]),
        "refill_yr": refill_years(float(fired.mean()), *ramp[:3], g["years_into_ramp"] + g["campaign_days"] / YEAR),
        "missiles_in_stock": math.floor(free / g["rounds_per_missile"]),
        "charts": [_stock_chart(g, days, left), _types_chart(g)],
    }  # fmt: skip


def _use(g: Mapping[str, Any]) -> Floats:
    """Rounds wanted on each day of each drawn campaign, ``(RUNS, days)``: salvos come as a Poisson number a day."""
    salvos = stream(g["seed"], "campaign").poisson(g["missiles_per_day"] / g["salvo_size"], (RUNS, g["campaign_days"]))
    return np.asarray(salvos * (g["salvo_size"] * g["rounds_per_missile"]), float)


def _quantile(days: Floats, q: float) -> float:
    """Quantile that may be inf: the value at the rank, for interpolating towards inf means nothing."""
    return float(np.sort(days)[min(len(days) - 1, int(q * len(days)))])


def _stock_chart(g: Mapping[str, Any], days: Floats, left: Floats) -> Chart:
    show = np.unique(np.linspace(0, len(days) - 1, 100).astype(int))
    lo, mid, hi = (np.quantile(left[:, show], q, axis=0) + g["reserve"] for q in (0.1, 0.5, 0.9))
    x = days[show].tolist()
    lines = {"10 % quantile": (x, lo.tolist()), "median": (x, mid.tolist()), "90 % quantile": (x, hi.tolist())}
    return Chart("Rounds left", "day of the campaign", "rounds", lines)


def _types_chart(g: Mapping[str, Any]) -> Chart:
    """Days to empty of the catalogue's stocks at this rate of fire, without new output."""
    types = [load.programme(n) for n in CATALOGUE]
    daily = g["missiles_per_day"] * g["rounds_per_missile"]
    days = [min(1500.0, exhaustion(e.value("stock").value, daily)) for e in types]
    titles = [e.text("title") for e in types]
    return Chart(
        "Days to empty at this rate, by type", "interceptor", "days (1,500 at most shown)", {"stock alone": (titles, days)},
        kind="bar",
        note="The stock alone lasts so long: rounds made meanwhile, which the day above counts, are not in these bars."
        " Stocks of PAC-3 MSE and SM-6 are assumed; none was found in public.",
    )  # fmt: skip


MODELS = (
    Model(
        "magazine", "Magazine depth over a campaign", "How fast are interceptors used up, and how long does it take to refill?",
        INPUTS, OUTPUTS, answer, quick=True,
        limits="All rounds can be brought to where they are needed; reloads take no time; losses to attack are left out. Salvos"
        " come as"
        " a Poisson number a day.",
        sources=("Lockheed Martin, 29 Jan 2026 (THAAD)", "US Department of War, 6 Jan 2026 (PAC-3 MSE)", "MDAA (GMD)"),
    ),
)  # fmt: skip
