//! Tokens that an application signs its requests with: RS256, as the API documentation describes them.
//!
//! [`TokenSource`] is what a client uses: it mints a token when one is needed and shares it among all threads.
//! [`Claims`] and [`mint`] make a single one, [`verify`] judges one as the API would, and [`inspect`] says what is in
//! one and what is wrong with it.

mod acl;
mod claims;
mod inspect;
mod options;
mod source;
mod token;
mod verify;

pub use acl::{Acl, AclPath, AclRule};
pub use claims::Claims;
pub use inspect::{Inspection, inspect};
pub use options::{JwtOptions, Lifetime};
pub use source::TokenSource;
pub(crate) use token::bearer;
pub use token::{Token, bearer_token, mint};
pub use verify::{ClaimName, JwtError, LEEWAY, TimeUnit, verify};
