//! Stages that a resumable scan finds in its work folder, of whatever content: the result is that of a scan
//! without them.
#![no_main]

use std::path::Path;
use std::sync::{LazyLock, Mutex};

use libfuzzer_sys::fuzz_target;
use retold::article::Article;
use retold::collection::MemoryCollection;
use retold::judge::Profile;
use retold::pipeline::{Scan, ScanSettings, scan_in};
use retold::progress::NoProgress;
use retold::rows::Rows;
use retold::work::Resources;
use xxhash_rust::xxh3::xxh3_64;

const STAGES: [&str; 5] = ["survey", "features", "copies", "rewrites", "promising"];
const RUN: &str = "run";
const HEAD_BYTES: usize = 24;

fn scan_at(folder: &Path, is_resumable: bool) -> Scan {
    let text = |word: &str| {
        format!("the harbour board voted on tuesday to close the {word} pier for repairs until spring")
    };
    let collection = MemoryCollection::new(vec![
        Article::new("a", text("eastern")),
        Article::new("b", text("eastern")),
        Article::new("c", format!("{} and the bridge", text("old western"))),
    ]);
    let settings = ScanSettings {
        candidates: Default::default(),
        profile: Profile::default(),
        min_score: None,
        all_pairs: true,
        shared: true,
    };
    let work = match is_resumable {
        true => Resources::resumable(1 << 20, folder.to_owned(), RUN).expect("a folder").0,
        false => Resources::new(1 << 20, folder.to_owned()),
    };
    scan_in(&work, &collection, &settings, &NoProgress, &Mutex::new(Vec::new())).expect("a result")
}

static EXPECTED: LazyLock<String> = LazyLock::new(|| rows(&scan_at(Path::new("/dev/shm"), false)));

fn rows(scan: &Scan) -> String {
    let mut lines = Vec::new();
    (0..scan.rows().len()).for_each(|at| scan.rows().write_line(at, &mut lines).expect("a line"));
    String::from_utf8(lines).expect("rows are JSON")
}

fuzz_target!(|bytes: &[u8]| {
    let Some((&which, bytes)) = bytes.split_first() else { return };
    let folder = tempfile::Builder::new().tempdir_in("/dev/shm").expect("a folder");
    let stages = folder.path().join("retold-stages");
    if let Ok(seeds) = std::env::var("RETOLD_FUZZ_SEEDS") {
        scan_at(folder.path(), true);
        for (number, stage) in (0u8..).zip(STAGES) {
            if let Ok(written) = std::fs::read(stages.join(stage)) {
                std::fs::write(format!("{seeds}/{stage}"), [&[number], &written[HEAD_BYTES..]].concat())
                    .unwrap();
            }
        }
    }
    std::fs::create_dir_all(&stages).expect("a folder");
    // a stage of this run, so that what follows the head is read
    let mut file = b"retold stage 1\r\n".to_vec();
    file.extend_from_slice(&xxh3_64(RUN.as_bytes()).to_le_bytes());
    file.extend_from_slice(bytes);
    std::fs::write(stages.join(STAGES[usize::from(which) % STAGES.len()]), file).expect("a file");
    assert_eq!(rows(&scan_at(folder.path(), true)), *EXPECTED);
});
