"""The run summary: the JSON that ``cupola run --json`` writes, and its few lines for a person. A part a scenario lacks is null."""

from __future__ import annotations

import resource
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from cupola.core.batches import Alert, Floats
from cupola.core.constants import Cited
from cupola.dynamics.frames import great_circle
from cupola.picture.metrics import chi2_95
from cupola.run import ceiling
from cupola.run.judge import Verdict

NEAR_LAUNCH_M = 60e3
NEAR_LAUNCH_S = 60.0
ALERT_WITHIN_S = 40.0
MB = 1024.0

SOURCES: dict[str, Cited] = {
    "ALERT_WITHIN_S": Cited(
        "s", "assumed: four looks of each of two warning satellites of 5 s period, one after the other", 2026, "assumed"
    ),
}


def summarise(v: Verdict, wall_s: float) -> dict[str, Any]:
    """All keys of the contract, and ``stages_ms``, ``counts``, ``chain`` beside them."""
    tick = v.ms.get("tick", np.zeros(1))
    return {
        "scenario": v.built.name,
        "seed": v.built.seed,
        "duration_s": v.duration,
        "wall_s": wall_s,
        "realtime_factor": v.duration / wall_s if wall_s > 0 else None,
        "launches": int(np.sum(v.built.launches.t <= v.duration)),
        "launches_later": int(np.sum(v.built.launches.t > v.duration)),
        "objects_peak": v.objects_peak,
        "detections": v.detections,
        "tracks_peak": v.tracks_peak,
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MB,
        "picture_hash": v.hash,
        "step_ms": {"p50": float(np.percentile(tick, 50)), "p99": float(np.percentile(tick, 99)), "max": float(tick.max())},
        "alerts": alerts(v),
        "picture": picture(v),
        "impact": impact(v),
        "discrimination": ceiling.scores(v.beliefs),
        "links": v.links,
        "engagement": v.engagement.summary if v.engagement else None,
        "chain": v.engagement.chain if v.engagement else None,
        "stages_ms": {k: float(np.mean(x)) for k, x in v.ms.items()},
        "counts": v.counts,
    }


def alerts(v: Verdict) -> dict[str, Any]:
    """Alerts matched to true launches, each to as many as it tells of boosters; false: boosters told of without a launch. Missed:
    launches without an alert where one was to be expected; too_young: without one, so shortly before the run's end that none was
    (``expected``). Latency: of the launch nearest to each alert."""
    launched = np.flatnonzero(v.built.launches.t <= v.duration)
    pair = match(v.alerts, v.built.launches.t[launched], v.built.launches.lat[launched], v.built.launches.lon[launched])
    without = np.setdiff1d(launched, launched[[k for _, k in pair]])
    due = expected(v)[without] <= v.duration
    latency = np.array([v.alerts[a].t - v.built.launches.t[launched[k]] for a, k in dict(pair).items()])
    told = sum(a.boosters for a in v.alerts)
    return {
        "alerted": len(pair),
        "missed": int(due.sum()),
        "too_young": int((~due).sum()),
        "false": told - len(pair),
        "raised": len(v.alerts),
        "boosters": told,
        "latency_s": {
            "p50": float(np.percentile(latency, 50)) if len(latency) else None,
            "p99": float(np.percentile(latency, 99)) if len(latency) else None,
        },
    }


def expected(v: Verdict) -> Floats:
    """When an alert of each launch is to be expected at the latest, s: ``ALERT_WITHIN_S`` after it first burnt above the clouds, or
    after the end of its thrust if it never did."""
    seen = np.where(np.isnan(v.in_sight), v.built.launches.burnout, v.in_sight)
    out: Floats = seen + ALERT_WITHIN_S
    return out


def match(raised: tuple[Alert, ...], t: Floats, lat: Floats, lon: Floats) -> list[tuple[int, int]]:
    """Pairs (alert, launch) that belong together: near in place and time, the sum of distances least. Each launch is used once,
    each alert as often as it tells of boosters; an alert's nearest launch comes last."""
    if not raised or not len(t):
        return []
    which = np.repeat(np.arange(len(raised)), [a.boosters for a in raised])
    a_lat, a_lon, a_t = (np.array([getattr(a, n) for a in raised])[which] for n in ("lat", "lon", "launch_t"))
    distance, _ = great_circle(a_lat[:, None], a_lon[:, None], lat[None], lon[None])
    apart = (distance / NEAR_LAUNCH_M) ** 2 + ((a_t[:, None] - t[None]) / NEAR_LAUNCH_S) ** 2
    row, column = linear_sum_assignment(np.minimum(apart, 2.0))
    found = sorted((float(apart[a, k]), int(which[a]), int(k)) for a, k in zip(row, column, strict=True) if apart[a, k] < 1.0)
    return [(a, k) for _, a, k in reversed(found)]


def picture(v: Verdict) -> dict[str, Any] | None:
    """Means over the judged moments; null if there was none, or never an object seen or a track."""
    if not len(v.scorer):
        return None
    s = v.scorer.summary()
    if s["completeness"] is None and s["spuriousness"] is None:
        return None
    keys = ("gospa_m", "completeness", "ambiguity", "spuriousness", "position_rmse_m", "nees", "nees_inside_95", "switches")
    return {k: s[k] for k in keys}


