"""Incidents are told once, their end once, and anew when they come again."""

from __future__ import annotations

from pipeline.monitoring.incidents import Incident, Known, harmless, message, told, untold, updated

LATE = Incident("withheld division", "E0", "no result for 20 days")
JUDGED = {"withheld division", "failed run"}


def after(known: Known, *seen: Incident, judged: set[str] = JUDGED, run: str = "run") -> Known:
    return updated(known, seen, judged=judged, run_id=run)


def heard(known: Known, receiver: int = 0, count: int = 1) -> Known:
    return told(known, untold(known, receiver), receiver, count)


def test_an_incident_is_told_once_however_long_it_lasts() -> None:
    known = after({}, LATE)
    assert untold(known, 0) == ["withheld division: E0"]
    known = after(heard(known), LATE, run="next")
    assert untold(known, 0) == []
    assert known["withheld division: E0"]["since"] == "run"


def test_its_end_is_told_once_and_it_can_be_told_anew() -> None:
    over = after(heard(after({}, LATE)))
    assert message(over, untold(over, 0), "tiny")[1].startswith("OVER withheld division: E0 (since run")
    assert heard(over) == {}
    assert untold(after(heard(over), LATE), 0) == ["withheld division: E0"]


def test_what_comes_back_before_its_end_was_told_is_told_as_new() -> None:
    again = after(after(heard(after({}, LATE))), LATE, run="third")
    assert not again["withheld division: E0"]["is_over"]
    assert untold(again, 0) == ["withheld division: E0"]


def test_a_run_that_cannot_judge_a_kind_ends_nothing_of_it() -> None:
    assert after(after({}, LATE), judged=set()) == after({}, LATE)


def test_each_receiver_hears_of_it_on_its_own() -> None:
    known = heard(after({}, LATE), receiver=1, count=2)
    assert (untold(known, 0), untold(known, 1)) == (["withheld division: E0"], [])
    over = heard(after(known), receiver=1, count=2)
    assert over
    assert heard(over, receiver=0, count=2) == {}


def test_two_subjects_are_two_incidents_in_one_message() -> None:
    known = after({}, LATE, Incident("failed run", "publish in BuildSite", "disk full"))
    title, body = message(known, untold(known, 0), "football_data")
    assert title == "Touchline football_data: 2 new"
    assert body.splitlines() == [
        "failed run: publish in BuildSite: disk full",
        "withheld division: E0: no result for 20 days",
    ]


def test_scraped_text_is_one_short_line_that_no_chat_obeys() -> None:
    hostile = "<!channel> @everyone\n\x1b[2Jhttps://me:secret@host/ " + "x" * 500
    shown = harmless(hostile)
    assert not {"<", ">", "@", "\n", "\x1b"} & set(shown)
    assert "secret" not in shown
    assert len(shown) <= 210
