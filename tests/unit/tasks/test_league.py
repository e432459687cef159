"""Trying one division: which there are, what help says, and where the run happens."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.domain.divisions import divisions_of
from pipeline.domain.errors import SettingError
from pipeline.tasks.league import _scratch_of, known_division, main
from pipeline.tasks.settings import load_settings


def test_a_division_of_the_source_is_found_whatever_divisions_are_configured() -> None:
    settings = replace(load_settings(), source="tiny", divisions=("DO1",))
    assert known_division(settings, "AR1") == divisions_of("tiny")["AR1"]


@pytest.mark.parametrize("name", ["ar1", "", "../AR1", "XX"])
def test_an_unknown_name_is_refused_with_the_known_ones(name: str) -> None:
    settings = replace(load_settings(), source="tiny")
    known = r"tiny has AR1 \(Ardenmark, Ardenmark Premier\), DO1 \(Dorvik, Dorvik Elite\)"
    with pytest.raises(SettingError, match=f"setting NAME = .*: {known}"):
        known_division(settings, name)


def test_a_wrong_name_ends_with_one_line_and_a_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["XX"]) == 2
    out = capsys.readouterr().out
    assert out.startswith("error: setting NAME = 'XX': embedded has AR1 (")
    assert out.count("\n") == 1


def test_help_says_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    text = " ".join(capsys.readouterr().out.split())
    for words in ("NAME", "--as-of", "--pipeline-source", "apart from every live run"):
        assert words in text


def test_the_run_has_roots_of_its_own_below_the_configured_one(tmp_path: Path) -> None:
    settings = replace(load_settings(), source="tiny", data_root=tmp_path)
    scratch = _scratch_of(settings, divisions_of("tiny")["AR1"])
    assert scratch.data_root == str(tmp_path / "league" / "AR1")
    assert scratch.site_root == str(tmp_path / "league" / "AR1" / "site")
    assert json.loads(scratch.divisions) == ["AR1"]
