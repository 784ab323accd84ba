//! NewsML-G2 (IPTC, 2.x): news items alone or many in a message; those of text are read.

use super::base64;
use super::dates::iso;
use super::document::Document;
use super::fragment;
use super::prose::{unwrapped, without_contact_tail};
use super::xml::{self, XmlNode, root_name};
use super::{Context, Extracted, nitf, no_text};
use crate::article::{Article, Provenance};
use crate::read::encoding::decode;
use crate::read::json_lines::FieldProblem;

pub(super) struct NewsMlG2;

impl Document for NewsMlG2 {
    fn name(&self) -> &'static str {
        "newsml-g2"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["newsml", "newsmlg2", "nml"]
    }

    fn is_told_by(&self, head: &[u8]) -> bool {
        let roots =
            ["newsItem", "newsMessage", "packageItem", "conceptItem", "knowledgeItem", "planningItem"];
        root_name(head).is_some_and(|root| roots.contains(&root.as_str()))
    }

    fn read(
        &self,
        record: &[u8],
        context: &Context<'_>,
        out: &mut Extracted,
    ) -> Result<(), Box<FieldProblem>> {
        let root = xml::parse(record)?;
        let items = if root.name == "newsItem" { vec![&root] } else { root.all("newsItem") };
        let texts: Vec<&XmlNode> = items.into_iter().filter(|item| is_text(item)).collect();
        if texts.is_empty() {
            return Err(no_text("the NewsML-G2 document holds no item of text"));
        }
        let sent = root.at(&["header", "sent"]).and_then(XmlNode::line).and_then(|date| iso(&date));
        let is_alone = texts.len() == 1;
        for (position, item) in (1..).zip(texts) {
            let mut article = article(item);
            article.date = article.date.or_else(|| sent.clone());
            if article.id.is_empty() {
                article.id = Context { number: position, ..*context }.id(is_alone);
            }
            if article.text.is_empty() {
                let mut problem = no_text("the news item has no text in `contentSet`");
                problem.id = Some(article.id);
                out.problems.push((context.number, problem));
                continue;
            }
            out.push(context.number, &article);
        }
        Ok(())
    }
}

/// By its class; an item that has none is what it holds.
fn is_text(item: &XmlNode) -> bool {
    let class = item.at(&["itemMeta", "itemClass"]);
    let class = class.and_then(|class| class.attribute("qcode").or(class.attribute("uri")));
    class.is_none_or(|class| class.rsplit([':', '/']).next() == Some("text"))
}

/// What the item says; id and text are empty where it does not say them.
fn article(item: &XmlNode) -> Article {
    let empty = XmlNode::default();
    let meta = item.child("itemMeta").unwrap_or(&empty);
    let content = item.child("contentMeta").unwrap_or(&empty);
    let dates = [
        meta.child("versionCreated"),
        content.child("contentModified"),
        content.child("contentCreated"),
        meta.child("firstCreated"),
    ];
    let title = [content.child("headline"), meta.child("title")];
    let language = content.child("language").and_then(|language| language.attribute("tag"));
    let provider = meta.child("provider").and_then(party);
    let holder = item.at(&["rightsInfo", "copyrightHolder"]).and_then(party);
    let status = meta.child("pubStatus").and_then(|status| status.attribute("qcode"));
    let guid = item.attribute("guid").unwrap_or_default();
    let version = item.attribute("version");
    let info = content.elements().filter(|node| node.name == "infoSource").find_map(party);
    Article {
        id: versioned(guid, version),
        text: text(item),
        title: title.into_iter().flatten().find_map(XmlNode::line),
        date: dates.into_iter().flatten().find_map(|date| iso(&date.line()?)),
        source: provider.clone().or_else(|| info.clone()).or_else(|| holder.clone()),
        url: None,
        language: language.or_else(|| item.attribute("lang")).map(str::to_owned),
        provenance: Some(Box::new(Provenance {
            item: Some(guid.to_owned()).filter(|guid| !guid.is_empty()),
            version: version.map(str::to_owned),
            derived_from: derived_from(meta),
            previous_version: None,
            information_source: info.filter(|info| Some(info) != provider.as_ref()),
            copyright_holder: holder.filter(|holder| Some(holder) != provider.as_ref()),
            embargoed_until: meta.child("embargoed").and_then(XmlNode::line).and_then(|date| iso(&date)),
            editorial_note: meta.child("edNote").and_then(XmlNode::line),
            fetched: None,
            status: nitf::status(status),
        })),
    }
}

