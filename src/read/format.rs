//! What a file holds, by its name or by its first bytes.

use std::path::Path;

use super::RejectionKind;
use super::json_lines::Problem;
use super::names::path_bytes;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Container {
    Plain,
    Gzip,
    Zstd,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// One article a line.
    JsonLines,
    /// One article a file.
    Text,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Format {
    pub(super) container: Container,
    pub(super) content: Content,
}

impl Format {
    /// By the extension, in upper or lower case; `None` for a name that says nothing.
    pub(super) fn of_name(name: &Path) -> Option<Format> {
        let name = path_bytes(name).to_ascii_lowercase();
        let (name, container) = if let Some(name) = name.strip_suffix(b".gz") {
            (name, Container::Gzip)
        } else if let Some(name) = name.strip_suffix(b".zst") {
            (name, Container::Zstd)
        } else {
            (&name[..], Container::Plain)
        };
        let content = if name.ends_with(b".txt") {
            Content::Text
        } else if name.ends_with(b".jsonl") || name.ends_with(b".ndjson") {
            Content::JsonLines
        } else {
            return None;
        };
        Some(Format { container, content })
    }
}

impl Container {
    /// Two bytes (RFC 1952).
    const GZIP: &[u8] = &[0x1F, 0x8B];
    /// Four bytes (RFC 8878).
    const ZSTD: &[u8] = &[0x28, 0xB5, 0x2F, 0xFD];

    /// By the magic number.
    pub(super) fn of_bytes(head: &[u8]) -> Container {
        if head.starts_with(Self::GZIP) {
            Container::Gzip
        } else if head.starts_with(Self::ZSTD) {
            Container::Zstd
        } else {
            Container::Plain
        }
    }

    /// Whether compressed data may begin with these bytes, as far as they go.
    pub(super) fn may_begin(head: &[u8]) -> bool {
        [Self::GZIP, Self::ZSTD].iter().any(|magic| magic.starts_with(head))
    }
}

impl Content {
    /// JSON lines begin with an object; whatever else is text, but for an array of objects.
    ///
    /// # Errors
    /// What to do with such an array: as a text it would be one article made of all.
    pub(super) fn of_bytes(head: &[u8]) -> Result<Content, Box<Problem>> {
        let head = super::encoding::without_utf8_mark(head).trim_ascii_start();
        let in_array = head.strip_prefix(b"[").map(<[u8]>::trim_ascii_start);
        match (head.first(), in_array.and_then(<[u8]>::first)) {
            (Some(b'{'), _) => Ok(Content::JsonLines),
            (_, Some(b'{')) => Err(Problem::new(
                RejectionKind::WrongType,
                "it is one JSON array, where one JSON object a line is expected; `jq -c '.[]'` makes lines of it",
            )),
            _ => Ok(Content::Text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_container_and_content() {
        let of =
            |name: &str| Format::of_name(Path::new(name)).map(|format| (format.container, format.content));
        assert_eq!(of("a.txt"), Some((Container::Plain, Content::Text)));
        assert_eq!(of("b/a.jsonl.gz"), Some((Container::Gzip, Content::JsonLines)));
        assert_eq!(of("A.NDJSON.ZST"), Some((Container::Zstd, Content::JsonLines)));
        assert_eq!(of("a.txt.bz2"), None);
        assert_eq!(of("a.json"), None);
        assert_eq!(of("a.gz"), None);
        assert_eq!(of("atxt"), None);
    }

    #[test]
    fn first_bytes_tell_container_and_content() {
        assert_eq!(Container::of_bytes(b"\x1F\x8B\x08"), Container::Gzip);
        assert_eq!(Container::of_bytes(b"\x28\xB5\x2F\xFD"), Container::Zstd);
        assert_eq!(Container::of_bytes(b""), Container::Plain);
        let content = |head: &[u8]| Content::of_bytes(head).ok();
        assert_eq!(content(b"\xEF\xBB\xBF \n {\"id\""), Some(Content::JsonLines));
        assert_eq!(content(b"[1]"), Some(Content::Text));
        assert_eq!(content(b"[Laughter] {sic}"), Some(Content::Text));
        assert_eq!(content(b""), Some(Content::Text));
        assert_eq!(content(b" [\n  {\"id\""), None);
    }
}
