//! What requests to `retold serve` hold, told by the first byte: articles, pairs, decisions, filters with
//! cursors, rules. What is taken is what it is when it is written and read again; what is not is refused with a
//! client's fault; every filter and cursor that is taken is a question that the file of matches answers.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use retold::decisions::{DecisionWriter, FiledMatch, Files};
use retold::rules::Rules;
use retold::serve::internals::{articles, list, pair, said};
use retold::{Article, compare};

/// A file of three matches.
static HOME: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let home = tempfile::tempdir().expect("a folder");
    let wire = Article::new("wire", "The Orrin dam was closed on Monday after engineers found cracks in its wall.");
    let found = ["a", "b", "c"].map(|id| {
        let print = Article { source: Some(id.to_owned()), ..Article::new(id, format!("{} It was said.", wire.text)) };
        FiledMatch::new(compare(&wire, &print), &print, &wire).expect("a match")
    });
    let mut desk = DecisionWriter::open(home.path(), |_, _| Ok(true)).expect("a file");
    let noted = desk.note(&found).expect("noted");
    desk.settle(&noted, &[]).expect("settled");
    home
});

thread_local! {
    static FILES: Files = Files::open(HOME.path()).expect("readable").expect("there");
}

/// A refusal is the client's fault.
fn refused(status: u16) {
    assert!((400..500).contains(&status), "{status}");
}

fuzz_target!(|bytes: &[u8]| {
    let Some((&kind, rest)) = bytes.split_first() else { return };
    match kind % 6 {
        is_lines @ (0 | 1) => match articles(rest, is_lines == 1) {
            Err(status) => refused(status),
            Ok(taken) => {
                assert!(taken.len() <= 500 && taken.iter().all(|article| !article.text.is_empty()));
                let lines: Vec<String> =
                    taken.iter().map(|article| serde_json::to_string(article).expect("writable")).collect();
                assert_eq!(articles(lines.join("\n").as_bytes(), true).as_ref(), Ok(&taken));
            }
        },
        2 => match pair(rest) {
            Err(status) => refused(status),
            Ok((a, b)) => assert_ne!(a.id, b.id),
        },
        3 => match said(rest) {
            Err(status) => refused(status),
            Ok(taken) => {
                let line = serde_json::to_vec(&taken).expect("writable");
                assert_eq!(said(&line), Ok(taken));
            }
        },
        4 => {
            let Some(asked) = std::str::from_utf8(rest).ok().and_then(list) else { return };
            match asked {
                Err(status) => refused(status),
                Ok((wanted, cursor, limit)) => FILES.with(|files| {
                    let page = files.list(&wanted, cursor.as_deref(), limit).expect("a question it can be asked");
                    let next = page.and_then(|page| page.next);
                    if let Some(next) = next {
                        files.list(&wanted, Some(&next), limit).expect("readable").expect("its own cursor");
                    }
                }),
            }
        }
        _ => {
            if let Ok(text) = std::str::from_utf8(rest) {
                let _ = Rules::parse(text, "rules.toml").map_err(|error| error.to_string());
            }
        }
    }
});
