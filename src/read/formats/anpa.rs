//! ANPA 1312, the wire format of American agencies: a header of control bytes, lines that begin with `^` for
//! slug, title and byline, the text, and when it was sent.

use super::document::Document;
use super::prose::{unwrapped, without_contact_tail};
use super::telegraph::{self, MessageParts, START_OF_HEADER, with_quotes};
use super::{Context, Extracted};
use crate::article::{Article, Provenance, PublishingStatus};
use crate::read::json_lines::FieldProblem;

pub(super) struct Anpa;

/// Before the header, for lines that lost their beginning.
const IDLE: u8 = 0x16;
/// Behind the message's number.
const UNIT_SEPARATOR: u8 = 0x1F;

impl Document for Anpa {
    fn name(&self) -> &'static str {
        "anpa"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["anpa", "tst"]
    }

    fn is_told_by(&self, head: &[u8]) -> bool {
        let head = head.trim_ascii_start();
        let idle = head.iter().take_while(|byte| **byte == IDLE).count();
        let Some(header) = head[idle..].strip_prefix(&[START_OF_HEADER]) else { return false };
        // a service's letter and four digits; without idle bytes the separator tells it
        let number: Vec<u8> = header.iter().take(8).copied().take_while(u8::is_ascii_alphanumeric).collect();
        let is_number = number.len() >= 4 && number[number.len() - 4..].iter().all(u8::is_ascii_digit);
        is_number && (idle > 0 || header.get(number.len()) == Some(&UNIT_SEPARATOR))
    }

    fn read(
        &self,
        record: &[u8],
        context: &Context<'_>,
        out: &mut Extracted,
    ) -> Result<(), Box<FieldProblem>> {
        telegraph::extract(record, context, out, "ANPA", article)
    }
}

/// What the message says, but for an id: numbers begin again every day.
fn article(message: &MessageParts) -> Article {
    let mut marked = Vec::new();
    let mut text = String::new();
    for (number, line) in message.text.lines().enumerate() {
        match line.trim_start().strip_prefix('^') {
            Some(line) => marked.push(with_quotes(unmarked(line))),
            // the slug may stand behind the start of the text without a mark
            None if number == 0 && is_slug(unmarked(line)) => marked.push(unmarked(line).to_owned()),
            // a paragraph begins with an indent, by spaces or by a tab
            None => {
                text.push_str(if line.starts_with('\t') { "  " } else { "" });
                text.push_str(unmarked(line));
                text.push('\n');
            }
        }
    }
    let note = marked.iter().find(|line| is_note(line)).map(|line| line.trim_matches(['(', ')']).to_owned());
    let is_killed = marked.iter().take(2).any(|line| {
        let line = line.to_lowercase();
        line.contains("-kill") || line.contains("kill notice") || line.contains("story kill")
    });
    let mut text = with_quotes(&unwrapped(&text));
    if text.is_empty() {
        // lists of headlines are made of marked lines alone
        text = marked.get(2..).unwrap_or_default().join("\n\n");
    }
    Article {
        text: without_contact_tail(&text).to_owned(),
        title: title(&message.header, &marked),
        date: sent(&message.trailer),
        source: message.trailer.trim().split('-').next().filter(|name| is_agency(name)).map(str::to_owned),
        provenance: Some(Box::new(Provenance {
            editorial_note: note,
            status: if is_killed { PublishingStatus::Canceled } else { PublishingStatus::Usable },
            ..Provenance::default()
        })),
        ..Article::default()
    }
}

/// The second of the marked lines that may name the story, behind its slug. Some senders write them before
/// the start of the text.
fn title(header: &str, marked: &[String]) -> Option<String> {
    let before = header.lines().filter_map(|line| line.trim_start().strip_prefix('^'));
    let before = before.map(|line| with_quotes(unmarked(line)));
    let named: Vec<String> =
        before.chain(marked.iter().cloned()).filter(|line| !is_byline(line) && !is_note(line)).collect();
    named.get(1).or(named.first()).filter(|line| !line.is_empty()).cloned()
}

