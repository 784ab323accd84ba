//! JSON lines again: copied byte for byte, a mark being one more field behind the last one of its record. A
//! line that had to be mended to be read is written as it was read.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::PathBuf;

use serde::de::{Deserializer as _, IgnoredAny, MapAccess, Visitor};

use super::encoder::Encoder;
use super::{Inside, RewriteFolder, Rewriting};
use crate::dedup::marks::{Mark, Marked};
use crate::error::{Error, Result};
use crate::progress::{Progress, go_on};
use crate::read::{Corpus, Decompressed, Packing, RawInput, RawKind, RawLines, mended_line};

/// Writes all inputs of lines again.
pub(super) fn rewrite(
    corpus: &Corpus,
    inputs: &[RawInput],
    marked: &Marked,
    rewriting: &Rewriting,
    folder: &mut RewriteFolder<'_>,
    progress: &dyn Progress,
) -> Result<()> {
    let mut outputs = Outputs { inputs, rewriting, folder, next: 0, open: None };
    corpus.pass_over_lines(
        |lines| {
            go_on(progress)?;
            let mut out = Vec::with_capacity(lines.bytes.len() + lines.bytes.len() / 4);
            let is_apart = inputs.get(lines.input as usize).is_some_and(|input| is_apart(input, rewriting));
            let records = match is_apart {
                true => 0,
                false => rewritten(&lines, marked, rewriting, &mut out)?,
            };
            progress.advance(records);
            Ok((lines.input, out))
        },
        |(input, bytes)| outputs.write(input, &bytes),
    )?;
    outputs.finish()?;
    let Rewriting::Annotated { field } = rewriting else { return Ok(()) };
    let field = FieldName::new(field);
    for (number, input) in (0..).zip(inputs).filter(|(_, input)| is_apart(input, rewriting)) {
        // what a compressed file breaks off with was told when it was read
        let rest_bytes = match input.packing {
            Packing::Plain => u64::MAX,
            _ => corpus.bomb_limit_bytes(),
        };
        Apart { number, input, rest_bytes }.rewrite(marked, &field, folder, progress)?;
    }
    Ok(())
}

/// An input that is read once more from its beginning.
struct Apart<'a> {
    number: u32,
    input: &'a RawInput,
    /// How much is copied behind the last article.
    rest_bytes: u64,
}

/// Whether an input is [`Apart`]: what was rejected in it is nowhere else.
fn is_apart(input: &RawInput, rewriting: &Rewriting) -> bool {
    let is_annotated = matches!(rewriting, Rewriting::Annotated { .. });
    is_annotated && input.kind == RawKind::Lines && input.has_rejected && input.path.is_some()
}

impl Apart<'_> {
    /// Writes the marks into the records, and all else as it is.
    fn rewrite(
        &self,
        marked: &Marked,
        field: &FieldName<'_>,
        folder: &mut RewriteFolder<'_>,
        progress: &dyn Progress,
    ) -> Result<()> {
        let path = self.input.path.clone().unwrap_or_default();
        let reading = |cause| Error::file("read", &path, cause);
        let writing = folder.unwritten(&self.input.name);
        let mut stream = Decompressed::new(BufReader::new(File::open(&path).map_err(reading)?));
        let mut out = Encoder::new(folder.begin(&self.input.name)?, self.input.packing).map_err(&writing)?;
        let (mut at, mut line, mut marks) = (0, Vec::new(), Vec::new());
        for (document, location) in marked.documents_from(self.number, 0) {
            go_on(progress)?;
            let between = location.offset.saturating_sub(at);
            copy(&mut stream, between, &mut out).map_err(reading)?.map_err(&writing)?;
            line.resize(location.length as usize, 0);
            stream.read_exact(&mut line).map_err(reading)?;
            marks.clear();
            field.put(&marked.mark(document), &line, &mut marks)?;
            out.write(&marks).map_err(&writing)?;
            at = location.offset + u64::from(location.length);
            progress.advance(1);
        }
        match copy(&mut stream, self.rest_bytes, &mut out) {
            Err(cause) if self.input.packing == Packing::Plain => return Err(reading(cause)),
            copied => copied.unwrap_or(Ok(())).map_err(&writing)?,
        }
        out.finish().map_err(writing)
    }
}

/// Copies so many bytes, or what there is: what reading failed with, and else what writing failed with.
fn copy(stream: &mut impl Read, count: u64, out: &mut Encoder) -> io::Result<io::Result<()>> {
    let mut left = stream.take(count);
    let mut buffer = vec![0; COPIED_BYTES.min(usize::try_from(count).unwrap_or(usize::MAX))];
    loop {
        let count = match left.read(&mut buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read?,
        };
        if count == 0 {
            return Ok(Ok(()));
        }
        if let Err(error) = out.write(buffer.get(..count).unwrap_or_default()) {
            return Ok(Err(error));
        }
    }
}

