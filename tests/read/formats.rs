//! What every input format must hold to, checked on a sample of each.

use std::path::PathBuf;

use proptest::prelude::*;
use retold::read::{ReadOptions, RejectionKind};

use super::samples::{STORIES, Sample, samples};
use super::support::{Opened, Seen, gzip, open, open_stream, options, zstd};

fn written(sample: &Sample, bytes: &[u8], folder: &tempfile::TempDir) -> PathBuf {
    let path = folder.path().join(sample.file);
    std::fs::write(&path, bytes).unwrap();
    path
}

fn read(path: PathBuf) -> (Opened, Vec<Seen>) {
    let opened = open(&[path], options(256 << 10));
    let seen = opened.all_agree();
    (opened, seen)
}

/// Letters and digits alone: white space and typography are a format's own.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

#[test]
fn every_format_gives_the_stories_that_were_written() {
    for sample in samples() {
        let folder = tempfile::tempdir().unwrap();
        let (opened, seen) = read(written(&sample, &sample.bytes, &folder));
        assert!(opened.rejected().is_empty(), "{}: {:?}", sample.file, opened.rejected());
        assert_eq!(seen.len(), sample.stories.len(), "{}", sample.file);
        for (seen, story) in seen.iter().zip(&STORIES[sample.stories.clone()]) {
            let article = &seen.article;
            let is_message = matches!(sample.file, "message.anpa" | "message.iptc" | "page.html");
            assert_eq!(letters(&article.text), letters(&story.text()), "{}", sample.file);
            assert_eq!(article.text.matches("\n\n").count(), 2, "{}: {:?}", sample.file, article.text);
            assert!(article.id.contains(story.name) || is_message, "{}: {}", sample.file, article.id);
            if sample.has_date {
                let seconds = article.unix_seconds();
                let wanted = retold::article::iso_seconds(story.date);
                assert_eq!(seconds, wanted, "{}: {:?}", sample.file, article.date);
                assert_eq!(article.title.as_deref(), Some(story.title), "{}", sample.file);
            } else {
                assert_eq!(article.date, None, "{}: the time of a crawl is no date", sample.file);
            }
            assert!(article.source.is_some(), "{}", sample.file);
        }
    }
}

#[test]
fn containers_streams_and_sizes_of_blocks_change_nothing() {
    let articles =
        |seen: Vec<Seen>| seen.into_iter().map(|seen| (seen.article, seen.line)).collect::<Vec<_>>();
    for sample in samples() {
        let folder = tempfile::tempdir().unwrap();
        let path = written(&sample, &sample.bytes, &folder);
        let wanted = articles(open(std::slice::from_ref(&path), options(256 << 10)).all_agree());
        assert_eq!(
            articles(open(std::slice::from_ref(&path), options(1)).all_agree()),
            wanted,
            "{}",
            sample.file
        );
        for (ending, packed) in [("gz", gzip(&sample.bytes)), ("zst", zstd(&sample.bytes))] {
            let packed_path = folder.path().join(format!("{}.{ending}", sample.file));
            std::fs::write(&packed_path, packed).unwrap();
            let seen = articles(open(&[packed_path], options(1000)).all_agree());
            let texts = |all: &[(retold::article::Article, u64)]| {
                all.iter().map(|(a, _)| a.text.clone()).collect::<Vec<_>>()
            };
            assert_eq!(texts(&seen), texts(&wanted), "{}.{ending}", sample.file);
        }
        let format = sample.file.rsplit('.').next().filter(|ending| matches!(*ending, "csv" | "tsv"));
        let options = ReadOptions { input_format: format.map(str::to_owned), ..ReadOptions::default() };
        let seen = open_stream(sample.bytes.clone(), options).all_agree();
        assert_eq!(seen.len(), wanted.len(), "{} on standard input", sample.file);
    }
}

#[test]
fn a_folder_takes_files_of_all_formats() {
    let folder = tempfile::tempdir().unwrap();
    let mut stories = 0;
    for sample in samples() {
        written(&sample, &sample.bytes, &folder);
        stories += sample.stories.len();
    }
    std::fs::write(folder.path().join("unknown.xml"), "<?xml version=\"1.0\"?><inventory/>").unwrap();
    std::fs::write(folder.path().join("picture.jpg"), b"\xFF\xD8\xFF\xE0").unwrap();
    let opened = open(&[folder.path().into()], options(4096));
    assert_eq!(opened.all_agree().len(), stories);
    assert_eq!(opened.kinds(), [(RejectionKind::UnknownFormat, None)]);
    assert!(opened.rejected()[0].reason.contains("<inventory>"));
    assert_eq!(opened.corpus.skipped_files(), 1);
}

