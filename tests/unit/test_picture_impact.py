"""Impact prediction: against an independent integrator, and ellipses that hold what they claim."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from cupola.core.batches import CLASSES, MODES, WARHEAD, Floats, Tracks
from cupola.core.constants import OMEGA
from cupola.core.randoms import stream
from cupola.discriminate.signatures import load
from cupola.dynamics import atmosphere, frames, gravity
from cupola.picture import impact, impact_kernels, impact_refresh
from cupola.picture.impact_kernels import predict

BALLISTIC, BOOST = MODES.index("ballistic"), MODES.index("boost")


def falling(n: int, rng: np.random.Generator) -> Floats:
    """ECI states that come down somewhere, 200-700 km high at 2.5-6.5 km/s."""
    lat, lon = rng.uniform(-1.2, 1.2, n), rng.uniform(-np.pi, np.pi, n)
    at = frames.ecef_from_geodetic(lat, lon, rng.uniform(200e3, 700e3, n))
    azimuth, speed, climb = rng.uniform(0, 2 * np.pi, n), rng.uniform(2500, 6500, n), rng.uniform(-0.3, 0.5, n)
    local = np.stack([np.cos(climb) * np.sin(azimuth), np.cos(climb) * np.cos(azimuth), np.sin(climb)], axis=1) * speed[:, None]
    v = np.einsum("nij,ni->nj", frames.enu_axes(lat, lon), local)
    return frames.state_eci_from_ecef(np.hstack([at, v]), 0.0)


def integrate(x: Floats, beta: float) -> tuple[float, float, float]:
    """Latitude, longitude, time of impact by DOP853 with J2-J4 and drag."""

    def rate(_: float, s: Floats) -> Floats:
        wind = s[3:] - OMEGA * np.array([-s[1], s[0], 0.0])
        drag = 0.5 * atmosphere.density(frames.height(s[:3])) * np.linalg.norm(wind) / beta
        return np.r_[s[3:], gravity.acceleration(s[:3]) - drag * wind]

    def ground(_: float, s: Floats) -> float:
        return float(frames.height(s[:3]))

    ground.terminal, ground.direction = True, -1.0  # type: ignore[attr-defined]
    r = solve_ivp(rate, (0, 4000), x, method="DOP853", rtol=1e-9, atol=1e-3, events=ground)
    lat, lon, _ = frames.geodetic_from_ecef(frames.ecef_from_eci(r.y[:3, -1], r.t[-1]))
    return float(lat), float(lon), float(r.t[-1])


@pytest.mark.parametrize(("beta", "metres", "seconds"), [(8000.0, 50.0, 0.1), (500.0, 500.0, 1.0)])
def test_the_point_agrees_with_an_integrator(beta: float, metres: float, seconds: float) -> None:
    x = falling(4, stream(1, "impact"))
    out = np.empty((4, 6))
    predict(x, np.tile(np.eye(6), (4, 1, 1)), np.zeros(4), np.tile([np.log(beta), 0.0], (4, 1)), 7200.0, out)
    for i in range(4):
        lat, lon, t = integrate(x[i], beta)
        off = frames.ecef_from_geodetic(lat, lon) - frames.ecef_from_geodetic(out[i, 0], out[i, 1])
        assert np.linalg.norm(off) < metres
        assert out[i, 2] == pytest.approx(t, abs=seconds)


def inside(estimate: Floats, points: Floats) -> Floats:
    """Squared Mahalanobis distance of true impact points (lat, lon) in each estimate's ellipse ``(n, 6)`` of raw predictions."""
    here = frames.ecef_from_geodetic(estimate[:, 0], estimate[:, 1])
    there = frames.ecef_from_geodetic(points[:, 0], points[:, 1])
    local = np.einsum("nij,nj->ni", frames.enu_axes(estimate[:, 0], estimate[:, 1]), there - here)[:, :2]
    ee, nn, en = estimate[:, 3], estimate[:, 4], estimate[:, 5]
    return (nn * local[:, 0] ** 2 - 2 * en * local[:, 0] * local[:, 1] + ee * local[:, 1] ** 2) / (ee * nn - en**2)


