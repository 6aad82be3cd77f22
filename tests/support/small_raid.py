"""A raid small enough to be flown many times: what tests of the fast fidelity share."""

from __future__ import annotations

from pathlib import Path

from cupola.scenario import load
from cupola.scenario.schema import Scenario

TEXT = """
name: small
description: four medium-range missiles, two layers
duration_s: 960
launches:
  - {missile: generic-mrbm-solid, from: east-asia-coast, to: kanto, count: 4, first_t: 5, window_s: 30}
sensors: [sbirs-geo-a, sbirs-geo-e, sbirs-geo-f, tpy2-shariki]
custom:
  - {name: tpy2-near, type: tpy-2, at: {lat_deg: 35.7, lon_deg: 139.5}, boresight_deg: 300, sector_deg: 120}
links: [{name: all, sensors: ["*"], capacity_kbps: 64, delay_s: 0.2}]
defence:
  batteries:
    - {name: upper, interceptor: thaad, at: {lat_deg: 35.7, lon_deg: 139.5}, magazine: 12}
    - {name: lower, interceptor: pac3-mse, at: {lat_deg: 35.6, lon_deg: 139.7}, magazine: 8}
  areas: [{at: kanto}]
  doctrine: {threshold: 0.02}
"""


def scenario(folder: Path) -> Scenario:
    """It, as read from a file in this folder."""
    path = folder / "small.yaml"
    path.write_text(TEXT)
    return load(str(path))
