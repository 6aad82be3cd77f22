"""A study file: one question, what is held, what is varied, how often it is drawn. YAML, checked field by field.

A study asks a model of ``assess.models`` (its inputs are what can be set and varied) or flies a scenario (``model: raid``: any
field of the scenario by the path of ``cupola run --set``). Every design point gets the same seeds, ``seed``, ``seed + 1``, ...:
what differs between two points is then the change and not the luck.
"""

from __future__ import annotations

import difflib
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator, model_validator

from cupola.assess.study import told
from cupola.catalog.yamlfile import read
from cupola.core.errors import BadInput, BadOption
from cupola.scenario.load import place_of
from cupola.scenario.schema import check_number

BUILTIN = Path(__file__).parent / "builtin"
RAID = "raid"
MOST_POINTS = 10_000
MOST_RUNS = 1_000_000
LONGEST_S = 86_400  # as a scenario's
Value = bool | int | float | str | list[Any] | dict[str, Any] | None
Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]
Path_ = Annotated[str, Field(min_length=1, max_length=200)]
Times = Annotated[int, Field(ge=1, le=MOST_RUNS)]
Level = Annotated[float, Field(ge=0.5, le=0.9999)]


class Part(BaseModel):
    """Strict and frozen: an unknown key is an error. Numbers are finite, and are numbers."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _plain(cls, given: Any, field: ValidationInfo) -> Any:
        return check_number(cls.model_fields[str(field.field_name)].annotation, given)


class Range(Part):
    """Values from one end to the other: ``count`` of them evenly for a grid, any for a latin hypercube. whole: whole
    numbers only."""

    lo: float = Field(alias="from")
    hi: float = Field(alias="to")
    count: Annotated[int, Field(ge=2, le=1000)] = 5
    whole: bool = False

    @model_validator(mode="after")
    def _rises(self) -> Range:
        if not self.lo < self.hi:
            raise ValueError(f"goes from {self.lo:g} to {self.hi:g}; 'to' must be above 'from'")
        return self


def _some(values: list[Any]) -> list[Any]:
    if not values:
        raise ValueError("is an empty list; give at least one value")
    twice = next((v for k, v in enumerate(values) if any(type(v) is type(w) and v == w for w in values[:k])), None)
    if twice is not None:
        raise ValueError(f"has the value {twice} twice; give each once")
    return values


class Case(Part):
    """A named design point of the design ``list``: what it changes beyond the study's ``set`` and ``without``."""

    name: Name
    set: dict[Path_, Value] = {}
    without: list[str] = []


class Stop(Part):
    """Stop a point once the interval of this output is within ± half_width at this confidence."""

    output: str
    half_width: Annotated[float, Field(gt=0)]
    confidence: Level = 0.95


class Repetitions(Part):
    """How many runs each design point gets: at least ``min``, then more until ``stop`` is met, at most ``max`` (default: min)."""

    min: Times = 20
    max: Times | None = None
    stop: Stop | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Repetitions:
        if self.max is not None and self.max < self.min:
            raise ValueError(f"max is {self.max} and min {self.min}; max must not be below min")
        if self.stop is not None and (self.min < 5 or self.max is None or self.max <= self.min):
            raise ValueError("a stop needs min of at least 5 (an interval from fewer runs is no basis) and a max above min")
        return self

    @property
    def most(self) -> int:
        """The largest number of runs a point may get."""
        return self.max or self.min


