"""Quick records behave as the frozen dataclasses they are."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass, field, fields, replace

import pytest

from cupola.core.frozen import changed, quick


@quick
@dataclass(frozen=True)
class Quick:
    a: int
    b: float = 2.0
    c: list[int] = field(default_factory=list)


def test_same_arguments_and_defaults_as_the_dataclass() -> None:
    assert Quick(1) == Quick(a=1, b=2.0, c=[]) == replace(Quick(0), a=1)
    assert Quick(1).c is not Quick(1).c
    assert [getattr(Quick(3, 4.0, [5]), f.name) for f in fields(Quick)] == [3, 4.0, [5]]
    for wrong in ({}, {"a": 1, "d": 2}):
        with pytest.raises(TypeError):
            Quick(**wrong)


def test_it_stays_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        Quick(1).a = 2  # type: ignore[misc]


def test_changed_is_replace() -> None:
    old = Quick(1, 3.0, [4])
    assert changed(old, b=5.0) == replace(old, b=5.0)
    assert old == Quick(1, 3.0, [4])
    with pytest.raises(TypeError, match="no d"):
        changed(old, d=1)


def test_a_class_that_checks_its_fields_is_refused() -> None:
    @dataclass(frozen=True)
    class Checked:
        a: int

        def __post_init__(self) -> None:
            raise ValueError

    with pytest.raises(TypeError, match="Checked"):
        quick(Checked)


def test_a_field_of_any_usual_name_is_kept() -> None:
    @quick
    @dataclass(frozen=True)
    class Odd:
        d: dict[int, int]
        len: int = 0

    assert (Odd({1: 2}).d, Odd({}).len) == ({1: 2}, 0)


def test_what_a_quick_record_cannot_be_is_refused() -> None:
    @dataclass
    class Loose:
        a: int

    @dataclass(frozen=True)
    class Named:
        a: int = field(kw_only=True)

    @dataclass(frozen=True)
    class Made:
        a: int = field(init=False, default=1)

    for wrong in (Loose, Named, Made):
        with pytest.raises(TypeError):
            quick(wrong)
