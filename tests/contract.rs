//! The command line and the library say the same, byte for byte, with any number of threads and from files or
//! memory.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use assert_cmd::Command;
use retold::article::Article;
use retold::candidate::CandidateSettings;
use retold::collection::MemoryCollection;
use retold::judge::Profile;
use retold::pipeline::{Scan, ScanSettings, scan};
use retold::progress::NoProgress;
use retold::rejection::Rejection;
use retold::rows::{Families, Rows};

fn articles_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/articles")
}

/// All articles of the invented corpus in the order in which the command line reads them.
fn articles() -> Vec<Article> {
    let entries = fs::read_dir(articles_folder()).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries.collect();
    files.sort();
    let texts: Vec<String> = files.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    texts.iter().flat_map(|text| text.lines()).map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What a scan writes of pairs and families.
#[derive(PartialEq, Eq)]
struct Written {
    pairs: String,
    families: String,
}

fn by_command_line(threads: usize, options: &[&str]) -> Written {
    let out = tempfile::tempdir().unwrap();
    Command::cargo_bin("retold")
        .unwrap()
        .args(["--threads", &threads.to_string(), "scan", "-q"])
        .arg(articles_folder())
        .arg("--out")
        .arg(out.path())
        .args(options)
        .assert()
        .success();
    let read = |name: &str| fs::read_to_string(out.path().join(name)).unwrap();
    Written { pairs: read("pairs.jsonl"), families: read("families.jsonl") }
}

fn from_memory(threads: usize, settings: &ScanSettings) -> Written {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let collection = MemoryCollection::new(articles());
    let rejections = Mutex::new(Vec::<Rejection>::new());
    let scan: Scan = pool.install(|| scan(&collection, settings, &NoProgress, &rejections)).unwrap();
    assert!(rejections.into_inner().unwrap().is_empty());
    let (mut pairs, mut families) = (Vec::new(), Vec::new());
    let rows = scan.rows();
    (0..rows.len()).for_each(|at| rows.write_line(at, &mut pairs).unwrap());
    (0..scan.families.len()).for_each(|at| scan.families.write_line(at, &mut families).unwrap());
    Written { pairs: String::from_utf8(pairs).unwrap(), families: String::from_utf8(families).unwrap() }
}

fn settings() -> ScanSettings {
    ScanSettings {
        candidates: CandidateSettings::default(),
        profile: Profile::default(),
        min_score: None,
        all_pairs: false,
        shared: false,
    }
}

fn assert_all_alike(options: &[&str], settings: &ScanSettings) {
    let expected = by_command_line(1, options);
    assert!(expected.families.lines().count() > 2, "the corpus holds families");
    assert!(expected == by_command_line(3, options), "another number of threads, other bytes");
    assert!(expected == from_memory(1, settings), "from memory, other bytes");
    assert!(expected == from_memory(3, settings), "from memory with more threads, other bytes");
}

#[test]
fn a_full_scan_is_the_same_everywhere() {
    assert_all_alike(&[], &settings());
}

#[test]
fn a_listing_of_all_pairs_is_the_same_everywhere() {
    let settings = ScanSettings { all_pairs: true, shared: true, ..settings() };
    assert_all_alike(&["--all-pairs", "--shared"], &settings);
}

#[test]
fn a_scan_for_copies_is_the_same_everywhere() {
    let candidates = CandidateSettings { copies_only: true, ..CandidateSettings::default() };
    assert_all_alike(&["--copies-only"], &ScanSettings { candidates, ..settings() });
}
