"""What the bookmakers offer: a noisy view of the truth, a margin, two decimals.

The market sees both log rates with a normal error, smaller at the close than early (the early error contains
the closing one), and shrinks its view so that it stays calibrated. Each bookmaker adds a small error and an
overround of its own, laid on by the power method, prices q with 1/q = p^a, the inverse of Clarke, Kovalchik
and Ingram (2017), "Adjusting bookmaker's odds to allow for overround". Real Avg prices carry 5 to 6 %.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.sources.embedded.scores import outcome_probabilities, score_grid

Numbers = NDArray[np.float64]

_LEAST_PRICE = 1.01
_NEWTON_STEPS = 8


def market_views(
    log_rates: Numbers, law: Mapping[str, Any], rho: float, most_goals: int, random: np.random.Generator
) -> dict[str, Numbers]:
    """Return the market's probabilities of one season's matches, `early` and `close`, shape (n, 3) each."""
    closing_error = random.normal(0.0, law["closing_noise"], log_rates.shape)
    early_error = closing_error + random.normal(0.0, law["early_noise"], log_rates.shape)
    views = {}
    for moment, error in (("early", early_error), ("close", closing_error)):
        rates = np.exp(_shrunk(log_rates, error))
        views[moment] = outcome_probabilities(score_grid(rates, rho, most_goals))
    return views


def quoted_prices(view: Numbers, law: Mapping[str, Any], random: np.random.Generator) -> dict[str, Numbers]:
    """Return decimal prices by bookmaker, `Max` and `Avg` over listed and hidden ones, shape (n, 3) each."""
    listed = {name: margin for name, margin in law["overrounds"].items() if name != "hidden"}
    margins = np.array([*listed.values(), *law["overrounds"]["hidden"]])
    overround = margins + random.normal(0.0, law["overround_spread"], (len(view), len(margins)))
    error = random.normal(0.0, law["bookmaker_noise"], (len(view), len(margins), 3))
    opinion = view[:, None, :] * np.exp(error)
    opinion /= opinion.sum(axis=2, keepdims=True)
    prices = np.maximum(_LEAST_PRICE, np.round(1 / with_overround(opinion, overround), 2))
    named = {name: prices[:, place] for place, name in enumerate(listed)}
    return named | {"Max": prices.max(axis=1), "Avg": np.round(prices.mean(axis=1), 2)}


def with_overround(probabilities: Numbers, overround: Numbers) -> Numbers:
    """Return p^a with the a in (0, 1) for which the powers sum to 1 + overround; Newton's method.

    probabilities: shape (..., 3); overround: shape (...).

    >>> float(with_overround(np.array([0.5, 0.3, 0.2]), np.array(0.05)).sum().round(9))
    1.05
    """
    logs = np.log(probabilities)
    power = np.ones(overround.shape)
    for _ in range(_NEWTON_STEPS):
        terms = np.exp(power[..., None] * logs)
        power = power - (terms.sum(axis=-1) - 1 - overround) / (terms * logs).sum(axis=-1)
    return np.asarray(np.exp(power[..., None] * logs))


def _shrunk(log_rates: Numbers, error: Numbers) -> Numbers:
    centre = log_rates.mean(axis=0)
    signal, noise = log_rates.var(axis=0), error.var(axis=0)
    return np.asarray(centre + (log_rates - centre + error) * signal / (signal + noise))
