//! Feeds: RSS 0.9x to 2.0 with the content module, Atom, and the exports of WordPress, which are RSS.
//!
//! A feed is cut at its items by their tags alone, so that an export of any length takes no more memory than
//! its longest item; each item is then read as a document of its own. A summary is not the article.

use encoding_rs::Encoding;

use super::address::resolved;
use super::dates::iso;
use super::fragment;
use super::wordpress::without_shortcodes;
use super::xml::{self, XmlNode, declared_encoding, root_name};
use super::{Context, Extracted, FormatSource, InputFormat, Piece, Pieces, no_text};
use crate::article::Article;
use crate::read::RejectionKind;
use crate::read::cutter::text_too_long;
use crate::read::decompress::{ByteStream, problem_of};
use crate::read::encoding::Utf16Decoder;
use crate::read::feed_ids::feed_id;
use crate::read::format::Container;
use crate::read::json_lines::FieldProblem;
use crate::stretch::stretch;

pub(super) struct Feed;

impl InputFormat for Feed {
    fn name(&self) -> &'static str {
        "feed"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["rss", "atom", "rdf"]
    }

    fn is_told_by(&self, head: &[u8]) -> bool {
        root_name(head).is_some_and(|root| matches!(root.as_str(), "rss" | "feed" | "RDF"))
    }

    fn record_word(&self) -> Option<&'static str> {
        Some("item")
    }

    fn open<'a>(&self, source: FormatSource<'a>) -> Result<Box<dyn Pieces + 'a>, Box<FieldProblem>> {
        let container = source.stream.container;
        Ok(Box::new(Items {
            stream: Utf16Decoder::new(source.stream),
            container,
            limit_bytes: source.options.record_limit_bytes,
            held: Vec::new(),
            at: 0,
            at_end: false,
            channel: None,
            item_start: None,
            number: 0,
        }))
    }

    fn extract(
        &self,
        record: &[u8],
        context: &Context<'_>,
        out: &mut Extracted,
    ) -> Result<(), Box<FieldProblem>> {
        let (channel, item) = Channel::take(record);
        let text = decoded(item, &channel.encoding)?;
        let item = xml::parse_text(&text)?;
        let Some(mut article) = article(&item, channel.base.as_deref()) else { return Ok(()) };
        article.id = match article.id.as_str() {
            "" => context.id(false),
            own => feed_id(channel.address.as_deref().unwrap_or(context.file_id), own),
        };
        article.source = article.source.or(channel.title);
        article.language = article.language.or(channel.language);
        if article.text.is_empty() {
            let has_summary = item.child("description").or(item.child("summary")).is_some();
            let what = if has_summary { "a summary alone, and no text" } else { "no text" };
            let mut problem = no_text(&format!("the item of the feed has {what}"));
            problem.id = Some(article.id);
            return Err(problem);
        }
        out.push(context.number, &article);
        Ok(())
    }
}

/// What a feed says of all its items; written before each.
#[derive(Clone, Debug, Default, PartialEq)]
struct Channel {
    title: Option<String>,
    language: Option<String>,
    /// Its name, where it is not UTF-8.
    encoding: Option<String>,
    /// Where addresses begin that leave out their beginning.
    base: Option<String>,
    /// Where the feed is to be had, or the site that it is of.
    address: Option<String>,
}

/// Between the fields of a channel in a record: no XML document holds it.
const SEPARATOR: u8 = 0;

