"""Scores of tracks against truth, added up moment by moment: by the judge of a run, and by ``cupola score``."""

from __future__ import annotations

import numpy as np

from cupola.core.batches import Floats, Ints
from cupola.picture import metrics


class Scorer:
    """Scores added one moment at a time; ``summary`` of those from ``skip`` on. Holds only counts and who was last seen as whom."""

    def __init__(self, c: float = 5000.0) -> None:
        self.c = c
        self._scores: list[metrics.Score] = []
        self._switches: list[int] = []
        self._last: dict[int, int] = {}

    def add(self, truth_id: Ints, truth: Floats, track_id: Ints, tracks: Floats, P: Floats | None = None) -> metrics.Pairs:
        """One moment: truths ``(n, 6)`` with ids, tracks ``(m, 6)`` with ids and perhaps covariances. Returns the assignment."""
        s, pairs = metrics.score(truth, tracks, P, self.c)
        self._scores.append(s)
        who, what = np.asarray(truth_id)[pairs.truth], np.asarray(track_id)[pairs.track]
        self._switches.append(metrics.switches(self._last, who.tolist(), what.tolist()))
        return pairs

    def __len__(self) -> int:
        return len(self._scores)

    def summary(self, skip: int = 0) -> dict[str, float | int | None]:
        """The keys of ``cupola score`` over the moments from number ``skip`` on; ``switches_all`` counts from the first."""
        return {
            "scans": len(self._scores),
            "scored_from": skip,
            "c_m": self.c,
            **metrics.summarise(self._scores[skip:]),
            "switches": sum(self._switches[skip:]),
            "switches_all": sum(self._switches),
        }
