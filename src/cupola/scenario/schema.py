"""What a scenario file may say, checked field by field. Numbers are in the units of their names (km, deg, s)."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from cupola.core.batches import CLASSES
from cupola.core.clock import ns_from_iso
from cupola.core.errors import BadInput
from cupola.sensors.platform import satellite

# What YAML reads as a number unless it is quoted; 1e-3, without a point, it reads as a word even so, and that is taken as meant.
NUMBER = re.compile(r"\s*[-+]?(\d+|(\d+\.\d*|\.\d+)([eE][-+]\d+)?)\s*")
MOST_SENSORS = 256  # that the tracker can tell apart: its masks hold so many
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=360)]
Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
Time = Annotated[float, Field(ge=0)]
Step = Annotated[float, Field(ge=0.01, le=3600)]
Turn = Annotated[float, Field(ge=-360, le=360)]
Offset = Annotated[float, Field(ge=-1e6, le=1e6)]
Height = Annotated[float, Field(ge=-500, le=100e3)]
Rounds = Annotated[int, Field(ge=0, le=100_000)]
Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]


def _ends_later(span: tuple[float, float]) -> tuple[float, float]:
    if not span[0] < span[1]:
        raise ValueError(f"ends at {span[1]:g} s before it begins at {span[0]:g} s; write from, to")
    return span


Span = Annotated[tuple[float, Annotated[float, Field(allow_inf_nan=True)]], AfterValidator(_ends_later)]


def check_number(kinds: Any, given: Any) -> Any:
    """What stands where a field of these types wants a number. Raises ValueError for a truth value, and for a number in quotes.

    Lists and mappings are looked into; what is no number for another reason is left to the field's own check.
    """
    if isinstance(given, list | tuple):
        for one in given:
            check_number(kinds, one)
    if isinstance(given, dict):
        shares = [get_args(k)[1] for k in (kinds, *get_args(kinds)) if get_origin(k) is dict]
        for one in given.values() if shares else ():
            check_number(shares[0], one)
    wanted = _types(kinds)
    if not wanted & {int, float}:
        return given
    if isinstance(given, bool) and bool not in wanted:
        raise ValueError(f"is {str(given).lower()}, which is no number; write one")
    if isinstance(given, str) and str not in wanted and NUMBER.fullmatch(given):
        raise ValueError(f"is a number in quotes, which YAML reads as a word; write {given.strip()} without them")
    return given


def _types(kind: Any) -> set[Any]:
    """The plain types within a union, a list or a tuple."""
    parts = get_args(kind)
    return {t for p in parts for t in _types(p)} if parts and get_origin(kind) is not Literal else {kind}


class Part(BaseModel):
    """Strict and frozen: an unknown key is an error, so that a misspelling is not ignored. Numbers are finite, and are numbers."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _number(cls, given: Any, field: ValidationInfo) -> Any:
        return check_number(cls.model_fields[str(field.field_name)].annotation, given)


class Place(Part):
    """A circle on the map: points are drawn inside it."""

    lat_deg: Latitude
    lon_deg: Longitude
    radius_km: Annotated[float, Field(ge=0, le=2000)] = 0.0


class Launch(Part):
    """A group of launches of one missile. ``from`` and ``to``: an area or a place. loft: number or efficient, lofted, depressed;
    apogee_km replaces it. warheads: the missile's usual number if left out. similarity: of decoys to warheads."""

    missile: str
    origin: str | Place = Field(alias="from")
    target: str | Place = Field(alias="to")
    count: Annotated[int, Field(ge=1, le=5000)] = 1
    first_t: Time = 0.0
    window_s: Time = 0.0
    loft: Annotated[float, Field(ge=0.01, le=100)] | Literal["efficient", "lofted", "depressed"] = "efficient"
    apogee_km: Positive | None = None
    warheads: Annotated[int, Field(ge=1, le=20)] | None = None
    decoys: Annotated[int, Field(ge=0, le=500)] = 0
    debris: Annotated[int, Field(ge=0, le=500)] = 0
    similarity: Share | None = None


class Telemetry(Part):
    """A recorded ascent flown as truth. flight: a bundled name; after its last row it falls freely."""

    flight: str
    first_t: Time = 0.0
    heading_deg: Annotated[float, Field(ge=0, lt=360)] | None = None


class Sensor(Part):
    """A sensor by its site, with what this scenario changes: period, outages (from, to in s), bias (el, az urad; range m)."""

    name: Name
    period_s: Positive | None = None
    pd: Annotated[float, Field(gt=0, lt=1)] | None = None
    bias: tuple[Offset, Offset, Offset] = (0.0, 0.0, 0.0)
    outage: list[Span] = []
    range_factor: Annotated[float, Field(ge=1e-3, le=1e3)] = 1.0


class Round(Part):
    """An aircraft or ship that goes round a place, clockwise, from north of it."""

    lat_deg: Latitude
    lon_deg: Longitude
    radius_km: Annotated[float, Field(ge=1, le=2000)]
    speed_m_s: Annotated[float, Field(gt=0, le=1000)]
    alt_m: Height = 0.0


class Elements(Part):
    """A satellite's orbit, drifting under J2. altitude_km: of the perigee; raan_deg: from the Greenwich meridian at the epoch."""

    altitude_km: Annotated[float, Field(ge=200, le=40000)]
    inclination_deg: Annotated[float, Field(ge=0, le=180)]
    eccentricity: Annotated[float, Field(ge=0, le=0.9)] = 0.0
    raan_deg: Turn = 0.0
    perigee_deg: Turn = 0.0
    anomaly_deg: Turn = 0.0


