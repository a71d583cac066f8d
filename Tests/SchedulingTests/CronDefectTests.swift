import Scheduling
import Testing

@Suite struct `A cron mistake` {
  @Test(arguments: [
    ("60 * * * *", "minute (field 1 of 5), column 1: 60 is out of range; allowed: 0-59"),
    ("0 24 * * *", "hour (field 2 of 5), column 3: 24 is out of range; allowed: 0-23"),
    ("0 0 0 * *", "day of month (field 3 of 5), column 5: 0 is out of range; allowed: 1-31"),
    ("0 0 * 13 *", "month (field 4 of 5), column 7: 13 is out of range; allowed: 1-12 or jan-dec"),
    ("0 0 * * 1,8", "day of week (field 5 of 5), column 11: 8 is out of range; allowed: 0-7 or sun-sat (0 and 7 are Sunday)"),
    (
      "0 0 * * funday",
      "day of week (field 5 of 5), column 9: `funday` is not a name of this field; allowed: 0-7 or sun-sat (0 and 7 are Sunday)"
    ),
    ("*/0 * * * *", "minute (field 1 of 5), column 3: `0` is no step; a step is a whole number from 1, as in */15"),
    ("*/ * * * *", "minute (field 1 of 5), column 3: a step is missing after `/`; a step is a whole number from 1, as in */15"),
    ("5/10 * * * *", "minute (field 1 of 5), column 2: a step needs `*` or a range; write 5-59/… or */… instead of 5/…"),
    ("0 17-9 * * *", "hour (field 2 of 5), column 3: the range 17-9 runs backwards; write the smaller value first, or a list"),
    (
      "0 0 * * fri-sun",
      "day of week (field 5 of 5), column 9: the range fri-sun runs backwards; write the smaller value first, or a list (Sunday at the end of a range is 7)"
    ),
    (
      "-1 * * * *",
      "minute (field 1 of 5), column 1: `-1` is not understood here; allowed: 0-59, `*`, lists (1,2), ranges (1-5) and steps (*/2, 1-9/2)"
    ),
    (
      "1- * * * *",
      "minute (field 1 of 5), column 3: a value is missing; allowed: 0-59, `*`, lists (1,2), ranges (1-5) and steps (*/2, 1-9/2)"
    ),
    (
      "1.5 * * * *",
      "minute (field 1 of 5), column 2: `.5` is not understood here; allowed: 0-59, `*`, lists (1,2), ranges (1-5) and steps (*/2, 1-9/2)"
    ),
    (
      "0x1 * * * *",
      "minute (field 1 of 5), column 1: `0x1` is not understood here; allowed: 0-59, `*`, lists (1,2), ranges (1-5) and steps (*/2, 1-9/2)"
    ),
    ("99999999999999999999 * * * *", "minute (field 1 of 5), column 1: 99999999999999999999 is out of range; allowed: 0-59"),
    ("* * * *", "column 1: an expression has five fields (minute hour day-of-month month day-of-week), this one has 4"),
    (
      "0 * * * * *",
      "column 11: an expression has five fields (minute hour day-of-month month day-of-week), this one has 6; seconds are not supported"
    ),
    ("", "column 1: the expression is empty; write five fields (minute hour day-of-month month day-of-week) or a macro such as @daily"),
    ("@reboot", "column 1: `@reboot` has no next time, so it cannot be scheduled here; let systemd start the job at boot, or write a time"),
    ("@fortnightly", "column 1: no macro is called `@fortnightly`; there are @yearly @annually @monthly @weekly @daily @midnight @hourly"),
    ("0 0 30 2 *", "day of month (field 3 of 5), column 5: no month of this expression has a day 30, so it would never be due"),
    ("0 0 31 4,6 */2", "day of month (field 3 of 5), column 5: no month of this expression has a day 31, so it would never be due"),
    (
      "0 ٣ * * *",
      "hour (field 2 of 5), column 3: `٣` is not understood here; allowed: 0-23, `*`, lists (1,2), ranges (1-5) and steps (*/2, 1-9/2)"
    ),
  ])
  func `names the field, the column and what is allowed`(text: String, sentence: String) {
    let defect = #expect(throws: CronDefect.self) { try CronExpression(text) }
    #expect(defect?.description == sentence)
  }

  @Test(arguments: ["0 0 30 2 1", "0 0 31 4,5 *", "0 0 29 2 */2", "0 0 */31 2 *"])
  func `is not an expression that is rarely due`(text: String) throws {
    #expect(throws: Never.self) { try CronExpression(text) }
  }
}
