"""Cupola: an open missile-warning data platform and layered-defence analysis tool. Everything that shoots is simulated.

import cupola
result = cupola.run("raid-10", seed=1)
result.summary["engagement"], result.tables["alerts"]["launch_t"], result.frame("warheads", "pandas")
"""

from __future__ import annotations

import importlib
from typing import Any

from cupola.core.kernel_cache import use_own_cache

__version__ = "0.1.0"
__all__ = ["run"]

use_own_cache()  # before anything compiles


def __getattr__(name: str) -> Any:
    """``cupola.run`` is loaded when it is first used."""
    if name == "run":
        return importlib.import_module("cupola.run")
    raise AttributeError(f"module 'cupola' has no attribute {name!r}")
