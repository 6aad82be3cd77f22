"""Classic pcap by hand: what is a datagram, what is counted, what is refused and where."""

import struct
from collections import Counter

import pytest
from asterix_maker import frame, pcap
from hypothesis import given, settings
from hypothesis import strategies as st

from cupola.core.errors import BadFile
from cupola.formats.pcap import datagrams, is_pcap


def read(data: bytes) -> tuple[list[tuple[float, bytes]], Counter]:
    counts: Counter = Counter()
    return list(datagrams(data, "x.pcap", counts)), +counts


@pytest.mark.parametrize("order", ["<", ">"])
def test_either_byte_order_and_nanoseconds(order):
    assert read(pcap(frame(b"one"), frame(b"two"), order=order))[0] == [(0.0005, b"one"), (1.0005, b"two")]
    ((t, payload),) = read(pcap(frame(b"one"), order=order, magic=0xA1B23C4D))[0]
    assert payload == b"one"
    assert t == pytest.approx(5e-7)


def test_padding_is_counted_and_not_payload():
    got, counts = read(pcap(frame(b"abc", pad=15)))
    assert got[0][1] == b"abc"
    assert counts == {"frames": 1, "padding bytes": 15}


def test_vlan_tags_are_skipped():
    assert read(pcap(frame(b"abc", vlan=True)))[0][0][1] == b"abc"


def test_what_is_not_a_datagram_is_counted():
    got, counts = read(pcap(frame(b"a", fragment=True), frame(b"b", protocol=6), b"", bytes(60), frame(b"")[:30], frame(b"ok")))
    assert [p for _, p in got] == [b"ok"]
    assert counts == {"frames": 6, "fragments": 1, "not UDP over IPv4": 4}


def test_an_ip_header_longer_than_the_frame():
    bad = bytearray(frame(b"abc"))
    bad[14] = 0x4F
    assert read(pcap(bytes(bad)))[1] == {"frames": 1, "not UDP over IPv4": 1}


@pytest.mark.parametrize(("cut", "word"), [(10, "pcap header"), (30, "frame header"), (50, "in a frame")])
def test_truncation_names_the_offset(cut, word):
    with pytest.raises(BadFile, match=rf"^x\.pcap: truncated .*{word}.*offset \d+"):
        read(pcap(frame(b"abc"))[:cut])


def test_a_huge_length_is_a_truncation_and_allocates_nothing():
    data = pcap(frame(b"abc"))[:24] + struct.pack("<4I", 0, 0, 0xFFFFFFF0, 0xFFFFFFF0) + b"x"
    with pytest.raises(BadFile, match=r"offset 40, 4294967280 bytes said, 1 there"):
        read(data)


def test_other_links_and_pcapng_are_refused():
    with pytest.raises(BadFile, match=r"link type 113 at offset 20"):
        read(pcap(link=113))
    assert is_pcap(b"\x0a\x0d\x0d\x0a")
    with pytest.raises(BadFile, match=r"pcapng .*editcap"):
        read(b"\x0a\x0d\x0d\x0a" + bytes(40))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.binary(max_size=80), max_size=4), st.data())
def test_nothing_but_badfile_escapes(frames, data):
    whole = bytearray(pcap(*frames, frame(b"payload")))
    for _ in range(data.draw(st.integers(0, 4))):
        whole[data.draw(st.integers(4, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        got, counts = read(bytes(whole[: data.draw(st.integers(4, len(whole)))]))
    except BadFile as e:
        assert "x.pcap: " in str(e)  # noqa: PT017  (either way is right; what must not happen is another error)
    else:
        assert counts["frames"] >= len(got)
