"""Which matches of a season count for its table: the rounds of all, then those within a part of the table.

Files hold play-offs behind the last round as well, some with clubs of another division; a schedule that the
rules know leaves them out. Where the matches do not fit the rules, every match counts and nothing is split.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pipeline.domain.rules import Group, SeasonRules
from pipeline.publishing.tie_breaks import Score


def rounds_and_rest(scores: Sequence[Score], rules: SeasonRules) -> tuple[list[Score], list[Score]]:
    """Return the matches of the rounds of all, and those after them once every club has played these rounds.

    scores: the matches of one season in the order they were played in.
    """
    rounds = rules.season_format.rounds
    if rounds is None or rules.clubs is None or rules.matches_count is None:
        return list(scores), []
    length = rounds * (rules.clubs - 1)
    totals = Counter(club for score in scores for club in (score.home, score.away))
    if sum(total >= length for total in totals.values()) != rules.clubs:
        return list(scores), []
    numbers = _numbers(scores)
    first = [score for score, number in zip(scores, numbers, strict=True) if number <= length]
    return first, [score for score, number in zip(scores, numbers, strict=True) if number > length]


def parts_of_table(order: Sequence[str], rest: Sequence[Score], groups: Sequence[Group]) -> list[list[str]]:
    """Return the clubs of each part after the split, best first: by place, unless a club plays in another.

    order: the clubs after the rounds of all. A tie at the edge can be decided by what no table knows; then
    the later matches say where a club belongs.
    """
    sizes = [group.clubs for group in groups]
    by_place = [part for part, size in enumerate(sizes) for _ in range(size)]
    placed = dict(zip(order, by_place, strict=False))
    met: dict[str, Counter[int]] = {club: Counter() for club in placed}
    for score in rest:
        if score.home in placed and score.away in placed:
            met[score.home][placed[score.away]] += 1
            met[score.away][placed[score.home]] += 1
    final = {club: _most_met(met[club], part) for club, part in placed.items()}
    return [[club for club in placed if final[club] == part] for part in range(len(sizes))]


def _most_met(met: Counter[int], own: int) -> int:
    """Return the part whose clubs a club met most often, its own where that is one of them."""
    most = max(met.values(), default=0)
    return own if met[own] == most else max(met, key=lambda part: met[part])


def after_the_split(
    rest: Sequence[Score], parts: Sequence[Sequence[str]], groups: Sequence[Group]
) -> list[Score]:
    """Return those of the later matches that two clubs of one part play within its own rounds.

    parts: the clubs of each part of the table, as many as there are groups.
    """
    counted: list[Score] = []
    for members, group in zip(parts, groups, strict=True):
        own = [score for score in rest if score.home in members and score.away in members]
        most = group.rounds * (group.clubs - 1)
        counted += [score for score, number in zip(own, _numbers(own), strict=True) if number <= most]
    return counted


def _numbers(scores: Sequence[Score]) -> list[int]:
    """Return for each match its number in the season of that club of the two which has played more."""
    played: Counter[str] = Counter()
    numbers = []
    for score in scores:
        played.update((score.home, score.away))
        numbers.append(max(played[score.home], played[score.away]))
    return numbers
