//! Tags and entities of HTML that somebody left in a text.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;

use super::{Edits, Fill};
use crate::stretch::stretch;

/// Entities by their names. The first ones are marks: how they stand is known.
const OPENING: [(&str, &str); 5] =
    [("ldquo", "“"), ("bdquo", "„"), ("lsquo", "‘"), ("sbquo", "‚"), ("lsaquo", "‹")];
const CLOSING: [(&str, &str); 2] = [("rdquo", "”"), ("rsaquo", "›")];
const WORD: [(&str, &str); 40] = [
    ("amp", "&"),
    ("lt", "<"),
    ("gt", ">"),
    ("apos", "'"),
    ("rsquo", "’"),
    ("shy", ""),
    ("zwnj", ""),
    ("hellip", "…"),
    ("mdash", "—"),
    ("ndash", "–"),
    ("laquo", "«"),
    ("raquo", "»"),
    ("pound", "£"),
    ("euro", "€"),
    ("deg", "°"),
    ("agrave", "à"),
    ("aacute", "á"),
    ("acirc", "â"),
    ("atilde", "ã"),
    ("auml", "ä"),
    ("aring", "å"),
    ("aelig", "æ"),
    ("ccedil", "ç"),
    ("egrave", "è"),
    ("eacute", "é"),
    ("ecirc", "ê"),
    ("euml", "ë"),
    ("iacute", "í"),
    ("icirc", "î"),
    ("ntilde", "ñ"),
    ("oacute", "ó"),
    ("ocirc", "ô"),
    ("otilde", "õ"),
    ("ouml", "ö"),
    ("oslash", "ø"),
    ("ugrave", "ù"),
    ("uacute", "ú"),
    ("ucirc", "û"),
    ("uuml", "ü"),
    ("szlig", "ß"),
];

/// What escapes an ampersand, behind another one, and how often that may have happened.
const ESCAPED: &str = "amp;";
const ESCAPED_BYTES: usize = 3 * ESCAPED.len();

/// A text is written in numbers where it has so many, and they take this share of its bytes.
const NUMBERS_MIN: usize = 12;
const NUMBERS_MIN_SHARE: f64 = 0.1;

/// No entity is longer, and no tag that is looked for.
const ENTITY_BYTES: usize = 10;
const TAG_BYTES: usize = 4096;

const BLOCK_TAGS: &str = "p div br li ul ol dl dt dd tr table thead tbody tfoot td th caption h1 h2 h3 h4 h5 h6 blockquote \
    article section hr main header footer nav aside figure figcaption picture form fieldset pre noscript iframe video audio \
    details summary center";
const INLINE_TAGS: &str = "a b i em strong span u s sup sub font small mark time img source track svg path abbr cite q del ins \
    strike code label button input wbr big tt var kbd samp acronym";
/// What these hold is for a machine.
const UNREAD_TAGS: [&str; 4] = ["script", "style", "template", "textarea"];

static BLOCK: LazyLock<FxHashSet<&str>> = LazyLock::new(|| BLOCK_TAGS.split_ascii_whitespace().collect());
static INLINE: LazyLock<FxHashSet<&str>> = LazyLock::new(|| INLINE_TAGS.split_ascii_whitespace().collect());

/// The text without its tags, and with its entities as what they stand for.
pub(super) fn undone(text: &str) -> Option<String> {
    let mut edits = Edits::of(text);
    let mut unread = Unread::default();
    let mut done = 0;
    for at in memchr::memchr2_iter(b'&', b'<', text.as_bytes()) {
        if at < done {
            continue;
        }
        let rest = stretch(text, at..);
        let length = match rest.starts_with('&') {
            true => entity(rest, at, &mut edits),
            false => unread.pass(rest, at, &mut edits).unwrap_or_else(|| tag(rest, at, &mut edits)),
        };
        done = at + length;
    }
    edits.done()
}

/// The text with its entities as what they stand for, where it is written in numbers of characters.
pub(super) fn unescaped(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let numbers = || memchr::memchr_iter(b'&', bytes).filter(|at| bytes.get(at + 1) == Some(&b'#'));
    numbers().nth(NUMBERS_MIN - 1)?;
    let mut edits = Edits::of(text);
    let (mut done, mut escaped) = (0, 0);
    for at in numbers() {
        if at >= done {
            let length = entity(stretch(text, at..), at, &mut edits);
            done = at + length;
            escaped += if length > 1 { length } else { 0 };
        }
    }
    if escaped as f64 >= NUMBERS_MIN_SHARE * text.len() as f64 { edits.done() } else { None }
}

/// Scripts, styles and comments, which no reader sees.
#[derive(Default)]
struct Unread {
    /// By tag, then comments: whether none of them ends any more.
    is_open: [bool; UNREAD_TAGS.len() + 1],
}

impl Unread {
    /// Blanks what a text begins with where that is not for a reader; how long it was.
    fn pass(&mut self, rest: &str, at: usize, edits: &mut Edits<'_>) -> Option<usize> {
        let begins = |name: &str| {
            let after = rest
                .as_bytes()
                .get(1..1 + name.len())
                .filter(|found| found.eq_ignore_ascii_case(name.as_bytes()));
            after.is_some()
                && rest.as_bytes().get(1 + name.len()).is_some_and(|byte| b"> \t\r\n".contains(byte))
        };
        let (kind, end) = match rest.starts_with("<!--") {
            true => (UNREAD_TAGS.len(), "-->".to_owned()),
            false => {
                let kind = UNREAD_TAGS.iter().position(|name| begins(name))?;
                (kind, format!("</{}>", UNREAD_TAGS[kind]))
            }
        };
        // looked for once where there is none: a text may begin many
        if self.is_open[kind] {
            return None;
        }
        let found = memchr::memmem::find(rest.as_bytes(), end.as_bytes())
            .or_else(|| memchr::memmem::find(rest.as_bytes(), end.to_ascii_uppercase().as_bytes()));
        let Some(length) = found.map(|start| start + end.len()) else {
            self.is_open[kind] = true;
            return None;
        };
        edits.replace(at..at + length, "\n\n", Fill::After);
        Some(length)
    }
}

