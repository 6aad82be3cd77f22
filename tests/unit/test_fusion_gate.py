"""Gate and update against plain numpy."""

import numpy as np
import pytest
from fusion_scene import card, radar

from cupola.fusion import gate, sight, update
from cupola.fusion.config import Config
from cupola.fusion.pool import TRACK

KINDS = ("radar", "infrared", "position")


def scene(kind, seed, n=40, m=200, wide=1.0):
    """Sights and detections scattered so that a good part is in some gate; azimuth around +-pi."""
    rng = np.random.default_rng(seed)
    sigma = {"radar": [3e-4, 3e-4, 20.0], "infrared": [2e-5, 2e-5, np.nan], "position": [50.0, 50.0, 50.0]}[kind]
    f = sight.frame(card(kind, sigma, clutter=1e-12), 0)
    spread = np.nan_to_num(np.array(sigma))
    middle = np.array([0.5, np.pi, 1e6]) if kind != "position" else np.zeros(3)
    s = np.zeros(n, sight.SIGHT)
    s["z"] = middle + rng.normal(size=(n, 3)) * spread * 60
    s["pd"] = 0.9
    for i in range(n):
        root = rng.normal(size=(3, 3)) * spread[:, None] * 3 * wide
        s["G"][i] = root @ root.T
    z = s["z"][rng.integers(n, size=m)] + rng.normal(size=(m, 3)) * spread * 12 * wide
    if kind != "position":
        s["z"][:, 1] = (s["z"][:, 1] + np.pi) % (2 * np.pi) - np.pi
        z[:, 1] = (z[:, 1] + np.pi) % (2 * np.pi) - np.pi
    if kind == "infrared":
        z[:, 2] = np.nan
    s["clutter"] = f["clutter"]
    return f, s, z, np.tile(np.nan_to_num(sigma), (m, 1))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("wide", [0.3, 3.0])
def test_candidates_are_those_of_brute_force(kind, wide):
    f, s, z, sigma = scene(kind, 5, wide=wide)
    config = Config(gate_position=4.5)
    free = np.ones(len(z), np.int64)
    free[::7] = 0
    ptr, det, price = gate.candidates(s, np.arange(len(s)), len(s), z, sigma, free, f, config.record())
    got = {(i, int(det[e])): price[e] for i in range(len(s)) for e in range(ptr[i], ptr[i + 1])}
    d = 2 if kind == "infrared" else 3
    want = {}
    for i in range(len(s)):
        for j in np.flatnonzero(free):
            S = s["G"][i][:d, :d] + np.diag(sigma[j, :d] ** 2)
            y = z[j, :d] - s["z"][i][:d]
            if kind != "position":
                y[1] = (y[1] + np.pi) % (2 * np.pi) - np.pi
            if y @ np.linalg.solve(S, y) <= 4.5**2:
                p = y @ np.linalg.solve(S, y) + np.linalg.slogdet(2 * np.pi * S)[1] + 2 * np.log(f["clutter"][0] * 0.1 / 0.9)
                if p < 0:
                    want[i, int(j)] = p
    assert len(want) > 30
    assert got.keys() == want.keys()
    assert all(np.isclose(got[k], want[k], rtol=1e-9, atol=1e-7) for k in want)


