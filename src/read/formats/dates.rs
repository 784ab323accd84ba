//! Dates as agencies and feeds write them, made ISO 8601.

use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::rfc2822;
use jiff::{Timestamp, Zoned};

use crate::stretch::stretch;

/// The date as ISO 8601; as it is where it cannot be read, so that it is counted as such. `None` for no date at all.
pub(super) fn iso(date: &str) -> Option<String> {
    let date = date.trim();
    if date.is_empty() {
        return None;
    }
    Some(read(date).unwrap_or_else(|| date.to_owned()))
}

fn read(date: &str) -> Option<String> {
    let is_extended = date.as_bytes().get(4) == Some(&b'-');
    if is_extended && crate::article::iso_seconds(date).is_some() {
        return Some(date.to_owned());
    }
    if let Some(date) = compact(date) {
        return Some(date);
    }
    if let Ok(moment) = date.parse::<Timestamp>() {
        return Some(moment.to_string());
    }
    if let Ok(date_time) = date.parse::<DateTime>() {
        return Some(date_time.to_string());
    }
    let mail = rfc2822::DateTimeParser::new().relaxed_weekday(true);
    let zoned: Zoned = mail.parse_zoned(date).ok()?;
    Some(zoned.timestamp().to_string())
}

/// `YYYYMMDD`, then perhaps `T`, `HHMM` or `HHMMSS`, and `Z` or `±HHMM`: with no sign between the numbers.
fn compact(date: &str) -> Option<String> {
    let (day, rest) = date.split_at_checked(8)?;
    if !day.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = |digits: &str| digits.parse::<i16>().ok();
    let day = Date::new(
        number(stretch(day, ..4))?,
        number(stretch(day, 4..6))? as i8,
        number(stretch(day, 6..))? as i8,
    )
    .ok()?;
    let rest = rest.strip_prefix(['T', ' ']).unwrap_or(rest);
    if rest.is_empty() {
        return Some(day.to_string());
    }
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (time, zone) = rest.split_at(digits);
    let second = match digits {
        4 => 0,
        6 => number(stretch(time, 4..))?,
        _ => return None,
    };
    let time =
        Time::new(number(stretch(time, ..2))? as i8, number(stretch(time, 2..4))? as i8, second as i8, 0)
            .ok()?;
    let time = day.to_datetime(time);
    let zone = zone.trim();
    match zone {
        "" | "Z" | "z" => Some(format!("{time}{}", zone.to_ascii_uppercase())),
        _ => {
            let sign = zone.starts_with(['+', '-']).then(|| stretch(zone, ..1))?;
            let digits: String = stretch(zone, 1..).chars().filter(char::is_ascii_digit).collect();
            (digits.len() == 4)
                .then(|| format!("{time}{sign}{}:{}", stretch(&digits, ..2), stretch(&digits, 2..)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_dates_become_one() {
        for (given, wanted) in [
            ("20310206T090000Z", "2031-02-06T09:00:00Z"),
            ("20310206T090000+0100", "2031-02-06T09:00:00+01:00"),
            ("20310206T0900", "2031-02-06T09:00:00"),
            ("20310206", "2031-02-06"),
            ("2031-02-06T09:00:00+00:00", "2031-02-06T09:00:00+00:00"),
            ("2031-02-06", "2031-02-06"),
            ("Thu, 06 Feb 2031 09:00:00 GMT", "2031-02-06T09:00:00Z"),
            ("Fri, 07 Feb 2031 07:30:00 +0100", "2031-02-07T06:30:00Z"),
            ("20319906T090000Z", "20319906T090000Z"),
            ("20310206T990000Z", "20310206T990000Z"),
            ("yesterday", "yesterday"),
        ] {
            assert_eq!(iso(given).as_deref(), Some(wanted), "{given}");
        }
        assert_eq!(iso(" "), None);
    }
}
