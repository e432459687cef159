"""The verifier that outsiders run: it accepts what was sealed and names what was changed."""

from __future__ import annotations

import ast
import json
import math
import random
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.domain.margin import implied as implied_by_numpy
from pipeline.forecasts import verify_ledger as proof
from pipeline.forecasts.ledger import published_policy
from pipeline.forecasts.settlement import results_of
from tests.unit.forecasts.ledger_world import PRICES, feed, two_evenings

RULES = published_policy(0.05)


def lines(entries: list[proof.Entry]) -> bytes:
    return b"".join(proof.canonical(entry) + b"\n" for entry in entries)


def results() -> dict[str, Any]:
    return {row["match_id"]: proof.result_of(row) for row in results_of(two_evenings(), feed())}


def test_the_verifier_needs_nothing_but_the_standard_library() -> None:
    tree = ast.parse(Path(proof.__file__).read_text(encoding="utf-8"))
    modules = {
        node.module if isinstance(node, ast.ImportFrom) else name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }
    assert {str(module).partition(".")[0] for module in modules} <= sys.stdlib_module_names


def test_any_changed_byte_is_noticed() -> None:
    whole = lines(two_evenings())
    chance = random.Random(7)
    head = proof.check_chain(proof.entries_of(whole, "f"))
    for _ in range(400):
        place, bit = chance.randrange(len(whole)), 1 << chance.randrange(8)
        body = whole[:place] + bytes([whole[place] ^ bit]) + whole[place + 1 :]
        with pytest.raises(proof.Broken):
            proof.check_chain(proof.entries_of(body, "f"), head)


def test_a_removed_or_doubled_or_moved_entry_is_noticed() -> None:
    entries = two_evenings()
    for forged in (entries[1:], entries[:3] + entries[4:], [*entries, entries[-1]], entries[::-1]):
        with pytest.raises(proof.Broken, match="entry"):
            proof.check_chain(forged)


def test_a_forged_entry_with_right_hashes_is_still_late() -> None:
    entry = two_evenings()[0]
    forged = {**entry, "issued_at": "2026-05-02T15:00:00+00:00"}
    forged["hash"] = proof.hash_of(forged)
    with pytest.raises(proof.Broken, match="sealed too late"):
        proof.check_chain([forged])


def test_an_older_head_is_a_prefix_or_the_chain_was_rewritten() -> None:
    entries = two_evenings()
    assert proof.check_chain(entries, entries[3]["hash"]) == entries[-1]["hash"]
    with pytest.raises(proof.Broken, match="rewritten"):
        proof.check_chain(entries, "ab" * 32)


def test_the_margin_comes_off_as_everywhere_else() -> None:
    prices = np.random.default_rng(1).uniform(1.05, 15, size=(200, 3))
    ours = np.array([proof.implied(row) for row in prices.tolist()])
    assert np.abs(ours - implied_by_numpy(prices)).max() < 1e-12


def test_the_last_entry_before_kick_off_is_scored_at_its_own_prices() -> None:
    entries = two_evenings()
    chosen = proof.scored_entries(entries, results(), RULES)
    assert {key[0]: entry["run_id"] for key, entry in chosen.items()} == {
        "aa-0": "run-1",
        "aa-1": "run-2",
        "aa-2": "run-2",
    }
    scores = proof.scores_of(chosen["aa-0", "champion"], results()["aa-0"], 0.05)
    assert scores["log_loss"] == pytest.approx(-math.log(0.6))
    assert scores["brier"] == pytest.approx(0.4**2 + 0.25**2 + 0.15**2)
    assert scores["rps"] == pytest.approx((0.4**2 + 0.15**2) / 2)
    assert scores["roi_value"] == pytest.approx(PRICES["avg"][0] - 1)
    assert scores["roi_value_best"] == pytest.approx(PRICES["max"][0] - 1)
    assert scores["clv_value"] == pytest.approx(2.0 * proof.implied([1.9, 3.6, 4.4])[0] - 1)


def test_the_headline_is_the_mean_over_settled_matches_with_its_interval() -> None:
    rows = {(row["role"], row["metric"]): row for row in proof.headline(two_evenings(), results(), RULES)}
    loss = rows["champion", "log_loss"]
    assert (loss["n"], loss["days"]) == (3, 3)
    assert loss["value"] == pytest.approx(-(math.log(0.6) + math.log(0.25) + math.log(0.15)) / 3)
    assert (loss["low"], loss["high"]) == pytest.approx((-math.log(0.6), -math.log(0.15)))
    assert rows["champion", "roi_value"]["value"] == pytest.approx((1.0 - 1 - 1) / 3)
    assert ("independent", "roi_value") not in rows  # 0.40 is no edge at a price of 2