fn is_byline(line: &str) -> bool {
    line.get(..3).is_some_and(|by| by.eq_ignore_ascii_case("by "))
}

/// A line without the marks of its end.
fn unmarked(line: &str) -> &str {
    line.trim_end().trim_end_matches(['<', '=', '^']).trim_end()
}

/// `BC-FERRIES-JOBS`: what a story goes by on its way.
fn is_slug(line: &str) -> bool {
    line.split('-').next().is_some_and(|first| first.len() == 2) && !line.ends_with('.')
}

fn is_note(line: &str) -> bool {
    let line = line.trim_start_matches('(');
    line.starts_with("Eds:") || line.starts_with("EDITOR") || line.starts_with("Editors:")
}

fn is_agency(name: &str) -> bool {
    (1..=8).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// `AP-WF-02-06-31 0911GMT`: month, day, year, hour and minute.
fn sent(trailer: &str) -> Option<String> {
    let (before, time) = trailer.trim().split_once(' ')?;
    let time = time.trim_start();
    let mut numbers = before.rsplit('-').map(|number| number.parse::<u32>().ok());
    let (year, day, month) = (numbers.next()??, numbers.next()??, numbers.next()??);
    let clock = time.get(..4)?.parse::<u32>().ok()?;
    telegraph::moment(year, month, day, clock / 100, clock % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &[u8] = b"\x16\x16\x01k0417\x1F_ r bc-mill 03-09 0120\x1F\r\n\x02BC-MILL<\r\n\
        ^Mill shuts after flood<\r\n^Eds: Adds quote.<\r\n^By A. WRITER=\r\n   HOLM (NW) _ The mill shut on Monday, <\r\n\
        its owner said.<\r\n   ``We had an hour,'' she told us.<\r\n\x03\r\nNW-03-09-31 1642GMT<\r\n\x04";

    #[test]
    fn a_byline_is_no_title_and_a_block_ends_a_text() {
        let message = b"\x16\x01k0417\x1F\r\n^BC-MILL<\r\n^Mill shuts after flood<\r\n\x02^By A. WRITER=\r\n   HOLM (NW) _ It shut.\r\n\
            \x17\r\nNW-03-09-31 1642GMT<\r\n\x04";
        let read = article(&telegraph::messages(message)[0]);
        assert_eq!(read.title.as_deref(), Some("Mill shuts after flood"));
        assert_eq!(read.text, "HOLM (NW) _ It shut.");
        assert_eq!(read.date.as_deref(), Some("2031-03-09T16:42:00Z"));
        let alone = b"\x16\x01k0417\x1F\r\n\x02^BY A. WRITER=\r\n   It shut.\r\n\x03\x04";
        assert_eq!(article(&telegraph::messages(alone)[0]).title, None);
    }

    #[test]
    fn marks_and_control_bytes_are_no_text() {
        assert!(Anpa.is_told_by(MESSAGE));
        let messages = telegraph::messages(MESSAGE);
        let article = article(&messages[0]);
        assert_eq!(article.title.as_deref(), Some("Mill shuts after flood"));
        assert_eq!(article.date.as_deref(), Some("2031-03-09T16:42:00Z"));
        assert_eq!(article.source.as_deref(), Some("NW"));
        assert!(article.text.ends_with(
            "HOLM (NW) _ The mill shut on Monday, its owner said.\n\n\"We had an hour,\" she told us."
        ));
        assert_eq!(article.provenance.unwrap().editorial_note.as_deref(), Some("Eds: Adds quote."));
    }

    #[test]
    fn other_files_are_not_told_to_be_messages() {
        for head in [&b"\x01dpa062 4 i 211"[..], b"\x16\x16", b"", b"k0417", b"\x01ab"] {
            assert!(!Anpa.is_told_by(head));
        }
    }
}
