"""ADS-B tables: the forms, the units, what is counted, what is refused and where."""

import gzip
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cupola.core.errors import BadFile
from cupola.dynamics.frames import geodetic_from_ecef
from cupola.formats import adsb, table

ROW = {"timestamp": 1_533_100_000_000, "icao24": "4baac6", "latitude": 46.5, "longitude": 7.5, "altitude": 35000.0}


def packed(value: object) -> bytes:
    return gzip.compress(json.dumps(value).encode(), mtime=0)


def rows(*changes: dict) -> list[dict]:
    """Rows 10 s and a thousandth of a degree apart, with these changes."""
    return [
        ROW | {"timestamp": ROW["timestamp"] + 10_000 * k, "latitude": 46.5 + 0.01 * k} | change for k, change in enumerate(changes)
    ]


def read(data: bytes) -> adsb.Reports:
    return adsb.read(data, "x.json.gz")


def test_units_of_json_are_feet_and_milliseconds():
    r = read(packed(rows({})))
    lat, lon, up = geodetic_from_ecef(r.z[0])
    assert r.t[0] == 1_533_100_000.0
    assert np.degrees([lat, lon]) == pytest.approx([46.5, 7.5])
    assert up == pytest.approx(35000 * 0.3048, abs=1e-3)
    assert (r.who[0], r.dated, r.sources[0].kind) == ("4baac6", True, "position")


def test_units_of_csv_are_metres_and_seconds():
    r = read(
        b"time,icao24,lat,lon,baroaltitude,geoaltitude\n1626098400,3c4591,51.4,-0.4,10668.0,10843.26\n1626098410,3c4591,51.5,-0.4,,\n"
    )
    assert r.t.tolist() == [1626098400.0, 1626098410.0]
    assert geodetic_from_ecef(r.z)[2] == pytest.approx([10843.26, 0.0], abs=1e-3)
    assert r.counts["rows without height, taken as 0 m"] == 1


@pytest.mark.parametrize("form", ["columns", "plain", "csv", "gzipped csv", "two members"])
def test_all_forms_give_the_same(form):
    table_rows = rows({}, {}, {"altitude": None})
    text = json.dumps(table_rows).encode()
    half = len(text) // 2
    names = list(ROW)
    as_csv = "\n".join(
        [",".join(f'"{n}"' for n in names)] + [",".join("" if r[n] is None else str(r[n]) for n in names) for r in table_rows]
    )
    data = {
        "columns": packed({n: {str(k): r[n] for k, r in enumerate(table_rows)} for n in names}),
        "plain": text,
        "csv": as_csv.encode(),
        "gzipped csv": gzip.compress(as_csv.encode()),
        "two members": gzip.compress(text[:half]) + gzip.compress(text[half:]),
    }[form]
    a, b = read(packed(table_rows)), read(data)
    assert a.t.tolist() == b.t.tolist()
    assert a.z.tolist() == b.z.tolist()
    assert a.counts == b.counts


def test_a_position_is_as_old_as_its_own_time_says():
    t = ROW["timestamp"]
    r = read(packed(rows({"last_position": t - 400}, {"last_position": t + 9_900}, {"last_position": None})))
    assert (r.t - t / 1e3).tolist() == pytest.approx([-0.4, 9.9, 20.0])


def test_held_positions_are_no_new_reports():
    same_place, same_time = {"latitude": 46.5}, {"latitude": 47.0, "last_position": ROW["timestamp"]}
    assert read(packed(rows({}, same_place, same_place))).counts["rows that repeat a position"] == 2
    assert len(read(packed(rows({"last_position": ROW["timestamp"]}, same_time)))) == 1
    other = rows({}, {"icao24": "other", **same_place})
    assert len(read(packed(other))) == 2  # another aircraft in the same place is another report


def test_silences_are_said_where_the_rows_go_on():
    t = ROW["timestamp"]
    held = [{"latitude": 46.5, "last_position": t} for _ in range(12)]
    r = read(packed(rows(*held, {"last_position": t + 120_000})))
    (s,) = r.silences
    assert (s.who, s.start, s.end) == ("4baac6", t / 1e3, t / 1e3 + 110)
    assert read(packed(rows({}, {}, {}))).silences == ()


def test_what_cannot_be_is_counted():
    r = read(
        packed(
            rows(
                {},
                {"latitude": None},
                {"longitude": float("nan")},
                {"latitude": 91.0},
                {"longitude": 999.0},
                {"timestamp": 1e18},
                {"timestamp": -5},
                {"altitude": 1e9},
            )
        )
    )
    assert r.counts["rows without time or position"] == 2
    assert r.counts["rows with an impossible time or position"] == 4
    assert r.counts["rows without height, taken as 0 m"] == 1
    assert len(r) == 2


