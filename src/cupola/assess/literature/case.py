"""Published cases: what a source says, under which assumptions, how well it is known, and how near a computation should come.

``cases.yaml`` beside this file has this form, and ``read`` takes any other that has it. Numbers carry their unit in
the key (``_km``, ``_s``, ``_deg``, ``_musd``) and beside it.
"""

from __future__ import annotations

import ast
import difflib
import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cupola.assess.question import LARGEST
from cupola.catalog import yamlfile
from cupola.core.errors import BadFile, BadScenario

BUILT_IN = Path(__file__).parent / "cases.yaml"
HELD_OUT = Path(__file__).parent / "held_out.yaml"  # published after our models stood, or found then: nothing was fitted on them
FIELDS = ("id", "kind", "quantity", "inputs", "value", "unit", "derived", "tolerance", "assumptions", "status", "status_note",
          "source", "ours")  # fmt: skip
STATUSES = ("read", "second-hand", "computed", "from memory, unverified")
SINGLE = "value"  # the key of a case that gives one number


@dataclass(frozen=True)
class Tolerance:
    """One check of a case. of: a key, ``value``, ``*`` or a derived quantity; rule: one of ``RULES``.

    An identity checks the published numbers against each other; it has ``identity`` set and ``of`` empty.
    """

    of: str
    rule: str
    size: tuple[float, ...]
    when: str = ""
    identity: str = ""


@dataclass(frozen=True)
class Case:
    """One published case. values: key to number (``value`` where it is one); derived: what follows from them.

    ours: what we assume where the source is silent, or known to be wrong; broken: why it cannot be read as a case.
    ranges: keys that are published as a range (``values`` holds the middle); remarks: what was overlooked or put right on reading.
    """

    id: str
    kind: str
    quantity: str
    inputs: Mapping[str, Any]
    values: Mapping[str, float]
    units: Mapping[str, str]
    derived: Mapping[str, float]
    tolerances: tuple[Tolerance, ...]
    assumptions: str
    status: str
    status_note: str
    source: Mapping[str, Any]
    ours: Mapping[str, Any]
    folder: Path
    broken: str = ""
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    @property
    def known(self) -> dict[str, Any]:
        """Inputs and values together; what we assume wins, for it is there where the source is silent or known to be wrong."""
        return {**self.inputs, **self.values, **self.ours}

    def has(self, *keys: str) -> bool:
        """Whether every key is an input."""
        return all(k in self.inputs for k in keys)


def read(path: Path) -> list[Case]:
    """All cases of a file; one that is wrong is ``broken``, so that the others are still answered.

    Raises BadFile for a file that is no list of cases, or gives an id twice.
    """
    try:
        raw, _ = yamlfile.read(path, path.read_text(encoding="utf-8"))
    except OSError as e:
        raise BadFile(f"{path}: cannot be read ({e.strerror}); give a file of cases") from None
    except UnicodeDecodeError as e:
        raise BadFile(f"{path}: is no text (offset {e.start}); give a file of cases") from None
    except BadScenario as e:
        raise BadFile(f"{path.parent}/{e}") from None
    if not isinstance(raw, dict) or not isinstance(raw.get("cases"), list):
        raise BadFile(f"{path}: not a file of cases: it needs 'cases:' with a list")
    cases = [_whole(path, i, c) for i, c in enumerate(raw["cases"])]
    double = sorted({c.id for c in cases if sum(d.id == c.id for d in cases) > 1})
    if double:
        raise BadFile(f"{path}: case {double[0]!r} stands there twice")
    return cases


def _whole(path: Path, number: int, raw: Any) -> Case:
    """A case, or a broken one that says what is wrong with it."""
    try:
        return _case(path, number, raw)
    except BadFile as e:
        given = raw if isinstance(raw, dict) else {}
        name, kind, quantity = (str(given.get(k) or "") for k in ("id", "kind", "quantity"))
        name = name or f"case {number + 1} of {path.name}"
        return Case(name, kind, quantity, {}, {}, {}, {}, (), "", "", "", {}, {}, path.resolve().parent.parent, str(e))


def _case(path: Path, number: int, raw: Any) -> Case:
    where = f"{path}: case {number + 1}"
    if not isinstance(raw, dict):
        raise BadFile(f"{where} is not a mapping")
    where = f"{path}: case {raw.get('id', number + 1)!r}"
    near = {k: difflib.get_close_matches(str(k), FIELDS, 1) for k in raw if k not in FIELDS}
    for key in ("id", "kind", "quantity", "value", "status"):
        if raw.get(key) is None:
            meant = next((f"; is {str(k)!r} meant to be it?" for k, found in near.items() if found == [key]), "")
            raise BadFile(f"{where}: {key} is missing{meant}")
    status = _status(where, raw["status"])
    values = raw["value"] if isinstance(raw["value"], dict) else {SINGLE: raw["value"]}
    ranges = {str(k): _range(where, k, v) for k, v in values.items() if isinstance(v, list)}
    unit = raw.get("unit", "")
    return Case(
        id=str(raw["id"]),
        kind=str(raw["kind"]),
        quantity=str(raw["quantity"]),
        inputs=_mapping(where, "inputs", raw.get("inputs")),
        values={str(k): sum(ranges[str(k)]) / 2.0 if str(k) in ranges else _number(where, k, v) for k, v in values.items()},
        units={str(k): str(u) for k, u in unit.items()} if isinstance(unit, dict) else dict.fromkeys(values, str(unit)),
        derived={str(k): _number(where, k, v) for k, v in _mapping(where, "derived", raw.get("derived")).items()},
        tolerances=tuple(_tolerance(where, t) for t in _listed(where, raw.get("tolerance"))),
        assumptions=" ".join(str(raw.get("assumptions") or "").split()),
        status=status,
        status_note=str(raw.get("status_note") or ""),
        source=_mapping(where, "source", raw.get("source")),
        ours=_mapping(where, "ours", raw.get("ours")),
        folder=path.resolve().parent.parent,
        ranges=ranges,
        remarks=tuple(f"field {str(k)!r} is not known" + (f"; is {n[0]} meant?" if n else "") for k, n in near.items()),
    )


