"""Read one YAML file with the line of every key, so that an error can say where.

What is read is what the text looks like to a person. YAML 1.1, which PyYAML reads, takes ``1e5`` for a word: here it is the number.
It takes ``010`` for 8, ``1:30`` for 90 and ``no`` for false: they are refused, and so is ``1_000``, as everywhere (``written``).
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from cupola.core.errors import BadScenario

Path_ = tuple[Hashable, ...]
MOST_NODES = 500_000  # values in one file, aliases counted as often as they stand; more is a mistake or a trap
DEEPEST = 100  # levels; the C parser builds its tree by recursion and would fall over without a word
_WORDS = tuple(f"tag:yaml.org,2002:{kind}" for kind in ("timestamp", "value", "merge"))  # a date, =, <<: no more than text
_EXPONENT = ("tag:yaml.org,2002:float", re.compile(r"[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+$", re.ASCII))
_ZEROS = re.compile(r"[-+]?0[0-9_]+")


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Safe types only; a time stays the text it was written as, to the last digit, quoted or not."""

    yaml_implicit_resolvers = {  # noqa: RUF012  # PyYAML's own way
        first: [r for r in found if r[0] not in _WORDS] + ([_EXPONENT] if first in "-+.0123456789" else [])
        for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def spell(path: Path_) -> str:
    """``("launches", 2, "missile")`` as ``launches[2].missile``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def read(path: Path | str, text: str | None = None) -> tuple[Any, dict[Path_, int]]:
    """The plain data of a YAML file (safe types only) and the line (from 1) of every key and list item.

    Raises BadScenario naming file and line for a missing file, broken YAML or a key that is given twice.
    """
    name = Path(path).name
    if text is None:
        try:
            text = Path(path).read_text(encoding="utf-8")
        except OSError as e:
            raise BadScenario(f"{path}: cannot be read ({e.strerror})") from None
        except UnicodeDecodeError as e:
            raise BadScenario(f"{path}: not text in UTF-8 at offset {e.start}; a scenario is a YAML text") from None
    loader = _Loader(text)
    try:
        _check_depth(text, name)
        node = loader.get_single_node()
        lines: dict[Path_, int] = {}
        if node is not None:
            _walk(node, (), lines, name, loader)
        return (None if node is None else loader.construct_document(node)), lines
    except yaml.YAMLError as e:
        mark = getattr(e, "problem_mark", None)
        where = f"{name}:{mark.line + 1}" if mark else name
        raise BadScenario(f"{where}: not valid YAML: {getattr(e, 'problem', None) or e}") from None
    finally:
        loader.dispose()


def _check_depth(text: str, name: str) -> None:
    """Refuse what is nested too deeply before a tree is built of it."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise BadScenario(f"{name}:{line}: nested too deeply (more than {DEEPEST} levels); make it flatter")


def _walk(node: Any, path: Path_, lines: dict[Path_, int], name: str, loader: Any) -> None:
    line = node.start_mark.line + 1
    if len(path) > DEEPEST:
        raise BadScenario(f"{name}:{line}: an alias refers to what it stands in; write the value out")
    if len(lines) > MOST_NODES:
        raise BadScenario(f"{name}:{line}: holds more than {MOST_NODES:,} values once its aliases are written out; make it smaller")
    lines.setdefault(path, line)
    if isinstance(node, yaml.MappingNode):
        seen: set[Hashable] = set()
        for key, value in node.value:
            k = _built(key, path, name, loader)
            line = key.start_mark.line + 1
            if not isinstance(k, str | int):
                raise BadScenario(f"{name}:{line}: {spell((*path, str(k)))}: a key should be a word")
            if k in seen:
                raise BadScenario(f"{name}:{line}: {spell((*path, str(k)))}: the key is given twice; keep one")
            seen.add(k)
            lines[(*path, k)] = line
            _walk(value, (*path, k), lines, name, loader)
    elif isinstance(node, yaml.SequenceNode):
        for i, value in enumerate(node.value):
            _walk(value, (*path, i), lines, name, loader)
    else:
        _built(node, path, name, loader)


def _built(node: Any, path: Path_, name: str, loader: Any) -> Any:
    """The value of a node; the loader keeps it. A value that its tag or form promises and does not hold is told with its line."""
    if odd := _odd(node):
        raise BadScenario(f"{name}:{node.start_mark.line + 1}: {_at(path)}{odd}")
    try:
        return loader.construct_object(node, deep=True)
    except (ValueError, KeyError, AttributeError, TypeError, OverflowError):
        raise BadScenario(
            f"{name}:{node.start_mark.line + 1}: {_at(path)}{str(node.value)[:40]!r} is not what it looks like"
            f" ({str(node.tag).rpartition(':')[2]}); correct it or put it in quotes"
        ) from None


def _at(path: Path_) -> str:
    return f"{spell(path)}: " if path else ""


def _odd(node: Any) -> str:
    """Why a bare word is refused that YAML 1.1 reads otherwise than it looks; empty for all others."""
    if not isinstance(node, yaml.ScalarNode) or node.style:
        return ""
    text, kind = node.value, node.tag.rpartition(":")[2]
    shown = repr(text if len(text) <= 40 else f"{text[:37]}...")
    word = f"put {shown} in quotes if it is a word"
    if kind == "bool" and text.lower() in ("yes", "no", "on", "off"):
        truth = "true" if text.lower() in ("yes", "on") else "false"
        return f"YAML reads a bare {text} as {truth}; write {truth} if that is meant, or {word}"
    if _ZEROS.fullmatch(text):
        comma = "; if it is the end of 1,000: numbers have no commas" if text == "000" else ""
        return f"{shown} begins with 0, which YAML takes for octal; write it without zeros in front, or {word}{comma}"
    if kind in ("int", "float") and ":" in text:
        return f"{shown} would be read to base 60, as minutes and seconds are; write one number in the field's unit, or {word}"
    if kind in ("int", "float") and "_" in text:
        return f"{shown} has an underscore; write the number without, or {word}"
    return ""