/// The id of a version: the first one goes by the item's name alone.
pub(super) fn versioned(item: &str, version: Option<&str>) -> String {
    match version {
        Some(version) if version != "1" && !item.is_empty() => format!("{item}#{version}"),
        _ => item.to_owned(),
    }
}

/// Items that this one was made from.
fn derived_from(meta: &XmlNode) -> Vec<String> {
    let links = meta.elements().filter(|node| node.name == "link");
    let derived = links.filter(|link| {
        let relation = link.attribute("rel").unwrap_or_default();
        matches!(relation.rsplit(':').next(), Some("derivedFrom" | "previousVersion"))
    });
    derived
        .filter_map(|link| link.attribute("residref").or(link.attribute("href")))
        .map(str::to_owned)
        .collect()
}

/// Who is meant, in words or else by a code.
fn party(node: &XmlNode) -> Option<String> {
    let name = node.child("name").and_then(XmlNode::line);
    let literal = || node.attribute("literal").map(str::to_owned);
    let code = || node.attribute("qcode").map(|code| code.rsplit(':').next().unwrap_or(code).to_owned());
    name.or_else(literal).or_else(code)
}

/// The text of the first content that has one.
fn text(item: &XmlNode) -> String {
    let Some(set) = item.child("contentSet") else { return String::new() };
    let marked = set.elements().filter(|content| content.name == "inlineXML").map(marked_text);
    let plain = set.elements().filter(|content| content.name == "inlineData").map(data_text);
    let text = marked.chain(plain).find(|text| !text.trim().is_empty()).unwrap_or_default();
    without_contact_tail(&text).to_owned()
}

/// A plain text, or one that is written in letters that stand for its bytes.
fn data_text(content: &XmlNode) -> String {
    match content.attribute("encoding").map(|encoding| encoding.rsplit([':', '/', '#']).next()) {
        None => plain_text(content),
        Some(Some("base64")) => {
            let bytes = base64::decoded(&content.text()).unwrap_or_default();
            decode(bytes).map(|text| text_of_data(&text)).unwrap_or_default()
        }
        // pictures, and what is compressed
        Some(_) => String::new(),
    }
}

/// NITF, XHTML, or another language of elements.
pub(super) fn marked_text(content: &XmlNode) -> String {
    match content.elements().find(|child| child.name == "nitf") {
        Some(root) => nitf::body(root),
        None => content.prose(),
    }
}

/// A plain text, though some senders write tags into it.
pub(super) fn plain_text(content: &XmlNode) -> String {
    text_of_data(&content.text())
}

fn text_of_data(text: &str) -> String {
    let has_tags = ["</p>", "</P>", "<br", "<p>"].iter().any(|tag| text.contains(tag));
    if has_tags { fragment::text_of(text) } else { unwrapped_if_needed(text) }
}

/// Lines of a width that was set are joined; others are paragraphs.
pub(super) fn unwrapped_if_needed(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.trim().is_empty()).collect();
    let long = lines.iter().filter(|line| line.chars().count() > 90).count();
    let has_empty_lines = text.trim().contains("\n\n") || text.contains("\n\r\n");
    if long == 0 && lines.len() > 3 && (has_empty_lines || lines.iter().any(|line| line.starts_with("  "))) {
        return unwrapped(text);
    }
    lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join("\n\n")
}
