//! Pieces of HTML as feeds and messages carry them: the whole article and nothing else, so that no page's
//! navigation has to be told from it.
//!
//! Tags that are not closed, or closed twice, do no harm; entities are the named ones of Latin-1 and
//! typography, and numbers.

use super::prose::Prose;
use crate::stretch::stretch;

/// The text of a piece of HTML. Where it marks no paragraphs, empty lines do.
pub(super) fn text_of(html: &str) -> String {
    let lower_has = |tag: &str| memchr::memmem::find(html.as_bytes(), tag.as_bytes()).is_some();
    let by_lines =
        !["<p>", "<p ", "<P>", "<P ", "<div", "<DIV", "<br", "<BR"].iter().any(|tag| lower_has(tag));
    let mut prose = Prose::default();
    let mut rest = html;
    while let Some(found) = rest.find('<') {
        push_text(stretch(rest, ..found), by_lines, &mut prose);
        let tag = stretch(rest, found..);
        rest = match after_tag(tag, &mut prose) {
            Some(after) => after,
            None => {
                // a `<` that begins no tag
                prose.text("<");
                stretch(tag, 1..)
            }
        };
    }
    push_text(rest, by_lines, &mut prose);
    prose.finish()
}

fn push_text(text: &str, by_lines: bool, prose: &mut Prose) {
    let text = unescaped(text);
    if !by_lines {
        return prose.text(&text);
    }
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            prose.line_end();
        }
        prose.text(line);
    }
}

/// What follows the tag, comment or declaration that the text begins with.
fn after_tag<'t>(text: &'t str, prose: &mut Prose) -> Option<&'t str> {
    if let Some(inside) = text.strip_prefix("<!--") {
        return Some(inside.find("-->").map_or("", |end| stretch(inside, end + 3..)));
    }
    if let Some(inside) = text.strip_prefix("<![CDATA[") {
        let end = inside.find("]]>").unwrap_or(inside.len());
        prose.text(stretch(inside, ..end));
        return Some(inside.get(end + 3..).unwrap_or_default());
    }
    let inside = stretch(text, 1..);
    let (closes, inside) = match inside.strip_prefix('/') {
        Some(inside) => (true, inside),
        None => (false, inside),
    };
    if !inside.starts_with(|first: char| first.is_ascii_alphabetic() || first == '!' || first == '?') {
        return None;
    }
    let end = end_of_tag(inside)?;
    let name_end =
        stretch(inside, ..end).find(|c: char| c.is_ascii_whitespace() || c == '/' || c == '>').unwrap_or(end);
    let name = stretch(inside, ..name_end).to_ascii_lowercase();
    let name = name.rsplit(':').next().unwrap_or_default();
    let after = stretch(inside, end + 1..);
    if closes {
        prose.close(name);
        return Some(after);
    }
    prose.open(name);
    if stretch(inside, ..end).ends_with('/') {
        prose.close(name);
    }
    // nothing is a tag in these but their own end
    if matches!(name, "script" | "style") && !stretch(inside, ..end).ends_with('/') {
        let end = find_closing(after, name);
        prose.close(name);
        return Some(stretch(after, end..));
    }
    Some(after)
}

fn find_closing(text: &str, name: &str) -> usize {
    let mut from = 0;
    while let Some(found) = stretch(text, from..).find("</") {
        let at = from + found;
        let is_name = text.as_bytes()[at + 2..]
            .get(..name.len())
            .is_some_and(|bytes| bytes.eq_ignore_ascii_case(name.as_bytes()));
        if is_name {
            return stretch(text, at..).find('>').map_or(text.len(), |end| at + end + 1);
        }
        from = at + 2;
    }
    text.len()
}

/// The `>` that ends a tag: one within quotes does not.
fn end_of_tag(inside: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in inside.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if byte == open => quote = None,
            _ => {}
        }
    }
    // a quote that was never closed
    inside.find('>')
}

/// Text with its entities resolved; what is none stays.
pub(super) fn unescaped(text: &str) -> String {
    /// The longest entity that is known.
    const LONGEST_BYTES: usize = 12;
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(found) = rest.find('&') {
        out.push_str(stretch(rest, ..found));
        rest = stretch(rest, found + 1..);
        let end = rest.bytes().take(LONGEST_BYTES).position(|byte| byte == b';');
        match end.and_then(|end| Some((entity(stretch(rest, ..end))?, end))) {
            Some((character, end)) => {
                out.push(character);
                rest = stretch(rest, end + 1..);
            }
            None => out.push('&'),
        }
    }
    out.push_str(rest);
    out
}

/// The character that an entity stands for, by what is between `&` and `;`.
pub(super) fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16).ok()?,
            None => number.parse().ok()?,
        };
        // numbers of Windows-1252 where Unicode has control characters
        let character = match code {
            0x80..=0x9F => {
                let byte = [code as u8];
                encoding_rs::WINDOWS_1252.decode_without_bom_handling(&byte).0.chars().next()
            }
            code => char::from_u32(code),
        }?;
        let is_text = !character.is_control() || matches!(character, '\n' | '\t' | '\r');
        return is_text.then_some(character);
    }
    ENTITIES.iter().find(|(known, _)| *known == name).map(|(_, character)| *character)
}

