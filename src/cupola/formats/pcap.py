"""UDP payloads of a classic pcap capture (Ethernet, perhaps with VLAN tags; IPv4).

Source: libpcap file format (pcap-savefile(5)); RFC 768 (UDP), 791 (IPv4), 894 (Ethernet); IEEE 802.1Q (VLAN tags).
Limits: no pcapng, no IPv6, fragments are counted and left out.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator

from cupola.core.errors import BadFile

ORDERS = {b"\xd4\xc3\xb2\xa1": "<", b"\xa1\xb2\xc3\xd4": ">", b"\x4d\x3c\xb2\xa1": "<", b"\xa1\xb2\x3c\x4d": ">"}
NANOSECONDS = (b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d")
NEXT_GENERATION = b"\x0a\x0d\x0d\x0a"
ETHERNET, IPV4, UDP, VLAN = 1, 0x0800, 17, (0x8100, 0x88A8)


def is_pcap(data: bytes) -> bool:
    """Whether the first bytes are those of a capture: classic pcap, or pcapng (which ``datagrams`` refuses)."""
    return data[:4] in ORDERS or data[:4] == NEXT_GENERATION


def datagrams(data: bytes, where: str, counts: Counter[str]) -> Iterator[tuple[float, bytes]]:
    """(arrival in s since 1970, UDP payload) of each datagram, its length taken from the UDP header.

    counts: ``frames``, ``not UDP over IPv4``, ``fragments``, ``cut by the capture``, ``padding bytes`` are counted up.
    Raises BadFile if the capture is not Ethernet or ends inside a frame.
    """
    if data[:4] == NEXT_GENERATION:
        raise BadFile(f"{where}: pcapng is not read (offset 0); convert it: editcap -F pcap {where} OUT.pcap")
    if len(data) < 24:
        raise BadFile(f"{where}: truncated in the pcap header (offset 0, {len(data)} of 24 bytes)")
    order = ORDERS[data[:4]]
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
    at = 12
    while int.from_bytes(frame[at : at + 2], "big") in VLAN:
        at += 4
    ip = at + 2
    size = (frame[ip] & 15) * 4 if len(frame) > ip else 0
    udp = ip + size
    if int.from_bytes(frame[at:ip], "big") != IPV4 or size < 20 or len(frame) < udp + 8 or frame[ip + 9] != UDP:
        counts["not UDP over IPv4"] += 1
        return None
    if int.from_bytes(frame[ip + 6 : ip + 8], "big") & 0x3FFF:  # more to come, or not the first part
        counts["fragments"] += 1
        return None
    length = int.from_bytes(frame[udp + 4 : udp + 6], "big")
    counts["padding bytes"] += max(0, len(frame) - udp - length)
    return frame[udp + 8 : udp + length]