def publish(folder: Path) -> Path:
    entries = two_evenings()
    (folder / "data").mkdir(parents=True)
    (folder / "ledger").mkdir()
    (folder / "ledger" / "000001-run-1.jsonl").write_bytes(lines(entries[:8]))
    (folder / "ledger" / "000002-run-2.jsonl").write_bytes(lines(entries[8:]))
    index = {"files": [{"name": "000001-run-1.jsonl"}, {"name": "000002-run-2.jsonl"}]}
    (folder / "ledger" / "index.json").write_text(json.dumps(index))
    head = {"folder": "ledger", "length": len(entries), "head": entries[-1]["hash"], "policy": RULES}
    (folder / "data" / "run.json").write_text(json.dumps({"ledger": head}))
    for name, rows in (
        ("ledger_results", results_of(entries, feed())),
        ("track_record", proof.headline(entries, results(), RULES)),
        ("lead_times", proof.lead_times(entries, results(), RULES)),
        ("live_monitor", proof.live_monitor(entries, results(), RULES)),
    ):
        table = {"columns": list(rows[0]), "rows": [list(row.values()) for row in rows]}
        (folder / "data" / f"{name}.json").write_text(json.dumps(table))
    return folder


def test_the_command_accepts_what_was_published(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert proof.main([str(publish(tmp_path))]) == 0
    assert "14 entries hold together" in capsys.readouterr().out


@pytest.mark.parametrize("path", ["ledger/000001-run-1.jsonl", "ledger/000002-run-2.jsonl"])
def test_the_command_names_the_entry_that_was_changed(
    tmp_path: Path, path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = publish(tmp_path) / path
    file.write_bytes(file.read_bytes().replace(b"0.6", b"0.7", 1))
    assert proof.main([str(tmp_path)]) == 1
    assert "aa-" in capsys.readouterr().err


def test_the_command_notices_a_number_that_does_not_follow(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = publish(tmp_path) / "data" / "track_record.json"
    table = json.loads(file.read_text())
    table["rows"][1][table["columns"].index("value")] += 0.0001
    file.write_text(json.dumps(table))
    assert proof.main([str(tmp_path)]) == 1
    assert "champion log_loss" in capsys.readouterr().err


def test_the_command_notices_evidence_that_does_not_follow(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = publish(tmp_path) / "data" / "live_monitor.json"
    table = json.loads(file.read_text())
    table["rows"][0][table["columns"].index("log_e_value")] += 0.0001
    file.write_text(json.dumps(table))
    assert proof.main([str(tmp_path)]) == 1
    assert "2026-05-02" in capsys.readouterr().err


def test_the_command_notices_a_lead_time_that_does_not_follow(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = publish(tmp_path) / "data" / "lead_times.json"
    table = json.loads(file.read_text())
    table["rows"][0][table["columns"].index("n")] += 1
    file.write_text(json.dumps(table))
    assert proof.main([str(tmp_path)]) == 1
    assert "1 champion log_loss" in capsys.readouterr().err


def test_a_release_made_before_there_was_a_monitor_is_verified_without_it(tmp_path: Path) -> None:
    run = publish(tmp_path) / "data" / "run.json"
    document = json.loads(run.read_text())
    del document["ledger"]["policy"]["monitor"]
    run.write_text(json.dumps(document))
    (tmp_path / "data" / "live_monitor.json").unlink()
    assert proof.main([str(tmp_path)]) == 0


def test_a_time_stamp_must_be_about_a_head_of_the_chain() -> None:
    entries = two_evenings()
    head = entries[7]["hash"]
    proof.check_timestamp(f"8-{head}.tsr", b"token" + bytes.fromhex(head), entries)
    for name, token in (
        (f"9-{head}.tsr", bytes.fromhex(head)),
        (f"99-{head}.tsr", bytes.fromhex(head)),
        (f"8-{head}.tsr", b"another token"),
        (f"8-{'ab' * 32}.tsr", b"\xab" * 32),
    ):
        with pytest.raises(proof.Broken, match="time stamp"):
            proof.check_timestamp(name, token, entries)


def test_the_command_notices_a_file_cut_off_the_end(tmp_path: Path) -> None:
    index = publish(tmp_path) / "ledger" / "index.json"
    index.write_text(json.dumps({"files": [{"name": "000001-run-1.jsonl"}]}))
    assert proof.main([str(tmp_path)]) == 1


def test_a_folder_without_a_ledger_cannot_be_read(tmp_path: Path) -> None:
    assert proof.main([str(tmp_path)]) == 2
