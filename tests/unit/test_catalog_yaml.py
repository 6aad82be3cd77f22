"""What a YAML file means: what it looks like to a person, or a refusal that says what to write."""

from __future__ import annotations

import math
from typing import Any

import pytest

from cupola.catalog.yamlfile import read
from cupola.core.errors import BadScenario


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("1e5", 1e5),
        ("-2E3", -2e3),
        ("1.5e-3", 1.5e-3),
        (".5e+2", 50.0),
        ("1e", "1e"),
        ("e5", "e5"),
        ("1e5km", "1e5km"),
        ("0", 0),
        ("-0", 0),
        ("0.5", 0.5),
        ("007.5", 7.5),
        ("0x10", 16),
        ("true", True),
        ("False", False),
        ("y", "y"),
        ("=", "="),
        ("06:30", "06:30"),
        ("2026-03-01T06:00:00Z", "2026-03-01T06:00:00Z"),
        ("'010'", "010"),
        ('"no"', "no"),
        ("!!str off", "off"),
        (".inf", math.inf),
    ],
)
def test_a_value_is_what_it_looks_like(text: str, meant: Any) -> None:
    found, _ = read("s.yaml", f"a: {text}\nb: [{text}]")
    assert found == {"a": meant, "b": [meant]}
    assert type(found["a"]) is type(meant)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: 010", "s.yaml:1: a: '010' begins with 0, which YAML takes for octal; write it without zeros in front"),
        ("a: 08", "s.yaml:1: a: '08' begins with 0"),
        ("a: 1\nb: -012", "s.yaml:2: b: '-012' begins with 0"),
        ("{a: 1, b: 007}", "s.yaml:1: b: '007' begins with 0"),
        ("a: [1,000]", "a[1]: '000' begins with 0, .*: numbers have no commas"),
        ("a: yes", "a: YAML reads a bare yes as true; write true if that is meant, or put 'yes' in quotes if it is a word"),
        ("a: Off", "a: YAML reads a bare Off as false; write false"),
        ("sensors: [no]", r"sensors\[0\]: YAML reads a bare no as false"),
        ("set:\n  on: 3", "s.yaml:2: set: YAML reads a bare on as true"),
        ("a: 1_000", "a: '1_000' has an underscore; write the number without"),
        ("a: 1_0.5", "a: '1_0.5' has an underscore"),
        ("a: 1:30", "a: '1:30' would be read to base 60"),
        ("a: 1:30.5", "a: '1:30.5' would be read to base 60"),
    ],
)
def test_what_yaml_reads_otherwise_than_it_looks_is_refused(text: str, told: str) -> None:
    with pytest.raises(BadScenario, match=told.replace("[1]: '", r"\[1\]: '")):
        read("s.yaml", text)
