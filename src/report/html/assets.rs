//! The page's fixed parts, and JSON that may stand inside a script block.

use std::io;
use std::sync::LazyLock;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::stretch::stretch;

const PAGE: &str = include_str!("../assets/report.html");

/// The fixed parts as they are embedded. A checkout may have rewritten line ends, and browsers hash the text
/// after they have read `\r\n` as `\n`.
static STYLE: LazyLock<String> = LazyLock::new(|| include_str!("../assets/report.css").replace("\r\n", "\n"));
static EVIDENCE: LazyLock<String> = LazyLock::new(|| compact(include_str!("../assets/evidence.js")));
static SCRIPT: LazyLock<String> = LazyLock::new(|| {
    let parts = [include_str!("../assets/timeline.js"), include_str!("../assets/report.js")];
    evidence_script().to_owned() + &parts.map(compact).concat()
});

/// A script without comments that have lines of their own, and without indentation: a page is as small as it
/// can be read.
fn compact(script: &str) -> String {
    let mut lines = String::new();
    let mut in_comment = false;
    for line in script.lines().map(str::trim) {
        let begins = line.starts_with("/*");
        if !(in_comment || begins || line.is_empty() || line.starts_with("//")) {
            lines.push_str(line);
            lines.push('\n');
        }
        in_comment = (in_comment || begins) && !line.ends_with("*/");
    }
    lines
}

pub(super) fn style() -> &'static str {
    &STYLE
}

pub(super) fn script() -> &'static str {
    &SCRIPT
}

/// What draws a pair, for both pages.
pub(super) fn evidence_script() -> &'static str {
    &EVIDENCE
}

/// What goes between two stretches of the page's shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    Policy,
    Style,
    Data,
    Script,
    End,
}

/// The shell in stretches, each with what follows it. Data is never searched for slots.
pub(super) fn template() -> impl Iterator<Item = (&'static str, Slot)> {
    let slots = [
        ("{{policy}}", Slot::Policy),
        ("{{style}}", Slot::Style),
        ("{{data}}", Slot::Data),
        ("{{script}}", Slot::Script),
    ];
    let mut rest = Some(PAGE);
    std::iter::from_fn(move || {
        let page = rest?;
        let next = slots
            .iter()
            .filter_map(|(mark, slot)| Some((page.find(mark)?, mark.len(), *slot)))
            .min_by_key(|(at, ..)| *at);
        let Some((at, length, slot)) = next else {
            rest = None;
            return Some((page, Slot::End));
        };
        rest = Some(stretch(page, at + length..));
        Some((stretch(page, ..at), slot))
    })
}

/// The content security policy: nothing is loaded, and only the page's own style and script count.
pub(super) fn policy() -> String {
    format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(script()),
        hash(style())
    )
}

/// SHA-256 in base64, as a policy names an inline script.
pub(super) fn hash(asset: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut written = String::new();
    for bytes in Sha256::digest(asset.as_bytes()).chunks(3) {
        let group =
            (0..3).fold(0u32, |group, at| group << 8 | u32::from(bytes.get(at).copied().unwrap_or(0)));
        for digit in 0..4 {
            let shown = digit <= bytes.len();
            written.push(if shown {
                char::from(DIGITS[(group >> (18 - 6 * digit) & 63) as usize])
            } else {
                '='
            });
        }
    }
    written
}

/// `value` as JSON in which no character means anything to an HTML parser or ends a line of a script.
pub(super) fn script_json(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut out, Inert))?;
    // a page holds thousands of them until it is written
    out.shrink_to_fit();
    Ok(out)
}

/// Compact JSON with all active characters escaped; outside strings none of them occurs.
struct Inert;

/// Whether `c` means something to an HTML parser, to a script, or to a person who reads the page's source.
fn is_active(c: char) -> bool {
    matches!(c, '<' | '>' | '&' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{7f}'..='\u{9f}')
}

impl serde_json::ser::Formatter for Inert {
    fn write_string_fragment<W: io::Write + ?Sized>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut written = 0;
        // Only these bytes begin characters that mean something.
        let begins_active = |byte: u8| matches!(byte, b'<' | b'>' | b'&' | 0x7f | 0xc2 | 0xe2);
        let places = fragment.bytes().enumerate().filter(|&(_, byte)| begins_active(byte));
        for (at, c) in places.filter_map(|(at, _)| Some((at, stretch(fragment, at..).chars().next()?))) {
            if is_active(c) {
                out.write_all(&fragment.as_bytes()[written..at])?;
                write!(out, "\\u{:04x}", c as u32)?;
                written = at + c.len_utf8();
            }
        }
        out.write_all(&fragment.as_bytes()[written..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_base64_of_sha_256() {
        assert_eq!(hash(""), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
        assert_eq!(hash("abc"), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
    }

    #[test]
    fn scripts_lose_comments_and_indentation_alone() {
        assert_eq!(
            compact("// one\r\n  a();\n\n/** two\n three */\n  /* four */\nb(); // five\n"),
            "a();\nb(); // five\n"
        );
    }

    #[test]
    fn the_shell_has_every_slot_once() {
        let slots: Vec<Slot> = template().map(|(_, slot)| slot).collect();
        assert_eq!(slots, [Slot::Policy, Slot::Style, Slot::Data, Slot::Script, Slot::End]);
        assert!(template().all(|(words, _)| !words.contains("{{")));
    }

    #[test]
    fn every_active_character_is_escaped() {
        for c in ('\0'..=char::MAX).filter(|&c| is_active(c)) {
            let written = String::from_utf8(script_json(&format!("a{c}")).unwrap()).unwrap();
            assert_eq!(written, format!("\"a\\u{:04x}\"", c as u32));
        }
    }

    proptest::proptest! {
        #[test]
        fn json_in_a_script_block_is_inert_and_reads_back(text in "[</>&\"'\\\\a!\\-\\u{2028}\\u{2029}\\n日]{0,40}") {
            let written = String::from_utf8(script_json(&text).unwrap()).unwrap();
            let inert = !written.contains(['<', '>', '&', '\u{2028}', '\u{2029}', '\n']);
            proptest::prop_assert!(inert);
            proptest::prop_assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text);
        }
    }
}
