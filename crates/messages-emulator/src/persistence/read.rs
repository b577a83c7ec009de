//! Reading everything back.

use std::error::Error;

use messages_auth::{ApiKey, ApiSecret, ApplicationId, PrivateKey, SignatureSecret};
use rusqlite::Connection;
use serde_json::value::RawValue;

use super::schema::table;
use super::unusable;
use crate::credentials::Credentials;
use crate::error::StartError;
use crate::keeper::SavedWorkspace;
use crate::world::{Kind, Parts, Row};

/// All workspaces of a file, by their numbers.
pub(super) fn workspaces(connection: &Connection) -> Result<Vec<SavedWorkspace>, StartError> {
    let accounts = accounts(connection).map_err(unusable("its accounts cannot be read"))?;
    let saved = accounts.into_iter().map(|(id, texts)| {
        let credentials = credentials(&texts).map_err(spoilt)?;
        let rows = rows(connection, id).map_err(spoilt)?;
        let parts = Parts::read(&rows).map_err(|error| spoilt(error.into()))?;
        Ok(SavedWorkspace { credentials, parts })
    });
    saved.collect()
}

fn spoilt(source: Box<dyn Error + Send + Sync>) -> StartError {
    StartError::Data {
        reason: "what is in it cannot be read",
        source: Some(source),
    }
}

fn accounts(connection: &Connection) -> rusqlite::Result<Vec<(i64, [String; 5])>> {
    let mut statement = connection.prepare(
        "SELECT id, api_key, api_secret, signature_secret, application_id, private_key FROM workspace ORDER BY id",
    )?;
    let accounts = statement.query_map([], |row| {
        let texts = [
            row.get(1)?,
            row.get(2)?,
            row.get(3)?,
            row.get(4)?,
            row.get(5)?,
        ];
        Ok((row.get(0)?, texts))
    })?;
    accounts.collect()
}

fn credentials(texts: &[String; 5]) -> Result<Credentials, Box<dyn Error + Send + Sync>> {
    let [
        api_key,
        api_secret,
        signature_secret,
        application_id,
        private_key,
    ] = texts;
    Ok(Credentials {
        api_key: ApiKey::new(api_key.as_str())?,
        api_secret: ApiSecret::new(api_secret.as_str())?,
        signature_secret: SignatureSecret::new(signature_secret.as_str())?,
        application_id: ApplicationId::parse(application_id)?,
        private_key: PrivateKey::from_pem(private_key)?,
    })
}

fn rows(connection: &Connection, workspace: i64) -> Result<Vec<Row>, Box<dyn Error + Send + Sync>> {
    let mut rows = Vec::new();
    for kind in Kind::ALL {
        let table = table(kind);
        let mut statement =
            connection.prepare(&format!("SELECT id, doc FROM {table} WHERE workspace = ?1"))?;
        let mut found = statement.query([workspace])?;
        while let Some(row) = found.next()? {
            let id: i64 = row.get(0)?;
            rows.push(Row {
                kind,
                id: u64::try_from(id)?,
                doc: RawValue::from_string(row.get(1)?)?,
            });
        }
    }
    Ok(rows)
}
