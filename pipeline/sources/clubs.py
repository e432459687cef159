"""Which name means which club: aliases by feed and country, names that look alike, a second feed's names.

Two tables stand behind it. `aliases.csv` holds names that are proven to be a club under another spelling;
`club` is the spelling of the club's latest season in the results files, so that a new alias never changes
the key of a club that plays. `distinct_clubs.csv` holds names that look alike and are two clubs. Likeness is
only ever a suggestion to a person: no name becomes another unless the first table says so.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from importlib.resources import files

_ALIKE = 0.8
_PART_OF = 0.95
_SHARES_A_WORD = 0.9
_TELLING_LETTERS = 5
_COMMON_WORD = 3
_MOST_SUGGESTIONS = 3


@dataclass(frozen=True)
class Alias:
    """One row of `aliases.csv`. known_from: how we know that both names are one club."""

    feed: str
    country: str
    alias: str
    club: str
    known_from: str


@dataclass(frozen=True)
class Unmatched:
    """A name that means no known club, and the clubs it looks like, most alike first."""

    name: str
    suggestions: tuple[str, ...]


@dataclass(frozen=True)
class ClubMatches:
    """Clubs by the name another feed has for them, and the names that were refused."""

    matched: dict[str, str]
    unmatched: tuple[Unmatched, ...]


@cache
def aliases() -> tuple[Alias, ...]:
    """Return the whole table of aliases, in its order."""
    return tuple(Alias(**row) for row in _rows("aliases.csv"))


@cache
def aliases_of(feed: str, country: str) -> dict[str, str]:
    """Return the one name we use for each other name a feed has for a country's clubs.

    >>> aliases_of("football_data", "Germany")["St. Pauli"]
    'St Pauli'
    """
    return {row.alias: row.club for row in aliases() if (row.feed, row.country) == (feed, country)}


@cache
def distinct_clubs(country: str) -> frozenset[frozenset[str]]:
    """Return the pairs of names of a country that look alike and are two clubs."""
    rows = (row for row in _rows("distinct_clubs.csv") if row["country"] == country)
    return frozenset(frozenset({row["club"], row["other"]}) for row in rows)


def match_clubs(
    names: Iterable[str], known: Collection[str], aliases: Mapping[str, str] | None = None
) -> ClubMatches:
    """Find the clubs another feed means; a name that is no known club and no alias of one is refused.

    known: our names of the clubs in question, as a rule those of one country. aliases: `aliases_of` that
    feed. Nothing is guessed: blanks apart, a name must be exact.

    >>> found = match_clubs(["Arsenal", "Arsenal London"], {"Arsenal", "Chelsea"})
    >>> found.matched, found.unmatched
    ({'Arsenal': 'Arsenal'}, (Unmatched(name='Arsenal London', suggestions=('Arsenal',)),))
    """
    ours = {} if aliases is None else aliases
    matched, unmatched = {}, []
    for name in dict.fromkeys(names):
        spelled = " ".join(name.split())
        club = ours.get(spelled, spelled)
        if club in known:
            matched[name] = club
        else:
            unmatched.append(Unmatched(name, similar_names(club, known)))
    return ClubMatches(matched, tuple(unmatched))


def similar_names(name: str, known: Collection[str]) -> tuple[str, ...]:
    """Return up to three known names that look like this one, most alike first.

    >>> similar_names("Sheffield Wed", ["Sheffield United", "Sheffield Weds", "Leeds"])
    ('Sheffield Weds', 'Sheffield United')
    """
    common = _common_words([*known, name])
    alike = {other: likeness(name, other, common) for other in sorted(known) if other != name}
    best = sorted((other for other in alike if alike[other] >= _ALIKE), key=lambda other: -alike[other])
    return tuple(best[:_MOST_SUGGESTIONS])


def likeness(name: str, other: str, common: Collection[str] = ()) -> float:
    """Tell how much two names look alike, from 0 to 1; the same letters in another case or accent are 1.

    A name whose words the other holds too, or that the other begins with, counts as nearly the same. So do,
    a little less, names that share a word of five letters that is none of the common ones. The rest is
    difflib's share of equal letters; names without a letter from a to z are alike only where they are equal.

    >>> [likeness("M'Gladbach", "M'gladbach"), likeness("Antalya", "Antalyaspor"), likeness("Roda", "Ajax")]
    [1.0, 0.95, 0.25]
    """
    words, others = _words(name), _words(other)
    joined, other_joined = "".join(words), "".join(others)
    if not joined or not other_joined:
        return float(name == other)
    if joined == other_joined:
        return 1.0
    short, long = sorted((joined, other_joined), key=len)
    is_beginning = len(short) >= _TELLING_LETTERS and long.startswith(short)
    if set(words) <= set(others) or set(others) <= set(words) or is_beginning:
        return _PART_OF
    shared = set(words) & set(others) - set(common)
    least = _SHARES_A_WORD if any(len(word) >= _TELLING_LETTERS for word in shared) else 0.0
    return max(least, SequenceMatcher(None, joined, other_joined, autojunk=False).ratio())


def alike_pairs(names: Collection[str]) -> list[tuple[str, str]]:
    """Return every two names that look alike, each pair and the list in the order of the alphabet."""
    common = _common_words(names)
    ordered = sorted(names)
    return [
        (name, other)
        for place, name in enumerate(ordered)
        for other in ordered[place + 1 :]
        if likeness(name, other, common) >= _ALIKE
    ]


def _common_words(names: Iterable[str]) -> frozenset[str]:
    """Return the words that three names or more hold, such as `town`: they tell no club from another."""
    counts = Counter(word for name in names for word in set(_words(name)))
    return frozenset(word for word, count in counts.items() if count >= _COMMON_WORD)


@cache
def _words(name: str) -> tuple[str, ...]:
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii").lower()
    return tuple(re.sub(r"[^a-z0-9 ]", "", re.sub(r"[./-]", " ", letters)).split())


def _rows(name: str) -> list[dict[str, str]]:
    text = files("pipeline.sources").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
