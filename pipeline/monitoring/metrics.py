"""The last run as Prometheus text: success, rows, divisions and their ages, champion, release, durations.

Everything comes from the run's summary (see `status.py`), so the same run gives the same text; a figure that
is missing gives no sample, never a zero. Alerts belong to the rules beside the deployment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pipeline.monitoring.freshness import division_ages, file_ages, instant
from pipeline.monitoring.status import Summary

STATES = ("accepted", "no_data", "stale", "withheld")

Sample = tuple[Mapping[str, str], float]


def render_metrics(summary: Summary) -> str:
    """Return the metrics in the Prometheus text format, families in a fixed order, samples by label.

    summary: as for `status_lines`, and succeeded_at, durations (task: seconds), fixtures_forecast_count.
    """
    from prometheus_client import CollectorRegistry, Gauge, generate_latest

    registry = CollectorRegistry()
    for name, text, samples in _families(summary):
        found = sorted(samples, key=lambda sample: sorted(sample[0].items()))
        labels = sorted({label for each, _ in found for label in each})
        gauge = Gauge(f"touchline_{name}", text, labels, registry=registry)
        for values, number in found:
            (gauge.labels(**values) if values else gauge).set(number)
        if not found:
            registry.unregister(gauge)
    return generate_latest(registry).decode("utf-8")


def _families(summary: Summary) -> list[tuple[str, str, list[Sample]]]:
    return [
        (
            "last_success_timestamp_seconds",
            "When a run last published.",
            _instant(summary.get("succeeded_at")),
        ),
        (
            "cut_off_timestamp_seconds",
            "Information cut-off of that run.",
            _instant(summary.get("cut_off_at")),
        ),
        ("rows", "Rows accepted, and quarantine entries, by table.", _rows(summary)),
        ("fixtures_forecast", "Fixtures with a forecast.", _number(summary.get("fixtures_forecast_count"))),
        ("divisions", "Divisions by state.", _states(summary)),
        ("division_withheld", "1 for a division without forecasts.", _withheld(summary)),
        ("division_data_age_days", "Age of the newest result at the cut-off.", _division_ages(summary)),
        ("files_in_trouble", "Files of the feed not had as asked for.", _troubled_count(summary)),
        ("oldest_file_age_days", "Age at the cut-off of the oldest file in use.", _oldest_file(summary)),
        ("champion_info", "The model whose forecasts are published.", _champion(summary)),
        ("release_info", "The release made by the run.", _release(summary)),
        ("task_duration_seconds", "How long each task took.", _durations(summary)),
    ]


def _number(value: Any) -> list[Sample]:
    return [] if value is None else [({}, float(value))]


def _instant(text: Any) -> list[Sample]:
    at = instant(text)
    return [] if at is None else [({}, at.timestamp())]


def _rows(summary: Summary) -> list[Sample]:
    counts = summary.get("counts") or {}
    return [({"table": name.removesuffix("_count")}, float(count)) for name, count in counts.items()]


def _states(summary: Summary) -> list[Sample]:
    divisions = summary.get("divisions") or {}
    states = [entry["state"] for entry in divisions.values()]
    return [({"state": state}, float(states.count(state))) for state in STATES] if divisions else []


def _withheld(summary: Summary) -> list[Sample]:
    divisions, withheld = summary.get("divisions") or {}, summary.get("withheld") or {}
    return [({"division": code}, float(code in withheld)) for code in divisions]


def _division_ages(summary: Summary) -> list[Sample]:
    at = instant(summary.get("cut_off_at"))
    ages = division_ages(summary.get("divisions") or {}, at=at) if at else ()
    return _known((age.subject, age.age_days) for age in ages)


def _known(ages: Iterable[tuple[str, float | None]]) -> list[Sample]:
    return [({"division": subject}, round(days, 4)) for subject, days in ages if days is not None]


def _oldest_file(summary: Summary) -> list[Sample]:
    at = instant(summary.get("cut_off_at"))
    ages = [age.age_days for age in file_ages(summary.get("files") or (), at=at)] if at else []
    known = [days for days in ages if days is not None]
    return [({}, round(max(known), 4))] if known else []


def _troubled_count(summary: Summary) -> list[Sample]:
    files = summary.get("files")
    return [] if files is None else [({}, float(sum(bool(entry.get("reason")) for entry in files)))]


def _champion(summary: Summary) -> list[Sample]:
    family, until = summary.get("champion_family"), summary.get("champion_trained_until")
    return [({"family": str(family), "trained_until": str(until or "")}, 1.0)] if family else []


def _release(summary: Summary) -> list[Sample]:
    release_id = summary.get("release_id")
    return [({"release_id": str(release_id)}, 1.0)] if release_id else []


def _durations(summary: Summary) -> list[Sample]:
    durations: Mapping[str, float] = summary.get("durations") or {}
    return [({"task": task}, float(seconds)) for task, seconds in durations.items()]
