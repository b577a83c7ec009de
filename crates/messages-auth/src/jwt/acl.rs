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

    /// Returns `true` if the whole of `path`, without its query, matches. `**` also matches no segment at all.
    ///
    /// ```
    /// use messages_auth::jwt::AclPath;
    ///
    /// assert!(AclPath::messages().matches("/v1/messages"));
    /// assert!(AclPath::messages().matches("/v1/messages/aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab"));
    /// assert!(!AclPath::messages().matches("/v0.1/dispatch"));
    /// ```
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        let pattern: Vec<&str> = self.0.split('/').collect();
        let path: Vec<&str> = path.split('/').collect();
        let (mut at, mut seen) = (0, 0);
        // The latest `**`, and the first segment that it does not cover: it covers one more whenever the rest does not fit.
        let mut any = None;
        while let Some(segment) = path.get(seen) {
            match pattern.get(at) {
                Some(&"**") => {
                    at += 1;
                    any = Some((at, seen));
                }
                Some(wanted) if wanted == segment || (*wanted == "*" && !segment.is_empty()) => {
                    at += 1;
                    seen += 1;
                }
                _ => {
                    let Some((behind, covered)) = any else {
                        return false;
                    };
                    any = Some((behind, covered + 1));
                    (at, seen) = (behind, covered + 1);
                }
            }
        }
        pattern[at..].iter().all(|rest| *rest == "**")
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

    /// Returns `true` if a request with this method and path, without its query, is allowed as far as paths and methods
    /// decide it. `filters` are not evaluated, since they are about the body.
    #[must_use]
    pub fn allows(&self, method: &Method, path: &str) -> bool {
        self.paths.iter().any(|(pattern, rule)| {
            let methods = &rule.methods;
            pattern.matches(path) && (methods.is_empty() || methods.contains(method))
        })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_one_segment_and_two_are_any_number() {
        for (pattern, path, expected) in [
            ("/*/messages/**", "/v1/messages", true),
            ("/*/messages/**", "/v1/messages/a/b", true),
            ("/*/messages/**", "/v1/messagesx", false),
            ("/*/messages/**", "//messages", false),
            ("/*/messages/**", "/v1/v2/messages", false),
            ("/**", "/v1/messages", true),
            ("/**", "/", true),
            ("/**/messages", "/a/b/messages", true),
            ("/**/messages", "/messages", true),
            ("/**/messages", "/a/messages/b", false),
            ("/**/a/**/b", "/a/x/a/y/b", true),
            ("/**/a/**/b", "/a/x/a/y/c", false),
            ("/v1/messages", "/v1/messages", true),
            ("/v1/messages", "/v1/messages/", false),
            ("/v1/*", "/v1/", false),
            ("/v1/**/**", "/v1", true),
            ("/v*/messages", "/v1/messages", false),
        ] {
            let pattern = AclPath::new(pattern).expect("a pattern");
            assert_eq!(pattern.matches(path), expected, "{pattern:?} {path}");
        }
    }

    #[test]
    fn a_long_pattern_takes_no_longer_than_its_length_times_the_paths() {
        let pattern = AclPath::new("/**/a".repeat(2_000)).expect("a pattern");
        assert!(!pattern.matches(&"/a".repeat(1_000)));
    }

    #[test]
    fn a_rule_without_methods_allows_every_method() {
        let acl = Acl::new()
            .path(AclPath::messages(), AclRule::new().methods([Method::POST]))
            .path(AclPath::dispatch(), AclRule::new());
        assert!(acl.allows(&Method::POST, "/v1/messages"));
        assert!(!acl.allows(&Method::PATCH, "/v1/messages/1"));
        assert!(acl.allows(&Method::PATCH, "/v0.1/dispatch"));
        assert!(!acl.allows(&Method::POST, "/v1/users"));
        assert!(!Acl::new().allows(&Method::POST, "/v1/messages"));
    }
}
