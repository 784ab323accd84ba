//! HTML pages: the article without navigation, advertisements and comments, and what the page says of itself
//! in JSON-LD, Open Graph and `time`.
//!
//! The article is found by `dom_smoothie`, a port of Mozilla's Readability, in its mode that keeps
//! paragraphs.

use super::pieces::WholeFile;
use super::xml::root_name;
use super::{Context, Extracted, FormatSource, InputFormat, Pieces, no_text};
use crate::article::Article;
use crate::read::encoding::decode;
use crate::read::json_lines::FieldProblem;
use crate::stretch::stretch;

pub(super) struct HtmlPage;

impl InputFormat for HtmlPage {
    fn name(&self) -> &'static str {
        "html"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["html", "htm", "xhtml", "shtml"]
    }

    fn is_told_by(&self, head: &[u8]) -> bool {
        root_name(head).is_some_and(|root| root.eq_ignore_ascii_case("html"))
    }

    fn record_word(&self) -> Option<&'static str> {
        Some("")
    }

    fn open<'a>(&self, source: FormatSource<'a>) -> Result<Box<dyn Pieces + 'a>, Box<FieldProblem>> {
        Ok(WholeFile::boxed(source))
    }

    fn extract(
        &self,
        record: &[u8],
        context: &Context<'_>,
        out: &mut Extracted,
    ) -> Result<(), Box<FieldProblem>> {
        let mut article = of_page(record, "", "")?;
        if article.text.trim().is_empty() {
            return Err(no_text("the page has no text"));
        }
        article.id = context.id(true);
        out.push(context.number, &article);
        Ok(())
    }
}

/// The article of what a server sent; `None` for what is no text.
///
/// # Errors
/// Where the page cannot be read.
pub(super) fn of_content(
    body: &[u8],
    content_type: &str,
    url: &str,
) -> Result<Option<Article>, Box<FieldProblem>> {
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match kind.as_str() {
        "text/html" | "application/xhtml+xml" => of_page(body, content_type, url).map(Some),
        "text/plain" => Ok(Some(Article { text: page_text(body, content_type)?, ..Article::default() })),
        "" if HtmlPage.is_told_by(body) => of_page(body, content_type, url).map(Some),
        _ => Ok(None),
    }
}

/// The page as text: by its byte order mark, what the server says, what the page says, or told from the
/// bytes.
fn page_text(body: &[u8], content_type: &str) -> Result<String, Box<FieldProblem>> {
    /// Where a page must say in what encoding it is.
    const HEAD_BYTES: usize = 4096;
    let head = String::from_utf8_lossy(&body[..body.len().min(HEAD_BYTES)]).to_ascii_lowercase();
    let is_marked =
        body.starts_with(b"\xEF\xBB\xBF") || body.starts_with(b"\xFF\xFE") || body.starts_with(b"\xFE\xFF");
    let said = charset(&content_type.to_ascii_lowercase()).or_else(|| charset(&head));
    match said {
        Some(encoding) if !is_marked => Ok(encoding.decode_without_bom_handling(body).0.into_owned()),
        _ => decode(body.to_vec()),
    }
}

/// The encoding that `charset=` or `encoding=` names first.
fn charset(text: &str) -> Option<&'static encoding_rs::Encoding> {
    let at = text.find("charset=").map(|at| at + 8).or_else(|| {
        let declared = text.find("<?xml")?;
        Some(declared + stretch(text, declared..).find("encoding=")? + 9)
    })?;
    let label = stretch(text, at..).trim_start_matches(['"', '\'', ' ']);
    let end = label.find(|c: char| !(c.is_ascii_alphanumeric() || "-_:.".contains(c))).unwrap_or(label.len());
    encoding_rs::Encoding::for_label(&label.as_bytes()[..end])
}

#[cfg(not(feature = "html"))]
fn of_page(_body: &[u8], _content_type: &str, _url: &str) -> Result<Article, Box<FieldProblem>> {
    let reason = "HTML pages are not read by this build of retold (its feature `html` is off)";
    Err(FieldProblem::new(crate::read::RejectionKind::UnknownFormat, reason))
}

