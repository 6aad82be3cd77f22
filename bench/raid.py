"""A whole run as one process: real-time factor, memory, time of each stage; without the page, and with it and a client that takes
every frame it is sent (not a browser: drawing is the page's, on a graphics card of its own).

python bench/raid.py raid-1000 [--duration 600]
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect


def drain(err: IO[str], seen: dict[str, int]) -> None:
    """Pass on what the run says; take frames from its page, once it says where that is."""
    for line in err:
        sys.stderr.write(line)
        if found := re.search(r"live picture at http://(\S+?)/", line):
            threading.Thread(target=take, args=(found[1], seen), daemon=True).start()


def take(place: str, seen: dict[str, int]) -> None:
    """Count the frames and bytes that a client of the page gets."""
    with connect(f"ws://{place}/ws", max_size=None) as socket:
        try:
            for message in socket:
                seen["frames"] += isinstance(message, bytes)
                seen["bytes"] += len(message)
        except ConnectionClosed:
            return


def run(scenario: str, duration: float | None, serve: bool) -> tuple[dict, dict[str, int]]:
    """The run summary of a process of its own, and what a client of its page got."""
    seen = {"frames": 0, "bytes": 0}
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "summary.json"
        command = [sys.executable, "-m", "cupola.cli", "run", scenario, "--speed", "max", "--json", str(out)]
        command += ["--serve", "--port", "0"] if serve else ["--no-serve"]
        command += ["--duration", str(duration)] if duration else []
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
            drain(process.stderr, seen)
        if process.returncode:
            raise SystemExit(process.returncode)
        return json.loads(out.read_text()), seen


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("scenario", nargs="?", default="raid-1000")
    p.add_argument("--duration", type=float)
    a = p.parse_args()
    for serve in (False, True):
        s, seen = run(a.scenario, a.duration, serve)
        kind = f"with page and a client ({seen['frames']} frames, {seen['bytes'] / 1e6:.0f} MB)" if serve else "no page"
        print(
            f"{a.scenario} {kind}: {s['realtime_factor']:.1f}x real time, {s['wall_s']:.0f} s for {s['duration_s']:.0f} s, "
            f"{s['rss_mb']:.0f} MB, {s['objects_peak']} objects, {s['tracks_peak']} tracks, {s['detections']} detections, "
            f"step p50 {s['step_ms']['p50']:.0f} ms p99 {s['step_ms']['p99']:.0f} ms"
        )


if __name__ == "__main__":
    main()
