use std::fs;
use std::path::PathBuf;
use std::sync::atomic::Ordering;

use retold::collection::Collection;
use retold::read::{FieldNames, ReadOptions, RejectionKind};

use crate::support::*;

/// A browser unpacks what it saves and leaves the name; other programs give the name that was asked for.
#[test]
fn first_bytes_say_what_a_file_is_compressed_by() {
    let lines = lines(3).into_bytes();
    let row = b"id,text\n0,A text.\n".to_vec();
    for (name, bytes, articles) in [
        ("a.jsonl.gz", lines.clone(), 3),
        ("a.jsonl.zst", gzip(&lines), 3),
        ("a.jsonl.gz", zstd(&lines), 3),
        ("a.jsonl", gzip(&lines), 3),
        ("a.txt.zst", b"A text without a container.".to_vec(), 1),
        ("a.csv.gz", row.clone(), 1),
        ("a.csv.zst", gzip(&row), 1),
    ] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(name), bytes).unwrap();
        let opened = open(&[folder.path().to_owned()], options(64));
        assert_eq!(opened.all_agree().len(), articles, "{name}: {:?}", opened.rejected());
        assert!(opened.rejected().is_empty(), "{name}");
    }
}

#[test]
fn every_container_gives_the_same_articles() {
    let folder = tempfile::tempdir().unwrap();
    let text = lines(1000);
    let mut two_members = gzip(&text.as_bytes()[..5000]);
    two_members.extend(gzip(&text.as_bytes()[5000..]));
    let mut two_frames = zstd(&text.as_bytes()[..7000]);
    two_frames.extend(zstd(&text.as_bytes()[7000..]));
    let mut all = Vec::new();
    for (name, bytes) in [
        ("a.jsonl", text.as_bytes()),
        ("a.ndjson", text.as_bytes()),
        ("a.jsonl.gz", &two_members),
        ("a.jsonl.zst", &two_frames),
        // Names that say nothing.
        ("plain", text.as_bytes()),
        ("packed", &two_members),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        for block_bytes in [1 << 20, 1000, 1] {
            let opened = open(std::slice::from_ref(&path), options(block_bytes));
            let seen = opened.all_agree();
            assert_eq!(opened.rejected(), []);
            assert_eq!(opened.corpus.total_bytes(), Some(bytes.len() as u64));
            assert_eq!(opened.corpus.bytes_read().load(Ordering::Relaxed), bytes.len() as u64, "{name}");
            all.push(seen);
        }
    }
    for bytes in [text.clone().into_bytes(), two_members, two_frames] {
        let opened = open_stream(bytes, options(512));
        all.push(opened.all_agree());
        assert_eq!(opened.corpus.total_bytes(), None);
    }
    assert_eq!(all[0].len(), 1000);
    assert_eq!(all[0][3].article.id, "3");
    assert_eq!(all[0][3].line, 5);
    assert_eq!(all[0][1].article.text, "line\nend 1");
    for (number, seen) in all.iter().enumerate() {
        assert_eq!(*seen, all[0], "{number}");
    }
}

#[test]
fn any_number_of_threads_gives_the_same_sequence() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in [
        ("a.jsonl", lines(500).into_bytes()),
        ("b.jsonl.gz", gzip(lines(500).as_bytes())),
        ("c.txt", b"text".into()),
    ] {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    fs::write(folder.path().join("d.jsonl"), "{}\nbroken\n{\"id\": \"x\", \"text\": \"y\"}\n".repeat(50))
        .unwrap();
    let outcome = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let opened = open(&[folder.path().to_owned()], options(300));
            (opened.all_agree(), opened.rejected())
        })
    };
    let one = outcome(1);
    assert_eq!((one.0.len(), one.1.len()), (1051, 100));
    assert_eq!(outcome(2), one);
    assert_eq!(outcome(7), one);
}

