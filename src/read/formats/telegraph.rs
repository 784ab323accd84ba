//! What messages from the days of teleprinters have in common: control bytes between their parts, quotation
//! marks of seven bits, numbers of days without a year's first digits.

use encoding_rs::WINDOWS_1252;

use super::{Context, Extracted, no_text};
use crate::article::Article;
use crate::read::json_lines::FieldProblem;

pub(super) const START_OF_HEADER: u8 = 0x01;
pub(super) const START_OF_TEXT: u8 = 0x02;
pub(super) const END_OF_TEXT: u8 = 0x03;
/// What ends the text where more of it follows in another message.
pub(super) const END_OF_BLOCK: u8 = 0x17;
pub(super) const END_OF_MESSAGE: u8 = 0x04;

/// A message cut at its control bytes.
pub(super) struct MessageParts {
    pub(super) header: String,
    pub(super) text: String,
    /// What follows the text: when it was sent.
    pub(super) trailer: String,
}

/// The messages of a file: each begins with the start of a header, and ends with the next or with its own
/// end.
pub(super) fn messages(bytes: &[u8]) -> Vec<MessageParts> {
    let bodies = bytes.split(|byte| *byte == START_OF_HEADER).skip(1);
    bodies.map(|body| parts(body.split(|byte| *byte == END_OF_MESSAGE).next().unwrap_or_default())).collect()
}

/// The articles of a file's messages, made by `article`, which gives no id: messages are numbered anew every
/// day.
///
/// # Errors
/// Where the file holds no message; `kind` names what was looked for.
pub(super) fn extract(
    record: &[u8],
    context: &Context<'_>,
    out: &mut Extracted,
    kind: &str,
    article: fn(&MessageParts) -> Article,
) -> Result<(), Box<FieldProblem>> {
    let messages = messages(record);
    let is_alone = messages.len() == 1;
    for (position, message) in (1..).zip(&messages) {
        let id = Context { number: position, ..*context }.id(is_alone);
        let article = Article { id, ..article(message) };
        if article.text.is_empty() {
            let mut problem = no_text(&format!("the {kind} message has no text"));
            problem.id = Some(article.id);
            out.problems.push((context.number, problem));
            continue;
        }
        out.push(context.number, &article);
    }
    if messages.is_empty() { Err(no_text(&format!("the file holds no {kind} message"))) } else { Ok(()) }
}

fn parts(message: &[u8]) -> MessageParts {
    let (header, rest) = cut(message, memchr::memchr(START_OF_TEXT, message));
    let (text, trailer) = cut(rest, memchr::memchr2(END_OF_TEXT, END_OF_BLOCK, rest));
    MessageParts { header: readable(header), text: readable(text), trailer: readable(trailer) }
}

fn cut(bytes: &[u8], at: Option<usize>) -> (&[u8], &[u8]) {
    match at {
        Some(found) => (&bytes[..found], &bytes[found + 1..]),
        None => (bytes, &[]),
    }
}

/// Without control bytes but line ends and tabs; others stand for spaces and shifts of type.
fn readable(bytes: &[u8]) -> String {
    let is_kept = |byte: u8| byte >= 0x20 && byte != 0x7F || matches!(byte, b'\n' | b'\t' | b'\r');
    let clean: Vec<u8> = bytes.iter().map(|byte| if is_kept(*byte) { *byte } else { b' ' }).collect();
    match String::from_utf8(clean) {
        Ok(text) => text,
        Err(error) => WINDOWS_1252.decode_without_bom_handling(error.as_bytes()).0.into_owned(),
    }
}

/// Two accents or apostrophes for a quotation mark, an accent for the opening of one within.
pub(super) fn with_quotes(text: &str) -> String {
    text.replace("``", "\"").replace("''", "\"").replace('`', "'")
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "ma", "jun", "jul", "aug", "sep", "o", "nov", "de"];

/// A month's number from its name in English or German, shortened or not.
pub(super) fn month(name: &str) -> Option<u32> {
    let name = name.to_lowercase();
    if name.starts_with("mar") || name.starts_with("mär") || name.starts_with("mrz") {
        return Some(3);
    }
    let found = MONTHS.iter().position(|start| name.starts_with(start));
    found.map(|position| position as u32 + 1)
}

/// ISO 8601 of numbers, a year of two digits being of this century.
pub(super) fn moment(year: u32, month: u32, day: u32, hour: u32, minute: u32) -> Option<String> {
    let sound = (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60;
    sound.then(|| format!("20{:02}-{month:02}-{day:02}T{hour:02}:{minute:02}:00Z", year % 100))
}
