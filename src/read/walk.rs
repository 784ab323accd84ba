//! From the inputs that the user named to a list of files, in the order in which they are read.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;

use super::RejectionKind;
use super::decompress::sniff_file;
use super::format::{Content, Format};
use super::names::{id_of_path, path_bytes, printable};
use super::stamp::Stamp;
use crate::error::{Error, Result};

/// A folder, file or stream as the user named it.
#[derive(Debug)]
struct Root {
    path: PathBuf,
    /// What the ids below it begin with; empty for the root of the file system.
    id: PathBuf,
}

/// How a file is to be read.
#[derive(Debug)]
pub(super) enum Access {
    /// A regular file, which can be read again.
    File { stamp: Stamp, format: Format },
    /// Standard input, a pipe, a device: can be read once.
    Stream { content: OnceLock<Content> },
    /// Not at all, and why.
    Bad { kind: RejectionKind, reason: String },
}

#[derive(Debug)]
pub(super) struct InputFile {
    root: u32,
    /// Below the root; empty where the root is the file.
    relative: PathBuf,
    pub(super) access: Access,
    /// Set in the first pass where something in it was rejected, of a text file all.
    pub(super) rejected: AtomicBool,
}

impl InputFile {
    /// Whether the user named it, rather than a folder that it lies in.
    pub(super) fn is_root(&self) -> bool {
        self.relative.as_os_str().is_empty()
    }

