//! Files of any input format as articles, a batch at a time.

use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use tokio::sync::mpsc;

use crate::article::Article;
use crate::collection::Collection;
use crate::error::Error;
use crate::read::{Corpus, ReadOptions, Rejection, RejectionKind};

/// Articles that are judged and filed together.
const AT_A_TIME: usize = 64;

/// Faults of one file that are told.
const FAULTS_MAX: usize = 1_000;

/// What tells that a file has changed: its length, and when it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileStamp(u64, Option<SystemTime>);

impl FileStamp {
    pub fn of(known: &Metadata) -> FileStamp {
        FileStamp(known.len(), known.modified().ok())
    }
}

/// Articles of a file, a batch at a time, or what is wrong with it.
pub enum IntakePiece {
    Articles(Vec<Article>),
    Fault(IntakeFault),
}

/// What was left out of a file, and why.
pub struct IntakeFault {
    /// `None` where the file as a whole is meant.
    pub kind: Option<RejectionKind>,
    pub reason: String,
}

/// Reads a file on a thread that may wait. The reader waits for who takes the pieces: a file of any size
/// takes the memory of a few batches. It ends early once nobody takes them.
pub fn pieces(path: PathBuf, options: ReadOptions) -> mpsc::Receiver<IntakePiece> {
    let (send, pieces) = mpsc::channel(2);
    tokio::task::spawn_blocking(move || read(&path, options, &send));
    pieces
}

fn read(path: &Path, options: ReadOptions, send: &mpsc::Sender<IntakePiece>) {
    let rejections: Arc<Mutex<Vec<Rejection>>> = Arc::default();
    let gone = |_| Error::Interrupted;
    let read = Corpus::open(&[path.to_owned()], options, rejections.clone()).and_then(|corpus| {
        corpus.pass(
            |articles| articles.iter().map(|article| article.to_article()).collect::<Vec<Article>>(),
            |articles| {
                let mut articles = articles.into_iter().peekable();
                while articles.peek().is_some() {
                    let batch = articles.by_ref().take(AT_A_TIME).collect();
                    send.blocking_send(IntakePiece::Articles(batch)).map_err(gone)?;
                }
                Ok(())
            },
        )
    });
    let rejections = std::mem::take(&mut *rejections.lock().unwrap_or_else(PoisonError::into_inner));
    let named = rejections.into_iter().take(FAULTS_MAX).map(|rejection| {
        let line = rejection.line.map(|line| format!("line {line}: ")).unwrap_or_default();
        let reason = format!("{line}{}", rejection.reason);
        IntakeFault { kind: Some(rejection.kind), reason }
    });
    let whole = read.err().map(|error| IntakeFault { kind: None, reason: error.to_string() });
    for fault in named.chain(whole) {
        let _ = send.blocking_send(IntakePiece::Fault(fault));
    }
}
