"""ASTERIX made with libasterix's encoder: what a report says, what is counted, what is refused."""

import math

import asterix.generated as spec
import numpy as np
import pytest
from asterix_maker import adsb, block, frame, newest, pcap, plot, station, system_track
from hypothesis import given, settings
from hypothesis import strategies as st

from cupola.core.constants import MEAN_RADIUS
from cupola.core.errors import BadFile
from cupola.dynamics.frames import ecef_from_geodetic, geodetic_from_ecef
from cupola.formats import asterix
from cupola.formats.asterix_items import elevation


def read(data: bytes) -> asterix.Reports:
    return asterix.read(data, "x.ast")


def test_a_plot_gives_slant_range_azimuth_and_the_height_as_elevation():
    r = read(block(48, plot(t=3600.5, rho=50.0, theta=90.0, level=350.0, address=0x4B1234)))
    el, az, rho = r.z[0]
    assert r.t[0] == 3600.5
    assert rho == pytest.approx(50 * 1852)
    assert az == pytest.approx(-math.pi / 2)  # east lies to the right of north, y points west
    height = math.hypot(MEAN_RADIUS + rho * math.sin(el), rho * math.cos(el)) - MEAN_RADIUS
    assert height == pytest.approx(350 * 30.48, abs=0.01)
    assert r.who[0] == "4b1234"
    assert (r.sources[0].name, r.sources[0].kind, r.sources[0].place, r.dated) == ("25/11", "radar", None, False)


@given(st.floats(1e3, 4e5), st.floats(-100.0, 2e4), st.floats(0.0, 3e3))
@settings(max_examples=50, deadline=None)
def test_elevation_leads_back_to_the_height(r, up, station_height):
    el = elevation(r, up, station_height)
    assert -math.pi / 2 <= el <= math.pi / 2
    back = math.hypot(MEAN_RADIUS + station_height + r * math.sin(el), r * math.cos(el)) - MEAN_RADIUS
    if abs(up - station_height) < 0.9 * r:
        assert back == pytest.approx(up, abs=0.1)


def test_place_and_turn_come_from_cat034_even_if_it_comes_later():
    r = read(block(48, plot()) + block(34, station(43.5, 16.4, 780.0, 4.95)))
    lat, lon, height = r.sources[0].place
    assert (math.degrees(lat), math.degrees(lon), height) == pytest.approx((43.5, 16.4, 780.0), abs=1e-4)
    assert r.sources[0].pd == pytest.approx(0.9 * 0.25 / 4.95, rel=0.01)
    assert r.z[0, 0] == pytest.approx(elevation(r.z[0, 2], 350 * 30.48, 780.0))


def test_an_antenna_that_claims_to_stand_still_gives_no_wild_probability():
    r = read(block(34, station(43.5, 16.4, 780.0, 0.01)) + block(48, plot()))
    assert 0 < r.sources[0].pd <= 0.9


def test_no_or_garbled_height_is_a_source_of_its_own_with_more_noise():
    r = read(block(48, plot(), plot(t=101.0, level=None), plot(t=102.0, garbled=1)))
    assert [s.name for s in r.sources] == ["25/11", "25/11 no height"]
    assert r.source.tolist() == [0, 1, 1]
    assert r.sources[1].sigma[0] > 10 * r.sources[0].sigma[0]


def test_system_tracks_and_adsb_are_positions():
    tracks = read(block(62, system_track(500.0, 45.1, 16.2, 33000.0), system_track(501.0, 45.1, 16.2, 33000.0, number=8)))
    assert [s.kind for s in tracks.sources] == ["position"]
    assert tracks.who.tolist() == ["25/100 track 7", "25/100 track 8"]
    lat, lon, up = geodetic_from_ecef(tracks.z[0])
    assert np.degrees([lat, lon]) == pytest.approx([45.1, 16.2], abs=1e-4)
    assert up == pytest.approx(33000 * 0.3048, abs=2)
    heard = read(block(21, adsb(500.0, -33.5, 151.2, 100.0)))
    expected = ecef_from_geodetic(math.radians(-33.5), math.radians(151.2), 3048.0)
    assert np.linalg.norm(heard.z[0] - expected) < 5
    assert heard.who[0] == "4baac6"


def test_duplicates_are_counted_and_taken_once():
    twice = frame(block(48, plot(), plot(theta=10.0, address=1)))
    r = read(pcap(twice, twice, frame(block(48, plot(t=104.0)))))
    assert len(r) == 3
    assert r.counts["CAT048 duplicates"] == 2


def test_bytes_after_the_blocks_of_a_datagram_are_counted_not_decoded():
    r = read(pcap(frame(block(48, plot()) + b"\x30\x00")))
    assert len(r) == 1
    assert r.counts["bytes after the last block"] == 2


