//! One feed that is followed: asked, read, filed, and asked again.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use tokio::sync::Semaphore;

use super::address::FeedAddress;
use super::book::{FeedBook, version_of};
use super::fetch::{self, FeedFault, Fetched, FetchedBody, Validators};
use super::items::{ItemFate, id_of};
use super::pace;
use crate::article::Article;
use crate::index::QuerySettings;
use crate::read::{ReadOptions, RejectionKind};
use crate::serve::api::{answers, checked};
use crate::serve::intake::{self, FileStamp, IntakePiece};
use crate::serve::metrics::{FeedFigures, ItemCounts, PollOutcome};
use crate::serve::problem::Problem;
use crate::serve::state::App;

/// Between two looks at a file, and at whether the server is about to end.
const LOOK: Duration = Duration::from_millis(500);

/// Follows one feed.
pub struct Follower {
    app: Arc<App>,
    address: FeedAddress,
    name: String,
    owner: String,
    book: Arc<FeedBook>,
    places: Arc<Semaphore>,
    settings: Arc<QuerySettings>,
    failures: u32,
    /// Items without a text are told of once.
    has_told_of_summaries: bool,
    /// A file as it was when it was read last.
    read: Option<FileStamp>,
}

/// A poll that came to its end.
struct PollEnd {
    outcome: PollOutcome,
    items: ItemCounts,
}

impl Follower {
    pub fn new(app: Arc<App>, address: FeedAddress, book: Arc<FeedBook>, places: Arc<Semaphore>) -> Self {
        let settings = Arc::new(app.settings.query.clone());
        let (name, owner) = (address.name(), address.owner());
        // it is listed before it was ever asked
        app.shared.metrics.feed(&name, |_| ());
        Follower {
            app,
            address,
            name,
            owner,
            book,
            places,
            settings,
            failures: 0,
            has_told_of_summaries: false,
            read: None,
        }
    }

    /// Until the server is about to end.
    pub async fn follow(mut self, every: Duration) {
        let mut rest = pace::first_rest(every, pace::random());
        loop {
            self.sleep(rest).await;
            if self.app.is_stopping() {
                return;
            }
            let wish = match self.poll().await {
                Ok(end) => {
                    self.went_well(&end);
                    None
                }
                // it is no fault of the feed
                Err(_) if self.app.is_stopping() => return,
                Err(fault) => {
                    self.went_wrong(&fault);
                    fault.retry_after
                }
            };
            rest = pace::rest(every, self.failures, wish, pace::random());
        }
    }

    /// Until the time is over, or a file has changed and lies still, or the server is about to end.
    async fn sleep(&self, rest: Duration) {
        let until = Instant::now() + rest;
        let mut before = None;
        while !self.app.is_stopping() {
            if let FeedAddress::File(path) = &self.address {
                let now = stamp(path).await;
                if now.is_some() && now == before && now != self.read {
                    return;
                }
                before = now;
            }
            let left = until.saturating_duration_since(Instant::now());
            // what has not changed need not be read, and what is missing is told once
            let is_waiting = matches!(self.address, FeedAddress::File(_)) && before.is_some();
            if left.is_zero() && !is_waiting {
                return;
            }
            tokio::time::sleep(if left.is_zero() { LOOK } else { left.min(LOOK) }).await;
        }
    }

    async fn poll(&mut self) -> Result<PollEnd, FeedFault> {
        let places = self.places.clone();
        let _place = places.acquire().await.map_err(|_| FeedFault::new("the server is about to end"))?;
        let Some(body) = self.fetched().await? else {
            return Ok(PollEnd { outcome: PollOutcome::Unchanged, items: ItemCounts::default() });
        };
        let items = self.take(&body).await;
        let items = match items {
            Ok(items) => items,
            Err((items, fault)) => {
                self.app.shared.metrics.feed(&self.name, |figures| figures.items.add(&items));
                return Err(fault);
            }
        };
        if body.validators != Validators::default() {
            let (book, name, validators) = (self.book.clone(), self.key(), body.validators.clone());
            self.aside(move || book.keep_validators(&name, &validators)).await?;
        }
        Ok(PollEnd { outcome: PollOutcome::Taken, items })
    }

