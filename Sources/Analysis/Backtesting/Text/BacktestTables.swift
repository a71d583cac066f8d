public import MarketData
import Scheduling

/// The results of a backtest as CSV: a header, one line per row, numbers in their shortest exact form, nothing where there is no value.
public enum BacktestTables {
  /// `trades.csv`
  public static func trades(_ run: BacktestRun, on series: CandleSeries) -> String {
    var output = "entry_time,exit_time,units,entry_price,exit_price,entry_fee,exit_fee,pnl,return,bars,reason\n"
    for trade in run.trades {
      let exitTime = trade.isOpen ? "" : series.openTimes[trade.exitIndex].iso8601
      let numbers = [
        trade.units, trade.entryPrice, trade.exitPrice, trade.entryFee, trade.exitFee, trade.profit, trade.profitFraction,
      ]
      output += "\(series.openTimes[trade.entryIndex].iso8601),\(exitTime),"
      output += numbers.map { number($0) }.joined(separator: ",") + ",\(trade.bars),\(trade.reason.rawValue)\n"
    }
    return output
  }

  /// `equity.csv`
  public static func equity(_ run: BacktestRun, on series: CandleSeries) -> String {
    equity(zip(run.range, run.equity).map { ($0, $1) }, series)
  }

  /// `walk_forward_oos.csv`
  public static func equity(_ result: WalkForwardResult, on series: CandleSeries) -> String {
    equity(result.equity, series)
  }

  /// `grid.csv`
  public static func grid(_ surface: GridSurface) -> String {
    var output = "fast,slow,trades,total_return,sharpe,max_drawdown\n"
    for cell in surface.cells {
      output += "\(cell.pair.fast),\(cell.pair.slow),\(cell.trades),"
      output += "\(number(cell.totalReturn)),\(number(cell.sharpe)),\(number(cell.maximumDrawdown))\n"
    }
    return output
  }

  private static func equity(_ rows: [(bar: Int, equity: Double)], _ series: CandleSeries) -> String {
    var output = "open_time,equity\n"
    for row in rows { output += "\(series.openTimes[row.bar].iso8601),\(number(row.equity))\n" }
    return output
  }

  private static func number(_ value: Double?) -> String { value.flatMap(whenFinite).map(exactText) ?? "" }
}
