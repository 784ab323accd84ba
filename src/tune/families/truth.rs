//! Reading known trees: JSON lines with `id`, `family`, and `parent` or `parents`.

use std::io::{self, BufRead};

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;

use crate::read::{ShortLineFault, for_each_short_line};

/// A family as a file tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownTree {
    /// Name of its set.
    pub set: String,
    /// Name of the family.
    pub name: String,
    /// Its members, in the file's order.
    pub members: Vec<KnownMember>,
}

/// A member of a family, as a line tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownMember {
    /// Id of the article.
    pub id: String,
    /// Ids of those that it came from.
    pub parents: Vec<String>,
    /// From 1.
    pub line: u64,
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
    /// Lines that were left out, or from which something was.
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

/// Reads all lines; blank ones are skipped, faulty ones are named and skipped, as are parents that their family
/// has no line of, and families in which an article came from itself. `set` is the name of a family's set where
/// its first line has none.
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
        if members.iter().any(|member| member.id == known.id) {
            file.faults.push(TreeFault { line, reason: format!("{:?} is named twice", known.id) });
        } else {
            let parents = known.parent.into_iter().chain(known.parents).collect();
            members.push(KnownMember { id: known.id, parents, line });
        }
    })?;
    let TreeFile { trees, faults } = &mut file;
    for tree in trees.iter() {
        faults.extend(tree.unknown_parents());
    }
    trees.retain(|tree| {
        let circular = tree.circular();
        faults.extend(circular.clone());
        circular.is_none()
    });
    faults.sort_by_key(|fault| fault.line);
    Ok(file)
}

impl KnownTree {
    /// The parents of each member by positions, of members that `is_known`; parents that are no members are
    /// left out.
    pub fn parents(&self, is_known: impl Fn(&str) -> bool) -> (Vec<&str>, Vec<Vec<usize>>) {
        let members: Vec<&KnownMember> = self.members.iter().filter(|member| is_known(&member.id)).collect();
        let place: FxHashMap<&str, usize> =
            members.iter().map(|member| member.id.as_str()).zip(0..).collect();
        let of =
            |parents: &[String]| parents.iter().filter_map(|id| place.get(id.as_str()).copied()).collect();
        let ids = members.iter().map(|member| member.id.as_str()).collect();
        (ids, members.iter().map(|member| of(&member.parents)).collect())
    }

    /// Parents that are no members.
    fn unknown_parents(&self) -> Vec<TreeFault> {
        let ids: FxHashSet<&str> = self.members.iter().map(|member| member.id.as_str()).collect();
        let unknown = self.members.iter().flat_map(|member| {
            let unknown = member.parents.iter().filter(|parent| !ids.contains(parent.as_str()));
            unknown.map(|parent| TreeFault {
                line: member.line,
                reason: format!(
                    "the parent {parent:?} has no line in the family {:?}: it is left out",
                    self.name
                ),
            })
        });
        unknown.collect()
    }

    /// The first member that came from itself, by whatever way: no tree has one.
    fn circular(&self) -> Option<TreeFault> {
        let (_, parents) = self.parents(|_| true);
        // members whose parents are all placed are placed: what is left hangs on a circle
        let mut children: Vec<Vec<usize>> = vec![Vec::new(); parents.len()];
        let mut open: Vec<usize> = parents.iter().map(Vec::len).collect();
        for (member, parents) in parents.iter().enumerate() {
            parents.iter().for_each(|&parent| children[parent].push(member));
        }
        let mut ready: Vec<usize> = (0..open.len()).filter(|&member| open[member] == 0).collect();
        while let Some(placed) = ready.pop() {
            for &child in &children[placed] {
                open[child] -= 1;
                if open[child] == 0 {
                    ready.push(child);
                }
            }
        }
        let first = (0..open.len()).find(|&member| open[member] > 0)?;
        let KnownMember { id, line, .. } = &self.members[first];
        let name = &self.name;
        let reason = format!(
            "{id:?} comes from itself, by its parents or theirs, or from one that does: the family {name:?} is left out"
        );
        Some(TreeFault { line: *line, reason })
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
        assert_eq!(file.faults.iter().map(|fault| fault.line).collect::<Vec<_>>(), [4, 5, 6]);
        let (ids, parents) = file.trees[0].parents(|_| true);
        assert_eq!((file.trees.len(), file.trees[0].set.as_str(), ids), (1, "own", vec!["a", "b", "c"]));
        assert_eq!(parents, [vec![], vec![0], vec![0]]);
        assert_eq!(file.trees[0].parents(|id| id != "a").1, [vec![], Vec::<usize>::new()]);
    }

    #[test]
    fn families_that_are_no_trees_are_named_and_left_out() {
        let line = |id: &str, family: &str, parent: &str| {
            format!("{{\"id\": \"{id}\", \"family\": \"{family}\", \"parents\": [{parent}]}}\n")
        };
        let lines = [
            line("a", "f", ""),
            line("b", "f", "\"a\", \"b\""),
            line("c", "g", "\"d\""),
            line("d", "g", "\"c\""),
            line("a", "h", ""),
            line("b", "h", "\"a\""),
            line("c", "h", "\"b\", \"a\""),
        ];
        let file = read(lines.concat().as_bytes(), "own").unwrap();
        assert_eq!(file.trees.iter().map(|tree| tree.name.as_str()).collect::<Vec<_>>(), ["h"]);
        let told = file.faults.iter().map(|fault| (fault.line, fault.reason.contains("comes from itself")));
        assert_eq!(told.collect::<Vec<_>>(), [(2, true), (3, true)]);
    }
}
