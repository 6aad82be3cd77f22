"""Read one YAML file with the line of every key, so that an error can say where."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from cupola.core.errors import BadScenario

Path_ = tuple[Hashable, ...]
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


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
        except (OSError, UnicodeDecodeError) as e:
            raise BadScenario(f"{path}: cannot be read: {e}") from None
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        lines: dict[Path_, int] = {}
        if node is not None:
            _walk(node, (), lines, name, loader)
        return (None if node is None else loader.construct_document(node)), lines
    except yaml.YAMLError as e:
        mark = getattr(e, "problem_mark", None)
        where = f"{name}:{mark.line + 1}" if mark else name
        raise BadScenario(f"{where}: not valid YAML: {getattr(e, 'problem', None) or e}") from None
    except RecursionError:
        raise BadScenario(f"{name}: nested too deeply") from None
    finally:
        loader.dispose()


def _walk(node: Any, path: Path_, lines: dict[Path_, int], name: str, loader: Any) -> None:
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        seen: set[Hashable] = set()
        for key, value in node.value:
            k = loader.construct_object(key, deep=True)
            line = key.start_mark.line + 1
            if not isinstance(k, Hashable) or k in seen:
                raise BadScenario(f"{name}:{line}: {spell((*path, str(k)))}: the key is given twice; keep one")
            seen.add(k)
            lines[(*path, k)] = line
            _walk(value, (*path, k), lines, name, loader)
    elif isinstance(node, yaml.SequenceNode):
        for i, value in enumerate(node.value):
            _walk(value, (*path, i), lines, name, loader)
