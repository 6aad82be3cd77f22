"""What is wrong with a study file, in one line that says what to write: broken YAML, wrong fields, and the place a refused point is
to blame on."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Hashable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from cupola.core.errors import BadInput
from cupola.scenario.load import place_of

Path_ = tuple[Hashable, ...]
Try = Callable[[Mapping[str, Any], tuple[str, ...]], Any]  # makes a point of what is set and what is left out, or raises BadInput
OF_A_UNION = ("list_type", "model_type", "model_attributes_type", "dict_type")  # told by a branch that was not meant
WANTED = {  # what a field should look like, where its type is wrong
    "varied": "should be a mapping of what is varied to its values: {links.*.delay_s: [0.1, 2]}",
    "vary": "should be a list of values, or a range {from: 0, to: 1, count: 5}",
    "repetitions": "should be a number of runs, or {min: 20, max: 60}",
    "stop": "should be {output: NAME, half_width: 0.5}",
    "outputs": "should be a list in brackets: [engagement.leaked]",
    "without": "should be a list of names in brackets: [leo-01]",
    "set": "should be a mapping: {links.*.delay_s: 2}",
    "cases": "should be a list of cases, each on a line: - {name: small, set: {links.*.delay_s: 2}}",
    "case": "should be a case: {name: small, set: {links.*.delay_s: 2}}",
}


def yaml_hint(text: str, said: str) -> str:
    """What usually is meant where a text is no YAML; empty where nothing usual is seen. said: the message, ``file:LINE: ...``."""
    found = re.search(r":(\d+): ", said)
    at = int(found[1]) if found else 1
    near = text.splitlines()[max(0, at - 2) : at]
    if any(re.match(r" *\t", line) for line in near):
        return "; indent with spaces, not with tabs"
    if any(re.match(r"[^'\"\[{#]*: [^'\"\[{#]*: ", line) for line in near):
        return "; put a text that holds a colon in quotes"
    if any(re.match(r" *[\w.*-]+:[^\s/]", line) for line in near):
        return "; put a space after the colon"
    return ""


def validation(file: str, error: ValidationError, lines: Mapping[Path_, int], keys: Mapping[str, type[BaseModel]]) -> str:
    """The deepest problem in one line, and how many more there are. keys: the part of a file (``""``: all of it) to its fields."""
    told = []
    for p in error.errors(include_url=False):
        path: Path_ = p["loc"]
        if p["type"] != "missing":
            path = _written(path, lines)
        if p["type"] == "missing":  # a branch's name stands before the field that is missing
            path = tuple(part for part in path if not (isinstance(part, str) and re.search(r"[\[(]", part)))
        told.append(((p["type"] not in OF_A_UNION, len(path)), f"{place_of(lines, file, path)}: {_message(dict(p), path, keys)}"))
    lines_told = {text for _, text in told}
    return max(told, key=lambda t: t[0])[1] + (f" (and {len(lines_told) - 1} more)" if len(lines_told) > 1 else "")


def _written(path: Path_, lines: Mapping[Path_, int]) -> Path_:
    """A place as the file has it: pydantic names branches of a union too, which are no keys of the file."""
    found: Path_ = ()
    for part in path:
        found = (*found, part) if (*found, part) in lines else found
    return found


def _message(p: Mapping[str, Any], path: Path_, keys: Mapping[str, type[BaseModel]]) -> str:
    kind, given = p["type"], p.get("input")
    if kind == "extra_forbidden":
        own = "" if path and path[-1] == p["loc"][-1] else f"{str(p['loc'][-1])!r} "
        return f"{own}is no known key{_near_key(str(p['loc'][-1]), _fields(p['loc'], keys))}"
    if kind == "missing":
        return f"is missing; add it{_known(_fields(p['loc'], keys))}"
    if isinstance(given, float) and not math.isfinite(given):
        return f"is {given}, no number to compute with; write a finite one"
    if kind in OF_A_UNION:
        one_case = path[:1] == ("cases",) and isinstance(path[-1], int)
        wanted = WANTED["case"] if one_case else WANTED["varied"] if path == ("vary",) else _wanted(path)
        if wanted:
            return wanted + _has(given)
    return str(p["msg"]).removeprefix("Value error, ") + _has(given)


def _has(given: Any) -> str:
    return f", has {str(given)[:60]!r}" if isinstance(given, str | int | float) else ""


def _wanted(path: Path_) -> str:
    return next((WANTED[str(part)] for part in (*reversed(path), *path[:1]) if str(part) in WANTED), "")


def _fields(loc: Path_, keys: Mapping[str, type[BaseModel]]) -> list[str]:
    """The keys that may stand where this one stands."""
    part = next((keys[str(p)] for p in reversed(loc[:-1]) if str(p) in keys), keys[""])
    return [f.alias or n for n, f in part.model_fields.items()]


def _near_key(key: str, known: list[str]) -> str:
    near = difflib.get_close_matches(key, known, n=1) or [k for k in known if k == key.lower()]
    return f"; did you mean {near[0]!r}?" if near else _known(known)


def _known(known: list[str]) -> str:
    return f"; here may stand {', '.join(known)}" if len(known) < 8 else ""


def blame(given: Mapping[str, Any], without: tuple[str, ...], changes: Mapping[str, Any], attempt: Try) -> Path_:
    """Which part of a study a refused point is to blame on: its scenario, what it sets for all, or what is changed here.

    given, without: for all points; changes: of this one. The last part is the one field, where one alone is refused.
    """
    if _refused(attempt, {}, ()):
        return ("scenario",)
    if _refused(attempt, {}, without):
        return ("without",)
    if _refused(attempt, given, without):
        return next((("set", k) for k, v in given.items() if _refused(attempt, {k: v}, without)), ("set",))
    return next((("vary", k) for k, v in changes.items() if _refused(attempt, {**given, k: v}, without)), ("vary",))


def _refused(attempt: Try, given: Mapping[str, Any], without: tuple[str, ...]) -> bool:
    try:
        attempt(given, without)
    except BadInput:
        return True
    return False
