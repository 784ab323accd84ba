//! HTML pages: the article without navigation, advertisements and comments, and what the page says of itself
//! in JSON-LD, Open Graph and `time`.
//!
//! The article is found by `dom_smoothie`, a port of Mozilla's Readability, in its mode that keeps
//! paragraphs.

use super::document::Document;
use super::xml::root_name;
use super::{Context, Extracted, no_text};
use crate::article::Article;
use crate::read::encoding::decode;
use crate::read::json_lines::FieldProblem;
use crate::stretch::stretch;

pub(super) struct HtmlPage;

impl Document for HtmlPage {
    fn name(&self) -> &'static str {
        "html"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["html", "htm", "xhtml", "shtml"]
    }

    fn is_told_by(&self, head: &[u8]) -> bool {
        root_name(head).is_some_and(|root| root.eq_ignore_ascii_case("html"))
    }

    fn read(
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
    let Some(encoding) = said.filter(|_| !is_marked) else { return decode(body.to_vec()) };
    let (text, has_errors) = encoding.decode_without_bom_handling(body);
    if !has_errors {
        return Ok(text.into_owned());
    }
    // a page that is in another encoding than it says, or one with a few damaged places
    match decode(body.to_vec()) {
        Ok(text) => Ok(text),
        Err(problem) => {
            if is_mostly_sound(&text) {
                Ok(text.into_owned())
            } else {
                Err(problem)
            }
        }
    }
}

/// Whether so few letters are damaged that it is still a text, and not a picture or what is compressed.
fn is_mostly_sound(text: &str) -> bool {
    const DAMAGED_SHARE: usize = 50;
    text.matches(char::REPLACEMENT_CHARACTER).count() * DAMAGED_SHARE <= text.chars().count()
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
    use super::nesting::{self, ELEMENTS_MAX, NESTING_MAX};
    use crate::read::RejectionKind;

    let html = page_text(body, content_type)?;
    if !nesting::is_bearable(&html) {
        let reason = format!(
            "its elements lie more than {NESTING_MAX} deep in one another, or are more than {ELEMENTS_MAX}"
        );
        return Err(FieldProblem::new(RejectionKind::TooLarge, reason));
    }
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