def test_fixed_transponders_are_left_out_and_simulated_reports_are_said():
    r = read(block(48, plot(fixed=1), plot(t=105.0, simulated=1)))
    assert len(r) == 1
    assert r.counts["reports of fixed transponders"] == 1
    assert r.counts["reports marked as simulated, kept"] == 1


def test_midnight_is_passed_in_the_order_of_the_file():
    r = read(block(48, *(plot(t=t % 86400, address=k) for k, t in enumerate((86398.0, 86400.5, 86399.5, 86402.0)))))
    assert r.t.tolist() == [86398.0, 86400.5, 86399.5, 86402.0]
    assert r.counts["midnights passed"] == 1


def test_a_recording_of_a_whole_day_is_not_folded():
    hours = [k * 3600.0 for k in range(24)]
    assert read(block(48, *(plot(t=t) for t in hours))).t.tolist() == hours


def test_a_record_without_place_or_time_is_counted():
    empty = {"010": (("SAC", 25), ("SIC", 11)), "220": 5}
    r = read(block(48, plot(), empty))
    assert len(r) == 1
    assert r.counts["plots without position or time"] == 1


def test_a_time_of_day_beyond_midnight_cannot_be():
    with pytest.raises(BadFile, match="1 plots without position or time"):
        read(block(48, plot(t=90000.0)))


@pytest.mark.parametrize("edition", spec.manifest["CATS"][48])
def test_every_known_edition_of_cat048_is_read(edition):
    r = read(block(48, plot(t=7.0), edition=edition))
    assert (r.t[0], r.z[0, 2]) == (7.0, pytest.approx(92600.0))


def test_an_edition_that_reads_a_few_blocks_only_is_not_believed():
    good, junk = block(62, system_track(500.0, 45.0, 16.0, 1e4)), b"\x3e\x00\x08\xff\xff\xff\xff\xff"
    r = read(pcap(*[frame(good)] * 19, frame(junk)))
    assert r.counts["CAT062 blocks that cannot be read"] == 1
    with pytest.raises(BadFile, match=r"10 CAT062 blocks that no known edition reads.*CAT062 of an edition that is not known"):
        read(pcap(*[frame(good)] * 3, *[frame(junk)] * 7))


def test_other_categories_are_counted():
    r = read(block(48, plot()) + b"\x41\x00\x05\x00\x00")
    assert r.counts["CAT065 blocks"] == 1
    with pytest.raises(BadFile, match="no usable ASTERIX report"):
        read(b"\x41\x00\x05\x00\x00")


@pytest.mark.parametrize("cut", [1, 2, 5, 15])
def test_a_truncated_raw_file_names_the_offset(cut):
    first = block(48, plot())
    with pytest.raises(BadFile, match=rf"^x\.ast: (truncated|not).* offset {len(first)} "):
        read(first + block(48, plot(t=101.0))[:cut])


def test_junk_names_offset_zero():
    with pytest.raises(BadFile, match=r"not ASTERIX at offset 0 \(category 205, length 52685, 100 bytes there\)"):
        read(b"\xcd" * 100)


REAL = [
    block(34, station(43.5, 16.4, 780.0, 4.95)),
    block(48, plot(), plot(t=101.0, level=None)),
    block(62, system_track(500.0, 45.1, 16.2, 33000.0)),
    block(21, adsb(500.0, -33.5, 151.2, 100.0)),
]


def usable(data: bytes) -> None:
    try:
        r = read(data)
    except BadFile as e:
        assert str(e).startswith("x.ast: ")  # noqa: PT017
        assert "\n" not in str(e)  # noqa: PT017
        return
    assert np.isfinite(r.t).all()
    assert np.isfinite(r.z).all()
    assert all(0 < s.pd <= 1 and np.isfinite(s.sigma).all() and min(s.sigma) > 0 for s in r.sources)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_mutated_messages_give_reports_or_badfile(data):
    parts = data.draw(st.lists(st.sampled_from(REAL), min_size=1, max_size=4))
    whole = bytearray(b"".join(parts))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    raw = bytes(whole[: data.draw(st.integers(1, len(whole)))])
    usable(pcap(frame(raw)) if data.draw(st.booleans()) else raw)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([21, 34, 48, 62]), st.binary(max_size=60))
def test_random_records_give_reports_or_badfile(category, body):
    usable(bytes([category]) + (3 + len(body)).to_bytes(2, "big") + body)


@settings(max_examples=100, deadline=None)
@given(st.binary(min_size=1, max_size=120))
def test_random_bytes_give_badfile(data):
    usable(data)


def test_the_newest_editions_are_the_ones_that_the_encoder_uses():
    assert newest(48).cv_edition == max(e.cv_edition for e in spec.manifest["CATS"][48])
