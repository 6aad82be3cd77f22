"""One catalogue entry: text, switches and cited numbers in a tree, with errors that name file and path."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cupola.catalog.values import FACTORS, STATUSES, Source, Value, unit_of
from cupola.catalog.yamlfile import Path_, spell
from cupola.core.errors import BadScenario

Cite = tuple[str, str]


@dataclass(frozen=True)
class Entry:
    """A branch of the catalogue: ``data`` maps keys to Value, str, bool, Entry, or a tuple of these."""

    name: str
    kind: str
    file: str
    path: Path_
    data: Mapping[str, Any]

    def where(self, key: str = "") -> str:
        return f"{self.file}: {spell((*self.path, key) if key else self.path)}"

    def __contains__(self, key: str) -> bool:
        return key in self.data

    def _get(self, key: str, kind: type, default: Any) -> Any:
        found = self.data.get(key, default)
        if found is None:
            raise BadScenario(f"{self.where(key)}: is missing; add it with its source")
        if not isinstance(found, kind):
            raise BadScenario(f"{self.where(key)}: should be {_called(kind)}, is {_called(type(found))}")
        return found

    def value(self, key: str) -> Value:
        """The cited number. Raises BadScenario if it is missing or not a number."""
        out: Value = self._get(key, Value, None)
        return out

    def si(self, key: str, default: float | None = None) -> float:
        """The number in SI units, or ``default`` where the entry has none."""
        return float(default) if default is not None and key not in self.data else self.value(key).si

    def text(self, key: str, default: str | None = None) -> str:
        return str(self._get(key, str, default))

    def flag(self, key: str, default: bool = False) -> bool:
        return bool(self._get(key, bool, default))

    def part(self, key: str) -> Entry:
        """A nested branch."""
        out: Entry = self._get(key, Entry, None)
        return out

    def parts(self, key: str) -> tuple[Entry, ...]:
        """A list of nested branches."""
        out: tuple[Any, ...] = self._get(key, tuple, None)
        bad = [i for i, e in enumerate(out) if not isinstance(e, Entry)]
        if bad:
            raise BadScenario(f"{self.where(key)}[{bad[0]}]: should be a mapping")
        return out

    def numbers(self, key: str) -> tuple[Value, ...]:
        """A list of cited numbers."""
        out: tuple[Any, ...] = self._get(key, tuple, None)
        return tuple(v for v in out if isinstance(v, Value))

    def values(self) -> list[tuple[Path_, Value]]:
        """Every cited number below this branch with its path."""
        return _leaves(self.data, self.path)


def _called(kind: type) -> str:
    return {Value: "a number", str: "text", bool: "true or false", tuple: "a list", Entry: "a mapping"}.get(kind, kind.__name__)


def _leaves(node: Any, path: Path_) -> list[tuple[Path_, Value]]:
    if isinstance(node, Value):
        return [(path, node)]
    if isinstance(node, Entry):
        node = node.data
    items = node.items() if isinstance(node, Mapping) else enumerate(node) if isinstance(node, tuple) else ()
    return [leaf for k, v in items for leaf in _leaves(v, (*path, k))]


class Reader:
    """Turns the plain data of one file into entries. Law 5 is enforced here: a number without a source is refused."""

    def __init__(self, file: str, kind: str, sources: Mapping[str, Source]) -> None:
        self.file, self.kind, self.sources = file, kind, sources

    def entry(self, name: str, raw: Any, path: Path_, cite: Cite | None = None) -> Entry:
        """One mapping. Its ``cite: [source, status]`` covers the bare numbers below it."""
        if not isinstance(raw, Mapping):
            raise self.bad(path, f"should be a mapping, is {type(raw).__name__}")
        if "cite" in raw:
            cite = self._cite(raw["cite"], (*path, "cite"))
        data = {str(k): self._node(str(k), v, (*path, k), cite) for k, v in raw.items() if k != "cite"}
        return Entry(name, self.kind, self.file, path, data)

    def bad(self, path: Path_, what: str) -> BadScenario:
        return BadScenario(f"{self.file}: {spell(path)}: {what}")

    def _cite(self, raw: Any, path: Path_) -> Cite:
        if not isinstance(raw, Sequence) or isinstance(raw, str) or len(raw) != 2:
            raise self.bad(path, "should be [source key, status]")
        source, status = str(raw[0]), str(raw[1])
        if source not in self.sources:
            raise self.bad(path, f"unknown source {source!r}; add it to a sources table")
        if status not in STATUSES:
            raise self.bad(path, f"unknown status {status!r}; one of {', '.join(STATUSES)}")
        return source, status

    def _node(self, key: str, raw: Any, path: Path_, cite: Cite | None) -> Any:
        if isinstance(raw, bool | str):
            return raw
        if isinstance(raw, int | float):
            return self._value(key, [raw], path, cite)
        if isinstance(raw, Mapping):
            return self._explicit(raw, path) if "value" in raw else self.entry(str(path[-1]), raw, path, cite)
        if isinstance(raw, Sequence):
            if _is_number(raw):
                return self._value(key, raw, path, cite)
            return tuple(self._node(key, v, (*path, i), cite) for i, v in enumerate(raw))
        raise self.bad(path, f"cannot hold {type(raw).__name__}; write a number, text, a list or a mapping")

    def _value(self, key: str, raw: Sequence[Any], path: Path_, cite: Cite | None) -> Value:
        """``x``, ``[x, lo, hi]``, ``[x, source, status]`` or ``[x, lo, hi, source, status]``."""
        numbers = [v for v in raw if isinstance(v, int | float)]
        if len(raw) > len(numbers):
            cite = self._cite(raw[len(numbers) :], path)
        if cite is None:
            raise self.bad(path, "a number without a source: write [value, source, status] or give the entry a cite")
        value, lo, hi = (numbers * 3)[:3] if len(numbers) == 1 else numbers
        unit, factor = unit_of(key)
        source = self.sources[cite[0]]
        return self._checked(Value(float(value), float(lo), float(hi), unit, factor, source.key, source.year, cite[1]), path)

    def _explicit(self, raw: Mapping[str, Any], path: Path_) -> Value:
        """``{value, lo, hi, unit, source, year, status}``: the source is a key of the bibliography or free text."""
        missing = [k for k in ("value", "unit", "source", "year", "status") if raw.get(k) in (None, "")]
        if missing:
            raise self.bad(path, f"{missing[0]} is missing")
        extra = set(raw) - {"value", "lo", "hi", "unit", "source", "year", "status"}
        if extra or raw["status"] not in STATUSES:
            raise self.bad(path, f"unknown field {min(extra)}" if extra else f"status should be one of {', '.join(STATUSES)}")
        try:
            value, lo, hi = (float(raw.get(k, raw["value"])) for k in ("value", "lo", "hi"))
            year = int(raw["year"])
        except (TypeError, ValueError) as e:
            raise self.bad(path, f"not a number: {e}") from None
        unit = str(raw["unit"])
        return self._checked(Value(value, lo, hi, unit, FACTORS.get(unit, 1.0), str(raw["source"]), year, str(raw["status"])), path)

    def _checked(self, v: Value, path: Path_) -> Value:
        if not (math.isfinite(v.value) and v.lo <= v.value <= v.hi):
            raise self.bad(path, f"needs lo <= value <= hi, has {v.lo} <= {v.value} <= {v.hi}")
        return v


def _is_number(raw: Sequence[Any]) -> bool:
    """``[x]``, ``[x, lo, hi]`` with or without ``source, status`` behind; other lists hold nodes."""
    plain = [isinstance(v, int | float) and not isinstance(v, bool) for v in raw]
    head = sum(plain)
    return head in (1, 3) and len(raw) in (head, head + 2) and all(plain[:head]) and all(isinstance(v, str) for v in raw[head:])
