"""Where the trials of a search are kept: a journal of lines in the data root, or a database at an address."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipeline.domain.errors import SettingError
from pipeline.selection.address import checked_address, is_address, scrubbed, without_secret


def open_study(storage: Path | str, name: str) -> Any:
    """Return Optuna's study of this name, made where there is none.

    storage: a journal file, or an SQLAlchemy address. One process at a time, as the lock on the data root
    has it. Raises SettingError, which shows no secret, where a database cannot be opened.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    kept = _database(str(storage)) if is_address(str(storage)) else _journal(Path(storage).absolute())
    return optuna.create_study(storage=kept, study_name=name, load_if_exists=True, direction="minimize")


def _database(address: str) -> Any:
    from optuna.storages import RDBStorage

    whole = checked_address("study_url", address)
    try:
        return RDBStorage(whole)
    except Exception as error:
        said = (str(error).strip().splitlines() or [""])[0]
        reason = f"cannot be opened: {type(error).__name__}: {scrubbed(said, whole)}"
        raise SettingError("study_url", without_secret(whole), reason) from None


def _journal(path: Path) -> Any:
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_name(f"{path.name}.lock").unlink(missing_ok=True)  # a killed writer's: it would be waited for
    _drop_torn_line(path)
    return JournalStorage(JournalFileBackend(str(path)))


def _drop_torn_line(path: Path) -> None:
    """Cut off a last line without its end: a killed writer's, which would spoil every line after it."""
    lines = path.read_bytes() if path.is_file() else b""
    if lines and not lines.endswith(b"\n"):
        with path.open("r+b") as file:
            file.truncate(lines.rfind(b"\n") + 1)
