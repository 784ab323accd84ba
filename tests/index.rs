//! The archive index through the command line: an old index opens, killed writers lose nothing they
//! acknowledged.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use retold::index;
use serde_json::{Value, json};

fn retold() -> Command {
    Command::new(env!("CARGO_BIN_EXE_retold"))
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn ids(folder: &Path) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    let snapshot = index::open(folder).unwrap();
    snapshot
        .each_article(|article| {
            assert!(ids.insert(article.id));
            Ok(())
        })
        .unwrap();
    ids
}

fn lines(bytes: &[u8]) -> Vec<Value> {
    bytes
        .split(|&byte| byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect()
}

/// Rounds where there is time for a few only; `RETOLD_LONG_TESTS=1` runs all of them.
fn rounds(few: usize, all: usize) -> usize {
    if std::env::var_os("RETOLD_LONG_TESTS").is_some() { all } else { few }
}

fn copied(folder: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

/// Indexes as the versions wrote that first had these formats of segments.
const FROZEN: [(&str, usize); 3] = [("index-1", 21), ("index-2", 25), ("index-3", 25)];

#[test]
fn an_index_of_every_format_says_what_it_needs_and_is_made_anew() {
    for (name, documents) in FROZEN {
        let frozen = root().join("tests/frozen").join(name);
        let needs = retold().args(["index", "stats"]).arg(&frozen).output().unwrap();
        assert_eq!(needs.status.code(), Some(2), "{name}");
        let said = String::from_utf8(needs.stderr).unwrap();
        assert!(said.contains("words=retold-word-1") && said.contains("retold index upgrade"), "{said}");

        let folder = tempfile::tempdir().unwrap();
        let archive = folder.path().join("archive");
        copied(&frozen, &archive);
        let done = retold().args(["index", "upgrade"]).arg(&archive).output().unwrap();
        assert_eq!(done.status.code(), Some(0), "{name}");
        let held = ids(&archive);
        assert_eq!(held.len(), documents, "{name}");
        assert!(held.contains("flood-wire") && !held.contains("strike-wire"), "{name}");
        let report = index::check(&archive, &retold::progress::NoProgress).unwrap();
        assert!(report.is_sound(), "{name}: {report:?}");
        answers_for_the_flood(&archive);
    }
}

fn answers_for_the_flood(archive: &Path) {
    let out = retold()
        .arg("flag")
        .arg(archive)
        .arg(root().join("corpus/articles/01-hestbrook-flood.jsonl"))
        .args(["--format", "jsonl"])
        .output()
        .unwrap();
    assert_eq!(out.status.code(), Some(0));
    let answers = lines(&out.stdout);
    let of_post = answers.iter().find(|answer| answer["id"] == "flood-post").unwrap();
    let matches = of_post["matches"].as_array().unwrap();
    let is_tied = |row: &Value| row["source"] == "flood-wire" && row["derived"] == "flood-post";
    assert!(matches.iter().any(is_tied), "{matches:?}");
    for answer in &answers {
        assert_eq!(answer["filed"], false);
        for row in answer["matches"].as_array().unwrap() {
            assert_ne!(row["source"], row["derived"]);
        }
    }
}

#[test]
fn bad_lines_are_named_and_the_rest_is_filed() {
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("archive");
    let mut child = retold()
        .arg("flag")
        .arg(&archive)
        .args(["-", "--add", "--format", "jsonl"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let text = "the harbour board voted on tuesday to close the eastern pier for repairs until spring";
    let mut input = child.stdin.take().unwrap();
    for line in [json!({"id": "a", "text": text}), json!({"id": "b"}), json!({"id": "c", "text": text})] {
        writeln!(input, "{line}").unwrap();
    }
    drop(input);
    let out = child.wait_with_output().unwrap();
    assert_eq!(out.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&out.stderr).contains("standard input:2: field `text` is missing"));
    let answers = lines(&out.stdout);
    assert_eq!(answers.len(), 2);
    assert_eq!(answers[1]["matches"][0]["relation"], "identical");
    assert_eq!(ids(&archive), ["a", "c"].map(str::to_owned).into());
    let out = retold().args(["index", "remove"]).arg(&archive).args(["a", "nowhere"]).output().unwrap();
    assert_eq!(out.status.code(), Some(1));
    assert_eq!(ids(&archive), ["c".to_owned()].into());
    let out = retold().args(["index", "stats", "--format", "json"]).arg(&archive).output().unwrap();
    assert_eq!(lines(&out.stdout)[0]["documents"], 1);
}

#[test]
fn an_index_of_another_recipe_is_refused_before_anything_changes() {
    let folder = tempfile::tempdir().unwrap();
    let (sound, other, target) =
        (folder.path().join("sound"), folder.path().join("other"), folder.path().join("target"));
    for archive in [&sound, &other] {
        let articles = root().join("corpus/articles/01-hestbrook-flood.jsonl");
        assert!(retold().args(["index", "add"]).arg(archive).arg(articles).status().unwrap().success());
    }
    // the fingerprint behind the magic and the format, and a checksum that fits
    let manifest = other.join("INDEX");
    let mut bytes = std::fs::read(&manifest).unwrap();
    bytes[12] ^= 1;
    let body = bytes.len() - 8;
    let sum = xxhash_rust::xxh3::xxh3_64(&bytes[..body]).to_le_bytes();
    bytes[body..].copy_from_slice(&sum);
    std::fs::write(&manifest, bytes).unwrap();
    let out = retold().args(["index", "merge"]).args([&target, &sound, &other]).output().unwrap();
    assert_eq!(out.status.code(), Some(2));
    let told = String::from_utf8_lossy(&out.stderr);
    assert!(told.contains("recipe") && told.contains("other"), "{told}");
    assert!(!target.exists());
    // an index that is there stays as it is
    let before = std::fs::read(sound.join("INDEX")).unwrap();
    let out = retold().args(["index", "merge"]).args([&sound, &other]).output().unwrap();
    assert_eq!(out.status.code(), Some(2));
    assert_eq!(std::fs::read(sound.join("INDEX")).unwrap(), before);
}

/// Kills a process that files what it reads, at some moment, and looks for every article it said was filed.
#[test]
fn a_killed_writer_loses_nothing_it_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("archive");
    let mut acknowledged = BTreeSet::new();
    let mut state = 7u64;
    for round in 0..rounds(4, 200) {
        let mut child = retold()
            .arg("flag")
            .arg(&archive)
            .args(["-", "--add", "--format", "jsonl", "--quiet"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        let feeder = std::thread::spawn(move || {
            for number in 0..100_000 {
                let words: Vec<String> =
                    (0..40).map(|at| format!("w{}", (number * 7919 + at * at * 31) % 9973)).collect();
                let line = json!({"id": format!("{round}-{number}"), "text": words.join(" ")});
                if writeln!(input, "{line}").is_err() {
                    return;
                }
            }
        });
        let output = BufReader::new(child.stdout.take().unwrap());
        let reader = std::thread::spawn(move || {
            // what comes after the kill was acknowledged before it; the last line may be cut off
            let answers = output.lines().map_while(Result::ok);
            let answers = answers.filter_map(|line| serde_json::from_str::<Value>(&line).ok());
            answers.map(|answer| answer["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        });
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        std::thread::sleep(Duration::from_millis(50 + (state >> 40) % 600));
        child.kill().unwrap();
        child.wait().unwrap();
        acknowledged.extend(reader.join().unwrap());
        feeder.join().unwrap();
        if archive.join("INDEX").exists() {
            let held = ids(&archive);
            let lost: Vec<&String> = acknowledged.difference(&held).collect();
            assert!(lost.is_empty(), "round {round}: {lost:?} are lost");
            let report = index::check(&archive, &retold::progress::NoProgress).unwrap();
            assert!(report.is_sound(), "round {round}: {report:?}");
        } else {
            assert!(acknowledged.is_empty());
        }
    }
}

fn gzipped(text: &str) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(text.as_bytes()).unwrap();
    gzip.finish().unwrap()
}

/// Each line is answered before the next one is written, though the stream is compressed.
#[test]
fn compressed_standard_input_is_answered_line_by_line() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = retold()
        .arg("flag")
        .arg(folder.path().join("archive"))
        .args(["-", "--add", "--format", "jsonl"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut gzip = flate2::write::GzEncoder::new(child.stdin.take().unwrap(), flate2::Compression::fast());
    let mut answers = BufReader::new(child.stdout.take().unwrap()).lines();
    let text = "the harbour board voted on tuesday to close the eastern pier for repairs until spring";
    for id in ["a", "b", "c"] {
        writeln!(gzip, "{}", json!({"id": id, "text": text})).unwrap();
        gzip.flush().unwrap();
        let answer: Value = serde_json::from_str(&answers.next().unwrap().unwrap()).unwrap();
        assert_eq!(answer["id"], id);
    }
    drop(gzip.finish().unwrap());
    assert!(child.wait().unwrap().success());
}

#[test]
fn ids_to_remove_come_from_standard_input_and_compressed_files() {
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("archive");
    let feed = |args: &[&str], input: &[u8]| {
        let mut child = retold().args(args).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        let out = child.wait_with_output().unwrap();
        (out.status.code(), String::from_utf8(out.stderr).unwrap())
    };
    let articles: String =
        (0..6).map(|id| json!({"id": id, "text": format!("text {id}")}).to_string() + "\n").collect();
    let name = archive.to_str().unwrap();
    assert_eq!(feed(&["index", "add", name, "-"], &gzipped(&articles)).0, Some(0));
    assert_eq!(feed(&["index", "remove", name, "--ids", "-"], b"0\n1\r\n").0, Some(0));
    assert_eq!(feed(&["index", "remove", name, "--ids", "-"], &gzipped("2\n")).0, Some(0));
    let file = folder.path().join("ids");
    std::fs::write(&file, zstd::bulk::compress(b"3\n\n4", 1).unwrap()).unwrap();
    assert_eq!(feed(&["index", "remove", name, "--ids", file.to_str().unwrap()], b"").0, Some(0));
    assert_eq!(ids(&archive), ["5".to_owned()].into());
    let (status, told) = feed(&["index", "remove", name, "--ids", "-"], &gzipped("5\n")[..20]);
    assert_eq!(status, Some(2));
    assert!(told.contains("standard input"), "{told}");
    let (status, told) = feed(&["index", "remove", name, "--ids", "-"], &gzipped(&"5".repeat(2 << 20)));
    assert_eq!(status, Some(2));
    assert!(told.contains("more than 1 MiB"), "{told}");
    assert_eq!(ids(&archive).len(), 1);
}
