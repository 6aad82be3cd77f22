"""Why there is no number of ours beside a published one: by what kind of thing the number is, never by the case's name."""

from __future__ import annotations

import re

from cupola.assess.literature.case import Case

NEEDS = {
    "trajectory": "ground_range_km with apogee_km, with flight_time_s, with the propellant or with a missile of the catalogue named"
    " in the quantity",
    "trajectory_analytic": "ground_range_km, with or without apogee_km, or launch_speed_km_s with launch_angle_deg,"
    " among the inputs",
    "trajectory_flightdata": "file, t0_s and t1_s among the inputs",
    "constellation": "flyout_s, boost_s or delta_v_km_s among the inputs, or solid or liquid in the words",
    "cost": "flyout_s, boost_s or delta_v_km_s among the inputs, or interceptors with satellite_musd",
    "leakage": "single_shot_kill_probability with shots, or with warheads and p_no_leak, or layer_efficiencies among the inputs",
    "decay": "altitude_km and cd_area_over_mass_m2_kg among the inputs",
    "sensor": "a radar's power, area, dwell, target and signal, a slant range or a target's height among the inputs",
    "inventory_cost": "tests and hits; prices, stocks and rates are looked up in the catalogue",
}
WHY = (  # form of a key -> why no model gives it; the first that fits
    (r"lost|launched", "which satellites are lost in a storm hangs on their thrust and attitude, which no source gives"),
    (r".*(tasks|nodes|users).*", "a claim about a computing platform; no model of missiles or orbits gives such a count"),
    (r"tranche.*|stations|.*_planes", "a count of what is built or ordered: a programme's decision, no result of a model"),
    (r"goal_.*|built_.*|.*_per_year|years_to_.*|stock.*", "a count of what is made or planned: an input of campaigns, no result"),
    (r".*_(icbm|fobs|hgv|slbm|irbm|mrbm|srbm|lacm)(_.*)?", "a count or forecast of an agency: an input, and not in the catalogue"),
    (r"fy\d+_[mb]usd|.*unit.*_musd|average.*_musd", "a price in a budget: an input, and no parts are given to add it up from"),
    (r"rockets|intercepted|missed|tests|hits|.*_count", "a count of what happened: an input of test records"),
    (r"(old|new)_.*_[mb]usd", "a total whose quantities, masses and prices are not given"),
    (r".*_[mbt]usd", "a total or part of one without the quantities and prices it is made of"),
    (r"altitude_.*|.*_altitude_km", "a programme's choice: an input of the models"),
)


def reason(case: Case, key: str) -> str:
    """Why no number of ours stands beside ``key``."""
    said = next((why for form, why in WHY if re.fullmatch(form, key)), "")
    if not said:
        return f"{case.kind} is computed from {NEEDS[case.kind]}" if case.kind in NEEDS else "no model here gives it"
    named = [t.identity for t in case.tolerances if re.search(rf"\b{re.escape(key)}\b", t.identity)]
    return said + ("; checked against the other published numbers above" if named else "")
