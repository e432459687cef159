"""The Models page as text: who speaks in each role since when, the policy, and what the gate can see.

Everything comes from the published tables of decisions; nothing is decided or computed again here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from pipeline.publishing import formats
from pipeline.publishing.view_models.cards import ModelCard, model_cards_of
from pipeline.publishing.view_models.model_decisions import (
    ROLES,
    challengers,
    decisions_of,
    promotions,
    training_nights,
    tried_words,
)
from pipeline.publishing.views import PublishedTables, RunFacts, records_of

_PARTS = {
    "retraining": "When a night fits anew",
    "search": "When new recipes are looked for",
    "gate": "What a new recipe must show",
    "gate.guards": "What blocks a promotion",
    "gate.profiles": "Profiles of tuning that are accepted, by source",
    "first_champion": "The first champion of a role",
    "refit": "What a refit may change",
}


@dataclass(frozen=True)
class Speaker:
    """Who speaks in a role after the last night. `title` is empty where nobody does."""

    role: str
    name: str
    words: str
    title: str
    since: str
    since_iso: str
    lines: tuple[tuple[str, str], ...]
    card: ModelCard | None


@dataclass(frozen=True)
class ChampionChange:
    """When the champion of a role became another recipe: a mark for a time axis."""

    at: datetime
    day: str
    role: str
    title: str


def champion_changes(
    tables: PublishedTables, run: RunFacts, role: str = "anchored"
) -> tuple[ChampionChange, ...]:
    """Return the changes of a role's champion, oldest first; the first champion is no change."""
    return tuple(
        ChampionChange(
            row["as_of"].to_pydatetime(),
            formats.long_day(row["as_of"].date()),
            role,
            run.family_title(row["champion_family"]),
        )
        for row in decisions_of(tables)
        if row["role"] == role and row["is_change"]
    )


def page_of(tables: PublishedTables, run: RunFacts) -> dict[str, Any]:
    """Return the data of the Models page."""
    heads, power = power_table(tables)
    return {
        "speakers": speakers(tables, run),
        "promotions": promotions(tables, run),
        "tried": tried_words(tables),
        "challengers": challengers(tables, run),
        "nights": training_nights(tables),
        "policy": policy_parts(tables),
        "power_heads": heads,
        "power": power,
    }


def speakers(tables: PublishedTables, run: RunFacts) -> tuple[Speaker, ...]:
    """Return the three roles in the order in which they are asked; none before the first night."""
    rows = decisions_of(tables)
    cards = {card.name: card for card in model_cards_of(tables, run)}
    return tuple(_speaker(role, rows, run, cards) for role in ROLES) if rows else ()


def _speaker(role: str, rows: list[dict[str, Any]], run: RunFacts, cards: Mapping[str, ModelCard]) -> Speaker:
    name, words = ROLES[role]
    own = [row for row in rows if row["role"] == role and not formats.is_missing(row["champion_family"])]
    if not own:
        return Speaker(role, name, words, "", "", "", (), None)
    last = own[-1]
    begun = _begun(own)
    return Speaker(
        role=role,
        name=name,
        words=words,
        title=run.family_title(last["champion_family"]),
        since=formats.instant_text(begun["as_of"]),
        since_iso=formats.iso(begun["as_of"]),
        lines=tuple(_speaker_lines(last, own)),
        card=cards.get(str(last["champion_family"])),
    )


def _begun(own: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the night on which the present recipe began to speak."""
    begun = own[-1]
    for row in reversed(own[:-1]):
        if row["champion_recipe"] != begun["champion_recipe"]:
            break
        begun = row
    return begun


def _speaker_lines(last: Mapping[str, Any], own: list[dict[str, Any]]) -> list[tuple[str, str]]:
    lines = [("Fitted on data until", formats.instant_text(last["champion_trained_until"]))]
    scored = [row for row in own if not formats.is_missing(row["log_loss"])]
    if scored:
        figures = scored[-1]
        lines.append(
            ("Log loss in the gate's backtest", _with_interval(figures, "log_loss", formats.decimal))
        )
        if not formats.is_missing(figures["gap"]):
            lines.append(("Gap to the early market", _with_interval(figures, "gap", formats.signed)))
    lines.append(("Tuned with the profile", last["champion_profile"] or formats.MISSING))
    lines.append(("Parameters", _params(last["champion_params"])))
    lines.append(("Recipe", last["champion_recipe"]))
    return lines


def _with_interval(row: Mapping[str, Any], name: str, told: Any) -> str:
    bounds = formats.interval(told(row[f"{name}_low"], 4), told(row[f"{name}_high"], 4))
    return f"{told(row[name], 4)} ({bounds})"


def _params(text: Any) -> str:
    params = json.loads(text) if isinstance(text, str) else {}
    return ", ".join(f"{name} {value}" for name, value in params.items()) or "those of the family"


def policy_parts(tables: PublishedTables) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return the rules of the policy by part, in the order of the file."""
    grouped = groupby(records_of(tables.gate_policy), key=lambda row: row["part"])
    return [(_PARTS.get(part, part), list(rows)) for part, rows in grouped]


def power_table(tables: PublishedTables) -> tuple[list[str], list[tuple[str, str, list[str]]]]:
    """Return what the gate sees: column heads, then for each kind of pair its spread and differences."""
    rows = records_of(tables.gate_power)
    heads = list(dict.fromkeys(_power_head(row) for row in rows))
    lines = [
        (str(pair), [row for row in rows if row["pair"] == pair])
        for pair in dict.fromkeys(tables.gate_power["pair"])
    ]
    return heads, [
        (pair, formats.decimal(own[0]["spread"], 2), [formats.decimal(row["difference"], 4) for row in own])
        for pair, own in lines
    ]


def _power_head(row: Mapping[str, Any]) -> str:
    many = row["challengers_count"]
    rivals = "1 challenger" if many == 1 else f"{many} challengers"
    return f"{formats.count(row['matches_count'])} matches, {rivals}"
