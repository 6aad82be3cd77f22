"""Ranges as distributions: factors around one, drawn with a stated seed, and their quantiles."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from cupola.assess.question import Input
from cupola.core.batches import Floats
from cupola.core.errors import BadOption
from cupola.core.randoms import stream

SHAPES = ("lognormal", "triangular")
QUANTILES = (0.1, 0.5, 0.9)
Z90 = 1.2815515655446004  # the standard normal's 90 % quantile
DRAWS = 4000  # the 10, 50, 90 % quantiles move by about 1-2 % between seeds

RANGE_INPUTS = (
    Input("spread", "How far each cost may be off", "times", 1.5, 1.0, 5.0, 0.1,
          help="lognormal: the 90 % quantile over the median; triangular: the highest over the most likely", low=1.2, high=2.0),
    Input("shape", "Shape of the range", "", "lognormal", choices=SHAPES, role="numeric"),
    Input("seed", "Seed of the draws", "", 1, 0, 2**31, 1, help="the same seed gives the same numbers", role="numeric"),
)  # fmt: skip


def factors(shape: str, spread: float, seed: int, *names: str) -> dict[str, Floats]:
    """Independent factors by name, ``(DRAWS,)`` each, around one. Raises BadOption for an unknown shape or a spread below one.

    lognormal: median 1, 90 % quantile ``spread``. triangular: from 1 / spread over the mode 1 to ``spread``.
    """
    if shape not in SHAPES or spread < 1.0:
        raise BadOption(f"a range is {' or '.join(SHAPES)} with a spread of at least 1, not {shape!r} with {spread:g}")
    if spread == 1.0:
        return {n: np.ones(DRAWS) for n in names}
    if shape == "triangular":
        return {n: stream(seed, "spread", n).triangular(1.0 / spread, 1.0, spread, DRAWS) for n in names}
    return {n: np.exp(math.log(spread) / Z90 * stream(seed, "spread", n).standard_normal(DRAWS)) for n in names}


def drawn(given: Mapping[str, Any], *names: str) -> dict[str, Floats]:
    """``factors`` with the inputs of ``RANGE_INPUTS``."""
    return factors(given["shape"], given["spread"], given["seed"], *names)


def quantiles(values: Floats) -> dict[str, float]:
    """The 10, 50 and 90 % quantiles as ``p10``, ``p50``, ``p90``."""
    return {f"p{round(100 * q)}": float(v) for q, v in zip(QUANTILES, np.quantile(values, QUANTILES), strict=True)}
