"""Values of options: each says what it wants."""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence

from cupola.core import written
from cupola.core.errors import BadOption


def number(text: str) -> float:
    try:
        value = written.number(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"{_shown(text)} is not a finite number")
    return value


def positive(text: str) -> float:
    value = number(text)
    if value <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not above zero")
    return value


def metres(text: str) -> float:
    value = positive(text)
    if value > 1e12:
        raise argparse.ArgumentTypeError(f"{text!r} m is more than any distance here (1e12 m)")
    return value


def fraction(text: str) -> float:
    value = number(text)
    if not 0 <= value < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not in [0, 1)")
    return value


def count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text.lstrip("0")) > 19 or int(text.lstrip("0") or 0) >= 2**63:
        raise argparse.ArgumentTypeError(f"{_shown(text)} is not a whole number from 0 to 2^63 - 1")
    return int(text.lstrip("0") or 0)


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:37]}...")


def cores(text: str) -> int:
    value = count(text)
    if not 1 <= value <= 1024:
        raise argparse.ArgumentTypeError(f"{text!r} is not from 1 to 1024")
    return value


def port(text: str) -> int:
    value = count(text)
    if value > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port (0 to 65535)")
    return value


def speed(text: str) -> float:
    return math.inf if text == "max" else positive(text)


def pair(text: str) -> tuple[float, float]:
    parts = text.split(",")
    if len(parts) != 2:
        raise argparse.ArgumentTypeError(f"{text!r} is not two numbers like 120,180")
    return number(parts[0]), number(parts[1])


def azimuth(text: str) -> float:
    value = number(text)
    if not -180 <= value <= 360:
        raise argparse.ArgumentTypeError(f"{text!r} is not an azimuth in degrees (-180..360)")
    return value


def site(text: str) -> tuple[float, float]:
    lat, lon = pair(text)
    if not (-90 <= lat <= 90 and -180 <= lon <= 360):
        raise argparse.ArgumentTypeError(f"{text!r} is not LAT,LON in degrees (-90..90, -180..360)")
    return lat, lon


def pairs(given: Sequence[str], form: str) -> dict[str, str]:
    """What ``--set`` was given, each name once. form: how one looks, for the message. Raises BadOption."""
    found: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        name = name.strip()
        if not equals or not name:
            why = "" if not equals else "nothing is named before the =; "
            raise BadOption(f"--set {text}: {why}write it as {form}")
        if name in found:
            raise BadOption(f"--set: {name} is given twice ({found[name]} and {value}); give it once")
        found[name] = value
    return found
