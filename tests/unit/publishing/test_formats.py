"""Public texts: missing values, signs, far ends."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.publishing import formats

MISSING = [None, float("nan"), np.float64("nan"), pd.NaT, pd.NA]


@pytest.mark.parametrize("value", MISSING)
def test_every_missing_value_has_the_same_text(value: object) -> None:
    writers = (formats.percent, formats.points, formats.price, formats.decimal, formats.count, formats.signed)
    assert {write(value) for write in writers} == {"–"}
    assert (formats.instant_text(value), formats.iso(value)) == ("–", "")


def test_zero_and_empty_text_are_not_missing() -> None:
    assert not any(map(formats.is_missing, (0, 0.0, "", False, np.float64(0))))


def test_only_certainty_is_printed_as_certainty() -> None:
    assert [formats.percent(share) for share in (1.0, 0.9999, 0.0, 0.0001)] == ["100", ">99", "0", "<1"]


def test_a_negative_number_has_a_true_minus() -> None:
    assert (formats.points(-0.051), formats.decimal(-1.5, 1)) == ("−5.1", "−1.5")


def test_what_rounds_to_zero_has_no_sign() -> None:
    assert (formats.points(0.0001), formats.points(-0.0001)) == ("0.0", "0.0")


def test_days_do_not_depend_on_the_locale() -> None:
    assert formats.long_day(pd.Timestamp("2027-03-01").date()) == "Monday 1 March 2027"


def test_an_interval_with_a_missing_end_is_missing() -> None:
    assert formats.interval("–", "3") == "–"
