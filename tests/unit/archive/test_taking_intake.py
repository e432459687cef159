"""One bad file never stops a fetch: its last good snapshot serves; the intake lists what is read."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.archive.fetch import Answer, GeneratedFetcher
from pipeline.archive.intake import FetchReport, Intake, IntakeFile, fetch_all, take_intake
from pipeline.archive.paths import DataRoot
from pipeline.archive.snapshots import SnapshotStore
from pipeline.domain.errors import TooLittleAccepted
from pipeline.sources.base import FeedFile
from tests.unit.archive.feed_builders import FIRST_PAGE, FIXTURES, FURTHER_PAGE, LinkedSource, page

AT = datetime(2026, 4, 24, 19, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)
E0, E1 = "mmz4281/2526/E0.csv", "mmz4281/2526/E1.csv"
TWO_DIVISIONS = LinkedSource(
    FeedFile(E0, "results", "E0", 2025),
    FeedFile(E1, "results", "E1", 2025),
    name="embedded",
    is_simulated=True,
)


def csv(division: str, rows: int = 3) -> bytes:
    return b"Div,Date\n" + b"".join(
        b"%s,%02d/08/2025\n" % (division.encode(), row % 30) for row in range(rows)
    )


def feed() -> dict[str, bytes]:
    return {
        FIRST_PAGE: page(FURTHER_PAGE, FIXTURES, "notes.txt"),
        FURTHER_PAGE: page(E0, E1, "mmz4281/2526/EC.csv"),
        E0: csv("E0"),
        E1: csv("E1"),
        FIXTURES: csv("E0", 1),
    }


def accept(file: FeedFile, body: bytes) -> str:
    wrong = file.division and any(
        not line.startswith(file.division.encode()) for line in body.splitlines()[1:]
    )
    return "holds another division" if wrong else ""


class Rig:
    """A feed that can be changed between fetches, and the fetches of it, an hour apart."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.files = feed()
        self.store = SnapshotStore(DataRoot(root, "embedded"))
        self.at = AT - HOUR
        self.told: list[str] = []

    def fetch(
        self, read: Callable[[str], bytes | None] | None = None, at: datetime | None = None
    ) -> FetchReport:
        self.at = at or self.at + HOUR
        fetcher = GeneratedFetcher(read or self.files.get)
        return fetch_all(TWO_DIVISIONS, fetcher, self.store, lambda: self.at, self.told.append, accept)


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


def entry(report: FetchReport, path: str) -> IntakeFile:
    return next(file for file in (*report.pages, *report.files) if file.path == path)


def test_a_first_fetch_follows_the_pages_and_gets_every_wanted_file(rig: Rig) -> None:
    report = rig.fetch()
    assert [entry.path for entry in report.pages] == [FIRST_PAGE, FURTHER_PAGE]
    assert [(file.path, file.state) for file in report.files] == [
        (E0, "fetched"),
        (E1, "fetched"),
        (FIXTURES, "fetched"),
    ]
    assert rig.store.read(entry(report, E1).sha256) == csv("E1")
    assert report.problems() == []


def test_a_second_fetch_finds_everything_unchanged_and_keeps_the_first_times(rig: Rig) -> None:
    rig.fetch()
    report = rig.fetch()
    assert report.counts()["unchanged"] == 3
    assert {file.fetched_at for file in report.files} == {AT}
    assert report.started_at == AT + HOUR


def test_only_what_changed_is_new(rig: Rig) -> None:
    rig.fetch()
    rig.files[E0] = csv("E0", 4)
    report = rig.fetch()
    assert (entry(report, E0).state, entry(report, E0).fetched_at) == ("fetched", AT + HOUR)
    assert entry(report, E1).state == "unchanged"


def test_a_file_that_fails_serves_its_last_good_snapshot_with_the_reason(rig: Rig) -> None:
    rig.fetch()
    del rig.files[E1]
    failed = entry(rig.fetch(), E1)
    assert (failed.state, failed.reason, failed.fetched_at) == ("last_good", "answers 404", AT)
    assert rig.store.read(failed.sha256) == csv("E1")


