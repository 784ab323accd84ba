//! What a person may say of a match.

use serde::{Deserialize, Serialize};

/// What is said of a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// The one came from the other, or both from a third text.
    Derived,
    /// No case: the reason says why.
    NotDerived,
    /// A part was taken, beside own reporting.
    Partial,
    /// Takes back the decision that stands; the one before it stands again.
    Undo,
}

impl Decision {
    pub const ALL: [Decision; 4] =
        [Decision::Derived, Decision::NotDerived, Decision::Partial, Decision::Undo];

    /// The word used in files and tables.
    pub fn name(self) -> &'static str {
        match self {
            Decision::Derived => "derived",
            Decision::NotDerived => "not_derived",
            Decision::Partial => "partial",
            Decision::Undo => "undo",
        }
    }

    pub(super) fn of_name(name: &str) -> Option<Decision> {
        Decision::ALL.into_iter().find(|decision| decision.name() == name)
    }
}

/// Why a match is no case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The text was taken by right.
    Licensed,
    /// What both print is somebody's words, with credit.
    CreditedQuotation,
    /// Both are one's own.
    OwnCopy,
    /// Both print a press release.
    PressRelease,
    /// The texts have nothing to do with each other.
    Wrong,
}

impl Reason {
    pub const ALL: [Reason; 5] =
        [Reason::Licensed, Reason::CreditedQuotation, Reason::OwnCopy, Reason::PressRelease, Reason::Wrong];

    /// The word used in files and tables.
    pub fn name(self) -> &'static str {
        match self {
            Reason::Licensed => "licensed",
            Reason::CreditedQuotation => "credited_quotation",
            Reason::OwnCopy => "own_copy",
            Reason::PressRelease => "press_release",
            Reason::Wrong => "wrong",
        }
    }

    pub(super) fn of_name(name: &str) -> Option<Reason> {
        Reason::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

/// A decision as it comes in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    pub decision: Decision,
    /// For [`Decision::NotDerived`], and only there.
    #[serde(default)]
    pub reason: Option<Reason>,
    /// Who says so.
    pub who: String,
    #[serde(default)]
    pub note: Option<String>,
    /// Number of the last event of the match that who decides had seen; `None` where there was none.
    #[serde(default)]
    pub seen: Option<i64>,
}

impl Said {
    /// Longest name of a person, in bytes.
    pub const WHO_BYTES_MAX: usize = 200;
    /// Longest note, in bytes.
    pub const NOTE_BYTES_MAX: usize = 10_000;

    /// What is wrong with it, if something is.
    pub fn fault(&self) -> Option<String> {
        let excludes = self.decision == Decision::NotDerived;
        if self.who.trim().is_empty() || self.who.len() > Self::WHO_BYTES_MAX {
            return Some(format!("`who` is a name of 1 to {} bytes", Self::WHO_BYTES_MAX));
        }
        if self.note.as_ref().is_some_and(|note| note.len() > Self::NOTE_BYTES_MAX) {
            return Some(format!("`note` takes at most {} bytes", Self::NOTE_BYTES_MAX));
        }
        let reasons = || Reason::ALL.map(Reason::name).join(", ");
        match (excludes, self.reason) {
            (true, None) => Some(format!("`not_derived` takes a `reason`: one of {}", reasons())),
            (false, Some(_)) => Some("only `not_derived` takes a `reason`".to_owned()),
            _ => None,
        }
    }
}

/// A decision, or the undoing of one, as it was written down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Rises with each event of the file.
    pub number: i64,
    pub decision: Decision,
    pub reason: Option<Reason>,
    pub who: String,
    pub note: Option<String>,
    /// When, in UTC.
    pub at: String,
    /// Number of the event that this one takes back.
    pub undoes: Option<i64>,
    /// Whether both texts are still those that it was said of.
    pub is_of_these_texts: bool,
}
