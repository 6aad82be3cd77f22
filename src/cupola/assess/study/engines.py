"""Where the runs of a study are made: in this process, in processes of this machine (joblib's loky), or on Ray.

An engine takes tasks and gives back what they made in any order; which run is which is in the answer, so that no engine can change
a result. Workers compute with one thread each; they end when the process that started them is gone, however it went.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from cupola.assess.study.tasks import Made, Task, perform
from cupola.core.errors import BadOption, Fault, MissingExtra

ENGINES = ("local", "ray")
ONE_THREAD = {f"{n}_NUM_THREADS": "1" for n in ("OMP", "OPENBLAS", "MKL", "NUMBA")}
ANSWER_S = 5.0  # a cluster that has not taken a connection by then is told to be away
AHEAD = 2  # chunks handed out for each worker: the next is there when one ends


@dataclass(frozen=True)
class Chunk:
    """Runs of one task, made one after the other by one worker. key: names the task to whoever asked."""

    key: Any
    task: Task
    seeds: tuple[int, ...]


Done = tuple[Any, list[Made]]


class Engine(Protocol):
    """Makes runs."""

    def work(self, chunks: Sequence[Chunk]) -> Iterator[Done]:
        """(key, runs) of every chunk, in the order in which they are finished."""


@contextmanager
def open_engine(name: str, jobs: int, address: str | None = None) -> Generator[Engine]:
    """The engine of this name for as long as the block lasts. Raises BadOption, MissingExtra."""
    if name not in ENGINES:
        raise BadOption(f"--engine {name}: choose from {', '.join(ENGINES)}")
    if address is not None and name != "ray":
        raise BadOption("--address: goes with --engine ray")
    opened = _ray(jobs, address) if name == "ray" else _here() if jobs == 1 else _loky(jobs)
    with opened as engine:
        yield engine


class _Here:
    def work(self, chunks: Sequence[Chunk]) -> Iterator[Done]:
        for c in chunks:
            for seed in c.seeds:  # one at a time: each is kept as soon as it is made
                yield c.key, perform(c.task, (seed,))


@contextmanager
def _here() -> Generator[Engine]:
    yield _Here()


class _Loky:
    def __init__(self, pool: Any, jobs: int) -> None:
        self._pool, self._jobs = pool, jobs

    def work(self, chunks: Sequence[Chunk]) -> Iterator[Done]:
        from concurrent.futures import FIRST_COMPLETED, wait

        waiting, out = list(reversed(chunks)), dict[Any, Any]()
        while waiting or out:
            while waiting and len(out) < AHEAD * self._jobs:
                c = waiting.pop()
                with _undisturbed():
                    out[self._pool.submit(_work, c.task, c.seeds)] = c.key
            for future in wait(out, return_when=FIRST_COMPLETED).done:
                yield out.pop(future), future.result()


@contextmanager
def _loky(jobs: int) -> Generator[Engine]:
    try:
        from joblib.externals.loky import ProcessPoolExecutor
        from joblib.externals.loky.process_executor import TerminatedWorkerError
    except ImportError:
        raise MissingExtra("a study on more than one core (--jobs)", "studies") from None
    pool = ProcessPoolExecutor(jobs, initializer=_settle, initargs=(os.getpid(),), env=ONE_THREAD)
    try:
        yield _Loky(pool, jobs)
    except TerminatedWorkerError:
        raise Fault("a worker of the study was killed (out of memory?); what is finished is kept: start the study again") from None
    finally:
        pool.shutdown(kill_workers=True)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Workers that are started in this block never hear Ctrl-C, not even while they import: that it is ignored is inherited.

    For these milliseconds the parent does not hear it either. (Blocked it would be kept for it, but loky unblocks it.)
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _work(task: Task, seeds: Sequence[int]) -> list[Made]:
    """``perform`` in a worker. loky looks for garbage after every call; what its first has brought in, modules and kernels, is left
    out of that from then on: going through it takes 0.07 s."""
    done = perform(task, seeds)
    if not gc.get_freeze_count():
        gc.freeze()
    return done


def _settle(parent: int) -> None:
    """A worker ends with its parent; Ctrl-C it was started without."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1.0)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


class _Ray:
    def __init__(self, ray: Any, jobs: int) -> None:
        self._ray, self._jobs, self._perform = ray, jobs, ray.remote(perform)
        self._sent: dict[int, Any] = {}

    def work(self, chunks: Sequence[Chunk]) -> Iterator[Done]:
        waiting, out = list(reversed(chunks)), dict[Any, Any]()
        while waiting or out:
            while waiting and len(out) < AHEAD * self._jobs:
                c = waiting.pop()
                out[self._perform.options(max_retries=0).remote(self._task(c.task), c.seeds)] = c.key
            ready, _ = self._ray.wait(list(out), num_returns=1)
            for reference in ready:
                yield out.pop(reference), self._ray.get(reference)

    def _task(self, task: Task) -> Any:
        """A task is sent to the cluster once. Kept with the task itself, so that its address is not used again."""
        if id(task) not in self._sent:
            self._sent[id(task)] = (self._ray.put(task), task)
        return self._sent[id(task)][0]


def _reach(address: str) -> None:
    """Raises BadOption where nobody listens at ``HOST:PORT`` or ``ray://HOST:PORT``: Ray itself would try for minutes."""
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if not colon:
        return  # a word such as auto, which Ray itself looks up
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=ANSWER_S).close()
    except (OSError, ValueError, OverflowError) as e:
        raise BadOption(f"--address {address}: no Ray cluster answers there ({e})") from None


@contextmanager
def _ray(jobs: int, address: str | None) -> Generator[Engine]:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        import ray
    except ImportError:
        raise MissingExtra("--engine ray", "cluster") from None
    here = {"num_cpus": jobs, "include_dashboard": False} if address is None else {"address": address}
    if address is not None:
        _reach(address)
    try:
        ray.init(**here, log_to_driver=False, logging_level=logging.ERROR, runtime_env={"env_vars": ONE_THREAD})
    except (ConnectionError, ValueError, RuntimeError, OSError) as e:
        raise BadOption(f"--address {address}: no Ray cluster answers there ({e})") from None
    try:
        cores = int(ray.cluster_resources().get("CPU", 1))  # type: ignore[no-untyped-call]
        yield _Ray(ray, jobs if address is None else max(jobs, cores))
    except ray.exceptions.RayError as e:
        raise Fault(f"Ray: {type(e).__name__}: a worker was lost; what is finished is kept: start the study again") from None
    finally:
        with contextlib.suppress(Exception):  # the cluster may be gone already; there is nothing left to do with it
            ray.shutdown()