#[cfg(feature = "html")]
fn of_page(body: &[u8], content_type: &str, url: &str) -> Result<Article, Box<FieldProblem>> {
    use dom_smoothie::{Config, Readability, TextMode};

    use super::dates::iso;
    use super::http::host;

    let html = page_text(body, content_type)?;
    check_nesting(&html)?;
    let unread = |error: dom_smoothie::ReadabilityError| match error {
        dom_smoothie::ReadabilityError::GrabFailed => no_text("no article was found on the page"),
        error => no_text(&format!("no article was found on the page ({error})")),
    };
    let config =
        Config { text_mode: TextMode::Formatted, max_elements_to_parse: ELEMENTS_MAX, ..Config::default() };
    let mut page = Readability::new(html, None, Some(config)).map_err(unread)?;
    let attribute = |page: &Readability, selector: &str, name: &str| {
        let found = page.doc.select_single(selector).attr(name).map(|value| value.trim().to_owned());
        found.filter(|value| !value.is_empty())
    };
    let canonical = attribute(&page, "link[rel='canonical']", "href");
    let time = attribute(&page, "article time[datetime], main time[datetime], time[datetime]", "datetime");
    let said = DATE_METAS.iter().find_map(|selector| attribute(&page, selector, "content"));
    let read = page.parse().map_err(unread)?;
    let dates = [read.published_time, said, time, read.modified_time];
    let url = canonical.filter(|url| url.starts_with("http")).or(read.url).or_else(|| Some(url.to_owned()));
    let url = url.filter(|url| url.starts_with("http"));
    Ok(Article {
        text: read.text_content.trim().to_owned(),
        title: Some(read.title.trim().to_owned()).filter(|title| !title.is_empty()),
        date: dates.into_iter().flatten().find_map(|date| iso(&date)),
        source: read.site_name.filter(|name| !name.trim().is_empty()).or_else(|| host(url.as_deref()?)),
        url,
        language: read.lang.filter(|language| !language.trim().is_empty()),
        ..Article::default()
    })
}

/// Where pages say when they were published, beside what Readability looks at.
#[cfg(feature = "html")]
const DATE_METAS: [&str; 9] = [
    "meta[itemprop='datePublished']",
    "meta[name='parsely-pub-date']",
    "meta[name='pubdate']",
    "meta[name='publishdate']",
    "meta[name='sailthru.date']",
    "meta[name='dc.date.issued']",
    "meta[name='DC.date.issued']",
    "meta[name='dcterms.created']",
    "meta[name='date']",
];

/// Elements of one page, more than any page of news has.
#[cfg(feature = "html")]
const ELEMENTS_MAX: usize = 200_000;

/// Elements that lie open in one another.
#[cfg(feature = "html")]
const NESTING_MAX: usize = 500;

/// The tree of a page is walked by functions that call themselves: nesting that no person wrote must not
/// reach them.
///
/// # Errors
/// Where elements that are not closed by what follows them lie too deep in one another.
#[cfg(feature = "html")]
fn check_nesting(html: &str) -> Result<(), Box<FieldProblem>> {
    const CLOSED_BY_OTHERS: [&str; 24] = [
        "p", "li", "td", "th", "tr", "dt", "dd", "option", "br", "hr", "img", "meta", "link", "input",
        "area", "base", "col", "embed", "source", "track", "wbr", "tbody", "thead", "tfoot",
    ];
    let (mut open, mut elements) = (0_usize, 0_usize);
    let bytes = html.as_bytes();
    for at in memchr::memchr_iter(b'<', bytes) {
        let rest = &bytes[at + 1..];
        let closes = rest.first() == Some(&b'/');
        let rest = if closes { &rest[1..] } else { rest };
        let length = rest.iter().take(16).take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let name = &rest[..length];
        if name.is_empty() || CLOSED_BY_OTHERS.iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes()))
        {
            continue;
        }
        elements += 1;
        open = if closes { open.saturating_sub(1) } else { open + 1 };
        if open > NESTING_MAX || elements > ELEMENTS_MAX {
            let reason = format!(
                "its elements lie more than {NESTING_MAX} deep in one another, or are more than {ELEMENTS_MAX}"
            );
            return Err(FieldProblem::new(crate::read::RejectionKind::TooLarge, reason));
        }
    }
    Ok(())
}
