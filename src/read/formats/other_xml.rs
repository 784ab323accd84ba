//! XML of kinds that are not read: named rather than taken for a text of tags.

use super::xml::root_name;
use super::{Context, Extracted, FormatSource, InputFormat, Pieces};
use crate::read::RejectionKind;
use crate::read::json_lines::FieldProblem;

pub(super) struct OtherXml;

impl InputFormat for OtherXml {
    fn name(&self) -> &'static str {
        "xml"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["xml"]
    }

    fn is_told_by(&self, head: &[u8]) -> bool {
        crate::read::encoding::without_utf8_mark(head).trim_ascii_start().starts_with(b"<?xml")
    }

    fn is_read_by_any_name(&self) -> bool {
        false
    }

    fn open<'a>(&self, mut source: FormatSource<'a>) -> Result<Box<dyn Pieces + 'a>, Box<FieldProblem>> {
        let mut head = vec![0; 4096];
        let (filled, _) = source.stream.fill(&mut head);
        let reason = match root_name(&head[..filled]) {
            Some(root) => {
                let root: String = root.chars().take(60).collect();
                format!(
                    "it is XML of a kind that is not read: its root is <{}>; read are NITF, NewsML, RSS and Atom",
                    root.escape_debug()
                )
            }
            None => "it is no XML with a root that could be found".to_owned(),
        };
        Err(FieldProblem::new(RejectionKind::UnknownFormat, reason))
    }

    fn extract(&self, _: &[u8], _: &Context<'_>, _: &mut Extracted) -> Result<(), Box<FieldProblem>> {
        Ok(())
    }
}
