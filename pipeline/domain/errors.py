"""Every error the pipeline raises on purpose, each with the fields a report needs.

PipelineError
  SourceError(source, path, reason)
    FetchError                       the request or the transfer failed
    ParseError(row, column, value)   the bytes are not the file they should be
  ContractError(table, reason)       a table has not the columns or types it promised
  LeakageError(feature, known_at, cut_off_at)
  ModelError(family, reason)         NotFitted, NotConverged
  TooLittleAccepted(reasons)         a run that could publish nothing
  RegistryError(reason)
  LedgerError(reason)                a sealed forecast would be changed, or sealed out of turn
  ReleaseError(release_id, reason)   VerificationFailed, SwitchRefused
  ReplayStopped(night, code)         a night of a replay failed
  SettingError(setting, value, reason)
"""

from __future__ import annotations

from collections.abc import Sequence


class PipelineError(Exception):
    """The root: catch this to catch all of ours and nothing else."""


class SourceError(PipelineError):
    """A feed's file could not be used; the run goes on with its last good snapshot."""

    def __init__(self, source: str, path: str, reason: str) -> None:
        super().__init__(f"{source}: {path}: {reason}")
        self.source, self.path, self.reason = source, path, reason


class FetchError(SourceError):
    """The request, the transfer or the answer's outer form failed."""


class ParseError(SourceError):
    """The bytes arrived but are not the file that was asked for."""

    def __init__(
        self,
        source: str,
        path: str,
        reason: str,
        *,
        row: int | None = None,
        column: str = "",
        value: str = "",
    ) -> None:
        where = "".join([f" row {row}" if row is not None else "", f" column {column}" if column else ""])
        super().__init__(source, path, f"{reason}{where}{f' value {value[:80]!r}' if value else ''}")
        self.row, self.column, self.value = row, column, value


class ContractError(PipelineError):
    """A table breaks its schema in `tables.csv`: a bug of ours, never of the feed."""

    def __init__(self, table: str, reason: str) -> None:
        super().__init__(f"table {table}: {reason}")
        self.table, self.reason = table, reason


class LeakageError(PipelineError):
    """Something known only after the cut-off reached a place before it."""

    def __init__(self, feature: str, known_at: object, cut_off_at: object) -> None:
        super().__init__(f"{feature} is known at {known_at}, after the cut-off {cut_off_at}")
        self.feature, self.known_at, self.cut_off_at = feature, known_at, cut_off_at


class ModelError(PipelineError):
    """A forecaster could not be fitted or asked."""

    def __init__(self, family: str, reason: str) -> None:
        super().__init__(f"{family}: {reason}")
        self.family, self.reason = family, reason


class NotFitted(ModelError):
    """Asked for a forecast before `fit`."""


class NotConverged(ModelError):
    """The solver stopped without an answer."""


class TooLittleAccepted(PipelineError):
    """Nothing could be published; `reasons` says why, division by division."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("nothing can be published: " + "; ".join(reasons))
        self.reasons = tuple(reasons)


class RegistryError(PipelineError):
    """The model registry has not what the run needs."""


class LedgerError(PipelineError):
    """The ledger is not whole, or an entry would break its rules."""


class ReleaseError(PipelineError):
    """A release could not be staged, verified or switched to."""

    def __init__(self, release_id: str, reason: str) -> None:
        super().__init__(f"release {release_id}: {reason}")
        self.release_id, self.reason = release_id, reason


class VerificationFailed(ReleaseError):
    """The built pages break a promise; the old release stays."""


class SwitchRefused(ReleaseError):
    """The switch would replace a live site by simulated pages."""


class ReplayStopped(PipelineError):
    """A night of a replay could not be published; the nights after it would build on a gap."""

    def __init__(self, night: object, code: int) -> None:
        super().__init__(f"the night {night} ended with exit code {code}; run the same replay again to go on")
        self.night, self.code = night, code


class SettingError(PipelineError):
    """A setting has a value that cannot be used."""

    def __init__(self, setting: str, value: object, reason: str) -> None:
        super().__init__(f"setting {setting} = {value!r}: {reason}")
        self.setting, self.value, self.reason = setting, value, reason
