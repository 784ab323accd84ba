use std::fs;
use std::path::PathBuf;

use retold::Error;
use retold::collection::Collection;
use retold::read::{ReadOptions, RejectionKind as Kind};

use crate::support::*;

#[test]
fn a_bad_line_is_named_and_the_others_are_read() {
    let text = concat!(
        "{\"id\": \"ok1\", \"text\": \"t\"}\n",              // 1
        "{\"id\": \"broken\", \"text\": \n",                 // 2
        "   \n",                                             // 3: blank
        "{\"id\": \"a\"}\n",                                 // 4
        "{\"text\": \"t\"}\n",                               // 5
        "{\"id\": \"b\", \"text\": null}\n",                 // 6
        "{\"id\": \"c\", \"text\": [1]}\n",                  // 7
        "{\"id\": \"d\", \"text\": \" \\n\\t\"}\n",          // 8
        "{\"id\": 1.5, \"text\": \"t\"}\n",                  // 9
        "{\"id\": \"e\", \"text\": \"t\", \"date\": 5}\n",   // 10
        "[1, 2]\n",                                          // 11
        "{\"id\": \"f\", \"text\": \"t\"} x\n",              // 12
        "{\"id\": \"\", \"text\": \"t\"}\n",                 // 13
        "{\"id\": true, \"text\": \"t\"}\n",                 // 14
        "{\"id\": \"g\", \"text\": \"\\ud800\"}\n",          // 15
        "{\"id\": \"ok2\", \"text\": \"t\", \"url\": null}"  // 16
    );
    for block_bytes in [1, 100, 1 << 20] {
        let opened = open_stream(text, options(block_bytes));
        let seen = opened.all_agree();
        assert_eq!(ids(&seen), ["ok1", "e", "g", "ok2"]);
        assert_eq!(seen[3].line, 16);
        assert_eq!(
            opened.kinds(),
            [
                (Kind::BrokenJson, 2),
                (Kind::MissingField, 4),
                (Kind::MissingField, 5),
                (Kind::MissingField, 6),
                (Kind::WrongType, 7),
                (Kind::EmptyText, 8),
                (Kind::WrongType, 9),
                (Kind::WrongType, 11),
                (Kind::BrokenJson, 12),
                (Kind::MissingField, 13),
                (Kind::WrongType, 14),
            ]
            .map(|(kind, line)| (kind, Some(line)))
        );
        let rejected = opened.rejected();
        assert_eq!(rejected[1].id.as_deref(), Some("a"));
        assert!(rejected[1].reason.starts_with("field `text` is missing"), "{}", rejected[1].reason);
        assert_eq!(rejected[4].reason, "field `text` is an array; it must be a string");
        assert_eq!(rejected[0].input, "standard input");
        assert!(rejected.iter().all(|rejection| !rejection.reason.contains('\n')));
    }
}

#[test]
fn a_line_that_is_not_utf8_is_named() {
    let mut bytes = lines(8).into_bytes();
    bytes.extend(
        b"{\"id\": \"bad\", \"text\": \"caf\xE9\"}\n{\"id\": \"z\", \"text\": \"t\", \"other\": \"\xFF\"}\n",
    );
    bytes.extend(lines(3).as_bytes());
    for block_bytes in [1, 1 << 20] {
        let opened = open_stream(bytes.clone(), options(block_bytes));
        assert_eq!(opened.all_agree().len(), 11);
        assert_eq!(opened.kinds(), [(Kind::InvalidUtf8, Some(11)), (Kind::InvalidUtf8, Some(12))]);
    }
}

#[test]
fn a_line_that_is_too_long_is_skipped() {
    let long = format!("{{\"id\": \"long\", \"text\": \"{}\"}}\n", "x".repeat(5000));
    let text = [lines(2), long.clone(), lines(2), long, lines(1)].concat();
    for block_bytes in [1, 64, 700, 4999, 1 << 20] {
        let options = ReadOptions { record_limit_bytes: 1000, ..options(block_bytes) };
        let opened = open_stream(text.clone(), options);
        let seen = opened.all_agree();
        assert_eq!(ids(&seen), ["a0", "a1", "a0", "a1", "a0"]);
        assert_eq!(seen.iter().map(|seen| seen.line).collect::<Vec<_>>(), [1, 2, 4, 5, 7]);
        assert_eq!(opened.kinds(), [(Kind::LineTooLong, Some(3)), (Kind::LineTooLong, Some(6))]);
        assert!(opened.rejected()[0].reason.contains("--record-limit"));
    }
}

