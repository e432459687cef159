"""Opening the registry: the layout of old, another source's database, and what an error may show."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.domain.errors import RegistryError, SettingError
from pipeline.selection.registry import Registry
from pipeline.selection.study import open_study
from tests.unit.selection.postgres_server import PASSWORD, create_database, running_postgres


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running_postgres() as folder:
        yield folder


def test_a_registry_of_the_layout_without_roles_is_refused_with_what_to_do(tmp_path: Path) -> None:
    registry = Registry(tmp_path / "registry.db", tmp_path / "registry")
    registry._client.create_registered_model("touchline")
    with pytest.raises(RegistryError, match=r"older version.*move it and the folder .*Publish") as refused:
        Registry(tmp_path / "registry.db", tmp_path / "registry").champion("anchored")
    assert str(tmp_path / "registry.db") in str(refused.value)


def test_a_database_of_another_data_root_is_refused(server: str, tmp_path: Path) -> None:
    address = create_database(server, "owned")
    Registry(address, tmp_path / "a", owner="football_data").versions("anchored")
    with pytest.raises(
        RegistryError, match="belongs to the data root football_data, not to embedded"
    ) as error:
        Registry(address, tmp_path / "b", owner="embedded").versions("anchored")
    assert PASSWORD not in str(error.value)
    assert Registry(address, tmp_path / "a", owner="football_data").champion("anchored") is None


def no_registry(address: str, folder: Path) -> None:
    Registry(address, folder).champion("anchored")


def no_study(address: str, folder: Path) -> None:
    del folder
    open_study(address, "name")


@pytest.mark.parametrize("ask", [no_registry, no_study])
@pytest.mark.parametrize(
    "address",
    [
        "postgresql://touchline:hushhush@/postgres?host={server}",
        "postgresql://anna:hushhush@/nowhere?host={server}/none",
        "postgrs://anna:hushhush@db.example.org/touchline",
        "postgresql+psycopg://anna:hushhush@db example org:none/touchline",
        "sqlite:////nowhere/at/all.db?password=hushhush",
    ],
)
def test_no_error_and_no_log_shows_the_password_of_a_database(
    server: str,
    tmp_path: Path,
    address: str,
    ask: Callable[[str, Path], None],
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises((RegistryError, SettingError)) as refused:
        ask(address.replace("{server}", server), tmp_path)
    printed = "".join(traceback.format_exception(refused.value))
    shown = capfd.readouterr()
    assert "hushhush" not in " ".join([printed, caplog.text, shown.out, shown.err])