impl Channel {
    /// From what precedes the first item.
    fn read(head: &[u8]) -> Self {
        let encoding = declared_encoding(head).filter(|encoding| *encoding != encoding_rs::UTF_8);
        let name = encoding.map(|encoding| encoding.name().to_owned());
        let text = decoded(head, &name).unwrap_or_default();
        let element = |name: &str| {
            let after = stretch(&text, text.find(&format!("<{name}"))?..);
            let inside = stretch(after, after.find('>')? + 1..);
            let line = fragment::text_of(stretch(inside, ..inside.find("</")?));
            // in a feed, markup within a title is written as text
            Some(fragment::unescaped(&line)).filter(|line| !line.is_empty())
        };
        let attribute = |name: &str| {
            let after = stretch(&text, text.find(name)? + name.len()..);
            let quote = after.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
            stretch(after, 1..).split(quote).next().map(str::to_owned)
        };
        let base = attribute("xml:base=").or_else(|| element("link")).filter(|base| base.starts_with("http"));
        Channel {
            title: element("title"),
            language: element("language")
                .or_else(|| element("dc:language"))
                .or_else(|| attribute("xml:lang=")),
            address: own_address(&text).or_else(|| base.clone()),
            base,
            encoding: name,
        }
    }

    fn push(&self, record: &mut Vec<u8>) {
        for field in [&self.title, &self.language, &self.encoding, &self.base, &self.address] {
            record.extend(field.as_deref().unwrap_or_default().bytes().filter(|byte| *byte != SEPARATOR));
            record.push(SEPARATOR);
        }
    }

    fn take(record: &[u8]) -> (Self, &[u8]) {
        let mut fields: [Option<String>; 5] = Default::default();
        let mut rest = record;
        for field in &mut fields {
            let Some(end) = memchr::memchr(SEPARATOR, rest) else { return (Channel::default(), rest) };
            *field =
                Some(String::from_utf8_lossy(&rest[..end]).into_owned()).filter(|field| !field.is_empty());
            rest = &rest[end + 1..];
        }
        let [title, language, encoding, base, address] = fields;
        (Channel { title, language, encoding, base, address }, rest)
    }
}

/// The address that a feed gives as its own: that of its link `self`.
fn own_address(head: &str) -> Option<String> {
    let is_link = |tag: &&str| {
        let name = tag.split([' ', '\t', '\r', '\n', '>']).next().unwrap_or_default();
        name.rsplit(':').next() == Some("link")
    };
    let attribute = |tag: &str, name: &str| {
        let after = tag.split_once(name)?.1.trim_start().strip_prefix('=')?.trim_start();
        let quote = after.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        Some(fragment::unescaped(stretch(after, 1..).split(quote).next()?))
    };
    let mut links = head.split('<').filter(is_link);
    let own = links.find(|tag| attribute(tag, " rel").is_some_and(|rel| rel == "self"))?;
    attribute(own, " href").filter(|address| address.starts_with("http"))
}

fn decoded(bytes: &[u8], encoding: &Option<String>) -> Result<String, Box<FieldProblem>> {
    match encoding.as_ref().and_then(|name| Encoding::for_label(name.as_bytes())) {
        Some(encoding) => Ok(encoding.decode_without_bom_handling(bytes).0.into_owned()),
        None => crate::read::encoding::decode(bytes.to_vec()),
    }
}

/// A feed being cut into items.
struct Items<'a> {
    stream: Utf16Decoder<ByteStream<'a>>,
    container: Container,
    limit_bytes: usize,
    /// From the beginning of the item, or of what is looked through for one.
    held: Vec<u8>,
    /// How far that was looked through.
    at: usize,
    at_end: bool,
    channel: Option<Channel>,
    /// Where the item that we are in begins, and the name of its element.
    item_start: Option<(usize, &'static str)>,
    number: u64,
}

const CHUNK_BYTES: usize = 64 << 10;
const ITEM_NAMES: [&str; 2] = ["item", "entry"];
/// What precedes the first item, as far as it is looked at.
const HEAD_BYTES: usize = 64 << 10;