def test_the_ellipse_holds_what_it_claims() -> None:
    """Tracks whose errors are as their covariance says, ballistic coefficients as the class says: 95 % of impacts inside 95 %."""
    rng, n = stream(2, "coverage"), 600
    truth = np.repeat(falling(6, rng), n // 6, axis=0)
    a = rng.normal(size=(n, 6, 6))
    scale = np.r_[[150.0] * 3, [4.0] * 3]
    P = (a @ a.transpose(0, 2, 1) / 6 + 0.1 * np.eye(6)) * np.outer(scale, scale)
    seen = truth + np.einsum("nij,nj->ni", np.linalg.cholesky(P), rng.standard_normal((n, 6)))
    mean, spread = load().beta[WARHEAD]
    beta = np.stack([mean + spread * rng.standard_normal(n), np.zeros(n)], axis=1)
    real, guess = np.empty((n, 6)), np.empty((n, 6))
    predict(truth, P, np.zeros(n), beta, 7200.0, real)
    predict(seen, P, np.zeros(n), np.tile([mean, spread], (n, 1)), 7200.0, guess)
    both = np.isfinite(real[:, 2]) & np.isfinite(guess[:, 2])
    assert both.mean() > 0.99
    d2 = inside(guess[both], real[both, :2])
    assert np.mean(d2 < 5.991) == pytest.approx(0.95, abs=0.035)
    assert np.mean(d2 < 1.386) == pytest.approx(0.5, abs=0.08)


def some_tracks(x: Floats, t: float, mode: int = BALLISTIC) -> Tracks:
    n = len(x)
    return Tracks(
        t, np.arange(n), x, np.tile(np.diag([1e4] * 3 + [10.0] * 3), (n, 1, 1)), np.ones(n, np.bool_), np.full(n, mode, np.uint8),
        np.zeros(n), np.full(n, t), np.full(n, 9, np.int32), np.ones((n, 1), np.uint64), np.full((n, 2), np.nan), np.zeros(n),
        np.full(n, -1),
    )  # fmt: skip


def test_refreshed_in_turns_and_all_are_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(impact, "BUDGET", 10)
    tracks = some_tracks(falling(25, stream(3, "turns")), 0.0)
    prob = np.full((25, len(CLASSES)), 0.2)
    state, served = impact.start(), []
    for k in range(4):
        state, where, ellipse = impact.step(state, tracks, prob, 0.1 * k)
        served.append(int(np.isfinite(state.kept["raw"][:, 2]).sum()))
        assert np.array_equal(np.isnan(where[:, 0]), np.isnan(ellipse[:, 0]))
    assert served == [10, 20, 25, 25]
    assert np.all(ellipse[:, 0] >= ellipse[:, 1])
    assert np.all((ellipse[:, 2] >= 0) & (ellipse[:, 2] < np.pi))


def test_who_thrusts_or_orbits_has_no_impact_point() -> None:
    x = falling(2, stream(4, "none"))
    prob = np.full((2, len(CLASSES)), 0.2)
    state, where, _ = impact.step(impact.start(), some_tracks(x, 0.0), prob, 0.0)
    assert np.isfinite(where).all()
    state, where, _ = impact.step(state, some_tracks(x, 1.0, BOOST), prob, 1.0)
    assert np.isnan(where).all()
    state, where, _ = impact.step(state, some_tracks(x, 2.0), prob, 2.0)
    assert np.isfinite(where).all()
    x[0] = [7.0e6, 0, 0, 0, 7.6e3, 0]
    x[1] = [7.0e6, 0, 0, 12e3, 0, 0]
    _, where, _ = impact.step(impact.start(), some_tracks(x, 0.0), prob, 0.0)
    assert np.isnan(where).all()


def test_which_ballistic_coefficient_is_believed() -> None:
    classes = load().beta
    heavy, light = np.array([0, 0, 0.02, 0.9, 0.08]), np.array([0, 0, 0.001, 0.9, 0.099])
    unknown = np.full((2, 2), np.nan)
    out = np.empty((2, 2))
    impact_refresh.believed_beta(unknown, np.stack([heavy, light]), classes, out)
    assert out[0] == pytest.approx(classes[WARHEAD])
    assert out[1] == pytest.approx(classes[CLASSES.index("decoy")])
    measured = np.array([[np.log(8000), 0.1], [np.log(2.0), 0.2]])
    impact_refresh.believed_beta(measured, np.stack([heavy, heavy]), classes, out)
    assert out[0, 1] < 0.1
    assert out[1] == pytest.approx(measured[1])


def test_axes_of_an_ellipse() -> None:
    a, b, azimuth = 3e3, 1e3, np.radians(30)
    e, n = np.sin(azimuth), np.cos(azimuth)
    raw, out = np.r_[0.1, 0.2, 9.0, a**2 * e * e + b**2 * n * n, a**2 * n * n + b**2 * e * e, (a**2 - b**2) * e * n], np.empty(6)
    impact_refresh.show(raw, out)
    assert out == pytest.approx([0.1, 0.2, 9.0, a, b, azimuth])
    impact_refresh.show(raw * 1e6, out)
    assert np.isnan(out).all()


@pytest.mark.parametrize("beta", [40.0, 500.0, 3000.0, 9000.0])
@pytest.mark.parametrize(("speed", "angle"), [(2000.0, 0.8), (4500.0, 0.5), (7000.0, 0.15)])
def test_longer_steps_in_thin_air_cost_metres(beta: float, speed: float, angle: float) -> None:
    """Against steps a thirtieth as long: the point, and what one sigma of the coefficient moves it."""

    def fall(beta: float, stride: float) -> np.ndarray:
        axes = frames.enu_axes(0.5, 1.0)
        s = np.r_[frames.ecef_from_geodetic(0.5, 1.0, 110e3), speed * axes.T @ [np.cos(angle), 0.0, -np.sin(angle)]]
        t = impact_kernels.fall_through_air(s, beta, stride)
        return frames.ecef_from_eci(s[:3], t)

    assert np.linalg.norm(fall(beta, impact_kernels.CENTRE) - fall(beta, 0.05)) < 12.0
    got, fine = (fall(1.2 * beta, k) - fall(beta / 1.2, k) for k in (impact_kernels.SIDES, 0.05))
    assert np.linalg.norm(got) == pytest.approx(np.linalg.norm(fine), rel=0.06)
