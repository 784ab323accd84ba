//! The one place where a panic is caught: what goes wrong inside one article or one pair costs that one
//! alone.
//!
//! Every stage that looks into texts hands them to its threads through [`guarded`]. A panic in there is a
//! fault of retold, never of the text; it becomes a [`Fault`], which the stage tells as a rejection
//! (`faults.rs`), and the rest is done. That unwinding is on (`panic = "unwind"`) is relied on here alone.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::{Once, OnceLock};

/// Where in the work an article or a pair was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stage {
    /// A line or a file becomes an article.
    Read,
    /// Words, sketch and features of an article.
    FirstPass,
    /// Shingles of a proposed near-duplicate.
    Verify,
    /// Runs of words whose frequency is counted.
    Rarity,
    /// An article is made ready for comparison.
    Prepare,
    /// Evidence and verdict of a pair.
    Judge,
    /// Signals of a labelled pair.
    Measure,
    /// An article is filed in an index.
    File,
    /// An article is asked about, or compared with one of an index.
    Query,
}

impl Stage {
    /// All of them, in the order of the work.
    pub const ALL: [Stage; 9] = [
        Stage::Read,
        Stage::FirstPass,
        Stage::Verify,
        Stage::Rarity,
        Stage::Prepare,
        Stage::Judge,
        Stage::Measure,
        Stage::File,
        Stage::Query,
    ];

    /// One word for it.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Read => "read",
            Stage::FirstPass => "first_pass",
            Stage::Verify => "verify",
            Stage::Rarity => "rarity",
            Stage::Prepare => "prepare",
            Stage::Judge => "judge",
            Stage::Measure => "measure",
            Stage::File => "file",
            Stage::Query => "query",
        }
    }
}

/// A panic that was caught.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The stage of the run in which it was caught.
    pub stage: Stage,
    /// File and line of the source that it came from, where that is known.
    pub place: Option<String>,
    /// Its own words, the first line of them.
    pub said: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "internal error of retold (stage {}", self.stage.name())?;
        if let Some(place) = &self.place {
            write!(f, ", {place}")?;
        }
        write!(f, ": {})", self.said)
    }
}

/// Closes every message about a fault.
pub const REPORT: &str = "please report this, with the text if you may";

/// A fault for tests: the stage, and the id at which it happens, as `RETOLD_FAULT=stage:id`. No text can ask
/// for one.
const FAULT_VARIABLE: &str = "RETOLD_FAULT";

/// What a fault said is cut after this many characters.
const SAID_MAX_CHARS: usize = 160;

thread_local! {
    /// How many barriers this thread is inside of.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
    /// Where the last panic inside a barrier began.
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Does a stage's work on one article or pair. `is_subject` says whether an id is (one of) those the work is
/// about; it is asked only where a test wants a fault.
///
/// What `work` changes must be thrown away, or not matter, where it came to a fault.
///
/// # Errors
/// The fault, where the work panicked.
pub fn guarded<R>(
    stage: Stage,
    is_subject: impl Fn(&str) -> bool,
    work: impl FnOnce() -> R,
) -> Result<R, Fault> {
    keep_quiet_inside();
    let wanted = wanted_fault();
    DEPTH.set(DEPTH.get() + 1);
    let done = panic::catch_unwind(AssertUnwindSafe(|| {
        if let Some((of_stage, id)) = wanted
            && *of_stage == stage.name()
            && is_subject(id)
        {
            panic!("a fault that {FAULT_VARIABLE} asks for");
        }
        work()
    }));
    DEPTH.set(DEPTH.get().saturating_sub(1));
    done.map_err(|payload| Fault { stage, place: PLACE.take(), said: said(&*payload) })
}

/// A panic on its way from one thread to another.
pub struct CarriedPanic(Box<dyn Any + Send>);

impl CarriedPanic {
    /// Goes on with it.
    pub fn resume(self) -> ! {
        panic::resume_unwind(self.0)
    }
}

/// Does work whose panic another thread is to go on with: what no barrier inside it caught.
///
/// # Errors
/// The panic.
pub fn carried<R>(work: impl FnOnce() -> R) -> Result<R, CarriedPanic> {
    panic::catch_unwind(AssertUnwindSafe(work)).map_err(CarriedPanic)
}

/// A panic inside a barrier is told by its stage, and not on standard error as well; all others as before.
fn keep_quiet_inside() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let earlier = panic::take_hook();
        panic::set_hook(Box::new(move |panic| match DEPTH.get() {
            0 => earlier(panic),
            _ => PLACE.set(place(panic)),
        }));
    });
}

fn place(panic: &PanicHookInfo<'_>) -> Option<String> {
    let location = panic.location()?;
    // of another crate no more than its name and what comes behind: where it lies is nobody's business
    let file = location.file().replace('\\', "/");
    let file = match file.rsplit_once("/src/") {
        Some((krate, file)) => format!("{}/src/{file}", krate.rsplit('/').next().unwrap_or_default()),
        None => file,
    };
    Some(format!("{file}:{}", location.line()))
}

fn said(payload: &(dyn Any + Send)) -> String {
    let words = payload.downcast_ref::<&str>().copied();
    let words = words.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no words");
    words.lines().next().unwrap_or_default().chars().take(SAID_MAX_CHARS).collect()
}

fn wanted_fault() -> Option<&'static (String, String)> {
    static WANTED: OnceLock<Option<(String, String)>> = OnceLock::new();
    let read = || {
        let wanted = std::env::var(FAULT_VARIABLE).ok()?;
        wanted.split_once(':').map(|(stage, id)| (stage.to_owned(), id.to_owned()))
    };
    WANTED.get_or_init(read).as_ref()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_a_fault_that_says_where_it_began() {
        let line = line!() + 2;
        let found: Result<(), Fault> =
            guarded(Stage::FirstPass, |_| false, || panic!("nothing left of {}\nsecond line", 7));
        let fault = found.unwrap_err();
        assert_eq!(fault.said, "nothing left of 7");
        assert_eq!(fault.place, Some(format!("src/barrier.rs:{line}")));
        assert_eq!(
            fault.to_string(),
            format!("internal error of retold (stage first_pass, src/barrier.rs:{line}: nothing left of 7)")
        );
    }

    #[test]
    fn a_barrier_inside_another_catches_its_own() {
        let outer = guarded(
            Stage::Judge,
            |_| false,
            || {
                let inner = guarded(Stage::Prepare, |_| false, || panic!("inside"));
                inner.map_err(|fault: Fault| fault.said)
            },
        );
        assert_eq!(outer, Ok(Err::<(), String>("inside".to_owned())));
        assert_eq!(guarded(Stage::Judge, |_| false, || 7), Ok(7));
    }
}
