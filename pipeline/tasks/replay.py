"""`Replay`: past nights in order, each a `Publish` of its instant, so that a ledger grows as it would have.

    luigi --module pipeline Replay --from 2026-02-02 --to 2026-05-22 \\
        --pipeline-source football_data --pipeline-base-url 'https://mirror.example/@{as_of}/' \\
        --pipeline-data-root replayed

A feed that lists its matches on certain days needs only those nights: `--weekdays tue,fri`.
Every night runs in a process of its own and must end before the next begins; nights that were published are
passed over, so a replay that was cut short goes on where it stopped. A feed whose address does not hold
`{as_of}` tells only today's files: such nights are reconstructions and seal nothing.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import luigi

from pipeline.archive import clock
from pipeline.archive.atomic import write_json
from pipeline.domain.errors import ReplayStopped, SettingError
from pipeline.tasks.settings import load_settings, pipeline
from pipeline.tasks.stage import logger

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Replay(luigi.Task):
    """Publish every night from one date to another, in order."""

    to = luigi.DateParameter(description="last night to replay, as in 2026-05-22")
    hour = luigi.Parameter(default="19:04", description="instant of each night, UTC")
    every = luigi.IntParameter(default=1, description="days from one night to the next")
    weekdays = luigi.Parameter(
        default="", description="only nights of these days, as in tue,fri; all where it is left out"
    )
    locals()["from"] = luigi.DateParameter(description="first night to replay, as in 2026-02-02")

    def nights(self) -> list[datetime]:
        """Return the instants to replay. Raises SettingError where there is none among the dates."""
        first: date = vars(self)["from"]
        hour = time.fromisoformat(self.hour)
        if first > self.to or self.every < 1:
            raise SettingError("from", first, f"no night until {self.to}, one every {self.every} days")
        dates = [first + timedelta(days=day) for day in range(0, (self.to - first).days + 1, self.every)]
        wanted = self._weekdays()
        nights = [datetime.combine(day, hour, tzinfo=UTC) for day in dates if day.weekday() in wanted]
        if not nights:
            raise SettingError("weekdays", self.weekdays, f"no such night from {first} to {self.to}")
        return nights

    def _weekdays(self) -> set[int]:
        """Return the days of the week to replay, Monday as 0. Raises SettingError for another word."""
        named = [name for name in self.weekdays.lower().replace(",", " ").split() if name]
        if not set(named) <= set(_WEEKDAYS):
            raise SettingError("weekdays", self.weekdays, f"days are named {', '.join(_WEEKDAYS)}")
        return {_WEEKDAYS.index(name) for name in named or _WEEKDAYS}

    def output(self) -> luigi.LocalTarget:
        """Return the record that closes the replay."""
        first, last = self.nights()[0], self.nights()[-1]
        days = "".join(f"-{_WEEKDAYS[day]}" for day in sorted(self._weekdays())) if self.weekdays else ""
        name = f"{first:%Y%m%dT%H%MZ}-{last:%Y%m%dT%H%MZ}-{self.every}{days}"
        return luigi.LocalTarget(str(load_settings().data(is_replay=True).replay(name)))

    def run(self) -> None:
        """Publish night after night. Raises ReplayStopped at the first that fails."""
        nights = self.nights()
        if nights[-1] > clock.now():
            raise SettingError("to", self.to, "a night to come cannot be replayed")
        options = setting_options()
        for number, night in enumerate(nights, start=1):
            logger.info("night %d of %d: %s", number, len(nights), f"{night:%Y-%m-%d %H:%M} UTC")
            command = [sys.executable, "-m", "luigi", "--module", "pipeline", "Publish"]
            done = subprocess.run([*command, "--as-of", f"{night:%Y-%m-%dT%H:%M}", *options], check=False)
            if done.returncode:
                raise ReplayStopped(night, done.returncode)
        write_json(Path(self.output().path), {"nights": [night.isoformat() for night in nights]})


def setting_options() -> list[str]:
    """Return the settings of this process as options of another."""
    section = pipeline()
    return [
        part
        for name, parameter in pipeline.get_params()
        for part in (f"--pipeline-{name.replace('_', '-')}", parameter.serialize(getattr(section, name)))
    ]