def impact(v: Verdict) -> dict[str, Any] | None:
    """Predicted against true impact points of the warheads that came down, over all judged predictions; null without any."""
    p = v.predictions
    if not len(p.object) or not len(v.impacts["id"]):
        return None
    order = np.argsort(v.impacts["id"])
    at = np.minimum(np.searchsorted(v.impacts["id"][order], p.object), len(order) - 1)
    where = order[at]
    landed = v.impacts["id"][where] == p.object
    if not landed.any():
        return None
    where, point, ellipse = where[landed], p.impact[landed], p.ellipse[landed]
    distance, bearing = great_circle(point[:, 0], point[:, 1], v.impacts["lat"][where], v.impacts["lon"][where])
    along, across = distance * np.cos(bearing - ellipse[:, 2]), distance * np.sin(bearing - ellipse[:, 2])
    inside = (along / ellipse[:, 0]) ** 2 + (across / ellipse[:, 1]) ** 2 <= chi2_95(2)
    return {"error_km_p50": float(np.median(distance) / 1e3), "ellipse95_coverage": float(np.mean(inside))}


def text(s: dict[str, Any]) -> str:
    """The summary for a person."""
    lines = [
        f"{s['scenario']} seed {s['seed']}: {s['duration_s']:.0f} s in {s['wall_s']:.1f} s"
        f" ({_show(s['realtime_factor'], '.1f')}x real time), {s['rss_mb']:.0f} MB",
        f"  {s['launches']} launches, {s['objects_peak']} objects at the peak, {s['detections']} detections,"
        f" {s['tracks_peak']} tracks at the peak",
        _alert_line(s["alerts"]),
    ]
    p, i, d, e = (s[k] for k in ("picture", "impact", "discrimination", "engagement"))
    if p:
        lines.append(
            f"  picture: GOSPA {_show(p['gospa_m'], '.0f')} m, completeness {_show(p['completeness'], '.3f')},"
            f" spurious {_show(p['spuriousness'], '.3f')}, RMSE {_show(p['position_rmse_m'], '.0f')} m,"
            f" NEES {_show(p['nees'], '.1f')}, {_show(p['nees_inside_95'], '.2f')} within the claimed 95 %"
        )
    else:
        lines.append("  picture: no object seen and no track, nothing to score")
    if i:
        lines.append(f"  impact points: {i['error_km_p50']:.1f} km off, {i['ellipse95_coverage']:.2f} in the 95 % ellipse")
    if d:
        lines.append(
            f"  discrimination: AUC {_show(d['auc'], '.3f')}, log-loss {_show(d['logloss'], '.3f')}"
            f" (shares alone {_show(d['prior_logloss'], '.3f')}, ceiling {_show(d['bayes_logloss'], '.3f')}),"
            f" ECE {_show(d['ece'], '.3f')}"
        )
    elif s["picture"]:
        lines.append("  discrimination: not judged; no track followed what has a drawn class (recorded flights have none)")
    if e:
        lines.append(
            f"  simulated defence: {e['fired']} fired, {e['killed']} killed, {e['leaked']} leaked, {e['undefended']} fell"
            f" where nothing is defended, {e['flying']} released and still flying, {e['inventory_left']} rounds left;"
            f" {_price(e['cost_usd'], e['cost_range_usd'])} against {_price(e['threat_cost_usd'], e['threat_cost_range_usd'])}"
        )
    else:
        lines.append("  simulated defence: none in this scenario")
    if s.get("chain"):
        lines.append("  where the chain broke: " + ", ".join(f"{n} {k}" for k, n in s["chain"].items()))
    lines.append(_dropped_line(s["counts"], s["links"], s["launches_later"]))
    return "\n".join([*lines, f"  picture hash {s['picture_hash'][:16]}"] if s["picture_hash"] else lines)


def _price(usd: float, span: list[float]) -> str:
    """Millions, and the range that the sources leave open where they do."""
    lo, hi = (f"{v / 1e6:,.0f}" for v in span)
    return f"${usd / 1e6:,.0f}M" + (f" ({lo} to {hi} by the sources)" if lo != hi else "")


LEFT_OUT = {
    "scans_too_late": "scans too late",
    "detections_not_finite": "detections not finite",
    "updates_refused": "measurements refused",
    "looks_unmatched": "looks without a track",
}


def _dropped_line(counts: dict[str, int], links: list[dict[str, Any]], later: int) -> str:
    """What did not make it into the picture; said even when it is nothing. later: launches beyond the run's end."""
    beyond = [f"{later} launch{'es' if later > 1 else ''} beyond the end of the run"] if later else []
    told = [f"{counts[k]} {name}" for k, name in LEFT_OUT.items() if counts.get(k)]
    gone = {"lost on links": "lost", "still under way at the end": "under_way"}
    sums = [(sum(int(link[key]) for link in links), words) for words, key in gone.items()]
    return "  left out: " + (", ".join(beyond + [f"{n} scans {words}" for n, words in sums if n] + told) or "nothing")


def _alert_line(a: dict[str, Any]) -> str:
    p50, p99 = (_show(a["latency_s"][k], ".0f") for k in ("p50", "p99"))
    seen = f" (in {a['raised']} alerts)" if a["boosters"] > a["raised"] else ""
    young = f", {a['too_young']} launched too late to be expected yet" if a["too_young"] else ""
    when = f"; {p50} s after launch (p99 {p99} s)" if a["alerted"] else ""
    return f"  alerts: {a['alerted']} right{seen}, {a['missed']} missed, {a['false']} false{young}{when}"


def _show(value: float | None, form: str) -> str:
    return "-" if value is None else format(value + 0.0, form)  # no minus before a zero
