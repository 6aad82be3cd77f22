"""Flight records made to break the reader: a mark at the start of the file, other units, a blink of a flight."""

import numpy as np
import pytest

from cupola.assess.flight.telemetry_check import check_telemetry
from cupola.assess.flight.telemetry_file import read
from cupola.core.errors import BadFile

T = np.arange(0.0, 60.0)


def saved(tmp_path, t, speed, altitude, start=""):
    rows = [f"{a:.12g},{b:.12g},{c:.12g}" for a, b, c in zip(t, speed, altitude, strict=True)]
    path = tmp_path / "flight.csv"
    path.write_text(start + "time_s,speed_m_s,altitude_m\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path):
    assert len(read(saved(tmp_path, T, 10 * T, T**2, start="\ufeff")).t) == len(T)


@pytest.mark.parametrize(
    ("t", "speed", "altitude", "message"),
    [
        (T, T * 1e300, T, "row 3: speed_m_s is 1e\\+300, above 20,000"),
        (T, T * 10, T * 1e9, "row 3: altitude_m is 1e\\+09, outside -1,000 to"),
        (T, T * 10, T - 7e6, "row 2: altitude_m is -7e\\+06"),
        (T * 1e-4, T * 10, T, "lasts only 0.0059 s"),
    ],
)
def test_other_units_are_told(tmp_path, t, speed, altitude, message):
    with pytest.raises(BadFile, match=message):
        check_telemetry(saved(tmp_path, t, speed, altitude))
