"""A tiny world for the fusion tests: ballistic bodies with drag, launches, radars and telescopes, written with numpy alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cupola.core.batches import FEATURES, Scan, SensorCard
from cupola.core.constants import EARTH_RADIUS, OMEGA
from cupola.dynamics import gravity
from cupola.dynamics.atmosphere import density
from cupola.fusion import tracker
from cupola.fusion.config import Config

NAN = np.nan
RADAR_SIGMA = np.array([3e-4, 3e-4, 20.0])


def card(kind="radar", sigma=RADAR_SIGMA, pd=0.9, clutter=1e-6, limits=None, **more):
    wide = {"radar": [0.0, 1.55, -np.pi, np.pi, 0.0, 5e6], "infrared": [-1, 1, -1, 1, NAN, NAN], "position": [NAN] * 6}
    return SensorCard(
        f"{kind}", kind, "ground", "test", np.asarray(sigma, float), pd, clutter, np.asarray(limits or wide[kind], float), **more
    )


def axes_up(position):
    """Rows: level x, level y, up."""
    up = position / np.linalg.norm(position)
    x = np.cross([0.0, 0.0, 1.0], up)
    x /= np.linalg.norm(x)
    return np.array([x, np.cross(up, x), up])


def axes_down(position):
    """Rows: to the Earth's centre, and two across."""
    x = -position / np.linalg.norm(position)
    y = np.cross([0.0, 0.0, 1.0], x)
    y /= np.linalg.norm(y)
    return np.array([x, y, np.cross(x, y)])


def accelerations(x, beta, thrust):
    """Gravity, drag by beta (kg/m^2), thrust along the velocity over ground (up where that is slow)."""
    a = gravity.acceleration(x[:, :3])
    v = x[:, 3:] - np.cross([0.0, 0.0, OMEGA], x[:, :3])
    speed = np.linalg.norm(v, axis=1, keepdims=True)
    h = np.linalg.norm(x[:, :3], axis=1) - EARTH_RADIUS  # scenes lie on the equator
    a -= 0.5 * density(h)[:, None] * speed * v / beta[:, None]
    up = x[:, :3] / np.linalg.norm(x[:, :3], axis=1, keepdims=True)
    along = np.where(speed > 100.0, v / np.maximum(speed, 1.0), up)
    return a + thrust[:, None] * along


def fly(x, beta, thrust, t, until, step=0.05):
    """RK4 of ``(n, 6)`` from t to until."""
    n = max(1, int(np.ceil((until - t) / step)))
    h = (until - t) / n
    for _ in range(n if until > t else 0):
        k1 = np.hstack([x[:, 3:], accelerations(x, beta, thrust)])
        k2 = np.hstack([x[:, 3:] + h / 2 * k1[:, 3:], accelerations(x + h / 2 * k1, beta, thrust)])
        k3 = np.hstack([x[:, 3:] + h / 2 * k2[:, 3:], accelerations(x + h / 2 * k2, beta, thrust)])
        k4 = np.hstack([x[:, 3:] + h * k3[:, 3:], accelerations(x + h * k3, beta, thrust)])
        x = x + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return x


def spherical(v):
    r = np.linalg.norm(v, axis=1)
    return np.stack([np.arcsin(v[:, 2] / r), np.arctan2(v[:, 1], v[:, 0]), r], axis=1)


@dataclass
class Site:
    card: SensorCard
    position: np.ndarray
    axes: np.ndarray

    def scan(self, number, seq, t, x, rng, false=0, visible=None):
        """One scan of bodies x ``(n, 6)``, with misses and false detections, in random order; and whose each detection is."""
        z = spherical((x[:, :3] - self.position) @ self.axes.T)
        lim = self.card.limits
        seen = (z[:, 0] > lim[0]) & (z[:, 0] < lim[1]) & (z[:, 1] > lim[2]) & (z[:, 1] < lim[3])
        seen &= rng.random(len(x)) < self.card.pd
        if visible is not None:
            seen &= visible
        who = np.flatnonzero(seen)
        sigma = np.nan_to_num(self.card.sigma)
        z = z[who] + sigma * rng.normal(size=(len(who), 3))
        hi = 3e6 if self.card.kind == "radar" else 1.0
        z = np.vstack([z, rng.uniform([lim[0], lim[2], 2e5], [lim[1], lim[3], max(hi, 3e5)], (false, 3))])
        if self.card.kind == "infrared":
            z[:, 2] = NAN
        order = rng.permutation(len(z))
        z = z[order]
        who = np.r_[who, np.full(false, -1)][order]
        sigma = np.tile(self.card.sigma, (len(z), 1))
        feature = np.full((len(z), len(FEATURES)), NAN, np.float32)
        return Scan(number, seq, t, self.position, self.axes, z, sigma, feature), who


def radar(lon_deg, lat_deg=0.0, **more):
    lon, lat = np.radians([lon_deg, lat_deg])
    p = EARTH_RADIUS * np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    return Site(card(**more), p, axes_up(p))


def telescope(lon_deg, radius=4.2164e7, sigma=20e-6, **more):
    lon = np.radians(lon_deg)
    p = radius * np.array([np.cos(lon), np.sin(lon), 0.0])
    limits = [-0.16, 0.16, -0.16, 0.16, NAN, NAN]
    return Site(card("infrared", [sigma, sigma, NAN], clutter=100.0, limits=limits, **more), p, axes_down(p))


def bodies(n, rng, low=3e5, high=6e5, box=3e5):
    """States of n free-falling bodies above (0 N, 0 E)."""
    h = EARTH_RADIUS + rng.uniform(low, high, n)
    east, north = rng.uniform(-box, box, (2, n))
    v = rng.uniform(3e3, 6e3, n)
    turn = rng.uniform(0, 2 * np.pi, n)
    return np.stack([h, east, north, rng.uniform(-1e3, 1e3, n), v * np.cos(turn), v * np.sin(turn)], axis=1)


def ballistic(n=12, seconds=40.0, period=2.0, seed=1, false=2, sites=None, beta=np.inf, x0=None, step=0.5):
    """Scans, and truth ``(scans, n, 6)``, of n bodies seen by three radars in turn."""
    rng = np.random.default_rng(seed)
    sites = sites or [radar(-8.0), radar(6.0, 5.0), radar(5.0, -6.0)]
    x = bodies(n, rng) if x0 is None else x0
    b, no = np.full(len(x), beta, float), np.zeros(len(x))
    times = np.arange(0, seconds, period / len(sites))
    scans, truth, origin, t = [], [], [], 0.0
    for k, at in enumerate(times):
        x, t = fly(x, b, no, t, at, step), at
        i = k % len(sites)
        s, who = sites[i].scan(i, k // len(sites), at, x, rng, false)
        scans.append(s)
        truth.append(x)
        origin.append(who)
    return tuple(s.card for s in sites), scans, np.array(truth), origin


def run(cards, scans, config=None):
    """Scan by scan; the output after each."""
    state, out = tracker.start(config or Config(), cards), []
    now = -np.inf
    for s in scans:
        now = max(now, s.t)
        state, result = tracker.step(state, (s,), now)
        out.append(result)
    return out


def errors(tracks, truth):
    """Nearest truth of each confirmed track: row, distance, NEES / 6."""
    sure = tracks.confirmed
    x, P = tracks.x[sure], tracks.P[sure]
    d = np.linalg.norm(truth[None, :, :3] - x[:, None, :3], axis=2)
    near = d.argmin(axis=1)
    e = x - truth[near]
    nees = np.einsum("ai,ai->a", e, np.linalg.solve(P, e[..., None])[..., 0]) / 6
    return near, d.min(axis=1), nees
