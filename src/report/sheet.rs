//! The evidence sheet of one pair: a page to print, to save, or to send to the other side.
//!
//! It is plain HTML without a script, and loads nothing. All that comes from articles goes through
//! `escaped`.

use std::fmt::Write;

use super::visible::{short_label, visible_label, visible_text};
use super::words::{headline, percent, relation_sentence, relation_words, reservation};
use crate::article::{Article, Span};
use crate::row::{PairRow, PartKind, Tie};

const STYLE: &str = include_str!("assets/sheet.css");

/// Titles and outlets longer than this are cut.
const LABEL_CHARS: usize = 300;

/// What the sheet says beside the pair and its articles.
#[derive(Clone, Debug, Default)]
pub struct SheetNotes {
    /// SHA-256 of the source's text as UTF-8, in hexadecimal digits.
    pub source_sha256: String,
    /// The same of the derived article's.
    pub derived_sha256: String,
    /// What hashes were made by, as one line.
    pub recipe: String,
    /// Name of the profile that judged.
    pub profile: String,
    /// Further lines, each a name and what it says: a match's id, when it was found, what was decided.
    pub more: Vec<(String, String)>,
}

/// The sheet as a page, and its content security policy.
pub fn sheet(row: &PairRow, source: &Article, derived: &Article, notes: &SheetNotes) -> (String, String) {
    let policy = format!(
        "default-src 'none'; style-src '{}'; base-uri 'none'; form-action 'none'",
        super::html::hash_source(STYLE)
    );
    let mut page = String::new();
    let _ = write_sheet(&mut page, row, [source, derived], notes, &policy);
    (page, format!("{policy}; frame-ancestors 'none'"))
}

fn write_sheet(
    out: &mut String,
    row: &PairRow,
    [source, derived]: [&Article; 2],
    notes: &SheetNotes,
    policy: &str,
) -> std::fmt::Result {
    let (first, second) = (escaped(&headline(source)), escaped(&headline(derived)));
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta \
            http-equiv=\"Content-Security-Policy\" \
         content=\"{policy}\">\n<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<title>Evidence sheet: \
         {second}</title>\n<style>{STYLE}</style>\n\
         </head>\n<body>\n<header><p>Evidence sheet</p><h1><q>{second}</q> {} \
         <q>{first}</q>{}.</h1></header>\n<main>\n",
        relation_sentence(row.relation),
        reservation(row),
    )?;
    let names = names(row);
    articles(out, [source, derived], names, notes)?;
    findings(out, row, names)?;
    limits(out, row)?;
    texts(out, row, [source, derived], names)?;
    out.push_str("</main>\n<footer><dl>\n");
    let version = format!("retold {}", env!("CARGO_PKG_VERSION"));
    for (name, value) in [("Made by", &version), ("Recipe", &notes.recipe), ("Profile", &notes.profile)] {
        writeln!(out, "<dt>{name}</dt><dd>{}</dd>", escaped(value))?;
    }
    for (name, value) in &notes.more {
        writeln!(
            out,
            "<dt>{}</dt><dd>{}</dd>",
            escaped(&visible_label(name)),
            escaped(&visible_label(value))
        )?;
    }
    out.push_str("</dl></footer>\n</body>\n</html>\n");
    Ok(())
}

/// What the two articles are called.
fn names(row: &PairRow) -> [&'static str; 2] {
    match row.relation.is_derived() && row.tie != Some(Tie::Siblings) {
        true => ["Source", "Derived"],
        false => ["First", "Second"],
    }
}

fn articles(
    out: &mut String,
    articles: [&Article; 2],
    names: [&str; 2],
    notes: &SheetNotes,
) -> std::fmt::Result {
    out.push_str("<section class=\"articles\">\n");
    let hashes = [&notes.source_sha256, &notes.derived_sha256];
    for ((article, name), hash) in articles.into_iter().zip(names).zip(hashes) {
        writeln!(out, "<div><h2>{name}</h2><dl>")?;
        let words = article.text.split_whitespace().count();
        let length = format!("{words} words, {} characters", article.text.chars().count());
        let fields = [
            ("Headline", article.title.as_deref()),
            ("Outlet", article.source.as_deref()),
            ("Date", article.date.as_deref()),
            ("Address", article.url.as_deref()),
            ("Id", Some(article.id.as_str())),
            ("Length", Some(length.as_str())),
            ("SHA-256 of the text", Some(hash.as_str())),
        ];
        for (name, value) in fields {
            let value = value
                .map_or_else(|| "not known".to_owned(), |value| escaped(&short_label(value, LABEL_CHARS)));
            writeln!(out, "<dt>{name}</dt><dd>{value}</dd>")?;
        }
        out.push_str("</dl></div>\n");
    }
    out.push_str("</section>\n");
    Ok(())
}

