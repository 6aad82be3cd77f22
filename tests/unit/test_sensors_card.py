"""What an estimator needs of a sensor stands on its card, and it is the card's that it uses."""

import fusion_scene as fs
import numpy as np
import pytest

from cupola.fusion import sight
from cupola.fusion.pool import TRACK
from cupola.sensors import suite
from cupola.sensors.platform import Fixed, Geo
from cupola.sensors.spec import LIMB, SensorSpec

FIELD = (0.03, 1.4, -np.pi, np.pi, 50e3, 4e6)


def test_a_suite_tells_its_false_alarms_and_limbs():
    radar = SensorSpec("r", "radar", "ground", "A", Fixed(0.6, 0.1), 1.0, (3e-4, 3e-4, 20.0), FIELD, range_1m2=3e6, pfa=1e-4)
    eye = SensorSpec(
        "e", "infrared", "space", "B", Geo(0.1), 1.0, (2e-5, 2e-5, np.nan), (-0.16, 0.16, -0.16, 0.16, np.nan, np.nan),
        threshold=2e4, range_ref=3.6e7,
    )  # fmt: skip
    first, second = suite.build([radar, eye], 0, 1, 1.0).cards
    assert (first.pfa, second.limb) == (1e-4, LIMB)
    assert np.isnan(first.limb)


@pytest.mark.parametrize("pfa", [1e-8, 1e-6, 1e-3])
def test_detection_falls_off_with_range_as_the_cards_false_alarm_says(pfa):
    f = sight.frame(fs.card(pd=0.9, range_1m2=1e6, pfa=pfa), 0)
    f["share"] = 1.0
    r = np.zeros(1, TRACK)
    r["status"], r["rcs_n"] = 2, 1.0
    snr = (np.log(pfa) / np.log(0.9) - 1.0) / 16.0  # twice as far
    assert sight.detection_probability(r[0], f[0], 1e6) == pytest.approx(0.9)
    assert sight.detection_probability(r[0], f[0], 2e6) == pytest.approx(pfa ** (1.0 / (1.0 + snr)))
