//! The `acl` claim: which paths a token opens.

use std::collections::BTreeMap;

use http::Method;
use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::{AuthError, AuthErrorKind};

/// A pattern of paths: `*` stands for one segment, `**` for any number of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct AclPath(String);

impl AclPath {
    /// Checks a pattern such as `/*/messages/**`.
    ///
    /// # Errors
    /// [`AuthErrorKind::AclPath`] if it does not start with `/`, or holds white space, a control character, `?` or `#`.
    pub fn new(pattern: impl Into<String>) -> Result<Self, AuthError> {
        let pattern = pattern.into();
        let fits = |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '?' | '#');
        if pattern.starts_with('/') && pattern.chars().all(fits) {
            Ok(Self(pattern))
        } else {
            Err(AuthError::new(AuthErrorKind::AclPath))
        }
    }

    /// `/*/messages/**`: every version of the Messages API.
    #[must_use]
    pub fn messages() -> Self {
        Self("/*/messages/**".to_owned())
    }

    /// `/*/dispatch/**`: every version of the Workflows (Dispatch) API.
    #[must_use]
    pub fn dispatch() -> Self {
        Self("/*/dispatch/**".to_owned())
    }

    /// The pattern.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for AclPath {
    type Error = AuthError;

    fn try_from(pattern: String) -> Result<Self, AuthError> {
        Self::new(pattern)
    }
}

impl TryFrom<&str> for AclPath {
    type Error = AuthError;

    fn try_from(pattern: &str) -> Result<Self, AuthError> {
        Self::new(pattern)
    }
}

/// Permissions at a path: all, unless narrowed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AclRule {
    #[serde(with = "names", skip_serializing_if = "Vec::is_empty")]
    methods: Vec<Method>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    filters: Map<String, Value>,
}

impl AclRule {
    /// Everything.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Only these methods.
    #[must_use]
    pub fn methods(mut self, methods: impl IntoIterator<Item = Method>) -> Self {
        self.methods = methods.into_iter().collect();
        self
    }

    /// Only requests whose field `name` is `value`.
    #[must_use]
    pub fn filter(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.filters.insert(name.into(), value.into());
        self
    }
}

/// The paths a token opens; it opens no other.
///
/// ```
/// use messages_auth::jwt::{Acl, AclPath, AclRule};
///
/// let acl = Acl::new()
///     .path(AclPath::messages(), AclRule::new().methods([http::Method::POST]))
///     .path(AclPath::new("/*/users/**")?, AclRule::new());
/// assert_eq!(
///     serde_json::to_string(&acl).unwrap(),
///     r#"{"paths":{"/*/messages/**":{"methods":["POST"]},"/*/users/**":{}}}"#,
/// );
/// let read: Acl = serde_json::from_str(r#"{"paths":{"/*/users/**":{}}}"#).unwrap();
/// assert_eq!(read, Acl::new().path(AclPath::new("/*/users/**")?, AclRule::new()));
/// # Ok::<(), messages_auth::AuthError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acl {
    #[serde(deserialize_with = "rules")]
    paths: BTreeMap<AclPath, AclRule>,
}

/// Reads each rule from an object only: serde reads a struct from a list too, and `[]` would open everything.
fn rules<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<AclPath, AclRule>, D::Error> {
    BTreeMap::<AclPath, Map<String, Value>>::deserialize(deserializer)?
        .into_iter()
        .map(|(path, rule)| {
            let rule = serde_json::from_value(rule.into()).map_err(D::Error::custom)?;
            Ok((path, rule))
        })
        .collect()
}

impl Acl {
    /// No path at all, until some are added.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens a path; a second rule for the same pattern replaces the first.
    #[must_use]
    pub fn path(mut self, pattern: AclPath, rule: AclRule) -> Self {
        self.paths.insert(pattern, rule);
        self
    }
}

/// Methods by their names.
mod names {
    use http::Method;
    use serde::de::{Deserialize, Deserializer, Error};
    use serde::ser::Serializer;

    pub(super) fn serialize<S: Serializer>(
        methods: &[Method],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(methods.iter().map(Method::as_str))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<Method>, D::Error> {
        let names = Vec::<String>::deserialize(deserializer)?;
        if names.is_empty() {
            // An empty list is not written, which would mean every method.
            return Err(D::Error::custom("`methods` must not be empty"));
        }
        let is_name = |name: &str| name.bytes().all(|byte| byte.is_ascii_uppercase());
        names
            .iter()
            .map(|name| {
                Method::from_bytes(name.as_bytes())
                    .ok()
                    .filter(|method| is_name(method.as_str()))
                    .ok_or_else(|| D::Error::custom("`methods` must be names such as \"POST\""))
            })
            .collect()
    }
}