const COPIED_BYTES: usize = 1 << 16;

/// Writes the records of some lines; returns how many there were.
fn rewritten(lines: &RawLines<'_>, marked: &Marked, rewriting: &Rewriting, out: &mut Vec<u8>) -> Result<u64> {
    let field = match rewriting {
        Rewriting::Annotated { field } => Some(FieldName::new(field)),
        Rewriting::Kept => None,
    };
    let (mut records, mut at) = (0, 0);
    for (document, location) in marked.documents_from(lines.input, lines.offset) {
        let start = (location.offset - lines.offset) as usize;
        let Some(line) = lines.bytes.get(start..start + location.length as usize) else { break };
        records += 1;
        match &field {
            Some(field) => {
                out.extend_from_slice(lines.bytes.get(at..start).unwrap_or_default());
                at = start + line.len();
                field.put(&marked.mark(document), line, out)?;
            }
            None if marked.is_kept(document) => {
                out.extend_from_slice(line);
                out.push(b'\n');
            }
            None => {}
        }
    }
    if field.is_some() {
        out.extend_from_slice(lines.bytes.get(at..).unwrap_or_default());
    }
    Ok(records)
}

/// The field that marks are put into.
struct FieldName<'a> {
    name: &'a str,
    /// It between quotes, as it would stand in a record.
    quoted: String,
}

impl<'a> FieldName<'a> {
    fn new(name: &'a str) -> Self {
        FieldName { name, quoted: serde_json::Value::from(name).to_string() }
    }

    /// Writes a line with its mark.
    fn put(&self, mark: &Mark<'_>, line: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let (line, stands_in) = self.sound(line);
        let end = line.iter().rposition(|&byte| byte == b'}');
        let Some(end) = end.filter(|_| !stands_in) else {
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

    /// The line as JSON has it, and whether the record has a field of the name.
    fn sound<'l>(&self, line: &'l [u8]) -> (Cow<'l, [u8]>, bool) {
        if let Ok(stands_in) = self.stands_in(line) {
            return (Cow::Borrowed(line), stands_in);
        }
        match mended_line(line) {
            Some(mended) => {
                let stands_in = self.stands_in(mended.as_bytes()).unwrap_or(false);
                (Cow::Owned(mended.into_bytes()), stands_in)
            }
            None => (Cow::Borrowed(line), false),
        }
    }

    /// Whether the record has a field of the name.
    ///
    /// # Errors
    /// Where the line is no JSON.
    fn stands_in(&self, line: &[u8]) -> serde_json::Result<bool> {
        let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
        let mut reader = serde_json::Deserializer::from_slice(line);
        let stands_in = reader.deserialize_map(HasKey(self.name))?;
        reader.end().map(|()| stands_in)
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
struct Outputs<'a, 'f> {
    inputs: &'a [RawInput],
    rewriting: &'a Rewriting,
    folder: &'a mut RewriteFolder<'f>,
    /// The first input of which nothing was written yet.
    next: u32,
    open: Option<(Encoder, PathBuf)>,
}

impl Outputs<'_, '_> {
    fn write(&mut self, input: u32, bytes: &[u8]) -> Result<()> {
        while self.next <= input {
            self.open_next()?;
        }
        match &mut self.open {
            Some((encoder, name)) => encoder.write(bytes).map_err(self.folder.unwritten(name)),
            None => Ok(()),
        }
    }

    /// Ends the open file and begins that of the next input, if it is one of lines.
    fn open_next(&mut self) -> Result<()> {
        self.close()?;
        let input = self.inputs.get(self.next as usize);
        self.next += 1;
        let input = input.filter(|input| !is_apart(input, self.rewriting));
        let Some(RawInput { kind: RawKind::Lines, name, packing, .. }) = input else { return Ok(()) };
        let encoder = Encoder::new(self.folder.begin(name)?, *packing);
        let encoder = encoder.map_err(self.folder.unwritten(name))?;
        self.open = Some((encoder, name.clone()));
        Ok(())
    }

    fn close(&mut self) -> Result<()> {
        let Some((encoder, name)) = self.open.take() else { return Ok(()) };
        encoder.finish().map_err(self.folder.unwritten(&name))
    }

    /// Inputs without an article give empty files.
    fn finish(&mut self) -> Result<()> {
        while (self.next as usize) < self.inputs.len() {
            self.open_next()?;
        }
        self.close()
    }
}
