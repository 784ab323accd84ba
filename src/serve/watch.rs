//! A drop folder: each file is taken once, its articles are judged and filed, and it is moved to `done/` or
//! `failed/`.
//!
//! A file is taken once it has not changed between two looks. Names that begin with a dot or end in `.part`
//! or `.tmp` are somebody's who is still writing. A crash leaves the file where it is: it is taken again, and
//! what was filed of it already is filed only once.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;

use super::api::answers;
use super::intake::{self, FileStamp, IntakePiece};
use super::state::App;
use crate::error::{Error, Result};
use crate::read::ReadOptions;

/// Between two looks into the folder.
const LOOK: Duration = Duration::from_millis(500);

/// Whether a folder may be watched beside an archive.
///
/// # Errors
/// [`Error::File`] where the folder cannot be looked into, [`Error::Usage`] where it and the archive are the
/// same or lie in one another: the archive's own files would be taken for what was dropped.
pub fn check(folder: &Path, archive: &Path) -> Result<()> {
    std::fs::read_dir(folder).map_err(|cause| Error::file("look into", folder, cause))?;
    let (watched, held) = (resolved(folder), resolved(archive));
    if !watched.starts_with(&held) && !held.starts_with(&watched) {
        return Ok(());
    }
    let (folder, archive) = (folder.display(), archive.display());
    Err(Error::Usage(format!(
        "{folder} cannot be watched: files that are dropped there are moved away, and it is the archive {archive}, or \
         one of the two lies in the other"
    )))
}

/// A path without links and dots, as far as it exists.
fn resolved(path: &Path) -> PathBuf {
    if let Ok(whole) = path.canonicalize() {
        return whole;
    }
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else { return path.to_owned() };
    let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
    resolved(parent).join(name)
}

/// Takes files until the server is about to end.
pub async fn watch(app: Arc<App>, folder: PathBuf) {
    let mut seen: HashMap<PathBuf, FileStamp> = HashMap::new();
    let mut is_missing = false;
    while !app.is_stopping() {
        let now = match listed(&folder) {
            Ok(now) => now,
            Err(error) => {
                if !std::mem::replace(&mut is_missing, true) {
                    app.shared.tell(&error.to_string());
                }
                HashMap::new()
            }
        };
        let mut resting: Vec<PathBuf> = now
            .iter()
            .filter(|(path, stamp)| seen.get(*path) == Some(stamp))
            .map(|(path, _)| path.clone())
            .collect();
        resting.sort();
        seen = now;
        for path in resting {
            if app.is_stopping() {
                return;
            }
            seen.remove(&path);
            if let Err(error) = take(&app, &folder, &path).await {
                app.shared.tell(&error.to_string());
            }
        }
        tokio::time::sleep(LOOK).await;
    }
}

fn listed(folder: &Path) -> Result<HashMap<PathBuf, FileStamp>> {
    let failed = |cause| Error::file("look into", folder, cause);
    let mut found = HashMap::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_unfinished = name.starts_with('.') || name.ends_with(".part") || name.ends_with(".tmp");
        // a link may lead anywhere
        let Ok(known) = std::fs::symlink_metadata(entry.path()) else { continue };
        if known.is_file() && !is_unfinished {
            found.insert(entry.path(), FileStamp::of(&known));
        }
    }
    Ok(found)
}

async fn take(app: &Arc<App>, folder: &Path, path: &Path) -> Result<()> {
    let mut pieces = intake::pieces(path.to_owned(), ReadOptions::default());
    let settings = Arc::new(app.settings.query.clone());
    let (mut count, mut reasons) = (0, Vec::new());
    while let Some(piece) = pieces.recv().await {
        let articles = match piece {
            IntakePiece::Articles(articles) => articles,
            IntakePiece::Fault(fault) => {
                reasons.push(fault.reason);
                continue;
            }
        };
        count += articles.len();
        if let Err(problem) = answers(app, articles, settings.clone(), true).await {
            if problem.status() == StatusCode::SERVICE_UNAVAILABLE || app.is_stopping() {
                // it stays where it is, for the next start
                return Ok(());
            }
            reasons.push(problem.to_string());
        }
    }
    if count == 0 && reasons.is_empty() {
        reasons.push("it holds no article".to_owned());
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let to = if reasons.is_empty() { "done" } else { "failed" };
    let place = put(&folder.join(to), path, &name, &reasons)?;
    app.shared.tell(&match reasons.len() {
        0 => format!("{name}: {count} articles taken"),
        wrong => format!("{name}: {count} articles taken, {wrong} faults; {}", place.display()),
    });
    Ok(())
}

/// Moves a file, under another name where there is one of its name already, and writes the reasons beside it.
fn put(folder: &Path, path: &Path, name: &str, reasons: &[String]) -> Result<PathBuf> {
    std::fs::create_dir_all(folder).map_err(|cause| Error::file("create", folder, cause))?;
    let names = std::iter::once(name.to_owned()).chain((2u32..).map(|copy| format!("{copy}-{name}")));
    let mut free = names.map(|name| folder.join(name)).filter(|place| !place.exists());
    let place = free.next().unwrap_or_else(|| folder.join(name));
    if !reasons.is_empty() {
        let mut beside = place.clone().into_os_string();
        beside.push(".reason.txt");
        let text = reasons.join("\n") + "\n";
        std::fs::write(&beside, text).map_err(|cause| Error::file("write", PathBuf::from(beside), cause))?;
    }
    std::fs::rename(path, &place).map_err(|cause| Error::file("move", path, cause))?;
    Ok(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_archive_is_not_watched() {
        let home = tempfile::tempdir().unwrap();
        let (archive, drop) = (home.path().join("archive"), home.path().join("drop"));
        std::fs::create_dir_all(archive.join("inner")).unwrap();
        std::fs::create_dir(&drop).unwrap();
        check(&drop, &archive).unwrap();
        check(&drop, &home.path().join("drop-archive")).unwrap();
        let roundabout = drop.join("..").join("archive");
        for (watched, archive) in [
            (&archive, &archive),
            (&roundabout, &archive),
            (&archive.join("inner"), &archive),
            (&home.path().to_owned(), &archive),
            // one that is yet to be made
            (&drop, &drop.join("new/archive")),
        ] {
            let refused = check(watched, archive);
            assert!(matches!(refused, Err(Error::Usage(_))), "{} {refused:?}", watched.display());
        }
        assert!(matches!(check(&home.path().join("none"), &archive), Err(Error::File { .. })));
    }
}
