"""Opening the registry's database: SQLite in the data root by default, PostgreSQL where an address is given.

A database that an older Touchline laid out, one that belongs to another data root and one that cannot be
reached are refused with a sentence that says what to do and shows no secret. What is in the database is the
registry's affair.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipeline.domain.errors import RegistryError
from pipeline.selection.address import checked_address, is_address, scrubbed, without_secret
from pipeline.selection.registry_schema import lay_out

EXPERIMENT = "touchline"
_ALL_ROLES = "touchline"
"""The one registered model of the first layout, which knew no roles."""
_OWNER = "data_root"


def open_store(address: str | Path, artifacts: Path, owner: str) -> Any:
    """Return MLflow's client of the database, which is made where there is none.

    address: an SQLite file, or an SQLAlchemy address. owner: the name of the data root; the first to open a
    database that several could reach owns it, "" asks nothing. artifacts: folder of the states. Raises
    RegistryError, see the module.
    """
    text = str(address)
    if not is_address(text):
        file = Path(text).absolute()
        file.parent.mkdir(parents=True, exist_ok=True)
        lay_out(file)
        return _of_this_layout(_client(f"sqlite:///{file}"), str(file))
    whole = checked_address("registry_url", text)
    with _without_secrets(whole):
        _reach(whole)
        client = _of_this_layout(_client(whole), without_secret(whole))
        if owner:
            _claim(client, without_secret(whole), artifacts, owner)
        return client


def experiment_of(client: Any, artifacts: Path) -> str:
    """Return the experiment whose artifacts lie in a folder; a data root that was moved gets another."""
    location = artifacts.absolute().as_uri()
    for name in (EXPERIMENT, f"{EXPERIMENT} in {location}"):
        known = client.get_experiment_by_name(name)
        if known is None:
            return str(client.create_experiment(name, artifact_location=location))
        if known.artifact_location == location:
            break
    return str(known.experiment_id)


@contextmanager
def _without_secrets(address: str) -> Iterator[None]:
    """Let no error out that may name the address as it is."""
    try:
        yield
    except RegistryError:
        raise
    except Exception as error:
        said = (str(error).strip().splitlines() or [""])[0]
        reason = scrubbed(f"{type(error).__name__}: {said}", address)
        raise RegistryError(f"the registry {without_secret(address)} cannot be opened: {reason}") from None


def _reach(address: str) -> None:
    """Connect once: MLflow itself would try for minutes, and log every failure."""
    import sqlalchemy

    engine = sqlalchemy.create_engine(address)
    try:
        engine.connect().close()
    finally:
        engine.dispose()


def _client(address: str) -> Any:
    """Return a client; MLflow's notices are kept quiet."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from mlflow import MlflowClient

        for name in ("mlflow", "alembic"):
            logging.getLogger(name).setLevel(logging.WARNING)
        client = MlflowClient(tracking_uri=address, registry_uri=address)
        client.search_registered_models(max_results=1)  # opens the database, which migrates it
    return client


def _of_this_layout(client: Any, place: str) -> Any:
    if client.search_registered_models(f"name = '{_ALL_ROLES}'"):
        raise RegistryError(
            f"the registry {place} was laid out by an older version, with one champion for all roles and "
            "cards that tell too little: move it and the folder `registry` of the data root aside and run "
            "`luigi --module pipeline Publish`, which trains a first champion for every role"
        )
    return client


def _claim(client: Any, place: str, artifacts: Path, owner: str) -> None:
    experiment = client.get_experiment_by_name(EXPERIMENT)
    known = experiment.tags.get(_OWNER) if experiment else None
    if known is None:
        client.set_experiment_tag(experiment_of(client, artifacts), _OWNER, owner)
    elif known != owner:
        raise RegistryError(
            f"the registry {place} belongs to the data root {known}, not to {owner}: "
            "give each source a database of its own, for instance by {source} in registry_url"
        )
