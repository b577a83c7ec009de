//! The `acl` claim: which paths a token opens.

use std::collections::BTreeMap;

use http::Method;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};

use crate::error::{AuthError, AuthErrorKind};

/// A pattern of paths: `*` stands for one segment, `**` for any number of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

impl TryFrom<&str> for AclPath {
    type Error = AuthError;

    fn try_from(pattern: &str) -> Result<Self, AuthError> {
        Self::new(pattern)
    }
}

/// What may be done at a path: everything, unless narrowed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AclRule {
    methods: Vec<Method>,
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

impl Serialize for AclRule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut rule = serializer.serialize_map(None)?;
        if !self.methods.is_empty() {
            let methods: Vec<&str> = self.methods.iter().map(Method::as_str).collect();
            rule.serialize_entry("methods", &methods)?;
        }
        if !self.filters.is_empty() {
            rule.serialize_entry("filters", &self.filters)?;
        }
        rule.end()
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
/// # Ok::<(), messages_auth::AuthError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Acl(BTreeMap<AclPath, AclRule>);

impl Acl {
    /// No path at all, until some are added.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens a path; a second rule for the same pattern replaces the first.
    #[must_use]
    pub fn path(mut self, pattern: AclPath, rule: AclRule) -> Self {
        self.0.insert(pattern, rule);
        self
    }
}

impl Serialize for Acl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Paths<'a>(&'a BTreeMap<AclPath, AclRule>);

        impl Serialize for Paths<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_map(self.0.iter().map(|(path, rule)| (path.as_str(), rule)))
            }
        }

        let mut acl = serializer.serialize_map(Some(1))?;
        acl.serialize_entry("paths", &Paths(&self.0))?;
        acl.end()
    }
}
