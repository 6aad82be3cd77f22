"""The live link against the call in process: scan batches and pictures per second over loopback QUIC with mutual TLS.

    python bench/link.py [--tracks 20000] [--seconds 5] [--scenario raid-10 --duration 200]

A round trip carries what a tick of ``run --nodes quic`` carries: a batch, encoded, sent, received and decoded by another process.
Each figure stands beside the same batch encoded and decoded in one process, and a whole run beside the same run without nodes.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from cupola.core import wire
from cupola.core.batches import FEATURES, Picture, Scan, Tracks
from cupola.link import certs, quic
from cupola.service.deployment import _free_port

DATA, ANSWER = "bench/data", "bench/answer"
GRANTS = (quic.Grant("sensors", (DATA,), (ANSWER,)), quic.Grant("fusion", (ANSWER,), (DATA,)))
END = b""


def scans(sensors: int, detections: int) -> list[Scan]:
    """One tick of a raid: each sensor with its share of the detections."""
    g, m = np.random.default_rng(1), detections // sensors
    sizes = ((3,), (3, 3), (m, 3), (m, 3))
    return [Scan(k, 0, 0.0, *(g.normal(size=s) for s in sizes), g.random((m, len(FEATURES)), np.float32)) for k in range(sensors)]


def picture(n: int) -> Picture:
    """A picture of n tracks of random content."""
    g, i = np.random.default_rng(2), np.arange(n)
    tracks = Tracks(
        0.0, i, g.normal(size=(n, 6)), g.normal(size=(n, 6, 6)), i >= 0, i.astype(np.uint8), g.random(n), g.random(n),
        i.astype(np.int32), i[:, None].astype(np.uint64), g.random((n, 2)), g.random(n), i,
    )  # fmt: skip
    return Picture(0.0, tracks, g.random((n, 5)), g.random(n), i, g.random((n, 3)), g.random((n, 3)))


def serve(files: certs.NodeFiles, endpoint: str, pictures: bool) -> None:
    """The other process: decodes each message and answers with four bytes."""
    with quic.Node("fusion", files, endpoint) as node:
        node.speak(ANSWER)
        node.wait(lambda: node.heard_by_someone(ANSWER), "nobody hears", 60.0)
        node.hear(DATA)
        while (data := node.take(DATA, "sensors")) != END:
            if pictures:
                wire.picture_from_bytes(data)
            else:
                wire.scans_from_bytes(data)
            node.put(ANSWER, b"done")


def per_second(work: Callable[[], object], seconds: float) -> float:
    """How often it goes in a second."""
    work()
    began, n = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        work()
        n += 1
    return n / (time.perf_counter() - began)


def over_quic(encode: Callable[[], bytes], pictures: bool, seconds: float, window: int) -> float:
    """Messages a second with ``window`` of them on their way at a time; 1 is the lockstep of a run."""
    with tempfile.TemporaryDirectory() as folder:
        files = certs.make(Path(folder) / "keys", ["sensors", "fusion"])
        endpoint = f"quic/localhost:{_free_port()}"
        with quic.Node("sensors", files["sensors"], endpoint, GRANTS) as node:
            node.hear(ANSWER)
            node.speak(DATA)
            job = multiprocessing.get_context("spawn").Process(target=serve, args=(files["fusion"], endpoint, pictures))
            job.start()
            node.wait(lambda: node.heard_by_someone(DATA), "the other process did not come", 60.0)
            for _ in range(window - 1):
                node.put(DATA, encode())

            def trip() -> None:
                node.put(DATA, encode())
                node.take(ANSWER, "fusion")

            rate = per_second(trip, seconds)
            node.put(DATA, END)
            job.join()
    return rate


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--tracks", type=int, default=20_000)
    p.add_argument("--detections", type=int, default=20_000, help="in one tick, over 40 sensors")
    p.add_argument("--seconds", type=float, default=5.0, help="for each figure")
    p.add_argument("--scenario", default="raid-10")
    p.add_argument("--duration", type=float, default=200.0)
    a = p.parse_args()
    one, batch = picture(a.tracks), scans(40, a.detections)
    rows: list[tuple[str, Callable[[], bytes], Callable[[bytes], object], bool]] = [
        (f"scans, {a.detections} detections", lambda: wire.scans_to_bytes(0.0, batch), wire.scans_from_bytes, False),
        (f"picture, {a.tracks} tracks", lambda: wire.picture_to_bytes(one), wire.picture_from_bytes, True),
    ]
    for name, encode, decode, pictures in rows:
        size = len(encode())
        bare = per_second(lambda e=encode, d=decode: d(e()), a.seconds)
        lockstep, streamed = (over_quic(encode, pictures, a.seconds, w) for w in (1, 4))
        print(f"{name}: {size / 1e6:.2f} MB; encode + decode {bare:.0f}/s; over QUIC", end=" ")
        ways = (("in lockstep", lockstep), ("four on their way", streamed))
        print(", ".join(f"{r:.1f}/s {how} ({r / bare:.2f}x, {r * size / 1e6:.0f} MB/s)" for how, r in ways))
    walls = [run(a.scenario, a.duration, nodes) for nodes in ("local", "quic")]
    same = walls[0]["picture_hash"] == walls[1]["picture_hash"]
    print(
        f"{a.scenario}, {a.duration:g} s: {walls[0]['wall_s']:.1f} s in process, {walls[1]['wall_s']:.1f} s over QUIC"
        f" ({walls[1]['wall_s'] / walls[0]['wall_s']:.2f}x); the same picture: {same}"
    )


def run(scenario: str, duration: float, nodes: str) -> dict:
    """The summary of a run of its own."""
    command = [sys.executable, "-m", "cupola.cli", "run", scenario, "--duration", str(duration), "--nodes", nodes, "--json", "-"]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout)


if __name__ == "__main__":
    main()
