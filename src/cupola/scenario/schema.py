"""What a scenario file may say, checked field by field. Numbers are in the units of their names (km, deg, s)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from cupola.core.batches import CLASSES
from cupola.core.clock import ns_from_iso
from cupola.core.errors import BadInput

Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=360)]
Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Time = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Span = tuple[float, float]


class Part(BaseModel):
    """Strict and frozen: an unknown key is an error, so that a misspelling is not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


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
    loft: Annotated[float, Field(gt=0)] | Literal["efficient", "lofted", "depressed"] = "efficient"
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

    name: str
    period_s: Positive | None = None
    pd: Annotated[float, Field(gt=0, lt=1)] | None = None
    bias: tuple[float, float, float] = (0.0, 0.0, 0.0)
    outage: list[Span] = []
    range_factor: Positive = 1.0


class Custom(Part):
    """A sensor type of the catalogue at a place of the scenario's choosing."""

    name: str
    type: str
    at: Place
    alt_m: float = 0.0
    owner: str = "scenario"
    boresight_deg: float = 0.0
    sector_deg: Annotated[float, Field(gt=0, le=360)] = 360.0


class Shell(Part):
    """A Walker shell of satellites that carry one sensor type: satellites are named NAME-01, NAME-02, ..."""

    name: str
    type: str
    owner: str = "scenario"
    total: Annotated[int, Field(ge=1, le=2000)]
    planes: Annotated[int, Field(ge=1)]
    phasing: Count = 1
    altitude_km: Annotated[float, Field(ge=200, le=40000)]
    inclination_deg: Annotated[float, Field(ge=0, le=180)]
    raan_deg: float = 0.0


class Link(Part):
    """A link of some sensors (names, ``*`` patterns) to the fusion node. capacity_kbps left out: not limiting."""

    name: str
    sensors: list[str]
    capacity_kbps: Positive | None = None
    delay_s: Time = 0.0
    loss: Share = 0.0
    buffer_s: Positive = 5.0
    outage: list[Span] = []


class BatteryAt(Part):
    """A battery: interceptor type, place, and rounds and channels where they differ from the type's usual battery."""

    name: str
    interceptor: str
    at: str | Place
    magazine: Count | None = None
    channels: Annotated[int, Field(ge=1)] | None = None


class Defended(Part):
    """A defended area and its relative worth."""

    at: str | Place
    name: str | None = None
    value: Positive = 1.0


class Defence(Part):
    """Simulated layered defence. doctrine: fields of catalog.defence.Doctrine."""

    batteries: list[BatteryAt]
    areas: list[Defended] = []
    doctrine: dict[str, float | int | bool | str] = {}


class Scenario(Part):
    """A whole scenario. sensors: site names or patterns, or mappings with changes. priors: of the classes, sum 1."""

    name: str
    description: str
    notes: str = ""
    epoch: str = "2026-01-01T00:00:00Z"
    seed: Count = 1
    duration_s: Annotated[float, Field(gt=0, le=86400)]
    tick_s: Annotated[float, Field(gt=0, le=10)] = 1.0
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
            ns_from_iso(text)
        except BadInput as e:
            raise ValueError(str(e)) from None
        return text

    @field_validator("priors")
    @classmethod
    def _priors(cls, priors: dict[str, float] | None) -> dict[str, float] | None:
        if priors is None:
            return None
        if set(priors) != set(CLASSES) or abs(sum(priors.values()) - 1) > 1e-6:
            raise ValueError(f"should give {', '.join(CLASSES)} and sum to 1")
        return priors

    @model_validator(mode="after")
    def _something(self) -> Scenario:
        if not (self.launches or self.telemetry):
            raise ValueError("has no launches and no telemetry: nothing would fly; add one of them")
        if not (self.sensors or self.custom or self.shells):
            raise ValueError("has no sensors, custom or shells: nothing would be seen; add one of them")
        return self