class Custom(Part):
    """A sensor type of the catalogue at a place of the scenario's choosing: fixed, going round, or in orbit (elements or TLE)."""

    name: Name
    type: str
    at: Place | None = None
    circle: Round | None = None
    orbit: Elements | None = None
    tle: tuple[str, str] | None = None
    alt_m: Height = 0.0
    owner: str = "scenario"
    boresight_deg: Turn = 0.0
    sector_deg: Annotated[float, Field(gt=0, le=360)] = 360.0

    @field_validator("tle")
    @classmethod
    def _tle(cls, lines: tuple[str, str] | None) -> tuple[str, str] | None:
        if lines is not None:
            try:
                satellite(*lines)
            except BadInput as e:
                raise ValueError(str(e)) from None
        return lines

    @model_validator(mode="after")
    def _one_place(self) -> Custom:
        given = [k for k in ("at", "circle", "orbit", "tle") if getattr(self, k) is not None]
        if len(given) != 1:
            raise ValueError(f"needs one of at, circle, orbit, tle; has {' and '.join(given) or 'none'}")
        if self.alt_m and self.at is None:
            raise ValueError(f"alt_m goes with at, not with {given[0]}; remove it (a circle has its own)")
        return self


class Shell(Part):
    """A Walker shell of satellites that carry one sensor type: satellites are named NAME-01, NAME-02, ..."""

    name: Name
    type: str
    owner: str = "scenario"
    total: Annotated[int, Field(ge=1, le=MOST_SENSORS)]
    planes: Annotated[int, Field(ge=1)]
    phasing: Count = 1
    altitude_km: Annotated[float, Field(ge=200, le=40000)]
    inclination_deg: Annotated[float, Field(ge=0, le=180)]
    raan_deg: Turn = 0.0


class Link(Part):
    """A link of some sensors (names, ``*`` patterns) to the fusion node. capacity_kbps left out: not limiting."""

    name: Name
    sensors: list[str]
    capacity_kbps: Positive | None = None
    delay_s: Time = 0.0
    loss: Share = 0.0
    buffer_s: Positive = 5.0
    outage: list[Span] = []


class BatteryAt(Part):
    """A battery: interceptor type, place, and rounds and channels where they differ from the type's usual battery."""

    name: Name
    interceptor: str
    at: str | Place
    magazine: Rounds | None = None
    channels: Annotated[int, Field(ge=1, le=100_000)] | None = None


class Defended(Part):
    """A defended area and its relative worth."""

    at: str | Place
    name: str | None = None
    value: Positive = 1.0


class Policy(Part):
    """What of ``catalog.defence.Doctrine`` a scenario changes; each field is explained there."""

    threshold: Share | None = None
    min_gain: Time | None = None
    min_basket: Share | None = None
    salvo: Annotated[int, Field(ge=1, le=100)] | None = None
    last_salvo: Annotated[int, Field(ge=1, le=100)] | None = None
    reserve: Rounds | None = None
    assess: Time | None = None
    decision: Time | None = None
    plan: Step | None = None
    update: Step | None = None
    common_mode_belief: Share | None = None


class Kills(Part):
    """What of ``truth.kill.KillModel`` a scenario changes: the world's side, of which the defence is not told."""

    common_mode: Share | None = None
    scope: Literal["target", "type", "run"] | None = None
    draw_kill: bool | None = None
    report_kill: Share | None = None
    report_miss: Share | None = None


class Defence(Part):
    """Simulated layered defence."""

    batteries: list[BatteryAt]
    areas: list[Defended] = []
    doctrine: Policy = Policy()
    kill_model: Kills = Kills()


class Scenario(Part):
    """A whole scenario. sensors: site names or patterns, or mappings with changes. priors: of the classes, sum 1."""

    name: Name
    description: str
    notes: str = ""
    epoch: str = "2026-01-01T00:00:00Z"
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1
    duration_s: Annotated[float, Field(gt=0, le=86400)]
    tick_s: Annotated[float, Field(ge=0.01, le=10)] = 1.0
    launches: list[Launch] = []
    telemetry: list[Telemetry] = []
    sensors: list[str | Sensor] = []
    custom: list[Custom] = []
    shells: list[Shell] = []
    links: list[Link] = []
    defence: Defence | None = None
    priors: dict[str, Share] | None = None
    without: list[str] = []

    @field_validator("epoch")
    @classmethod
    def _epoch(cls, text: str) -> str:
        try:
            ns = ns_from_iso(text)
        except BadInput as e:
            raise ValueError(str(e)) from None
        if not ns_from_iso("1970-01-01") <= ns < ns_from_iso("2200-01-01"):
            raise ValueError("should lie between 1970 and 2200, as the times of recordings do")
        return text

    @field_validator("links")
    @classmethod
    def _links(cls, links: list[Link]) -> list[Link]:
        names = [link.name for link in links]
        twice = sorted({n for n in names if names.count(n) > 1})
        if twice:
            raise ValueError(f"the name {twice[0]!r} is given to more than one link; give each its own")
        return links

    @field_validator("priors")
    @classmethod
    def _priors(cls, priors: dict[str, float] | None) -> dict[str, float] | None:
        if priors is None:
            return None
        if set(priors) != set(CLASSES) or abs(sum(priors.values()) - 1) > 1e-6:
            raise ValueError(f"should give {', '.join(CLASSES)} and sum to 1")
        if min(priors.values()) <= 0:
            raise ValueError("should all be above zero: what is impossible beforehand can never be found")
        return priors

    @model_validator(mode="after")
    def _something(self) -> Scenario:
        if not (self.launches or self.telemetry):
            raise ValueError("has no launches and no telemetry: nothing would fly; add one of them")
        if not (self.sensors or self.custom or self.shells):
            raise ValueError("has no sensors, custom or shells: nothing would be seen; add one of them")
        return self