def test_a_file_that_fails_and_was_never_had_is_an_entry_without_bytes(rig: Rig) -> None:
    del rig.files[E1]
    report = rig.fetch()
    failed = entry(report, E1)
    assert (failed.state, failed.reason, failed.sha256, failed.size) == ("failed", "answers 404", "", 0)
    assert report.problems() == [f"{E1}: answers 404"]


def test_another_divisions_file_never_replaces_the_last_good_one(rig: Rig) -> None:
    rig.fetch()
    rig.files[E1] = csv("EC")
    refused = entry(rig.fetch(), E1)
    assert (refused.state, refused.reason) == ("last_good", "holds another division")
    assert rig.store.read(refused.sha256) == csv("E1")


def test_a_wrong_first_answer_serves_nothing(rig: Rig) -> None:
    rig.files[E1] = csv("EC")
    assert entry(rig.fetch(), E1).state == "failed"


def test_results_that_lost_lines_are_refused(rig: Rig) -> None:
    rig.files[E0] = csv("E0", 300)
    rig.fetch()
    rig.files[E0] = csv("E0", 150)
    refused = entry(rig.fetch(), E0)
    assert refused.reason == "lost lines: 151 where the last good snapshot has 301"
    assert refused.size == len(csv("E0", 300))


def test_fixtures_may_lose_lines(rig: Rig) -> None:
    rig.files[FIXTURES] = csv("E0", 300)
    rig.fetch()
    rig.files[FIXTURES] = csv("E0", 2)
    assert entry(rig.fetch(), FIXTURES).state == "fetched"


def test_a_few_corrected_lines_are_no_loss(rig: Rig) -> None:
    rig.files[E0] = csv("E0", 100)
    rig.fetch()
    rig.files[E0] = csv("E0", 90)
    assert entry(rig.fetch(), E0).state == "fetched"


def test_a_file_no_page_links_to_any_more_has_vanished_and_still_serves(rig: Rig) -> None:
    rig.fetch()
    rig.files[FURTHER_PAGE] = page(E0)
    gone = entry(rig.fetch(), E1)
    assert (gone.state, gone.fetched_at) == ("vanished", AT)
    assert rig.store.read(gone.sha256) == csv("E1")


def test_a_page_that_fails_is_replaced_by_its_last_good_snapshot(rig: Rig) -> None:
    rig.fetch()
    del rig.files[FURTHER_PAGE]
    report = rig.fetch()
    assert entry(report, FURTHER_PAGE).state == "last_good"
    assert entry(report, E1).state == "unchanged"


def test_a_page_without_links_is_a_wrong_answer(rig: Rig) -> None:
    rig.fetch()
    rig.files[FURTHER_PAGE] = b"<html>Down for maintenance</html>"
    report = rig.fetch()
    assert entry(report, FURTHER_PAGE).reason == "is a page without a link into the feed"
    assert entry(report, E1).state == "unchanged"


def test_a_dead_feed_leaves_everything_as_it_was(rig: Rig) -> None:
    before = rig.fetch()
    after = rig.fetch(lambda _: None)
    assert after.counts()["last_good"] == 3
    assert [file.sha256 for file in after.files] == [file.sha256 for file in before.files]


def test_a_dead_feed_that_never_lived_is_too_little(rig: Rig) -> None:
    with pytest.raises(TooLittleAccepted) as caught:
        rig.fetch(lambda _: None)
    assert caught.value.reasons == ("data.php: answers 404",)


def test_a_feed_without_a_usable_file_is_too_little(rig: Rig) -> None:
    rig.files = {name: body for name, body in rig.files.items() if name.endswith(".php")}
    with pytest.raises(TooLittleAccepted, match="answers 404"):
        rig.fetch()


def test_a_fetch_of_a_past_instant_sees_no_later_snapshot(rig: Rig) -> None:
    rig.fetch(at=AT + 24 * HOUR)
    del rig.files[E1]
    rig.files[FURTHER_PAGE] = page(E0)
    report = rig.fetch(at=AT)
    assert [file.path for file in report.files] == [E0, FIXTURES]
    assert {file.fetched_at for file in report.files} == {AT}


