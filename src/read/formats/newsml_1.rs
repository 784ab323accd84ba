//! NewsML 1.x (IPTC, 2000-2012): news items with NITF, XHTML or plain text in their components.

use super::dates::iso;
use super::document::Document;
use super::newsml_g2::{marked_text, plain_text, versioned};
use super::prose::without_contact_tail;
use super::xml::{self, XmlNode, root_name};
use super::{Context, Extracted, nitf, no_text};
use crate::article::{Article, Provenance};
use crate::read::json_lines::FieldProblem;

pub(super) struct NewsMl1;

impl Document for NewsMl1 {
    fn name(&self) -> &'static str {
        "newsml-1"
    }

    fn endings(&self) -> &'static [&'static str] {
        &[]
    }

    fn is_told_by(&self, head: &[u8]) -> bool {
        root_name(head).is_some_and(|root| root == "NewsML")
    }

    fn read(
        &self,
        record: &[u8],
        context: &Context<'_>,
        out: &mut Extracted,
    ) -> Result<(), Box<FieldProblem>> {
        let root = xml::parse(record)?;
        let items = root.all("NewsItem");
        let is_alone = items.len() == 1;
        let mut texts = 0_u64;
        for (position, item) in (1..).zip(items) {
            let mut article = article(item);
            if article.text.is_empty() {
                continue;
            }
            if article.id.is_empty() {
                article.id = Context { number: position, ..*context }.id(is_alone);
            }
            texts += 1;
            out.push(context.number, &article);
        }
        // pictures and their captions travel in items of their own
        if texts == 0 { Err(no_text("the NewsML document holds no item with text")) } else { Ok(()) }
    }
}

/// What the item says; id and text are empty where it does not say them.
fn article(item: &XmlNode) -> Article {
    let empty = XmlNode::default();
    let identifier = item.at(&["Identification", "NewsIdentifier"]).unwrap_or(&empty);
    let management = item.child("NewsManagement").unwrap_or(&empty);
    let line = |node: &XmlNode, name: &str| node.child(name).and_then(XmlNode::line);
    let first_line = |name: &str| item.all(name).into_iter().find_map(XmlNode::line);
    let revision = identifier.child("RevisionId");
    let version = revision.and_then(XmlNode::line);
    let previous = revision.and_then(|node| node.attribute("PreviousRevision"));
    let parts = [line(identifier, "ProviderId"), line(identifier, "DateId"), line(identifier, "NewsItemId")];
    let name = match &parts {
        [Some(provider), Some(day), Some(name)] => format!("urn:newsml:{provider}:{day}:{name}"),
        [_, _, name] => name.clone().unwrap_or_default(),
    };
    let party = |role: &str| {
        let nodes = item.all(role);
        let of = |node: &&XmlNode| node.child("Party")?.attribute("FormalName").map(str::to_owned);
        nodes.iter().find_map(of)
    };
    let provider = party("Provider");
    let language = item.all("Language").into_iter().find_map(|node| node.attribute("FormalName"));
    let status = management.child("Status").and_then(|status| status.attribute("FormalName"));
    let dates = [line(management, "ThisRevisionCreated"), line(management, "FirstCreated"), parts[1].clone()];
    let derived = item.all("DerivedFrom").into_iter().filter_map(|node| node.attribute("NewsItem"));
    Article {
        id: versioned(&name, version.as_deref()),
        text: text(item),
        title: first_line("HeadLine").or_else(|| first_line("hl1")),
        date: dates.into_iter().flatten().find_map(|date| iso(&date)),
        source: provider.clone().or_else(|| party("Source")).or_else(|| line(identifier, "ProviderId")),
        url: None,
        language: language.or_else(|| item.attribute("lang")).map(str::to_owned),
        provenance: Some(Box::new(Provenance {
            item: Some(name.clone()).filter(|name| !name.is_empty()),
            version,
            derived_from: derived.map(str::to_owned).collect(),
            previous_version: previous
                .filter(|previous| *previous != "0")
                .map(|previous| versioned(&name, Some(previous))),
            information_source: party("Source").filter(|source| Some(source) != provider.as_ref()),
            copyright_holder: first_line("CopyrightHolder"),
            embargoed_until: None,
            editorial_note: first_line("InstructionToEditor"),
            fetched: None,
            status: nitf::status(status),
        })),
    }
}

/// The longest text among the item's components: others are abstracts and captions.
fn text(item: &XmlNode) -> String {
    let contents = item.all("DataContent");
    let texts = contents.iter().map(|content| match content.elements().next() {
        Some(_) => marked_text(content),
        None => plain_text(content),
    });
    // of equally long ones the first
    let longest = texts.reduce(|best, next| if next.len() > best.len() { next } else { best });
    let longest = longest.unwrap_or_default();
    without_contact_tail(longest.trim()).to_owned()
}
