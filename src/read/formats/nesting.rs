//! How deep the elements of a page lie in one another, as far as a parser of HTML would put them there.
//!
//! The tree of a page is walked by functions that call themselves: nesting that no person wrote must not
//! reach them. What is counted is never less than what a parser makes of the page, and of pages that people
//! wrote not much more.

/// Elements of one page, more than any page of news has.
pub(super) const ELEMENTS_MAX: usize = 200_000;

/// Elements that lie open in one another.
pub(super) const NESTING_MAX: usize = 500;

/// Without content, or closed by what follows them.
const CLOSED_BY_OTHERS: &[&str] = &[
    "p", "li", "td", "th", "tr", "dt", "dd", "option", "br", "hr", "img", "meta", "link", "input", "area",
    "base", "col", "embed", "source", "track", "wbr", "tbody", "thead", "tfoot",
];

/// Their content is text, whatever it looks like.
const OF_TEXT: &[&str] = &["script", "style", "textarea", "title", "iframe", "noframes", "noembed", "xmp"];

/// An end tag closes these alone, and not what was opened within them.
const OF_FORM: &[&str] =
    &["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"];

/// No end tag of an element around them closes these.
const BARRIERS: &[&str] = &["applet", "caption", "marquee", "object", "table", "template", "svg", "math"];

/// Within drawings, closed by their own `/>`.
const OF_DRAWINGS: &[&str] = &[
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "use",
    "stop",
    "image",
    "g",
    "animate",
    "mask",
    "defs",
    "fegaussianblur",
    "feoffset",
    "feblend",
    "feflood",
    "femergenode",
];

/// Within drawings, what holds HTML again.
const OF_PAGES_IN_DRAWINGS: &[&str] = &["foreignobject", "desc", "title", "annotation-xml"];

/// HTML that ends a drawing in which it stands.
const OUT_OF_DRAWINGS: &[&str] = &[
    "b",
    "big",
    "blockquote",
    "body",
    "br",
    "center",
    "code",
    "dd",
    "div",
    "dl",
    "dt",
    "em",
    "embed",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "hr",
    "i",
    "img",
    "li",
    "listing",
    "menu",
    "meta",
    "nobr",
    "ol",
    "p",
    "pre",
    "ruby",
    "s",
    "small",
    "span",
    "strong",
    "strike",
    "sub",
    "sup",
    "table",
    "tt",
    "u",
    "ul",
    "var",
    "font",
];

/// Whether a parser may be given the page.
pub(super) fn is_bearable(html: &str) -> bool {
    let bytes = html.as_bytes();
    let mut open: Vec<&[u8]> = Vec::new();
    let (mut at, mut elements) = (0, 0_usize);
    while let Some(found) = memchr::memchr(b'<', &bytes[at..]) {
        at += found + 1;
        let rest = &bytes[at..];
        if rest.starts_with(b"!--") {
            at += comment_bytes(rest);
            continue;
        }
        let closes = rest.first() == Some(&b'/');
        let rest = &rest[usize::from(closes)..];
        let name = name(rest);
        if !closes && is_of(OUT_OF_DRAWINGS, name) {
            leave_drawing(&mut open);
        }
        if name.is_empty() || is_of(CLOSED_BY_OTHERS, name) {
            continue;
        }
        elements += 1;
        if closes {
            close(&mut open, name);
        } else if is_of(OF_TEXT, name) && !open.iter().any(|open| is_of(&["svg", "math"], open)) {
            at += text_bytes(rest, name);
        } else if !(is_of(OF_DRAWINGS, name) && closes_itself(rest) && is_in_drawing(&open)) {
            open.push(name);
        }
        if open.len() > NESTING_MAX || elements > ELEMENTS_MAX {
            return false;
        }
    }
    true
}

