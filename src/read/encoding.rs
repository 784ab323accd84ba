//! Bytes of a text file to its text: UTF-8, UTF-16 with a byte order mark, or an older encoding that is told
//! from the bytes themselves.
//!
//! A guess is worth having only where a wrong one would show. It is refused where the bytes are mostly UTF-8
//! with a few damaged places (a guess would turn every accent into two letters), where they hold control
//! characters (then they are no text), where they do not decode without loss, and where what comes out beyond
//! ASCII is more often a sign than a letter or mark of punctuation.

use std::borrow::Cow;
use std::io::{self, Read};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Decoder, Encoding, UTF_16BE, UTF_16LE};

use super::RejectionKind;
use super::json_lines::FieldProblem;

use crate::stretch::stretch;

const UTF8_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The UTF-8 byte order mark, if the bytes begin with one, is no part of the text.
pub(super) fn without_utf8_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(UTF8_MARK).unwrap_or(bytes)
}

pub(super) fn decode(bytes: Vec<u8>) -> Result<String, Box<FieldProblem>> {
    if bytes.starts_with(b"\xFF\xFE\0\0") || bytes.starts_with(b"\0\0\xFE\xFF") {
        return Err(unknown("UTF-32 is not read; convert it to UTF-8"));
    }
    if bytes.starts_with(b"\xFF\xFE") {
        return decode_utf16(&bytes[2..], UTF_16LE);
    }
    if bytes.starts_with(b"\xFE\xFF") {
        return decode_utf16(&bytes[2..], UTF_16BE);
    }
    if memchr::memchr(0, &bytes).is_some() {
        return Err(unknown("NUL bytes: not text, or UTF-16 without a byte order mark; convert it to UTF-8"));
    }
    let marked = bytes.starts_with(UTF8_MARK);
    match String::from_utf8(bytes) {
        Ok(text) if marked => Ok(stretch(&text, UTF8_MARK.len()..).to_owned()),
        Ok(text) => Ok(text),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let bytes = error.into_bytes();
            if marked || is_damaged_utf8(&bytes) {
                let reason = format!("byte {} of the file is not UTF-8, though the rest is", at + 1);
                return Err(FieldProblem::new(RejectionKind::InvalidUtf8, reason));
            }
            decode_guessed(&bytes)
        }
    }
}

/// A stream as UTF-8 where it begins with the byte order mark of UTF-16, and as it is otherwise.
pub(super) struct Utf16Decoder<R> {
    inner: R,
    state: Decoding,
}

enum Decoding {
    NotBegun,
    /// Bytes that were looked at, and are still to be handed on.
    Plain {
        head: [u8; 2],
        from: usize,
        to: usize,
    },
    Utf16 {
        decoder: Box<Decoder>,
        raw: Vec<u8>,
        ready: Vec<u8>,
        at: usize,
        at_end: bool,
    },
}

impl<R: Read> Utf16Decoder<R> {
    pub(super) fn new(inner: R) -> Self {
        Utf16Decoder { inner, state: Decoding::NotBegun }
    }

    pub(super) fn inner_mut(&mut self) -> &mut R {
        &mut self.inner
    }

    fn begin(&mut self) -> io::Result<Decoding> {
        let (mut head, mut to) = ([0; 2], 0);
        while to < head.len() {
            match self.inner.read(&mut head[to..])? {
                0 => break,
                count => to += count,
            }
        }
        let encoding = match &head[..to] {
            b"\xFF\xFE" => UTF_16LE,
            b"\xFE\xFF" => UTF_16BE,
            _ => return Ok(Decoding::Plain { head, from: 0, to }),
        };
        let decoder = Box::new(encoding.new_decoder_without_bom_handling());
        Ok(Decoding::Utf16 { decoder, raw: vec![0; 32 << 10], ready: Vec::new(), at: 0, at_end: false })
    }
}

impl<R: Read> Read for Utf16Decoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if matches!(self.state, Decoding::NotBegun) {
            self.state = self.begin()?;
        }
        match &mut self.state {
            Decoding::Utf16 { decoder, raw, ready, at, at_end } => {
                while *at == ready.len() && !*at_end {
                    let count = self.inner.read(raw)?;
                    *at_end = count == 0;
                    let room = decoder.max_utf8_buffer_length(count).unwrap_or(count * 3 + 16);
                    ready.resize(room, 0);
                    let (_, _, written, _) = decoder.decode_to_utf8(&raw[..count], ready, *at_end);
                    ready.truncate(written);
                    *at = 0;
                }
                let count = buffer.len().min(ready.len() - *at);
                buffer[..count].copy_from_slice(&ready[*at..*at + count]);
                *at += count;
                Ok(count)
            }
            Decoding::Plain { head, from, to } => {
                if from == to {
                    return self.inner.read(buffer);
                }
                let count = buffer.len().min(*to - *from);
                buffer[..count].copy_from_slice(&head[*from..*from + count]);
                *from += count;
                Ok(count)
            }
            Decoding::NotBegun => Ok(0),
        }
    }
}

fn unknown(reason: impl Into<String>) -> Box<FieldProblem> {
    FieldProblem::new(RejectionKind::UnknownEncoding, reason)
}

fn decode_utf16(bytes: &[u8], encoding: &'static Encoding) -> Result<String, Box<FieldProblem>> {
    match encoding.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) if !text.contains('\0') => Ok(text.into_owned()),
        _ => Err(unknown(format!("begins as {} but does not decode as such", encoding.name()))),
    }
}