/// What lies at a `<`.
enum MarkupStart {
    /// More must be read to tell.
    Unfinished,
    /// Nothing of interest, up to so many bytes on.
    Other(usize),
    Opens(&'static str),
    /// An end tag, and its length.
    Closes(&'static str, usize),
}

impl Pieces for Items<'_> {
    fn next(&mut self, piece: &mut Piece) -> Result<bool, Box<FieldProblem>> {
        while !piece.is_full() {
            let rest = &self.held[self.at..];
            let Some(found) = memchr::memchr(b'<', rest) else {
                self.at = self.held.len();
                if !self.fill(piece)? {
                    return Ok(false);
                }
                continue;
            };
            self.at += found;
            match mark(&self.held[self.at..], self.at_end) {
                MarkupStart::Unfinished => {
                    if !self.fill(piece)? {
                        return Ok(false);
                    }
                }
                MarkupStart::Other(length) => self.at += length,
                MarkupStart::Opens(name) => {
                    if self.item_start.is_none() {
                        self.begin(name);
                    }
                    self.at += 1;
                }
                MarkupStart::Closes(name, length) => {
                    self.at += length;
                    if let Some((start, _)) = self.item_start.take_if(|(_, open)| *open == name) {
                        self.end(start, piece);
                    }
                }
            }
        }
        Ok(true)
    }
}

impl Items<'_> {
    fn begin(&mut self, name: &'static str) {
        if self.channel.is_none() {
            self.channel = Some(Channel::read(&self.held[..self.at.min(HEAD_BYTES)]));
        }
        self.held.drain(..self.at);
        self.at = 0;
        self.item_start = Some((0, name));
        self.number += 1;
    }

    fn end(&mut self, start: usize, piece: &mut Piece) {
        let (channel, item) = (self.channel.clone().unwrap_or_default(), &self.held[start..self.at]);
        piece.push_with(self.number, |record| {
            channel.push(record);
            record.extend_from_slice(item);
        });
        self.held.drain(..self.at);
        self.at = 0;
    }

    /// Reads on; `false` at the end.
    fn fill(&mut self, piece: &mut Piece) -> Result<bool, Box<FieldProblem>> {
        if self.held.len() > self.limit_bytes {
            if self.item_start.take().is_some() {
                piece.reject(self.number, text_too_long(self.limit_bytes));
            }
            self.held.clear();
            self.at = 0;
        } else if self.item_start.is_none() && self.channel.is_some() {
            self.held.drain(..self.at);
            self.at = 0;
        }
        let before = self.held.len();
        self.held.resize(before + CHUNK_BYTES, 0);
        let read = loop {
            match std::io::Read::read(&mut self.stream, &mut self.held[before..]) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        self.held.truncate(before + read.as_ref().copied().unwrap_or(0));
        let count = read.map_err(|error| problem_of(&error, self.container))?;
        if count > 0 {
            return Ok(true);
        }
        if !self.at_end {
            self.at_end = true;
            // what could not be told for want of more can be told now
            return Ok(true);
        }
        if self.item_start.is_some() {
            let reason = format!("the feed is cut off within item {}", self.number);
            return Err(FieldProblem::new(RejectionKind::Truncated, reason));
        }
        Ok(false)
    }
}

fn mark(at: &[u8], is_end: bool) -> MarkupStart {
    let unfinished =
        |length: usize| if is_end { MarkupStart::Other(length.max(1)) } else { MarkupStart::Unfinished };
    for (begin, end) in [(&b"<!--"[..], &b"-->"[..]), (b"<![CDATA[", b"]]>")] {
        if at.starts_with(begin) {
            return match memchr::memmem::find(&at[begin.len()..], end) {
                Some(found) => MarkupStart::Other(begin.len() + found + end.len()),
                None => unfinished(at.len()),
            };
        }
        if begin.starts_with(at) {
            return unfinished(at.len());
        }
    }
    let inside = &at[1..];
    let (closes, inside) = match inside.strip_prefix(b"/") {
        Some(inside) => (true, inside),
        None => (false, inside),
    };
    // a name with or without a prefix, as `rss:item`
    let length = inside.iter().take(40).take_while(|byte| !b" \t\r\n/>".contains(byte)).count();
    if length == inside.len() {
        return unfinished(at.len());
    }
    let name = inside[..length].rsplit(|byte| *byte == b':').next().unwrap_or_default();
    let Some(name) = ITEM_NAMES.into_iter().find(|known| known.as_bytes() == name) else {
        return MarkupStart::Other(1);
    };
    if !closes {
        return MarkupStart::Opens(name);
    }
    match memchr::memchr(b'>', inside) {
        Some(end) => MarkupStart::Closes(name, 2 + end + 1),
        None => unfinished(at.len()),
    }
}

/// The item's own element of that name: pictures, players and shops beside the text have titles and contents
/// of theirs.
fn own<'n>(item: &'n XmlNode, name: &str) -> Option<&'n XmlNode> {
    const OF_OTHERS: [&str; 6] = ["media", "itunes", "googleplay", "podcast", "g", "excerpt"];
    let named = || item.elements().filter(|node| node.name == name);
    let of_item = named().find(|node| node.prefix == item.prefix);
    of_item.or_else(|| named().find(|node| !OF_OTHERS.contains(&node.prefix.as_str())))
}

