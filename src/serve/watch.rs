//! A drop folder: each file is taken once, its articles are judged and filed, and it is moved to `done/` or
//! `failed/`.
//!
//! A file is taken once it has lain still (`resting`). Whoever was still writing all the same is not cut short:
//! a file that changed while it was read, or within a minute after it was moved, is read again. A crash leaves
//! a file where it is: it is taken again, and what was filed of it already is filed only once.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::StatusCode;

use super::api::answers;
use super::intake::{self, FileStamp, IntakePiece};
use super::resting::{Resting, listed, stamp_of};
use super::state::App;
use crate::error::{Error, Result};
use crate::read::ReadOptions;

/// Between two looks into the folder, at most.
const LOOK: Duration = Duration::from_millis(500);

/// Folders in a watched one that files are moved to.
const DONE: &str = "done";
const FAILED: &str = "failed";

/// A file that was moved is looked at for so many times the time that it had to lie still.
const LATER_RESTS: u32 = 12;

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
    Err(Error::Usage(format!(
        "{} cannot be watched: it is the archive {}, or lies in it or around it, and files in a watched folder are \
         moved away",
        folder.display(),
        archive.display()
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

/// A file that was moved, and may not have been finished.
struct Moved {
    from: PathBuf,
    place: PathBuf,
    stamp: FileStamp,
    until: Instant,
}

/// What of a watched folder is never taken, in words: folders and links in it, but for those that files are
/// moved to.
fn passed_over(folder: &Path) -> Option<String> {
    let entries = std::fs::read_dir(folder).ok()?.flatten();
    let is_own = |name: &str| [DONE, FAILED].contains(&name) || name.starts_with('.');
    let mut names: Vec<String> = entries
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir() || kind.is_symlink()))
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !is_own(name))
        .collect();
    names.sort();
    let first = names.first()?;
    let more = match names.len() {
        1 => String::new(),
        count => format!(" and {} more", count - 1),
    };
    let folder = folder.display();
    Some(format!("{folder}: folders and links in it are not followed ({first}{more}); files in it are taken"))
}

/// Takes files until the server is about to end.
pub async fn watch(app: Arc<App>, folder: PathBuf) {
    let rest = app.settings.limits.rest_time;
    let mut resting = Resting::new(rest);
    let mut moved: Vec<Moved> = Vec::new();
    let mut is_missing = false;
    if let Some(words) = passed_over(&folder) {
        app.shared.tell(&words);
    }
    while !app.is_stopping() {
        moved.retain(|file| file.until > Instant::now() && is_left(&app, file));
        let now = match listed(&folder) {
            Ok(now) => now,
            Err(error) => {
                if !std::mem::replace(&mut is_missing, true) {
                    app.shared.tell(&error.to_string());
                }
                HashMap::new()
            }
        };
        for (path, stamp) in resting.look(now, Instant::now()) {
            if app.is_stopping() {
                return;
            }
            match take(&app, &folder, &path, stamp).await {
                Ok(Some(place)) => {
                    let until = Instant::now() + rest * LATER_RESTS;
                    let file = Moved { from: path, place, stamp, until };
                    moved.extend(is_left(&app, &file).then_some(file));
                }
                Ok(None) => {}
                Err(error) => app.shared.tell(&error.to_string()),
            }
        }
        tokio::time::sleep(LOOK.min(rest)).await;
    }
}

/// Reads and files a file, and moves it; where to, unless it is to be read again.
async fn take(app: &Arc<App>, folder: &Path, path: &Path, stamp: FileStamp) -> Result<Option<PathBuf>> {
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
                return Ok(None);
            }
            reasons.push(problem.to_string());
        }
    }
    let name = name_of(path);
    if stamp_of(path) != Some(stamp) {
        app.shared.tell(&format!("{name}: it changed while it was read, and is read again"));
        return Ok(None);
    }
    if count == 0 && reasons.is_empty() {
        reasons.push("it holds no article".to_owned());
    }
    let to = if reasons.is_empty() { DONE } else { FAILED };
    let place = put(&folder.join(to), path, &reasons)?;
    let taken = counted(count, "article taken", "articles taken");
    app.shared.tell(&match reasons.len() {
        0 => format!("{name}: {taken}"),
        wrong => format!("{name}: {taken}, {}; {}", counted(wrong, "fault", "faults"), place.display()),
    });
    Ok(Some(place))
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Moves a file, under another name where there is one of its name already, and writes the reasons beside it.
fn put(folder: &Path, path: &Path, reasons: &[String]) -> Result<PathBuf> {
    std::fs::create_dir_all(folder).map_err(|cause| Error::file("create", folder, cause))?;
    let place = free_place(folder, &name_of(path));
    if !reasons.is_empty() {
        let beside = reason_place(&place);
        let text = reasons.join("\n") + "\n";
        std::fs::write(&beside, text).map_err(|cause| Error::file("write", beside, cause))?;
    }
    std::fs::rename(path, &place).map_err(|cause| Error::file("move", path, cause))?;
    Ok(place)
}

fn free_place(folder: &Path, name: &str) -> PathBuf {
    let names = std::iter::once(name.to_owned()).chain((2u32..).map(|copy| format!("{copy}-{name}")));
    let mut free = names.map(|name| folder.join(name)).filter(|place| !place.exists());
    free.next().unwrap_or_else(|| folder.join(name))
}

fn reason_place(place: &Path) -> PathBuf {
    let mut beside = place.as_os_str().to_owned();
    beside.push(".reason.txt");
    beside.into()
}

/// Whether a file that was moved lies there as it was read. One that has changed since goes back into the
/// folder, to be read again.
fn is_left(app: &App, file: &Moved) -> bool {
    match stamp_of(&file.place) {
        Some(stamp) if stamp == file.stamp => return true,
        // somebody has fetched it
        None => return false,
        Some(_) => {}
    }
    let name = name_of(&file.place);
    match put_back(file) {
        Ok(()) => app.shared.tell(&format!("{name}: it changed after it was read, and is read again")),
        Err(error) => app.shared.tell(&error.to_string()),
    }
    false
}

fn put_back(file: &Moved) -> Result<()> {
    let folder = file.from.parent().unwrap_or(Path::new("."));
    let back = free_place(folder, &name_of(&file.from));
    std::fs::rename(&file.place, back).map_err(|cause| Error::file("move", &file.place, cause))?;
    let reason = reason_place(&file.place);
    if reason.exists() {
        std::fs::remove_file(&reason).map_err(|cause| Error::file("remove", reason, cause))?;
    }
    Ok(())
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
