"""What a report of runs of a scenario calls their outputs, and how it tells the method of an interval."""

from __future__ import annotations

RAIDS = {
    "engagement.leaked": "Warheads that got through",
    "engagement.killed": "Warheads killed",
    "engagement.fired": "Rounds fired",
    "engagement.clean": "Share of runs with no leaker",
    "engagement.inventory_left": "Rounds left",
    "engagement.cost_usd": "Price of the rounds fired",
    "engagement.threat_cost_usd": "Price of the missiles launched",
    "alerts.missed": "Launches without an alert",
    "alerts.latency_s.p50": "Seconds from lift-off to alert, median",
    "alerts.latency_s.p99": "Seconds from lift-off to alert, 99th percentile",
    "picture.completeness": "Share of objects that have a track",
    "picture.gospa_m": "Error of the picture (GOSPA)",
}
METHODS = {
    "t": "t: Student's t",
    "wilson": "wilson: Wilson's interval of a share",
    "control": "control: Student's t with control variates",
    "cluster": "cluster: Student's t over calibration runs, which the fast runs share",
}
