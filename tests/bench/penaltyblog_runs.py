"""What penaltyblog does for `peers`: run with the Python of the peers' environment, answer in one line.

The line is JSON. Nothing of ours is imported here. Usage: python penaltyblog_runs.py given.npz RUNS
"""

import json
import sys
import time
from importlib.metadata import version

import numpy as np

MARKETS = 3000


def main(path, runs):
    """Print the best seconds of each piece of work."""
    given = np.load(path)
    top = given["division"] == 0
    fitted = _fit(given, top)
    answer = {
        "version": version("penaltyblog"),
        "league": _best(lambda: _fit(given, top), runs),
        "country": _best(lambda: _by_division(given), 1),
        "markets": MARKETS,
        # its sum leaves the factorials in, which are the same for every model
        "log_likelihood": float(fitted.loglikelihood + _factorials(given, top)),
    }
    for method in ("power", "shin"):
        rows = given["prices"][:MARKETS].tolist()
        seconds = _best(lambda method=method, rows=rows: _loop(rows, method), 1)
        answer[method] = seconds * len(given["prices"]) / MARKETS
    sys.stdout.write(json.dumps(answer) + "\n")


def _fit(given, part):
    import penaltyblog

    clubs = (given[side][part].astype(str) for side in ("home", "away"))
    model = penaltyblog.models.DixonColesGoalModel(
        given["home_goals"][part], given["away_goals"][part], *clubs
    )
    model.fit()
    return model


def _by_division(given):
    return [_fit(given, given["division"] == each) for each in np.unique(given["division"])]


def _loop(rows, method):
    import penaltyblog

    return [penaltyblog.implied.calculate_implied(row, method=method) for row in rows]


def _factorials(given, part):
    goals = np.concatenate([given["home_goals"][part], given["away_goals"][part]])
    return sum(np.log(np.arange(2, count + 1)).sum() for count in goals)


def _best(work, runs):
    seconds = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return min(seconds)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
