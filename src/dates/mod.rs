//! Dates as archives, feeds and exports write them, read to the second.
//!
//! ISO 8601, RFC 2822, seconds and milliseconds since 1970, `20240131` and `20240131120000`, months by name
//! (of all languages that have a file of words, Chinese, Japanese, Korean), offsets and the usual names of zones. Days and months in figures alone
//! (`03/04/2024`) are read where it was said which comes first, and never guessed.

mod spoken;

use std::borrow::Cow;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use spoken::spoken;

/// Which comes first where a date is figures alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum DateFormat {
    /// It was not said.
    #[default]
    Unsaid,
    /// Month, day, year.
    MonthFirst,
    /// Day, month, year.
    DayFirst,
    /// As `strptime` has it: `%d.%m.%y %H:%M`.
    Pattern(String),
}

impl DateFormat {
    /// From `us`, `eu`, or a pattern with `%`.
    ///
    /// # Errors
    /// What was expected.
    pub fn parse(name: &str) -> Result<DateFormat, String> {
        match name {
            "us" => Ok(DateFormat::MonthFirst),
            "eu" => Ok(DateFormat::DayFirst),
            pattern if pattern.contains('%') => match reads_days(pattern) {
                true => Ok(DateFormat::Pattern(pattern.to_owned())),
                false => Err("no day can be read by this pattern; one such as %d.%m.%Y was expected".into()),
            },
            _ => Err("us (month first), eu (day first) or a pattern such as %d.%m.%Y was expected".into()),
        }
    }
}

/// A date takes no more characters than this.
const DATE_MAX_BYTES: usize = 100;

/// Seconds since 1970-01-01T00:00:00Z; without a zone in UTC, without a time at midnight. `None` for what is no
/// date, and for what a program writes where it has none.
pub fn seconds(date: &str) -> Option<i64> {
    let date = date.trim();
    if date.len() > DATE_MAX_BYTES {
        return None;
    }
    let read = iso(date)
        .or_else(|| figures(date))
        .or_else(|| mail(date))
        .or_else(|| spoken(date, &DateFormat::Unsaid));
    read.filter(|&seconds| !stands_for_none(seconds))
}

/// Newspapers begin with 1605; what says an earlier year has none.
const FIRST_SECOND: i64 = -11_518_243_200;
/// The first of January of 1900 and of 1970, from which spreadsheets and Unix count.
const STARTS_OF_COUNTING: [i64; 2] = [-2_208_988_800, 0];
/// Zones are this far from Greenwich at most, in steps of a quarter of an hour.
const ZONE_MAX_SECONDS: i64 = 14 * 3600;
const ZONE_STEP_SECONDS: i64 = 900;

/// Whether programs write this where there is no date: the start from which they count, in whatever zone.
fn stands_for_none(seconds: i64) -> bool {
    let is_start = |&start: &i64| {
        let off = seconds - start;
        off.abs() <= ZONE_MAX_SECONDS && off % ZONE_STEP_SECONDS == 0
    };
    seconds < FIRST_SECOND || STARTS_OF_COUNTING.iter().any(is_start)
}

/// As [`seconds`], where it was said how days and months stand; else as without.
pub fn seconds_in(date: &str, format: &DateFormat) -> Option<i64> {
    let trimmed = date.trim();
    if trimmed.len() > DATE_MAX_BYTES {
        return None;
    }
    let said = match format {
        DateFormat::Unsaid => None,
        DateFormat::Pattern(pattern) => by_pattern(trimmed, pattern),
        _ => spoken(trimmed, format),
    };
    said.filter(|&seconds| !stands_for_none(seconds)).or_else(|| seconds(date))
}

/// A moment as ISO 8601, which all stages read; `None` beyond the years that there are.
pub fn iso_of(seconds: i64) -> Option<String> {
    jiff::Timestamp::from_second(seconds).ok().map(|moment| moment.to_string())
}

/// A date as people read it: what counts from 1970 as its day, and time where it has one; all others as they are.
pub fn shown(date: &str) -> Cow<'_, str> {
    let date = date.trim();
    let is_count = date.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'))
        // a day, or a day and a time, without anything between the figures
        && !matches!(date.split('.').next().unwrap_or_default().len(), 8 | 12 | 14);
    let moment = seconds(date).filter(|_| is_count).and_then(iso_of);
    moment.map_or(Cow::Borrowed(date), |moment| match moment.strip_suffix("T00:00:00Z") {
        Some(day) => Cow::Owned(day.to_owned()),
        None => Cow::Owned(moment),
    })
}

