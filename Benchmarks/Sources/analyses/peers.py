"""What others need for the same as `analyses`: peers.py many | long | grid | vectorbt | hmm [ROUNDS]

The candles are those of MadeUpCandles.swift. Prints `library NAME VERSION`, then lines of the form `NAME BEST MEDIAN`; making the candles
and compiling are not in the figures.
"""
import sys
import time

import numpy as np

ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 5


def report(name, body, per=None):
    costs = []
    for turn in range(ROUNDS + 1):
        start = time.process_time()
        body()
        cost = time.process_time() - start
        if turn > 0:
            costs.append(cost * 1e9 / per if per else cost)
    costs.sort()
    print(name, costs[0], costs[len(costs) // 2])


def draws(seed, count):
    """SplitMix64 as numbers in 0..<1."""
    with np.errstate(over="ignore"):
        mixed = np.uint64(seed) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((mixed ^ (mixed >> np.uint64(31))) >> np.uint64(11)) * 2.0**-53


def series(seed, bars):
    """Open, high, low, close and volume."""
    numbers = draws(seed, 4 * bars).reshape(bars, 4)
    reach = np.array([0.02, 0.04, 0.08])[np.arange(bars) // 84 % 3]
    close = 100 * np.exp(np.cumsum(reach * (numbers[:, 0] - 0.5)))
    open_ = np.concatenate([[100.0], close[:-1]])
    high = np.maximum(open_, close) * (1 + 0.01 * numbers[:, 1])
    low = np.minimum(open_, close) * (1 - 0.01 * numbers[:, 2])
    return open_, high, low, close, 1000 * numbers[:, 3]


def ten_indicators(bars):
    import talib

    _, high, low, close, volume = bars
    return (
        talib.RSI(close, 14), talib.MACD(close), talib.BBANDS(close, 20, 2.0, 2.0), talib.ATR(high, low, close, 14),
        talib.OBV(close, volume), [talib.SMA(close, period) for period in (20, 50, 200)],
        [talib.EMA(close, period) for period in (12, 26, 50)],
    )


def indicators(name, count, bars):
    import talib

    print("library TA-Lib", talib.__version__)
    all_series = [series(seed, bars) for seed in range(1, count + 1)]

    def each():
        for one in all_series:
            ten_indicators(one)

    report(name, each, per=count * bars)


def grid():
    import numba

    print("library numba", numba.__version__)

    @numba.njit
    def average(values, period):
        result = np.full(len(values), np.nan)
        total = 0.0
        for i in range(len(values)):
            total += values[i]
            if i >= period:
                total -= values[i - period]
            if i >= period - 1:
                result[i] = total / period
        return result

    @numba.njit
    def play(open_, close, fast, slow, first, fee):
        """Return, Sharpe ratio and drawdown of one pair, filled at the next open."""
        cash, units, held = 10_000.0, 0.0, False
        before, peak, drawdown, total, squares = cash, cash, 0.0, 0.0, 0.0
        wants = False
        for i in range(len(close)):
            if wants and not held:
                units, held = cash / (open_[i] * (1 + fee)), True
            elif held and not wants:
                cash, held = units * open_[i] * (1 - fee), False
            equity = units * close[i] if held else cash
            change = equity / before - 1
            total += change
            squares += change * change
            before = equity
            peak = max(peak, equity)
            drawdown = max(drawdown, (peak - equity) / peak)
            if i > first:
                if fast[i] > slow[i]:
                    wants = wants or fast[i - 1] <= slow[i - 1]
                elif fast[i] < slow[i]:
                    wants = False
        mean = total / len(close)
        variance = squares / len(close) - mean * mean
        return before / 10_000 - 1, mean / np.sqrt(variance) if variance > 0 else np.nan, drawdown

    @numba.njit
    def surface(open_, close, fasts, slows, fee):
        result = np.empty((len(fasts) * len(slows), 3))
        slow_averages = [average(close, period) for period in slows]
        for i in range(len(fasts)):
            fast = average(close, fasts[i])
            for j in range(len(slows)):
                result[i * len(slows) + j] = play(open_, close, fast, slow_averages[j], slows[j] - 1, fee)
        return result

    open_, _, _, close, _ = series(1, 10_000)
    fasts, slows = np.arange(5, 55), np.arange(60, 160, 5)
    report("grid", lambda: surface(open_, close, fasts, slows, 0.001))


def grid_of_frames():
    """The pairs of `grid` in vectorbt, averages and portfolios. By hand: it brings a hundred packages."""
    import pandas as pd
    import vectorbt as vbt

    print("library vectorbt", vbt.__version__)
    open_, _, _, close, _ = series(1, 10_000)
    opens, closes = pd.Series(open_), pd.Series(close)
    fasts, slows = np.arange(5, 55), np.arange(60, 160, 5)
    pairs = [(fast, slow) for fast in fasts for slow in slows]

    def play():
        fast = vbt.MA.run(closes, [pair[0] for pair in pairs], short_name="fast")
        slow = vbt.MA.run(closes, [pair[1] for pair in pairs], short_name="slow")
        # Filled at the next open.
        entries = fast.ma_crossed_above(slow).vbt.fshift(1)
        exits = fast.ma_crossed_below(slow).vbt.fshift(1)
        portfolio = vbt.Portfolio.from_signals(closes, entries, exits, price=opens, fees=0.001, init_cash=10_000, freq="1D")
        return portfolio.total_return(), portfolio.sharpe_ratio(), portfolio.max_drawdown()

    report("grid", play)


def hmm():
    import hmmlearn
    from hmmlearn.hmm import GaussianHMM

    print("library hmmlearn", hmmlearn.__version__)
    numbers = draws(1, 2520 * 8).reshape(2520, 2, 4)
    spread = np.array([0.5, 1, 2])[np.arange(2520) // 84 % 3]
    observations = spread[:, None] * (numbers.sum(axis=2) - 2)

    def fit():
        # Scaling is the faster of its two ways.
        model = GaussianHMM(3, "full", n_iter=62, tol=-np.inf, init_params="", implementation="scaling")
        model.startprob_ = np.full(3, 1 / 3)
        model.transmat_ = np.full((3, 3), 0.05) + 0.85 * np.eye(3)
        model.means_ = np.array([[-0.1, -0.1], [0, 0], [0.1, 0.1]])
        model.covars_ = np.array([np.eye(2) * variance for variance in (0.2, 0.6, 1.8)])
        model.fit(observations)
        assert model.monitor_.iter == 62

    report("hmm", fit)


PARTS = {
    "many": lambda: indicators("many", 500, 2520), "long": lambda: indicators("long", 1, 5_000_000), "grid": grid,
    "vectorbt": grid_of_frames, "hmm": hmm,
}
PARTS[sys.argv[1]]()
