//! The real program on a disk that fails: at each write, sync, rename and removal in turn it gets an error,
//! is full from then on, or ends there; on a disk that is too small; at the limit of a file's size. What was
//! acknowledged is there afterwards, a commit is there whole or not at all, and the same command, given
//! again, goes through.
//!
//! Needs a C compiler for the sweep and user namespaces for the small disk, and says so where one is missing.
//! `RETOLD_LONG_TESTS=1` tries every operation.
#![cfg(target_os = "linux")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use retold::index;
use retold::progress::NoProgress;
use serde_json::json;

const BATCH: usize = 3;
const BATCHES: usize = 9;
const ENOSPC: i32 = 28;
const EIO: i32 = 5;

fn is_long() -> bool {
    std::env::var_os("RETOLD_LONG_TESTS").is_some()
}

fn id(number: usize) -> String {
    format!("a{number}")
}

fn write_articles(path: &Path) {
    let text = |number: usize| {
        let words = (0..60).map(|at| format!("w{}", (number * 7919 + at * at * 31) % 9973));
        words.collect::<Vec<_>>().join(" ")
    };
    let line = |number| json!({"id": id(number), "text": text(number)}).to_string() + "\n";
    std::fs::write(path, (0..BATCH * BATCHES).map(line).collect::<String>()).unwrap();
}

fn add(archive: &Path, articles: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_retold"));
    command.args(["index", "add"]).arg(archive).arg(articles).args(["--commit-every", &BATCH.to_string()]);
    command
}

/// What the lines on standard error acknowledge.
fn acknowledged(out: &Output) -> usize {
    let text = String::from_utf8_lossy(&out.stderr).into_owned();
    let filed =
        text.lines().filter_map(|line| line.split_once("filed ")?.1.strip_suffix(" articles")?.parse().ok());
    filed.max().unwrap_or(0)
}

/// Looks at what a fault left, and goes on.
fn examine(archive: &Path, articles: &Path, out: &Output, what: &str) {
    let acknowledged = acknowledged(out);
    let told = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(!told.contains("panicked"), "{what}: {told}");
    match index::open(archive) {
        Ok(snapshot) => {
            let mut found = BTreeSet::new();
            snapshot
                .each_article(|article| {
                    assert!(found.insert(article.id));
                    Ok(())
                })
                .unwrap();
            let is_first = |count: usize| found == (0..count).map(id).collect();
            let is_whole = is_first(acknowledged) || is_first(acknowledged + BATCH);
            assert!(is_whole, "{what}: {acknowledged} acknowledged, {} found; {told}", found.len());
            let report = index::check(archive, &NoProgress).unwrap();
            assert!(report.is_sound(), "{what}: {report:?}");
        }
        Err(error) => assert_eq!(acknowledged, 0, "{what}: {error}"),
    }
    let again = add(archive, articles).output().unwrap();
    assert!(again.status.success(), "{what}: {}", String::from_utf8_lossy(&again.stderr));
    assert_eq!(index::open(archive).unwrap().documents(), (BATCH * BATCHES) as u64, "{what}");
    let report = index::check(archive, &NoProgress).unwrap();
    assert!(report.is_sound(), "{what}: {report:?}");
}

/// The shim, compiled once; `None` without a compiler.
static SHIM: LazyLock<Option<PathBuf>> = LazyLock::new(|| {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/index_faults/shim.c");
    let shim = Path::new(env!("CARGO_TARGET_TMPDIR")).join("index_faults_shim.so");
    let done = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .arg(&shim)
        .arg(source)
        .arg("-ldl")
        .status();
    done.is_ok_and(|status| status.success()).then_some(shim)
});

