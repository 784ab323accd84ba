//! Labelled pairs of `retold tune`, as its files give them.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use retold::Error;
use retold::read::{Rejection, RejectionKind, RejectionSink};
use retold::tune::labels::{self, DERIVED_LABELS, DistinctPairs, LabelFile, LabelSettings, PairLabel};

use super::input::name_of;
use super::rejections::Rejections;
use super::session::Session;
use super::stop::{Outcome, usage};
use super::tune::TuneArgs;

/// What people said of pairs: each pair once.
pub struct LabelsGiven<'a> {
    pub pairs: LabelSet<'a>,
    pub directions: LabelSet<'a>,
}

/// Labelled pairs, and of each the file that gave it first.
pub struct LabelSet<'a> {
    pub pairs: Vec<PairLabel>,
    pub files: Vec<&'a Path>,
}

/// Reads the files of `--pairs` and `--directions`, and says what counts for less than it seems to.
///
/// # Errors
/// Where a file cannot be read, or two lines contradict each other.
pub fn read_labels<'a>(
    args: &'a TuneArgs,
    session: &Session,
    rejections: &Rejections,
) -> Outcome<LabelsGiven<'a>> {
    let mut files = LabelFiles::new(args, session, rejections);
    let pairs = files.read(&args.pairs)?;
    let directions = files.read(&args.directions)?;
    files.tell();
    Ok(LabelsGiven { pairs, directions })
}

/// Files of one kind after the other, and what is to be told of all of them.
struct LabelFiles<'a> {
    settings: LabelSettings,
    session: &'a Session,
    rejections: &'a Rejections,
    has_near_miss: bool,
    unlabelled: u64,
    again: u64,
}

impl<'a> LabelFiles<'a> {
    fn new(args: &TuneArgs, session: &'a Session, rejections: &'a Rejections) -> LabelFiles<'a> {
        let positive = match args.positive.as_slice() {
            [] => DERIVED_LABELS.iter().map(|label| (*label).to_owned()).collect(),
            labels => labels.iter().map(|label| label.trim().to_owned()).collect(),
        };
        let settings = LabelSettings { positive, first_is_source: args.first_is_source };
        LabelFiles { settings, session, rejections, has_near_miss: false, unlabelled: 0, again: 0 }
    }

    fn read<'p>(&mut self, paths: &'p [PathBuf]) -> Outcome<LabelSet<'p>> {
        let mut distinct = DistinctPairs::default();
        let mut files: Vec<&Path> = Vec::new();
        for path in paths.iter().map(PathBuf::as_path) {
            for pair in self.pairs_of(path)? {
                self.tell_near_miss(path, &pair);
                match distinct.add(pair.clone()) {
                    Ok(true) => files.push(path),
                    Ok(false) => self.again += 1,
                    Err(place) => {
                        let first = distinct.pairs().get(place).zip(files.get(place).copied());
                        return Err(usage(contradiction(first, (&pair, path))));
                    }
                }
            }
        }
        Ok(LabelSet { pairs: distinct.into_pairs(), files })
    }

    /// The pairs of one file; lines that are none are named.
    fn pairs_of(&mut self, path: &Path) -> Outcome<Vec<PairLabel>> {
        let failed = |cause| Error::file("read", name_of(path), cause);
        let stream: Box<dyn BufRead> = match path {
            _ if path == Path::new("-") => Box::new(io::stdin().lock()),
            _ => Box::new(BufReader::new(File::open(path).map_err(failed)?)),
        };
        let file: LabelFile = labels::read(stream, &set_name(path), &self.settings).map_err(failed)?;
        for fault in file.faults {
            self.rejections.reject(Rejection {
                input: name_of(path),
                line: Some(fault.line),
                id: None,
                kind: RejectionKind::WrongType,
                reason: fault.reason,
            });
        }
        self.unlabelled += file.unlabelled;
        Ok(file.pairs)
    }

    /// A label that is hardly meant as it is taken; told once.
    fn tell_near_miss(&mut self, path: &Path, pair: &PairLabel) {
        let Some(positive) = self.settings.near_miss(pair).filter(|_| !self.has_near_miss) else { return };
        let PairLabel { label, line, .. } = pair;
        let file = name_of(path);
        self.session.printer.error(&format!(
            "{file}:{line}: the label {label:?} counts as not derived; {positive:?}, which it differs from in case \
             alone, means derived"
        ));
        self.has_near_miss = true;
    }

    fn tell(&self) {
        let printer = &self.session.printer;
        match self.unlabelled {
            0 => {}
            1 => printer.message("1 line without a label yet is passed over"),
            lines => printer.message(&format!("{lines} lines without a label yet are passed over")),
        }
        match self.again {
            0 => {}
            1 => printer.message("1 line gives a pair again that was given before; each pair counts once"),
            lines => printer.message(&format!(
                "{lines} lines give pairs again that were given before; each pair counts once"
            )),
        }
    }
}

/// No figure could be right on both lines.
fn contradiction(first: Option<(&PairLabel, &Path)>, (pair, path): (&PairLabel, &Path)) -> String {
    let said = |pair: &PairLabel, path: &Path| {
        let class = if pair.is_derived { "derived" } else { "not derived" };
        format!("{:?} ({class}) in {}, line {}", pair.label, name_of(path), pair.line)
    };
    let first = first.map(|(pair, path)| said(pair, path)).unwrap_or_default();
    let (a, b, second) = (&pair.a, &pair.b, said(pair, path));
    format!("{a:?} and {b:?} are labelled {first}, and {second}: leave one of the lines out")
}

/// The file's name without its ending; the folder's, where all sets' files have the same name `pairs`.
pub fn set_name(path: &Path) -> String {
    let stem = |path: &Path| path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let folder = || path.parent().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    match stem(path) {
        Some(name) if name != "pairs" => name,
        name => folder().or(name).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_named_by_its_file_or_folder() {
        assert_eq!(set_name(Path::new("data/wire.jsonl")), "wire");
        assert_eq!(set_name(Path::new("data/basil/pairs.jsonl")), "basil");
        assert_eq!(set_name(Path::new("pairs.jsonl")), "pairs");
    }
}
