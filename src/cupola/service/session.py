"""One command-line run from start to end: build, serve, drive, record, say how it went."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import asdict, dataclass
from typing import Any

from cupola import __version__, scenario
from cupola.catalog import load as catalogue
from cupola.core.plain import plain
from cupola.fusion.config import RUN_ASSOCIATOR
from cupola.record.player import Recording, read_head
from cupola.record.recorder import Recorder, would_replace
from cupola.run import replay as replaying
from cupola.run import summary as summing
from cupola.run import virtual, warm
from cupola.run.detections import Detections
from cupola.run.wings import ObserverTick, WorldTick
from cupola.service import deployment, info, listeners, nodes
from cupola.service.hub import Hub
from cupola.service.serve import start as start_server

Save = Callable[[dict[str, Any], str], object]  # the result, and its few lines for a person


@dataclass(frozen=True)
class Options:
    """What ``cupola run`` was asked for. speed inf: as fast as it goes; hold: keep a served page up after the end until
    Ctrl-C; so it is for a person at a terminal in any case.

    nodes: ``local`` (this process alone), ``quic`` (three processes here), or the sensors node's part in a deployment.
    """

    scenario: str
    seed: int | None
    duration: float | None
    speed: float
    record: str | None
    detections: str | None
    nodes: str | deployment.Config
    serve: bool
    port: int
    overrides: dict[str, str]
    without: tuple[str, ...]
    hold: bool


def run(options: Options, save: Save) -> int:
    """Run a scenario as asked; 0, or 130 if it was stopped with Ctrl-C (its summary is then of the part that ran)."""
    replaces = options.record is not None and would_replace(options.record)
    loaded = scenario.load(options.scenario, options.overrides, options.without)
    scenario.check(loaded)
    stop = listeners.Stop()
    with ExitStack() as stack:
        hub = stack.enter_context(_page(options.serve, options.port, loaded.name))
        _prepare(hub)
        if sys.stderr.isatty():  # elsewhere nobody waits for it, and one line is to be enough for bad input
            _say(f"{loaded.name}: building")
        began = time.perf_counter()
        built = scenario.build(loaded, loaded.seed if options.seed is None else options.seed)
        end = min(options.duration or math.inf, built.duration)
        _say(f"{loaded.name}: {len(built.launches)} launches, {len(built.suite.cards)} sensors, built in {_since(began)}")
        if options.duration is not None and options.duration > built.duration:
            _say(f"duration {options.duration:g} s: {loaded.name} ends at {built.duration:g} s; --set duration_s=S makes it longer")
        for line in cut_off(built.launches, end):
            _say(line)
        if replaces:
            _say(f"{options.record}: replaces the recording that was there")
        progress = listeners.Progress(end)
        page = _shown(hub, built, end, options.speed)
        heard = [progress, *_paced(options.speed, stop), *_recorded(options, built, end, stack), *([page] if page else [])]
        observe, seen = None, Detections(built.suite.cards) if options.detections else None
        witness = _each([*([seen] if seen else []), *([page.witness] if page else [])])
        if options.nodes != "local":  # until all nodes are there, Ctrl-C ends at once
            place = stack.enter_context(_place(options.nodes))
            observe, counters = stack.enter_context(nodes.remote_observer(built, place))
        with stop.listening():
            began = time.perf_counter()
            verdict = virtual.drive(built, end, [*heard, stop], observe, witness=witness)
            wall = time.perf_counter() - began
        progress.end()
        if page:
            page.flush()
        if seen and options.detections:
            _say(seen.write(options.detections))
        result = summing.summarise(verdict, wall)
        if options.nodes != "local":
            result["nodes"] = {"processes": 3, "transport": "quic, mutual TLS", **counters}
        _finish(hub, result, save, summing.text(result))
        _hold(hub, options.serve and not stop.asked and (options.hold or sys.stderr.isatty()))
    return 130 if stop.asked else 0


def cut_off(launches: scenario.LaunchTable, end: float) -> Iterator[str]:
    """What a run that ends at ``end`` s leaves out, a line each: launches that come later, missiles that have not come down."""
    n, late = len(launches), launches.t >= end
    if late.any():
        yield f"{int(late.sum())} of {n} launches come after the end, {end:g} s: they are not flown"
    flying = ~late & (launches.t + launches.flight > end)
    if flying.any():
        down = f"{int(flying.sum())} of {n} missiles come down after the end, {end:g} s"
        yield f"{down}: what they carry counts neither as killed nor as got through"


def replay(path: str, speed: float, serve: bool, port: int, save: Save) -> int:
    """Replay a recording; 1 if its picture differs from the recorded one."""
    recording = read_head(replaying.head_path(path))
    stop = listeners.Stop()
    with ExitStack() as stack:
        hub = stack.enter_context(_page(serve, port, str(recording.meta.get("scenario"))))
        _prepare(hub)
        duration, seed = float(recording.meta["duration_s"]), int(recording.meta["seed"])
        progress = listeners.Progress(duration)
        heard: list[Any] = [progress, *_paced(speed, stop)]
        page = _shown_again(hub, recording, duration, seed, speed)
        with stop.listening():
            done = replaying.replay(recording, [*heard, *([page] if page else []), stop])
        progress.end()
        if page:
            page.flush()
        result = asdict(done) | {"scenario": recording.meta["scenario"], "seed": seed, "recorded_by": recording.meta["version"]}
        verdict = "the same picture" if done.same else f"ANOTHER picture, first at t = {done.first_difference:g} s"
        short = (
            "" if stop.asked or done.duration_s >= duration else f"; the recording ends there, the run was to last {duration:g} s"
        )
        _finish(
            hub, result, save,
            f"replayed {done.ticks} ticks, {done.duration_s:g} s: {verdict} (hash {done.picture_hash[:16]}){short}",
        )  # fmt: skip
        _hold(hub, serve and not stop.asked)
    return 130 if stop.asked else 0 if done.same else 1


def node(role: str, path: str, save: Save) -> int:
    """One process of a deployment. The sensors node runs its scenario and sums up; the others serve until it ends."""
    config = deployment.read(path, role)
    if config.scenario is None:
        warm.up(_say)
        nodes.serve(role, config)
        return 0
    options = Options(
        config.scenario, config.seed, config.duration, math.inf, None, None, config, False, 0, overrides={}, without=(), hold=False
    )
    return run(options, save)


def _place(where: str | deployment.Config) -> AbstractContextManager[deployment.Deployment]:
    return nullcontext(deployment.Deployment(where)) if isinstance(where, deployment.Config) else deployment.local()


def _recorded(options: Options, built: scenario.BuiltScenario, end: float, stack: ExitStack) -> list[listeners.Record]:
    if not options.record:
        return []
    meta = {
        "scenario": built.name,
        "seed": built.seed,
        "duration_s": end,
        "priors": list(built.priors),
        "associator": RUN_ASSOCIATOR,
        "version": __version__,
        "catalogue": catalogue.content_hash(),
        "overrides": options.overrides,
        "without": list(options.without),
        "batteries": [asdict(m) for m in info.battery_marks(built.batteries)],
    }
    return [listeners.Record(stack.enter_context(Recorder(options.record, built.epoch_ns, built.suite.cards, meta)))]


def _shown(hub: Hub | None, built: scenario.BuiltScenario, end: float, speed: float) -> listeners.Page | None:
    """Tell the page what it is about to see; the listener that shows it."""
    if not hub:
        return None
    cards, marks = built.suite.cards, info.battery_marks(built.batteries)
    hub.set_info(info.describe(built.name, built.epoch_ns, end, built.seed, cards=cards, batteries=marks))
    return listeners.Page(hub, len(cards), speed)


def _shown_again(hub: Hub | None, recording: Recording, duration: float, seed: int, speed: float) -> listeners.Page | None:
    """The same for a recording; one of an earlier Cupola names no batteries."""
    marks = info.recorded_marks(recording.meta.get("batteries", []), str(recording.path))
    if not hub:
        return None
    name, cards = recording.meta["scenario"], recording.cards
    hub.set_info(info.describe(name, recording.epoch_ns, duration, seed, mode="REPLAY", cards=cards, batteries=marks))
    return listeners.Page(hub, len(cards), speed)


def _paced(speed: float, stop: listeners.Stop) -> list[Any]:
    return [listeners.Pace(speed, stop)] if math.isfinite(speed) else []


def _each(witnesses: Sequence[virtual.Witness]) -> virtual.Witness | None:
    """All of these as one."""

    def witness(world: WorldTick, observer: ObserverTick) -> None:
        for one in witnesses:
            one(world, observer)

    return witness if witnesses else None


@contextmanager
def _page(serve: bool, port: int, name: str) -> Iterator[Hub | None]:
    """The web server while the run goes on, up before the scenario is built."""
    if not serve:
        yield None
        return
    hub = Hub({"scenario": name, "banner": info.BANNER})
    with start_server(hub, port=port) as server:
        _say(f"live picture at {server.url}  (Ctrl-C ends)")
        yield hub


def _finish(hub: Hub | None, result: dict[str, Any], save: Save, text: str) -> None:
    if hub:
        hub.finish(plain(result))
    save(result, text)


def _hold(hub: Hub | None, wanted: bool) -> None:
    """Keep the page up until Ctrl-C."""
    if not hub or not wanted:
        return
    _say("the run has ended; the page stays up until Ctrl-C")
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        return


def _prepare(hub: Hub | None) -> None:
    """Have the kernels compiled, and tell whoever waits at the terminal or at the page."""

    def doing(text: str) -> None:
        if hub:
            hub.set_info({k: v for k, v in hub.info.items() if k != "instance"} | {"doing": text})

    def tell(text: str) -> None:
        _say(text)
        doing(text)

    warm.up(tell)
    doing("building the scenario")


def _since(began: float) -> str:
    return f"{time.perf_counter() - began:.1f} s"


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