fn iso(date: &str) -> Option<i64> {
    if let Ok(moment) = date.parse::<jiff::Timestamp>() {
        return Some(moment.as_second());
    }
    let date_time = date.parse::<DateTime>().ok().or_else(|| {
        let day_of_week = || date.parse::<jiff::civil::ISOWeekDate>().ok().map(|date| date.date());
        // of fewer digits it may be a month
        let day_of_year = || Date::strptime("%Y-%j", date).ok().filter(|_| date.len() == 8);
        Some(day_of_week().or_else(day_of_year)?.at(0, 0, 0, 0))
    })?;
    in_zone(date_time, 0)
}

/// `offset_seconds` east of Greenwich.
fn in_zone(date_time: DateTime, offset_seconds: i64) -> Option<i64> {
    Some(date_time.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second() - offset_seconds)
}

fn by_pattern(date: &str, pattern: &str) -> Option<i64> {
    let parsed = jiff::fmt::strtime::BrokenDownTime::parse(pattern, date).ok()?;
    if let Ok(moment) = parsed.to_timestamp() {
        return Some(moment.as_second());
    }
    let date_time = parsed.to_datetime().ok().or_else(|| Some(parsed.to_date().ok()?.at(0, 0, 0, 0)))?;
    in_zone(date_time, 0)
}

/// Whether a pattern reads a day from what it writes.
fn reads_days(pattern: &str) -> bool {
    let moment = DateTime::constant(2031, 11, 23, 16, 5, 9, 0).to_zoned(TimeZone::UTC);
    let written = moment.and_then(|moment| jiff::fmt::strtime::format(pattern, &moment));
    written.is_ok_and(|date| by_pattern(&date, pattern).is_some())
}

/// Digits alone: a day, a day and a time, or seconds, thousandths, millionths since 1970.
fn figures(date: &str) -> Option<i64> {
    // a number that a table made a fraction
    let (whole, fraction) = date.split_once('.').unwrap_or((date, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (sign, digits) = match whole.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, whole),
    };
    if digits.is_empty() || !is_digits(digits) || !is_digits(fraction) {
        return None;
    }
    let with_time = |pattern: &str| {
        let date_time = DateTime::strptime(pattern, digits).ok()?;
        (sign > 0 && (1800..2200).contains(&date_time.year())).then(|| in_zone(date_time, 0))?
    };
    let stamped = match digits.len() {
        12 => with_time("%Y%m%d%H%M"),
        14 => with_time("%Y%m%d%H%M%S"),
        _ => None,
    };
    let number = || digits.parse::<i64>().ok().map(|number| sign * number);
    stamped.or_else(|| match digits.len() {
        9..=11 => number(),
        12..=13 => Some(number()?.div_euclid(1_000)),
        15..=16 => Some(number()?.div_euclid(1_000_000)),
        18..=19 => Some(number()?.div_euclid(1_000_000_000)),
        _ => None,
    })
}

