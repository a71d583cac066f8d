import Scheduling

/// Writes an exchangeInfo answer of the synthetic exchange.
enum ExchangeInfoWriter {
  static func body(_ listings: [CryptoListing], limits: BinanceLimits.Allowance, now: Instant) -> [UInt8] {
    var writer = ByteWriter(capacity: listings.count * 1500 + 600)
    writer.text("{\"timezone\":\"UTC\",\"serverTime\":")
    writer.integer(now.milliseconds)
    writer.text(",\"rateLimits\":[")
    writer.string(rateLimits(limits))
    writer.text("],\"exchangeFilters\":[],\"symbols\":[")
    for (index, listing) in listings.enumerated() {
      if index > 0 { writer.text(",") }
      writer.string(object(listing))
    }
    writer.text("]}")
    return writer.bytes
  }

  private static func rateLimits(_ limits: BinanceLimits.Allowance) -> String {
    [
      #"{"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE","intervalNum":1,"limit":\#(limits.weightPerMinute)}"#,
      #"{"rateLimitType":"ORDERS","interval":"SECOND","intervalNum":10,"limit":100}"#,
      #"{"rateLimitType":"ORDERS","interval":"DAY","intervalNum":1,"limit":200000}"#,
      #"{"rateLimitType":"RAW_REQUESTS","interval":"MINUTE","intervalNum":5,"limit":\#(limits.requestsPerFiveMinutes)}"#,
    ].joined(separator: ",")
  }

  private static func object(_ listing: CryptoListing) -> String {
    let (tick, lot) = (step(listing.units.priceDecimals), step(listing.units.lotDecimals))
    return #"{"symbol":"\#(listing.symbol)","status":"\#(listing.status)","baseAsset":"\#(listing.baseAsset)","baseAssetPrecision":8,"#
      + #""quoteAsset":"USDT","quotePrecision":8,"quoteAssetPrecision":8,"baseCommissionPrecision":8,"quoteCommissionPrecision":8,"#
      + #""orderTypes":["LIMIT","LIMIT_MAKER","MARKET","STOP_LOSS","STOP_LOSS_LIMIT","TAKE_PROFIT","TAKE_PROFIT_LIMIT"],"#
      + #""icebergAllowed":true,"ocoAllowed":true,"otoAllowed":true,"quoteOrderQtyMarketAllowed":true,"allowTrailingStop":true,"#
      + #""cancelReplaceAllowed":true,"isSpotTradingAllowed":\#(listing.lastDay == nil),"isMarginTradingAllowed":false,"filters":["#
      + #"{"filterType":"PRICE_FILTER","minPrice":"\#(tick)","maxPrice":"1000000.00000000","tickSize":"\#(tick)"},"#
      + #"{"filterType":"LOT_SIZE","minQty":"\#(lot)","maxQty":"9000000000.00000000","stepSize":"\#(lot)"},"#
      + #"{"filterType":"NOTIONAL","minNotional":"5.00000000","applyMinToMarket":true,"maxNotional":"9000000.00000000","#
      + #""applyMaxToMarket":false,"avgPriceMins":5}],"permissions":[],"permissionSets":[["SPOT"]],"#
      + #""defaultSelfTradePreventionMode":"EXPIRE_MAKER","#
      + #""allowedSelfTradePreventionModes":["EXPIRE_TAKER","EXPIRE_MAKER","EXPIRE_BOTH"]}"#
  }

  /// Ten to the minus `decimals`, with eight decimals.
  private static func step(_ decimals: Int) -> String {
    var writer = ByteWriter()
    writer.decimal(1, decimals: decimals, shown: 8)
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}
