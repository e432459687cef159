"""The matches of every finished season of the real archive, against the formats of the divisions."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.domain.divisions import divisions_of
from pipeline.domain.season import Season
from pipeline.sources.catalogue import source_named
from pipeline.sources.normalise import normalise
from pipeline.validation.prepare import summarise_seasons
from pipeline.validation.season_counts import known_counts

pytestmark = pytest.mark.real

DIVISIONS = divisions_of("football_data")
LATER = datetime(2026, 10, 8, tzinfo=UTC)


def test_the_main_files_have_the_matches_that_their_formats_expect(mirror: Path) -> None:
    differences = {}
    for path in sorted((mirror / "mmz4281").glob("*/*.csv")):
        season, code = Season.from_feed_code(path.parent.name).start_year, path.stem
        expected = known_counts().get((code, season), DIVISIONS[code].rules_of(season).matches_count)
        if season < 2026 and expected != (found := scored_rows(path)):
            differences[code, season] = (expected, found)
    assert differences == {}


def scored_rows(path: Path) -> int:
    header, *lines = path.read_text(encoding="latin-1").splitlines()
    place = header.split(",").index("FTHG")
    cells = [line.split(",") for line in lines]
    return sum(len(row) > place and row[place].strip().isdigit() for row in cells)


def test_the_extra_files_have_the_matches_that_their_formats_expect(mirror: Path) -> None:
    source = source_named("football_data", seasons_from=1990)
    files = source.files([str(path.relative_to(mirror)) for path in sorted(mirror.glob("new/*.csv"))])
    parsed = [(file, source.parse(file, (mirror / file.path).read_bytes()), LATER) for file in files]
    archive = normalise(parsed, DIVISIONS, cut_off_at=LATER)
    seasons = summarise_seasons(archive.matches, archive.quotes, DIVISIONS, cut_off_at=LATER)
    counted = seasons.dropna(subset="missing_matches_count")
    wrong = counted[counted["missing_matches_count"] != 0]
    assert wrong[["division", "season", "missing_matches_count"]].to_numpy().tolist() == []
    assert len(counted) > 100