class Study(Part):
    """A whole study file. Without a name it goes by that of its file."""

    name: str = Field("", max_length=100)
    question: str = ""
    seed: Annotated[int, Field(ge=0, lt=2**62)] = 1
    model: str = RAID
    scenario: str | None = None
    fidelity: Literal["full", "fast", "both"] = "full"
    duration_s: Annotated[float, Field(gt=0, le=LONGEST_S)] | None = None
    set: dict[Path_, Value] = {}
    without: list[str] = []
    vary: dict[Path_, Annotated[list[Value], AfterValidator(_some)] | Range] = {}
    design: Literal["grid", "one-at-a-time", "latin-hypercube", "list"] = "grid"
    samples: Annotated[int, Field(ge=2, le=MOST_POINTS)] | None = None
    cases: list[Case] = []
    repetitions: Repetitions = Repetitions()
    outputs: list[str] = []
    confidence: Level = 0.95
    control: bool = True
    calibration: Annotated[int, Field(ge=4, le=1000)] = 12

    @field_validator("repetitions", mode="before")
    @classmethod
    def _number(cls, given: Any) -> Any:
        return {"min": given} if isinstance(given, int) and not isinstance(given, bool) else given

    @field_validator("outputs")
    @classmethod
    def _once(cls, outputs: list[str]) -> list[str]:
        return _some(outputs) if outputs else outputs

    @field_validator("cases")
    @classmethod
    def _names(cls, cases: list[Case]) -> list[Case]:
        names = [c.name for c in cases]
        twice = sorted({n for n in names if names.count(n) > 1})
        if twice:
            raise ValueError(f"the name {twice[0]!r} is given to more than one case; give each its own")
        return cases

    @model_validator(mode="after")
    def _fits(self) -> Study:
        raid = self.model == RAID
        if raid and self.scenario is None:
            raise ValueError("model raid needs a scenario: the name of a built-in one or a file")
        if not raid:
            given = [k for k in ("scenario", "duration_s", "without") if getattr(self, k)]
            given += ["fidelity"] if self.fidelity != "full" else []
            given += ["cases.without"] if any(c.without for c in self.cases) else []
            if given:
                raise ValueError(f"{given[0]} goes with model raid, not with {self.model}; remove it")
        if self.design == "list" and (not self.cases or self.vary):
            raise ValueError("design list needs cases and no vary; name the cases, or take another design")
        if self.design != "list" and self.cases:
            raise ValueError(f"cases go with design list, not with {self.design}; write design: list")
        if (self.design == "latin-hypercube") != (self.samples is not None):
            raise ValueError("samples and design latin-hypercube go together; give both or neither")
        if "without" in self.vary:
            raise ValueError(
                "sensors are left out by cases: write design: list, and cases: [{name: all}, {name: less, without: [leo-01]}]"
            )
        if self.design == "grid" and (twice := sorted(set(self.set) & set(self.vary))):
            raise ValueError(f"{twice[0]} is both set and varied; give it once")
        if self.design in ("one-at-a-time", "latin-hypercube") and not self.vary:
            raise ValueError(f"design {self.design} needs something to vary")
        return self


KEYS: dict[str, type[BaseModel]] = {
    "": Study,
    "repetitions": Repetitions,
    "stop": Stop,
    "cases": Case,
    "vary": Range,
}  # by part of a file


@dataclass(frozen=True)
class Loaded:
    """A study with its file: name, text as written, folder that its scenario is relative to; given: as the user named it."""

    study: Study
    file: str
    text: str
    folder: Path
    lines: Mapping[tuple[Hashable, ...], int]
    given: str = ""


class BadStudy(BadInput):
    """A study file is wrong; the message begins with file, line and YAML path."""


def names() -> list[str]:
    """The built-in studies."""
    return sorted(p.stem for p in BUILTIN.glob("*.yaml"))


def load(name_or_path: str | Path) -> Loaded:
    """A checked study: a file, or a built-in name. Raises BadStudy with file, line and path."""
    path = Path(name_or_path)
    if path.suffix not in (".yaml", ".yml") and not path.is_file():
        if str(name_or_path) not in names():
            near = difflib.get_close_matches(str(name_or_path), names(), n=2)
            hint = f"did you mean {' or '.join(near)}?" if near else f"built-in: {', '.join(names())}"
            raise BadStudy(f"no study {str(name_or_path)!r}: give a YAML file, or a built-in name; {hint}")
        path = BUILTIN / f"{name_or_path}.yaml"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as e:
        raise BadStudy(f"{path}: cannot be read ({e.strerror}); give a study file") from None
    except UnicodeDecodeError as e:
        raise BadStudy(f"{path}: is no text (offset {e.start}); give a study file") from None
    return replace(parse(text, path.name, path.absolute().parent), given=str(name_or_path))


def parse(text: str, file: str, folder: Path) -> Loaded:
    """A checked study from its text. Raises BadStudy."""
    try:
        raw, lines = read(file, text)
    except BadInput as e:
        raise BadStudy(f"{e}{told.yaml_hint(text, str(e)) if 'not valid YAML' in str(e) else ''}") from None
    if not isinstance(raw, dict):
        raise BadStudy(f"{file}: should be a mapping that begins with name, question, scenario or model")
    try:
        study = Study.model_validate({"name": Path(file).stem} | raw)
    except ValidationError as e:
        raise BadStudy(told.validation(file, e, lines, KEYS)) from None
    return Loaded(study, file, text, folder, lines)


def spec(study: Study) -> dict[str, Any]:
    """The study as plain data, defaults included: two files with the same spec ask the same."""
    return study.model_dump(mode="json", by_alias=True)


def where(loaded: Loaded, *path: Hashable) -> str:
    """``study.yaml:7: vary.links``, for messages about a place of the file."""
    return place_of(loaded.lines, loaded.file, path)


def check_output(known: list[str], wanted: str, place: str) -> None:
    """Raises BadOption where an output does not exist."""
    if wanted not in known:
        near = difflib.get_close_matches(wanted, known, n=3)
        more = f" and {len(known) - 40} more" if len(known) > 40 else ""
        hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(known[:40])}{more}"
        raise BadOption(f"{place}: no output {wanted!r}; {hint}")
