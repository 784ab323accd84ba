//! The file, its version, and how it is opened.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::error::{Error, Result};

/// Name of the file in the index's folder.
pub const FILE_NAME: &str = "decisions.sqlite";

/// Version of the tables, as `PRAGMA user_version` has it.
pub const VERSION: i64 = 2;

/// Tells the file from those of other programs (`PRAGMA application_id`): "rtld".
const APPLICATION: i64 = 0x7274_6c64;

const TABLES: &str = include_str!("../../schema/decisions.sql");

/// What version 2 added.
const TABLES_2: &str = include_str!("../../schema/decisions_2.sql");

/// How long a reader or the writer waits for a lock that another program holds.
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) fn path_in(folder: &Path) -> PathBuf {
    folder.join(FILE_NAME)
}

/// What SQLite says, about the file.
pub(super) fn failed(path: &Path) -> impl Fn(rusqlite::Error) -> Error + '_ {
    move |cause| Error::file("use", path, std::io::Error::other(cause))
}

/// Opens the file for the one that writes, and makes it where there is none. One of an earlier version gets what
/// it lacks.
pub(super) fn open_or_create(path: &Path) -> Result<Connection> {
    let connection = Connection::open(path).map_err(failed(path))?;
    let sound = || -> rusqlite::Result<i64> {
        connection.busy_timeout(PATIENCE)?;
        // what is removed is overwritten; what is acknowledged is on disk
        connection.pragma_update(None, "secure_delete", "ON")?;
        connection.pragma_update(None, "foreign_keys", "ON")?;
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_query_value(None, "user_version", |row| row.get(0))
    };
    let lacking = match sound().map_err(failed(path))? {
        0 => format!("{TABLES} {TABLES_2} PRAGMA application_id = {APPLICATION};"),
        1 => TABLES_2.to_owned(),
        found => {
            check_version(found, path)?;
            return Ok(connection);
        }
    };
    let batch = format!("BEGIN IMMEDIATE; {lacking} PRAGMA user_version = {VERSION}; COMMIT;");
    connection.execute_batch(&batch).map_err(failed(path))?;
    Ok(connection)
}

/// Opens the file for reading alone, and tells its version; `None` where there is none.
pub(super) fn open_to_read(path: &Path) -> Result<Option<(Connection, i64)>> {
    if !path.exists() {
        return Ok(None);
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(failed(path))?;
    let version = connection
        .busy_timeout(PATIENCE)
        .and_then(|()| connection.pragma_query_value(None, "user_version", |row| row.get(0)));
    let version = version.map_err(failed(path))?;
    check_version(version, path)?;
    Ok(Some((connection, version)))
}

fn check_version(found: i64, path: &Path) -> Result<()> {
    match found {
        1..=VERSION => Ok(()),
        _ => Err(Error::Usage(format!(
            "{} has version {found}, this version of retold reads {VERSION}: use the version that wrote it or a later one",
            path.display()
        ))),
    }
}
