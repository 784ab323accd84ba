//! JSON lines again: copied byte for byte, a mark being one more field behind the last one of its record.

use std::fs::File;
use std::path::{Path, PathBuf};

use memchr::memmem::Finder;
use serde::de::{Deserializer as _, IgnoredAny, MapAccess, Visitor};

use super::encoder::Encoder;
use super::{Inside, Rewriting};
use crate::dedup::marks::{Mark, Marked};
use crate::error::{Error, Result};
use crate::progress::{Progress, go_on};
use crate::read::{Corpus, RawInput, RawKind, RawLines};

/// Writes all inputs of lines again.
pub(super) fn rewrite(
    corpus: &Corpus,
    inputs: &[RawInput],
    marked: &Marked,
    rewriting: &Rewriting,
    begin: &mut dyn FnMut(&Path) -> Result<File>,
    progress: &dyn Progress,
) -> Result<()> {
    let mut outputs = Outputs { inputs, begin, next: 0, open: None };
    corpus.pass_over_lines(
        |lines| {
            go_on(progress)?;
            let mut out = Vec::with_capacity(lines.bytes.len() + lines.bytes.len() / 4);
            let records = rewritten(&lines, marked, rewriting, &mut out)?;
            progress.advance(records);
            Ok((lines.input, out))
        },
        |(input, bytes)| outputs.write(input, &bytes),
    )?;
    outputs.finish()
}

/// Writes the records of some lines; returns how many there were.
fn rewritten(lines: &RawLines<'_>, marked: &Marked, rewriting: &Rewriting, out: &mut Vec<u8>) -> Result<u64> {
    let field = match rewriting {
        Rewriting::Annotated { field } => Some(FieldName::new(field)),
        Rewriting::Kept => None,
    };
    let mut records = 0;
    for (document, location) in marked.documents_from(lines.input, lines.offset) {
        let start = (location.offset - lines.offset) as usize;
        let Some(line) = lines.bytes.get(start..start + location.length as usize) else { break };
        records += 1;
        match &field {
            Some(field) => field.put(&marked.mark(document), line, out)?,
            None if marked.is_kept(document) => out.extend_from_slice(line),
            None => continue,
        }
        out.push(b'\n');
    }
    Ok(records)
}

/// The field that marks are put into.
struct FieldName<'a> {
    name: &'a str,
    /// It between quotes, as it would stand in a record.
    quoted: String,
    finder: Finder<'static>,
}

impl<'a> FieldName<'a> {
    fn new(name: &'a str) -> Self {
        let quoted = serde_json::Value::from(name).to_string();
        FieldName { name, finder: Finder::new(&quoted).into_owned(), quoted }
    }

    /// Writes a line with its mark.
    fn put(&self, mark: &Mark<'_>, line: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let end = line.iter().rposition(|&byte| byte == b'}');
        let Some(end) = end.filter(|_| !self.stands_in(line)) else {
            return Err(Error::Usage(format!(
                "the record {:?} has a field {:?} already: name another one for the marks",
                mark.id, self.name
            )));
        };
        out.extend_from_slice(&line[..end]);
        out.extend_from_slice(b", ");
        out.extend_from_slice(self.quoted.as_bytes());
        out.extend_from_slice(b": ");
        let failed = |cause: serde_json::Error| Error::file("write", "a mark", cause.into());
        serde_json::to_writer(&mut *out, &Inside::of(mark)).map_err(failed)?;
        out.extend_from_slice(&line[end..]);
        Ok(())
    }

    /// Whether the record has a field of the name. Keys are only looked at where the name may stand in the
    /// line at all, as it is or with a letter written as an escape.
    fn stands_in(&self, line: &[u8]) -> bool {
        let may_be_escaped = |at: usize| line.get(at + 4).is_some_and(|digit| (b'2'..=b'7').contains(digit));
        let is_possible = self.finder.find(line).is_some()
            || memchr::memmem::find_iter(line, b"\\u00").any(may_be_escaped)
            || self.name.chars().any(|letter| !letter.is_ascii_alphanumeric() && letter != '_');
        let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
        is_possible
            && serde_json::Deserializer::from_slice(line).deserialize_map(HasKey(self.name)).unwrap_or(false)
    }
}

struct HasKey<'a>(&'a str);

impl<'de> Visitor<'de> for HasKey<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<bool, A::Error> {
        let mut is_there = false;
        while let Some(key) = map.next_key::<std::borrow::Cow<'_, str>>()? {
            is_there |= key == self.0;
            map.next_value::<IgnoredAny>()?;
        }
        Ok(is_there)
    }
}

/// Files being written, one after the other in the order of the inputs.
struct Outputs<'a> {
    inputs: &'a [RawInput],
    begin: &'a mut dyn FnMut(&Path) -> Result<File>,
    /// The first input of which nothing was written yet.
    next: u32,
    open: Option<(Encoder, PathBuf)>,
}

impl Outputs<'_> {
    fn write(&mut self, input: u32, bytes: &[u8]) -> Result<()> {
        while self.next <= input {
            self.open_next()?;
        }
        match &mut self.open {
            Some((encoder, name)) => {
                encoder.write(bytes).map_err(|cause| Error::file("write", name.clone(), cause))
            }
            None => Ok(()),
        }
    }

    /// Ends the open file and begins that of the next input, if it is one of lines.
    fn open_next(&mut self) -> Result<()> {
        self.close()?;
        let input = self.inputs.get(self.next as usize);
        self.next += 1;
        let Some(RawInput { kind: RawKind::Lines, name, packing, .. }) = input else { return Ok(()) };
        let failed = |cause| Error::file("write", name.clone(), cause);
        let encoder = Encoder::new((self.begin)(name)?, *packing).map_err(failed)?;
        self.open = Some((encoder, name.clone()));
        Ok(())
    }

    fn close(&mut self) -> Result<()> {
        let Some((encoder, name)) = self.open.take() else { return Ok(()) };
        encoder.finish().map_err(|cause| Error::file("write", name, cause))
    }

    /// Inputs without an article give empty files.
    fn finish(&mut self) -> Result<()> {
        while (self.next as usize) < self.inputs.len() {
            self.open_next()?;
        }
        self.close()
    }
}