#[test]
fn what_is_cut_off_anywhere_is_read_or_named() {
    for sample in samples() {
        let folder = tempfile::tempdir().unwrap();
        let step = (sample.bytes.len() / 40).max(1);
        for end in (0..sample.bytes.len()).step_by(step) {
            let (opened, seen) = read(written(&sample, &sample.bytes[..end], &folder));
            let rejected = opened.rejected();
            let is_told = !rejected.is_empty() || !seen.is_empty();
            assert!(is_told, "{} cut off at {end}", sample.file);
            assert!(seen.len() <= sample.stories.len());
            assert!(rejected.iter().all(|rejection| !rejection.reason.contains('\n')), "{}", sample.file);
        }
    }
}

#[test]
fn one_bad_row_is_named_and_the_others_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    std::fs::write(&path, "id,text\na,one two\nb,\"three\nfour\"\nc,d,e\nf,\ng,five\n").unwrap();
    let (opened, seen) = read(path);
    assert_eq!(super::support::ids(&seen), ["a", "b", "g"]);
    assert_eq!(opened.kinds(), [(RejectionKind::WrongType, Some(5)), (RejectionKind::EmptyText, Some(6))]);
    assert_eq!(opened.rejected()[1].id.as_deref(), Some("f"));
}

#[test]
fn rows_are_told_by_their_lines_whatever_lines_end_in() {
    for end in ["\n", "\r\n", "\r"] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        let table = "id,text\na,one two\n\nb,\"three\nfour\"\nc,d,e\nf,\n".replace('\n', end);
        std::fs::write(&path, table).unwrap();
        let (opened, seen) = read(path);
        assert_eq!(seen.iter().map(|seen| seen.line).collect::<Vec<_>>(), [2, 4], "{end:?}");
        let kinds = [(RejectionKind::WrongType, Some(6)), (RejectionKind::EmptyText, Some(7))];
        assert_eq!(opened.kinds(), kinds, "{end:?}");
    }
}

#[test]
fn a_table_without_a_text_is_refused_by_its_columns() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    std::fs::write(&path, "key;note\n1;a b c\n").unwrap();
    let (opened, _) = read(path);
    assert_eq!(opened.kinds(), [(RejectionKind::MissingField, None)]);
    assert!(opened.rejected()[0].reason.contains("`key`, `note`"), "{:?}", opened.rejected());
}

#[test]
fn what_is_longer_than_the_limit_is_named_and_not_held() {
    let limited = |file: &str, bytes: Vec<u8>| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(file);
        std::fs::write(&path, bytes).unwrap();
        let options = ReadOptions { record_limit_bytes: 1000, ..options(500) };
        let opened = open(&[path], options);
        let seen = opened.all_agree();
        (opened.kinds().iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), seen.len())
    };
    let long = "word ".repeat(400_000);
    let json = format!("[{{\"id\": 1, \"text\": \"{long}\"}},\n{{\"id\": 2, \"text\": \"short\"}}]");
    assert_eq!(limited("a.json", json.into()), (vec![RejectionKind::TooLarge], 1));
    assert_eq!(limited("a.csv", format!("id,text\n1,\"{long}").into()).0, [RejectionKind::TooLarge]);
    assert_eq!(
        limited("a.xml", format!("<nitf><body>{long}</body></nitf>").into()).0,
        [RejectionKind::TooLarge]
    );
    let feed = format!("<rss><channel><item><title>{long}</title></item></channel></rss>");
    assert_eq!(limited("a.rss", feed.into()).0, [RejectionKind::TooLarge]);
    let record =
        format!("WARC/1.0\r\nWARC-Type: conversion\r\nContent-Length: {}\r\n\r\n{long}\r\n\r\n", long.len());
    let short = "WARC/1.0\r\nWARC-Type: conversion\r\nContent-Length: 5\r\n\r\nshort\r\n\r\n";
    assert_eq!(limited("a.wet", (record + short).into()), (vec![RejectionKind::TooLarge], 1));
}

#[test]
fn entities_of_a_document_are_not_expanded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bomb.xml");
    let bomb = "<?xml version=\"1.0\"?><!DOCTYPE nitf [<!ENTITY a \"ha ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>\
                <nitf><body><body.content><p>&b;</p></body.content></body></nitf>";
    std::fs::write(&path, bomb).unwrap();
    let (opened, seen) = read(path);
    assert!(seen.is_empty());
    assert_eq!(opened.kinds(), [(RejectionKind::BrokenXml, None)]);
}

#[test]
fn an_input_format_that_is_not_known_is_refused() {
    let options = ReadOptions { input_format: Some("papyrus".into()), ..ReadOptions::default() };
    let error = super::support::open_with(&["-".into()], options, std::io::empty()).err().unwrap();
    assert!(error.to_string().contains("nitf"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn damage_is_read_or_named(which in any::<prop::sample::Index>(), flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut samples = samples();
        let position = which.index(samples.len());
        let sample = samples.swap_remove(position);
        let mut bytes = sample.bytes.clone();
        for (at, byte) in flips {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let folder = tempfile::tempdir().unwrap();
        let path = written(&sample, &bytes, &folder);
        let opened = open(&[path], options(4096));
        opened.all_agree();
    }
}
