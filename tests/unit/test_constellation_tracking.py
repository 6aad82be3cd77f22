"""The tracking layer: what a satellite sees by plain vectors, and a layer flown at random times."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cupola.assess.models import model
from cupola.assess.orbits.shell import Shell
from cupola.assess.orbits.tracking_layer import view
from cupola.assess.question import ask
from cupola.core.errors import BadOption

EARTH = 6378137.0
LAYER = model("tracking-layer")
PLUMES = {"warm_body": False, "height_lo_km": 0.0, "height_hi_km": 100.0, "latitude_lo_deg": 20.0, "latitude_hi_deg": 60.0}


def sees(angle, altitude, height, grazing, longest, cold_sky):
    """By vectors: the segment, or the half-line from the satellite through the target, stays above the circle."""
    sat, body = np.array([EARTH + altitude, 0.0]), (EARTH + height) * np.array([math.cos(angle), math.sin(angle)])
    way = body - sat
    distance = float(np.linalg.norm(way))
    along = max(0.0, float(-sat @ way) / distance**2)
    nearest = sat + way * (along if cold_sky else min(1.0, along))
    return distance <= longest and float(np.linalg.norm(nearest)) >= EARTH + grazing


@settings(max_examples=60)
@given(st.floats(0, 1.5), st.floats(400e3, 2000e3), st.floats(110e3, 390e3), st.floats(500e3, 6000e3), st.booleans())
def test_what_is_seen_is_what_the_line_of_sight_clears(angle, altitude, height, longest, cold_sky):
    found = view(altitude, height, 100e3, longest, cold_sky)
    inside = found is not None and found.nearest < angle < found.farthest
    edge = found is not None and min(abs(angle - found.nearest), abs(angle - found.farthest)) < 1e-6
    assert edge or inside == sees(angle, altitude, height, 100e3, longest, cold_sky)


def test_a_layer_sees_what_it_says():
    got = ask(LAYER, PLUMES | {"wanted": 2})
    s = Shell(math.radians(got["inclination_deg"]), got["planes"], got["satellites"] // got["planes"], got["phasing"])
    rng = np.random.default_rng(5)
    lat = np.radians(rng.uniform(20, 60, 2000))
    short = 0
    for b in lat:
        node = rng.uniform(0, 7) + 2 * math.pi * np.arange(s.planes)[:, None] / s.planes
        spot = np.arange(s.each)[None] / s.each + s.phasing * np.arange(s.planes)[:, None] / s.satellites
        u = rng.uniform(0, 7) + 2 * math.pi * spot
        dot = math.cos(b) * (np.cos(node) * np.cos(u) - np.sin(node) * np.sin(u) * math.cos(s.inclination))
        dot += math.sin(b) * np.sin(u) * math.sin(s.inclination)
        angles = np.arccos(np.clip(dot, -1, 1)).ravel()
        short += sum(sees(x, 1000e3, 0.0, -1.0, 6000e3, False) for x in angles) < 2
    assert short <= 0.01 * 2000 + 4.5 * math.sqrt(20)
    assert got["bound"] <= got["satellites"]


def test_what_is_seen_past_a_quarter_of_the_globe_is_counted():
    """Plumes far up, from far out: the angle at the Earth's centre is above 90 degrees."""
    high = {"warm_body": False, "altitude_km": 36_000.0, "range_km": 50_000.0, "height_lo_km": 2_000.0, "height_hi_km": 2_000.0}
    got = ask(LAYER, high | {"latitude_hi_deg": 60.0})
    assert got["radius_deg"] > 90
    assert got["bound"] <= got["satellites"] <= 8


def test_more_eyes_more_satellites():
    one, two = (ask(LAYER, PLUMES | {"wanted": n})["satellites"] for n in (1, 2))
    assert one < two


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"latitude_lo_deg": 50.0, "latitude_hi_deg": 10.0}, "give the lower one first"),
        ({"height_lo_km": 500.0, "height_hi_km": 200.0}, "give the lower height first"),
        ({"height_lo_km": 50.0}, "never sees a target"),
        ({"range_km": 300.0}, "never sees a target"),
    ],
)
def test_what_cannot_be_is_explained(given, says):
    with pytest.raises(BadOption, match=says):
        ask(LAYER, given)