#[test]
fn folders_are_read_in_byte_order_by_name() {
    let root = tempfile::tempdir().unwrap();
    let seeds = root.path().join("seeds");
    for name in ["a/z.txt", "a-b.txt", "a.txt", "B.TXT", "b/.hidden/x.txt", "b/deep/er/ü.txt"] {
        let path = seeds.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!("text of {name}")).unwrap();
    }
    fs::write(seeds.join("c.txt.gz"), gzip(b"zipped")).unwrap();
    fs::write(seeds.join("d.txt.zst"), zstd(b"standard")).unwrap();
    for name in [".dot.txt", "picture.png", "notes.md", "lines.yaml"] {
        fs::write(seeds.join(name), "x").unwrap();
    }
    let expected = [
        "seeds/B.TXT",
        "seeds/a-b.txt",
        "seeds/a.txt",
        "seeds/a/z.txt",
        "seeds/b/deep/er/ü.txt",
        "seeds/c.txt.gz",
        "seeds/d.txt.zst",
    ];
    for input in [seeds.clone(), seeds.join("."), seeds.join("a/..")] {
        let opened = open(&[input], ReadOptions::default());
        let seen = opened.all_agree();
        assert_eq!(ids(&seen), expected);
        assert_eq!(opened.corpus.skipped_files(), 3);
        assert_eq!(seen[5].article.text, "zipped");
        assert!(seen.iter().all(|seen| seen.line == 1));
    }
    let opened = open(&[seeds.join("a/z.txt"), seeds.join("b")], ReadOptions::default());
    assert_eq!(ids(&opened.all_agree()), ["z.txt", "b/deep/er/ü.txt"]);
    assert_eq!(opened.corpus.input_name(0), seeds.join("a/z.txt").display().to_string());
}

