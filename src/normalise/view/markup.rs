//! Tags and entities of HTML that somebody left in a text.

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

/// No entity is longer, and no tag that is looked for.
const ENTITY_BYTES: usize = 10;
const TAG_BYTES: usize = 300;

const BLOCK_TAGS: [&str; 16] = [
    "p",
    "div",
    "br",
    "li",
    "ul",
    "ol",
    "tr",
    "table",
    "h1",
    "h2",
    "h3",
    "h4",
    "blockquote",
    "article",
    "section",
    "hr",
];
const INLINE_TAGS: [&str; 12] =
    ["a", "b", "i", "em", "strong", "span", "u", "s", "sup", "sub", "font", "small"];

/// The text without its tags, and with its entities as what they stand for.
pub(super) fn undone(text: &str) -> Option<String> {
    let mut edits = Edits::of(text);
    let mut done = 0;
    for at in memchr::memchr2_iter(b'&', b'<', text.as_bytes()) {
        if at < done {
            continue;
        }
        let rest = stretch(text, at..);
        done =
            at + if rest.starts_with('&') { entity(rest, at, &mut edits) } else { tag(rest, at, &mut edits) };
    }
    edits.done()
}

/// Replaces an entity that a text begins with; how long it was.
fn entity(rest: &str, at: usize, edits: &mut Edits<'_>) -> usize {
    let Some(end) = rest.bytes().take(ENTITY_BYTES).position(|byte| byte == b';') else { return 1 };
    let name = stretch(rest, 1..end);
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
        return 1;
    }
    end + 1
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
    if BLOCK_TAGS.contains(&name.as_str()) {
        edits.replace(part, "\n\n", Fill::After);
    } else if INLINE_TAGS.contains(&name.as_str()) {
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
        assert_eq!(seen("he said:&nbsp;&quot;Now we go,&quot; and"), "he said: \"Now we go,\" and");
        for text in ["Q&A; 3 & 4; AT&T", "&unknown; x", "&#xffffff; &"] {
            assert_eq!(undone(text), None, "{text}");
        }
    }

    #[test]
    fn tags_end_paragraphs_or_nothing() {
        assert_eq!(seen("<p class=\"x\">One <b>wo</b>rd.</p><p>Two</p>"), "\n\n One word.\n\n \n\n Two\n\n");
        for text in ["a < b and c > d", "<- here", "x <y", "5 <10 <p"] {
            assert_eq!(undone(text), None, "{text}");
        }
    }
}
