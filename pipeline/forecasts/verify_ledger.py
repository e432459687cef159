"""Verify a Touchline ledger: python verify_ledger.py https://the.site/ [--head OLDER_HASH]

This one file needs nothing but Python. It reads what the site publishes, checks that no sealed forecast was
changed, removed or added late, and computes the headline numbers of the track record again. It exits with 0
where all is as it should be, with 1 naming the first entry or number that is not, with 2 where a file cannot
be read.

A ledger is a chain of entries, one JSON document a line, in files of one run each. `hash` is the SHA-256 of
the entry without it, written with sorted keys and no blanks; `previous` is the hash of the entry before. The
first entry's `previous` is 64 zeros. The site computes its own track record with the
functions of this file. Where an authority has attested heads, each token `<entries>-<head>.tsr` is checked to
be about this chain; its signature is checked by
`openssl ts -verify -digest <head> -in <entries>-<head>.tsr -CAfile <the authority's certificates>`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import random
import sys
import urllib.request
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

Entry = dict[str, Any]
Result = Mapping[str, Any]
SIDES = ("home", "draw", "away")
BEGINNING = "0" * 64
AVERAGE, BEST = "avg", "max"
_DIGITS = 9
_TOLERANCE = 1e-8  # mathematical libraries may differ in the last digit
METRICS = (
    "accuracy",
    "log_loss",
    "rps",
    "brier",
    "market_log_loss",
    "log_loss_gap",
    "roi_picks",
    "roi_favourites",
    "roi_value",
    "roi_value_best",
    "clv_value",
    "clv_value_best",
)
LEAD_METRICS = ("log_loss", "market_log_loss", "log_loss_gap")


class Broken(Exception):
    """The ledger or a number computed from it is not what was published."""


def canonical(document: Mapping[str, Any]) -> bytes:
    """Return the one spelling of a document that hashes are made of."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")


def hash_of(entry: Mapping[str, Any]) -> str:
    """Return the hash an entry must carry."""
    return hashlib.sha256(canonical({key: entry[key] for key in entry if key != "hash"})).hexdigest()


def entries_of(body: bytes, name: str) -> list[Entry]:
    """Read the entries of one file. Raises Broken where a line is not spelled as it was sealed."""
    entries = []
    for number, line in enumerate(body.split(b"\n")[:-1], start=1):
        try:
            entry = json.loads(line)
            is_sealed_so = isinstance(entry, dict) and canonical(entry) == line
        except ValueError:
            is_sealed_so = False
        if not is_sealed_so:
            raise Broken(f"{name}, line {number}: not an entry as it was sealed")
        entries.append(entry)
    if not body.endswith(b"\n"):
        raise Broken(f"{name}: the last line is cut short")
    return entries


def check_chain(entries: Sequence[Entry], older_head: str = "") -> str:
    """Return the head of a whole chain (64 zeros where it is empty).

    Raises Broken naming the first entry that was changed, left out, doubled or sealed after its time, or
    where the chain does not contain `older_head`.
    """
    head, keys, heads, before = BEGINNING, set(), {BEGINNING}, ""
    for number, entry in enumerate(entries):
        fault = _fault_of(entry, number, head, before)
        key = (entry.get("match_id"), entry.get("run_id"), entry.get("role"))
        if fault or key in keys:
            raise Broken(f"entry {number} ({entry.get('match_id')}): {fault or 'sealed twice'}")
        keys.add(key)
        head, before = entry["hash"], entry["issued_at"]
        heads.add(head)
    if older_head and older_head not in heads:
        raise Broken(f"the head {older_head} is not in this chain: it was rewritten since")
    return head


