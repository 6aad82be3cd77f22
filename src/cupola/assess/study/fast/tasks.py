"""The fast fidelity: a raid engaged on pictures of calibration runs of the full path, drawn anew for every seed.

Run of seed s takes calibration run ``s mod n``. What it draws anew is the engagement: kill probabilities, common failures, hits,
reports. Launches, errors, delays and beliefs are those of the n calibration runs; their chance does not shrink with more fast runs,
and the intervals say so: they count calibration runs, not fast runs, where those differ (clusters).

Any change of the scenario outside its defence (a link, a sensor, a launch) is calibrated anew, and of the defence that of the time
between plans alone: pictures are kept at planning times.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cupola.assess.study.fast import engage, record, table
from cupola.assess.study.tasks import Number, Run
from cupola.catalog.defence import Battery, Doctrine
from cupola.core.randoms import stream
from cupola.run.price import rounds_price
from cupola.scenario.schema import Scenario
from cupola.truth.kill import KillModel

ROOM = 2**30  # bytes of recordings and tables that a process keeps; the one in use stays whatever its size


@dataclass(frozen=True)
class Calibrate:
    """Makes the recordings of a scenario, one a run; its seeds are not those of the study's runs."""

    scenario: Scenario
    duration: float | None
    folder: str

    def run(self, seed: int) -> Run:
        """Record one calibration run into the folder, unless it is there."""
        path = place(Path(self.folder), record.key(self.scenario, self.duration), seed)
        if not record.whole(path):
            record.save(path, record.record(self.scenario, seed, self.duration))
        return Run(seed, {})


@dataclass(frozen=True)
class Fast:
    """Engagements of one design point on ``calibrations``, the seeds of its recordings in ``folder``."""

    batteries: tuple[Battery, ...]
    doctrine: Doctrine
    model: KillModel
    key: str
    calibrations: tuple[int, ...]
    folder: str

    def run(self, seed: int) -> Run:
        """One engagement."""
        batteries, doctrine, model = self.batteries, self.doctrine, self.model
        mine = self.calibrations[seed % len(self.calibrations)]
        of = _table(str(place(Path(self.folder), self.key, mine)), *table.bare(batteries, doctrine))
        out = engage.fight(of, batteries, doctrine, model, seed)
        return Run(seed, _numbers(of, out, batteries))


def calibration_seeds(first: int, n: int) -> tuple[int, ...]:
    """Seeds of n calibration runs of a study, far from those of its runs."""
    return tuple(int(s) for s in stream(first, "study", "calibration").integers(2**62, 2**63 - 1, n))


def place(folder: Path, key: str, seed: int) -> Path:
    """Where a recording is kept."""
    return folder / "calibration" / f"{key}-{seed}.npz"


Kept = OrderedDict[tuple[str, tuple[Battery, ...], Doctrine], table.Table]
_KEPT: Kept = OrderedDict()  # of this process, the one used last at the end


def _table(path: str, batteries: tuple[Battery, ...], doctrine: Doctrine) -> table.Table:
    key = path, batteries, doctrine
    if key not in _KEPT:
        read = next((of.recording for (p, _, _), of in _KEPT.items() if p == path), None)
        _KEPT[key] = table.table(read or record.load(Path(path)), batteries, doctrine)
        while len(_KEPT) > 1 and held(_KEPT) > ROOM:
            _KEPT.popitem(last=False)
    _KEPT.move_to_end(key)
    return _KEPT[key]


def held(kept: Kept) -> int:
    """Bytes of tables as they were made and of their recordings, which tables of one recording share."""
    recordings = {id(of.recording): of.recording for of in kept.values()}
    parts: list[object] = [*recordings.values(), *kept.values(), *(of.chances for of in kept.values())]
    return sum(_size(part) for part in parts)


def _size(of: object) -> int:
    return sum(v.nbytes for v in vars(of).values() if isinstance(v, np.ndarray))


def _numbers(of: table.Table, out: engage.Outcome, batteries: tuple[Battery, ...]) -> dict[str, Number]:
    """The summary's numbers; those that a defence does not change are the calibration run's."""
    fired = out.fired(len(batteries))
    engagement: dict[str, Number] = {
        "engagement.fired": int(fired.sum()),
        "engagement.killed": out.killed,
        "engagement.leaked": out.leaked,
        "engagement.clean": out.leaked == 0,
        "engagement.inventory_left": sum(b.magazine for b in batteries) - int(fired.sum()),
        "engagement.cost_usd": rounds_price(fired, batteries).usd,
    }
    return {**of.recording.facts, **engagement}
