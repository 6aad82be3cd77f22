"""How long ``cupola --help`` takes: whole processes, median of several.

python bench/startup.py
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time


def once(arguments: list[str]) -> float:
    """Wall seconds of one process."""
    began = time.perf_counter()
    subprocess.run([sys.executable, *arguments], capture_output=True, check=True)
    return time.perf_counter() - began


def main() -> None:
    bare = statistics.median(once(["-c", "pass"]) for _ in range(9))
    shown = statistics.median(once(["-m", "cupola.cli", "--help"]) for _ in range(9))
    print(f"cupola --help {shown:.3f} s, {shown / bare:.1f}x a bare interpreter ({bare:.3f} s)")


if __name__ == "__main__":
    main()
