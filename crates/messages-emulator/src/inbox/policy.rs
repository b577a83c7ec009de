//! The page's policy: it may run its own scripts, use its own sheets and connect to this emulator only.

use uuid::Uuid;

/// Of a script or a sheet, opened by itself.
pub(super) const OF_ASSETS: &str =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A random word of one response: a script or a sheet without it is foreign.
pub(super) struct Nonce(Uuid);

impl Nonce {
    pub(super) fn random() -> Self {
        Self(Uuid::new_v4())
    }
}

impl std::fmt::Display for Nonce {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.simple().fmt(f)
    }
}

/// Of the page. Modules that a script with the nonce imports have it too. Pictures come from this machine only; mails and
/// other pictures are framed under a policy of their own. With `trusted-types 'none'`, a text cannot become markup anywhere.
pub(super) fn of_page(nonce: &Nonce) -> String {
    format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; \
         img-src 'self' http://127.0.0.1:* http://localhost:*; frame-src 'self'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )
}
