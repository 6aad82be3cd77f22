"""Commands that run a scenario: demo, run, replay, scenarios, cite."""

from __future__ import annotations

import argparse
import math
from collections.abc import Mapping
from typing import Any

from cupola.cli import options, outlet
from cupola.cli.base import Parser, command


def add(sub: Any) -> None:
    """Register the commands of this file."""
    demo = command(sub, "demo", _demo, "run raid-1000 with the live web picture")
    _serve_options(demo, serve=True)
    demo.add_argument("--seed", type=options.count, default=1, help="random seed (default 1)")
    demo.add_argument(
        "--speed", type=options.speed, default=None, metavar="X|max", help="simulated seconds per second (default: 10)"
    )
    demo.add_argument("--duration", type=options.positive, metavar="S", help="stop after this many simulated seconds")
    demo.add_argument("--json", metavar="FILE", help="write the run summary as JSON (- for standard output)")

    run = command(sub, "run", _run, "run a scenario: a built-in name or a YAML file")
    run.add_argument("scenario", metavar="SCENARIO", help="built-in name (see cupola scenarios) or path of a YAML file")
    _run_options(run)
    _serve_options(run, serve=False)

    replay = command(sub, "replay", _replay, "the same picture from a recording")
    replay.add_argument("recording", metavar="F.mcap")
    replay.add_argument("--speed", type=options.speed, default=math.inf, metavar="X|max", help="default max")
    replay.add_argument("--json", metavar="FILE", help="write what was replayed as JSON (- for standard output)")
    _serve_options(replay, serve=False)

    names = command(sub, "scenarios", _scenarios, "list the built-in scenarios")
    names.add_argument("--json", metavar="FILE", help="the list as JSON (- for standard output)")

    cite = command(sub, "cite", _cite, "the numbers that a scenario uses, with value, status and source")
    cite.add_argument("scenario", metavar="SCENARIO", nargs="?", help="left out: the whole catalogue and every constant")
    cite.add_argument("--numbers", action="store_true", help="one number a line")
    cite.add_argument("--json", metavar="FILE", help="the sources, or with --numbers the numbers, as JSON (- for standard output)")


def _run_options(q: Parser) -> None:
    q.add_argument("--seed", type=options.count, help="random seed (default: the scenario's)")
    q.add_argument("--duration", type=options.positive, metavar="S", help="stop after this many simulated seconds")
    q.add_argument(
        "--speed",
        type=options.speed,
        default=None,
        metavar="X|max",
        help="simulated seconds per second (default max; 1 is real time)",
    )
    q.add_argument(
        "--record",
        metavar="F.mcap",
        help="record everything that arrived, and the picture's hashes; replaces a recording of that name",
    )
    q.add_argument(
        "--detections",
        dest="scans",
        metavar="DET.npz",
        help="write what arrived, and the truth beside it, as a detection file for cupola track and cupola score",
    )
    q.add_argument(
        "--nodes",
        choices=["local", "quic"],
        default="local",
        help="quic: sensors, fusion and command as processes over QUIC with mutual TLS",
    )
    q.add_argument("--json", metavar="FILE", help="write the run summary as JSON (- for standard output)")
    q.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        help="change a scenario value, e.g. links.*.delay_s=0.2; repeat as needed",
    )
    q.add_argument(
        "--without",
        action="append",
        default=[],
        metavar="NAME",
        help="leave out this sensor (or all whose name matches NAME*); repeat as needed",
    )


def _serve_options(q: Parser, serve: bool) -> None:
    q.add_argument(
        "--serve",
        action=argparse.BooleanOptionalAction,
        default=serve,
        help=f"live web picture (default {'on' if serve else 'off'})",
    )
    q.add_argument("--port", type=options.port, default=8080, help="of the web picture on 127.0.0.1 (default 8080)")


def _demo(a: argparse.Namespace) -> int:
    a.scenario, a.record, a.scans, a.nodes, a.set, a.without = "raid-1000", None, None, "local", [], []
    a.speed = 10.0 if a.speed is None else a.speed
    return _run(a)


def _run(a: argparse.Namespace) -> int:
    from cupola.service import session

    asked = session.Options(
        scenario=a.scenario,
        seed=a.seed,
        duration=a.duration,
        speed=math.inf if a.speed is None else a.speed,
        record=a.record,
        detections=a.scans,
        nodes=a.nodes,
        serve=a.serve,
        port=a.port,
        overrides=options.pairs(a.set, "PATH=VALUE, e.g. links.*.delay_s=0.2"),
        without=tuple(a.without),
        hold=a.command == "demo",
    )
    return session.run(asked, lambda summary, text: outlet.report(a.json, summary, text))


def _replay(a: argparse.Namespace) -> int:
    from cupola.service import session

    return session.replay(a.recording, a.speed, a.serve, a.port, lambda summary, text: outlet.report(a.json, summary, text))


def _scenarios(a: argparse.Namespace) -> int:
    from cupola import scenario

    rows = scenario.describe()
    if a.json:
        return outlet.write_json(a.json, rows)
    width = max(len(r["name"]) for r in rows)
    outlet.put("".join(f"{r['name']:<{width}}  {r['description']}\n" for r in rows))
    return 0


def _cite(a: argparse.Namespace) -> int:
    from cupola import scenario

    if a.json:
        return outlet.write_json(a.json, scenario.numbers(a.scenario) if a.numbers else scenario.bibliography(a.scenario))
    outlet.put("".join(map(_number_line, scenario.numbers(a.scenario))) if a.numbers else scenario.cited(a.scenario))
    return 0


def _number_line(r: Mapping[str, Any]) -> str:
    value = "a table" if r["value"] is None else f"{r['value']:g}"
    span = f" ({r['lo']:g} to {r['hi']:g})" if r["lo"] != r["hi"] else ""
    unit = "" if r["unit"] == "1" else f" {r['unit']}"
    return f"{r['number']}: {value}{span}{unit}, {r['status']}, {r['source']}\n"
