//! Reading a key file, and what its permissions say.

use std::fs::{File, Metadata};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use zeroize::Zeroizing;

use super::mistake::{KeyMistake, KeyWarning};
use crate::error::AuthError;

/// Most bytes that are read: an RSA key of 8192 bits in PEM form has about 6,000.
const MAX_LEN: usize = 64 * 1024;

/// Longer texts than this, where no file is, are taken for a key that was passed by mistake, and are not repeated in the error.
const LONGEST_PATH_SHOWN: usize = 512;

pub(super) fn read(path: &Path) -> Result<(Zeroizing<Vec<u8>>, Vec<KeyWarning>), AuthError> {
    if is_key_text(path) {
        return Err(KeyMistake::TextAsPath.into());
    }
    let unreadable = |error: io::Error| match error.kind() {
        ErrorKind::NotFound => not_found(path),
        ErrorKind::IsADirectory => AuthError::at_path(KeyMistake::Directory, path, None),
        _ => AuthError::at_path(KeyMistake::Unreadable, path, Some(error)),
    };
    let file = File::open(path).map_err(|error| {
        if path.as_os_str().len() > LONGEST_PATH_SHOWN {
            KeyMistake::TextAsPath.into()
        } else {
            unreadable(error)
        }
    })?;
    let metadata = file.metadata().map_err(unreadable)?;
    if metadata.is_dir() {
        return Err(AuthError::at_path(KeyMistake::Directory, path, None));
    }
    // All the room at once: a vector that grows leaves copies of the key behind.
    let mut contents = Zeroizing::new(Vec::with_capacity(MAX_LEN + 1));
    file.take(MAX_LEN as u64 + 1)
        .read_to_end(&mut contents)
        .map_err(unreadable)?;
    if contents.len() > MAX_LEN {
        return Err(AuthError::at_path(KeyMistake::TooLong, path, None));
    }
    Ok((contents, warnings(&metadata)))
}

/// A relative path is shown with the directory it was looked for in: that is where most people find the mistake.
fn not_found(path: &Path) -> AuthError {
    let shown = std::path::absolute(path);
    AuthError::at_path(KeyMistake::NotFound, shown.as_deref().unwrap_or(path), None)
}

fn is_key_text(path: &Path) -> bool {
    let text = path.to_string_lossy();
    text.contains('\n') || text.contains("-----BEGIN")
}

#[cfg(unix)]
fn warnings(metadata: &Metadata) -> Vec<KeyWarning> {
    use std::os::unix::fs::PermissionsExt;

    // A pipe, as in `<(command)`, has no readers but the two ends.
    let mode = metadata.permissions().mode() & 0o777;
    if metadata.is_file() && mode & 0o077 != 0 {
        vec![KeyWarning::ReadableByOthers { mode }]
    } else {
        Vec::new()
    }
}

#[cfg(not(unix))]
fn warnings(_: &Metadata) -> Vec<KeyWarning> {
    Vec::new()
}
