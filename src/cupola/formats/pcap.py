"""UDP payloads of a classic pcap capture (Ethernet, IPv4). Source: libpcap file format; RFC 768, 791, 894."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator

from cupola.core.errors import BadFile

ORDERS = {b"\xd4\xc3\xb2\xa1": "<", b"\xa1\xb2\xc3\xd4": ">", b"\x4d\x3c\xb2\xa1": "<", b"\xa1\xb2\x3c\x4d": ">"}
NANOSECONDS = (b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d")
ETHERNET, IPV4, UDP = 1, 0x0800, 17


def is_pcap(data: bytes) -> bool:
    """Whether the first bytes are those of a classic pcap file."""
    return data[:4] in ORDERS


def datagrams(data: bytes, where: str, counts: Counter[str]) -> Iterator[tuple[float, bytes]]:
    """(arrival in s since 1970, UDP payload) of each datagram, its length taken from the UDP header.

    counts: ``frames``, ``not UDP over IPv4``, ``cut by the capture``, ``padding bytes`` are counted up.
    Raises BadFile if the capture is not Ethernet or ends inside a frame.
    """
    order = ORDERS[data[:4]]
    if len(data) < 24:
        raise BadFile(f"{where}: truncated in the pcap header (offset 0)")
    link = struct.unpack(order + "I", data[20:24])[0]
    if link != ETHERNET:
        raise BadFile(f"{where}: link type {link} at offset 20; only Ethernet (1) is read")
    tick, at = (1e-9 if data[:4] in NANOSECONDS else 1e-6), 24
    while at < len(data):
        if at + 16 > len(data):
            raise BadFile(f"{where}: truncated in a frame header (offset {at})")
        s, fraction, kept, whole = struct.unpack(order + "4I", data[at : at + 16])
        frame = data[at + 16 : at + 16 + kept]
        if len(frame) < kept:
            raise BadFile(f"{where}: truncated in a frame (offset {at + 16}, {kept} bytes said, {len(frame)} there)")
        at += 16 + kept
        counts["frames"] += 1
        counts["cut by the capture"] += kept < whole
        payload = _payload(frame, counts)
        if payload is not None:
            yield s + fraction * tick, payload


def _payload(frame: bytes, counts: Counter[str]) -> bytes | None:
    """UDP payload of one Ethernet frame; None, counted, for anything else."""
    if len(frame) < 42 or struct.unpack(">H", frame[12:14])[0] != IPV4 or frame[23] != UDP:
        counts["not UDP over IPv4"] += 1
        return None
    at = 14 + (frame[14] & 15) * 4
    length = struct.unpack(">H", frame[at + 4 : at + 6])[0]
    counts["padding bytes"] += max(0, len(frame) - at - length)
    return frame[at + 8 : at + length]
