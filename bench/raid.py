"""A whole run as one process: real-time factor, memory, time of each stage, with and without the served page.

python bench/raid.py raid-1000 [--duration 600]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path


def run(scenario: str, duration: float | None, serve: bool) -> dict:
    """The run summary of a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "summary.json"
        command = [sys.executable, "-m", "cupola.cli", "run", scenario, "--speed", "max", "--json", str(out)]
        command += ["--serve", "--port", "0"] if serve else ["--no-serve"]
        command += ["--duration", str(duration)] if duration else []
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        return json.loads(out.read_text())


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("scenario", nargs="?", default="raid-1000")
    p.add_argument("--duration", type=float)
    a = p.parse_args()
    for serve in (False, True):
        s = run(a.scenario, a.duration, serve)
        kind = "with page" if serve else "no page"
        print(
            f"{a.scenario} {kind}: {s['realtime_factor']:.1f}x real time, {s['wall_s']:.0f} s for {s['duration_s']:.0f} s, "
            f"{s['rss_mb']:.0f} MB, {s['objects_peak']} objects, {s['tracks_peak']} tracks, {s['detections']} detections, "
            f"step p50 {s['step_ms']['p50']:.0f} ms p99 {s['step_ms']['p99']:.0f} ms"
        )


if __name__ == "__main__":
    main()
