//! The one thread that writes: articles into the index, matches and decisions into the file beside it.
//!
//! What waits is done together: one commit of each for many requests. Matches are noted before the index
//! commits and put in place after it, so that a crash between leaves nothing half. What a request is told has
//! been on disk before.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustc_hash::FxHashSet;
use tokio::sync::mpsc::error::TryRecvError;
use tokio::sync::{mpsc, oneshot};

use super::news::News;
use super::problem::Problem;
use super::shared::Shared;
use crate::article::Article;
use crate::decisions::{DecisionOutcome, DecisionWriter, FiledMatch, Said};
use crate::error::{Error, Result};
use crate::index::{Failures, QuerySettings, Snapshot, TakenIn, Writer};
use crate::progress::NoProgress;
use crate::row::PairRow;

/// Orders that wait before a caller has to.
const WAITING: usize = 256;
/// Orders that are done together.
const GROUP: usize = 128;
/// While a merge goes on, orders and its end are looked for so often.
const LOOK_EVERY: Duration = Duration::from_millis(1);

/// An answer that waits for its commit.
pub type Reply<R> = oneshot::Sender<std::result::Result<R, Problem>>;

/// An article that was held against the archive, and is to be filed.
pub struct JudgedArticle {
    pub article: Article,
    pub rows: Vec<PairRow>,
    /// Articles from this number on were not there yet when it was judged.
    pub as_of: u64,
    pub settings: Arc<QuerySettings>,
}

/// What came of filing one article.
#[derive(Clone, Debug)]
pub struct FilingOutcome {
    pub rows: Vec<PairRow>,
    /// Whether an article of that id was there before.
    pub was_there: bool,
}

/// What is to be written.
pub enum Order {
    /// Articles with their matches, which go to the inbox.
    File(Vec<JudgedArticle>, Reply<Vec<FilingOutcome>>),
    /// An article alone.
    Put(Article, Reply<FilingOutcome>),
    /// Whether there was one.
    Remove(String, Reply<bool>),
    Decide(String, Said, Reply<DecisionOutcome>),
    Compact(Reply<()>),
}

/// Hands orders to the writing thread.
pub type Filer = mpsc::Sender<Order>;

/// Opens the archive for writing, and makes one where there is none; matches that were filed before then stand by
/// the rules of now. The thread ends once every [`Filer`] is gone.
///
/// # Errors
/// What opening the index and the file beside it returns.
pub fn start(
    folder: &Path,
    shared: Arc<Shared>,
    is_stopped: impl Fn() -> bool,
) -> Result<(Filer, JoinHandle<()>)> {
    let (orders, waiting) = mpsc::channel(WAITING);
    let mut filing = Filing::open(folder, shared)?;
    if let Some(open) = &mut filing.open {
        filing.shared.restand(&mut open.desk, open.writer.snapshot(), is_stopped)?;
    }
    let thread = thread::Builder::new()
        .name("filing".to_owned())
        .stack_size(8 << 20)
        .spawn(move || filing.run(waiting))
        .map_err(|cause| Error::file("start", "a thread", cause))?;
    Ok((orders, thread))
}

struct Filing {
    folder: PathBuf,
    /// `None` after a failure, until it is opened again.
    open: Option<OpenArchive>,
    shared: Arc<Shared>,
}

struct OpenArchive {
    writer: Writer,
    desk: DecisionWriter,
}

impl OpenArchive {
    fn new(folder: &Path) -> Result<OpenArchive> {
        let mut writer = Writer::open_or_create(folder)?;
        if writer.snapshot().documents() == 0 {
            // readers find an index from the start
            writer.commit()?;
        }
        let desk = DecisionWriter::beside(folder, &writer)?;
        Ok(OpenArchive { writer, desk })
    }
}

/// Orders that wait, by kind.
#[derive(Default)]
struct WaitingChanges {
    decisions: Vec<(String, Said, Reply<DecisionOutcome>)>,
    files: Vec<(Vec<JudgedArticle>, Reply<Vec<FilingOutcome>>)>,
    puts: Vec<(Article, Reply<FilingOutcome>)>,
    removals: Vec<(String, Reply<bool>)>,
    compactions: Vec<Reply<()>>,
}

/// What a group changes: in memory until it is committed.
#[derive(Default)]
struct Changes {
    found: Vec<FiledMatch>,
    changed: Vec<String>,
    has_filed: bool,
}

impl Filing {
    fn open(folder: &Path, shared: Arc<Shared>) -> Result<Filing> {
        let open = OpenArchive::new(folder)?;
        shared.publish(open.writer.snapshot());
        Ok(Filing { folder: folder.to_owned(), open: Some(open), shared })
    }