def check_timestamp(name: str, token: bytes, entries: Sequence[Entry]) -> None:
    """Raise Broken where a time-stamp token `<entries>-<head>.tsr` is not about that head of this chain.

    Whether the authority signed it is for openssl to say, with the authority's certificate:
    openssl ts -verify -digest HEAD -in NAME -CAfile AUTHORITY.pem
    """
    length, _, head = name.removesuffix(".tsr").partition("-")
    is_there = length.isdigit() and 0 < int(length) <= len(entries)
    if not is_there or entries[int(length) - 1]["hash"] != head or bytes.fromhex(head) not in token:
        raise Broken(f"the time stamp {name} is not about a head of this chain")


def _fault_of(entry: Entry, number: int, head: str, before: str) -> str:
    try:
        shares, issued_at = entry["probabilities"], _instant(entry["issued_at"])
        closes_at, kick_off_at = _instant(entry["closes_at"]), _instant(entry["kick_off_at"])
        faults = {
            "its hash is not that of its content": entry["hash"] != hash_of(entry),
            "it does not follow the entry before": entry["previous"] != head or entry["number"] != number,
            "it was sealed before the entry before": bool(before) and issued_at < _instant(before),
            "it was sealed too late": issued_at > closes_at or closes_at > kick_off_at,
            "its probabilities are none": len(shares) != len(SIDES)
            or not all(0 < share < 1 for share in shares)
            or abs(sum(shares) - 1) > 1e-6,
        }
    except (KeyError, TypeError, ValueError) as error:
        return f"it is incomplete: {error!r}"
    return next((fault for fault, is_there in faults.items() if is_there), "")


def implied(prices: Sequence[float]) -> list[float]:
    """Return the probabilities in prices by the power method, solved by halving a bracket of the exponent.

    (1/price)**k with the k that makes them sum to 1: Clarke, Kovalchik and Ingram 2017.
    """
    low, high = 0.0, 1.0
    while sum(price**-high for price in prices) > 1:
        low, high = high, 2 * high
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if sum(price**-middle for price in prices) > 1 else (low, middle)
    shares = [price**-high for price in prices]
    return [share / sum(shares) for share in shares]


def scored_entries(
    entries: Iterable[Entry], results: Mapping[str, Result], policy: Mapping[str, Any]
) -> dict[tuple[str, str], Entry]:
    """Return by match and role the entry that counts: the last one sealed before the real kick-off.

    Left out are matches without a result and entries whose kick-off was later moved by more than the
    policy's `void_after_hours`.
    """
    most = timedelta(hours=policy["void_after_hours"])
    chosen: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        result = results.get(entry["match_id"])
        if result is None or result["home_goals"] is None:
            continue
        moved = abs(_instant(result["kick_off_at"]) - _instant(entry["kick_off_at"]))
        if _instant(entry["issued_at"]) < _instant(result["earliest_kick_off_at"]) and moved <= most:
            chosen[entry["match_id"], entry["role"]] = entry
    return chosen


def outcome_of(result: Result) -> int:
    """Return 0 for a home win, 1 for a draw, 2 for an away win."""
    margin = result["home_goals"] - result["away_goals"]
    return 0 if margin > 0 else 1 if margin == 0 else 2


def scores_of(entry: Entry, result: Result, threshold: float) -> dict[str, float]:
    """Return the metrics of one settled entry; those that do not apply are left out."""
    shares, outcome = entry["probabilities"], outcome_of(result)
    hits = [float(side == outcome) for side in range(3)]
    gaps = [share - hit for share, hit in zip(shares, hits, strict=True)]
    found = {
        "accuracy": hits[shares.index(max(shares))],
        "log_loss": -math.log(shares[outcome]),
        "rps": (gaps[0] ** 2 + (gaps[0] + gaps[1]) ** 2) / 2,
        "brier": sum(gap**2 for gap in gaps),
    }
    average = prices_of(entry, AVERAGE)
    if not average:
        return found
    market = implied(average)
    found["market_log_loss"] = -math.log(market[outcome])
    found["log_loss_gap"] = found["log_loss"] - found["market_log_loss"]
    found["roi_picks"] = profit_of(shares.index(max(shares)), outcome, average)
    found["roi_favourites"] = profit_of(market.index(max(market)), outcome, average)
    side = value_side(shares, market, threshold)
    return found if side is None else found | _of_value(side, outcome, entry, result["closing_prices"])


