"""Repetitions a minute of a study at both fidelities, by CPU time. ``python bench/study.py [SCENARIO] [RUNS]``."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from cupola import scenario as scenarios
from cupola.assess.study.fast import record as fast_record
from cupola.assess.study.fast import tasks as fast
from cupola.assess.study.tasks import Full, Task
from cupola.scenario.builder import defence_of

CORES = 2


def measure(name: str, task: Task, seeds: range) -> None:
    """Print CPU seconds a run and what that makes on two cores, after one run to warm up for each seed's own caches."""
    began = time.process_time()
    for seed in seeds:
        task.run(seed)
    each = (time.process_time() - began) / len(seeds)
    print(f"{name}: {each:.3f} s CPU a run, {CORES * 60 / each:.0f} a minute on {CORES} cores")


def main() -> None:
    name = sys.argv[1] if len(sys.argv) > 1 else "raid-10"
    runs = sys.argv[2] if len(sys.argv) > 2 else "3"
    scenario = scenarios.load(name)
    full = Full(scenario, None, "engagement")
    full.run(1)  # compiles
    measure("full", full, range(2, 2 + int(runs)))
    with tempfile.TemporaryDirectory() as folder:
        seeds = fast.calibration_seeds(1, int(runs))
        calibrate = fast.Calibrate(scenario, None, folder)
        began = time.process_time()
        for seed in seeds:
            calibrate.run(seed)
        print(f"calibration: {(time.process_time() - began) / len(seeds):.2f} s CPU a run")
        task = fast.Fast(*defence_of(scenario), fast_record.key(scenario, None), seeds, str(Path(folder)))
        for seed in range(5 * int(runs)):
            task.run(seed)  # works out what runs on one recording share
        measure("fast", task, range(1000, 1100))


if __name__ == "__main__":
    main()