fn findings(out: &mut String, row: &PairRow, [first, second]: [&str; 2]) -> std::fmt::Result {
    out.push_str("<section><h2>What was found</h2><ul>\n");
    let hedge = match row.calibrated {
        Some(false) => " The score was not measured for this language, and is a rough guess in it.",
        _ => "",
    };
    writeln!(
        out,
        "<li>{}: retold puts it at <b>{}</b> that one of the two was derived from the other, or both from a \
            third text.{hedge}</li>",
        capitalised(relation_words(row.relation)),
        percent(row.score)
    )?;
    if let Some(confidence) = row.direction_confidence.filter(|_| names(row)[0] == "Source") {
        writeln!(
            out,
            "<li>That the source came first is held to be {} sure. It rests on dates, credits and the texts \
                themselves.</li>",
            percent(confidence)
        )?;
    }
    for (name, reuse, rest) in [(second, row.reuse, "new"), (first, row.reuse_source, "not taken")] {
        if let Some(reuse) = reuse {
            let (verbatim, reworded, new) =
                (percent(reuse.verbatim), percent(reuse.reworded), percent(reuse.new));
            writeln!(
                out,
                "<li>Of the words of the {} article {verbatim} are verbatim, {reworded} reworded, {new} \
                    {rest}.</li>",
                name.to_lowercase()
            )?;
        }
    }
    if let Some(standing) = row.standing {
        let credit = match &row.credit {
            Some(credit) => {
                format!("; the derived article names the source: <q>{}</q>", escaped(&visible_label(credit)))
            }
            None => "; the derived article does not name the source".to_owned(),
        };
        writeln!(out, "<li>By the rules of the house: {}{credit}.</li>", standing.name().replace('_', ", "))?;
    }
    for evidence in row.evidence.iter().flatten() {
        writeln!(out, "<li>{}</li>", escaped(&visible_label(&evidence.text)))?;
    }
    out.push_str("</ul></section>\n");
    Ok(())
}

/// What nobody should read into the sheet.
fn limits(out: &mut String, row: &PairRow) -> std::fmt::Result {
    out.push_str("<section><h2>What this does not prove</h2><ul>\n");
    let mut limits = vec![
        "That anybody's right was infringed: licences, quotation rights and agency contracts are not known \
            to the program.",
        "That no third text stands behind both: only the articles of the archive were compared.",
        "That the dates and addresses above are true: they are printed as they were given.",
        "Anything of texts that differ from those with the hashes above by a single character.",
    ];
    if row.tie != Some(Tie::Siblings) {
        limits.push("Who copied whom beyond the confidence stated; an earlier date is a hint, not a proof.");
    }
    for limit in limits {
        writeln!(out, "<li>{limit}</li>")?;
    }
    out.push_str("</ul></section>\n");
    Ok(())
}

fn texts(out: &mut String, row: &PairRow, articles: [&Article; 2], names: [&str; 2]) -> std::fmt::Result {
    out.push_str(
        "<section class=\"texts\"><p class=\"legend\"><mark class=\"verbatim\">verbatim</mark> <mark \
            class=\"reworded\">reworded</mark> \
         <mark class=\"quote\">quoted speech</mark> <sup>1</sup> number of a passage, the same in both \
         texts</p>\n",
    );
    for (is_source, (article, name)) in [true, false].into_iter().zip(articles.into_iter().zip(names)) {
        write!(out, "<article><h2>{name}</h2><div class=\"body\" dir=\"auto\">")?;
        painted(out, &article.text, &marks(row, is_source))?;
        out.push_str("</div></article>\n");
    }
    out.push_str("</section>\n");
    Ok(())
}

/// A stretch to be marked: a passage where there is no kind, else a part of one.
struct SheetMark {
    span: Span,
    passage: usize,
    kind: Option<PartKind>,
}

fn marks(row: &PairRow, is_source: bool) -> Vec<SheetMark> {
    let side = |source: Span, derived: Span| if is_source { source } else { derived };
    let mut marks = Vec::new();
    for (number, passage) in row.passages.iter().flatten().enumerate() {
        marks.push(SheetMark { span: side(passage.source, passage.derived), passage: number, kind: None });
        for part in &passage.parts {
            let span = side(part.source, part.derived);
            marks.push(SheetMark { span, passage: number, kind: Some(part.kind) });
        }
    }
    marks
}

