"""The question of leakage: closed forms where the magazine does not bind, one raid after the other played out where it does."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from cupola.assess.models import model
from cupola.assess.question import ask
from cupola.assess.shield.leakage import kill_chance
from cupola.core.errors import BadOption

FEW = {
    "warheads": 12,
    "decoys": 10,
    "called_decoy": 0.3,
    "called_warhead": 0.95,
    "tracked": 0.9,
    "kill": 0.6,
    "rounds": 4,
    "first": 2,
}


def asked(**given):
    return ask(model("leakage"), FEW | given)


def played(magazine: int, raids: int = 4000) -> tuple[float, float]:
    """Mean leakers and the share of raids without one, object by object and round by round."""
    rng = np.random.default_rng(5)
    leaks = np.empty(raids)
    for n in range(raids):
        alive = [True] * 12 + [False] * 10
        shot_at = [k for k in rng.permutation(22) if rng.random() < 0.9 * (0.95 if alive[k] else 0.3)]
        left, up = magazine, set()
        for k in shot_at:
            if left >= 2:
                left -= 2
                if rng.random() < 0.4**2:
                    up.add(k)
            else:
                up.add(k)
        waiting = [k for k in shot_at if k in up][: len(up)]
        for _ in range(2):  # one round each in turn is the even share
            for k in list(waiting):
                if left > 0 and k in up:
                    left -= 1
                    if rng.random() < 0.6:
                        up.discard(k)
        leaks[n] = sum(1 for k in range(12) if k in up or k not in shot_at)
    return float(leaks.mean()), float((leaks == 0).mean())


def test_without_a_limit_it_is_the_closed_form():
    a = asked(magazine=100_000)
    chance = kill_chance(4, 0.6, 1 - 0.9 * 0.95)
    assert a["leaked"] == pytest.approx(12 * (1 - chance), abs=0.04)
    assert a["no_leaker"] == pytest.approx(chance**12, abs=0.01)


def test_where_the_magazine_runs_out_it_is_what_raids_played_out_give():
    a = asked(magazine=26)
    leaked, none = played(26)
    assert a["rounds_used"] < 26.0 + 1e-9
    assert a["leaked"] == pytest.approx(leaked, abs=0.35)  # played: rounds that an early hit saves go to others
    assert a["no_leaker"] == pytest.approx(none, abs=0.05)


def test_an_empty_magazine_lets_all_through_and_more_rounds_never_hurt():
    assert asked(magazine=0)["leaked"] == 12.0
    leaked = [asked(magazine=m)["leaked"] for m in (0, 10, 20, 40, 80)]
    assert leaked == sorted(leaked, reverse=True)
    allowed = [asked(magazine=40, rounds=n)["leaked"] for n in (2, 3, 4, 8, 12)]
    assert all(b < a + 0.05 for a, b in pairwise(allowed))


def test_a_salvo_above_the_rounds_is_refused():
    with pytest.raises(BadOption, match="first salvo of 5"):
        asked(first=5)


@pytest.mark.parametrize("given", [{}, {"magazine": 30}, {"warheads": 3, "kill": 0.9, "tracked": 1.0}])
def test_the_standard_errors_are_those_of_other_draws(given, monkeypatch):
    from cupola.assess.shield import leakage
    from cupola.core.randoms import stream

    seeds = range(60)
    answers = []
    for seed in seeds:
        monkeypatch.setattr(leakage, "stream", lambda _, *names, seed=seed: stream(seed, "other", *names))
        answers.append(asked(magazine=100_000, **given) if "magazine" not in given else asked(**given))
    for name, error in answers[0]["errors"].items():
        spread = np.std([a[name] for a in answers], ddof=1)
        assert spread == pytest.approx(error, rel=0.45, abs=1e-12), name  # 60 draws of a spread: 9 %


def test_what_is_not_drawn_has_no_error_and_none_in_all_draws_has_one():
    a = asked(magazine=100_000)
    assert "targets" not in a["errors"]
    assert asked(magazine=0)["no_leaker"] == 0.0
    assert 0.0 < asked(magazine=0)["errors"]["no_leaker"] < 2e-4
