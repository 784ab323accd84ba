//! Tags of versions before a headline and in a slug: "CORRECTED", "UPDATE 2", "3rd Ld-Writethru".

use super::VersionMark;
use super::words::TAGS;

/// A tag at the start of a line: its mark, its number, and what follows.
pub(super) fn tag(line: &str) -> Option<(VersionMark, i32, &str)> {
    let start = line.trim_start_matches(|letter: char| !letter.is_alphanumeric());
    let (ordinal, start) = ordinal(start);
    let first = start.chars().next()?.to_lowercase().next();
    TAGS.iter().filter(|(words, _)| words.chars().next() == first).find_map(|&(words, mark)| {
        let rest = behind(start, words)?;
        let head = start.strip_suffix(rest)?;
        if rest.starts_with(char::is_alphabetic) {
            return None;
        }
        let digits = rest.trim_start_matches([' ', '-', '#']);
        let count = digits.bytes().take_while(u8::is_ascii_digit).count();
        let number: Option<i32> = digits.get(..count).and_then(|digits| digits.parse().ok());
        let after = if number.is_some_and(|number| number < 100) { digits.get(count..)? } else { rest };
        let closes = after.trim_start();
        let is_closed =
            closes.is_empty() || closes.starts_with(['-', '–', '—', ':', ')', ']', '|', '/', '!', ',']);
        let shouts = !head.chars().any(char::is_lowercase);
        // "UPDATE Ferries to stop", but not "UPDATE ON FERRIES" nor "Update on ferries"
        let next = closes.split_whitespace().next().unwrap_or_default();
        let is_apart = shouts && next.chars().any(char::is_lowercase) && !matches!(words, "lead" | "ld");
        (is_closed || is_apart)
            .then(|| (mark, ordinal.or(number).unwrap_or(1), closes.trim_start_matches([')', ']'])))
    })
}

/// What follows these words, which are in small letters, in whatever case a line begins with them.
fn behind<'l>(line: &'l str, words: &str) -> Option<&'l str> {
    let mut letters = line.chars();
    let is_next = |word: char| letters.next().is_some_and(|letter| letter.to_lowercase().eq([word]));
    let is_there = words.chars().all(is_next);
    is_there.then_some(letters.as_str())
}

/// "2nd Lead", "3. Zusammenfassung": the number before a tag, and the tag.
fn ordinal(line: &str) -> (Option<i32>, &str) {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let number = line.get(..digits).filter(|digits| (1..=2).contains(&digits.len()));
    let rest = line.get(digits..).unwrap_or_default();
    let after = ["st ", "nd ", "rd ", "th ", "eme ", "e ", "er ", ". ", "a "]
        .iter()
        .find_map(|end| rest.strip_prefix(end));
    match (number.and_then(|digits| digits.parse().ok()), after) {
        (Some(number), Some(after)) => (Some(number), after),
        _ => (None, line),
    }
}

/// "AP-Ferries, 3rd Ld-Writethru": the number in a slug.
pub(super) fn numbered_lead(lower: &str) -> Option<i32> {
    if ![" ld", " lead"].iter().any(|end| memchr::memmem::find(lower.as_bytes(), end.as_bytes()).is_some()) {
        return None;
    }
    let at = ["st ld", "nd ld", "rd ld", "th ld", "st lead", "nd lead", "rd lead", "th lead"]
        .iter()
        .find_map(|end| lower.find(end))?;
    let before = lower.get(..at)?;
    let digits = before.bytes().rev().take_while(u8::is_ascii_digit).count();
    before.get(before.len() - digits..)?.parse().ok()
}