#[test]
fn what_comes_before_a_cut_is_kept() {
    let text = lines(2000);
    for (packed, whole) in [(gzip(text.as_bytes()), "gzip"), (zstd(text.as_bytes()), "zstd")] {
        for kept in [packed.len() / 2, packed.len() - 4, packed.len() - 1] {
            let opened = open_stream(&packed[..kept], options(500));
            let seen = opened.all_agree();
            assert_eq!(opened.kinds(), [(Kind::Truncated, None)], "{whole} {kept}");
            if whole == "gzip" {
                assert!(seen.len() > 500, "{} articles of {kept} bytes", seen.len());
            }
            let all = open_stream(text.clone(), options(500)).all_agree();
            assert_eq!(seen, all[..seen.len()]);
        }
    }
    // The trailer alone is cut: all articles are there.
    let packed = gzip(b"{\"id\": \"a\", \"text\": \"t\"}");
    let opened = open_stream(&packed[..packed.len() - 1], options(500));
    assert_eq!(ids(&opened.all_agree()), ["a"]);
    assert_eq!(opened.kinds(), [(Kind::Truncated, None)]);
}

#[test]
fn what_stands_behind_the_end_of_gzip_data_is_told_and_the_rest_is_kept() {
    for rubbish in [&b"\0"[..], b"rubbish", &[b'x'; 3000]] {
        let mut packed = gzip(lines(300).as_bytes());
        packed.extend(gzip(lines(200).as_bytes()));
        packed.extend(rubbish);
        let opened = open_stream(packed, options(500));
        assert_eq!(opened.all_agree().len(), 500);
        assert_eq!(opened.kinds(), [(Kind::BrokenCompression, None)]);
        let reason = &opened.rejected()[0].reason;
        assert!(reason.contains("behind the end of the gzip data"), "{reason}");
    }
}

#[test]
fn damaged_compression_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let mut packed = gzip(lines(3000).as_bytes());
    let middle = packed.len() / 2;
    packed[middle..middle + 50].fill(0x55);
    fs::write(folder.path().join("a.jsonl.gz"), packed).unwrap();
    fs::write(folder.path().join("b.jsonl.gz"), "\u{1f}\u{8}\0\0 not gzip").unwrap();
    fs::write(folder.path().join("c.txt.zst"), "\0 not zstd").unwrap();
    fs::write(folder.path().join("d.txt"), "sound").unwrap();
    let opened = open(&[folder.path().to_owned()], ReadOptions::default());
    assert!(ids(&opened.all_agree()).iter().any(|id| id.ends_with("d.txt")));
    let rejected = opened.rejected();
    for name in ["a.jsonl.gz", "b.jsonl.gz", "c.txt.zst"] {
        let of_file = rejected.iter().filter(|rejection| rejection.input.ends_with(name));
        let file_level: Vec<_> = of_file.filter(|rejection| rejection.line.is_none()).collect();
        assert_eq!(file_level.len(), 1, "{name}: {rejected:?}");
        assert_eq!(file_level[0].kind, Kind::BrokenCompression, "{name}");
    }
}

#[test]
fn a_decompression_bomb_is_left_out() {
    let options =
        || ReadOptions { bomb_limit_bytes: 600_000, record_limit_bytes: 100_000, ..ReadOptions::default() };
    let good = "{\"id\": \"good\", \"text\": \"t\"}\n";
    for filling in ["\0", "\n", "{}\n", "x\n"] {
        let bomb =
            [good.as_bytes(), &filling.repeat(2_000_000 / filling.len()).into_bytes(), good.as_bytes()]
                .concat();
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.jsonl.gz"), gzip(&bomb)).unwrap();
        fs::write(folder.path().join("b.jsonl.zst"), zstd(&bomb)).unwrap();
        fs::write(folder.path().join("c.jsonl"), good).unwrap();
        fs::write(folder.path().join("d.txt.gz"), gzip(&bomb)).unwrap();
        let opened = open(&[folder.path().to_owned()], options());
        assert_eq!(ids(&opened.all_agree()), ["good"; 3], "{filling:?}");
        let rejected = opened.rejected();
        let mut bombs = rejected.iter().filter(|rejection| rejection.kind == Kind::TooLarge);
        assert!(bombs.next().is_some_and(|bomb| bomb.reason.contains("--bomb-limit")));
        assert!(bombs.next().is_some_and(|bomb| bomb.reason.contains("--bomb-limit")));
        assert!(bombs.next().is_some_and(|bomb| bomb.reason.contains("--record-limit")));
        assert!(bombs.next().is_none());
    }
}

