//! NITF, the News Industry Text Format (IPTC, 3.x): one story a file.

use super::dates::iso;
use super::document::Document;
use super::newsml_g2::plain_text;
use super::prose::without_contact_tail;
use super::xml::{self, XmlNode, root_name};
use super::{Context, Extracted, no_text};
use crate::article::{Article, Provenance, PublishingStatus};
use crate::read::json_lines::FieldProblem;

pub(super) struct Nitf;

impl Document for Nitf {
    fn name(&self) -> &'static str {
        "nitf"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["nitf", "ntf"]
    }

    fn is_told_by(&self, head: &[u8]) -> bool {
        root_name(head).is_some_and(|root| root == "nitf")
    }

    fn read(
        &self,
        record: &[u8],
        context: &Context<'_>,
        out: &mut Extracted,
    ) -> Result<(), Box<FieldProblem>> {
        let root = xml::parse(record)?;
        let mut article = article(&root);
        if article.id.is_empty() {
            article.id = context.id(true);
        }
        if article.text.is_empty() {
            let mut problem = no_text("the NITF document has no text in `body.content`");
            problem.id = Some(article.id);
            return Err(problem);
        }
        out.push(context.number, &article);
        Ok(())
    }
}

/// The text of `body.content`, without what is meant for editors.
pub(super) fn body(root: &XmlNode) -> String {
    let mut content = root.at(&["body", "body.content"]);
    while let Some(block) = content.and_then(|content| content.only()).filter(|block| block.name == "block") {
        content = Some(block);
    }
    let text = match content {
        // markup that is written as text, or empty lines between paragraphs
        Some(content) if content.elements().next().is_none() => plain_text(content),
        content => content.map(XmlNode::prose).unwrap_or_default(),
    };
    without_contact_tail(&text).to_owned()
}

/// What the document says; id and text are empty where it does not say them.
fn article(root: &XmlNode) -> Article {
    let empty = XmlNode::default();
    let docdata = root.at(&["head", "docdata"]).unwrap_or(&empty);
    let head = root.at(&["body", "body.head"]).unwrap_or(&empty);
    let attribute = |path: &[&str], name: &str| Some(docdata.at(path)?.attribute(name)?.to_owned());
    let holder = attribute(&["doc.copyright"], "holder");
    let sender = head.child("distributor").and_then(XmlNode::line);
    let title =
        [head.at(&["hedline", "hl1"]), root.at(&["head", "title"]), root.at(&["head", "pubdata", "title"])];
    let language = [Some(root), root.child("body"), root.at(&["body", "body.content", "block"])];
    let dates = [
        attribute(&["date.issue"], "norm"),
        head.at(&["dateline", "story.date"]).and_then(|date| date.attribute("norm")).map(str::to_owned),
        attribute(&["date.release"], "norm"),
        attribute(&["date.issue"], "value"),
    ];
    Article {
        id: attribute(&["doc-id"], "id-string").unwrap_or_default(),
        text: body(root),
        title: title.into_iter().flatten().find_map(XmlNode::line),
        date: dates.into_iter().flatten().find_map(|date| iso(&date)),
        source: sender.clone().or_else(|| holder.clone()).or_else(|| attribute(&["doc-id"], "regsrc")),
        url: root.at(&["head", "pubdata"]).and_then(|data| data.attribute("ex-ref")).map(str::to_owned),
        language: language.into_iter().flatten().find_map(|node| node.attribute("lang")).map(str::to_owned),
        provenance: Some(Box::new(Provenance {
            item: attribute(&["du-key"], "key").or_else(|| attribute(&["doc-id"], "id-string")),
            version: attribute(&["du-key"], "version"),
            copyright_holder: holder.filter(|holder| sender.as_ref().is_some_and(|sender| sender != holder)),
            editorial_note: attribute(&["ed-msg"], "info"),
            status: status(docdata.attribute("management-status")),
            ..Provenance::default()
        })),
    }
}

/// A publishing status by its name in any of the formats.
pub(super) fn status(name: Option<&str>) -> PublishingStatus {
    let name = name.unwrap_or_default();
    let name = name.rsplit(':').next().unwrap_or_default().to_ascii_lowercase();
    match name.as_str() {
        "canceled" | "cancelled" | "killed" | "kill" => PublishingStatus::Canceled,
        "withheld" | "embargoed" => PublishingStatus::Withheld,
        _ => PublishingStatus::Usable,
    }
}