    pub(super) fn stamp(&self) -> Option<Stamp> {
        match self.access {
            Access::File { stamp, .. } => Some(stamp),
            Access::Stream { .. } | Access::Bad { .. } => None,
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct FileList {
    roots: Vec<Root>,
    pub(super) files: Vec<InputFile>,
    /// Files in folders that are not of a known kind, by the ending of their names.
    pub(super) skipped: BTreeMap<String, u64>,
    /// How the user wants them read.
    wanted: Option<Content>,
}

/// Endings that are told apart, and how long they are: others are told together.
const ENDINGS_MAX: usize = 100;
const ENDING_MAX_BYTES: usize = 16;

/// What is told instead of an ending where a name in a folder is that of no file.
const NO_FILE: &str = "pipe, socket or device";

impl FileList {
    /// # Errors
    /// [`Error::Usage`] if standard input is named twice or there are more than 2³² files.
    pub(super) fn new(inputs: &[PathBuf], wanted: Option<Content>) -> Result<Self> {
        let mut list = FileList { wanted, ..FileList::default() };
        for input in inputs {
            list.add_input(input);
        }
        if list.roots.iter().filter(|root| is_standard_input(&root.path)).count() > 1 {
            return Err(Error::Usage("standard input (-) is named twice".into()));
        }
        if u32::try_from(list.files.len()).is_err() {
            return Err(Error::Usage(format!("{} files are more than one run can take", list.files.len())));
        }
        Ok(list)
    }

    pub(super) fn path(&self, file: u32) -> PathBuf {
        let file = &self.files[file as usize];
        let root = &self.roots[file.root as usize].path;
        // Joining an empty path would add a slash.
        if file.is_root() { root.clone() } else { root.join(&file.relative) }
    }

    pub(super) fn is_standard_input(&self, file: u32) -> bool {
        is_standard_input(&self.roots[self.files[file as usize].root as usize].path)
    }

    /// The file's name for messages.
    pub(super) fn name(&self, file: u32) -> String {
        if self.is_standard_input(file) { "standard input".into() } else { printable(&self.path(file)) }
    }

    /// The file's path from the last component of its root on.
    pub(super) fn below_root(&self, file: u32) -> PathBuf {
        let file = &self.files[file as usize];
        let root = &self.roots[file.root as usize].id;
        // Joining an empty path would add a slash.
        if file.is_root() { root.clone() } else { root.join(&file.relative) }
    }

    /// The id of the article in a text file.
    pub(super) fn id(&self, file: u32) -> String {
        let file = &self.files[file as usize];
        id_of_path(&self.roots[file.root as usize].id.join(&file.relative))
    }

    fn add_input(&mut self, input: &Path) {
        let root = self.roots.len() as u32;
        if is_standard_input(input) {
            self.roots.push(Root { path: input.to_owned(), id: PathBuf::from("stdin") });
            self.push(root, PathBuf::new(), Access::Stream { content: OnceLock::new() });
            return;
        }
        self.roots.push(Root { path: input.to_owned(), id: last_component(input) });
        match fs::metadata(input) {
            Ok(metadata) if metadata.is_dir() => {
                let mut ancestors: Vec<PathBuf> = fs::canonicalize(input).into_iter().collect();
                self.add_folder(root, Path::new(""), &mut ancestors);
            }
            Ok(metadata) if metadata.is_file() => {
                self.push(
                    root,
                    PathBuf::new(),
                    file_access(input, &metadata, Format::of_name(input), self.wanted),
                );
            }
            Ok(_) => self.push(root, PathBuf::new(), Access::Stream { content: OnceLock::new() }),
            Err(error) => self.push(root, PathBuf::new(), cannot_open(input, &error)),
        }
    }

    fn skip(&mut self, name: &Path) {
        let ending = name.extension().map(|ending| format!(".{}", ending.to_string_lossy()));
        let ending = ending.filter(|ending| ending.len() <= ENDING_MAX_BYTES).unwrap_or_default();
        let is_room = self.skipped.len() < ENDINGS_MAX || self.skipped.contains_key(&ending);
        *self.skipped.entry(if is_room { ending } else { String::new() }).or_default() += 1;
    }

    fn push(&mut self, root: u32, relative: PathBuf, access: Access) {
        self.files.push(InputFile { root, relative, access, rejected: AtomicBool::new(false) });
    }

    /// `ancestors` are the folders on the way down, without symbolic links: to meet one of them again is a
    /// loop.
    fn add_folder(&mut self, root: u32, relative: &Path, ancestors: &mut Vec<PathBuf>) {
        let root_path = self.roots[root as usize].path.clone();
        let folder = root_path.join(relative);
        let mut children = match children_of(&folder) {
            Ok(children) => children,
            Err(error) => return self.push(root, relative.to_owned(), cannot_open(&folder, &error)),
        };
        children.sort_by(|a, b| a.order_key.cmp(&b.order_key));
        for child in children {
            let relative = relative.join(&child.name);
            let path = root_path.join(&relative);
            let format = Format::of_name(&child.name);
            let metadata = match &child.metadata {
                Ok(metadata) => metadata,
                Err(error) => {
                    match cannot_open(&path, error) {
                        // A link that leads nowhere, of a name that would not have been read.
                        Access::Bad { kind: RejectionKind::Unreadable, .. } if format.is_none() => {
                            self.skip(&child.name);
                        }
                        access => self.push(root, relative, access),
                    }
                    continue;
                }
            };
            if metadata.is_dir() {
                match real_path(&path, child.is_link, ancestors.last(), &child.name) {
                    Ok(real) if ancestors.contains(&real) => {
                        let reason = "a symbolic link back to a folder that holds it; not followed".into();
                        self.push(root, relative, Access::Bad { kind: RejectionKind::LinkLoop, reason });
                    }
                    Ok(real) => {
                        ancestors.push(real);
                        self.add_folder(root, &relative, ancestors);
                        ancestors.pop();
                    }
                    Err(error) => self.push(root, relative, cannot_open(&path, &error)),
                }
                continue;
            }
            match format {
                format if metadata.is_file() && (format.is_some() || is_told_by_bytes(&path)) => {
                    let access = file_access(&path, metadata, format, self.wanted);
                    self.push(root, relative, access);
                }
                _ if metadata.is_file() => self.skip(&child.name),
                // it could wait for ever
                _ => *self.skipped.entry(NO_FILE.to_owned()).or_default() += 1,
            }
        }
    }
}

struct Child {
    name: PathBuf,
    /// The name as it is ordered: a folder's with `/`, so that whole paths come out in byte order.
    order_key: Vec<u8>,
    is_link: bool,
    /// Of what the name leads to, links followed.
    metadata: io::Result<fs::Metadata>,
}

fn children_of(folder: &Path) -> io::Result<Vec<Child>> {
    let mut children = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = PathBuf::from(entry.file_name());
        if path_bytes(&name).starts_with(b".") {
            continue;
        }
        let is_link = entry.file_type()?.is_symlink();
        let metadata = fs::metadata(entry.path());
        let is_folder = metadata.as_ref().is_ok_and(fs::Metadata::is_dir);
        let mut order_key = path_bytes(&name).to_vec();
        if is_folder {
            order_key.push(b'/');
        }
        children.push(Child { name, order_key, is_link, metadata });
    }
    Ok(children)
}

/// The folder's path without symbolic links; only a link needs to be looked up.
fn real_path(path: &Path, is_link: bool, parent: Option<&PathBuf>, name: &Path) -> io::Result<PathBuf> {
    match parent {
        Some(parent) if !is_link => Ok(parent.join(name)),
        _ => fs::canonicalize(path),
    }
}

/// How a regular file is read: as the user says, or else by its first bytes where they leave no doubt, by its
/// name, or by what its first bytes are likely to be. What it is compressed by its first bytes say.
fn file_access(
    path: &Path,
    metadata: &fs::Metadata,
    named: Option<Format>,
    wanted: Option<Content>,
) -> Access {
    let stamp = Stamp::of(metadata);
    match (sniff_file(path), named) {
        (Ok(sniffed), _) => {
            if let Some(problem) = sniffed.not_read_here() {
                return Access::Bad { kind: problem.kind, reason: problem.reason };
            }
            let container = named.map_or(sniffed.container, |named| sniffed.container_of(named.container));
            let named = named.map(|named| named.content);
            let content = wanted.or(sniffed.told).or(named).unwrap_or(sniffed.likely);
            Access::File { stamp, format: Format { container, content } }
        }
        // nothing of it can be read: as good as not there
        (Err(error), _) if error.kind() == io::ErrorKind::PermissionDenied => cannot_open(path, &error),
        // what is wrong with it is said in its turn
        (Err(_), Some(named)) => {
            let content = wanted.unwrap_or(named.content);
            Access::File { stamp, format: Format { content, ..named } }
        }
        (Err(error), None) => cannot_open(path, &error),
    }
}

/// Whether a file in a folder is read though its name says nothing.
fn is_told_by_bytes(path: &Path) -> bool {
    match sniff_file(path).ok().and_then(|sniffed| sniffed.told) {
        Some(Content::Extracted(format)) => format.get().is_read_by_any_name(),
        _ => false,
    }
}

fn is_standard_input(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn cannot_open(path: &Path, error: &io::Error) -> Access {
    if links_in_a_circle(path) {
        let reason = "symbolic links that lead to each other in a circle".into();
        return Access::Bad { kind: RejectionKind::LinkLoop, reason };
    }
    let reason = match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_symlink() => format!("the symbolic link cannot be followed: {error}"),
        _ => error.to_string(),
    };
    Access::Bad { kind: RejectionKind::Unreadable, reason }
}

/// Follows the links by hand: no portable error says that they go in a circle.
fn links_in_a_circle(path: &Path) -> bool {
    /// The most that Linux follows.
    const MOST_LINKS: usize = 40;
    let mut path = path.to_owned();
    for _ in 0..=MOST_LINKS {
        let Ok(target) = fs::read_link(&path) else { return false };
        path = path.parent().unwrap_or(Path::new("")).join(target);
    }
    true
}

/// The last component of the input's name, found on disk where the name ends in `.` or `..`.
fn last_component(input: &Path) -> PathBuf {
    let named = input.file_name().map(PathBuf::from);
    let real = || fs::canonicalize(input).ok()?.file_name().map(PathBuf::from);
    named.or_else(real).unwrap_or_default()
}