#[test]
fn files_without_an_article_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let files: [(&str, Vec<u8>, Kind); 11] = [
        ("a.txt", vec![], Kind::EmptyFile),
        ("b.jsonl", vec![], Kind::EmptyFile),
        ("c.jsonl", b"\n \n\n".to_vec(), Kind::EmptyFile),
        ("d.jsonl.gz", vec![], Kind::EmptyFile),
        ("e.jsonl.gz", gzip(b""), Kind::EmptyFile),
        ("f.txt", b" \n\t\n".to_vec(), Kind::EmptyText),
        ("g.txt", b"\xEF\xBB\xBF".to_vec(), Kind::EmptyText),
        ("h.txt", b"a\0b".to_vec(), Kind::UnknownEncoding),
        ("i.jsonl", b"\xEF\xBB\xBF".to_vec(), Kind::EmptyFile),
        ("j.txt.zst", vec![], Kind::EmptyFile),
        ("k.txt.gz", gzip(b"cut off here")[..20].to_vec(), Kind::Truncated),
    ];
    for (name, bytes, _) in &files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    let opened = open(&[folder.path().to_owned()], ReadOptions::default());
    assert_eq!(opened.all_agree(), []);
    let rejected = opened.rejected();
    assert_eq!(rejected.len(), files.len());
    for (rejection, (name, _, kind)) in rejected.iter().zip(&files) {
        assert!(rejection.input.ends_with(name));
        assert_eq!(rejection.kind, *kind, "{name}");
    }
}

#[test]
fn an_input_that_is_not_there_is_named_if_others_are() {
    let folder = tempfile::tempdir().unwrap();
    let (here, gone) = (folder.path().join("here.txt"), folder.path().join("gone.txt"));
    fs::write(&here, "text").unwrap();
    fs::create_dir(folder.path().join("folder.txt")).unwrap();
    let opened = open(&[gone.clone(), here], ReadOptions::default());
    assert_eq!(ids(&opened.all_agree()), ["here.txt"]);
    assert_eq!(opened.kinds(), [(Kind::Unreadable, None)]);

    let open =
        |inputs: &[PathBuf]| open_with(inputs, ReadOptions::default(), std::io::empty()).err().unwrap();
    assert!(matches!(open(std::slice::from_ref(&gone)), Error::File { path, .. } if path == gone));
    assert!(matches!(open(&[folder.path().join("folder.txt")]), Error::NothingToRead));
    assert!(matches!(open(&["-".into(), "-".into()]), Error::Usage(_)));
}

#[test]
fn an_input_that_changes_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let changes: [(&str, Vec<u8>, &[u8]); 3] = [
        ("a.jsonl", lines(50).into_bytes(), b"{\"id\": \"new\", \"text\": \"t\"}\n"),
        ("b.txt", b"before".to_vec(), b"afterwards"),
        ("c.jsonl.gz", gzip(lines(50).as_bytes()), b"else"),
    ];
    for (name, before, after) in changes {
        let path = folder.path().join(name);
        // Between listing and the first pass.
        fs::write(&path, &before).unwrap();
        let opened = open(std::slice::from_ref(&path), ReadOptions::default());
        fs::write(&path, after).unwrap();
        assert!(
            matches!(opened.pass(), Err(Error::InputChanged { input }) if input.ends_with(name)),
            "{name}"
        );
        // Between passes.
        fs::write(&path, &before).unwrap();
        let opened = open(std::slice::from_ref(&path), ReadOptions::default());
        let seen = opened.pass().unwrap();
        fs::write(&path, after).unwrap();
        if name != "c.jsonl.gz" {
            assert!(
                matches!(opened.corpus.read(seen[0].location), Err(Error::InputChanged { .. })),
                "{name}"
            );
        }
        assert!(matches!(opened.pass(), Err(Error::InputChanged { .. })), "{name}");
        // During the first pass: the file grows while its articles are taken.
        fs::write(&path, &before).unwrap();
        let opened = open(std::slice::from_ref(&path), ReadOptions::default());
        let grow = |()| {
            fs::write(&path, [&before, after].concat()).unwrap();
            Ok(())
        };
        assert!(matches!(opened.corpus.pass(|_| (), grow), Err(Error::InputChanged { .. })), "{name}");
        fs::write(&path, &before).unwrap();
        let opened = open(std::slice::from_ref(&path), ReadOptions::default());
        opened.pass().unwrap();
        fs::remove_file(&path).unwrap();
        assert!(matches!(opened.pass(), Err(Error::InputChanged { .. })), "{name}");
    }
}

