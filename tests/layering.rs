//! The house rule of ARCHITECTURE.md, checked against the code: a room imports nouns and rooms above it,
//! never one below.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms in the order of the table, by the names of their modules.
fn rooms_of_the_table(architecture: &str) -> Vec<String> {
    let rows = architecture.lines().skip_while(|line| !line.starts_with("| room |")).skip(2);
    let rows = rows.take_while(|line| line.starts_with('|'));
    rows.filter_map(|row| row.split('`').nth(1)).map(module_name).collect()
}

/// The nouns that the paragraph above the table names.
fn nouns(architecture: &str) -> BTreeSet<String> {
    let paragraph = architecture.split("\n\n").find(|paragraph| paragraph.starts_with("Shared nouns"));
    let paragraph = paragraph.expect("ARCHITECTURE.md has a paragraph that names the nouns");
    let named = paragraph.split('`').skip(1).step_by(2);
    let files = named.filter(|name| Path::new("src").join(name).exists());
    files.map(module_name).collect()
}

fn module_name(path: &str) -> String {
    path.trim_end_matches('/').trim_end_matches(".rs").to_owned()
}

/// The sources of a module but its tests, with their paths.
fn sources(module: &str) -> Vec<(PathBuf, String)> {
    let mut waiting = vec![Path::new("src").join(module), Path::new("src").join(format!("{module}.rs"))];
    waiting.retain(|path| path.exists());
    let mut found = Vec::new();
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") && !is_test(&path) {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default().to_owned();
            found.push((path, code));
        }
    }
    found
}

/// Whether a file holds tests alone, or what only tests use.
fn is_test(path: &Path) -> bool {
    let name = path.to_string_lossy();
    name.contains("tests") || name.ends_with("sample.rs") && name.contains("report")
}

/// The modules at the root that a source imports or names: `crate::a::…`, `use crate::{a::…, b}`; `retold::`
/// in the command line.
fn imported(code: &str) -> BTreeSet<String> {
    let code: String = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let mut found = BTreeSet::new();
    for root in ["crate::", "retold::"] {
        for (at, _) in code.match_indices(root) {
            let rest = &code[at + root.len()..];
            match rest.strip_prefix('{') {
                Some(group) => found.extend(heads_of_group(group)),
                None => found.extend(word(rest)),
            }
        }
    }
    found
}

fn word(text: &str) -> Option<String> {
    let end =
        text.find(|letter: char| letter != '_' && !letter.is_ascii_alphanumeric()).unwrap_or(text.len());
    (end > 0).then(|| text[..end].to_owned())
}

/// The first words of the items of `{a::{b, c}, d}`, given from behind its first brace.
fn heads_of_group(group: &str) -> Vec<String> {
    let (mut depth, mut item, mut heads) = (0, String::new(), Vec::new());
    for letter in group.chars() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => heads.extend(word(std::mem::take(&mut item).trim())),
            _ if depth == 0 => item.push(letter),
            _ => {}
        }
    }
    heads.extend(word(item.trim()));
    heads
}

fn modules() -> BTreeSet<String> {
    let names = fs::read_dir("src").unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let names = names.map(|name| module_name(&name));
    names.filter(|name| !["lib", "main"].contains(&name.as_str())).collect()
}

#[test]
fn every_module_is_a_room_or_a_noun_of_the_architecture_page() {
    let architecture = fs::read_to_string("ARCHITECTURE.md").unwrap();
    let mut named: BTreeSet<String> = rooms_of_the_table(&architecture).into_iter().collect();
    named.extend(nouns(&architecture));
    assert_eq!(named, modules());
}

#[test]
fn rooms_import_nouns_and_rooms_above_them_alone() {
    let architecture = fs::read_to_string("ARCHITECTURE.md").unwrap();
    let rooms = rooms_of_the_table(&architecture);
    let place: BTreeMap<&str, usize> = rooms.iter().map(String::as_str).zip(0..).collect();
    let known = modules();
    let mut wrong = Vec::new();
    for module in &known {
        // nouns stand above all rooms
        let own = place.get(module.as_str()).copied();
        for (path, code) in sources(module) {
            for other in imported(&code).iter().filter(|other| *other != module && known.contains(*other)) {
                let is_allowed = match (own, place.get(other.as_str())) {
                    (_, None) => true,
                    (None, Some(_)) => false,
                    (Some(own), Some(other)) => other < &own,
                };
                if !is_allowed {
                    wrong.push(format!("{} imports {other}", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "against ARCHITECTURE.md:\n{}", wrong.join("\n"));
}

#[test]
fn nouns_import_no_circle() {
    let architecture = fs::read_to_string("ARCHITECTURE.md").unwrap();
    let nouns = nouns(&architecture);
    let arrows: BTreeMap<&String, BTreeSet<String>> = nouns
        .iter()
        .map(|noun| {
            let all = sources(noun).into_iter().flat_map(|(_, code)| imported(&code));
            (noun, all.filter(|other| other != noun && nouns.contains(other)).collect())
        })
        .collect();
    // what imports nothing that is left is taken away, until nothing is left
    let mut left: BTreeSet<&String> = nouns.iter().collect();
    while !left.is_empty() {
        let before = left.len();
        let free: Vec<&String> = left
            .iter()
            .copied()
            .filter(|noun| arrows[*noun].iter().all(|other| !left.contains(other)))
            .collect();
        free.iter().for_each(|noun| {
            left.remove(*noun);
        });
        assert!(left.len() < before, "nouns that import one another in a circle: {left:?}");
    }
}

#[test]
fn imports_are_told_in_all_their_forms() {
    let code = "use crate::read::Corpus;\nuse crate::{align::{A, b::C}, error};\n// crate::index\nlet x = crate::judge::cut();";
    let expected = ["align", "error", "judge", "read"].map(str::to_owned);
    assert_eq!(imported(code), BTreeSet::from(expected));
}
