//! Dates as people write them, read word by word: months, days and zones by their names.

use jiff::civil::{Date, Time};

use super::{DateFormat, in_zone};
use crate::fold::folded;
use crate::languages;
use crate::stretch::stretch;

/// What was read of a date so far.
#[derive(Default)]
struct DateParts {
    year: Option<i16>,
    month: Option<i8>,
    day: Option<i8>,
    time: Option<Time>,
    /// Seconds east of Greenwich.
    zone: Option<i64>,
}

/// Word by word: "Thursday, 6 February 2031 at 10:30 p.m. CET", "2031-02-06 10:30:00 +0100 UTC".
pub(super) fn spoken(date: &str, format: &DateFormat) -> Option<i64> {
    let mut parts = DateParts::default();
    // "a.m." and "p.m." are one word
    let spaced = in_figures(folded(date))
        .replace("a.m.", "am")
        .replace("p.m.", "pm")
        .replace([',', '،', '(', ')'], " ");
    let mut words = spaced.split_whitespace().peekable();
    while let Some(word) = words.next() {
        parts.take(word, format)?;
        if let Some(half) = words.next_if(|next| matches!(*next, "am" | "pm" | "uhr" | "h")) {
            parts.halve(half)?;
        }
    }
    let day = Date::new(parts.year?, parts.month?, parts.day?).ok()?;
    in_zone(day.to_datetime(parts.time.unwrap_or(Time::midnight())), parts.zone.unwrap_or(0))
}

/// "2031年3月9日 18時30分" as "2031-3-9 18:30", "18h30" as "18:30".
fn in_figures(date: String) -> String {
    const YEARS: [(char, char); 2] = [('年', '月'), ('년', '월')];
    let is_hour = |(at, _): &(usize, char)| {
        let is_digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
        is_digit(date.as_bytes().get(at.wrapping_sub(1))) && is_digit(date.as_bytes().get(at + 1))
    };
    if let Some((at, _)) = date.char_indices().filter(|(_, c)| *c == 'h').find(is_hour) {
        return format!("{}:{}", stretch(&date, ..at), stretch(&date, at + 1..));
    }
    if !YEARS.iter().any(|(year, month)| date.contains(*year) && date.contains(*month)) {
        return date;
    }
    let mut figures = String::new();
    for c in date.chars() {
        match c {
            '年' | '月' | '년' | '월' => {
                figures.truncate(figures.trim_end().len());
                figures.push('-');
            }
            ' ' if figures.ends_with(['-', ':']) => {}
            '日' | '일' | '分' | '분' => figures.push(' '),
            '時' | '时' | '点' | '시' => figures.push(':'),
            _ => figures.push(c),
        }
    }
    figures
}

impl DateParts {
    /// `None` for a word that no date has, or has twice.
    fn take(&mut self, word: &str, format: &DateFormat) -> Option<()> {
        if is_filler(word) {
            return Some(());
        }
        if let Some(zone) = offset(word).or_else(|| zone(word)) {
            // "+0100 CET" says it twice
            self.zone.get_or_insert(zone);
            return Some(());
        }
        if word.contains(':') {
            return self.take_time(word);
        }
        if let Some(month) = month(word) {
            return set(&mut self.month, month);
        }
        if word.contains(['/', '-', '.']) && self.take_numeric(word, format).is_some() {
            return Some(());
        }
        let figures = word.trim_end_matches(['.', 'º']);
        let figures = ["st", "nd", "rd", "th", "er"]
            .iter()
            .find_map(|end| figures.strip_suffix(end))
            .unwrap_or(figures);
        match figures.len() {
            1 | 2 => set(&mut self.day, figures.parse().ok()?),
            4 => set(&mut self.year, figures.parse().ok()?),
            _ => None,
        }
    }

    /// "10:30", "10:30:05.123", with what says the zone or the half of the day behind it.
    fn take_time(&mut self, word: &str) -> Option<()> {
        // "2031/02/06t10:30"
        let end = word.find(|c: char| !(c.is_ascii_digit() || c == ':' || c == '.')).unwrap_or(word.len());
        let (clock, rest) = word.split_at_checked(end)?;
        let mut numbers = clock.split(':');
        let mut next = || -> Option<i8> { numbers.next()?.split('.').next()?.parse().ok() };
        let (hour, minute) = (next()?, next()?);
        let second = next().unwrap_or(0);
        set(&mut self.time, Time::new(hour, minute, second.min(59), 0).ok()?)?;
        match rest {
            "" | "h" => Some(()),
            "am" | "pm" => self.halve(rest),
            zoned => {
                self.zone = Some(offset(zoned).or_else(|| zone(zoned))?);
                Some(())
            }
        }
    }

    fn halve(&mut self, half: &str) -> Option<()> {
        let time = self.time?;
        let hour = match (half, time.hour()) {
            ("am", 12) => 0,
            ("pm", hour) if hour < 12 => hour + 12,
            (_, hour) => hour,
        };
        self.time = Some(Time::new(hour, time.minute(), time.second(), 0).ok()?);
        Some(())
    }

    /// Three numbers, or two and a month's name: the year first, or the order that was said; with full stops
    /// the day first.
    fn take_numeric(&mut self, word: &str, format: &DateFormat) -> Option<()> {
        let mut pieces = word.split(['/', '-', '.']).filter(|piece| !piece.is_empty());
        let [first, second, third] = [pieces.next()?, pieces.next()?, pieces.next()?];
        // an hour may hang on the day
        if pieces.next().is_some() {
            return None;
        }
        let (year, month_name, day) = match (first.len(), format) {
            (4, _) => (first, second, third),
            _ if month(second).is_some() => (third, second, first),
            (_, DateFormat::MonthFirst) => (third, first, second),
            (_, DateFormat::DayFirst) => (third, second, first),
            _ if word.contains('.') && third.len() == 4 => (third, second, first),
            _ => return None,
        };
        let year: i16 = match year.len() {
            2 => 2000 + year.parse::<i16>().ok()?,
            _ => year.parse().ok()?,
        };
        // of two digits the last hundred years
        let year = if third.len() == 2 && first.len() < 4 && year > 2068 { year - 100 } else { year };
        set(&mut self.year, year)?;
        set(&mut self.month, month(month_name).or_else(|| month_name.parse().ok())?)?;
        set(&mut self.day, day.parse().ok()?)
    }
}

