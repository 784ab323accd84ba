//! What rules hide, counted by reason.

use std::collections::BTreeMap;

use crate::row::Standing;

/// Why a row is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hidden {
    /// One of the outlets is never shown.
    Outlet,
    /// Pairs that stand so are not shown.
    Standing(Standing),
}

impl Hidden {
    /// One word for it.
    pub fn name(self) -> &'static str {
        match self {
            Hidden::Outlet => "outlet",
            Hidden::Standing(standing) => standing.name(),
        }
    }

    /// The reason of that name; `None` where there is none.
    pub fn of_name(name: &str) -> Option<Hidden> {
        let mut all = std::iter::once(Hidden::Outlet).chain(Standing::ALL.map(Hidden::Standing));
        all.find(|hidden| hidden.name() == name)
    }
}

/// How many rows were hidden, by reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct HiddenCounts(pub BTreeMap<&'static str, u64>);

impl HiddenCounts {
    /// One more.
    pub fn add(&mut self, hidden: Hidden) {
        *self.0.entry(hidden.name()).or_default() += 1;
    }

    /// As many more as others counted.
    pub fn add_all(&mut self, others: &HiddenCounts) {
        for (reason, count) in &others.0 {
            *self.0.entry(reason).or_default() += count;
        }
    }

    /// `3 pairs are hidden by the rules: 2 of outlets that are never shown, 1 own`; `None` where there is
    /// none.
    pub fn words(&self) -> Option<String> {
        let all: u64 = self.0.values().sum();
        let reasons: Vec<String> = self
            .0
            .iter()
            .map(|(reason, count)| match *reason {
                "outlet" => format!("{count} of outlets that are never shown"),
                reason => format!("{count} {}", reason.replace('_', ", ")),
            })
            .collect();
        let verb = if all == 1 { "pair is" } else { "pairs are" };
        (all > 0).then(|| format!("{all} {verb} hidden by the rules: {}", reasons.join(", ")))
    }
}
