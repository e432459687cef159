"""The gate's findings in plain English, with their numbers. Decides nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.selection.contenders import Contender, Night

_STANDINGS = {
    "blocked": "{} was blocked: ",
    "not better": "{} did not pass: ",
    "passed": "{} passed too, and another was preferred: ",
}


def challenger_reasons(
    row: Mapping[str, Any], challenger: Contender, champion: Contender | None, night: Night
) -> list[str]:
    """Return how a challenger compares, where it does, and every guard that stands against it."""
    said = [_comparison(row, challenger, champion, night)] if row["n"] else []
    return said + [f"{each['guard']}: {each['reason']}" for each in row["guards"] if not each["passed"]]


def decision_reasons(
    role: str,
    rows: Sequence[Mapping[str, Any]],
    chosen: Mapping[str, Any] | None,
    champion: Contender | None,
    night: Night,
) -> list[str]:
    """Return the reasons of a decision: who speaks from now on, and what each challenger showed."""
    if not rows:
        return [f"there is no challenger for the {role} role"]
    first = f"{champion.name if champion else 'nobody'} stays the champion of the {role} role"
    if chosen is not None:
        first = f"{chosen['name']} is the {'new' if champion else 'first'} champion of the {role} role"
    reasons = [first, *(chosen["reasons"] if chosen is not None else [])]
    others = [
        _STANDINGS[row["verdict"]].format(row["name"]) + "; ".join(row["reasons"])
        for row in rows
        if row is not chosen
    ]
    return reasons + others + _conditions(len(rows), night)


def _comparison(
    row: Mapping[str, Any], challenger: Contender, champion: Contender | None, night: Night
) -> str:
    if champion is None:
        return _interval(row, "log_loss", "", night)
    if challenger.recipe_id == champion.recipe_id:
        return "the champion's own recipe: a refit, not a challenger"
    size = f"{challenger.complexity:,} fitted numbers against {champion.complexity:,}"
    margin = night.policy.margin
    words = {
        "better": f"better than {champion.name}",
        "simpler": f"simpler than {champion.name} ({size}) and surely not worse by more than {margin:g}",
        None: f"neither surely better than {champion.name} nor simpler and surely not worse ({size})",
    }
    return f"{words[row['claim']]}: {_interval(row, 'difference', 'difference_', night)}"


def _interval(row: Mapping[str, Any], name: str, prefix: str, night: Night) -> str:
    mean, low, high = (row[each] for each in (name, f"{prefix}low", f"{prefix}high"))
    label = name.replace("_", " ")
    if mean is None:
        return f"{label} is not finite over {row['n']:,} matches"
    sign, digits = ("+", 5) if name == "difference" else ("", 4)
    bounds = "no interval"
    if low is not None and high is not None:
        bounds = f"{100 * night.level:.4g} % interval {low:{sign}.{digits}f} to {high:{sign}.{digits}f}"
    return f"{label} {mean:{sign}.{digits}f} nats a match ({bounds}, {row['n']:,} matches)"


def _conditions(challengers_count: int, night: Night) -> list[str]:
    """Say what the comparison rested on: how many matches, and the correction for several challengers."""
    count, rules, said = len(night.outcomes), night.policy, []
    if count < rules.least_matches_count:
        said.append(
            f"compared on all {count:,} matches of the walk-forward, fewer than the "
            f"{rules.least_matches_count:,} asked for where the archive has them"
        )
    if challengers_count > 1:
        said.append(
            f"{challengers_count} challengers share the night's level of {100 * rules.level:.4g} %: each "
            f"interval is of {100 * night.level:.4g} %"
        )
    return said
