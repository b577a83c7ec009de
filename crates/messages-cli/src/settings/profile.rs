//! Profiles: named credentials in a private file.

use std::collections::BTreeMap;
use std::env;
use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::private_file;
use crate::exit::Exit;
use crate::failure::Failure;

/// The profile file's contents.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profiles {
    /// The one that is used when none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) active: Option<String>,
    #[serde(default)]
    pub(crate) profiles: BTreeMap<String, Profile>,
}

/// One account, and where it is reached.
#[derive(Default, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Profile {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) api_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) api_secret: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) application_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) private_key_path: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) signature_secret: Option<String>,
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profile")
            .field("endpoint", &self.endpoint)
            .field("application_id", &self.application_id)
            .field("private_key_path", &self.private_key_path)
            .finish_non_exhaustive()
    }
}

impl Profiles {
    /// Reads the file; empty when there is none.
    pub(crate) fn load() -> Result<Self, Failure> {
        let Some(path) = path() else {
            return Ok(Self::default());
        };
        match private_file::read(&path)? {
            None => Ok(Self::default()),
            // The parser's error quotes the line, which may hold a secret: only its place is told.
            Some(text) => toml::from_str(&text).map_err(|error| {
                let at = error.span().map_or(0, |span| span.start);
                let line = text.get(..at).unwrap_or_default().matches('\n').count() + 1;
                Failure::new(
                    Exit::Credentials,
                    format!("{} cannot be understood at line {line}", path.display()),
                )
                .hint("correct that line, or add the profile anew with `messages profile add`")
            }),
        }
    }

    pub(crate) fn store(&self) -> Result<PathBuf, Failure> {
        let path = path().ok_or_else(|| {
            Failure::new(Exit::Other, "there is no folder for the profile file")
                .hint("set HOME, or MESSAGES_CONFIG_DIR to a folder of your own")
        })?;
        let text = toml::to_string(self).map_err(|error| {
            Failure::new(Exit::Other, "the profiles cannot be written").because(error)
        })?;
        private_file::write(&path, &text)?;
        Ok(path)
    }

    /// The profile of a name, or the active one; `None` when none is named and none is active.
    pub(crate) fn select(&self, name: Option<&str>) -> Result<Option<&Profile>, Failure> {
        let Some(name) = name.or(self.active.as_deref()) else {
            return Ok(None);
        };
        match self.profiles.get(name) {
            Some(profile) => Ok(Some(profile)),
            None => Err(
                Failure::new(Exit::Credentials, format!("there is no profile {name}"))
                    .hint("`messages profile list` names them all"),
            ),
        }
    }
}

/// The profile file: `profiles.toml` in the platform's folder for settings.
pub(crate) fn path() -> Option<PathBuf> {
    folder().map(|folder| folder.join("profiles.toml"))
}

fn folder() -> Option<PathBuf> {
    let variable = |name| {
        env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    if let Some(folder) = variable("MESSAGES_CONFIG_DIR") {
        return Some(folder);
    }
    if cfg!(windows) {
        return variable("APPDATA").map(|folder| folder.join("messages"));
    }
    if cfg!(target_os = "macos") {
        return variable("HOME").map(|home| home.join("Library/Application Support/messages"));
    }
    variable("XDG_CONFIG_HOME")
        .filter(|folder| folder.is_absolute())
        .or_else(|| variable("HOME").map(|home| home.join(".config")))
        .map(|folder| folder.join("messages"))
}
