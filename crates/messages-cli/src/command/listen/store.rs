//! Events on disk, so that they can be sent again byte for byte.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::{Deserialize, Serialize};

use super::forward::Forward;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Line;
use crate::receive::Delivery;
use crate::settings::{Settings, private_file};

/// A stored event: enough to send the same request again.
#[derive(Serialize, Deserialize)]
struct Stored {
    id: u64,
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: String,
}

/// A file of events, a line each.
pub(super) struct Store {
    file: Mutex<File>,
    /// The number after the last one that was given.
    pub(super) next_id: u64,
}

impl Store {
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let unwritable = |error: io::Error| {
            Failure::new(Exit::Other, format!("cannot write {}", path.display())).because(error)
        };
        // Events hold what people wrote.
        let file = private_file::open(OpenOptions::new().append(true).create(true), path)?
            .map_err(unwritable)?;
        let last = stored(path)?.map(|stored| stored.id).max();
        Ok(Self {
            file: Mutex::new(file),
            next_id: last.unwrap_or_default() + 1,
        })
    }

    pub(super) fn keep(&self, id: u64, delivery: &Delivery) -> io::Result<()> {
        let headers = delivery.headers.iter().filter_map(|(name, value)| {
            Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
        });
        let stored = Stored {
            id,
            method: delivery.method.to_string(),
            path: delivery.uri.to_string(),
            headers: headers.collect(),
            // An event is JSON, so it is text.
            body: std::str::from_utf8(&delivery.body)
                .map_err(io::Error::other)?
                .to_owned(),
        };
        let line = format!("{}\n", serde_json::to_string(&stored)?);
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(line.as_bytes())
    }
}

fn stored(path: &Path) -> Result<impl Iterator<Item = Stored> + use<>, Failure> {
    let file = File::open(path).map_err(|error| {
        Failure::new(Exit::Other, format!("cannot read {}", path.display())).because(error)
    })?;
    let lines = BufReader::new(file).lines().map_while(Result::ok);
    Ok(lines.filter_map(|line| serde_json::from_str(&line).ok()))
}

/// `listen resend`: passes a stored event on once more.
pub(super) async fn resend(
    settings: &Settings,
    id: u64,
    store: &Path,
    forward: &Forward,
) -> Result<Exit, Failure> {
    let stored = stored(store)?
        .find(|stored| stored.id == id)
        .ok_or_else(|| {
            Failure::invalid(format!("there is no event {id} in {}", store.display()))
        })?;
    let mut headers = HeaderMap::new();
    for (name, value) in &stored.headers {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
            headers.append(name, value);
        }
    }
    let method = stored.method.parse().unwrap_or(Method::POST);
    let answer = forward.send(method, &headers, stored.body.into()).await?;
    let mut shown = serde_json::json!({"id": id, "answer": answer.status.as_u16()});
    if let Some(body) = &answer.body {
        shown["answer_body"] = body.as_str().into();
    }
    settings.out.result(&shown, |_| {
        vec![Line::new().plain(format!("{id} → ")).append(answer.line())]
    })?;
    Ok(if answer.status.is_success() {
        Exit::Done
    } else {
        Exit::Rejected
    })
}
