"""Our boost and coast models against one recorded flight: how far is a fitted ascent, and a predicted coast, from what flew?

What is fitted and what is predicted is part of the answer. The ascent is a fit of six numbers to the whole climb; it shows that the
boost model can follow a real vehicle, no more. The coast is fitted on its first third and predicted from there on.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from cupola.assess.flight import ascent_fit, coast_fit
from cupola.assess.flight.telemetry_file import Recording, read
from cupola.core.batches import Floats
from cupola.core.constants import MU, OMEGA, Cited

SETTLE = 6.0
AHEAD = 4.0
SHORTEST_COAST = 60.0
LOWEST_COAST = 40e3
QUIET = 0.6
POOR_FIT = 15.0
PAD_SPEED, PAD_ALTITUDE = 60.0, 3000.0

SOURCES: dict[str, Cited] = {
    "SETTLE": Cited("s", "assumed: after a burn before an arc counts as unpowered; events are whole seconds", 2026, "assumed"),
    "AHEAD": Cited("s", "assumed: of an arc left out before the next burn", 2026, "assumed"),
    "SHORTEST_COAST": Cited("s", "assumed: a shorter arc is not judged", 2026, "assumed"),
    "LOWEST_COAST": Cited("m", "assumed: below it drag is not small", 2026, "assumed"),
    "QUIET": Cited("m/s^2", "assumed: acceleration along the path that gravity does not explain", 2026, "assumed"),
    "POOR_FIT": Cited("m/s", "assumed: RMS above which a fit is called poor", 2026, "assumed"),
    "PAD_SPEED": Cited("m/s", "assumed: a record that begins faster has no ascent from the ground", 2026, "assumed"),
    "PAD_ALTITUDE": Cited("m", "assumed: a record that begins higher has no ascent from the ground", 2026, "assumed"),
}


def check_telemetry(csv: str | Path, events: str | Path | None = None) -> dict[str, Any]:
    """Judge the models on ``csv`` (columns time_s, speed_m_s, altitude_m); ``events`` (flight, event, time_s) is optional.

    Returns ``ascent`` (speed_rms_m_s, altitude_rms_m, until_s, fitted values) and ``coast`` (apogee_error_m, end_altitude_error_m,
    start_s, end_s, fitted values), each None where the flight has none, and ``notes``. Errors are model minus record.
    Raises BadFile for a file that cannot be used.
    """
    flight = read(csv, events)
    cutoff = find_cutoff(flight)
    notes = list(flight.notes)
    ascent = _ascent(flight, cutoff, notes)
    coast = _coast(flight, cutoff, notes)
    return {"flight": flight.name, "ascent": ascent, "coast": coast, "site_deg": list(flight.site), "notes": notes}


def _smooth(x: Floats, width: int) -> Floats:
    """Running mean over ``width`` (odd) samples, ends repeated."""
    padded = np.pad(x, width // 2, mode="edge")
    return np.convolve(padded, np.ones(width) / width, "valid")


def find_cutoff(flight: Recording) -> float | None:
    """When the first stage's thrust ended, s: acceleration falls through half of what it was; None where the record has no end.

    The event ``meco`` narrows the search; without it, the first time above 20 km that acceleration stays low.
    """
    a = _smooth(np.gradient(flight.speed, flight.t), 3)
    meco = flight.events.get("meco")
    if meco is not None and flight.t[0] + 20.0 < meco < flight.t[-1] - 3.0:
        guess = int(meco - flight.t[0])
    else:
        peak = np.maximum.accumulate(_smooth(a, 3))
        low = (_smooth(a, 3) < 0.15 * peak) & (peak > 8.0) & (flight.altitude > 20e3)
        held = low[:-3] & low[1:-2] & low[2:-1] & low[3:]
        if not held.any():
            return None
        guess = int(np.argmax(held))
    before = float(np.median(a[max(guess - 14, 0) : max(guess - 7, 1)]))
    for i in range(max(guess - 9, 1), min(guess + 5, len(a))):
        if a[i] < 0.5 * before:
            f = (a[i - 1] - 0.5 * before) / max(a[i - 1] - a[i], 1e-9)
            return float(flight.t[i - 1] + min(max(f, 0.0), 1.0))
    return float(flight.t[guess])


def _staging(flight: Recording, cutoff: float) -> tuple[float, float] | None:
    """When boosters dropped off and thrust was back, s: acceleration above 15 m/s^2 falls by 40 % and recovers before cut-off."""
    a = _smooth(np.gradient(flight.speed, flight.t), 3)
    last = int(cutoff - flight.t[0]) - 12
    for i in range(12, last):
        before = a[i - 12 : i].max()
        if before > 15.0 and a[i] < 0.6 * before:
            after = a[i : last + 6]
            high = 0.75 * float(np.median(after[len(after) // 2 :]))
            back = i + int(np.argmin(after)) + int(np.argmax(after[int(np.argmin(after)) :] > high))
            return (float(flight.t[i]) - 0.5, float(flight.t[back])) if a[back] > high else None
    return None


def _ascent(flight: Recording, cutoff: float | None, notes: list[str]) -> dict[str, Any] | None:
    """The fitted climb, or None where the record does not begin on the ground."""
    if flight.speed[0] > PAD_SPEED or flight.altitude[0] > PAD_ALTITUDE or flight.altitude.max() < 10e3:
        notes.append("the record holds no ascent from the ground")
        return None
    until = flight.events.get("meco", math.nan)
    if cutoff is None:
        until, cutoff = float(flight.t[-1]), math.inf
        notes.append("no engine cut-off found: the ascent is taken to the end of the record")
    elif not abs(until - cutoff) < 10.0:
        until = math.ceil(cutoff)
    n = int(until - flight.t[0]) + 1
    down, up = flight.events.get("throttle_down_start"), flight.events.get("throttle_down_end")
    bucket = (down, up) if down is not None and up is not None and up > down else None
    staging = _staging(flight, min(cutoff, until))
    fit = ascent_fit.fit(flight.t[:n], flight.speed[:n], flight.altitude[:n], cutoff, bucket, staging)
    if fit.speed_rms > POOR_FIT:
        notes.append(
            f"the ascent model is off by {fit.speed_rms:.0f} m/s: it knows one powered stage and at most one drop of boosters"
        )
    return {
        "speed_rms_m_s": round(fit.speed_rms, 2),
        "altitude_rms_m": round(fit.altitude_rms, 1),
        "until_s": float(until),
        "fitted_parameters": len(fit.values),
        "values": {k: float(f"{v:.5g}") for k, v in fit.values.items()},
        "read_from_record": {
            "cutoff_s": None if math.isinf(cutoff) else round(cutoff, 1),
            "throttle_window_s": list(bucket or ascent_fit.BUCKET),
            "throttle_window_from": "events" if bucket else "assumed",
            "boosters_drop_s": list(staging) if staging else None,
        },
    }


def unexplained(flight: Recording) -> Floats:
    """Acceleration along the path that gravity does not explain, m/s^2, smoothed over 13 s. Shapes: (k,).

    The Jacobi integral v^2/2 - mu/r - (omega r cos lat)^2/2 of the Earth-relative speed is constant in free flight whatever the
    heading, so its rate over the speed shows thrust and drag without knowing it.
    """
    lat = math.radians(flight.site[0])
    r = coast_fit.ground_radius(lat) + flight.altitude
    jacobi = 0.5 * flight.speed**2 - MU / r - 0.5 * (OMEGA * math.cos(lat) * r) ** 2
    rate = np.gradient(_smooth(jacobi, 7), flight.t)
    return _smooth(rate, 7) / np.maximum(flight.speed, 100.0)


def coast_window(flight: Recording, cutoff: float | None) -> tuple[int, int] | None:
    """First and last index of the longest unpowered arc above 40 km, or None below 60 s. Events narrow it where they are given."""
    ok = (flight.altitude > LOWEST_COAST) & (flight.speed > 50.0)
    after = cutoff if cutoff is not None else -math.inf
    known = flight.events
    begin = known.get("boostback_end", known.get("seco1", known.get("meco") if "ses1" not in known else math.nan))
    if begin is not None and not math.isnan(begin):
        end = min([known[k] for k in ("entry_start", "landing_start") if known.get(k, -1.0) > begin], default=math.inf) - AHEAD
        ok &= (flight.t >= begin + SETTLE) & (flight.t <= end)
        if math.isinf(end):
            ok &= np.abs(unexplained(flight)) < QUIET
    else:
        ok &= (np.abs(unexplained(flight)) < QUIET) & (flight.t > after)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], ok.astype(int), [0]])))
    if len(edges) == 0:
        return None
    starts, ends = edges[::2], edges[1::2] - 1
    longest = int(np.argmax(ends - starts))
    i, j = int(starts[longest]), int(ends[longest])
    return (i, j) if flight.t[j] - flight.t[i] >= SHORTEST_COAST else None


def heading_prior(flight: Recording, first: int, cutoff: float | None) -> tuple[float, str]:
    """Assumed eastward share of the heading on the arc, and why: from the site, turned round where the stage flew back."""
    lat, lon = flight.site
    south = 30.0 < lat < 40.0 and -125.0 < lon < -115.0
    outward = 0.0 if south else 1.0
    at_cutoff = None if cutoff is None else float(np.interp(cutoff, flight.t, flight.speed))
    slowed = at_cutoff is not None and flight.speed[first] < 0.7 * at_cutoff
    if "boostback_end" in flight.events or slowed:
        return (
            -0.7 * outward,
            "stage flew back: heading reversed (assumed north-east launch)" if outward else "stage flew back, polar launch",
        )
    return outward, "polar launch southward assumed" if south else "eastward heading assumed"


def _coast(flight: Recording, cutoff: float | None, notes: list[str]) -> dict[str, Any] | None:
    """The coast predicted from its first third, or None where there is none."""
    window = coast_window(flight, cutoff)
    if window is None:
        notes.append(f"no unpowered arc of {SHORTEST_COAST:g} s or more above {LOWEST_COAST / 1e3:g} km")
        return None
    i, j = window
    share, why = heading_prior(flight, i, cutoff)
    altitude = flight.altitude[i : j + 1]
    fit = coast_fit.fit(altitude, flight.speed[i : j + 1], math.radians(flight.site[0]), share)
    smooth = _smooth(altitude, 5)
    return {
        "apogee_error_m": round(float(fit.altitude.max() - smooth.max()), 1),
        "end_altitude_error_m": round(float(fit.altitude[-1] - altitude[-1]), 1),
        "start_s": float(flight.t[i]),
        "end_s": float(flight.t[j]),
        "altitude_rms_m": round(float(np.sqrt(np.mean((fit.altitude - altitude) ** 2))), 1),
        "fitted_until_s": float(flight.t[i] + fit.fitted_s),
        "fitted_parameters": 4,
        "start_state": {k: round(v, 3) for k, v in fit.start.items()},
        "heading_prior": why,
        "window_from": "events" if "meco" in flight.events or "boostback_end" in flight.events else "detected",
    }