def test_times_that_run_backwards_are_sorted_and_said():
    r = read(packed(rows({}, {}, {})[::-1]))
    assert np.all(np.diff(r.t) > 0)
    assert r.counts["steps back in time within an aircraft, sorted"] == 2
    two_aircraft = rows({}, {}) + [r | {"icao24": "b"} for r in rows({}, {})]
    assert not read(packed(two_aircraft)).counts["steps back in time within an aircraft, sorted"]


WRONG = {
    "not whole gzip": (packed(rows({}))[:10] + b"junk" * 9, "gzip data"),
    "truncated gzip": (packed(rows({}, {}, {}))[:-12], "truncated gzip data"),
    "truncated json": (gzip.compress(b'[{"a": 1}, {"a"'), "not whole JSON"),
    "deep json": (b"[" * 200_000, "not whole JSON"),
    "another json": (packed([1, 2]), "neither a list of rows nor columns"),
    "empty list": (packed([]), "neither a list of rows nor columns"),
    "no time": (
        packed([{k: v for k, v in ROW.items() if k != "timestamp"}]),
        "no column timestamp or time; its columns are altitude",
    ),
    "no place": (b"time,icao24\n1,2\n", "no column latitude or lat"),
    "word": (packed(rows({}, {"latitude": "north"})), r"row 2: latitude is 'north', not a number"),
    "list": (packed(rows({"latitude": [1]})), r"row 1: latitude is '\[1\]', not a number"),
    "huge": (packed(rows({"latitude": 10**400})), r"row 1: latitude is '1000"),
    "short row": (b"time,icao24,lat,lon\n1,a,2,3\n2,a,2\n", "row 2 has 3 fields, its header 4"),
    "long row": (b"time,icao24,lat,lon\n1,a,2,3,4\n", "row 1 has 5 fields"),
    "only a header": (b"time,icao24,lat,lon\n", "no rows under a header"),
    "twice": (b"time,lat,lat,lon\n1,2,3,4\n", "two columns of the same name"),
    "latin": (b"time,icao24\n\xff\xfe", "not text in UTF-8 at offset 12"),
    "open quote": (b'time,icao24\n"1,2\n', "line 2: not CSV"),
    "nothing usable": (packed(rows({"latitude": None})), "none of its rows has a usable time and position"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_refused_says_why_and_where(name):
    data, words = WRONG[name]
    with pytest.raises(BadFile, match=words) as e:
        read(data)
    assert str(e.value).startswith("x.json.gz: ")
    assert "\n" not in str(e.value)
    assert len(str(e.value)) < 400


def test_a_gzip_bomb_is_refused_before_memory_runs_out(monkeypatch):
    monkeypatch.setattr(table, "LARGEST", 1 << 20)
    with pytest.raises(BadFile, match="unpacks to more than 1 MB"):
        read(gzip.compress(bytes(5 << 20)))


VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.lists(st.integers(), max_size=1)
NAMES = st.sampled_from(["timestamp", "time", "last_position", "icao24", "latitude", "longitude", "lat", "lon", "altitude", "x"])
TABLES = st.lists(st.dictionaries(NAMES, VALUES, max_size=7), max_size=6) | st.dictionaries(
    NAMES, st.dictionaries(st.sampled_from("012"), VALUES, max_size=3), max_size=7
)
NEARLY = st.lists(st.fixed_dictionaries({k: st.just(v) | VALUES for k, v in ROW.items()}), min_size=1, max_size=6)


def usable(data: bytes) -> None:
    try:
        r = read(data)
    except BadFile as e:
        assert str(e).startswith("x.json.gz: ")  # noqa: PT017
        return
    assert len(r)
    assert np.isfinite(r.t).all()
    assert np.isfinite(r.z).all()


@settings(max_examples=250, deadline=None)
@given(TABLES | NEARLY)
def test_random_json_gives_reports_or_badfile(value):
    usable(packed(value))


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_damaged_gzip_gives_reports_or_badfile(data):
    whole = bytearray(packed(rows({}, {}, {})))
    for _ in range(data.draw(st.integers(0, 3))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    usable(bytes(whole[: data.draw(st.integers(1, len(whole)))]))


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60) | st.text(alphabet='time,ica24lo\n\r"\0[{:}]1.-é', max_size=60).map(str.encode))
def test_random_text_gives_reports_or_badfile(body):
    usable(body)
    usable(b"time,icao24,lat,lon\n" + body)
