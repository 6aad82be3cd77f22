"""The picture hash: everything in a picture counts, the way a number is written does not."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from cupola.core.batches import Alert, Picture, Tracks
from cupola.picture import digest

ALERT = Alert(0, 3, 50.0, 10.0, 0.5, 1.0, 2e3, 1.2, "icbm", 0.7)


def some() -> Picture:
    n = 2
    tracks = Tracks(
        9.0, np.array([3, 8]), np.ones((n, 6)), np.ones((n, 6, 6)), np.ones(n, np.bool_), np.ones(n, np.uint8), np.ones(n),
        np.ones(n), np.ones(n, np.int32), np.ones((n, 1), np.uint64), np.full((n, 2), np.nan), np.ones(n), np.ones(n, np.int64),
    )  # fmt: skip
    three = np.full((n, 3), np.nan)
    return Picture(9.0, tracks, np.full((n, 5), 0.2), np.ones(n), np.zeros(n, np.int64), three, three.copy(), (ALERT,))


def test_every_column_and_alert_counts() -> None:
    seen = {digest.extend(digest.START, some())}
    for f in fields(Tracks):
        other = some()
        if f.name == "t":
            continue  # that of the picture stands for both
        column = getattr(other.tracks, f.name)
        column.ravel()[-1] = not column.ravel()[-1] if column.dtype == bool else 7
        seen.add(digest.extend(digest.START, other))
    for name in ("prob", "staleness", "launch", "impact", "ellipse"):
        other = some()
        getattr(other, name).ravel()[-1] = 7
        seen.add(digest.extend(digest.START, other))
    for change in (
        {"t": 10.0},
        {"alerts": ()},
        {"alerts": (replace(ALERT, range_class="srbm"),)},
        {"alerts": (replace(ALERT, boosters=2),)},
        {"new_alerts": (ALERT,)},
    ):
        seen.add(digest.extend(digest.START, replace(some(), **change)))
    assert len(seen) == 1 + len(fields(Tracks)) - 1 + 5 + 5


@pytest.mark.parametrize("written", [-0.0, 0.0])
def test_zeros_and_nans_are_alike(written: float) -> None:
    one, other = some(), some()
    one.tracks.x[0, 0], other.tracks.x[0, 0] = 0.0, written
    other.tracks.beta[:] = -np.float64(np.nan)
    assert digest.extend(digest.START, one) == digest.extend(digest.START, other)
