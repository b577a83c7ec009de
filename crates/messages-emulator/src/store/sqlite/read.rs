//! Reading everything back.

use std::error::Error;

use messages_auth::{ApiKey, ApiSecret, ApplicationId, PrivateKey, SignatureSecret};
use rusqlite::Connection;
use serde_json::value::RawValue;

use super::DAMAGED;
use super::schema::{self, WORKSPACE};
use crate::config::credentials::SavedCredentials;
use crate::config::error::StartError;
use crate::state::WorkspaceId;
use crate::store::SavedWorkspace;
use crate::store::rows::{Kind, Parts, Row};

/// All workspaces of a file, by their numbers.
pub(super) fn workspaces(connection: &Connection) -> Result<Vec<SavedWorkspace>, StartError> {
    let accounts = accounts(connection).map_err(corrupt)?;
    let saved = accounts.into_iter().map(|(id, texts)| {
        let credentials = credentials(&texts).map_err(corrupt)?;
        let rows = rows(connection, id).map_err(corrupt)?;
        let parts = Parts::read(&rows).map_err(|error| corrupt(error.into()))?;
        let id = WorkspaceId::try_from(id).map_err(|error| corrupt(error.into()))?;
        Ok(SavedWorkspace {
            id,
            credentials,
            parts,
        })
    });
    saved.collect()
}

type AnyError = Box<dyn Error + Send + Sync>;

fn corrupt(source: AnyError) -> StartError {
    StartError::Data {
        reason: DAMAGED,
        source: Some(source),
    }
}

/// Refuses a row that is not what was written. One of an earlier build has no digest.
fn verify(
    digest: Option<i64>,
    table: &str,
    workspace: i64,
    id: i64,
    texts: &[&str],
) -> Result<(), AnyError> {
    match digest {
        Some(digest) if digest != schema::digest(table, workspace, id, texts) => {
            Err(format!("row {id} of `{table}` does not match its digest").into())
        }
        _ => Ok(()),
    }
}

fn accounts(connection: &Connection) -> Result<Vec<(i64, [String; 5])>, AnyError> {
    let mut statement = connection.prepare(
        "SELECT id, api_key, api_secret, signature_secret, application_id, private_key, digest
            FROM workspace ORDER BY id",
    )?;
    let mut accounts = Vec::new();
    let mut found = statement.query([])?;
    while let Some(row) = found.next()? {
        let id = row.get(0)?;
        let texts: [String; 5] = [
            row.get(1)?,
            row.get(2)?,
            row.get(3)?,
            row.get(4)?,
            row.get(5)?,
        ];
        verify(
            row.get(6)?,
            WORKSPACE,
            id,
            id,
            &texts.each_ref().map(String::as_str),
        )?;
        accounts.push((id, texts));
    }
    Ok(accounts)
}

fn credentials(texts: &[String; 5]) -> Result<SavedCredentials, AnyError> {
    let [
        api_key,
        api_secret,
        signature_secret,
        application_id,
        private_key,
    ] = texts.each_ref().map(String::as_str);
    Ok(SavedCredentials {
        api_key: ApiKey::new(api_key)?,
        application_id: ApplicationId::parse(application_id)?,
        // Credentials given at the start are not stored.
        api_secret: stored(api_secret).map(ApiSecret::new).transpose()?,
        signature_secret: stored(signature_secret)
            .map(SignatureSecret::new)
            .transpose()?,
        private_key: stored(private_key).map(PrivateKey::from_pem).transpose()?,
    })
}

fn stored(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

fn rows(connection: &Connection, workspace: i64) -> Result<Vec<Row>, AnyError> {
    let mut rows = Vec::new();
    for kind in Kind::ALL {
        let table = schema::table(kind);
        let mut statement = connection.prepare(&format!(
            "SELECT id, doc, digest FROM {table} WHERE workspace = ?1"
        ))?;
        let mut found = statement.query([workspace])?;
        while let Some(row) = found.next()? {
            let id: i64 = row.get(0)?;
            let doc: String = row.get(1)?;
            verify(row.get(2)?, table, workspace, id, &[&doc])?;
            rows.push(Row {
                kind,
                id: u64::try_from(id)?,
                doc: RawValue::from_string(doc)?,
            });
        }
    }
    Ok(rows)
}
