"""Commands on files of detections and tracks: ingest, track, score."""

from __future__ import annotations

import argparse
import json
import sys
from functools import partial
from pathlib import Path
from typing import Any

from cupola.cli import options, outlet
from cupola.cli.base import command


def add(sub: Any) -> None:
    """Register the commands of this file."""
    ingest = command(sub, "ingest", _ingest, "real recordings (ASTERIX pcap or raw, ADS-B json.gz or CSV) to a detection file")
    ingest.add_argument("files", nargs="+", metavar="FILE")
    ingest.add_argument("--out", required=True, metavar="DET.npz")
    ingest.add_argument("--json", metavar="FILE", help="what was read, skipped and why, as JSON (- for standard output)")

    track = command(sub, "track", _track, "fusion alone: a detection file to a track file")
    track.add_argument("detections", metavar="DET.npz")
    track.add_argument("--out", required=True, metavar="TRK.npz")
    track.add_argument(
        "--associator", default="gnn", metavar="NAME", help="gnn: exact assignment (default); bp: belief propagation, as in runs"
    )
    track.add_argument("--cores", type=options.cores, default=1, metavar="N", help="how many it may use (default 1; it uses one)")
    track.add_argument("--json", metavar="FILE")

    score = command(sub, "score", _score, "GOSPA, OSPA, SIAP, switches, NEES of a track file")
    score.add_argument("detections", metavar="DET.npz")
    score.add_argument("tracks", metavar="TRK.npz")
    score.add_argument("--c", type=options.metres, default=5000.0, metavar="M", help="cut-off distance (default 5000)")
    score.add_argument("--skip", type=options.fraction, default=0.5, help="part of the scans left out at the start (default 0.5)")
    score.add_argument("--json", default="-", metavar="FILE")


def _ingest(a: argparse.Namespace) -> int:
    from cupola.run import ingest

    report = ingest.ingest([Path(f) for f in a.files], Path(a.out))
    print(report["text"], file=sys.stderr)
    return outlet.write_json(a.json, {k: v for k, v in report.items() if k != "text"})


def _track(a: argparse.Namespace) -> int:
    from cupola.formats import detfile
    from cupola.run import track, warm

    if not warm.done():
        detfile.read(a.detections)  # what is wrong with it is told before a minute of work
        warm.up(partial(print, file=sys.stderr, flush=True))
    report = track.track_file(a.detections, a.out, associator=a.associator, cores=a.cores)
    if a.json:
        return outlet.write_json(a.json, report)
    outlet.put(json.dumps(report) + "\n")
    return 0


def _score(a: argparse.Namespace) -> int:
    from cupola.run import score

    return outlet.write_json(a.json, score.score_files(a.detections, a.tracks, c=a.c, skip=a.skip))