/// What the item says; `None` for one that is no article: a picture, a menu, a draft of WordPress.
fn article(item: &XmlNode, base: Option<&str>) -> Option<Article> {
    let line = |name: &str| own(item, name).and_then(XmlNode::line);
    if line("post_type").is_some_and(|kind| kind != "post" && kind != "page") {
        return None;
    }
    if line("post_type").is_some() && line("status").is_some_and(|status| status != "publish") {
        return None;
    }
    let links = || item.elements().filter(|node| node.name == "link");
    let alternate = links().find(|link| link.attribute("rel").is_none_or(|rel| rel == "alternate"));
    let url = alternate.and_then(|link| link.line().or_else(|| link.attribute("href").map(str::to_owned)));
    let base = item.attribute("base").map(|own| resolved(own, base)).or_else(|| base.map(str::to_owned));
    let url = url.map(|url| resolved(&url, base.as_deref()));
    let id = line("guid").or_else(|| line("id")).or_else(|| url.clone());
    // the last two of WordPress, whose drafts have no other
    let dates = ["pubDate", "published", "date", "issued", "updated", "post_date_gmt", "post_date"];
    // titles are texts that may hold markup, as text
    let title = line("title").map(|title| fragment::text_of(&title).replace('\n', " "));
    Some(Article {
        id: id.unwrap_or_default(),
        text: text(item),
        title: title.filter(|title| !title.is_empty()),
        date: dates.iter().find_map(|name| iso(&line(name)?)),
        source: item.at(&["source", "title"]).or(item.child("source")).and_then(XmlNode::line),
        url,
        language: line("language").or_else(|| item.attribute("lang").map(str::to_owned)),
        provenance: None,
    })
}

/// The whole text: of `content:encoded`, of Atom's `content`, or of a description that is long enough to be
/// one.
fn text(item: &XmlNode) -> String {
    let encoded = item.elements().find(|node| node.name == "encoded" && node.prefix != "excerpt");
    if let Some(encoded) = encoded {
        let html = encoded.text();
        let is_export = item.child("post_type").is_some();
        let text = fragment::text_of(&if is_export { without_shortcodes(&html) } else { html });
        if !text.is_empty() {
            return text;
        }
    }
    if let Some(content) = own(item, "content") {
        return match content.attribute("type") {
            Some("xhtml") => content.prose(),
            _ if content.elements().next().is_some() => content.prose(),
            _ => fragment::text_of(&content.text()),
        };
    }
    let description =
        own(item, "description").map(|node| fragment::text_of(&node.text())).unwrap_or_default();
    if is_whole(&description) { description } else { String::new() }
}

/// Whether a description is the article: a summary is one paragraph, or breaks off.
fn is_whole(description: &str) -> bool {
    /// Shorter ones are summaries; a single paragraph of the second length is none.
    const WHOLE_BYTES: [usize; 2] = [600, 1500];
    let breaks_off = ["…", "...", "[…]", "[...]"].iter().any(|end| description.trim_end().ends_with(end));
    let least = WHOLE_BYTES[usize::from(!description.contains("\n\n"))];
    !breaks_off && description.len() >= least
}