fn name(tag: &[u8]) -> &[u8] {
    const NAME_BYTES: usize = 64;
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/');
    let length = match tag.first() {
        Some(first) if first.is_ascii_alphabetic() => {
            tag.iter().take(NAME_BYTES).take_while(|byte| !is_end(byte))
        }
        _ => return &[],
    }
    .count();
    &tag[..length]
}

fn is_of(names: &[&str], name: &[u8]) -> bool {
    names.iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes()))
}

fn close(open: &mut Vec<&[u8]>, name: &[u8]) {
    let is_barrier = is_of(BARRIERS, name);
    for at in (0..open.len()).rev() {
        if open[at].eq_ignore_ascii_case(name) {
            if is_of(OF_FORM, name) {
                open.remove(at);
            } else {
                open.truncate(at);
            }
            return;
        }
        if !is_barrier && is_of(BARRIERS, open[at]) {
            return;
        }
    }
}

/// From within a start tag to behind the end tag of what it opens, or to the end.
fn text_bytes(tag: &[u8], name: &[u8]) -> usize {
    let mut at = 0;
    while let Some(found) = memchr::memmem::find(&tag[at..], b"</") {
        at += found + 2;
        if tag[at..].get(..name.len()).is_some_and(|end| end.eq_ignore_ascii_case(name)) {
            return at;
        }
    }
    tag.len()
}

fn closes_itself(tag: &[u8]) -> bool {
    memchr::memchr(b'>', tag).is_some_and(|end| tag[..end].last() == Some(&b'/'))
}

fn is_in_drawing(open: &[&[u8]]) -> bool {
    drawing(open).is_some()
}

/// The drawing that holds what comes next.
fn drawing(open: &[&[u8]]) -> Option<usize> {
    let is_edge = |open: &&[u8]| is_of(&["svg", "math"], open) || is_of(OF_PAGES_IN_DRAWINGS, open);
    open.iter().rposition(is_edge).filter(|at| open[*at].eq_ignore_ascii_case(b"svg"))
}

/// It counts as an element that nothing closes.
fn leave_drawing(open: &mut [&[u8]]) {
    if let Some(at) = drawing(open) {
        open[at] = b"";
    }
}

/// From within a comment to behind its end, or to the end.
fn comment_bytes(comment: &[u8]) -> usize {
    let ends = memchr::memmem::find_iter(comment, b"--");
    let mut behind = ends.filter_map(|at| match comment.get(at + 2..)? {
        [b'>', ..] => Some(at + 3),
        [b'!', b'>', ..] => Some(at + 4),
        // of three the last two may end it
        [b'-', b'>', ..] => Some(at + 4),
        _ => None,
    });
    behind.next().unwrap_or(comment.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_that_people_wrote_are_bearable() {
        let script = format!("<script>{}</script>", "for(i=0;i<n;i++)if(a<t)b();".repeat(900));
        let drawing = format!("<svg>{}</svg>", "<path d='M0 0'/><g><use href=\"#a\" /></g>".repeat(900));
        let comment = format!("<!-- {} -->", "<div>".repeat(900));
        let unclosed = "<div><span>a</div>".repeat(900);
        let letters = "<p><b>a</b> <i>b</i> 3 < 4, a <- b</p>".repeat(900);
        for page in [script, drawing, comment, unclosed, letters] {
            assert!(is_bearable(&format!("<html><body>{page}<p>The text.</p></body></html>")), "{page}");
        }
    }

    #[test]
    fn nesting_that_a_parser_would_make_is_not() {
        for part in [
            "<div>",
            "<x-y-z>",
            "<div></x>",
            "<a><div></a>",
            "<div><table></div>",
            "<div/>",
            "<svg><foreignObject><path/></svg",
            "<svg><title><div>",
            "<path/>",
            "<svg><p><path/>",
            "<!-- --!><div>",
            "<!--><div>",
            "<!---><div>",
            "<script></script><b>",
        ] {
            assert!(!is_bearable(&part.repeat(600)), "{part}");
        }
    }
}
