//! Dates as agencies and feeds write them, made ISO 8601 by [`crate::dates`].

use crate::dates::{iso_of, seconds};

/// The date as ISO 8601; as it is where it cannot be read, so that it is counted as such. `None` for no date
/// at all.
pub(super) fn iso(date: &str) -> Option<String> {
    /// A day written in figures alone has no more.
    const DIGITS_OF_A_DAY: usize = 8;
    let date = date.trim();
    if date.is_empty() {
        return None;
    }
    let is_extended = date.as_bytes().get(4) == Some(&b'-') && !date.contains(' ');
    let Some(seconds) = seconds(date).filter(|_| !is_extended) else { return Some(date.to_owned()) };
    let moment = iso_of(seconds)?;
    let digits = date.bytes().filter(u8::is_ascii_digit).count();
    let is_day = digits <= DIGITS_OF_A_DAY && !date.contains(':');
    Some(if is_day { moment.split('T').next()?.to_owned() } else { moment })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_dates_become_one() {
        for (given, wanted) in [
            ("20310206T090000Z", "2031-02-06T09:00:00Z"),
            ("20310206T090000+0100", "2031-02-06T08:00:00Z"),
            ("20310206T0900", "2031-02-06T09:00:00Z"),
            ("20310206", "2031-02-06"),
            ("2031-02-06T09:00:00+00:00", "2031-02-06T09:00:00+00:00"),
            ("2031-02-06", "2031-02-06"),
            ("Thu, 06 Feb 2031 09:00:00 GMT", "2031-02-06T09:00:00Z"),
            ("Fri, 07 Feb 2031 07:30:00 +0100", "2031-02-07T06:30:00Z"),
            ("6. Februar 2031", "2031-02-06"),
            ("2031-02-06 09:00:00", "2031-02-06T09:00:00Z"),
            ("20319906T090000Z", "20319906T090000Z"),
            ("20310206T990000Z", "20310206T990000Z"),
            ("yesterday", "yesterday"),
        ] {
            assert_eq!(iso(given).as_deref(), Some(wanted), "{given}");
        }
        assert_eq!(iso(" "), None);
    }
}