/// As in mail and feeds; whether the day of the week fits is not asked.
fn mail(date: &str) -> Option<i64> {
    let parser = jiff::fmt::rfc2822::DateTimeParser::new().relaxed_weekday(true);
    parser.parse_timestamp(date).ok().map(|moment| moment.as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: &str = "2031-02-06T12:00:00Z";

    #[test]
    fn dates_of_feeds_exports_and_people_are_read() {
        let noon = seconds(NOON).unwrap();
        for date in [
            "Thu, 06 Feb 2031 12:00:00 GMT",
            "Thu, 06 Feb 2031 07:00:00 EST",
            "Wed, 6 Feb 2031 13:00:00 +0100",
            "20310206120000",
            "203102061200",
            "20310206T120000Z",
            "2031-02-06 12:00:00 UTC",
            "2031-02-06 12:00:00Z",
            "2031-02-06 13:00:00 +0100 CET",
            "2031-02-06 13:00:00.25 +01:00",
            "2031/02/06 12:00",
            "Thu Feb  6 12:00:00 2031",
            "Thu Feb 6 12:00:00 UTC 2031",
            "Feb. 6, 2031, 7:00 a.m. ET",
            "Thursday, February 6th, 2031 at 12:00 PM",
            "6. Februar 2031, 13:00 Uhr MEZ",
            "jeudi 6 février 2031 à 12:00",
            "6 de febrero de 2031 12:00h",
            "06-Feb-2031 12:00:00",
            "06.02.2031 12:00",
            "6 февраля 2031 г. в 12:00",
            "6 лютого 2031 року, 12:00",
            "donderdag 6 februari 2031 om 12:00 uur",
            "6 lutego 2031 r., 12:00",
            "6 Şubat 2031 12:00",
            "giovedì 6 febbraio 2031 alle ore 12:00",
            "6 de fevereiro de 2031 às 12h00",
            "6 février 2031 à 12h00",
            "2031年2月6日 12:00",
            "2031年2月6日12時00分",
            "2031년 2월 6일 12:00",
            "6 فبراير 2031 12:00",
            "الخميس، ٦ فبراير ٢٠٣١ ١٢:٠٠",
            "۶ فوریه ۲۰۳۱ ۱۲:۰۰",
            "६ फरवरी २०३१ १२:००",
        ] {
            assert_eq!(seconds(date), Some(noon), "{date}");
        }
        let number = noon.to_string();
        for date in [number.clone(), format!("{number}.0"), format!("{number}000"), format!("{number}000000")]
        {
            assert_eq!(seconds(&date), Some(noon), "{date}");
        }
        assert_eq!(seconds("946684800000"), Some(946_684_800));
        assert_eq!(seconds("February 6, 2031"), Some(noon - 12 * 3600));
        assert_eq!(seconds("12:00 AM February 6, 2031"), Some(noon - 12 * 3600));
    }

    #[test]
    fn what_may_be_two_days_is_read_where_it_was_said_which() {
        let day = |date: &str| seconds(date);
        assert_eq!(seconds("03/04/2031"), None);
        assert_eq!(seconds_in("03/04/2031", &DateFormat::MonthFirst), day("2031-03-04"));
        assert_eq!(seconds_in("03/04/2031", &DateFormat::DayFirst), day("2031-04-03"));
        assert_eq!(seconds_in("3-4-31 12:00", &DateFormat::DayFirst), day("2031-04-03T12:00:00"));
        assert_eq!(seconds_in("3-4-98", &DateFormat::DayFirst), day("1998-04-03"));
        let pattern = DateFormat::parse("%Y|%d|%m").unwrap();
        assert_eq!(seconds_in("2031|04|03", &pattern), day("2031-03-04"));
        assert_eq!(seconds_in(NOON, &pattern), seconds(NOON));
        assert!(DateFormat::parse("german").is_err());
        for pattern in ["%d.%m.%y", "%d/%m/%Y %H:%M:%S", "%A, %d %B %Y %I:%M %p", "%Y-%j", "%s", "%F %z"] {
            assert!(DateFormat::parse(pattern).is_ok(), "{pattern}");
        }
        for pattern in ["%", "%Q", "%!", "%H:%M", "%B %Y", "%d.%m.%Y %"] {
            assert!(DateFormat::parse(pattern).is_err(), "{pattern}");
        }
    }

    #[test]
    fn what_counts_from_1970_is_shown_as_a_day() {
        for (date, expected) in [
            ("1704067200", "2024-01-01"),
            ("1704067200.0", "2024-01-01"),
            ("1704153661000", "2024-01-02T00:01:01Z"),
            ("20310309", "20310309"),
            ("20310309120000", "20310309120000"),
            ("2031-03-09", "2031-03-09"),
            (" 9 March 2031 ", "9 March 2031"),
            ("no date", "no date"),
            ("", ""),
        ] {
            assert_eq!(shown(date), expected);
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for date in [
            "",
            "yesterday",
            "9.3.31",
            "last Tuesday",
            "1970",
            "1970-01",
            "1970-2",
            "31 February 2031",
            "2031-13-01",
            "12:00",
            "Feb 2031",
            "6 6 February 2031",
            "99999999999999999999",
            "1.2.3.4",
            "NaN",
            "jui 6 2031",
            "٣",
            "−5",
            "1970-01-01",
            "1970-01-01T00:00:00Z",
            "1969-12-31T19:00:00-05:00",
            "1969-12-31T19:00:00Z",
            "0001-01-01T00:00:00Z",
            "1900-01-01",
            "0",
        ] {
            assert_eq!(seconds(date), None, "{date}");
        }
        assert_eq!(seconds(&"1".repeat(1000)), None);
        assert_eq!(seconds("1605-06-01"), Some(-11_505_196_800));
        assert_eq!(seconds("1970-01-02T01:10:00Z"), Some(90_600));
    }

    proptest::proptest! {
        #[test]
        fn nothing_ends_in_a_panic(date in "\\PC{0,40}|[0-9:/. +-]{0,30}|([a-z]{2,9}[ ,.]|[0-9]{1,4}[ :.-]){0,8}") {
            let _ = (seconds(&date), seconds_in(&date, &DateFormat::DayFirst));
        }
    }
}