def test_a_file_that_fails_at_a_past_instant_is_not_served_from_the_future(rig: Rig) -> None:
    rig.fetch(at=AT + 24 * HOUR)
    del rig.files[E1]
    assert entry(rig.fetch(at=AT), E1).state == "failed"


def test_an_answer_304_that_nobody_asked_for_is_a_failure_of_that_file(rig: Rig) -> None:
    class Confused(GeneratedFetcher):
        def get(self, path: str, *, etag: str = "", last_modified: str = "") -> Answer:
            answer = super().get(path, etag=etag, last_modified=last_modified)
            return replace(answer, status=304, body=b"") if path == E1 else answer

    report = fetch_all(TWO_DIVISIONS, Confused(rig.files.get), rig.store, lambda: AT, rig.told.append)
    assert entry(report, E1).state == "failed"
    assert entry(report, E1).reason == "answers 304 to a first request"


def test_a_snapshot_damaged_on_the_disk_is_fetched_anew(rig: Rig) -> None:
    damaged = entry(rig.fetch(), E0)
    path = DataRoot(rig.root, "embedded").snapshot(damaged.sha256)
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    rig.store = SnapshotStore(DataRoot(rig.root, "embedded"))
    healed = entry(rig.fetch(), E0)
    assert healed.state == "fetched"
    assert rig.store.read(healed.sha256) == csv("E0")


def test_each_reason_is_told_once(rig: Rig) -> None:
    del rig.files[E0], rig.files[E1]
    rig.fetch()
    assert rig.told == [
        "1 of 3 files: mmz4281/2526/E0.csv failed, answers 404",
        "3 of 3 files: fixtures.csv fetched",
    ]


def test_the_report_goes_to_json_and_back(rig: Rig) -> None:
    del rig.files[E1]
    report = rig.fetch()
    assert FetchReport.from_document(json.loads(json.dumps(report.to_document()))) == report


def test_the_intake_goes_to_json_and_back(rig: Rig) -> None:
    intake = take_intake(rig.fetch(), as_of=AT, cut_off_at=AT + HOUR)
    assert Intake.from_document(json.loads(json.dumps(intake.to_document()))) == intake


def test_the_intake_is_sorted_and_keeps_what_failed(rig: Rig) -> None:
    del rig.files[E1]
    intake = take_intake(rig.fetch(), as_of=AT, cut_off_at=AT)
    assert [file.path for file in intake.files] == [FIXTURES, E0, E1]
    assert intake.files[1].file == FeedFile(E0, "results", "E0", 2025)
    assert intake.files[2].reason == "answers 404"


def test_the_same_bytes_give_the_same_digest_whenever_they_came(rig: Rig) -> None:
    first = take_intake(rig.fetch(), as_of=AT, cut_off_at=AT)
    second = take_intake(rig.fetch(), as_of=AT + HOUR, cut_off_at=AT + HOUR)
    assert first.digest == second.digest


def test_other_bytes_or_another_place_give_another_digest(rig: Rig) -> None:
    report = rig.fetch()
    first, *rest = report.files
    changed = [
        report,
        replace(report, files=(replace(first, sha256="0" * 64), *rest)),
        replace(report, files=(replace(first, path="mmz4281/2526/E9.csv"), *rest)),
        replace(report, files=tuple(rest)),
    ]
    assert len({take_intake(each, as_of=AT, cut_off_at=AT).digest for each in changed}) == 4


def test_a_failed_file_does_not_change_the_digest(rig: Rig) -> None:
    report = rig.fetch()
    failed = replace(report.files[0], path="mmz4281/2526/E9.csv", sha256="", state="failed")
    with_failure = replace(report, files=(*report.files, failed))
    digests = {take_intake(each, as_of=AT, cut_off_at=AT).digest for each in (report, with_failure)}
    assert len(digests) == 1
