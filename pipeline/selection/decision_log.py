"""The decisions of all nights as published tables: who speaks, every challenger ever tried, what triggered.

One document a night goes in, as the run writes it beside the registry; nothing here decides or reads a disk.
Without any document the tables are empty and still keep their columns.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from pipeline.evaluation.comparison import published_table
from pipeline.selection.policy import declared_policy, declared_rules
from pipeline.selection.power import power_rows
from pipeline.selection.roles import ROLES

TABLES = ("decisions", "challengers", "retraining_nights", "gate_policy", "gate_power")

_FIGURES = ("log_loss", "low", "high", "gap", "gap_low", "gap_high")
_CHALLENGER_NUMBERS = (
    *_FIGURES,
    *("difference", "difference_low", "difference_high", "ece", "champion_ece", "worst_division_difference"),
)
_PUBLIC = {"low": "log_loss_low", "high": "log_loss_high"}


def decision_tables(documents: Sequence[Mapping[str, Any]]) -> dict[str, pd.DataFrame]:
    """Return the published tables of TABLES by name; documents: one a night, in any order.

    Nights stand in order of their instant. `challengers` counts within each role: `number` 1 is the first
    ever tried. Raises ContractError where a table breaks its columns, KeyError where a document lacks a part.
    """
    nights = sorted(documents, key=lambda night: (night["as_of"], night["run_id"]))
    rows = {
        "decisions": list(_decision_rows(nights)),
        "challengers": list(_challenger_rows(nights)),
        "retraining_nights": [_retraining_row(night) for night in nights],
        "gate_policy": list(declared_rules()),
        "gate_power": list(power_rows(declared_policy().gate)),
    }
    return {name: published_table(name, rows[name]) for name in TABLES}


def _gate_of(night: Mapping[str, Any], role: str) -> Mapping[str, Any] | None:
    part = night["roles"].get(role)
    return part["decision"] if part else None


def _place(night: Mapping[str, Any], role: str) -> dict[str, Any]:
    return {"run_id": night["run_id"], "as_of": pd.Timestamp(night["as_of"]), "role": role}


def _decision_rows(nights: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    before: dict[str, str] = {}
    for night in nights:
        for role in ROLES:
            part = night["roles"].get(role)
            if part is None:
                continue
            row = _decision_row(night, role, part)
            recipe, known = row["champion_recipe"], before.get(role)
            yield row | {"is_change": recipe is not None and known is not None and recipe != known}
            before |= {role: recipe} if recipe is not None else {}


def _decision_row(night: Mapping[str, Any], role: str, part: Mapping[str, Any]) -> dict[str, Any]:
    gate, refit, champion = part["decision"] or {}, part["refit"] or {}, part["champion"] or {}
    figures = _figures_of(gate)
    until = champion.get("trained_until")
    return {
        **_place(night, role),
        "verdict": gate.get("verdict"),
        "promoted": gate.get("promoted"),
        "refit": None if not refit else "passed" if refit["passed"] else "refused",
        "champion_family": champion.get("family"),
        "champion_recipe": champion.get("recipe"),
        "champion_params": _as_json(champion["params"]) if champion else None,
        "champion_profile": champion.get("profile"),
        "champion_trained_until": pd.Timestamp(until) if until else None,
        "matches_count": gate.get("matches_count"),
        "tried_count": gate.get("tried_count"),
        **{_PUBLIC.get(name, name): figures.get(name) for name in _FIGURES},
        "reasons": " | ".join([*gate.get("reasons", ()), *refit.get("reasons", ())]) or None,
    }


def _figures_of(gate: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the figures of who speaks after the gate: the promoted challenger or the champion that stays."""
    promoted = [row for row in gate.get("contenders", ()) if row["name"] == gate["promoted"]]
    return promoted[0] if promoted else gate.get("champion_figures") or {}


def _challenger_rows(nights: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    tried = dict.fromkeys(ROLES, 0)
    for night in nights:
        for role in ROLES:
            for row in (_gate_of(night, role) or {}).get("contenders", ()):
                tried[role] += 1
                yield _challenger_row(row, _place(night, role) | {"number": tried[role]})


def _challenger_row(row: Mapping[str, Any], place: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **place,
        **{name: row[name] for name in ("name", "family", "recipe", "profile", "n", "complexity", "verdict")},
        "params": _as_json(row["params"]),
        **{_PUBLIC.get(name, name): row[name] for name in _CHALLENGER_NUMBERS},
        "worst_division": row["worst_division"],
        "guards_failed": "; ".join(each["guard"] for each in row["guards"] if not each["passed"]) or None,
        "reasons": " | ".join(row["reasons"]),
    }


def _retraining_row(night: Mapping[str, Any]) -> dict[str, Any]:
    decision = night["retraining"]
    ages = [role["age_days"] for role in decision["roles"].values()]
    unseen = [role["unseen_count"] for role in decision["roles"].values()]
    return {
        "run_id": night["run_id"],
        "as_of": pd.Timestamp(night["as_of"]),
        **{name: decision[name] for name in ("is_due", "is_search_due", "is_forced")},
        "alarms_count": len(decision["alarms"]),
        "oldest_age_days": max(ages, default=None),
        "unseen_count": max(unseen, default=None),
        "days_since_search": decision["numbers"]["days_since_search"],
        "matches_count": decision["numbers"]["matches_count"],
        **{f"{name}_limit": limit for name, limit in decision["policy"].items()},
        "reasons": " | ".join(decision["reasons"]),
    }


def _as_json(params: Mapping[str, Any]) -> str:
    return json.dumps(dict(params), sort_keys=True)
