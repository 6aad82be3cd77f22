"""TEME to the Earth-fixed frame against the sgp4 package's sidereal time and a published worked example."""

import numpy as np
from sgp4.propagation import gstime

from cupola.core.clock import ns_from_iso
from cupola.dynamics import frames


def test_gmst_is_that_of_sgp4():
    for text in ("1999-12-31T18:00:00Z", "2017-11-28T18:17:00Z", "2026-11-22T01:02:03Z", "2050-06-01T23:59:59Z"):
        ns = ns_from_iso(text)
        julian = ns / 86400e9 + 2440587.5  # a double holds it to 4e-5 s
        off = np.mod(gstime(julian) - frames.gmst(ns) + np.pi, 2 * np.pi) - np.pi
        assert abs(off) < 5e-9


def test_worked_example_of_vallado_and_others_2006():
    """AIAA 2006-6753, appendix C: 6 April 2004, 07:51:28.386009 UTC, UT1-UTC -0.439962 s; TEME to PEF (no polar motion)."""
    ut1 = ns_from_iso("2004-04-06T07:51:28.386009Z") - 439_961_900
    x, v = frames.ecef_from_teme(
        np.array([5094180.16210, 6127644.65950, 6380344.53270]), np.array([-4746.131487, 785.818041, 5531.931288]), ut1
    )
    assert np.max(np.abs(x - [-1033475.03130, 7901305.58560, 6380344.53270])) < 0.05
    assert np.max(np.abs(v - [-3225.6327470, -2872.4425110, 5531.9312880])) < 1e-3