    fn run(mut self, mut waiting: mpsc::Receiver<Order>) {
        while let Some(first) = self.next(&mut waiting) {
            let mut group = WaitingChanges::default();
            group.take(first);
            for _ in 1..GROUP {
                let Ok(next) = waiting.try_recv() else { break };
                group.take(next);
            }
            self.shared.metrics.waiting_to_be_filed(waiting.len());
            self.work_on(group);
        }
        // a merge that goes on is left to the next one who opens the archive
        if let Some(open) = self.open.as_mut().filter(|open| open.writer.has_merged()) {
            let _ = open.writer.tidy_beside(TakenIn::WhenDone, &NoProgress);
        }
    }

    /// The next order. While a merge goes on, it is looked whether that is done.
    fn next(&mut self, waiting: &mut mpsc::Receiver<Order>) -> Option<Order> {
        while let Some(open) = self.open.as_mut().filter(|open| open.writer.is_merging()) {
            if !open.writer.has_merged() {
                match waiting.try_recv() {
                    Ok(order) => return Some(order),
                    Err(TryRecvError::Disconnected) => return None,
                    Err(TryRecvError::Empty) => thread::sleep(LOOK_EVERY),
                }
                continue;
            }
            match open.writer.tidy_beside(TakenIn::WhenDone, &NoProgress) {
                Ok(()) => self.shared.publish(open.writer.snapshot()),
                Err(error) => {
                    self.shared.tell_failure(&error);
                    self.open = None;
                }
            }
        }
        waiting.blocking_recv()
    }

    fn work_on(&mut self, group: WaitingChanges) {
        if self.open.is_none() {
            match OpenArchive::new(&self.folder) {
                Ok(open) => {
                    self.shared.publish(open.writer.snapshot());
                    self.open = Some(open);
                }
                Err(error) => {
                    self.shared.tell_failure(&error);
                    return group.refuse();
                }
            }
        }
        let Some(open) = &mut self.open else { return };
        match open.work_on(group, &self.shared) {
            Ok(()) => self.shared.is_well(),
            Err(error) => {
                // only opening again tells what is on disk
                self.shared.tell_failure(&error);
                self.open = None;
            }
        }
    }
}

impl WaitingChanges {
    fn take(&mut self, order: Order) {
        match order {
            Order::File(articles, reply) => self.files.push((articles, reply)),
            Order::Put(article, reply) => self.puts.push((article, reply)),
            Order::Remove(id, reply) => self.removals.push((id, reply)),
            Order::Decide(id, said, reply) => self.decisions.push((id, said, reply)),
            Order::Compact(reply) => self.compactions.push(reply),
        }
    }

    fn refuse(self) {
        fn no<R>(reply: Reply<R>) {
            let unusable = Error::Usage("the archive cannot be written".to_owned());
            let _ = reply.send(Err(Problem::from(Error::file("write", "", std::io::Error::other(unusable)))));
        }
        self.decisions.into_iter().for_each(|(.., reply)| no(reply));
        self.files.into_iter().for_each(|(_, reply)| no(reply));
        self.puts.into_iter().for_each(|(_, reply)| no(reply));
        self.removals.into_iter().for_each(|(_, reply)| no(reply));
        self.compactions.into_iter().for_each(no);
    }
}

impl OpenArchive {
    /// A reply that is dropped unsent tells its caller that nothing is known of the order.
    fn work_on(&mut self, group: WaitingChanges, shared: &Shared) -> Result<()> {
        self.decide(group.decisions, shared)?;
        self.file(group.files, group.puts, shared)?;
        for (id, reply) in group.removals {
            let gone = self.remove(&id, shared)?;
            let _ = reply.send(Ok(gone));
        }
        for reply in group.compactions {
            self.writer.compact(&NoProgress)?;
            shared.publish(self.writer.snapshot());
            // what others removed while no server ran
            for article in self.desk.forget_gone(self.writer.snapshot())? {
                shared.news.tell(News::Removed { article });
            }
            let _ = reply.send(Ok(()));
        }
        Ok(())
    }

