//! The inputs written again: with marks in every record, or without the records that are not kept.
//!
//! Lines are copied byte for byte. A mark is one more field behind the last one of its record; nothing else of the record is
//! touched, so that the order of keys, escapes, large numbers and repeated keys stay what they are. Records that were
//! rejected are left out.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use memchr::memmem::Finder;
use serde::Serialize;
use serde::de::{Deserializer as _, IgnoredAny, MapAccess, Visitor};

use crate::dedup::marks::{ClusterId, Mark, Marked, Reason};
use crate::error::{Error, Result};
use crate::progress::{Progress, go_on};
use crate::read::{Corpus, Packing, RawInput, RawKind, RawLines};
use crate::row::Relation;

const BUFFER_BYTES: usize = 1 << 18;
/// Between speed and size: on news twice as fast as the usual level 3, and a tenth larger.
const ZSTD_LEVEL: i32 = 1;
const GZIP_LEVEL: u32 = 3;

/// What is written of the inputs.
#[derive(Clone, Debug)]
pub enum Rewriting {
    /// Every record, with its mark in a field of this name.
    Annotated {
        /// Name of the field; no record may have it already.
        field: String,
    },
    /// Only records that are kept, as they are.
    Kept,
}

/// Writes every input again under its own name, in the same format and compression. `begin` makes the files.
///
/// # Errors
/// [`Error::Usage`] where two inputs have the same name, an input would be overwritten, or a record has the marks' field already or
/// none can be put into it; what `begin` and the collection return; [`Error::File`] where a file cannot be written.
pub fn rewrite(
    corpus: &Corpus,
    marked: &Marked,
    rewriting: &Rewriting,
    begin: &mut dyn FnMut(&Path) -> Result<File>,
    progress: &dyn Progress,
) -> Result<()> {
    let inputs = corpus.raw_inputs();
    check(&inputs, rewriting)?;
    progress.stage("writing the inputs again", Some(marked.len() as u64));
    let mut outputs = Outputs { inputs: &inputs, begin, next: 0, open: None };
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
    outputs.finish()?;
    if matches!(rewriting, Rewriting::Kept) {
        copy_kept_texts(&inputs, marked, begin)?;
    }
    Ok(())
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

/// A mark inside a record: all of [`Mark`] but the id.
#[derive(Serialize)]
struct Inside<'a> {
    cluster: ClusterId,
    size: u64,
    keep: bool,
    representative: &'a str,
    relation: Option<Relation>,
    score: Option<f64>,
    jaccard: Option<f64>,
    weakest: Option<f64>,
    links: u32,
    contained: Option<f64>,
    reason: Reason,
}

impl<'a> Inside<'a> {
    fn of(mark: &Mark<'a>) -> Self {
        Inside {
            cluster: mark.cluster,
            size: mark.size,
            keep: mark.keep,
            representative: mark.representative,
            relation: mark.relation,
            score: mark.score,
            jaccard: mark.jaccard,
            weakest: mark.weakest,
            links: mark.links,
            contained: mark.contained,
            reason: mark.reason,
        }
    }
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

    /// Whether the record has a field of the name. Keys are only looked at where the name may stand in the line at all, as it
    /// is or with a letter written as an escape.
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

/// A file in the compression of its input.
enum Encoder {
    Plain(BufWriter<File>),
    Gzip(GzEncoder<BufWriter<File>>),
    Zstd(zstd::Encoder<'static, BufWriter<File>>),
}

impl Encoder {
    fn new(file: File, packing: Packing) -> io::Result<Self> {
        let file = BufWriter::with_capacity(BUFFER_BYTES, file);
        Ok(match packing {
            Packing::Plain => Encoder::Plain(file),
            Packing::Gzip => Encoder::Gzip(GzEncoder::new(file, Compression::new(GZIP_LEVEL))),
            Packing::Zstd => {
                let mut encoder = zstd::Encoder::new(file, ZSTD_LEVEL)?;
                encoder.include_checksum(true)?;
                Encoder::Zstd(encoder)
            }
        })
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Encoder::Plain(file) => file.write_all(bytes),
            Encoder::Gzip(file) => file.write_all(bytes),
            Encoder::Zstd(file) => file.write_all(bytes),
        }
    }

    fn finish(self) -> io::Result<()> {
        let file = match self {
            Encoder::Plain(file) => file,
            Encoder::Gzip(encoder) => encoder.finish()?,
            Encoder::Zstd(encoder) => encoder.finish()?,
        };
        file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
    }
}

/// Files of one text each that are kept, as they are.
fn copy_kept_texts(
    inputs: &[RawInput],
    marked: &Marked,
    begin: &mut dyn FnMut(&Path) -> Result<File>,
) -> Result<()> {
    for (number, input) in (0..).zip(inputs) {
        let (RawKind::Text, Some(path)) = (input.kind, &input.path) else { continue };
        let is_kept = marked.documents_from(number, 0).any(|(document, _)| marked.is_kept(document));
        if is_kept {
            let mut from = File::open(path).map_err(|cause| Error::file("read", path, cause))?;
            let mut file = begin(&input.name)?;
            io::copy(&mut from, &mut file)
                .and_then(|_| file.sync_all())
                .map_err(|cause| Error::file("write", &input.name, cause))?;
        }
    }
    Ok(())
}

/// Whether inputs can be written again: known before the work, but for what streams hold.
///
/// # Errors
/// [`Error::Usage`] where two inputs have the same name, or one is of a format that is not written again,
/// or is plain text and cannot take marks.
pub fn check(inputs: &[RawInput], rewriting: &Rewriting) -> Result<()> {
    let mut names: Vec<&Path> = inputs.iter().map(|input| input.name.as_path()).collect();
    names.sort_unstable();
    if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
        let name = twice[0].display();
        return Err(Error::Usage(format!("two inputs are named {name}: they would be written to one file")));
    }
    let text = inputs.iter().find(|input| input.kind == RawKind::Text);
    if let (Rewriting::Annotated { .. }, Some(text)) = (rewriting, text) {
        let name = text.name.display();
        return Err(Error::Usage(format!("{name} is plain text, which has no fields for marks")));
    }
    if let Some(other) = inputs.iter().find(|input| input.kind == RawKind::Extracted) {
        let name = other.name.display();
        return Err(Error::Usage(format!("{name} is of a format that is read and not written again")));
    }
    if let Some(stream) = inputs.iter().find(|input| input.path.is_none() && input.kind == RawKind::Text) {
        let name = stream.name.display();
        return Err(Error::Usage(format!("{name} is one text: nothing can be left out of it")));
    }
    Ok(())
}
