"""The table of everything that will ever fly in a run, made once at the start; a row is an object, its number is its id."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cupola.core.batches import Floats, Ints, concat


@dataclass(frozen=True)
class Objects:
    """Columns of ``n`` objects; SI, ECI, seconds from the epoch.

    launch: launch number; parent: id of the body it leaves, -1 for a missile itself; kind: index into CLASSES when not a booster;
    cut: end of the powered flight, until when it is a booster, -inf for what has no motor; birth: when it begins to exist;
    free: when it begins to coast from state ``x (n, 6)`` (before that its path is a table); beta kg/m^2; rcs m^2; skin W/sr (long
    wave).
    """

    launch: Ints
    parent: Ints
    kind: Ints
    cut: Floats
    birth: Floats
    free: Floats
    x: Floats
    beta: Floats
    rcs: Floats
    skin: Floats

    def __len__(self) -> int:
        return len(self.launch)

    @staticmethod
    def empty() -> Objects:
        i, f = np.empty(0, np.int64), np.empty(0)
        return Objects(i, i, i, f, f, f, np.empty((0, 6)), f, f, f)


@dataclass(frozen=True)
class Paths:
    """Paths given as tables of nodes 1 s apart: powered flight, glide, recorded telemetry.

    object ``(p,)`` ids, ascending; start ``(p,)`` time of the first node; ptr ``(p + 1,)`` rows of nodes ``(sum, 6)``.
    """

    object: Ints
    start: Floats
    ptr: Ints
    nodes: Floats

    @staticmethod
    def pack(object: list[int], start: list[float], nodes: list[Floats]) -> Paths:
        """Joined tables, sorted by object id."""
        order = np.argsort(object, kind="stable")
        sizes = [len(nodes[i]) for i in order]
        joined = np.concatenate([nodes[i] for i in order]) if nodes else np.empty((0, 6))
        return Paths(
            np.array(object, np.int64)[order], np.array(start, float)[order], np.cumsum([0, *sizes]).astype(np.int64), joined
        )

    def at(self, t: float | Floats, which: Ints) -> Floats:
        """ECI states ``(k, 6)`` of these tables (indices) at ``t`` (one or ``(k,)``), by cubic Hermite; the end intervals extend.

        Limits: within about a metre inside a second in which thrust jumps.
        """
        first, last = self.ptr[which], self.ptr[which + 1] - 2
        row = np.clip(first + np.floor(t - self.start[which]).astype(np.int64), first, last)
        s = (t - self.start[which] - (row - first))[:, None]
        a, b = self.nodes[row], self.nodes[row + 1]
        p0, v0, p1, v1 = a[:, :3], a[:, 3:], b[:, :3], b[:, 3:]
        d = p1 - p0
        c2, c3 = 3 * d - 2 * v0 - v1, v0 + v1 - 2 * d
        return np.concatenate([p0 + s * (v0 + s * (c2 + s * c3)), v0 + s * (2 * c2 + 3 * s * c3)], axis=1)


@dataclass(frozen=True)
class Burns:
    """When a motor burns ``(b,)``: object id, from, to (s), short-wave intensity (W/sr), before the altitude profile."""

    object: Ints
    t0: Floats
    t1: Floats
    plume: Floats


def join(parts: list[Objects]) -> Objects:
    """Tables end to end."""
    return concat([Objects.empty(), *parts])


def join_paths(parts: list[Paths]) -> Paths:
    """Tables end to end; object ids must ascend from part to part."""
    sizes = np.concatenate([np.diff(p.ptr) for p in parts])
    return Paths(
        np.concatenate([p.object for p in parts]), np.concatenate([p.start for p in parts]),
        np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64), np.concatenate([p.nodes for p in parts]),
    )  # fmt: skip


def join_burns(parts: list[Burns]) -> Burns:
    """Burns end to end."""
    return concat(parts)
