//! Profiles: named credentials in a private file.

use std::collections::BTreeMap;
use std::env;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::de::{DeserializeOwned, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use toml::de::DeTable;
use zeroize::Zeroizing;

use super::private_file;
use crate::error::CommandError;
use crate::exit::Exit;

/// A secret in memory that is overwritten when it is dropped.
pub(crate) type Secret = Zeroizing<String>;

/// A secret that is in the file and was not copied from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Present;

impl<'de> Deserialize<'de> for Present {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Present;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_str<E>(self, _: &str) -> Result<Present, E> {
                Ok(Present)
            }
        }

        deserializer.deserialize_str(Text)
    }
}

/// The profile file's contents. With [`Present`], none of its secrets; with [`Secret`], all of them, for the file to be written
/// again.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profiles<S = Present> {
    /// The one that is used when none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) active: Option<String>,
    #[serde(default = "BTreeMap::new")]
    pub(crate) profiles: BTreeMap<String, Profile<S>>,
}

/// One account, and where it is reached.
#[derive(Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profile<S = Present> {
    /// Its name in the file.
    #[serde(skip)]
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) api_key: Option<String>,
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    pub(crate) api_secret: Option<S>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) application_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) private_key_path: Option<PathBuf>,
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    pub(crate) signature_secret: Option<S>,
}

/// For a type without a default.
fn none<S>() -> Option<S> {
    None
}

impl<S> fmt::Debug for Profiles<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profiles")
            .field("active", &self.active)
            .field("profiles", &self.profiles)
            .finish()
    }
}

impl<S> fmt::Debug for Profile<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profile")
            .field("endpoint", &self.endpoint)
            .field("application_id", &self.application_id)
            .field("private_key_path", &self.private_key_path)
            .finish_non_exhaustive()
    }
}

impl<S: DeserializeOwned> Profiles<S> {
    /// Reads the file; empty when there is none.
    pub(crate) fn load() -> Result<Self, CommandError> {
        match read()? {
            Some((path, text)) => parse(&path, &text),
            None => Ok(Self {
                active: None,
                profiles: BTreeMap::new(),
            }),
        }
    }
}

fn read() -> Result<Option<(PathBuf, Zeroizing<String>)>, CommandError> {
    let Some(path) = path() else {
        return Ok(None);
    };
    let text = private_file::read(&path)?;
    Ok(text.map(|text| (path, text)))
}

fn parse<S: DeserializeOwned>(path: &Path, text: &str) -> Result<Profiles<S>, CommandError> {
    // The parser's error quotes the line, which may hold a secret: only its place is printed.
    let parsed = toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let line = text.get(..at).unwrap_or_default().matches('\n').count() + 1;
        CommandError::new(
            Exit::Credentials,
            format!("{} cannot be understood at line {line}", path.display()),
        )
        .hint("correct that line, or add the profile anew with `messages profile add`")
    });
    let mut profiles: Profiles<S> = parsed?;
    for (name, profile) in &mut profiles.profiles {
        profile.name.clone_from(name);
    }
    Ok(profiles)
}

/// The secrets of a profile.
#[derive(Debug, Clone, Copy)]
pub(super) enum SecretKey {
    Api,
    Signature,
}

impl Profile {
    /// Reads one of the profile's secrets from the file, and no other.
    pub(super) fn secret(&self, key: SecretKey) -> Result<Option<Secret>, CommandError> {
        let (present, key) = match key {
            SecretKey::Api => (self.api_secret, "api_secret"),
            SecretKey::Signature => (self.signature_secret, "signature_secret"),
        };
        if present.is_none() {
            return Ok(None);
        }
        let changed = || {
            let message = "the profile file was changed while it was read";
            CommandError::new(Exit::Credentials, message).hint("run the command again")
        };
        let (path, text) = read()?.ok_or_else(changed)?;
        let profiles: Profiles = parse(&path, &text)?;
        // The secret of another account must not go where this one leads.
        if profiles.profiles.get(&self.name) != Some(self) {
            return Err(changed());
        }
        let table = DeTable::parse(&text).map_err(|_| changed())?;
        let profile = table.get_ref().get("profiles");
        let secret = profile
            .and_then(|profiles| {
                profiles
                    .get_ref()
                    .get(self.name.as_str())?
                    .get_ref()
                    .get(key)
            })
            .and_then(|secret| secret.get_ref().as_str());
        Ok(secret.map(|secret| Zeroizing::new(secret.to_owned())))
    }
}

impl Profiles<Secret> {
    pub(crate) fn store(&self) -> Result<PathBuf, CommandError> {
        let path = path().ok_or_else(|| {
            CommandError::new(Exit::Other, "there is no folder for the profile file")
                .hint("set HOME, or MESSAGES_CONFIG_DIR to a folder of your own")
        })?;
        let text = toml::to_string(self).map(Zeroizing::new).map_err(|error| {
            CommandError::new(Exit::Other, "the profiles cannot be written").because(error)
        })?;
        private_file::write(&path, &text)?;
        Ok(path)
    }
}

impl<S> Profiles<S> {
    /// The profile of a name, or the active one; `None` when none is named and none is active.
    pub(crate) fn select(&self, name: Option<&str>) -> Result<Option<&Profile<S>>, CommandError> {
        let Some(name) = name.or(self.active.as_deref()) else {
            return Ok(None);
        };
        match self.profiles.get(name) {
            Some(profile) => Ok(Some(profile)),
            None => Err(CommandError::new(
                Exit::Credentials,
                format!("there is no profile {name}"),
            )
            .hint("`messages profile list` names them all")),
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