def value_side(shares: Sequence[float], market: Sequence[float], threshold: float) -> int | None:
    """Return the outcome with the largest edge where it is above the threshold."""
    edges = [round(share - chance, 12) for share, chance in zip(shares, market, strict=True)]
    return edges.index(max(edges)) if max(edges) > round(threshold, 12) else None


def _of_value(side: int, outcome: int, entry: Entry, closing: list[float] | None) -> dict[str, float]:
    found = {}
    for source, suffix in ((AVERAGE, ""), (BEST, "_best")):
        if prices := prices_of(entry, source):
            found[f"roi_value{suffix}"] = profit_of(side, outcome, prices)
            if closing:
                found[f"clv_value{suffix}"] = prices[side] * implied(closing)[side] - 1
    return found


def prices_of(entry: Entry, source: str) -> list[float] | None:
    """Return the prices (home, draw, away) that stood beside the entry when it was sealed."""
    return next((quote["prices"] for quote in entry["quotes"] if quote["source"] == source), None)


def profit_of(side: int, outcome: int, prices: Sequence[float]) -> float:
    """Return the profit of one unit on a side."""
    return prices[side] - 1 if side == outcome else -1.0


def headline(
    entries: Iterable[Entry], results: Mapping[str, Result], policy: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return the headline numbers: one row a role and metric with n, value and its 95 % interval.

    The interval is a block bootstrap by match-day (UTC), seeded by the policy, and None for fewer than two
    days. Rows are ordered by role and metric; metrics without a settled entry are left out.
    """
    found: dict[tuple[str, str], dict[str, list[float]]] = {}
    for (match_id, role), entry in scored_entries(entries, results, policy).items():
        result = results[match_id]
        for metric, value in scores_of(entry, result, policy["value_threshold"]).items():
            by_day = found.setdefault((role, metric), {})
            by_day.setdefault(result["kick_off_at"][:10], []).append(value)
    order = sorted(found, key=lambda key: (key[0], METRICS.index(key[1])))
    return [{"role": key[0], "metric": key[1], **_summary(found[key], policy)} for key in order]


def lead_times(
    entries: Sequence[Entry], results: Mapping[str, Result], policy: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return the scores of the last entries sealed at least so many of the policy's hours before kick-off."""
    rows: list[dict[str, Any]] = []
    for hours in policy["lead_hours"]:
        least = timedelta(hours=hours)
        early = [entry for entry in entries if _lead(entry, results[entry["match_id"]]) >= least]
        found = headline(early, results, policy)
        rows += [{"hours": hours, **row} for row in found if row["metric"] in LEAD_METRICS]
    return rows


def _lead(entry: Entry, result: Result) -> timedelta:
    return _instant(result["earliest_kick_off_at"] or entry["closes_at"]) - _instant(entry["issued_at"])


def _summary(by_day: Mapping[str, list[float]], policy: Mapping[str, Any]) -> dict[str, Any]:
    blocks = [(math.fsum(by_day[day]), len(by_day[day])) for day in sorted(by_day)]
    n = sum(count for _, count in blocks)
    low, high = _interval(blocks, policy["seed"], policy["draws"])
    value = _rounded(math.fsum(total for total, _ in blocks) / n)
    return {"n": n, "days": len(blocks), "value": value, "low": low, "high": high}


def _interval(
    blocks: Sequence[tuple[float, int]], seed: int, draws: int
) -> tuple[float | None, float | None]:
    days = len(blocks)
    if days < 2:
        return None, None
    chance = random.Random(seed)
    means = []
    for _ in range(draws):
        drawn = [blocks[int(chance.random() * days)] for _ in range(days)]
        means.append(math.fsum(total for total, _ in drawn) / sum(count for _, count in drawn))
    means.sort()
    return _rounded(means[math.ceil(0.025 * draws) - 1]), _rounded(means[math.ceil(0.975 * draws) - 1])


def live_monitor(
    entries: Iterable[Entry], results: Mapping[str, Result], policy: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return the evidence against "the published chances are right", a row a recipe and match-day (UTC).

    An e-value is a fair bet against that claim: it multiplies, match by match in the order of kick-off, the
    chance another forecast gave to what happened by the chance we had sealed, and takes the mean over the
    alternatives declared in the policy. While the claim holds it exceeds 100 ever with a chance of at most
    1/100, however often one looks: Ville 1939; Ramdas, Gruenwald, Vovk and Shafer 2023, "Game-theoretic
    statistics and safe anytime-valid inference". Evidence is counted for each recipe on its own.
    """
    rules = policy["monitor"]
    found: dict[str, list[tuple[str, str, list[float]]]] = {}
    for (match_id, role), entry in scored_entries(entries, results, policy).items():
        if role == rules["role"]:
            gains = log_ratios(entry, outcome_of(results[match_id]), rules["alternatives"])
            kick_off = results[match_id]["kick_off_at"], match_id
            found.setdefault(entry.get("recipe", ""), []).append((*kick_off, gains))
    rows = [row for recipe in sorted(found) for row in _evidence(recipe, sorted(found[recipe]), rules)]
    return sorted(rows, key=lambda row: (row["day"], row["recipe"]))


def log_ratios(entry: Entry, outcome: int, alternatives: Sequence[Mapping[str, Any]]) -> list[float]:
    """Return for every alternative the log of its chance of the outcome over ours.

    An alternative's chances are proportional to ours to the power `own` times the market's to the power
    `market`. One that needs a market average where none was sealed bets nothing.
    """
    shares, average = entry["probabilities"], prices_of(entry, AVERAGE)
    market = implied(average) if average else None
    found = []
    for each in alternatives:
        if each["market"] and market is None:
            found.append(0.0)
            continue
        other = [
            share ** each["own"] * chance ** each["market"]
            for share, chance in zip(shares, market or shares, strict=True)
        ]
        found.append(math.log(other[outcome] / math.fsum(other) / shares[outcome]))
    return found


def log_mean(logs: Sequence[float], weights: Sequence[float]) -> float:
    """Return the log of the weighted mean of numbers given by their logs."""
    most = max(logs)
    total = math.fsum(weight * math.exp(log - most) for log, weight in zip(logs, weights, strict=True))
    return most + math.log(total / math.fsum(weights))


def _evidence(
    recipe: str, found: Sequence[tuple[str, str, list[float]]], rules: Mapping[str, Any]
) -> list[dict[str, Any]]:
    alternatives, rows = rules["alternatives"], []
    logs, highest = [0.0] * len(alternatives), 0.0
    for number, (kick_off_at, _, gains) in enumerate(found, start=1):
        logs = [log + gain for log, gain in zip(logs, gains, strict=True)]
        day = kick_off_at[:10]
        if number < len(found) and found[number][0][:10] == day:
            continue
        log_e = {name: _of_kind(logs, alternatives, name) for name in ("", "market", "own")}
        highest = max(highest, log_e[""])
        rows.append(
            {
                "recipe": recipe,
                "day": day,
                "n": number,
                "log_e_value": _rounded(log_e[""]),
                "log_e_market": _rounded(log_e["market"]),
                "log_e_own": _rounded(log_e["own"]),
                "highest_log_e_value": _rounded(highest),
                "is_alarm": highest >= math.log(rules["alarm_e_value"]),
            }
        )
    return rows


def _of_kind(logs: Sequence[float], alternatives: Sequence[Mapping[str, Any]], kind: str) -> float:
    places = [place for place, each in enumerate(alternatives) if kind in ("", each["kind"])]
    return log_mean([logs[place] for place in places], [alternatives[place]["weight"] for place in places])


def _rounded(value: float) -> float:
    return round(value, _DIGITS) + 0.0


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if instant.tzinfo is None:
        raise ValueError(f"{text} names no time zone")
    return instant


def _read(base: str, path: str) -> bytes:
    if "://" in base:
        with urllib.request.urlopen(base.rstrip("/") + "/" + path, timeout=60) as answer:
            return bytes(answer.read())
    return (Path(base) / path).read_bytes()


def _rows(body: bytes) -> list[dict[str, Any]]:
    table = json.loads(body)
    return [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]


def verify(ledger: str, data: str, older_head: str = "") -> str:
    """Verify what two folders or addresses publish and return what was found in one sentence.

    Raises Broken where something does not hold, OSError, ValueError or KeyError where it cannot be read.
    """
    run = json.loads(_read(data, "run.json"))["ledger"]
    index = json.loads(_read(ledger, "index.json"))
    names = [file["name"] for file in index["files"]]
    entries = [entry for name in names for entry in entries_of(_read(ledger, name), name)]
    head, shown = check_chain(entries, older_head), entries[: run["length"]]
    for name in index.get("timestamps", ()):
        check_timestamp(name, _read(ledger, name), entries)
    if len(shown) < run["length"] or check_chain(shown) != run["head"]:
        raise Broken(f"the release shows the head {run['head']}, which this ledger does not have")
    results = {row["match_id"]: result_of(row) for row in _rows(_read(data, "ledger_results.json"))}
    computed = headline(shown, results, run["policy"])
    _compare(computed, _rows(_read(data, "track_record.json")), ("role", "metric"))
    leads = lead_times(shown, results, run["policy"])
    _compare(leads, _rows(_read(data, "lead_times.json")), ("hours", "role", "metric"))
    if "monitor" in run["policy"]:  # releases made by earlier versions have none
        evidence = live_monitor(shown, results, run["policy"])
        _compare(evidence, _rows(_read(data, "live_monitor.json")), ("recipe", "day"))
    numbers = len(computed) + len(leads)
    return f"{len(entries)} entries hold together, {numbers} numbers follow from them; head {head}"


def _compare(
    computed: Sequence[Mapping[str, Any]], published: Sequence[Mapping[str, Any]], key: tuple[str, ...]
) -> None:
    left = {tuple(row[name] for name in key): row for row in published}
    for row in computed:
        named = tuple(row[name] for name in key)
        found = left.pop(named, {})
        if not all(_is_equal(found.get(name), row[name]) for name in row if name not in key):
            raise Broken(f"{' '.join(map(str, named))}: published {dict(found)}, computed {dict(row)}")
    if left:
        raise Broken(f"published without settled entries: {sorted(left)}")


def _is_equal(one: float | None, other: float | None) -> bool:
    return one == other if one is None or other is None else abs(one - other) <= _TOLERANCE


def result_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a published row of `ledger_results` in the form the functions here take."""
    closing = [row[f"close_{side}"] for side in SIDES]
    return {**row, "closing_prices": None if None in closing else closing}


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify and print one line; return 0, 1 where something does not hold, 2 where nothing can be read."""
    parser = argparse.ArgumentParser(prog="verify_ledger", description="Verify a Touchline ledger.")
    parser.add_argument("site", help="address of the site, or a folder that holds one release")
    parser.add_argument("--ledger", default="", help="address or folder of the ledger, if elsewhere")
    parser.add_argument(
        "--head", default="", help="a head noted earlier, to prove that nothing before it changed"
    )
    asked = parser.parse_args(arguments)
    data = asked.site.rstrip("/") + "/data"
    try:
        named = json.loads(_read(data, "run.json"))["ledger"]["folder"]
        said = verify(asked.ledger or f"{asked.site.rstrip('/')}/{named}", data, asked.head)
    except Broken as fault:
        sys.stderr.write(f"NOT AS PUBLISHED: {fault}\n")
        return 1
    except (OSError, ValueError, KeyError, TypeError) as error:
        sys.stderr.write(f"cannot be read: {error!r}\n")
        return 2
    sys.stdout.write(said + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
