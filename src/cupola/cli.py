"""The command line. Each command is a parser and a short function; heavy imports happen inside, so ``--help`` is quick.

Exit codes: 0 done; 2 bad input (one clear line on stderr); 1 a fault of ours; 130 stopped with Ctrl-C.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from cupola import __version__
from cupola.core.errors import BadOption, CupolaError
from cupola.service import outlet

SIMULATION = "Simulation on public data only. Nothing here reaches a weapon."


class Parser(argparse.ArgumentParser):
    """argparse that says what is wrong in one line and ends with code 2."""

    def error(self, message: str) -> NoReturn:
        print(f"{self.prog}: {message} (see {self.prog} --help)", file=sys.stderr)
        raise SystemExit(2)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    outlet.fill_closed()
    name = "cupola"
    with outlet.stopping() as stopped:
        try:
            a = parser().parse_args(argv)
            if a.command is None:
                parser().print_help()
                return 0
            name = f"cupola {a.command}"
            outlet.check_outputs(a)
            return int(a.go(a) or 0)
        except CupolaError as e:
            print(f"{name}: {e}", file=sys.stderr)
            return e.exit_code
        except BrokenPipeError:
            outlet.let_stdout_be()
            return 0
        except BaseException as e:
            if not (stopped or isinstance(e, KeyboardInterrupt)):
                raise
            print(f"{name}: stopped", file=sys.stderr)
            return 130


def parser() -> Parser:
    """The whole command line."""
    p = Parser(prog="cupola", description=f"Missile warning and layered defence, simulated and analysed. {SIMULATION}")
    p.add_argument("--version", action="version", version=f"cupola {__version__}")
    sub = p.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    _add_run(sub)
    _add_files(sub)
    _add_checks(sub)
    _add_nodes(sub)
    return p


def _command(sub: Any, name: str, go: Any, text: str) -> Parser:
    q: Parser = sub.add_parser(name, help=text, description=text)
    q.set_defaults(go=go)
    return q


def _add_run(sub: Any) -> None:
    demo = _command(sub, "demo", _demo, "run raid-1000 with the live web picture")
    _serve_options(demo, serve=True)
    demo.add_argument("--seed", type=_count, default=1, help="random seed (default 1)")
    demo.add_argument("--speed", type=_speed, default=None, metavar="X|max", help="simulated seconds per second (default: 10)")
    demo.add_argument("--duration", type=_positive, metavar="S", help="stop after this many simulated seconds")
    demo.add_argument("--json", metavar="FILE", help="write the run summary as JSON (- for standard output)")

    run = _command(sub, "run", _run, "run a scenario: a built-in name or a YAML file")
    run.add_argument("scenario", metavar="SCENARIO", help="built-in name (see cupola scenarios) or path of a YAML file")
    _run_options(run)
    _serve_options(run, serve=False)

    replay = _command(sub, "replay", _replay, "the same picture from a recording")
    replay.add_argument("recording", metavar="F.mcap")
    replay.add_argument("--speed", type=_speed, default=math.inf, metavar="X|max", help="default max")
    replay.add_argument("--json", metavar="FILE", help="write what was replayed as JSON (- for standard output)")
    _serve_options(replay, serve=False)

    names = _command(sub, "scenarios", _scenarios, "list the built-in scenarios")
    names.add_argument("--json", metavar="FILE", help="the list as JSON (- for standard output)")

    cite = _command(sub, "cite", _cite, "the sources of every number that a scenario uses")
    cite.add_argument("scenario", metavar="SCENARIO")
    cite.add_argument("--json", metavar="FILE")


def _run_options(q: Parser) -> None:
    q.add_argument("--seed", type=_count, help="random seed (default: the scenario's)")
    q.add_argument("--duration", type=_positive, metavar="S", help="stop after this many simulated seconds")
    q.add_argument(
        "--speed", type=_speed, default=None, metavar="X|max", help="simulated seconds per second (default max; 1 is real time)"
    )
    q.add_argument(
        "--record",
        metavar="F.mcap",
        help="record everything that arrived, and the picture's hashes; replaces a recording of that name",
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
    q.add_argument("--port", type=_port, default=8080, help="of the web picture on 127.0.0.1 (default 8080)")


def _add_files(sub: Any) -> None:
    ingest = _command(sub, "ingest", _ingest, "real recordings (ASTERIX pcap or raw, ADS-B json.gz or CSV) to a detection file")
    ingest.add_argument("files", nargs="+", metavar="FILE")
    ingest.add_argument("--out", required=True, metavar="DET.npz")
    ingest.add_argument("--json", metavar="FILE", help="what was read, skipped and why, as JSON (- for standard output)")

    track = _command(sub, "track", _track, "fusion alone: a detection file to a track file")
    track.add_argument("detections", metavar="DET.npz")
    track.add_argument("--out", required=True, metavar="TRK.npz")
    track.add_argument("--associator", default="gnn", metavar="NAME", help="default gnn")
    track.add_argument("--cores", type=_cores, default=1, metavar="N", help="how many it may use (default 1; it uses one)")
    track.add_argument("--json", metavar="FILE")

    score = _command(sub, "score", _score, "GOSPA, OSPA, SIAP, switches, NEES of a track file")
    score.add_argument("detections", metavar="DET.npz")
    score.add_argument("tracks", metavar="TRK.npz")
    score.add_argument("--c", type=_positive, default=5000.0, metavar="M", help="cut-off distance (default 5000)")
    score.add_argument("--skip", type=_fraction, default=0.5, help="part of the scans left out at the start (default 0.5)")
    score.add_argument("--json", default="-", metavar="FILE")


def _add_checks(sub: Any) -> None:
    f = _command(sub, "check-flight", _check_flight, "is a claimed flight (apogee, range, time) possible?")
    f.add_argument("--apogee-km", type=_number, required=True)
    f.add_argument("--range-km", type=_number, required=True)
    f.add_argument("--time-s", type=_number, required=True)
    f.add_argument("--site", type=_site, metavar="LAT,LON", help="launch site, deg")
    f.add_argument("--azimuth", type=_number, metavar="DEG", help="launch azimuth, clockwise from north")
    f.add_argument("--propellant", choices=["solid", "liquid"])
    f.add_argument("--burn-s", type=_pair, metavar="LO,HI", help="burn time, if known")
    f.add_argument("--json", metavar="FILE")

    t = _command(sub, "check-telemetry", _check_telemetry, "our boost and coast models against a recorded flight")
    t.add_argument("flight", metavar="FLIGHT.csv")
    t.add_argument("--events", metavar="EVENTS.csv")
    t.add_argument("--json", metavar="FILE")


def _add_nodes(sub: Any) -> None:
    node = _command(sub, "node", _node, "one process of a deployment over QUIC with mutual TLS")
    node.add_argument("role", metavar="ROLE", choices=["sensors", "fusion", "command"], help="sensors, fusion or command")
    node.add_argument("--config", required=True, metavar="F.yaml", help="endpoint and certificates (see cupola certs)")
    node.add_argument("--leash", action="store_true", help=argparse.SUPPRESS)  # ends with the run that started it: service/leash
    node.add_argument("--json", metavar="FILE", help="sensors: write the run summary as JSON (- for standard output)")

    c = _command(sub, "certs", _certs, "certificates and configuration files for the nodes of a deployment")
    c.add_argument("folder", metavar="DIR", help="where to write them; what is there is not overwritten")
    c.add_argument("--names", default="sensors,fusion,command", help="default sensors,fusion,command; the first one listens")
    c.add_argument("--endpoint", default="quic/localhost:7447", help="where it listens (default quic/localhost:7447)")
    c.add_argument("--hours", type=_positive, default=24.0, help="how long they are good (default 24)")


# --- values of options: each says what it wants ---


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"{_shown(text)} is not a finite number")
    return value


def _positive(text: str) -> float:
    value = _number(text)
    if value <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not above zero")
    return value


def _fraction(text: str) -> float:
    value = _number(text)
    if not 0 <= value < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not in [0, 1)")
    return value


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text.lstrip("0")) > 19 or int(text.lstrip("0") or 0) >= 2**63:
        raise argparse.ArgumentTypeError(f"{_shown(text)} is not a whole number from 0 to 2^63 - 1")
    return int(text.lstrip("0") or 0)


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:37]}...")


def _cores(text: str) -> int:
    value = _count(text)
    if not 1 <= value <= 1024:
        raise argparse.ArgumentTypeError(f"{text!r} is not from 1 to 1024")
    return value


def _port(text: str) -> int:
    value = _count(text)
    if value > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port (0 to 65535)")
    return value


def _speed(text: str) -> float:
    return math.inf if text == "max" else _positive(text)


def _pair(text: str) -> tuple[float, float]:
    parts = text.split(",")
    if len(parts) != 2:
        raise argparse.ArgumentTypeError(f"{text!r} is not two numbers like 120,180")
    return _number(parts[0]), _number(parts[1])


def _site(text: str) -> tuple[float, float]:
    lat, lon = _pair(text)
    if not (-90 <= lat <= 90 and -180 <= lon <= 360):
        raise argparse.ArgumentTypeError(f"{text!r} is not LAT,LON in degrees (-90..90, -180..360)")
    return lat, lon


# --- commands ---


def _demo(a: argparse.Namespace) -> int:
    a.scenario, a.record, a.nodes, a.set, a.without = "raid-1000", None, "local", [], []
    a.speed = 10.0 if a.speed is None else a.speed
    return _run(a)


def _run(a: argparse.Namespace) -> int:
    from cupola.service import session

    options = session.Options(
        scenario=a.scenario,
        seed=a.seed,
        duration=a.duration,
        speed=math.inf if a.speed is None else a.speed,
        record=a.record,
        nodes=a.nodes,
        serve=a.serve,
        port=a.port,
        overrides=_overrides(a.set),
        without=tuple(a.without),
        hold=a.command == "demo",
    )
    return session.run(options, lambda summary, text: outlet.report(a.json, summary, text))


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

    rows = scenario.bibliography(a.scenario)
    if a.json:
        return outlet.write_json(a.json, rows)
    outlet.put("".join(f"[{r['key']}] {r['text']} ({r['status']})\n" for r in rows))
    return 0


def _ingest(a: argparse.Namespace) -> int:
    from cupola.run import ingest

    report = ingest.ingest([Path(f) for f in a.files], Path(a.out))
    print(report["text"], file=sys.stderr)
    return outlet.write_json(a.json, {k: v for k, v in report.items() if k != "text"})


def _track(a: argparse.Namespace) -> int:
    from cupola.fusion import detfile

    report = detfile.track_file(a.detections, a.out, associator=a.associator, cores=a.cores)
    if a.json:
        return outlet.write_json(a.json, report)
    outlet.put(json.dumps(report) + "\n")
    return 0


def _score(a: argparse.Namespace) -> int:
    from cupola.picture import score

    return outlet.write_json(a.json, score.score_files(a.detections, a.tracks, c=a.c, skip=a.skip))


def _check_flight(a: argparse.Namespace) -> int:
    from cupola.assess import flight_check

    answer = flight_check.check_flight(
        apogee_km=a.apogee_km,
        range_km=a.range_km,
        time_s=a.time_s,
        site=a.site,
        azimuth=a.azimuth,
        propellant=a.propellant,
        burn_s=a.burn_s,
    )
    if a.json:
        return outlet.write_json(a.json, answer)
    lo, hi = answer["time_range_s"]
    free_fall = answer["impulsive_time_s"]
    expected = f"expected {answer['best_time_s']:.0f} s ({lo:.0f} to {hi:.0f}); free fall alone {free_fall:.0f} s"
    outlet.put(f"{answer['verdict']}: {answer['reason']}\n{expected}\n")
    return 0


def _check_telemetry(a: argparse.Namespace) -> int:
    from cupola.assess import telemetry_check

    return outlet.write_json(a.json or "-", telemetry_check.check_telemetry(a.flight, a.events))


def _node(a: argparse.Namespace) -> int:
    if a.leash:
        from cupola.service import leash

        leash.hold(Path(a.config))
    from cupola.service import session

    return session.node(a.role, a.config, lambda summary, text: outlet.report(a.json, summary, text))


def _certs(a: argparse.Namespace) -> int:
    from cupola.service import deployment

    written = deployment.prepare(Path(a.folder), a.names.split(","), a.endpoint, a.hours)
    outlet.put("".join(f"cupola node {path.stem} --config {path}\n" for path in written))
    return 0


# --- output ---


def _overrides(pairs: Sequence[str]) -> dict[str, str]:
    bad = [p for p in pairs if "=" not in p]
    if bad:
        raise BadOption(f"--set {bad[0]}: write it as PATH=VALUE, e.g. links.*.delay_s=0.2")
    return dict(p.split("=", 1) for p in pairs)


if __name__ == "__main__":
    sys.exit(main())
