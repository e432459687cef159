"""Fetching second feeds: routes by folder, hosts in turn, a local file; every failure is a reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.archive.feed_fetch import FileFetcher, LineFetcher, NoFetcher, RoutedFetcher
from pipeline.archive.fetch import Answer, Fetcher, GeneratedFetcher
from pipeline.domain.errors import FetchError, ParseError

LINE = b'{"events": []}'


def site(files: dict[str, bytes], base_url: str = "site:") -> GeneratedFetcher:
    return GeneratedFetcher(files.get, base_url)


def addresses_in(body: bytes) -> tuple[str, ...]:
    if not body.startswith(b"host"):
        raise ParseError("fonbet", "urls.json", "names no host")
    return tuple(body.decode().split())


def line_fetcher(urls: bytes, hosts: dict[str, dict[str, bytes]]) -> tuple[LineFetcher, list[str]]:
    """Return the fetcher and the list in which it notes the hosts it asks."""
    asked: list[str] = []

    def line_at(address: str) -> Fetcher:
        asked.append(address)
        return site(hosts.get(address, {}), address)

    return LineFetcher(site({"urls.json": urls}), addresses_in, line_at, "events/list"), asked


def test_a_path_goes_to_the_fetcher_of_its_folder_and_the_rest_to_the_main_one() -> None:
    main = site({"fixtures.csv": b"main\n"}, "main:")
    fetcher = RoutedFetcher(main, {"own": site({"own/fixtures.csv": b"own\n"})})
    assert fetcher.base_url == "main:"
    assert fetcher.get("fixtures.csv").body == b"main\n"
    assert fetcher.get("own/fixtures.csv").body == b"own\n"
    marks = fetcher.get("own/fixtures.csv").etag
    assert fetcher.get("own/fixtures.csv", etag=marks).status == 304


def test_the_line_comes_from_the_first_host_that_answers_and_keeps_its_address() -> None:
    fetcher, asked = line_fetcher(b"host1: host2:", {"host2:": {"events/list": LINE}})
    assert fetcher.get("fonbet/urls.json").path == "fonbet/urls.json"
    assert fetcher.get("fonbet/line.json") == Answer("fonbet/line.json", "host2:events/list", 200, LINE)
    assert asked == ["host1:", "host2:"]


def test_where_no_host_answers_the_last_reason_is_told_and_three_are_asked_at_most() -> None:
    fetcher, asked = line_fetcher(b"host1: host2: host3: host4:", {})
    fetcher.get("fonbet/urls.json")
    with pytest.raises(FetchError, match=r"404.*host3"):
        fetcher.get("fonbet/line.json")
    assert asked == ["host1:", "host2:", "host3:"]


def test_without_a_list_of_hosts_no_line_is_asked_for() -> None:
    fetcher, asked = line_fetcher(b"nothing", {})
    with pytest.raises(FetchError, match="names no host"):
        fetcher.get("fonbet/urls.json")
    with pytest.raises(FetchError, match="no host of the line is known"):
        fetcher.get("fonbet/line.json")
    assert asked == []


def test_what_can_not_be_had_any_more_is_not_asked_for() -> None:
    with pytest.raises(FetchError, match="of the past"):
        NoFetcher("a line of the past").get("fonbet/line.json")


def test_a_local_file_is_served_under_any_path_with_a_mark_of_its_content(tmp_path: Path) -> None:
    file = tmp_path / "more.csv"
    file.write_bytes(b"date\n")
    answer = FileFetcher(file).get("own/fixtures.csv")
    assert (answer.path, answer.body) == ("own/fixtures.csv", b"date\n")
    assert FileFetcher(file).get("own/fixtures.csv", etag=answer.etag).status == 304
    file.unlink()
    with pytest.raises(FetchError):
        FileFetcher(file).get("own/fixtures.csv")