/// Whether there are more sound multi-byte sequences than unsound places. In older encodings two letters
/// beyond ASCII rarely stand so that they make one.
fn is_damaged_utf8(bytes: &[u8]) -> bool {
    let (mut sound, mut unsound) = (0_u64, 0_u64);
    for chunk in bytes.utf8_chunks() {
        sound += chunk.valid().bytes().filter(|byte| *byte >= 0xC0).count() as u64;
        unsound += u64::from(!chunk.invalid().is_empty());
    }
    sound > unsound
}

fn decode_guessed(bytes: &[u8]) -> Result<String, Box<FieldProblem>> {
    const HINT: &str = "not UTF-8 and not told with certainty; convert it to UTF-8";
    // Tab, line feed, vertical tab, form feed, carriage return; DOS ends a text with 0x1A.
    let is_control = |byte: &u8| (*byte < 0x20 && !matches!(byte, 0x09..=0x0D | 0x1A)) || *byte == 0x7F;
    if bytes.iter().any(is_control) {
        return Err(unknown("not UTF-8, and control characters are in it: not text"));
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let encoding = detector.guess(None, Utf8Detection::Deny);
    let decoded = encoding.decode_without_bom_handling_and_without_replacement(bytes);
    match decoded {
        Some(text) if reads_as_text(&text) => Ok(Cow::into_owned(text)),
        _ => Err(unknown(format!("{HINT} (looks most like {})", encoding.name()))),
    }
}

/// Whether most of what lies beyond ASCII is letters and punctuation.
fn reads_as_text(text: &str) -> bool {
    let (mut ordinary, mut odd) = (0_u64, 0_u64);
    for character in text.chars().filter(|character| !character.is_ascii()) {
        let is_private = matches!(character, '\u{E000}'..='\u{F8FF}');
        let is_punctuation = matches!(character,
            '\u{A0}' | '«' | '»' | '¡' | '¿' | '·' | '°' | '§' | '£' | '\u{AD}'
            | '\u{2010}'..='\u{2026}' | '€' | '\u{3000}'..='\u{301F}' | '\u{FF00}'..='\u{FF65}');
        if character.is_control() || is_private {
            return false;
        }
        if character.is_alphabetic() || is_punctuation {
            ordinary += 1;
        } else {
            odd += 1;
        }
    }
    ordinary > odd
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(bytes: &[u8]) -> RejectionKind {
        decode(bytes.to_vec()).expect_err("refused").kind
    }

    #[test]
    fn marks_are_dropped_and_line_ends_stay() {
        assert_eq!(decode(b"\xEF\xBB\xBFa\r\nb\n".to_vec()).unwrap(), "a\r\nb\n");
        assert_eq!(decode(b"\xFF\xFEa\0\xE9\0\x0D\0\x0A\0".to_vec()).unwrap(), "aé\r\n");
        assert_eq!(decode(b"\xFE\xFF\0a\0\xE9".to_vec()).unwrap(), "aé");
    }

    #[test]
    fn older_encodings_are_told_from_their_bytes() {
        for (label, text) in [
            (
                "windows-1252",
                "Der Bürgermeister erklärte am Dienstag, daß die Brücke über den Fluß geschlossen bleibt. “Später”, sagte er.",
            ),
            ("windows-1251", "Мэр заявил во вторник, что мост через реку останется закрытым до весны."),
            ("shift_jis", "市長は火曜日、川に架かる橋は春まで閉鎖されたままになると述べた。"),
            ("gbk", "市长星期二表示，横跨河流的大桥将一直关闭到春天。居民们对此感到失望。"),
            ("big5", "市長星期二表示，橫跨河流的大橋將一直關閉到春天。居民們對此感到失望。"),
            ("euc-kr", "시장은 화요일 강을 가로지르는 다리가 봄까지 폐쇄될 것이라고 밝혔다."),
        ] {
            let encoding = Encoding::for_label(label.as_bytes()).unwrap();
            let (bytes, _, lossy) = encoding.encode(text);
            assert!(!lossy, "{label}");
            assert_eq!(decode(bytes.into_owned()).unwrap(), text, "{label}");
        }
    }

    #[test]
    fn damaged_utf8_is_refused_rather_than_mangled() {
        let mut bytes = "Müller, Grüße, Straße, größer, schön".as_bytes().to_vec();
        bytes.push(0xFC);
        assert_eq!(kind(&bytes), RejectionKind::InvalidUtf8);
        assert_eq!(kind(b"\xEF\xBB\xBFab\xFFcd"), RejectionKind::InvalidUtf8);
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert_eq!(kind(b"a\0b\0c\0"), RejectionKind::UnknownEncoding);
        assert_eq!(kind(b"\xFF\xFE\0\xD8"), RejectionKind::UnknownEncoding);
        assert_eq!(kind(b"\xFF\xFE\0\0a\0\0\0"), RejectionKind::UnknownEncoding);
        assert_eq!(kind(b"\x89PNG\r\n\x1A\n\x01\x02\xFF\xFE"), RejectionKind::UnknownEncoding);
        let noise: Vec<u8> = (0..4096_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        assert_eq!(kind(&noise), RejectionKind::UnknownEncoding);
        let high_noise: Vec<u8> = noise.iter().map(|byte| byte | 0x80).collect();
        assert_eq!(kind(&high_noise), RejectionKind::UnknownEncoding);
    }
}