#[test]
fn places_that_were_not_read_are_refused() {
    let opened = open_stream(lines(10), options(100));
    let seen = opened.all_agree();
    for change in 0..4 {
        let mut location = seen[2].location;
        match change {
            0 => location.input = 9,
            1 => location.offset = u64::MAX / 2,
            2 => location.length = u32::MAX,
            _ => location.offset += 1,
        }
        assert!(opened.corpus.read(location).is_err());
    }
}

#[test]
fn a_first_pass_that_was_broken_off_cannot_be_followed() {
    let opened = open_stream(lines(10), options(100));
    let broken_off = opened.corpus.pass(|_| (), |()| Err(Error::Interrupted));
    assert!(matches!(broken_off, Err(Error::Interrupted)));
    assert!(matches!(opened.pass(), Err(Error::Usage(_))));
}

#[test]
fn what_is_packed_by_others_is_named_so() {
    let folder = tempfile::tempdir().unwrap();
    let packed: [(&str, &[u8]); 3] = [
        ("a.jsonl.bz2", b"BZh91AY&SY\x01\x02\x03"),
        ("b.jsonl", b"\xFD7zXZ\0\0\x04"),
        ("c.zip", b"PK\x03\x04\x14\0"),
    ];
    std::fs::write(folder.path().join("good.jsonl"), lines(1)).unwrap();
    for ((name, bytes), by) in packed.into_iter().zip(["bzip2", "xz", "zip"]) {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let opened = open(&[folder.path().join("good.jsonl"), path], options(4096));
        assert_eq!(opened.all_agree().len(), 1);
        assert_eq!(opened.kinds(), [(Kind::UnknownFormat, None)]);
        let reason = &opened.rejected()[0].reason;
        assert!(reason.contains(&format!("compressed by {by}: unpack it")), "{reason}");
        let opened = open_stream(bytes, options(4096));
        assert!(opened.pass().unwrap().is_empty());
        assert_eq!(opened.kinds(), [(Kind::UnknownFormat, None)]);
    }
}

#[test]
fn what_is_no_text_at_all_is_said_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let tar = [b"news.jsonl".as_slice(), &[0; 247], b"ustar\0", &[b'0'; 249], lines(2).as_bytes()].concat();
    let pdf = b"%PDF-1.4\n1 0 obj << /Length 44 >> stream\n".to_vec();
    std::fs::write(folder.path().join("good.jsonl"), lines(1)).unwrap();
    for (name, bytes, says) in [
        ("a.jsonl.gz", gzip(&gzip(lines(3).as_bytes())), "compressed twice"),
        ("a.tar.gz", gzip(&tar), "a tar archive"),
        ("a.tar", tar, "a tar archive"),
        ("a.pdf", pdf, "a PDF"),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, &bytes).unwrap();
        let opened = open(&[folder.path().join("good.jsonl"), path], options(4096));
        assert_eq!(opened.all_agree().len(), 1, "{name}");
        assert_eq!(opened.kinds(), [(Kind::UnknownFormat, None)], "{name}");
        let reason = &opened.rejected()[0].reason;
        assert!(reason.contains(says), "{name}: {reason}");
        let opened = open_stream(bytes, options(4096));
        assert!(opened.pass().unwrap().is_empty(), "{name}");
        assert_eq!(opened.kinds(), [(Kind::UnknownFormat, None)], "{name}");
    }
}
