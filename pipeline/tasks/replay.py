"""`Replay`: past nights in order, each a `Publish` of its instant, so that a ledger grows as it would have.

    luigi --module pipeline Replay --from 2026-02-02 --to 2026-05-22 \\
        --pipeline-source football_data --pipeline-base-url 'https://mirror.example/@{as_of}/' \\
        --pipeline-data-root replayed

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


class Replay(luigi.Task):
    """Publish every night from one date to another, in order."""

    to = luigi.DateParameter(description="last night to replay, as in 2026-05-22")
    hour = luigi.Parameter(default="19:04", description="instant of each night, UTC")
    every = luigi.IntParameter(default=1, description="days from one night to the next")
    locals()["from"] = luigi.DateParameter(description="first night to replay, as in 2026-02-02")

    def nights(self) -> list[datetime]:
        """Return the instants to replay. Raises SettingError where the dates do not follow each other."""
        first: date = vars(self)["from"]
        hour = time.fromisoformat(self.hour)
        if first > self.to or self.every < 1:
            raise SettingError("from", first, f"no night until {self.to}, one every {self.every} days")
        days = range(0, (self.to - first).days + 1, self.every)
        return [datetime.combine(first + timedelta(days=day), hour, tzinfo=UTC) for day in days]

    def output(self) -> luigi.LocalTarget:
        """Return the record that closes the replay."""
        first, last = self.nights()[0], self.nights()[-1]
        name = f"{first:%Y%m%dT%H%MZ}-{last:%Y%m%dT%H%MZ}-{self.every}"
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
