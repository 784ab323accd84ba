use std::io::{self, Read};

use proptest::prelude::*;
use retold::collection::Collection;
use retold::read::{ReadOptions, RejectionKind};

use crate::support::*;

/// A beginning, many bytes of one kind, an end.
struct Huge {
    before: &'static [u8],
    filling: u8,
    count: u64,
    after: &'static [u8],
}

impl Read for Huge {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.before.is_empty() {
            return self.before.read(buffer);
        }
        if self.count > 0 {
            let count = self.count.min(buffer.len() as u64) as usize;
            buffer[..count].fill(self.filling);
            self.count -= count as u64;
            return Ok(count);
        }
        self.after.read(buffer)
    }
}

#[test]
fn a_line_of_a_gibibyte_is_skipped() {
    let before = b"{\"id\": \"a\", \"text\": \"t\"}\n{\"id\": \"long\", \"text\": \"";
    let after = b"\"}\n{\"id\": \"b\", \"text\": \"t\"}\n";
    let input = Huge { before, filling: b'x', count: 1 << 30, after };
    let opened = open_with(&["-".into()], ReadOptions::default(), input).unwrap();
    let seen = opened.all_agree();
    assert_eq!(ids(&seen), ["a", "b"]);
    assert_eq!(seen[1].line, 3);
    assert_eq!(opened.kinds(), [(RejectionKind::LineTooLong, Some(2))]);
}

#[test]
fn every_one_of_many_empty_texts_is_named() {
    let text = "{\"id\":1,\"text\":\"\"}\n".repeat(100_000);
    let opened = open_stream(text, ReadOptions::default());
    assert_eq!(opened.pass().unwrap(), []);
    assert_eq!(opened.rejected().len(), 100_000);
    assert_eq!(opened.rejected().last().unwrap().line, Some(100_000));
}

/// Parts that a hostile file is likely to be made of.
fn part() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        Just(b"{\"id\": \"a\", \"text\": \"b\"}".to_vec()),
        Just(b"{\"id\": 5, \"text\": \"\\u00e9\", \"title\": null}\n".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(b"{\"id\"".to_vec()),
        Just(b"\xEF\xBB\xBF".to_vec()),
        Just(b"\xFF\xFE".to_vec()),
        Just(b"\x1F\x8B\x08\0".to_vec()),
        Just(b"\x28\xB5\x2F\xFD".to_vec()),
        Just("[".repeat(200).into_bytes()),
        proptest::collection::vec(any::<u8>(), 0..40),
    ]
}

fn texts(seen: Vec<Seen>) -> Vec<String> {
    seen.into_iter().map(|seen| seen.article.text).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_bytes_are_read_or_rejected(
        parts in proptest::collection::vec(part(), 0..12),
        packing in 0..4,
        cut in any::<prop::sample::Index>(),
        block_bytes in 1..60_usize,
        record_limit_bytes in 1..100_usize,
    ) {
        let bytes = parts.concat();
        let packed = match packing {
            0 => bytes,
            1 => gzip(&bytes),
            2 => zstd(&bytes),
            _ => { let packed = gzip(&bytes); packed[..cut.index(packed.len())].to_vec() }
        };
        let options = ReadOptions { record_limit_bytes, bomb_limit_bytes: 1000, ..options(block_bytes) };
        let folder = tempfile::tempdir().unwrap();
        let mut outcomes = Vec::new();
        for name in ["x", "x.jsonl", "x.txt", "x.jsonl.gz", "x.txt.gz", "x.jsonl.zst"] {
            std::fs::write(folder.path().join(name), &packed).unwrap();
            let opened = open_with(&[folder.path().join(name)], options.clone(), io::empty());
            let seen = opened.as_ref().map(Opened::all_agree).unwrap_or_default();
            if seen.is_empty() {
                // the only input may be one that is not read at all, which is said at once
                prop_assert!(opened.map_or(true, |opened| !opened.rejected().is_empty()), "{name} says nothing");
            }
            outcomes.push(texts(seen));
        }
        let stream = open_with(&["-".into()], options, io::Cursor::new(packed));
        prop_assert_eq!(&texts(stream.map(|stream| stream.all_agree()).unwrap_or_default()), &outcomes[0]);
    }

    #[test]
    fn block_borders_do_not_show(
        parts in proptest::collection::vec(part(), 0..20),
        block_bytes in 1..200_usize,
        threads in 1..4_usize,
    ) {
        let bytes = parts.concat();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.jsonl");
        std::fs::write(&path, bytes).unwrap();
        let outcome = |block_bytes, threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let opened = open(std::slice::from_ref(&path), options(block_bytes));
                (opened.all_agree(), opened.rejected(), opened.corpus.total_bytes())
            })
        };
        prop_assert_eq!(outcome(block_bytes, threads), outcome(1 << 20, 1));
    }
}