def _status(where: str, raw: Any) -> str:
    """One of ``STATUSES``, however it is written (``Second hand``)."""
    plain = {re.sub(r"[^a-z]", "", s): s for s in STATUSES}
    said = re.sub(r"[^a-z]", "", str(raw).lower())
    found = plain.get(said) or (STATUSES[-1] if said in ("frommemory", "unverified") else None)
    if found is None:
        raise BadFile(f"{where}: status {raw!r} is unknown; choose from {'; '.join(STATUSES)}")
    return found


def _range(where: str, key: Any, raw: list[Any]) -> tuple[float, float]:
    """A number that is published as a range, [lowest, highest]."""
    if len(raw) != 2:
        raise BadFile(f"{where}: {key} has {len(raw)} numbers; give one, or two as a range: [lowest, highest]")
    lo, hi = (_number(where, key, v) for v in raw)
    if lo > hi:
        raise BadFile(f"{where}: {key} is {raw!r}: give the lower number first")
    return lo, hi


def _mapping(where: str, key: str, raw: Any) -> Mapping[str, Any]:
    if raw is not None and not isinstance(raw, dict):
        raise BadFile(f"{where}: {key} must be a mapping of names to values")
    return raw or {}


def _listed(where: str, raw: Any) -> list[Any]:
    if raw is not None and not isinstance(raw, list):
        raise BadFile(f"{where}: tolerance must be a list of checks, each with of (or identity) and one of {', '.join(RULES)}")
    return raw or []


def _number(where: str, key: Any, raw: Any) -> float:
    number = isinstance(raw, int | float) and not isinstance(raw, bool)
    if not number or not -LARGEST <= raw <= LARGEST:
        raise BadFile(f"{where}: {key} is {str(raw)[:40]!r}, not a finite number")
    return float(raw)


RULES = ("abs", "rel", "factor", "between", "exact", "sigma", "show")


def _tolerance(where: str, raw: Any) -> Tolerance:
    rule = next((r for r in RULES if isinstance(raw, dict) and r in raw), None)
    if rule is None:
        raise BadFile(f"{where}: a tolerance needs one of {', '.join(RULES)}; it is {raw!r}")
    size = raw[rule] if isinstance(raw[rule], list) else [raw[rule]]
    if len(size) != (2 if rule == "between" else 1):
        many = "two numbers, [lo, hi]" if rule == "between" else "one number"
        raise BadFile(f"{where}: {rule} needs {many}; it is {raw[rule]!r}")
    identity = str(raw.get("identity", ""))
    if not identity and "of" not in raw:
        raise BadFile(f"{where}: a tolerance needs 'of' or 'identity': {raw!r}")
    sizes = tuple(float(v) if isinstance(v, bool) else _number(where, rule, v) for v in size)
    if least := _impossible(rule, sizes):
        raise BadFile(f"{where}: {rule} is {raw[rule]!r}, which nothing could meet; {least}")
    return Tolerance("" if identity else str(raw["of"]), rule, sizes, str(raw.get("when", "")), identity)


def _impossible(rule: str, sizes: tuple[float, ...]) -> str:
    """What a check should be that as it stands no number can meet; empty for all others."""
    if rule in ("abs", "rel", "sigma") and sizes[0] < 0.0:
        return "write 0 or more"
    if rule == "factor" and sizes[0] < 1.0:
        return "write 1 or more (2: from half of it to twice)"
    return "give the lower number first" if rule == "between" and sizes[0] > sizes[1] else ""


# --------------------------------------------------------------------------------------------------------- identities

IN_WORDS = "in words only: nothing to compute"
_OPERATIONS: Mapping[type, Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def sides(identity: str, values: Mapping[str, float]) -> tuple[float, float] | str:
    """Both sides of ``a + b == c`` in the case's own numbers, or why there are none (``IN_WORDS`` where it is a sentence).

    Where it mixes billions and millions of dollars, all are taken in millions.
    """
    left, _, right = identity.partition("==")
    if "_musd" in identity and "_busd" in identity:
        values = {k: v * (1e3 if k.endswith("_busd") else 1.0) for k, v in values.items()}
    try:
        both = tuple(_evaluate(ast.parse(s.strip(), mode="eval").body, values) for s in (left, right))
        return both if all(math.isfinite(b) for b in both) else "has no finite value"  # type: ignore[return-value]
    except ZeroDivisionError:
        return "divides by a number of the case that is 0"
    except (SyntaxError, RecursionError, OverflowError):
        return IN_WORDS
    except ValueError as e:
        return str(e)


def _evaluate(node: ast.AST, values: Mapping[str, float]) -> float:
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATIONS:
        return _OPERATIONS[type(node.op)](_evaluate(node.left, values), _evaluate(node.right, values))
    if isinstance(node, ast.Name) and node.id in values:
        return values[node.id]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_evaluate(node.operand, values)
    if isinstance(node, ast.Name):
        raise ValueError(f"names {node.id}, which the case does not give")
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    raise ValueError("is no sum of the case's own numbers")
