//! XML documents as small trees. Read by `quick-xml`; what hostile documents do is bounded here.
//!
//! Names are kept without their prefix, since every agency has its own; no entity is resolved but XML's five,
//! numbers and HTML's named letters, and none is declared by a document; nesting has an end.

use std::collections::VecDeque;

use encoding_rs::Encoding;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::fragment::entity;
use super::prose::Prose;
use crate::read::RejectionKind;
use crate::read::encoding::decode;
use crate::read::json_lines::FieldProblem;
use crate::stretch::stretch;

/// Elements within elements. News are some ten deep.
const DEPTH_MAX: usize = 128;

#[derive(Debug, Default)]
pub(super) struct XmlNode {
    /// Without its prefix.
    pub(super) name: String,
    /// What stands before the colon.
    pub(super) prefix: String,
    attributes: Vec<(String, String)>,
    children: Vec<XmlChild>,
}

#[derive(Debug)]
enum XmlChild {
    Element(XmlNode),
    Text(String),
}

impl XmlNode {
    /// The first child of that name.
    pub(super) fn child(&self, name: &str) -> Option<&XmlNode> {
        self.elements().find(|child| child.name == name)
    }

    pub(super) fn elements(&self) -> impl Iterator<Item = &XmlNode> {
        self.children.iter().filter_map(|child| match child {
            XmlChild::Element(node) => Some(node),
            XmlChild::Text(_) => None,
        })
    }

    /// The first descendant along the names.
    pub(super) fn at(&self, path: &[&str]) -> Option<&XmlNode> {
        match path {
            [] => Some(self),
            [first, rest @ ..] => {
                self.elements().filter(|child| child.name == *first).find_map(|child| child.at(rest))
            }
        }
    }

    /// The element that is all there is within.
    pub(super) fn only(&self) -> Option<&XmlNode> {
        let is_blank = |child: &&XmlChild| matches!(child, XmlChild::Text(text) if text.trim().is_empty());
        let mut children = self.children.iter().filter(|child| !is_blank(child));
        match (children.next()?, children.next()) {
            (XmlChild::Element(node), None) => Some(node),
            _ => None,
        }
    }

    /// All descendants of that name, those within one another left out, in document order.
    pub(super) fn all<'n>(&'n self, name: &str) -> Vec<&'n XmlNode> {
        let mut found = Vec::new();
        let mut waiting: VecDeque<&XmlNode> = self.elements().collect();
        while let Some(node) = waiting.pop_front() {
            if node.name == name {
                found.push(node);
            } else {
                node.elements().rev_collect().into_iter().for_each(|child| waiting.push_front(child));
            }
        }
        found
    }

    /// An attribute's value, by its name without prefix; `None` where it is empty.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    /// All text within, on one line; `None` where there is none.
    pub(super) fn line(&self) -> Option<String> {
        let mut text = String::new();
        self.push_text(&mut text);
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        (!line.is_empty()).then_some(line)
    }

    /// All text within, as it stands.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        self.push_text(&mut text);
        text
    }

    fn push_text(&self, text: &mut String) {
        for child in &self.children {
            match child {
                XmlChild::Element(node) => node.push_text(text),
                XmlChild::Text(more) => text.push_str(more),
            }
        }
    }

    /// The text within as paragraphs.
    pub(super) fn prose(&self) -> String {
        let mut prose = Prose::default();
        self.push_prose(&mut prose);
        prose.finish()
    }

    fn push_prose(&self, prose: &mut Prose) {
        for child in &self.children {
            match child {
                XmlChild::Text(text) => prose.text(text),
                XmlChild::Element(node) => {
                    let name = node.name.to_ascii_lowercase();
                    prose.open(&name);
                    node.push_prose(prose);
                    prose.close(&name);
                }
            }
        }
    }
}

trait RevCollect<'n> {
    fn rev_collect(self) -> Vec<&'n XmlNode>;
}

impl<'n, I: Iterator<Item = &'n XmlNode>> RevCollect<'n> for I {
    fn rev_collect(self) -> Vec<&'n XmlNode> {
        let mut all: Vec<_> = self.collect();
        all.reverse();
        all
    }
}

/// The document's root element.
///
/// # Errors
/// What is wrong with the XML, or with its encoding.
pub(super) fn parse(bytes: &[u8]) -> Result<XmlNode, Box<FieldProblem>> {
    parse_text(&decoded(bytes)?)
}

