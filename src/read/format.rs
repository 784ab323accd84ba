//! What a file holds, by its name or by its first bytes.

use std::path::Path;

use super::formats::FormatId;
use super::names::path_bytes;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Container {
    Plain,
    Gzip,
    Zstd,
}

/// What a file is that is not read here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Foreign {
    /// Compressed, by what is not unpacked here.
    Packed(&'static str),
    /// Compressed, and compressed once more.
    PackedTwice,
    /// Many files in one.
    Tar,
    Pdf,
}

impl Foreign {
    /// By the first bytes of a file, after it was unpacked from its container.
    pub(super) fn of_bytes(head: &[u8], container: Container) -> Option<Foreign> {
        // old tars have no mark; they are rare
        let is_tar = head.get(257..262) == Some(b"ustar");
        match Container::foreign(head) {
            Some(name) => Some(Foreign::Packed(name)),
            None if container != Container::Plain && Container::of_bytes(head) != Container::Plain => {
                Some(Foreign::PackedTwice)
            }
            None if is_tar => Some(Foreign::Tar),
            None => head.starts_with(b"%PDF-").then_some(Foreign::Pdf),
        }
    }

    /// What is said of it, and what helps.
    pub(super) fn words(self) -> String {
        match self {
            Foreign::Packed(name) => {
                format!("it is compressed by {name}: unpack it, or pack it with gzip or zstd instead")
            }
            Foreign::PackedTwice => "it is compressed twice: unpack it once".to_owned(),
            Foreign::Tar => "it is a tar archive: unpack it, and name the folder".to_owned(),
            Foreign::Pdf => "it is a PDF: take its text out first, with pdftotext for instance".to_owned(),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// One article a line.
    JsonLines,
    /// One article a file.
    Text,
    /// Articles that are taken out of what surrounds them.
    Extracted(FormatId),
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
            Content::Extracted(FormatId::of_ending(name)?)
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

    /// What compresses files that are not unpacked here, by their magic numbers.
    pub(super) fn foreign(head: &[u8]) -> Option<&'static str> {
        const FOREIGN: [(&[u8], &str); 6] = [
            (b"\xFD7zXZ\0", "xz"),
            (b"PK\x03\x04", "zip"),
            (b"7z\xBC\xAF\x27\x1C", "7-Zip"),
            (b"\x04\x22\x4D\x18", "lz4"),
            (b"Rar!\x1A\x07", "RAR"),
            (b"\x1F\x9D", "compress"),
        ];
        // of a block's own mark, that it is no text which begins so
        let is_bzip2 = head.starts_with(b"BZh") && head.get(4..10) == Some(b"1AY&SY");
        let of_magic = FOREIGN.iter().find(|(magic, _)| head.starts_with(magic));
        if is_bzip2 { Some("bzip2") } else { of_magic.map(|(_, name)| *name) }
    }

    /// Whether compressed data may begin with these bytes, as far as they go.
    pub(super) fn may_begin(head: &[u8]) -> bool {
        [Self::GZIP, Self::ZSTD].iter().any(|magic| magic.starts_with(head))
    }
}

impl Content {
    /// By the first bytes, where they leave no doubt.
    pub(super) fn told_by(head: &[u8]) -> Option<Content> {
        FormatId::of_bytes(head).map(Content::Extracted)
    }

    /// By the first bytes; what is nothing else is text.
    pub(super) fn of_bytes(head: &[u8]) -> Content {
        if let Some(told) = Self::told_by(head) {
            return told;
        }
        let head = super::encoding::without_utf8_mark(head).trim_ascii_start();
        if head.first() == Some(&b'{') { Content::JsonLines } else { Content::Text }
    }

    /// As the user names it.
    pub(super) fn of_name(name: &str) -> Option<Content> {
        match name {
            "jsonl" => Some(Content::JsonLines),
            "text" => Some(Content::Text),
            name => FormatId::of_name(name).map(Content::Extracted),
        }
    }

    /// Names that [`Self::of_name`] knows.
    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        ["jsonl", "text"].into_iter().chain(FormatId::all().map(|format| format.get().name()))
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
        assert_eq!(of("a.json").map(|(_, content)| content), Content::of_name("json"));
        assert_eq!(of("a.csv.gz"), Content::of_name("csv").map(|content| (Container::Gzip, content)));
        assert_eq!(of("csv"), None);
        assert_eq!(of("a.gz"), None);
        assert_eq!(of("atxt"), None);
    }

    #[test]
    fn first_bytes_tell_container_and_content() {
        assert_eq!(Container::of_bytes(b"\x1F\x8B\x08"), Container::Gzip);
        assert_eq!(Container::of_bytes(b"\x28\xB5\x2F\xFD"), Container::Zstd);
        assert_eq!(Container::of_bytes(b""), Container::Plain);
        assert_eq!(Container::foreign(b"BZh91AY&SY\x01"), Some("bzip2"));
        assert_eq!(Container::foreign(b"\xFD7zXZ\x00\x01"), Some("xz"));
        assert_eq!([Container::foreign(b"BZh9 is a name"), Container::foreign(b"PK")], [None; 2]);
        let of =
            |head: &[u8]| [Container::Plain, Container::Zstd].map(|packed| Foreign::of_bytes(head, packed));
        assert_eq!(of(b"\x1F\x8B\x08"), [None, Some(Foreign::PackedTwice)]);
        assert_eq!(of(b"%PDF-1.4\n"), [Some(Foreign::Pdf); 2]);
        assert_eq!(of(&[&[b'x'; 257], &b"ustar\0"[..]].concat()), [Some(Foreign::Tar); 2]);
        assert_eq!(of(b"{\"id\": 1}"), [None; 2]);
        assert_eq!(Content::of_bytes(b"\xEF\xBB\xBF \n {\"id\""), Content::JsonLines);
        assert_eq!(Content::of_bytes(b"[1]"), Content::Text);
        assert_eq!(Content::of_bytes(b"[Laughter] {sic}"), Content::Text);
        assert_eq!(Content::of_bytes(b""), Content::Text);
        assert_eq!(Some(Content::of_bytes(b" [\n  {\"id\"")), Content::of_name("json"));
    }
}
