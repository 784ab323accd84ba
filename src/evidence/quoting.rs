//! Whose words a quotation is: a third party's, or the other article's own.
//!
//! Words that both articles quote are somebody's speech, and so, as a rule, are those that one of them
//! quotes: the other prints them as a block without marks. But where an article names the other's outlet
//! ("the Lowmark Gazette writes: …") and quotes what the other says in its own name, it has taken the other's
//! words.

use crate::evidence::runs::Run;
use crate::evidence::{Prepared, credits};
use crate::normalise::{Text, TokenFlags};

/// How often each of two articles names the other's outlet; who does may quote the other.
#[derive(Clone, Copy, Debug, Default)]
pub struct Quoting {
    pub named_here: usize,
    pub named_there: usize,
}

impl Quoting {
    /// Nobody is named where an outlet is not known, or both articles are of one.
    pub fn of(here: &Prepared, there: &Prepared) -> Quoting {
        match (&here.source, &there.source) {
            (Some(own), Some(other)) if here.is_of_outlet_of(there) == Some(false) => Quoting {
                named_here: credits::times_named(&here.text, other),
                named_there: credits::times_named(&there.text, own),
            },
            _ => Quoting::default(),
        }
    }

    /// The same, seen from the other article.
    pub fn swapped(self) -> Quoting {
        Quoting { named_here: self.named_there, named_there: self.named_here }
    }

    /// Whether a word of a run is somebody's speech.
    pub fn is_speech(self, run: &Run, offset: usize, here: &Text, there: &Text) -> bool {
        let is_quoted = |text: &Text, at: usize| text.tokens[at + offset].flags.has(TokenFlags::QUOTED);
        match (is_quoted(here, run.here), is_quoted(there, run.there)) {
            (true, true) => true,
            (true, false) => self.named_here == 0,
            (false, true) => self.named_there == 0,
            (false, false) => false,
        }
    }
}