@pytest.mark.parametrize("kind", ["radar", "position"])
def test_update_is_the_extended_kalman_filter(kind):
    rng = np.random.default_rng(2)
    site = radar(-5.0)
    f = sight.frame(card(kind, [3e-4, 3e-4, 20.0] if kind == "radar" else [40.0, 50.0, 60.0]), 0)
    f["position"], f["axes"] = site.position, site.axes
    r = np.zeros(1, TRACK)
    x = np.array([6.8e6, 1e5, -2e5, 10.0, 3000.0, 2000.0])
    root = rng.normal(size=(6, 6)) * np.r_[np.full(3, 200.0), np.full(3, 10.0)][:, None]
    P = root @ root.T
    r["x"], r["P"] = x, P
    z0, H0, G = np.empty(3), np.empty((3, 3)), np.empty((3, 3))
    sight.project(r[0], f[0], z0, H0, G)
    sigma = f["sigma"][0]
    z = z0 + sigma * rng.normal(size=3)
    X, C = np.r_[x, 0, 0, 0], np.zeros((9, 9))
    C[:6, :6] = P
    refused = update.correct(X, C, 6, f[0], z, sigma, 1, np.zeros(9), np.zeros((9, 9)), np.zeros((6, 9)))
    H = np.hstack([H0, np.zeros((3, 3))])
    S = H @ P @ H.T + np.diag(sigma**2)
    K = P @ H.T @ np.linalg.inv(S)
    assert refused == 0
    assert np.allclose(G, H @ P @ H.T)
    assert np.allclose(X[:6], x + K @ (z - z0), rtol=1e-9, atol=1e-4)
    A = np.eye(6) - K @ H
    want = A @ P @ A.T + K @ np.diag(sigma**2) @ K.T
    d = np.sqrt(np.diag(want))
    assert np.abs((C[:6, :6] - want) / np.outer(d, d)).max() < 1e-6
    assert np.array_equal(C, C.T)
    six, tight = x.copy(), P.copy()
    assert update.correct_six(six, tight, f[0], z, sigma, z0, H0) == 0
    assert np.allclose(six, X[:6], rtol=1e-12, atol=1e-6)
    assert np.abs((tight - C[:6, :6]) / np.outer(d, d)).max() < 1e-9
    assert np.array_equal(tight, tight.T)


def test_a_position_report_in_two_looks_with_half_weight_is_the_mixture():
    f = sight.frame(card("position", [40.0, 50.0, 60.0], clutter=1e-18), 0)
    f["axes"] = np.eye(3)
    pool, s = np.zeros(1, TRACK), np.zeros(1, sight.SIGHT)
    pool["x"] = [7e6, 0, 0, 0, 0, 0]
    pool["P"] = np.diag([1e4] * 3 + [1.0] * 3)
    pool["status"], pool["hits"], pool["twin"] = 2, 9, -1
    s["pd"], s["clutter"] = 0.9, 1e-18
    s["z"] = pool["x"][:, :3]
    s["G"] = pool["P"][:, :3, :3]
    z = np.array([[7e6 + 100, 0, 0], [7e6 - 60, 0, 0]])
    sigma = np.tile([40.0, 50.0, 60.0], (2, 1))
    weight = np.array([0.5, 0.2])
    free, owner, one = np.ones(2, np.int64), np.full(2, -1, np.int64), np.zeros(1, np.int64)
    tally = np.zeros(9, np.int64)
    args = (
        one,
        np.array([0, 2]),
        np.array([0, 1]),
        weight,
        np.zeros(1, np.int64),
        z,
        sigma,
        np.full((2, 2), np.nan, np.float32),
        f,
        Config().record(),
    )
    update.apply(pool, s, *args, free, owner, tally, np.zeros(update.SCRATCH))
    k = 1e4 / (1e4 + 1600)
    mean = 0.5 * k * 100 - 0.2 * k * 60
    within = 0.7 * (1 - k) * 1e4 + 0.3 * 1e4
    between = 0.5 * (k * 100) ** 2 + 0.2 * (k * 60) ** 2 - mean**2
    assert pool["x"][0, 0] - 7e6 == pytest.approx(mean, abs=1e-6)
    assert pool["P"][0, 0, 0] == pytest.approx(within + between)
    assert free.tolist() == [1, 1]  # neither is more likely than not the track's
    assert owner.tolist() == [pool["id"][0], -1]


def test_a_sight_that_is_no_number_takes_nothing_and_ends():
    """A state thrown away by drag that nothing has: its box once made the cells' loop run without end."""
    f, s, z, sigma = scene("radar", 5)
    rest = [i for i in range(len(s)) if i != 3]
    s["z"][3][2] = 2e15
    s["G"][3] = np.diag([np.nan, 1e60, 1e70])
    free, config = np.ones(len(z), np.int64), Config().record()
    ptr, det, _ = gate.candidates(s, np.arange(len(s)), len(s), z, sigma, free, f, config)
    assert ptr[4] == ptr[3]
    few, others, _ = gate.candidates(s, np.array(rest), len(rest), z, sigma, free, f, config)
    assert all(set(det[ptr[i] : ptr[i + 1]]) == set(others[few[k] : few[k + 1]]) for k, i in enumerate(rest))
