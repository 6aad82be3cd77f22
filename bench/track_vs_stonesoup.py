"""``cupola track`` beside Stone Soup (GNN, EKF) on the same scans: ratios of CPU and of GOSPA, medians over seeds.

    python -m venv .stonesoup && .stonesoup/bin/pip install numpy scipy stonesoup==1.9.1 rtree
    python bench/track_vs_stonesoup.py --stonesoup .stonesoup/bin/python

Scene: n bodies in free fall (J2-J4) 300-700 km up over 800 x 800 km, 40 % of them in groups of four some kilometres apart; three
radars 900 km away scan in turn every 2/3 s (0.3 mrad, 0.3 mrad, 20 m, Pd 0.9, 0.1 n false detections a scan). Both trackers get one
file without the truth, one thread each, in turn; settled is the second half of the scans. ``stonesoup_tracker.py`` says how Stone
Soup is set up. A CPU ratio counts only beside a GOSPA ratio near or below one.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from cupola.dynamics.frames import destination, ecef_from_geodetic, eci_from_ecef, enu_axes
from cupola.dynamics.propagate import propagate
from cupola.formats import detfile
from cupola.observe import radar
from cupola.run.score import score_files

HERE = Path(__file__).resolve().parent
SIGMA, PD, TURN = np.array([3e-4, 3e-4, 20.0]), 0.9, 2.0 / 3.0
LIMITS = np.array([np.deg2rad(3.0), np.deg2rad(85.0), np.deg2rad(-70.0), np.deg2rad(70.0), 1e5, 3e6])
CENTRE = np.deg2rad([40.0, -30.0])
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")


def bodies(g: np.random.Generator, n: int) -> np.ndarray:
    """States ``(n, 6)`` at 0 s; those of a group of four lie 5 km and 20 m/s (sigma) about its middle."""
    head = np.arange(n)
    grouped = int(0.4 * n) // 4 * 4
    head[:grouped] = head[:grouped] // 4 * 4
    east, north, up = enu_axes(*CENTRE)
    flat, high = g.uniform(-4e5, 4e5, (n, 2)), g.uniform(3e5, 7e5, n)
    x = ecef_from_geodetic(*CENTRE) + flat[:, :1] * east + flat[:, 1:] * north + high[:, None] * up
    way, speed, climb = g.uniform(0, 2 * np.pi, n), g.uniform(2e3, 6e3, n), g.uniform(-1e3, 1e3, n)
    v = speed[:, None] * (np.cos(way)[:, None] * east + np.sin(way)[:, None] * north) + climb[:, None] * up
    state = np.hstack([x, v])[head]
    state[:grouped] += g.normal(size=(grouped, 6)) * ([5e3] * 3 + [20.0] * 3)
    return state


def sites() -> list[tuple[np.ndarray, np.ndarray]]:
    """Three radars around the middle that look at it: ECEF position and axes (rows; x level along the boresight, z up)."""
    out = []
    for bearing in np.deg2rad([0.0, 120.0, 240.0]):
        lat, lon = destination(*CENTRE, bearing, 9e5)
        _, _, up = enu_axes(lat, lon)
        here = ecef_from_geodetic(lat, lon)
        x = ecef_from_geodetic(*CENTRE) - here
        x -= (x @ up) * up
        x /= np.linalg.norm(x)
        out.append((here, np.array([x, np.cross(up, x), up])))
    return out


def scene(n: int, scans: int, seed: int) -> detfile.Arrays:
    """A detection file with truth."""
    truth_g, g = (np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(2))
    t, sensor = np.arange(scans) * TURN, np.arange(scans) % 3
    truth = propagate(bodies(truth_g, n), t).swapaxes(0, 1)
    stand, z, who, position, axes = sites(), [], [], [], []
    for k in range(scans):
        here, turned = eci_from_ecef(stand[sensor[k]][0], t[k]), eci_from_ecef(stand[sensor[k]][1], t[k])
        clean = radar.h(truth[k], here, turned)
        seen = np.flatnonzero(np.all((LIMITS[::2] <= clean) & (clean <= LIMITS[1::2]), axis=1) & (g.random(n) < PD))
        false = g.uniform(LIMITS[::2], LIMITS[1::2], (g.poisson(0.1 * n), 3))
        rows = np.vstack([clean[seen] + SIGMA * g.normal(size=(len(seen), 3)), false])
        order = g.permutation(len(rows))
        z.append(rows[order])
        who.append(np.r_[seen, np.full(len(false), -1)][order])
        position.append(here)
        axes.append(turned)
    volume = np.prod(LIMITS[1::2] - LIMITS[::2])
    return {
        "scan_t": t, "scan_sensor": sensor, "scan_ptr": np.r_[0, np.cumsum([len(r) for r in z])], "det_z": np.vstack(z),
        "sensor_kind": np.array(["radar"] * 3), "sensor_sigma": np.tile(SIGMA, (3, 1)), "sensor_pd": np.full(3, PD),
        "sensor_clutter": np.full(3, 0.1 * n / volume), "sensor_limits": np.tile(LIMITS, (3, 1)), "sensor_pos": np.array(position),
        "sensor_axes": np.array(axes), "det_truth": np.concatenate(who), "truth_t": t, "truth_x": truth,
    }  # fmt: skip


def run(command: list[str], out: Path) -> tuple[float, float]:
    """CPU seconds a settled scan, as the track file says, and of the whole process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=os.environ | ONE_THREAD)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    with np.load(out) as f:
        cpu = f["cpu_s"]
    whole = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return float(cpu[len(cpu) // 2 :].mean()), whole


def compare(n: int, scans: int, seed: int, stonesoup: str, folder: Path) -> tuple[float, float, float]:
    """Ratios of one seed: CPU a settled scan and whole CPU (theirs over ours), GOSPA (ours over theirs)."""
    told, blind, ours, theirs = (folder / f"{name}.npz" for name in ("told", "blind", "ours", "theirs"))
    d = scene(n, scans, seed)
    detfile.write(told, d)
    detfile.write(blind, {k: v for k, v in d.items() if "truth" not in k})
    a, a_whole = run([stonesoup, str(HERE / "stonesoup_tracker.py"), str(blind), str(theirs)], theirs)
    b, b_whole = run([sys.executable, "-m", "cupola.cli", "track", str(blind), "--out", str(ours)], ours)
    mine, other = (score_files(told, f)["gospa_m"] for f in (ours, theirs))
    gospa = float(mine or 0.0) / float(other or np.nan)
    print(
        f"  seed {seed}: {1e3 * a:.1f} ms and {1e3 * b:.3f} ms a settled scan, {a / b:.0f}x; whole {a_whole:.1f}, {b_whole:.1f} s, "
        f"{a_whole / b_whole:.1f}x; GOSPA {other:.1f} m and {mine:.1f} m, {gospa:.3f}", flush=True,
    )  # fmt: skip
    return a / b, a_whole / b_whole, gospa


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--stonesoup", required=True, help="the Python that has Stone Soup")
    p.add_argument("-n", type=int, nargs="+", default=[100, 300], help="bodies")
    p.add_argument("--scans", type=int, default=30)
    p.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    a = p.parse_args()
    with tempfile.TemporaryDirectory() as t:
        folder = Path(t)
        detfile.write(folder / "warm.npz", scene(10, 6, 0))
        run(
            [sys.executable, "-m", "cupola.cli", "track", str(folder / "warm.npz"), "--out", str(folder / "w.npz")],
            folder / "w.npz",
        )
        for n in a.n:
            print(f"{n} bodies, {a.scans} scans (Stone Soup and Cupola):", flush=True)
            rows = [compare(n, a.scans, seed, a.stonesoup, folder) for seed in a.seeds]
            median, least, most = ([f(c) for c in zip(*rows, strict=True)] for f in (statistics.median, min, max))
            print(
                f"{n} bodies: CPU of a settled scan {median[0]:.0f}x less ({least[0]:.0f}-{most[0]:.0f}), whole process "
                f"{median[1]:.1f}x less ({least[1]:.1f}-{most[1]:.1f}), GOSPA {median[2]:.3f}x ({least[2]:.3f}-{most[2]:.3f})",
                flush=True,
            )  # fmt: skip


if __name__ == "__main__":
    main()
