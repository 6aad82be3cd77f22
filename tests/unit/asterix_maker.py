"""ASTERIX messages and pcap frames made by hand for the tests: libasterix encodes, so no capture is needed."""

from __future__ import annotations

import struct
from typing import Any

import asterix.generated as spec


def newest(category: int) -> Any:
    return spec.manifest["CATS"][category][-1]


def block(category: int, *records: dict[str, Any], edition: Any = None) -> bytes:
    """One block of these records, each a dictionary of items."""
    kind = edition or newest(category)
    return kind.create([kind.cv_record.create(r) for r in records]).unparse().to_bytes()


def plot(t: float = 100.0, rho: float = 50.0, theta: float = 90.0, level: float | None = 350.0, **more: Any) -> dict[str, Any]:
    """Items of a CAT048 record. ``more``: sac, sic, address, fixed, simulated, garbled."""
    items: dict[str, Any] = {
        "010": (("SAC", more.get("sac", 25)), ("SIC", more.get("sic", 11))),
        "140": (t, "s"),
        "020": (
            (("TYP", 5), ("SIM", int(more.get("simulated", 0))), ("RDP", 0), ("SPI", 0), ("RAB", int(more.get("fixed", 0))), None),
        ),
        "040": (("RHO", (rho, "NM")), ("THETA", (theta, "°"))),
        "220": more.get("address", 0xABCDEF),
    }
    if level is not None:
        items["090"] = (("V", 0), ("G", int(more.get("garbled", 0))), ("FL", (level, "FL")))
    return items


def station(lat: float, lon: float, height: float, turn: float, sic: int = 11) -> dict[str, Any]:
    """Items of a CAT034 record: a north marker with place and antenna period."""
    return {
        "010": (("SAC", 25), ("SIC", sic)),
        "000": 1,
        "030": (50.0, "s"),
        "041": (turn, "s"),
        "120": (("HGT", (height, "m")), ("LAT", (lat, "°")), ("LON", (lon, "°"))),
    }


def system_track(t: float, lat: float, lon: float, feet: float, number: int = 7) -> dict[str, Any]:
    """Items of a CAT062 record."""
    return {
        "010": (("SAC", 25), ("SIC", 100)),
        "070": (t, "s"),
        "105": (("LAT", (lat, "°")), ("LON", (lon, "°"))),
        "130": (feet, "ft"),
        "040": number,
    }


def adsb(t: float, lat: float, lon: float, level: float, address: int = 0x4BAAC6) -> dict[str, Any]:
    """Items of a CAT021 record."""
    return {
        "010": (("SAC", 0), ("SIC", 1)),
        "071": (t, "s"),
        "080": address,
        "131": (("LAT", (lat, "°")), ("LON", (lon, "°"))),
        "145": (level, "FL"),
    }


def frame(payload: bytes, pad: int = 0, vlan: bool = False, fragment: bool = False, protocol: int = 17) -> bytes:
    """An Ethernet frame with one UDP datagram."""
    udp = struct.pack(">4H", 8600, 8600, 8 + len(payload), 0) + payload
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0x2000 * fragment, 1, protocol, 0, b"\x0a\0\0\1", b"\xe8\1\1\1")
    tag = b"\x81\0\0\7" if vlan else b""
    return bytes(12) + tag + b"\x08\0" + ip + udp + bytes(pad)


def pcap(*frames: bytes, order: str = "<", magic: int = 0xA1B2C3D4, link: int = 1) -> bytes:
    """A capture of these frames, a second apart."""
    head = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 65535, link)
    return head + b"".join(struct.pack(order + "4I", k, 500, len(f), len(f)) + f for k, f in enumerate(frames))
