//! Reading known trees: JSON lines with `id`, `family`, and `parent` or `parents`.

use std::io::{self, BufRead};

use rustc_hash::FxHashMap;
use serde::Deserialize;

use crate::read::{ShortLineFault, for_each_short_line};

/// A family as a file tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownTree {
    /// Name of its set.
    pub set: String,
    /// Name of the family.
    pub name: String,
    /// Ids of members, and of those that each came from.
    pub members: Vec<(String, Vec<String>)>,
}

/// A line that tells nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeFault {
    /// From 1.
    pub line: u64,
    /// What is wrong, in words.
    pub reason: String,
}

/// What a file of known trees holds, in its order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TreeFile {
    /// Families whose tree is known.
    pub trees: Vec<KnownTree>,
    /// Lines that were left out.
    pub faults: Vec<TreeFault>,
}

#[derive(Deserialize)]
struct TruthLine {
    id: String,
    family: String,
    parent: Option<String>,
    #[serde(default)]
    parents: Vec<String>,
    set: Option<String>,
}

/// Reads all lines; blank ones are skipped, faulty ones are named and skipped. `set` is the name of a
/// family's set where its first line has none.
///
/// # Errors
/// What the reader returns.
pub fn read(input: impl BufRead, set: &str) -> io::Result<TreeFile> {
    let mut file = TreeFile::default();
    let mut places: FxHashMap<String, usize> = FxHashMap::default();
    for_each_short_line(input, |line, text| {
        let text = match text {
            Ok(text) => serde_json::from_str::<TruthLine>(text).map_err(|error| error.to_string()),
            Err(ShortLineFault::TooLong { bytes_max }) => Err(format!("longer than {bytes_max} bytes")),
            Err(ShortLineFault::NotUtf8) => Err("not UTF-8".to_owned()),
        };
        let known = match text {
            Ok(known) => known,
            Err(reason) => return file.faults.push(TreeFault { line, reason }),
        };
        let at = *places.entry(known.family.clone()).or_insert_with(|| {
            let (set, name) = (known.set.unwrap_or_else(|| set.to_owned()), known.family);
            file.trees.push(KnownTree { set, name, members: Vec::new() });
            file.trees.len() - 1
        });
        let members = &mut file.trees[at].members;
        if members.iter().any(|(id, _)| *id == known.id) {
            file.faults.push(TreeFault { line, reason: format!("{:?} is named twice", known.id) });
        } else {
            members.push((known.id, known.parent.into_iter().chain(known.parents).collect()));
        }
    })?;
    Ok(file)
}

impl KnownTree {
    /// The parents of each member by positions, of members that `is_known`; parents that are no members are
    /// left out.
    pub fn parents(&self, is_known: impl Fn(&str) -> bool) -> (Vec<&str>, Vec<Vec<usize>>) {
        let members: Vec<&(String, Vec<String>)> =
            self.members.iter().filter(|(id, _)| is_known(id)).collect();
        let place: FxHashMap<&str, usize> = members.iter().map(|(id, _)| id.as_str()).zip(0..).collect();
        let of =
            |parents: &[String]| parents.iter().filter_map(|id| place.get(id.as_str()).copied()).collect();
        let ids = members.iter().map(|(id, _)| id.as_str()).collect();
        (ids, members.iter().map(|(_, parents)| of(parents)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_are_read_line_by_line() {
        let lines = "{\"id\": \"a\", \"family\": \"f\"}\n\n{\"id\": \"b\", \"family\": \"f\", \"parent\": \"a\"}\nno\n\
            {\"id\": \"b\", \"family\": \"f\"}\n{\"id\": \"c\", \"family\": \"f\", \"parents\": [\"a\", \"gone\"]}\n";
        let file = read(lines.as_bytes(), "own").unwrap();
        assert_eq!(file.faults.iter().map(|fault| fault.line).collect::<Vec<_>>(), [4, 5]);
        let (ids, parents) = file.trees[0].parents(|_| true);
        assert_eq!((file.trees.len(), file.trees[0].set.as_str(), ids), (1, "own", vec!["a", "b", "c"]));
        assert_eq!(parents, [vec![], vec![0], vec![0]]);
        assert_eq!(file.trees[0].parents(|id| id != "a").1, [vec![], Vec::<usize>::new()]);
    }
}
