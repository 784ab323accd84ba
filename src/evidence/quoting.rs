//! Whose words a quotation is: a third party's, or the other article's own.
//!
//! Words that both articles quote are somebody's speech, and so, as a rule, are those that one of them quotes: the other prints
//! them as a block without marks. But where an article names the other's outlet ("the Lowmark Gazette writes: …") and quotes
//! what the other says in its own name, it has taken the other's words.

use crate::evidence::runs::Run;
use crate::evidence::{Prepared, credits};
use crate::normalise::{Text, TokenFlags};

/// Which of two articles quotes the other, as far as it names the other's outlet.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Quoting {
    here: bool,
    there: bool,
}

impl Quoting {
    /// Nobody quotes where an outlet is not known, or both articles are of one.
    pub fn of(here: &Prepared, there: &Prepared) -> Quoting {
        match (&here.source, &there.source) {
            (Some(own), Some(other)) if credits::outlet(own) != credits::outlet(other) => Quoting {
                here: credits::times_named(&here.text, other) > 0,
                there: credits::times_named(&there.text, own) > 0,
            },
            _ => Quoting::default(),
        }
    }

    /// The same, seen from the other article.
    pub fn swapped(self) -> Quoting {
        Quoting { here: self.there, there: self.here }
    }

    /// Whether this article names the other's outlet.
    pub fn quotes(self) -> bool {
        self.here
    }

    /// Whether a word of a run is somebody's speech.
    pub fn is_speech(self, run: &Run, offset: usize, here: &Text, there: &Text) -> bool {
        let is_quoted = |text: &Text, at: usize| text.tokens[at + offset].flags.has(TokenFlags::QUOTED);
        match (is_quoted(here, run.here), is_quoted(there, run.there)) {
            (true, true) => true,
            (true, false) => !self.here,
            (false, true) => !self.there,
            (false, false) => false,
        }
    }
}
