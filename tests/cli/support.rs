//! Runs of the program in temporary folders.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_retold");
/// Nothing here takes long; what hangs is a fault.
const LONGEST_RUN: Duration = Duration::from_secs(120);

/// What a run printed, and how it ended.
#[derive(Debug)]
pub struct Ran {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// Checks the exit status; what was said is shown if it is another.
    #[track_caller]
    pub fn ends(self, status: i32) -> Self {
        assert_eq!(self.status, status, "out:\n{}\nerr:\n{}", self.out, self.err);
        let panicked = self.err.contains("panicked") || self.err.contains("RUST_BACKTRACE");
        assert!(!panicked, "{}", self.err);
        self
    }

    #[track_caller]
    pub fn says(self, words: &str) -> Self {
        assert!(self.err.contains(words), "{words:?} is not in:\n{}", self.err);
        self
    }

    pub fn rows(&self) -> Vec<Value> {
        rows(&self.out)
    }
}

pub fn rows(lines: &str) -> Vec<Value> {
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A temporary folder in which the program runs.
pub struct Home(TempDir);

impl Home {
    pub fn new() -> Self {
        Home(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file, and the folders above it.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Names of all files below a folder, with their bytes.
    pub fn files(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        let entries = fs::read_dir(self.path(folder)).unwrap().map(Result::unwrap);
        entries
            .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()))
            .collect()
    }

    pub fn command(&self) -> assert_cmd::Command {
        let mut command = assert_cmd::Command::new(PROGRAM);
        command.current_dir(self.0.path()).timeout(LONGEST_RUN);
        for name in ["COLUMNS", "NO_COLOR", "LC_ALL", "LC_CTYPE", "RUST_BACKTRACE"] {
            command.env_remove(name);
        }
        command.env("LANG", "C.UTF-8");
        command
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        self.run_with_input(args, "")
    }

    pub fn run_with_input(&self, args: &[&str], input: impl Into<Vec<u8>>) -> Ran {
        let output = self.command().args(args).write_stdin(input).output().unwrap();
        Ran {
            status: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// The invented corpus in the tree.
pub fn corpus() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/articles").into_os_string().into_string().unwrap()
}

/// Lines of all articles of the corpus, in reading order.
pub fn corpus_text(id: &str) -> String {
    let articles = rows(&corpus_lines().join("\n"));
    let article = articles.iter().find(|article| article["id"] == id).unwrap();
    article["text"].as_str().unwrap().to_owned()
}

/// All lines of the articles that come with retold.
pub fn corpus_lines() -> Vec<String> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(corpus()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let texts = files.iter().map(|file| fs::read_to_string(file).unwrap());
    texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// A text of its own for each number, long enough to be compared.
pub fn text(number: u64) -> String {
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) + 1;
    let mut words: Vec<String> = Vec::new();
    for at in 0..120 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let letters = (0..6).map(|place| (b'a' + (state >> (33 + place * 4)) as u8 % 26) as char);
        let word: String = letters.collect();
        words.push(if at % 12 == 11 { word + "." } else { word });
    }
    words.join(" ")
}

/// A JSON line.
pub fn article(id: &str, text: &str) -> String {
    json!({"id": id, "text": text}).to_string()
}

/// JSON lines of (id, text).
pub fn articles<'a>(all: impl IntoIterator<Item = (&'a str, String)>) -> String {
    all.into_iter().map(|(id, text)| article(id, &text) + "\n").collect()
}

/// Checks every line against a schema of the tree.
#[track_caller]
pub fn are_valid(name: &str, values: &[Value]) {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema").join(name);
    let schema: Value = serde_json::from_str(&fs::read_to_string(schema).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for value in values {
        let errors: Vec<String> = validator.iter_errors(value).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{name}: {errors:?} in {value}");
    }
}
