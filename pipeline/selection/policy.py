"""The declared policy of `policy.toml` as values, each within its bounds, and as rows for the reader.

Decides nothing: the gate, the refit and the retraining triggers read their part.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from pipeline.domain.errors import SettingError

_FILE = "policy.toml"
_SECTION = re.compile(r"\[(?P<name>[a-z_.]+)\]\s*(?:#\s*(?P<meaning>.*))?")
_RULE = re.compile(r"(?P<key>[a-z_]+)\s*=\s*(?P<value>.*?)\s*#\s*(?P<meaning>.*)")


@dataclass(frozen=True)
class Within:
    """The bounds of a number, both included."""

    low: float
    high: float


class _Checked:
    """A part of the policy whose numbers lie within their bounds; raises SettingError naming the key."""

    def __post_init__(self) -> None:
        for key, hint in get_type_hints(type(self), include_extras=True).items():
            if get_origin(hint) is Annotated:
                _check_number(key, getattr(self, key), *get_args(hint))


def _check_number(key: str, value: Any, kind: type, bounds: Within) -> None:
    wanted = int if kind is int else (int, float)
    if isinstance(value, bool) or not isinstance(value, wanted):
        raise SettingError(key, value, "must be a whole number" if kind is int else "must be a number")
    if not bounds.low <= value <= bounds.high:
        raise SettingError(key, value, f"must lie between {bounds.low:g} and {bounds.high:g}")


@dataclass(frozen=True)
class RetrainingPolicy(_Checked):
    """How old a champion may be and how many results it may not have seen."""

    oldest_champion_days: Annotated[int, Within(0, 3660)]
    new_matches_count: Annotated[int, Within(0, 10_000_000)]


@dataclass(frozen=True)
class SearchPolicy(_Checked):
    """How often new recipes are looked for."""

    days_between: Annotated[int, Within(1, 3660)]


@dataclass(frozen=True)
class GuardPolicy(_Checked):
    """What no new champion may break; the meaning of each number stands in the file."""

    highest_log_loss: Annotated[float, Within(0.0, 10.0)]
    least_answered_share: Annotated[float, Within(0.0, 1.0)]
    calibration_tolerance: Annotated[float, Within(0.0, 1.0)]
    calibration_noise_share: Annotated[float, Within(0.0, 1.0)]
    division_least_matches_count: Annotated[int, Within(2, 10_000_000)]
    division_tolerance: Annotated[float, Within(0.0, 10.0)]


@dataclass(frozen=True)
class FirstChampionPolicy(_Checked):
    """How the first champion of a role is chosen."""

    least_answered_share: Annotated[float, Within(0.0, 1.0)]


@dataclass(frozen=True)
class GatePolicy(_Checked):
    """What a new recipe must show. profiles: the accepted profiles of tuning by source."""

    least_matches_count: Annotated[int, Within(0, 10_000_000)]
    level: Annotated[float, Within(0.5, 0.9999)]
    draws: Annotated[int, Within(100, 1_000_000)]
    margin: Annotated[float, Within(0.0, 1.0)]
    simpler_share: Annotated[float, Within(0.0, 1.0)]
    guards: GuardPolicy
    first_champion: FirstChampionPolicy
    profiles: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class RefitPolicy(_Checked):
    """What a refit may change of tonight's forecasts."""

    highest_mean_shift: Annotated[float, Within(0.0, 1.0)]
    highest_shift: Annotated[float, Within(0.0, 1.0)]
    highest_loss_of_matches: Annotated[float, Within(0.0, 1.0)]


@dataclass(frozen=True)
class Policy:
    """The whole policy."""

    retraining: RetrainingPolicy
    search: SearchPolicy
    gate: GatePolicy
    refit: RefitPolicy


@cache
def declared_policy() -> Policy:
    """Return the policy of `policy.toml`; raises SettingError naming the key that is wrong."""
    return policy_of(_text())


def policy_of(text: str) -> Policy:
    """Return the policy written in TOML; raises SettingError naming the key that is wrong."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingError(_FILE, text[:40], str(error)) from error
    first = _part(FirstChampionPolicy, document, "first_champion")
    gate = dict(_section(document, "gate"))
    gate |= {"guards": _part(GuardPolicy, document, "gate.guards"), "first_champion": first}
    gate["profiles"] = _profiles(_section(document, "gate.profiles"))
    return Policy(
        _part(RetrainingPolicy, document, "retraining"),
        _part(SearchPolicy, document, "search"),
        _built(GatePolicy, gate, "gate"),
        _part(RefitPolicy, document, "refit"),
    )


def declared_rules() -> Iterator[dict[str, str]]:
    """Yield the lines of `policy.toml`: `part`, `rule`, `value` and `meaning`, in their order."""
    part = ""
    for line in _text().splitlines():
        if head := _SECTION.fullmatch(line):
            part = head["name"]
        elif found := _RULE.fullmatch(line):
            yield {"part": part, "rule": found["key"], "value": found["value"], "meaning": found["meaning"]}


def _text() -> str:
    return files("pipeline.selection").joinpath(_FILE).read_text(encoding="utf-8")


def _section(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section: Mapping[str, Any] = document
    for part in name.split("."):
        found = section.get(part)
        if not isinstance(found, Mapping):
            raise SettingError(f"{_FILE} {name}", found, "the section is missing")
        section = found
    return section


def _part(kind: type[Any], document: Mapping[str, Any], name: str) -> Any:
    return _built(kind, _section(document, name), name)


def _built(kind: type[Any], values: Mapping[str, Any], name: str) -> Any:
    wanted = {each.name for each in fields(kind)}
    for key in sorted(wanted - set(values)):
        raise SettingError(f"{_FILE} {name}.{key}", None, "is missing")
    for key in sorted(set(values) - wanted):
        raise SettingError(f"{_FILE} {name}.{key}", values[key], "is not a rule we know")
    try:
        return kind(**values)
    except SettingError as error:
        raise SettingError(f"{_FILE} {name}.{error.setting}", error.value, error.reason) from error


def _profiles(section: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    for source, names in section.items():
        if not isinstance(names, list) or not names or not all(isinstance(each, str) for each in names):
            raise SettingError(f"{_FILE} gate.profiles.{source}", names, "must be a list of profile names")
    return {source: tuple(names) for source, names in section.items()}