/// As [`parse`], of a text.
///
/// # Errors
/// What is wrong with the XML.
pub(super) fn parse_text(text: &str) -> Result<XmlNode, Box<FieldProblem>> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    let mut open: Vec<XmlNode> = vec![XmlNode::default()];
    loop {
        let at = reader.buffer_position();
        let line = || 1 + text.as_bytes().iter().take(at as usize).filter(|byte| **byte == b'\n').count();
        let broken = |what: String| broken(&what, line());
        match reader.read_event().map_err(|error| broken(error.to_string()))? {
            Event::Start(start) => {
                if open.len() > DEPTH_MAX {
                    return Err(broken(format!("elements lie more than {DEPTH_MAX} deep in one another")));
                }
                open.push(node(&start).map_err(broken)?);
            }
            Event::Empty(start) => push(&mut open, XmlChild::Element(node(&start).map_err(broken)?)),
            Event::End(_) => match open.pop() {
                Some(node) if !open.is_empty() => push(&mut open, XmlChild::Element(node)),
                _ => return Err(broken("an end tag without its beginning".into())),
            },
            Event::Text(text) => push_text(&mut open, &text),
            Event::CData(text) => push_text(&mut open, &text),
            Event::GeneralRef(name) => match entity(&name) {
                Some(character) => push_text(&mut open, character.encode_utf8(&mut [0; 4])),
                None => {
                    let name: String = name.chars().take(40).collect();
                    return Err(broken(format!(
                        "the entity &{};, which is not resolved",
                        name.escape_debug()
                    )));
                }
            },
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
    if open.len() > 1 {
        let name = open.last().map(|node| node.name.clone()).unwrap_or_default();
        let reason = format!("the XML is cut off within <{}>", name.escape_debug());
        return Err(FieldProblem::new(RejectionKind::Truncated, reason));
    }
    let document = open.pop().unwrap_or_default();
    let root = document.children.into_iter().find_map(|child| match child {
        XmlChild::Element(node) => Some(node),
        XmlChild::Text(_) => None,
    });
    root.ok_or_else(|| broken("no element", 1))
}

fn broken(what: &str, line: usize) -> Box<FieldProblem> {
    let what = what.replace(['\n', '\r'], " ");
    FieldProblem::new(RejectionKind::BrokenXml, format!("broken XML on line {line}: {what}"))
}

fn push(open: &mut [XmlNode], child: XmlChild) {
    if let Some(parent) = open.last_mut() {
        parent.children.push(child);
    }
}

fn push_text(open: &mut [XmlNode], text: &str) {
    let Some(parent) = open.last_mut() else { return };
    match parent.children.last_mut() {
        Some(XmlChild::Text(before)) => before.push_str(text),
        _ => parent.children.push(XmlChild::Text(text.to_owned())),
    }
}

fn node(start: &BytesStart<'_>) -> Result<XmlNode, String> {
    let (prefix, name) = split_name(start.name().as_ref());
    let mut attributes = Vec::new();
    for attribute in start.attributes().with_checks(false) {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let (_, key) = split_name(attribute.key.as_ref());
        attributes.push((key, super::fragment::unescaped(&attribute.value)));
    }
    Ok(XmlNode { name, prefix, attributes, children: Vec::new() })
}

fn split_name(name: &str) -> (String, String) {
    match name.rsplit_once(':') {
        Some((prefix, name)) => (prefix.to_owned(), name.to_owned()),
        None => (String::new(), name.to_owned()),
    }
}

/// The document as text: by its byte order mark, by the encoding that it declares, or told from the bytes.
///
/// # Errors
/// Where it is not in that encoding.
pub(super) fn decoded(bytes: &[u8]) -> Result<String, Box<FieldProblem>> {
    // what is UTF-8 by all its bytes beyond ASCII is no older encoding, whatever it declares
    let declared = declared_encoding(bytes).filter(|_| simdutf8::basic::from_utf8(bytes).is_err());
    match declared {
        Some(encoding) if encoding != encoding_rs::UTF_8 && !has_mark(bytes) => {
            let decoded = encoding.decode_without_bom_handling_and_without_replacement(bytes);
            decoded.map(std::borrow::Cow::into_owned).ok_or_else(|| {
                let reason = format!("it says that it is {}, and does not decode as such", encoding.name());
                FieldProblem::new(RejectionKind::UnknownEncoding, reason)
            })
        }
        _ => decode(bytes.to_vec()),
    }
}

fn has_mark(bytes: &[u8]) -> bool {
    [&b"\xEF\xBB\xBF"[..], b"\xFF\xFE", b"\xFE\xFF"].iter().any(|mark| bytes.starts_with(mark))
}

/// The encoding that an XML declaration names.
pub(super) fn declared_encoding(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.trim_ascii_start();
    let head = head.strip_prefix(b"<?xml")?;
    let head = &head[..memchr::memchr(b'>', &head[..head.len().min(400)])?];
    let found = memchr::memmem::find(head, b"encoding")?;
    let value = head[found + 8..].trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let (quote, value) = value.split_first()?;
    let label = &value[..memchr::memchr(*quote, value)?];
    Encoding::for_label(label)
}

/// Name of the root element without its prefix, from a document's first bytes; `None` for what is no XML.
pub(super) fn root_name(head: &[u8]) -> Option<String> {
    let head = decoded_head(head)?;
    let mut rest = head.trim_start();
    loop {
        rest = rest.strip_prefix('<')?;
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = stretch(comment, comment.find("-->")? + 3..).trim_start();
        } else if let Some(instruction) = rest.strip_prefix('?') {
            rest = stretch(instruction, instruction.find("?>")? + 2..).trim_start();
        } else if rest.get(..8).is_some_and(|word| word.eq_ignore_ascii_case("!doctype")) {
            let declared = stretch(rest, 8..);
            // a declaration may hold others
            let end = match (declared.find('['), declared.find('>')) {
                (Some(inner), Some(end)) if inner < end => declared.find("]>").map(|end| end + 1),
                (_, end) => end,
            };
            let Some(end) = end else {
                let name =
                    declared.split(|c: char| c.is_whitespace() || c == '[').find(|word| !word.is_empty());
                return name.map(str::to_owned);
            };
            rest = stretch(declared, end + 1..).trim_start();
        } else {
            let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).unwrap_or(rest.len());
            let (_, name) = split_name(stretch(rest, ..end));
            return name.starts_with(|c: char| c.is_alphabetic()).then_some(name);
        }
    }
}

