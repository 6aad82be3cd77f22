"""Whole runs: the two wings and their drivers (virtual time, replay), the judge that compares them, and the summary.

The package itself can be called: ``cupola.run("raid-10", seed=1)`` is ``cupola.run.result.run``. A package and a function of one
name are what the published interface asks for; making the module callable gives both without a second name.
"""

from __future__ import annotations

import sys
import types
from typing import Any


class _CallablePackage(types.ModuleType):
    def __call__(self, *arguments: Any, **options: Any) -> Any:
        from cupola.run.result import run  # heavy: only when a run is wanted

        return run(*arguments, **options)


sys.modules[__name__].__class__ = _CallablePackage