fn set<T>(place: &mut Option<T>, value: T) -> Option<()> {
    place.replace(value).is_none().then_some(())
}

/// Words between the parts of a date.
const BETWEEN: &str = "at on of the um am den der à le el de del a las uhr - | г года року р r roku godz в о om uur às do di ore alle \
    saat kl الساعه";

/// Days of the week that no language's file has, in full or cut.
const DAYS: &str = "sonnabend tues thur thurs mo di mi do fr sa so";

/// English days, cut to three letters or in full.
const ENGLISH_DAYS: &str = "mon tue wed thu fri sat sun";

/// Days of the week, and words between.
fn is_filler(word: &str) -> bool {
    let word = word.trim_end_matches('.');
    let is_among = |words: &str| words.split_whitespace().any(|known| known == word);
    let is_english = |day: &str| word.starts_with(day) && (word.len() == 3 || word.ends_with("day"));
    is_among(BETWEEN)
        || is_among(DAYS)
        || ENGLISH_DAYS.split_whitespace().any(is_english)
        || languages::all().iter().any(|table| table.weekdays.contains(&word))
}

/// A month by its name, whole or cut to three letters or more.
fn month(word: &str) -> Option<i8> {
    const NAMES: [&[&str]; 12] = [
        &["january", "januar", "jänner", "janvier", "enero"],
        &["february", "februar", "février", "fevrier", "febrero"],
        &["march", "märz", "maerz", "mrz", "mars", "marzo"],
        &["april", "avril", "abril"],
        &["may", "mai", "mayo"],
        &["june", "juni", "juin", "junio"],
        &["july", "juli", "juillet", "julio"],
        &["august", "août", "aout", "agosto"],
        &["september", "sept", "septembre", "septiembre", "setiembre"],
        &["october", "oktober", "octobre", "octubre"],
        &["november", "novembre", "noviembre"],
        &["december", "dezember", "décembre", "decembre", "diciembre"],
    ];
    let word = word.trim_end_matches('.');
    let is_cut = word.chars().count() >= 3 && word.chars().all(char::is_alphabetic);
    // "jui" may be June or July
    let is_begun = |names: &[&str]| is_cut && names.iter().any(|name| name.starts_with(word));
    let mut fitting = (1..).zip(NAMES).filter(|(_, names)| is_begun(names));
    match fitting.next() {
        Some((number, _)) => fitting.next().is_none().then_some(number),
        None => {
            let named =
                languages::all().iter().flat_map(|table| &table.months).find(|(name, _)| *name == word);
            named.and_then(|(_, number)| i8::try_from(*number).ok())
        }
    }
}

/// "+0100", "-05:00", "+1", "utc+2", "z".
fn offset(word: &str) -> Option<i64> {
    let word = word
        .strip_prefix("utc")
        .or_else(|| word.strip_prefix("gmt"))
        .filter(|rest| !rest.is_empty())
        .unwrap_or(word);
    let (sign, digits) = match word.split_at_checked(1)? {
        ("z", "") => return Some(0),
        ("+", digits) => (1, digits),
        ("-" | "−", digits) => (-1, digits),
        _ => return None,
    };
    let digits: String = digits.chars().filter(|c| *c != ':').collect();
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: i64 = digits.parse().ok()?;
    let (hours, minutes) = match digits.len() {
        1 | 2 => (number, 0),
        4 => (number / 100, number % 100),
        _ => return None,
    };
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// The usual names of zones.
fn zone(word: &str) -> Option<i64> {
    let hours = match word {
        "utc" | "gmt" | "z" | "ut" | "wet" => 0.0,
        "cet" | "bst" | "mez" | "west" | "wat" => 1.0,
        "cest" | "mesz" | "eet" | "sast" | "cat" => 2.0,
        "eest" | "msk" | "eat" => 3.0,
        "gst" => 4.0,
        "pkt" => 5.0,
        "ist" => 5.5,
        "hkt" | "sgt" | "awst" => 8.0,
        "jst" | "kst" => 9.0,
        "aest" => 10.0,
        "aedt" => 11.0,
        "nzst" => 12.0,
        "nzdt" => 13.0,
        "brt" | "art" => -3.0,
        "edt" | "ast" => -4.0,
        "est" | "et" | "cdt" => -5.0,
        "cst" | "ct" | "mdt" => -6.0,
        "mst" | "mt" | "pdt" => -7.0,
        "pst" | "pt" | "akdt" => -8.0,
        "akst" => -9.0,
        "hst" => -10.0,
        _ => return None,
    };
    Some((hours * 3600.0) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_of_all_languages_are_known() {
        for table in languages::all() {
            for &(name, number) in &table.months {
                assert_eq!(month(name).map(i64::from), Some(i64::from(number)), "{}: {name}", table.lang);
            }
            assert!(table.weekdays.iter().all(|day| is_filler(day)), "{}", table.lang);
        }
        for cut in ["jan", "febr.", "mär", "sept", "déc"] {
            assert!(month(cut).is_some(), "{cut}");
        }
        assert_eq!(["ma", "ju", "jui", "5", ""].map(month), [None; 5]);
    }
}
