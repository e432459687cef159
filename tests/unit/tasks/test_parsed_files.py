"""Parsed rows are kept for one content and one source: another division table is another reading."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from pipeline.archive.fetch import Answer
from pipeline.archive.paths import DataRoot
from pipeline.archive.report import IntakeFile
from pipeline.archive.snapshots import SnapshotStore
from pipeline.sources.catalogue import source_named
from pipeline.tasks.parsing import parsed_file

TABLE = """code,name,country,tier,time_zone,calendar,under_way_by
KAL,Kaleva Premier,Kaleva,1,Europe/Helsinki,winter,09-01
"""
BODY = b"date,time,home,away,home_goals,away_goals\n2026-01-10,18:00,Ilves,Otava,1,0\n"
NOW = datetime(2026, 4, 24, 19, 4, tzinfo=UTC)


def test_another_time_zone_in_the_division_table_moves_the_kick_offs_of_a_known_file(tmp_path: Path) -> None:
    data = DataRoot(tmp_path, "csv_folder-own")
    store = SnapshotStore(data)
    kept = store.add(Answer("KAL.csv", "folder:KAL.csv", 200, BODY), NOW)
    entry = IntakeFile(
        "KAL.csv", "results", "KAL", None, "fetched", "", kept.sha256, kept.size, kept.fetched_at, ""
    )
    read = []
    for zone in ("Europe/Helsinki", "Europe/London", "Europe/Helsinki"):
        table = TABLE.replace("Europe/Helsinki", zone).encode()
        source = source_named("csv_folder", division_table=table)
        read.append(parsed_file(data, source, store, entry).rows["kick_off_at"][0])
    assert [instant.hour for instant in read] == [16, 18, 16]
    assert read[0] == pd.Timestamp("2026-01-10T16:00Z")
