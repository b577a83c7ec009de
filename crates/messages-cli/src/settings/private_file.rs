//! Files that only their owner may read.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use messages_sdk::auth::key::KeyWarning;
use messages_sdk::auth::{AuthError, PrivateKey};
use zeroize::Zeroizing;

use crate::error::CommandError;
use crate::exit::Exit;

/// No profile file is longer than this.
const LEN_MAX: u64 = 1024 * 1024;

/// Reads a private key, and refuses a file that others than its owner can read. Links are followed: secrets are mounted as such.
pub(crate) fn private_key(path: &Path) -> Result<Result<PrivateKey, AuthError>, CommandError> {
    let key = match PrivateKey::from_path(path) {
        Ok(key) => key,
        Err(error) => return Ok(Err(error)),
    };
    let is_shared = |warning: &KeyWarning| matches!(warning, KeyWarning::ReadableByOthers { .. });
    if key.warnings().iter().any(is_shared) {
        return Err(shared(path));
    }
    Ok(Ok(key))
}

/// That others than its owner can read a file, with the command that changes that.
pub(crate) fn shared(path: &Path) -> CommandError {
    let shown = path.display();
    CommandError::new(Exit::Credentials, format!("{shown} can be read by others"))
        .hint(format!("chmod 600 {}", quoted(&shown.to_string())))
}

/// Reads a private file; `None` when there is none.
pub(crate) fn read(path: &Path) -> Result<Option<Zeroizing<String>>, CommandError> {
    let unreadable = CommandError::unreadable(path);
    let file = match open_as(fs::OpenOptions::new().read(true), path, Exit::Credentials)? {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
    };
    let metadata = file.metadata().map_err(unreadable)?;
    if is_shared(&metadata) {
        return Err(shared(path));
    }
    if metadata.len() > LEN_MAX {
        let message = format!("{} is longer than any profile file: 1 MiB", path.display());
        return Err(CommandError::new(Exit::Credentials, message));
    }
    // All the room at once: a string that grows leaves copies of the secrets behind.
    let mut text = Zeroizing::new(String::with_capacity(LEN_MAX as usize + 1));
    file.take(LEN_MAX)
        .read_to_string(&mut text)
        .map_err(unreadable)?;
    Ok(Some(text))
}

/// Locks the file for as long as it is open, so that no other run writes it. Succeeds where files cannot be locked.
pub(crate) fn lock(file: &fs::File, path: &Path) -> Result<(), CommandError> {
    match file.try_lock() {
        Err(fs::TryLockError::WouldBlock) => {
            let message = format!("another run is writing {}", path.display());
            Err(CommandError::new(Exit::Other, message).hint("wait until it has ended, or end it"))
        }
        _ => Ok(()),
    }
}

/// Writes a private file in one step: mode 0600 from its first byte, in a folder of mode 0700.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), CommandError> {
    refuse_link(path, Exit::Credentials)?;
    let unwritable = CommandError::unwritable(path);
    let folder = path.parent().map_or_else(PathBuf::new, Path::to_path_buf);
    create_private_folder(&folder).map_err(unwritable)?;
    // Temporary files are made with mode 0600, whatever the umask.
    let mut file = tempfile::NamedTempFile::new_in(&folder).map_err(unwritable)?;
    file.write_all(text.as_bytes()).map_err(unwritable)?;
    file.as_file().sync_all().map_err(unwritable)?;
    file.persist(path)
        .map_err(|error| unwritable(error.error))?;
    Ok(())
}

/// Opens a regular file, and creates it with mode 0600 if it does not exist. The caller adds the name to the inner
/// error.
///
/// The opened file is checked, not the path: a link that replaces it meanwhile is not followed.
pub(crate) fn open(
    options: &mut fs::OpenOptions,
    path: &Path,
) -> Result<io::Result<fs::File>, CommandError> {
    open_as(options, path, Exit::Other)
}

fn open_as(
    options: &mut fs::OpenOptions,
    path: &Path,
    exit: Exit,
) -> Result<io::Result<fs::File>, CommandError> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        // Opening a pipe without its other end would block.
        options
            .mode(0o600)
            .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
    }
    #[cfg(not(unix))]
    refuse_link(path, exit)?;
    let file = match options.open(path) {
        Ok(file) => file,
        Err(error) => {
            // The system names a link in its own ways.
            refuse_link(path, exit)?;
            return Ok(Err(error));
        }
    };
    match file.metadata() {
        Ok(metadata) if metadata.is_file() => Ok(Ok(file)),
        Ok(_) => {
            let message = format!("{} must be a regular file", path.display());
            Err(CommandError::new(exit, message))
        }
        Err(error) => Ok(Err(error)),
    }
}

/// A link could point to a file chosen by an attacker.
fn refuse_link(path: &Path, exit: Exit) -> Result<(), CommandError> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.file_type().is_symlink() => Err(CommandError::new(
            exit,
            format!("{} is a symbolic link", path.display()),
        )
        .hint("put the file itself there")),
        _ => Ok(()),
    }
}

#[cfg(unix)]
fn is_shared(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o077 != 0
}

#[cfg(not(unix))]
fn is_shared(_: &fs::Metadata) -> bool {
    false
}

#[cfg(unix)]
fn create_private_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

#[cfg(not(unix))]
fn create_private_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

/// A path, quoted for a shell.
fn quoted(path: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:@".contains(c);
    if path.chars().all(plain) {
        path.to_owned()
    } else {
        format!("'{}'", path.replace('\'', r"'\''"))
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{MetadataExt as _, symlink};
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    /// An attacker who replaces a file by a link again and again.
    #[test]
    fn a_link_that_takes_the_place_of_a_file_is_not_followed()
    -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let [victim, path, link, file] =
            ["victim", "path", "link", "file"].map(|name| folder.path().join(name));
        fs::write(&victim, "theirs")?;
        let place = fs::metadata(&victim)?.ino();
        let is_over = AtomicBool::new(false);
        let (mut opened, mut followed) = (0, 0);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    let _ = fs::write(&file, "").and_then(|()| fs::rename(&file, &path));
                    let _ = symlink(&victim, &link).and_then(|()| fs::rename(&link, &path));
                }
            });
            for _ in 0..20_000 {
                if let Ok(Ok(file)) = open(fs::OpenOptions::new().append(true).create(true), &path)
                {
                    opened += 1;
                    followed += u32::from(file.metadata().is_ok_and(|file| file.ino() == place));
                }
            }
            is_over.store(true, Ordering::Relaxed);
        });
        assert!(opened > 0);
        assert_eq!(followed, 0, "of {opened}");
        Ok(())
    }
}