/// Replaces an entity that a text begins with; how long it was. One whose ampersand was escaped itself, as often
/// as it may be, is that entity.
fn entity(rest: &str, at: usize, edits: &mut Edits<'_>) -> usize {
    let mut skipped = 0;
    while skipped < ESCAPED_BYTES && stretch(rest, 1 + skipped..).starts_with(ESCAPED) {
        skipped += ESCAPED.len();
    }
    while skipped > 0 {
        if let Some(length) = named(rest, skipped, at, edits) {
            return length;
        }
        skipped -= ESCAPED.len();
    }
    named(rest, 0, at, edits).unwrap_or(1)
}

/// As [`entity`], whose name begins behind so many bytes; `None` where there is none.
fn named(rest: &str, skipped: usize, at: usize, edits: &mut Edits<'_>) -> Option<usize> {
    let name = stretch(rest, 1 + skipped..);
    let name = stretch(name, ..name.bytes().take(ENTITY_BYTES).position(|byte| byte == b';')?);
    let end = 1 + skipped + name.len();
    let find = |table: &[(&str, &'static str)]| {
        table.iter().find(|(known, _)| *known == name).map(|(_, mark)| *mark)
    };
    let part = at..at + end + 1;
    let code = name.strip_prefix('#').and_then(|code| match code.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => code.parse().ok(),
    });
    if let Some(mark) = find(&OPENING) {
        edits.replace(part, mark, Fill::Before);
    } else if let Some(mark) = find(&CLOSING) {
        edits.replace(part, mark, Fill::After);
    } else if let Some(word) = find(&WORD) {
        edits.replace(part, word, Fill::Nothing);
    } else if name == "nbsp" {
        edits.replace(part, "", Fill::After);
    } else if name == "quot" || code == Some(0x22) {
        let before = stretch(edits.text, ..at).chars().next_back();
        let opens = before.is_none_or(|before| before.is_whitespace() || "([—–;>".contains(before));
        edits.replace(part, "\"", if opens { Fill::Before } else { Fill::After });
    } else if let Some(c) = code.and_then(char::from_u32).filter(|c| !c.is_control()) {
        let fill = match c {
            '“' | '„' | '‘' | '‚' | '«' => Fill::Before,
            '”' | '»' => Fill::After,
            _ => Fill::Nothing,
        };
        let blank = if c == '\u{a0}' { ' ' } else { c };
        edits.replace(part, blank.encode_utf8(&mut [0; 4]), fill);
    } else {
        return None;
    }
    Some(end + 1)
}

/// Replaces a tag that a text begins with, by a line break where it sets off a block; how long it was.
fn tag(rest: &str, at: usize, edits: &mut Edits<'_>) -> usize {
    let inside = rest.as_bytes().iter().take(TAG_BYTES).skip(1);
    let Some(end) = inside.clone().position(|byte| [b'>', b'<'].contains(byte)).map(|end| end + 1) else {
        return 1;
    };
    if rest.as_bytes().get(end) != Some(&b'>') {
        return 1;
    }
    let name = stretch(rest, 1..end).trim_start_matches('/');
    let name =
        name.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default().to_ascii_lowercase();
    let part = at..at + end + 1;
    if BLOCK.contains(name.as_str()) {
        edits.replace(part, "\n\n", Fill::After);
    } else if INLINE.contains(name.as_str()) || UNREAD_TAGS.contains(&name.as_str()) {
        edits.replace(part, "", Fill::Nothing);
    } else {
        return 1;
    }
    end + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The view without what is invisible, runs of blanks as one.
    fn seen(text: &str) -> String {
        let view = undone(text).unwrap_or_else(|| text.to_owned());
        assert_eq!(view.len(), text.len());
        let visible: String = view.chars().filter(|c| !['\u{ad}', '\u{200b}'].contains(c)).collect();
        visible.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn entities_are_what_they_stand_for() {
        assert_eq!(
            seen("caf&eacute; &ldquo;Zum B&#228;ren&rdquo; R&amp;D don&#39;t"),
            "café “Zum Bären” R&D don't"
        );
        assert_eq!(seen("caf&amp;#233; R&amp;amp;D &amp;amp;mdash; &amp;x;"), "café R&D — &x;");
        assert_eq!(seen("he said:&nbsp;&quot;Now we go,&quot; and"), "he said: \"Now we go,\" and");
        for text in ["Q&A; 3 & 4; AT&T", "&unknown; x", "&#xffffff; &"] {
            assert_eq!(undone(text), None, "{text}");
        }
    }

    #[test]
    fn tags_end_paragraphs_or_nothing() {
        assert_eq!(seen("<p class=\"x\">One <b>wo</b>rd.</p><p>Two</p>"), "\n\n One word.\n\n \n\n Two\n\n");
        assert_eq!(seen("One<STYLE>p { x: y }</STYLE>two<!-- note -->three"), "One\n\n two\n\n three");
        assert_eq!(
            seen("<figure><img src='x'>A boat</figure><script type=\"a\">let a = 1 < 2;</script>"),
            "\n\n A boat\n\n \n\n"
        );
        // without an end there is a tag and no more
        assert_eq!(seen("<script>one<script>two"), "onetwo");
        for text in ["a < b and c > d", "<- here", "x <y", "5 <10 <p"] {
            assert_eq!(undone(text), None, "{text}");
        }
    }
}
