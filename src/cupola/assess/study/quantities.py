"""What a run of a scenario gives: the one table of its quantities, which studies, their intervals, texts and reports read.

A quantity that is not here has its name for a label and no unit. docs/summary.md says at length what each of them is.
"""

from __future__ import annotations

from dataclasses import dataclass

LESS, MORE = "less", "more"


@dataclass(frozen=True)
class Quantity:
    """label: in words; unit: as ``report.words`` shows it; better: ``less``, ``more``, or empty where it depends.

    share: lies between 0 and 1; headline: shown where a study names no outputs; signed: may lie below zero.
    """

    label: str
    unit: str = ""
    better: str = ""
    share: bool = False
    headline: bool = False
    signed: bool = False


TABLE = {
    "engagement.leaked": Quantity("Warheads that got through", "", LESS, headline=True),
    "engagement.clean": Quantity("Share of runs with no leaker", "", MORE, share=True, headline=True),
    "engagement.killed": Quantity("Warheads killed", "", MORE, headline=True),
    "engagement.undefended": Quantity("Warheads that fell where nothing is defended"),
    "engagement.flying": Quantity("Warheads still flying at the end"),
    "engagement.fired": Quantity("Rounds fired", headline=True),
    "engagement.inventory_left": Quantity("Rounds left"),
    "engagement.cost_usd": Quantity("Price of the rounds fired", "USD", LESS, headline=True),
    "engagement.threat_cost_usd": Quantity("Price of the missiles launched", "USD"),
    "alerts.alerted": Quantity("Launches with an alert", "", MORE),
    "alerts.missed": Quantity("Launches without an alert", "", LESS, headline=True),
    "alerts.false": Quantity("False alerts", "", LESS),
    "alerts.latency_s.p50": Quantity("Time from lift-off to alert, median", "s", LESS),
    "alerts.latency_s.p99": Quantity("Time from lift-off to alert, 99th percentile", "s", LESS),
    "picture.gospa_m": Quantity("Error of the picture (GOSPA)", "m", LESS),
    "picture.completeness": Quantity("Share of objects that have a track", "", MORE, share=True, headline=True),
    "picture.ambiguity": Quantity("Tracks for each object that has one"),
    "picture.spuriousness": Quantity("Share of tracks without an object", "", LESS, share=True),
    "picture.position_rmse_m": Quantity("Position error of tracks", "m", LESS),
    "picture.nees": Quantity("Error against what tracks claim (NEES)"),
    "picture.nees_inside_95": Quantity("Share of tracks within the 95 % they claim", "", share=True),
    "picture.switches": Quantity("Changes of track number", "", LESS),
    "impact.error_km_p50": Quantity("Error of predicted impact points, median", "km", LESS),
    "impact.ellipse95_coverage": Quantity("Share of impacts inside the 95 % ellipse", "", share=True),
    "discrimination.auc": Quantity("Warheads told from others (AUC)", "", MORE, share=True),
    "discrimination.logloss": Quantity("Surprise of the truth (log-loss)", "", LESS),
    "discrimination.bayes_logloss": Quantity("Log-loss of an ideal observer"),
    "discrimination.prior_logloss": Quantity("Log-loss of shares alone"),
    "discrimination.reduction_share": Quantity("Part of the possible log-loss cut reached", "", MORE, signed=True),
    "discrimination.ece": Quantity("Gap between stated and actual probability (ECE)", "", LESS, share=True),
    "duration_s": Quantity("Simulated time", "s"),
}
JUDGED = ("picture.", "impact.", "discrimination.")  # what only a judge of the whole picture gives

HEADLINE = tuple(name for name, q in TABLE.items() if q.headline)
SHARES = tuple(name for name, q in TABLE.items() if q.share)
NEVER_NEGATIVE = tuple(name for name, q in TABLE.items() if not q.signed)
SCORED = tuple(name for name in TABLE if name.startswith(JUDGED))
UNITS = {name: q.unit for name, q in TABLE.items() if q.unit}
