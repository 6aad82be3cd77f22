"""Compiling the kernels ahead of the first run: in processes of their own, so that whoever waits can stop at any moment, no clock
of a run ticks meanwhile, and a second core helps.

Each part below makes the compiler meet one half of the kernels, with the types that a run gives them; a short run at the end
finds what is left. numba keeps the results on disk (``core.kernel_cache``). Nothing computed here is used for anything else.
"""

from __future__ import annotations

import fcntl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from cupola.core import kernel_cache
from cupola.core.batches import FEATURES, Looks, Outcomes, Scan, SensorCard, Shots

SCENARIO = "raid-10"  # has every stage: sensors on the ground, at sea and in space, links, decoys, batteries
GLIDING = "raid-100"
UNTIL_S = 460  # by then its first shots are on their way
WORDS = "compiling kernels (once; a minute or two, up to five on a busy machine)"


def done() -> bool:
    """Whether that is behind us, or no folder could keep the result."""
    mark = kernel_cache.marker()
    return mark is None or mark.exists()


def up(say: Callable[[str], object]) -> None:
    """See that this version's kernels are compiled. say: told once, before work that takes long; and if it was in vain.

    Returns at once where it is ``done``. A signal that raises ends the work with it.
    """
    mark = kernel_cache.marker()
    if mark is None or mark.exists():
        return
    say(WORDS)
    mark.parent.mkdir(parents=True, exist_ok=True)
    with _alone(mark.with_suffix(".lock")):
        if mark.exists():  # another process did it meanwhile
            return
        failed = [part for parts in (("tracker", "world"), ("all",)) for part in _compile(parts)]
        if failed:
            say(f"compiling ahead failed ({', '.join(failed)}); the run will do it in its first seconds")
            return
        mark.touch()


def _compile(parts: tuple[str, ...]) -> list[str]:
    """Work on these parts side by side; those that failed."""
    working = {p: subprocess.Popen([sys.executable, "-P", "-m", __name__, p], **_APART) for p in parts}  # type: ignore[call-overload]
    try:
        return [p for p, process in working.items() if process.wait() != 0]
    finally:
        for process in working.values():
            process.kill()  # does nothing to one that has ended
            process.wait()


_APART = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "start_new_session": True}


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold a lock between processes; waiting for it can be interrupted."""
    with path.open("w") as f:
        while True:
            try:
                fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(0.2)
        yield


def _one_writer(path: Path) -> None:
    """numba names a new entry before it writes it: two processes that do so at once could swap two entries of one function."""
    from numba.core.caching import IndexDataCacheFile

    save: Callable[..., None] = IndexDataCacheFile.save

    def alone(self: object, key: object, data: object) -> None:
        with path.open("w") as f:
            fcntl.flock(f, fcntl.LOCK_EX)
            save(self, key, data)

    IndexDataCacheFile.save = alone  # type: ignore[method-assign]


def _tracker() -> None:
    """Fusion, by one scan with one detection."""
    from cupola.fusion import tracker
    from cupola.fusion.config import RUN_ASSOCIATOR, Config

    limits = np.array([0.0, 1.5, -1.0, 1.0, 0.0, 3e6])
    card = SensorCard("one", "radar", "ground", "", np.array([1e-3, 1e-3, 30.0]), 0.9, 1e-9, limits, 5.0)
    z, noise = np.array([[0.5, 0.0, 1e6]]), card.sigma[None]
    scan = Scan(0, 0, 0.0, np.array([6.4e6, 0.0, 0.0]), np.eye(3), z, noise, np.full((1, len(FEATURES)), np.nan, np.float32))
    tracker.step(tracker.start(Config(associator=RUN_ASSOCIATOR), (card,)), (scan,), 0.0)


def _world() -> None:
    """All but fusion: the world's wing, and an observer that is told the truth. Glide vehicles by building a raid that has some."""
    from cupola import scenario
    from cupola.discriminate import bayes
    from cupola.engage import defend
    from cupola.picture import compose
    from cupola.run import ceiling, wings

    scenario.build(scenario.load(GLIDING, {}, ()), 1)
    built = scenario.build(scenario.load(SCENARIO, {}, ()), 1)
    world, shots = wings.start_world(built), Shots.empty()
    beliefs, composer = bayes.start(built.priors.tolist()), compose.start(len(built.suite.cards))
    defence = defend.start(built.batteries, built.doctrine)
    for now in np.arange(0.0, UNTIL_S, built.tick).tolist():
        world, w = wings.world_step(world, shots, now)
        told = ceiling.as_tracks(w.frame)
        beliefs, prob = bayes.step(beliefs, (told, Looks.empty()), now)
        composer, picture = compose.step(composer, (told, prob), now)
        defence, shots = defend.step(defence, (picture, Outcomes.empty()), now)


def _all() -> None:
    """What a run still lacks."""
    from cupola import scenario
    from cupola.run import virtual

    virtual.drive(scenario.build(scenario.load(SCENARIO, {}, ()), 1), UNTIL_S)


if __name__ == "__main__":
    kept = kernel_cache.marker()
    if kept is not None:
        _one_writer(kept.with_suffix(".writing"))
    {"tracker": _tracker, "world": _world, "all": _all}[sys.argv[1]]()
