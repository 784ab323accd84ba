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
    /// All of them.
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
    /// All of them.
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
    /// What is said.
    pub decision: Decision,
    /// For [`Decision::NotDerived`], and only there.
    #[serde(default)]
    pub reason: Option<Reason>,
    /// Who says so.
    pub who: String,
    /// In their own words.
    #[serde(default)]
    pub note: Option<String>,
    /// Number of the last event of the match that who decides had seen; `None` where there was none.
    #[serde(default)]
    pub seen: Option<i64>,
}

impl Said {
    /// Longest name of a person, in code points.
    pub const WHO_CHARS_MAX: usize = 200;
    /// Longest note, in code points.
    pub const NOTE_CHARS_MAX: usize = 10_000;

    /// What is wrong with it, if something is.
    pub fn fault(&self) -> Option<String> {
        let excludes = self.decision == Decision::NotDerived;
        if !(1..=Self::WHO_CHARS_MAX).contains(&self.who.chars().count()) {
            return Some(format!("`who` is a name of 1 to {} characters", Self::WHO_CHARS_MAX));
        }
        if self.note.as_ref().is_some_and(|note| note.chars().count() > Self::NOTE_CHARS_MAX) {
            return Some(format!("`note` takes at most {} characters", Self::NOTE_CHARS_MAX));
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
pub struct DecisionEvent {
    /// Rises with each event of the file.
    pub number: i64,
    /// What was said.
    pub decision: Decision,
    /// Why it is no case.
    pub reason: Option<Reason>,
    /// Who said so.
    pub who: String,
    /// In their own words.
    pub note: Option<String>,
    /// When, in UTC.
    pub at: String,
    /// Number of the event that this one takes back.
    pub undoes: Option<i64>,
    /// Whether both texts are still those that it was said of.
    pub is_of_these_texts: bool,
}