#[test]
fn fields_are_mapped() {
    let names =
        FieldNames { id: "url".into(), text: "body".into(), title: "text".into(), ..FieldNames::default() };
    let options = ReadOptions { field_names: names, ..ReadOptions::default() };
    let opened = open_stream(
        "{\"url\": \"u\", \"body\": \"b\", \"text\": \"t\", \"id\": 5}\n{\"url\": 7, \"body\": \"c\"}",
        options,
    );
    let seen = opened.all_agree();
    assert_eq!(ids(&seen), ["u", "7"]);
    assert_eq!(seen[0].article.text, "b");
    assert_eq!(seen[0].article.title.as_deref(), Some("t"));
    assert_eq!(seen[0].article.url.as_deref(), Some("u"));
    assert_eq!(seen[1].article.url.as_deref(), Some("7"));
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_text() {
    let opened = open_stream(
        "\u{FEFF}{\"id\": \"a\", \"text\": \"b\"}\n{\"id\": \"c\", \"text\": \"d\"}\n",
        options(10),
    );
    assert_eq!(ids(&opened.all_agree()), ["a", "c"]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.txt");
    fs::write(&path, "\u{FEFF}été\r\nhiver\r\n").unwrap();
    let utf16: Vec<u8> = "\u{FEFF}été\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    fs::write(folder.path().join("y.txt"), utf16).unwrap();
    fs::write(folder.path().join("z.txt"), b"L'\xE9t\xE9 \xE0 la campagne fut tr\xE8s beau, dit le maire.")
        .unwrap();
    let seen = open(&[folder.path().to_owned()], ReadOptions::default()).all_agree();
    assert_eq!(seen[0].article.text, "été\r\nhiver\r\n");
    assert_eq!(seen[1].article.text, "été\r\n");
    assert_eq!(seen[2].article.text, "L'été à la campagne fut très beau, dit le maire.");
}

#[test]
fn a_text_on_standard_input_is_one_article() {
    for bytes in [b"one\ntwo\n".to_vec(), gzip(b"one\ntwo\n"), zstd(b"one\ntwo\n")] {
        let seen = open_stream(bytes, options(2)).all_agree();
        assert_eq!(ids(&seen), ["stdin"]);
        assert_eq!(seen[0].article.text, "one\ntwo\n");
    }
}

#[test]
fn a_long_text_is_one_article() {
    let folder = tempfile::tempdir().unwrap();
    let text = "word ".repeat(2_000_000);
    for (name, bytes) in [("a.txt", text.clone().into_bytes()), ("b.txt.gz", gzip(text.as_bytes()))] {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    fs::write(folder.path().join("c.jsonl"), format!("{{\"id\": \"c\", \"text\": \"{text}\"}}")).unwrap();
    let opened = open(&[folder.path().to_owned()], ReadOptions::default());
    let seen = opened.all_agree();
    assert_eq!(opened.rejected(), []);
    assert!(seen.len() == 3 && seen.iter().all(|seen| seen.article.text == text));
}

#[test]
fn identical_documents_are_no_bomb() {
    let line = format!("{{\"id\": \"a\", \"text\": \"{}\"}}\n", "the same words again ".repeat(50));
    let packed = zstd(line.repeat(20_000).as_bytes());
    assert!(packed.len() * 1000 < line.len() * 20_000);
    let options = ReadOptions { bomb_limit_bytes: 1 << 20, ..ReadOptions::default() };
    let opened = open_stream(packed, options);
    assert_eq!(opened.pass().unwrap().len(), 20_000);
    assert_eq!(opened.rejected(), []);
}

#[cfg(unix)]
#[test]
fn names_of_any_bytes_give_ids() {
    use std::os::unix::ffi::OsStringExt;
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("in");
    fs::create_dir(&folder).unwrap();
    for name in [&b"new\nline.txt"[..], b"caf\xE9.txt", b"tab\t.jsonl"] {
        fs::write(folder.join(PathBuf::from(std::ffi::OsString::from_vec(name.to_vec()))), "text").unwrap();
    }
    let opened = open(std::slice::from_ref(&folder), ReadOptions::default());
    let seen = opened.all_agree();
    assert_eq!(ids(&seen), ["in/caf%E9.txt", "in/new\nline.txt"]);
    assert_eq!(
        opened.corpus.input_name(seen[1].location.input),
        format!("{}/new\\nline.txt", folder.display())
    );
    assert_eq!(opened.kinds(), [(RejectionKind::BrokenJson, Some(1))]);
    assert_eq!(opened.rejected()[0].input, format!("{}/tab\\t.jsonl", folder.display()));
}

#[cfg(unix)]
#[test]
fn symbolic_links_are_followed() {
    use std::os::unix::fs::symlink;
    let root = tempfile::tempdir().unwrap();
    let (folder, other) = (root.path().join("in"), root.path().join("other"));
    fs::create_dir_all(folder.join("sub")).unwrap();
    fs::create_dir(&other).unwrap();
    fs::write(other.join("o.txt"), "other").unwrap();
    fs::write(folder.join("sub/s.txt"), "sub").unwrap();
    symlink(&other, folder.join("linked")).unwrap();
    symlink(other.join("o.txt"), folder.join("file.txt")).unwrap();
    symlink("..", folder.join("sub/up")).unwrap();
    symlink("self.txt", folder.join("self.txt")).unwrap();
    symlink("nowhere", folder.join("dangling.txt")).unwrap();
    symlink("nowhere", folder.join("dangling")).unwrap();
    let opened = open(std::slice::from_ref(&folder), ReadOptions::default());
    assert_eq!(ids(&opened.all_agree()), ["in/file.txt", "in/linked/o.txt", "in/sub/s.txt"]);
    let rejected = opened.rejected();
    let of = |name: &str| rejected.iter().find(|r| r.input.ends_with(name)).unwrap().kind;
    assert_eq!(rejected.len(), 3);
    assert_eq!(of("in/sub/up"), RejectionKind::LinkLoop);
    assert_eq!(of("in/self.txt"), RejectionKind::LinkLoop);
    assert_eq!(of("in/dangling.txt"), RejectionKind::Unreadable);
    assert_eq!(opened.corpus.skipped_files(), 1);
}
