extension Schema {
  /// What alerts must know to judge a bar again that was restated, or came late.
  static let alertMemory = """
    ALTER TABLE alert_states ADD COLUMN judged_from INTEGER NOT NULL DEFAULT 0; -- open time of the first candle judged; what is older is no news
    UPDATE alert_states SET judged_from = judged_until;
    """
}
