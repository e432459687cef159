"""Fetching the files of second feeds: each folder of paths has a fetcher of its own.

Here: the routes, Fonbet's line by way of its list of hosts, and a single local file. A second feed that can
not be had is an entry with its reason like any other file.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path

from pipeline.archive.fetch import Answer, Fetcher
from pipeline.archive.folder_fetch import FolderFetcher
from pipeline.domain.errors import FetchError, ParseError

_MOST_HOSTS_ASKED = 3


class RoutedFetcher:
    """Ask the main fetcher, or for a path such as `fonbet/line.json` the one of its first folder."""

    def __init__(self, main: Fetcher, routes: Mapping[str, Fetcher]) -> None:
        self._main, self._routes = main, dict(routes)
        self.base_url = main.base_url

    def get(self, path: str, *, etag: str = "", last_modified: str = "") -> Answer:
        """Fetch one file by the fetcher it belongs to. Raises FetchError where no good answer came."""
        folder, _, _ = path.partition("/")
        fetcher = self._routes.get(folder, self._main)
        return fetcher.get(path, etag=etag, last_modified=last_modified)


class NoFetcher:
    """Answer nothing: the feed's past states can not be had any more."""

    def __init__(self, reason: str) -> None:
        self.base_url = "none:"
        self._reason = reason

    def get(self, path: str, *, etag: str = "", last_modified: str = "") -> Answer:  # noqa: ARG002
        """Raise FetchError with the reason."""
        raise FetchError(self.base_url, path, self._reason)


class LineFetcher:
    """Fetch a list of hosts from a site, and the line from the first of the hosts that answers.

    site: fetches `urls.json`. addresses_in: returns the hosts' addresses of that file's bytes, ParseError for
    none. line_at: returns what fetches the line, by its host's address. line_path: what to ask a host for.
    Nothing is conditional: the hosts are needed each time, and a line changes with every price.
    """

    def __init__(
        self,
        site: Fetcher,
        addresses_in: Callable[[bytes], tuple[str, ...]],
        line_at: Callable[[str], Fetcher],
        line_path: str,
    ) -> None:
        self._site, self._addresses_in = site, addresses_in
        self._line_at, self._line_path = line_at, line_path
        self._addresses: tuple[str, ...] = ()
        self.base_url = site.base_url

    def get(self, path: str, *, etag: str = "", last_modified: str = "") -> Answer:  # noqa: ARG002
        """Fetch the list of hosts, or after it the line.

        Raises FetchError where no good answer came, for the line with the reason of the last host asked.
        """
        if path.endswith("/urls.json"):
            answer = self._site.get("urls.json")
            try:
                self._addresses = self._addresses_in(answer.body)
            except ParseError as error:
                raise FetchError(self.base_url, path, error.reason) from error
            return Answer(path, answer.url, answer.status, answer.body)
        return self._line(path)

    def _line(self, path: str) -> Answer:
        reason = "not asked: no host of the line is known"
        for address in self._addresses[:_MOST_HOSTS_ASKED]:
            try:
                answer = self._line_at(address).get(self._line_path)
            except FetchError as error:
                reason = f"{error.reason} (host {address})"
                continue
            return Answer(path, answer.url, answer.status, answer.body)
        raise FetchError(self.base_url, path, reason)


class FileFetcher:
    """Serve one local CSV file, whatever the path that is asked for."""

    def __init__(self, file: Path) -> None:
        self._folder, self._name = FolderFetcher(file.parent), file.name
        self.base_url = self._folder.base_url

    def get(self, path: str, *, etag: str = "", last_modified: str = "") -> Answer:  # noqa: ARG002
        """Return the file as a folder of CSV files would. Raises FetchError where it can not be had."""
        return dataclasses.replace(self._folder.get(self._name, etag=etag), path=path)
