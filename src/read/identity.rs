//! What inputs are, without reading them.

use std::fmt::Write;

use super::corpus::Corpus;
use super::walk::Access;
use xxhash_rust::xxh3::Xxh3;

impl Corpus {
    /// A number that another one follows where files were changed, added or taken away, or are read in
    /// another way: by their names, sizes and times. `None` where an input cannot be read twice.
    pub fn identity(&self) -> Option<u64> {
        let mut hash = Xxh3::new();
        let options = self.options();
        let mut words =
            format!("{:?} {} {}", options.field_names, options.record_limit_bytes, options.bomb_limit_bytes);
        for (number, file) in (0..).zip(&self.files().files) {
            hash.update(words.as_bytes());
            words.clear();
            let access = match &file.access {
                Access::File { stamp, format } => write!(words, "{stamp:?} {format:?}"),
                Access::Bad { kind, reason } => write!(words, "{kind:?} {reason:?}"),
                Access::Stream { .. } => return None,
            };
            access.ok()?;
            write!(words, "{:?} {:?}", self.files().path(number), self.files().id(number)).ok()?;
        }
        hash.update(words.as_bytes());
        Some(hash.digest())
    }
}