    /// The feed as it is now; `None` where it is as it was.
    async fn fetched(&mut self) -> Result<Option<FetchedBody>, FeedFault> {
        let limits = self.app.settings.limits.clone();
        let fetched = match self.address.clone() {
            FeedAddress::File(path) => {
                self.read = stamp(&path).await;
                tokio::task::spawn_blocking(move || fetch::copied(&path, &limits).map(Fetched::Body)).await
            }
            FeedAddress::Url(url) => {
                let (book, key) = (self.book.clone(), self.key());
                let known = self.aside(move || book.validators(&key)).await?;
                let fetching = tokio::task::spawn_blocking(move || fetch::fetch(&url, &known, &limits));
                tokio::select! {
                    fetched = fetching => fetched,
                    // who never answers is not waited for
                    () = self.app.stopping() => return Err(FeedFault::new("the server is about to end")),
                }
            }
        };
        match fetched.map_err(|_| FeedFault::new("it could not be asked"))?? {
            Fetched::Unchanged => Ok(None),
            Fetched::Body(body) => Ok(Some(body)),
        }
    }

    /// Files what is new of a feed. What was filed before a fault counts, and is not taken again.
    async fn take(&self, body: &FetchedBody) -> Result<ItemCounts, (ItemCounts, FeedFault)> {
        let limits = &self.app.settings.limits;
        let path = body.file.path();
        let placeholder =
            path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let options = ReadOptions {
            input_format: Some("feed".to_owned()),
            record_limit_bytes: usize::try_from(limits.feed_bytes)
                .unwrap_or(usize::MAX)
                .min(u32::MAX as usize),
            ..ReadOptions::default()
        };
        let mut pieces = intake::pieces(path.to_owned(), options);
        let (mut counts, mut ids) = (ItemCounts::default(), HashSet::new());
        let mut cut = None;
        while let Some(piece) = pieces.recv().await {
            let articles = match piece {
                IntakePiece::Articles(articles) => articles,
                IntakePiece::Fault(fault) => {
                    match fault.kind {
                        Some(RejectionKind::EmptyText) => counts.no_text += 1,
                        Some(RejectionKind::EmptyFile) => {}
                        Some(RejectionKind::Truncated) | None => cut = Some("it breaks off within an item"),
                        Some(_) => counts.unreadable += 1,
                    }
                    continue;
                }
            };
            let mut own = Vec::with_capacity(articles.len());
            for mut article in articles {
                article.id = id_of(&article, &self.name, &placeholder);
                match checked(article, limits) {
                    // of two of one id the first counts: feeds begin with what is new
                    Ok(article) if ids.insert(article.id.clone()) => own.push(article),
                    Ok(_) => counts.seen += 1,
                    Err(_) => counts.unreadable += 1,
                }
            }
            if ids.len() > limits.feed_items {
                return Err((
                    counts,
                    FeedFault::new(format!("it has more than {} items", limits.feed_items)),
                ));
            }
            if let Err(fault) = self.file(own, &mut counts).await {
                return Err((counts, fault));
            }
        }
        match cut {
            Some(reason) => Err((counts, FeedFault::new(reason))),
            None => Ok(counts),
        }
    }

    /// Files those of a batch that are new, and marks them once they are on disk.
    async fn file(&self, articles: Vec<Article>, counts: &mut ItemCounts) -> Result<(), FeedFault> {
        let (fresh, adopted) = self.sifted(articles, counts).await?;
        self.mark(adopted).await?;
        let marks: Vec<Mark> =
            fresh.iter().map(|article| (article.id.clone(), version_of(article))).collect();
        if fresh.is_empty() {
            return Ok(());
        }
        let count = fresh.len() as u64;
        match answers(&self.app, fresh.clone(), self.settings.clone(), true).await {
            Ok(_) => {
                counts.taken += count;
                return self.mark(marks).await;
            }
            Err(problem) if is_passing(&problem) => return Err(FeedFault::new(problem.to_string())),
            Err(_) => {}
        }
        // one of them is at fault: the others are none the worse for it
        for (article, mark) in fresh.into_iter().zip(marks) {
            match answers(&self.app, vec![article], self.settings.clone(), true).await {
                Ok(_) => {
                    counts.taken += 1;
                    self.mark(vec![mark]).await?;
                }
                Err(problem) if is_passing(&problem) => return Err(FeedFault::new(problem.to_string())),
                Err(_) => counts.unreadable += 1,
            }
        }
        Ok(())
    }

