//! IPTC 7901, the wire format of European agencies: a header line, keywords, the text with its title, and
//! when it was sent.

use super::document::Document;
use super::prose::unwrapped;
use super::telegraph::{self, MessageParts, START_OF_HEADER, with_quotes};
use super::{Context, Extracted};
use crate::article::{Article, Provenance};
use crate::read::json_lines::FieldProblem;

pub(super) struct Iptc7901;

const TELEX: &[u8] = b"ZCZC";

impl Document for Iptc7901 {
    fn name(&self) -> &'static str {
        "iptc7901"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["iptc", "iptc7901"]
    }

    /// A source's letters and a message's number, then its urgency.
    fn is_told_by(&self, head: &[u8]) -> bool {
        // bytes that wake up the receiver, and the beginning of a telex
        let idle =
            head.iter().take_while(|byte| byte.is_ascii_whitespace() || matches!(byte, 0 | 0x16)).count();
        let Some(header) = head[idle..].strip_prefix(&[START_OF_HEADER]) else { return false };
        let header = header.strip_prefix(TELEX).unwrap_or(header).trim_ascii_start();
        let letters = header.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let rest = &header[letters..];
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let urgency = rest[digits..].trim_ascii_start();
        letters > 0
            && digits > 0
            && urgency.len() < rest.len() - digits
            && urgency.first().is_some_and(u8::is_ascii_digit)
    }

    fn read(
        &self,
        record: &[u8],
        context: &Context<'_>,
        out: &mut Extracted,
    ) -> Result<(), Box<FieldProblem>> {
        telegraph::extract(record, context, out, "IPTC 7901", article)
    }
}

/// What the message says, but for an id: numbers begin again every day.
fn article(message: &MessageParts) -> Article {
    let lines: Vec<&str> = message.text.lines().map(str::trim_end).collect();
    // the title ends with `=`; where none does, it is the first line
    let end = lines.iter().take(8).position(|line| line.ends_with('='));
    let first = lines.iter().position(|line| !line.is_empty()).unwrap_or(0);
    // an indent begins a paragraph
    let is_title = |line: &&str| !line.starts_with("  ");
    let body_start = match end {
        Some(end) => end + 1,
        None => first + usize::from(lines.get(first).is_some_and(is_title)),
    };
    let title = title(lines.get(..body_start.min(lines.len())).unwrap_or_default());
    let body = lines.get(body_start..).unwrap_or_default();
    let note = body.iter().position(|line| is_note(line)).unwrap_or(body.len());
    let notes = body[note..].iter().filter(|line| !line.is_empty() && !line.starts_with('*'));
    let notes = notes.map(|line| line.trim()).collect::<Vec<_>>().join(" ");
    let header = message.header.trim_start();
    let header = header.strip_prefix("ZCZC").unwrap_or(header).trim_start();
    let source: String = header.chars().take_while(char::is_ascii_alphabetic).collect();
    Article {
        text: with_quotes(&unwrapped(&body[..note].join("\n"))),
        title,
        date: sent(&message.trailer),
        source: Some(agency(header).unwrap_or(source)).filter(|source| !source.is_empty()),
        provenance: Some(Box::new(Provenance {
            editorial_note: Some(notes).filter(|notes| !notes.is_empty()),
            ..Provenance::default()
        })),
        ..Article::default()
    }
}

/// Of the lines before the text, the one that is neither a byline nor a mark such as `EXTRA`.
fn title(lines: &[&str]) -> Option<String> {
    let lines: Vec<&str> =
        lines.iter().map(|line| line.trim_end_matches('=').trim()).filter(|line| !line.is_empty()).collect();
    let is_mark = |line: &&&str| !line.chars().any(char::is_lowercase) && line.len() < 16;
    let is_byline = |line: &&&str| line.starts_with("By ") || line.starts_with("Von ");
    let named = lines.iter().filter(|line| !is_mark(line) && !is_byline(line) && !line.starts_with('('));
    let words: Vec<&str> = named.copied().collect();
    let title = if words.is_empty() { lines.first().copied()?.to_owned() } else { words.join(" ") };
    Some(with_quotes(&title))
}

/// Where what follows is for editors.
fn is_note(line: &str) -> bool {
    let line = line.trim().to_lowercase();
    line == "* * * *"
        || (line.starts_with("# ") && line.contains("notebook"))
        || line.starts_with("# notizblock")
        || line.contains("not for publication")
        || line.contains("not intended for publication")
}

/// The agency's name as the header has it, in small letters before the message's last number.
fn agency(header: &str) -> Option<String> {
    let first = header.lines().next()?;
    let mut words = first.split_whitespace().rev();
    let number = words.next()?;
    let name = words.next()?;
    let sound = number.bytes().all(|byte| byte.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphabetic());
    (sound && name.len() <= 8).then(|| name.to_owned())
}

/// `131137 GMT Nov 13`: day, hour and minute, month and year.
fn sent(trailer: &str) -> Option<String> {
    let mut words = trailer.split_whitespace();
    let clock = words.next().filter(|word| word.len() == 6)?.parse::<u32>().ok()?;
    let mut words = words.skip_while(|word| telegraph::month(word).is_none());
    let (month, year) = (telegraph::month(words.next()?)?, words.next()?.parse::<u32>().ok()?);
    telegraph::moment(year, month, clock / 10_000, clock / 100 % 100, clock % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &[u8] = b"\x01nwa0417 4 i 120  nwa 0417\r\n\r\nHolm/mill/\r\n\x02EXTRA\r\nMill shuts after flood =\r\n\r\n\
        Holm (nwa) - The mill shut on\r\nMonday, its owner said.\r\n\r\n``We had an hour,'' she told us.\r\n\r\n\
        # nwa NOTEBOOK\r\n\r\n* * * *\r\nThe following information is not for publication\r\nnwa ab\r\n\x03091642 GMT Okt 31\r\n\x7f\x04";

    #[test]
    fn what_precedes_the_header_is_no_part_of_it_and_an_indent_begins_a_paragraph() {
        let message = b"\x16\x16\x01ZCZC NWA0417 4 POL 120 NWA /ENG\r\n\r\nMill\r\n\x02\r\n   Holm - The mill shut on\r\nMonday.\r\n\
            \x03091642 GMT Oct 31\x04NNNN";
        assert!(Iptc7901.is_told_by(message));
        let read = article(&telegraph::messages(message)[0]);
        assert_eq!(read.text, "Holm - The mill shut on Monday.");
        assert_eq!((read.title, read.source.as_deref()), (None, Some("NWA")));
    }

    #[test]
    fn header_notes_and_hard_ends_of_lines_are_no_text() {
        assert!(Iptc7901.is_told_by(MESSAGE));
        let messages = telegraph::messages(MESSAGE);
        let article = article(&messages[0]);
        assert_eq!(article.title.as_deref(), Some("Mill shuts after flood"));
        assert_eq!(article.date.as_deref(), Some("2031-10-09T16:42:00Z"));
        assert_eq!(article.source.as_deref(), Some("nwa"));
        assert_eq!(
            article.text,
            "Holm (nwa) - The mill shut on Monday, its owner said.\n\n\"We had an hour,\" she told us."
        );
    }
}
