"""Track motion: means against an adaptive integrator, covariances against numerical derivatives."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from cupola.core.batches import AIR, BALLISTIC, BOOST, REENTRY
from cupola.core.constants import EARTH_RADIUS, OMEGA
from cupola.dynamics import ellipsoid, gravity
from cupola.dynamics.atmosphere import density
from cupola.fusion import delete, motion, pool
from cupola.fusion.config import Config
from cupola.fusion.tally import IMPOSSIBLE, TALLY

START = np.array([EARTH_RADIUS + 60e3, 2e5, -3e5, 1200.0, 3800.0, 900.0])
EXTRA = {BALLISTIC: np.zeros(3), BOOST: np.array([12.0, 18.0, 5.0]), REENTRY: np.array([1 / 400.0, 0.0, 0.0]), AIR: np.zeros(3)}


def settings(**zero):
    return Config(**zero).record()


def advanced(mode, x, e, dt, s, P=None, Pe=None):
    x, e = x.copy(), e.copy()
    P = np.zeros((6, 6)) if P is None else P.copy()
    Pe = np.zeros((3, 9)) if Pe is None else Pe.copy()
    motion.advance(mode, x, P, e, Pe, dt, s[0], np.zeros((3, 9, 9)))
    return x, P, e, Pe


def rates(mode, e, w):
    def f(t, y):
        x, v = y[:3], y[3:]
        over = v - np.cross([0, 0, OMEGA], x)
        a = gravity.acceleration(x)
        if mode == BOOST:
            a = a + e * (1 + np.linalg.norm(e) * t / w)
        if mode == REENTRY:
            h = ellipsoid.radial_height(*x)
            a = a - 0.5 * density(h) * np.linalg.norm(over) * over * e[0]
        if mode == AIR:
            a = np.cross([0, 0, OMEGA], np.cross([0, 0, OMEGA], x)) + 2 * np.cross([0, 0, OMEGA], over) - over @ over / (x @ x) * x
        return np.r_[v, a]

    return f


@pytest.mark.parametrize("mode", [BALLISTIC, BOOST, REENTRY, AIR])
@pytest.mark.parametrize("dt", [0.7, 10.0])
def test_mean_agrees_with_an_adaptive_integrator(mode, dt):
    dt = min(dt, 2.0) if mode == BOOST else dt  # the thrust's growth is re-based every 2 s
    start = START.copy()
    if mode == AIR:
        start[3:] = np.cross([0, 0, OMEGA], START[:3]) + np.array([5.0, 200.0, 100.0])
    s = settings()
    x, *_ = advanced(mode, start, EXTRA[mode], dt, s)
    oracle = solve_ivp(rates(mode, EXTRA[mode], s["exhaust_speed"][0]), (0, dt), start, "DOP853", rtol=1e-12, atol=1e-6).y[:, -1]
    assert np.linalg.norm(x[:3] - oracle[:3]) < 0.02
    assert np.linalg.norm(x[3:] - oracle[3:]) < 0.02


@pytest.mark.parametrize(("mode", "n"), [(BALLISTIC, 6), (BOOST, 9), (REENTRY, 7)])
def test_covariance_agrees_with_a_numerical_jacobian(mode, n):
    rng = np.random.default_rng(3)
    s = settings(q_ballistic=0.0, q_boost=0.0, q_jerk=0.0, q_reentry=0.0, q_drag=0.0)
    scale = np.r_[np.full(3, 100.0), np.full(3, 10.0), np.full(n - 6, 1.0 if mode == BOOST else 1e-4)]
    root = rng.normal(size=(n, n)) * scale[:, None]
    C = root @ root.T
    Pe = np.zeros((3, 9))
    Pe[: n - 6, :n] = C[6:]
    dt = 0.5

    def flow(y):
        e = np.zeros(3)
        e[: n - 6] = y[6:]
        x, _, e, _ = advanced(mode, y[:6], e, dt, s)
        return np.r_[x, e[: n - 6]]

    y = np.r_[START, EXTRA[mode][: n - 6]]
    F = np.stack([(flow(y + d) - flow(y - d)) / (2 * d.sum()) for d in np.diag(scale * 0.1)], axis=1)
    _, P, _, Pe = advanced(mode, START, EXTRA[mode], dt, s, C[:6, :6], Pe)
    got = np.zeros((n, n))
    got[:6, :6], got[6:], got[:, 6:] = P, Pe[: n - 6, :n], Pe[: n - 6, :n].T
    want = F @ C @ F.T
    d = np.sqrt(np.diag(want))
    assert np.abs((got - want) / np.outer(d, d)).max() < 2e-3


@pytest.mark.parametrize(("low", "speed", "beta"), [(15e3, 20.0, 10.0), (40e3, 2000.0, 30.0), (25e3, 6000.0, 300.0)])
def test_strong_drag_agrees_with_an_adaptive_integrator_in_mean_and_covariance(low, speed, beta):
    s = settings(q_reentry=0.0, q_drag=0.0)
    up = np.array([1.0, 0.02, -0.05]) / np.linalg.norm([1.0, 0.02, -0.05])
    x = np.r_[up * (EARTH_RADIUS + low), 0.0, 0.0, 0.0]
    x[3:] = np.cross([0, 0, OMEGA], x[:3]) - speed * (0.8 * up + 0.6 * np.array([0.0, 1.0, 0.0]))
    scale, dt = np.r_[np.full(3, 100.0), np.full(3, 10.0), 0.1 / beta], 1.0

    def flow(y):
        return solve_ivp(rates(REENTRY, y[6:], 1.0), (0, dt), y[:6], "DOP853", rtol=1e-12, atol=1e-8).y[:, -1]

    y = np.r_[x, 1.0 / beta]
    got, P, _, _ = advanced(
        REENTRY, x, np.r_[1.0 / beta, 0.0, 0.0], dt, s, np.diag(scale[:6] ** 2), np.eye(3, 9, 6) * scale[6] ** 2
    )
    slowed = np.linalg.norm(flow(y)[3:] - x[3:])
    assert np.linalg.norm(got[3:] - flow(y)[3:]) < 1e-3 * slowed + 1e-3
    F = np.stack([(flow(y + d) - flow(y - d)) / (2 * d.sum()) for d in np.diag(scale * 0.05)], axis=1)
    want = F @ np.diag(scale**2) @ F.T
    d = np.sqrt(np.diag(want))
    assert np.abs((P - want) / np.outer(d, d)).max() < 0.04


def test_noise_is_white_acceleration():
    s = settings(q_ballistic=0.3)
    _, P, *_ = advanced(BALLISTIC, START, np.zeros(3), 2.0, s)
    want = 0.3 * np.array([[8 / 3, 2.0], [2.0, 2.0]])
    assert np.allclose([[P[0, 0], P[0, 3]], [P[3, 0], P[3, 3]]], want, rtol=1e-9)
    assert np.array_equal(P, P.T)


@pytest.mark.parametrize("mode", [BALLISTIC, AIR])
def test_back_in_time_undoes_forward_and_adds_noise(mode):
    s = settings()
    P0 = np.diag([1e4] * 3 + [1e2] * 3)
    x, P, e, Pe = advanced(mode, START, np.zeros(3), 3.0, s, P0)
    x, P, *_ = advanced(mode, x, e, -3.0, s, P, Pe)
    assert np.allclose(x, START, atol=1e-3)
    assert np.all(np.diag(P) > np.diag(P0))
    assert np.linalg.eigvalsh(P).min() > 0


def test_an_aircraft_stays_level_and_keeps_its_speed():
    x0 = np.array([EARTH_RADIUS + 1e4, 0.0, 0.0, 0.0, 200.0, 120.0])
    x0[3:] += np.cross([0, 0, OMEGA], x0[:3])
    x, *_ = advanced(AIR, x0, np.zeros(3), 600.0, settings())
    over = x[3:] - np.cross([0, 0, OMEGA], x[:3])
    assert abs(np.linalg.norm(x[:3]) - np.linalg.norm(x0[:3])) < 1.0
    assert np.linalg.norm(over) == pytest.approx(np.hypot(200, 120), abs=0.1)


def test_a_state_thrown_away_ends_the_track():
    rows, spare = np.zeros(2, pool.TRACK), np.zeros(2, np.int64)
    rows["status"] = pool.CONFIRMED
    rows["x"] = [[3e15, 0, 0, 0, 0, 0], [7e6, 0, 0, 0, 7e3, 0]]
    tally, book = np.zeros(len(TALLY), np.int64), np.array([2, 2, 0, 0], np.int64)
    delete.expire(rows, spare, book, 1.0, 1.0, settings(), tally)
    assert rows["status"].tolist() == [pool.FREE, pool.CONFIRMED]
    assert tally[IMPOSSIBLE] == 1