    /// Those that are to be filed, and marks of those that the archive holds already.
    async fn sifted(
        &self,
        articles: Vec<Article>,
        counts: &mut ItemCounts,
    ) -> Result<(Vec<Article>, Vec<Mark>), FeedFault> {
        let (book, app, owner) = (self.book.clone(), self.app.clone(), self.owner.clone());
        let told = self.aside(move || {
            let taken = book.taken(&articles)?;
            let snapshot = app.shared.snapshot();
            let told = articles.into_iter().map(|article| {
                let archived = snapshot.article(&article.id)?;
                let fate = ItemFate::of(&article, &owner, taken.get(&article.id), archived.as_ref());
                Ok((fate, article))
            });
            told.collect::<crate::Result<Vec<(ItemFate, Article)>>>()
        });
        let (mut fresh, mut adopted) = (Vec::new(), Vec::new());
        for (fate, article) in told.await? {
            match fate {
                ItemFate::File => fresh.push(article),
                ItemFate::Seen => counts.seen += 1,
                ItemFate::Foreign => counts.foreign += 1,
                ItemFate::Removed => counts.removed += 1,
                ItemFate::Adopt => {
                    counts.seen += 1;
                    adopted.push((article.id.clone(), version_of(&article)));
                }
            }
        }
        Ok((fresh, adopted))
    }

    async fn mark(&self, marks: Vec<Mark>) -> Result<(), FeedFault> {
        if marks.is_empty() {
            return Ok(());
        }
        let (book, owner) = (self.book.clone(), self.owner.clone());
        self.aside(move || book.mark(&owner, &marks)).await
    }

    async fn aside<R: Send + 'static>(
        &self,
        work: impl FnOnce() -> crate::Result<R> + Send + 'static,
    ) -> Result<R, FeedFault> {
        self.app.aside(work).await.map_err(|problem| FeedFault::new(problem.to_string()))
    }

    /// What the book knows the feed by: an address as a whole, since its query tells it from others.
    fn key(&self) -> String {
        match &self.address {
            FeedAddress::Url(url) => url.to_string(),
            FeedAddress::File(_) => self.name.clone(),
        }
    }

    fn went_well(&mut self, end: &PollEnd) {
        self.app.shared.metrics.feed(&self.name, |figures: &mut FeedFigures| {
            figures.polled(end.outcome);
            figures.items.add(&end.items);
        });
        if std::mem::take(&mut self.failures) > 0 {
            self.tell("it answers again");
        }
        match end.items.taken {
            0 => {}
            1 => self.tell("1 article taken"),
            taken => self.tell(&format!("{taken} articles taken")),
        }
        if end.items.no_text > 0 && !std::mem::replace(&mut self.has_told_of_summaries, true) {
            let count = end.items.no_text;
            self.tell(&format!("{count} items have no text, or a summary alone: they are left out"));
        }
    }

    /// A failure is told when it begins, and counted each time.
    fn went_wrong(&mut self, fault: &FeedFault) {
        self.app.shared.metrics.feed(&self.name, |figures| figures.polled(PollOutcome::Failed));
        if self.failures == 0 {
            self.tell(&format!("{}; it is asked again, less and less often", fault.reason));
        }
        self.failures = self.failures.saturating_add(1);
    }

    fn tell(&self, what: &str) {
        self.app.shared.tell(&format!("{}: {what}", self.name));
    }
}

/// An id and the version that was filed.
type Mark = (String, [u8; 32]);

/// Whether the server, and no article, is at fault.
fn is_passing(problem: &Problem) -> bool {
    matches!(problem.status(), StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS)
}

async fn stamp(path: &Path) -> Option<FileStamp> {
    let path = path.to_owned();
    let looked = tokio::task::spawn_blocking(move || std::fs::metadata(path).ok()).await;
    looked.ok().flatten().map(|known| FileStamp::of(&known))
}
