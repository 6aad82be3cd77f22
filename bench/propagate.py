"""100,000 ballistic objects for 30 minutes at 1 s, with gravity J2-J4 and drag, against scipy's DOP853 object by object.

    python bench/propagate.py [--objects 100000] [--threads 2] [--scipy 8]

Prints wall and CPU seconds (CPU is what counts where the machine is shared), object-seconds per second and core, peak memory, and
the CPU ratio to DOP853 (rtol 1e-9, forces from Cupola's compiled kernels) in the same run. Goal: at most 15 s on 2 cores.
"""

from __future__ import annotations

import argparse
import resource
import time

import numpy as np
from scipy.integrate import solve_ivp

from cupola.dynamics import ballistic, ellipsoid, frames, propagate, segments

SECONDS = 1800


def fleet(n: int, seed: int = 1) -> np.ndarray:
    """Flights that start at 100-200 km at 5.5-7 km/s, 25-50 degrees up, anywhere: most land or re-enter within the half hour."""
    rng = np.random.default_rng(seed)
    lat, lon = rng.uniform(-1.0, 1.0, n), rng.uniform(-np.pi, np.pi, n)
    climb, bearing, speed = np.radians(rng.uniform(25, 50, n)), rng.uniform(0, 2 * np.pi, n), rng.uniform(5500, 7000, n)
    enu = np.stack([np.cos(climb) * np.sin(bearing), np.cos(climb) * np.cos(bearing), np.sin(climb)], axis=1) * speed[:, None]
    velocity = np.einsum("nij,ni->nj", frames.enu_axes(lat, lon), enu)
    return np.concatenate([frames.ecef_from_geodetic(lat, lon, rng.uniform(1e5, 2e5, n)), velocity], axis=1)


def betas(kind: str, n: int) -> np.ndarray:
    if kind == "vacuum":
        return np.full(n, np.inf)
    heavy = np.full(n, 8000.0)
    return heavy if kind == "warheads" else np.where(np.arange(n) % 2, heavy, np.random.default_rng(2).uniform(5.0, 50.0, n))


def ours(x: np.ndarray, beta: np.ndarray, threads: int) -> tuple[float, float]:
    wall, cpu, landed = time.perf_counter(), time.process_time(), 0
    for _, states in propagate.stream(x, np.arange(0.0, SECONDS), beta, threads=threads):
        landed += int(np.isnan(states[:, -1, 0]).sum())
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    rate = len(x) * SECONDS / cpu / 1e6
    print(f"  {len(x):7d} objects  wall {wall:6.2f} s  cpu {cpu:6.2f} s  {rate:6.1f} M obj-s/s/core  {landed} landed")
    return wall, cpu


def scipys(x: np.ndarray, beta: np.ndarray) -> float:
    cpu = time.process_time()
    for state, b in zip(x, beta, strict=True):
        k, roof = propagate.drag_terms(b, 1.0, 1)[0]

        def rates(_: float, s: np.ndarray, k: float = k, roof: float = roof) -> tuple[float, ...]:
            return (*s[3:], *ballistic.force(*s, k, roof))

        def ground(_: float, s: np.ndarray) -> float:
            return ellipsoid.height(s[0], s[1], s[2])

        ground.terminal, ground.direction = True, -1.0  # type: ignore[attr-defined]
        solve_ivp(rates, (0, SECONDS), state, "DOP853", np.arange(0.0, SECONDS), events=ground, rtol=1e-9, atol=1e-3)
    return (time.process_time() - cpu) / len(x)


def ticks(n: int) -> None:
    store = segments.start_segments(fleet(n), 0.0)
    segments.state_at(store, 0.5)
    cpu = time.process_time()
    for t in range(1, 601):
        segments.state_at(store, float(t))
    print(f"  {n:7d} objects in segments, vacuum: {(time.process_time() - cpu) / 600 * 1e3:.2f} ms cpu per 1 s tick")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--objects", type=int, default=100_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--scipy", type=int, default=8, help="objects for DOP853 (0.1-1 s each)")
    options = parser.parse_args()
    for _ in propagate.stream(fleet(2), np.arange(0.0, 2.0), 5.0):  # compile before the clock starts
        pass
    for kind in ("vacuum", "warheads", "half light decoys"):
        print(kind)
        x, beta = fleet(options.objects), betas(kind, options.objects)
        _, cpu = ours(x, beta, options.threads)
        slow = scipys(x[: options.scipy], beta[: options.scipy])
        print(f"          DOP853: {slow:.3f} s cpu per object, {slow * options.objects / cpu:.0f} times as much")
    ticks(20_000)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
