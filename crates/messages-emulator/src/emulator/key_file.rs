//! The private key as a file, for programs that are given a path.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use messages_auth::PrivateKey;
use tempfile::TempDir;

use crate::config::error::StartError;

/// A file in a private directory. Both are removed when this is dropped.
pub(super) struct KeyFile {
    path: PathBuf,
    _directory: TempDir,
}

impl KeyFile {
    pub(super) fn write(key: &PrivateKey) -> Result<Self, StartError> {
        let pem = key.to_pem()?;
        let directory = private_directory().map_err(StartError::KeyFile)?;
        let path = directory.path().join("private.key");
        write_private(&path, pem.as_bytes()).map_err(StartError::KeyFile)?;
        Ok(Self {
            path,
            _directory: directory,
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

#[cfg(unix)]
fn private_directory() -> io::Result<TempDir> {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    tempfile::Builder::new()
        .prefix("messages-emulator-")
        .permissions(Permissions::from_mode(0o700))
        .tempdir()
}

#[cfg(not(unix))]
fn private_directory() -> io::Result<TempDir> {
    tempfile::Builder::new()
        .prefix("messages-emulator-")
        .tempdir()
}

fn write_private(path: &Path, contents: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)?.write_all(contents)
}