    fn decide(&mut self, orders: Vec<(String, Said, Reply<DecisionOutcome>)>, shared: &Shared) -> Result<()> {
        if orders.is_empty() {
            return Ok(());
        }
        let (said, replies): (Vec<(String, Said)>, Vec<Reply<DecisionOutcome>>) =
            orders.into_iter().map(|(id, said, reply)| ((id, said), reply)).unzip();
        let decided = self.desk.decide(&said)?;
        for (((id, _), decided), reply) in said.into_iter().zip(decided).zip(replies) {
            if let DecisionOutcome::Written(event) = &decided {
                shared.news.tell(News::Decision { r#match: id, event: event.clone() });
            }
            let _ = reply.send(Ok(decided));
        }
        Ok(())
    }

    fn file(
        &mut self,
        files: Vec<(Vec<JudgedArticle>, Reply<Vec<FilingOutcome>>)>,
        puts: Vec<(Article, Reply<FilingOutcome>)>,
        shared: &Shared,
    ) -> Result<()> {
        let mut changes = Changes::default();
        let mut done = Vec::with_capacity(files.len());
        for (articles, reply) in files {
            let filed: Result<Vec<FilingOutcome>> =
                articles.into_iter().map(|judged| self.file_one(judged, &mut changes, shared)).collect();
            match filed {
                // the others of the group are none the worse for it
                Err(Error::Internal(fault)) => drop(reply.send(Err(Problem::from(Error::Internal(fault))))),
                filed => done.push((filed?, reply)),
            }
        }
        let mut put = Vec::with_capacity(puts.len());
        for (article, reply) in puts {
            match self.put_one(article, &mut changes) {
                Err(Error::Internal(fault)) => drop(reply.send(Err(Problem::from(Error::Internal(fault))))),
                filed => put.push((filed?, reply)),
            }
        }
        if done.is_empty() && put.is_empty() && !changes.has_filed {
            return Ok(());
        }
        self.commit(&changes, shared)?;
        for (filed, reply) in done {
            let _ = reply.send(Ok(filed));
        }
        for (filed, reply) in put {
            let _ = reply.send(Ok(filed));
        }
        if changes.has_filed {
            self.writer.tidy_beside(TakenIn::WhenDone, &NoProgress)?;
            shared.publish(self.writer.snapshot());
        }
        Ok(())
    }

    fn commit(&mut self, changes: &Changes, shared: &Shared) -> Result<()> {
        let Changes { found, changed, has_filed } = changes;
        let noted = self.desk.note(found)?;
        if *has_filed {
            self.writer.commit()?;
        }
        let changed: Vec<&str> = changed.iter().map(String::as_str).collect();
        self.desk.settle(&noted, &changed)?;
        shared.publish(self.writer.snapshot());
        let ids: FxHashSet<&str> = found.iter().map(|found| found.record.id.as_str()).collect();
        if !ids.is_empty() {
            let mut ids: Vec<String> = ids.into_iter().map(str::to_owned).collect();
            ids.sort_unstable();
            shared.news.tell(News::Matches { ids });
        }
        Ok(())
    }

    fn file_one(
        &mut self,
        judged: JudgedArticle,
        changes: &mut Changes,
        shared: &Shared,
    ) -> Result<FilingOutcome> {
        let JudgedArticle { article, mut rows, as_of, settings } = judged;
        let snapshot = self.writer.snapshot();
        if is_tied_to_newer(&article, &snapshot.since(as_of), &settings)? {
            rows = snapshot.query_in_part(&article, &settings, &Failures::default())?;
            shared.ruled(&mut rows, &article, snapshot)?;
        }
        for row in &rows {
            let other = if row.source == article.id { &row.derived } else { &row.source };
            if let Some(other) = snapshot.article(other)? {
                changes.found.extend(FiledMatch::new(row.clone(), &article, &other));
            }
        }
        let was_there = self.put_one(article, changes)?.was_there;
        Ok(FilingOutcome { rows, was_there })
    }

    fn put_one(&mut self, article: Article, changes: &mut Changes) -> Result<FilingOutcome> {
        let earlier = self.writer.snapshot().article(&article.id)?;
        let was_there = earlier.is_some();
        // asked again, it is there already
        if earlier.as_ref() != Some(&article) {
            if was_there {
                changes.changed.push(article.id.clone());
            }
            self.writer.add(vec![article])?;
            changes.has_filed = true;
        }
        Ok(FilingOutcome { rows: Vec::new(), was_there })
    }

    fn remove(&mut self, id: &str, shared: &Shared) -> Result<bool> {
        // matches first: asked again after a crash, the article is still there to be removed
        let forgotten = self.desk.forget(id)?;
        let removed = self.writer.remove([id])?.removed;
        if removed > 0 {
            self.writer.commit()?;
            shared.publish(self.writer.snapshot());
        }
        if removed + forgotten > 0 {
            shared.news.tell(News::Removed { article: id.to_owned() });
        }
        if removed > 0 {
            self.writer.tidy_beside(TakenIn::WhenDone, &NoProgress)?;
            shared.publish(self.writer.snapshot());
        }
        Ok(removed > 0)
    }
}

/// Whether an article has to do with one that was filed after it was judged: then it is judged again, with
/// all of the archive as its background. What is looked for is wider than what is listed, since a part of the
/// archive is no background.
fn is_tied_to_newer(article: &Article, newer: &Snapshot, settings: &QuerySettings) -> Result<bool> {
    if newer.documents() == 0 {
        return Ok(false);
    }
    let wide = QuerySettings {
        profile: settings.profile.clone(),
        shared: true,
        top: Some(1),
        ..QuerySettings::default()
    };
    Ok(!newer.query_in_part(article, &wide, &Failures::default())?.is_empty())
}
