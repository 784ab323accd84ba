//! From marked-up text to paragraphs: what of a page's or message's elements is text, and where a paragraph
//! ends.

use crate::stretch::stretch;

/// Collects text between tags into paragraphs with an empty line between them.
#[derive(Default)]
pub(super) struct Prose {
    done: String,
    block: String,
    /// White space came, and is written before the next letter.
    space: bool,
    /// The element whose whole content is left out, and how deep in elements of its name we are.
    hidden: Option<(String, u32)>,
    /// Elements that keep their line ends.
    preformatted: u32,
}

/// Elements whose content is no text of the article: code, captions, credits of pictures, the head of a page.
const HIDDEN: [&str; 20] = [
    "script",
    "style",
    "noscript",
    "template",
    "iframe",
    "object",
    "svg",
    "head",
    "media",
    "media-caption",
    "media-producer",
    "figcaption",
    "caption",
    "form",
    "button",
    "select",
    "textarea",
    "nav",
    "header",
    "footer",
];
/// Of those, the ones that HTML closes by themselves or that may be left open.
const LINE_BREAKS: [&str; 2] = ["br", "hr"];
const BLOCKS: [&str; 42] = [
    "p",
    "div",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hl1",
    "hl2",
    "li",
    "ul",
    "ol",
    "dl",
    "dt",
    "dd",
    "blockquote",
    "bq",
    "block",
    "table",
    "thead",
    "tbody",
    "tr",
    "section",
    "article",
    "aside",
    "pre",
    "address",
    "note",
    "body",
    "html",
    "main",
    "figure",
    "fn",
    "datasource",
    "credit",
    "nitf-table",
    "body.content",
    "tagline",
    "summary",
    "details",
    "hr",
];
const CELLS: [&str; 3] = ["td", "th", "col"];

impl Prose {
    /// An element begins; names are in lower case and without a prefix.
    pub(super) fn open(&mut self, name: &str) {
        if let Some((hidden, depth)) = &mut self.hidden {
            *depth += u32::from(hidden == name);
            return;
        }
        if HIDDEN.contains(&name) {
            self.hidden = Some((name.to_owned(), 1));
            return;
        }
        if name == "pre" {
            self.preformatted += 1;
        }
        if BLOCKS.contains(&name) {
            self.end_block();
        } else if LINE_BREAKS.contains(&name) {
            self.line_end();
        } else if CELLS.contains(&name) {
            self.space = true;
        }
    }

    pub(super) fn close(&mut self, name: &str) {
        if let Some((hidden, depth)) = &mut self.hidden {
            *depth -= u32::from(hidden == name);
            if *depth == 0 {
                self.hidden = None;
            }
            return;
        }
        if name == "pre" {
            self.preformatted = self.preformatted.saturating_sub(1);
        }
        if BLOCKS.contains(&name) {
            self.end_block();
        } else if CELLS.contains(&name) {
            self.space = true;
        }
    }

    pub(super) fn text(&mut self, text: &str) {
        if self.hidden.is_some() {
            return;
        }
        for character in text.chars() {
            if character == '\n' && self.preformatted > 0 {
                self.line_end();
            } else if character.is_whitespace() {
                self.space = true;
            } else {
                if self.space && !self.block.is_empty() && !self.block.ends_with('\n') {
                    self.block.push(' ');
                }
                self.space = false;
                self.block.push(character);
            }
        }
    }

    /// A line ends within a paragraph; a second one ends the paragraph.
    pub(super) fn line_end(&mut self) {
        if self.hidden.is_some() {
            return;
        }
        if self.block.ends_with('\n') {
            return self.end_block();
        }
        if !self.block.is_empty() {
            self.block.push('\n');
        }
        self.space = false;
    }

    pub(super) fn end_block(&mut self) {
        let block = self.block.trim();
        if !block.is_empty() {
            if !self.done.is_empty() {
                self.done.push_str("\n\n");
            }
            self.done.push_str(block);
        }
        self.block.clear();
        self.space = false;
    }

    pub(super) fn finish(mut self) -> String {
        self.end_block();
        self.done
    }
}

/// Leaves out what an agency writes to editors behind a line of underscores at a story's end: who
/// contributed, whom to call, where to follow. A line of that kind that parts two halves of a text stays.
pub(super) fn without_contact_tail(text: &str) -> &str {
    /// More than this is a part of the story.
    const TAIL_BYTES: usize = 1200;
    let mut end = text.len();
    while let Some(found) = stretch(text, ..end).rfind("\n\n___") {
        let line = stretch(text, found + 2..end).split('\n').next().unwrap_or_default().trim_end();
        let is_rule = line.bytes().all(|byte| byte == b'_');
        let tail_bytes = text.len() - found;
        if !is_rule || tail_bytes > TAIL_BYTES || tail_bytes * 2 > text.len() {
            break;
        }
        end = found;
    }
    stretch(text, ..end).trim_end()
}

/// A plain text whose paragraphs are set apart by empty lines or indented first lines, and whose lines are
/// broken by width: paragraphs on one line each, an empty line between them.
pub(super) fn unwrapped(text: &str) -> String {
    let mut prose = Prose::default();
    for line in text.lines() {
        let is_indented = line.starts_with("  ") || line.starts_with('\t');
        if line.trim().is_empty() || is_indented {
            prose.end_block();
        }
        prose.text(line);
        prose.text(" ");
    }
    prose.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_tail_is_dropped_and_a_rule_between_parts_is_not() {
        let story = "The mill shut on Monday.\n\nNobody was hurt, the owner said, though the roof came down in the night.";
        let told = format!("{story}\n\n___\n\nCalls to: A. Reporter, 555 0100");
        assert_eq!(without_contact_tail(&told), story);
        let parted = format!("{story}\n\n___\n\n{story}");
        assert_eq!(without_contact_tail(&parted), parted);
        assert_eq!(without_contact_tail(story), story);
    }

    #[test]
    fn hard_wrapped_lines_become_paragraphs() {
        let wrapped = "   One two\nthree.\n   Four\nfive.\n\nSix\nseven.";
        assert_eq!(unwrapped(wrapped), "One two three.\n\nFour five.\n\nSix seven.");
    }
}
