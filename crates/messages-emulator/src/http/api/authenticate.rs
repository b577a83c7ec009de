//! Whose request it is.

use std::time::SystemTime;

use http::header::AUTHORIZATION;
use http::request::Parts;
use messages_auth::jwt::Acl;
use messages_auth::{Basic, jwt};

use crate::emulator::engine::Engine;
use crate::state::{Scheme, WorkspaceId};

/// A request's credentials, found good.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller {
    pub(crate) workspace: WorkspaceId,
    pub(crate) scheme: Scheme,
}

/// Checks the `Authorization` of a request: there has to be exactly one.
pub(crate) fn authenticate(engine: &Engine, head: &Parts) -> Option<Caller> {
    let mut values = head.headers.get_all(AUTHORIZATION).iter();
    let value = values.next().filter(|_| values.next().is_none())?;
    if let Some(token) = jwt::bearer_token(value) {
        return by_token(engine, token, head);
    }
    let given = Basic::parse(value).ok()?;
    let workspace = engine.look(|state, _| {
        let id = state.find_workspace(given.api_key().as_str())?;
        // `Basic` compares secrets in constant time.
        (state.workspace(id)?.account.basic == given).then_some(id)
    })?;
    Some(Caller {
        workspace,
        scheme: Scheme::Basic,
    })
}

/// Real time counts here, however fast the emulator's passes: it is the client's.
fn by_token(engine: &Engine, token: &str, head: &Parts) -> Option<Caller> {
    let now = SystemTime::now();
    // Tells whose key to ask. Nothing of it is believed before the signature is verified.
    let inspection = jwt::inspect(token, now);
    let claimed = inspection.claims.as_ref()?.application_id;
    let (workspace, key, verified) = engine.look(|state, _| {
        let (id, found) = state
            .workspaces()
            .find(|(_, workspace)| workspace.account.application_id() == claimed)?;
        let account = &found.account;
        Some((
            id,
            account.public_key.clone(),
            account.verified_tokens.clone(),
        ))
    })?;
    let claims = verified.verify(token, inspection, &key, now)?;
    if let Some(acl) = claims.acl {
        let acl: Acl = serde_json::from_value(acl).ok()?;
        if !acl.allows(&head.method, head.uri.path()) {
            return None;
        }
    }
    Some(Caller {
        workspace,
        scheme: Scheme::Jwt,
    })
}
