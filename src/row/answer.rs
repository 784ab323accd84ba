//! What is answered of an incoming article: its matches, and where it stands in its family.

use serde::Serialize;

use super::{PairRow, Placement};

/// One line of `flag`, and one answer of `POST /v1/flag` (`schema/flag.json`).
#[derive(Clone, Debug, Serialize)]
pub struct FlagAnswer {
    /// Id of the article that was asked about.
    pub id: String,
    /// The best first.
    pub matches: Vec<PairRow>,
    /// Whether the archive holds it now.
    pub filed: bool,
    /// Where it stands in its family, if that was asked for; of an article without one, `null`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family: Option<Option<Placement>>,
}