/// A text with its marks: what several cover has the strongest kind.
fn painted(out: &mut String, text: &str, marks: &[SheetMark]) -> std::fmt::Result {
    let text = visible_text(text);
    let mut bounds: Vec<u32> = marks.iter().flat_map(|mark| [mark.span.start, mark.span.end]).collect();
    bounds.sort_unstable();
    bounds.dedup();
    let mut by_start: Vec<&SheetMark> = marks.iter().collect();
    by_start.sort_by_key(|mark| mark.span.start);
    let (mut waiting, mut open): (_, Vec<&SheetMark>) = (by_start.into_iter().peekable(), Vec::new());
    let mut characters = text.chars();
    let mut at = 0;
    for bound in bounds.into_iter().chain([u32::MAX]) {
        let stretch: String = characters.by_ref().take((bound - at) as usize).collect();
        let kind = open.iter().filter_map(|mark| mark.kind).max_by_key(|kind| strength(*kind));
        match kind {
            Some(kind) => write!(out, "<mark class=\"{}\">{}</mark>", class(kind), escaped(&stretch))?,
            None => out.push_str(&escaped(&stretch)),
        }
        at = bound;
        open.retain(|mark| mark.span.end > at);
        while let Some(mark) = waiting.next_if(|mark| mark.span.start <= at) {
            if mark.kind.is_none() {
                write!(out, "<sup>{}</sup>", mark.passage + 1)?;
            }
            if mark.span.end > at {
                open.push(mark);
            }
        }
    }
    Ok(())
}

fn strength(kind: PartKind) -> u8 {
    match kind {
        PartKind::Reworded => 1,
        PartKind::Verbatim => 2,
        PartKind::Quote => 3,
    }
}

fn class(kind: PartKind) -> &'static str {
    match kind {
        PartKind::Reworded => "reworded",
        PartKind::Verbatim => "verbatim",
        PartKind::Quote => "quote",
    }
}

fn capitalised(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A text as HTML shows it, letter for letter.
fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => shown.push_str("&amp;"),
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '"' => shown.push_str("&quot;"),
            '\'' => shown.push_str("&#39;"),
            c => shown.push(c),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::compare;

    const HOSTILE: &str =
        "</style><script>alert(1)</script><img src=x onerror=alert(2)> \" ' & \u{202e}evil\u{0}";

    fn pair() -> (PairRow, Article, Article) {
        let text = "The Orrin dam was closed on Monday after engineers found cracks in its eastern wall.";
        let hostile = |id: &str, more: &str| Article {
            title: Some(HOSTILE.to_owned()),
            source: Some(HOSTILE.to_owned()),
            url: Some("javascript:alert(3)".to_owned()),
            ..Article::new(format!("{id}{HOSTILE}"), format!("{text} {HOSTILE} {more}"))
        };
        let (a, b) = (hostile("a", ""), hostile("b", "It was said."));
        let row = compare(&a, &b);
        let is_first = row.source == a.id;
        if is_first { (row, a, b) } else { (row, b, a) }
    }

    #[test]
    fn nothing_of_a_hostile_text_is_markup() {
        let (row, source, derived) = pair();
        let notes =
            SheetNotes { more: vec![("Note".to_owned(), HOSTILE.to_owned())], ..SheetNotes::default() };
        let (page, policy) = sheet(&row, &source, &derived, &notes);
        assert!(!page.contains("<script") && !page.contains("<img") && !page.contains("href"));
        assert!(!page.contains(['\u{202e}', '\u{0}']));
        assert_eq!(page.matches("</style>").count(), 1);
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"));
    }

    #[test]
    fn the_marked_text_is_the_text() {
        let (row, source, _) = pair();
        let mut out = String::new();
        painted(&mut out, &source.text, &marks(&row, true)).unwrap();
        let mut plain = String::new();
        let mut rest = out.as_str();
        while let Some((before, after)) = rest.split_once('<') {
            plain.push_str(before);
            let (tag, after) = after.split_once('>').unwrap();
            rest = if tag == "sup" { after.split_once("</sup>").unwrap().1 } else { after };
        }
        plain.push_str(rest);
        assert_eq!(plain, escaped(&visible_text(&source.text)));
        assert!(out.contains("<mark class=\"verbatim\">"));
    }
}