/// The five of XML, and the named letters and signs of HTML that news use.
static ENTITIES: &[(&str, char)] = &[
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", '\u{A0}'),
    ("iexcl", '¡'),
    ("cent", '¢'),
    ("pound", '£'),
    ("curren", '¤'),
    ("yen", '¥'),
    ("sect", '§'),
    ("copy", '©'),
    ("ordf", 'ª'),
    ("laquo", '«'),
    ("shy", '\u{AD}'),
    ("reg", '®'),
    ("deg", '°'),
    ("plusmn", '±'),
    ("sup2", '²'),
    ("sup3", '³'),
    ("acute", '´'),
    ("micro", 'µ'),
    ("para", '¶'),
    ("middot", '·'),
    ("ordm", 'º'),
    ("raquo", '»'),
    ("frac14", '¼'),
    ("frac12", '½'),
    ("frac34", '¾'),
    ("iquest", '¿'),
    ("Agrave", 'À'),
    ("Aacute", 'Á'),
    ("Acirc", 'Â'),
    ("Atilde", 'Ã'),
    ("Auml", 'Ä'),
    ("Aring", 'Å'),
    ("AElig", 'Æ'),
    ("Ccedil", 'Ç'),
    ("Egrave", 'È'),
    ("Eacute", 'É'),
    ("Ecirc", 'Ê'),
    ("Euml", 'Ë'),
    ("Igrave", 'Ì'),
    ("Iacute", 'Í'),
    ("Icirc", 'Î'),
    ("Iuml", 'Ï'),
    ("ETH", 'Ð'),
    ("Ntilde", 'Ñ'),
    ("Ograve", 'Ò'),
    ("Oacute", 'Ó'),
    ("Ocirc", 'Ô'),
    ("Otilde", 'Õ'),
    ("Ouml", 'Ö'),
    ("times", '×'),
    ("Oslash", 'Ø'),
    ("Ugrave", 'Ù'),
    ("Uacute", 'Ú'),
    ("Ucirc", 'Û'),
    ("Uuml", 'Ü'),
    ("Yacute", 'Ý'),
    ("THORN", 'Þ'),
    ("szlig", 'ß'),
    ("agrave", 'à'),
    ("aacute", 'á'),
    ("acirc", 'â'),
    ("atilde", 'ã'),
    ("auml", 'ä'),
    ("aring", 'å'),
    ("aelig", 'æ'),
    ("ccedil", 'ç'),
    ("egrave", 'è'),
    ("eacute", 'é'),
    ("ecirc", 'ê'),
    ("euml", 'ë'),
    ("igrave", 'ì'),
    ("iacute", 'í'),
    ("icirc", 'î'),
    ("iuml", 'ï'),
    ("eth", 'ð'),
    ("ntilde", 'ñ'),
    ("ograve", 'ò'),
    ("oacute", 'ó'),
    ("ocirc", 'ô'),
    ("otilde", 'õ'),
    ("ouml", 'ö'),
    ("divide", '÷'),
    ("oslash", 'ø'),
    ("ugrave", 'ù'),
    ("uacute", 'ú'),
    ("ucirc", 'û'),
    ("uuml", 'ü'),
    ("yacute", 'ý'),
    ("thorn", 'þ'),
    ("yuml", 'ÿ'),
    ("OElig", 'Œ'),
    ("oelig", 'œ'),
    ("Scaron", 'Š'),
    ("scaron", 'š'),
    ("Yuml", 'Ÿ'),
    ("ensp", '\u{2002}'),
    ("emsp", '\u{2003}'),
    ("thinsp", '\u{2009}'),
    ("zwnj", '\u{200C}'),
    ("zwj", '\u{200D}'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("sbquo", '‚'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("bdquo", '„'),
    ("dagger", '†'),
    ("bull", '•'),
    ("hellip", '…'),
    ("permil", '‰'),
    ("prime", '′'),
    ("lsaquo", '‹'),
    ("rsaquo", '›'),
    ("euro", '€'),
    ("trade", '™'),
    ("minus", '−'),
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn paragraphs_line_breaks_and_cells_are_kept_and_code_is_not() {
        let html = "<p class=\"a>b\">One &amp; two<br/>three</p><script>if (a<b) {</script><P>F&uuml;nf&#8230;</P>\
                    <!-- no --><table><tr><td>6</td><td>7</td></tr><tr><td>8</td></tr></table>\
                    <figure><img src=x><figcaption>A caption</figcaption></figure>nine";
        assert_eq!(text_of(html), "One & two\nthree\n\nFünf…\n\n6 7\n\n8\n\nnine");
    }

    #[test]
    fn empty_lines_part_paragraphs_where_no_tags_do() {
        assert_eq!(text_of("One <b>two</b>\n\nthree &lt; four\nfive"), "One two\n\nthree < four\nfive");
        assert_eq!(text_of("3 < 4 & 5 > 2 &bogus; &#0;"), "3 < 4 & 5 > 2 &bogus; &#0;");
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(html in "(<|>|/|&|;|!--|-->|p|script|\"|'|\\PC){0,40}") {
            let _ = text_of(&html);
        }
    }
}
