"""Which nights a replay means."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from pipeline.domain.errors import SettingError
from pipeline.tasks.replay import Replay


def replay(first: date, last: date, **more: object) -> Replay:
    return Replay(**{"from": first, "to": last, **more})


def test_every_night_from_one_date_to_another() -> None:
    nights = replay(date(2026, 2, 2), date(2026, 2, 4)).nights()
    assert nights == [datetime(2026, 2, day, 19, 4, tzinfo=UTC) for day in (2, 3, 4)]


def test_only_nights_of_the_days_asked_for() -> None:
    nights = replay(date(2026, 2, 2), date(2026, 2, 15), weekdays="fri,tue").nights()
    assert [night.day for night in nights] == [3, 6, 10, 13]


def test_nights_of_certain_days_are_another_replay() -> None:
    dates = date(2026, 2, 2), date(2026, 2, 15)
    assert replay(*dates).output().path != replay(*dates, weekdays="tue").output().path


@pytest.mark.parametrize(("weekdays", "reason"), [("someday", "days are named"), ("sun", "no such night")])
def test_days_that_cannot_be_meant_are_refused(weekdays: str, reason: str) -> None:
    with pytest.raises(SettingError, match=reason):
        replay(date(2026, 2, 2), date(2026, 2, 4), weekdays=weekdays).nights()


def test_dates_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(SettingError, match="no night until"):
        replay(date(2026, 2, 4), date(2026, 2, 2)).nights()