fn decoded_head(head: &[u8]) -> Option<String> {
    let text = match head {
        [0xFF, 0xFE, rest @ ..] => encoding_rs::UTF_16LE.decode_without_bom_handling(rest).0,
        [0xFE, 0xFF, rest @ ..] => encoding_rs::UTF_16BE.decode_without_bom_handling(rest).0,
        _ => String::from_utf8_lossy(crate::read::encoding::without_utf8_mark(head)),
    };
    text.trim_start().starts_with('<').then(|| text.into_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_tree_has_names_without_prefixes_and_texts_without_entities() {
        let root = parse(
            b"<?xml version='1.0'?><a:r x:k='1 &lt; 2'><b>c &amp; <i>d</i> <![CDATA[<e>]]></b><b/></a:r>",
        )
        .unwrap();
        assert_eq!((root.name.as_str(), root.prefix.as_str()), ("r", "a"));
        assert_eq!(root.attribute("k"), Some("1 < 2"));
        assert_eq!(root.at(&["b"]).unwrap().line().unwrap(), "c & d <e>");
        assert_eq!(root.all("b").len(), 2);
    }

    #[test]
    fn what_is_declared_is_decoded() {
        let latin = b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>caf\xE9</a>";
        assert_eq!(parse(latin).unwrap().line().unwrap(), "café");
        let wide: Vec<u8> =
            [0xFF, 0xFE].into_iter().chain("<a>é</a>".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert_eq!(parse(&wide).unwrap().line().unwrap(), "é");
    }

    #[test]
    fn hostile_documents_are_refused() {
        let kind = |text: &str| parse(text.as_bytes()).map(|_| ()).unwrap_err().kind;
        let bomb = "<!DOCTYPE a [<!ENTITY l \"ha\"><!ENTITY m \"&l;&l;&l;&l;\">]><a>&m;</a>";
        assert_eq!(kind(bomb), RejectionKind::BrokenXml);
        assert_eq!(kind(&"<a>".repeat(100_000)), RejectionKind::BrokenXml);
        assert_eq!(kind("<a><b>text"), RejectionKind::Truncated);
        assert_eq!(kind("<a></b>"), RejectionKind::BrokenXml);
        assert_eq!(kind(""), RejectionKind::BrokenXml);
    }

    #[test]
    fn roots_are_found_behind_what_precedes_them() {
        for (head, name) in [
            ("<nitf>", "nitf"),
            (
                "\u{feff}<?xml version=\"1.0\"?>\n<!-- a > b -->\n<!DOCTYPE nitf SYSTEM \"x.dtd\" [<!ENTITY a \"b\">]>\n<n:nitf x='1'>",
                "nitf",
            ),
            ("<!doctype html>\n<html>", "html"),
            ("<rss/>", "rss"),
        ] {
            assert_eq!(root_name(head.as_bytes()).as_deref(), Some(name), "{head}");
        }
        for head in ["", "text <nitf>", "< 5", "<!-- ", "<5>"] {
            assert_eq!(root_name(head.as_bytes()), None, "{head}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(text in "(<|>|/|&|;|!\\[CDATA\\[|\\]\\]>|a|b|=|'|\"|\\?|!--|-->|\\PC){0,60}") {
            let _ = parse(text.as_bytes());
            let _ = root_name(text.as_bytes());
        }
    }
}