/// One run with a fault at an operation; false where the run ended before it.
fn run_with_fault(shim: &Path, at: usize, kind: &str, errno: i32) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let (archive, articles) = (folder.path().join("archive"), folder.path().join("articles.jsonl"));
    let mark = folder.path().join("mark");
    write_articles(&articles);
    let out = add(&archive, &articles)
        .env("LD_PRELOAD", shim)
        .env("FAULT_AT", at.to_string())
        .env("FAULT_KIND", kind)
        .env("FAULT_ERRNO", errno.to_string())
        .env("FAULT_MARK", &mark)
        .output()
        .unwrap();
    let what = format!("{kind} {errno} at operation {at}");
    let has_happened = mark.exists();
    let told = String::from_utf8_lossy(&out.stderr).into_owned();
    match (has_happened, kind) {
        (false, _) => assert!(out.status.success(), "{what}: {told}"),
        (true, "exit") => assert_eq!(out.status.code(), Some(137), "{what}: {told}"),
        // removing what is not needed any more may fail without a word
        (true, _) => assert!(out.status.success() || out.status.code() == Some(2), "{what}: {told}"),
    }
    if out.status.code() == Some(2) {
        let cause = std::io::Error::from_raw_os_error(errno).to_string();
        let cause = cause.split(" (").next().unwrap();
        assert!(told.contains(cause) && told.contains("archive"), "{what}: {told}");
    }
    examine(&archive, &articles, &out, &what);
    has_happened
}

#[test]
fn every_operation_may_fail() {
    let Some(shim) = &*SHIM else { return eprintln!("no C compiler: not tested") };
    let kinds = [("exit", 0), ("error", EIO), ("errors", ENOSPC)];
    let (mut rounds, mut operations) = (0, 0);
    for at in (1..).step_by(if is_long() { 1 } else { 9 }) {
        let mut has_happened = false;
        for (kind, errno) in kinds {
            has_happened |= run_with_fault(shim, at, kind, errno);
            rounds += 1;
        }
        if !has_happened {
            break;
        }
        operations = at;
    }
    println!("{rounds} rounds, {operations} operations");
    assert!(operations > 40, "{operations}");
}

#[test]
fn a_disk_that_is_too_small_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (disk, articles) = (folder.path().join("disk"), folder.path().join("articles.jsonl"));
    std::fs::create_dir(&disk).unwrap();
    write_articles(&articles);
    let sizes_kib: &[usize] = if is_long() { &[4, 8, 12, 16, 20, 24, 28, 32, 40, 48, 64] } else { &[12, 32] };
    for size_kib in sizes_kib {
        // what is on the small disk is copied away before it goes
        let saved = folder.path().join(format!("saved{size_kib}"));
        let script = format!(
            "mount -t tmpfs -o size={size_kib}k none '{disk}' || exit 99; '{program}' index add '{disk}/archive' '{articles}' \
             --commit-every {BATCH}; status=$?; mkdir '{saved}'; cp -r '{disk}/archive' '{saved}/'; exit $status",
            disk = disk.display(),
            program = env!("CARGO_BIN_EXE_retold"),
            articles = articles.display(),
            saved = saved.display(),
        );
        let out = Command::new("unshare").args(["-rm", "sh", "-c", &script]).output();
        let Ok(out) = out else { return eprintln!("no unshare: not tested") };
        let told = String::from_utf8_lossy(&out.stderr).into_owned();
        if out.status.code() == Some(99) || told.contains("unshare:") {
            return eprintln!("no small disk can be had: not tested: {told}");
        }
        if out.status.code() == Some(2) {
            assert!(told.contains("No space left on device"), "{size_kib} KiB: {told}");
        } else {
            assert!(out.status.success(), "{size_kib} KiB: {told}");
        }
        assert!(out.status.code() == Some(2) || *size_kib > 16, "{size_kib} KiB is enough?");
        examine(&saved.join("archive"), &articles, &out, &format!("a disk of {size_kib} KiB"));
    }
}

#[test]
fn the_limit_of_a_files_size_loses_nothing() {
    for limit_kib in [1, 2, 4] {
        let folder = tempfile::tempdir().unwrap();
        let (archive, articles) = (folder.path().join("archive"), folder.path().join("articles.jsonl"));
        write_articles(&articles);
        let script = format!(
            "trap '' XFSZ; ulimit -f {}; exec '{}' index add '{}' '{}' --commit-every {BATCH}",
            limit_kib * 2,
            env!("CARGO_BIN_EXE_retold"),
            archive.display(),
            articles.display()
        );
        let out = Command::new("sh").args(["-c", &script]).output().unwrap();
        assert!(out.status.code() == Some(2) || out.status.success());
        examine(&archive, &articles, &out, &format!("files of {limit_kib} KiB at most"));
    }
}
