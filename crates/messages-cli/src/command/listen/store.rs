//! Events on disk, so that they can be sent again byte for byte.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::{Deserialize, Serialize};

use super::forward::{Forward, end_to_end};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::io::output::Line;
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
    file: Mutex<Appended>,
    /// The number after the last one that was given.
    pub(super) next_id: u64,
}

struct Appended {
    file: File,
    /// The last line has no end: the next record must not become part of it.
    is_torn: bool,
}

impl Appended {
    fn write(&mut self, line: &str) -> io::Result<()> {
        let end = if self.is_torn { "\n" } else { "" };
        self.is_torn = true;
        self.file.write_all(format!("{end}{line}\n").as_bytes())?;
        self.is_torn = false;
        Ok(())
    }
}

impl Store {
    pub(super) fn open(path: &Path) -> Result<Self, CommandError> {
        // Events hold users' texts.
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        let file =
            private_file::open(&mut options, path)?.map_err(CommandError::unwritable(path))?;
        private_file::lock(&file, path)?;
        let last = stored(&file).map(|stored| stored.id).max();
        let is_torn = is_torn(&file).map_err(CommandError::unreadable(path))?;
        Ok(Self {
            file: Mutex::new(Appended { file, is_torn }),
            next_id: last.unwrap_or_default() + 1,
        })
    }

    pub(super) fn keep(&self, id: u64, delivery: &Delivery) -> io::Result<()> {
        let headers = end_to_end(&delivery.headers).filter_map(|(name, value)| {
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
        let line = serde_json::to_string(&stored)?;
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write(&line)
    }
}

/// Returns `true` if a kill or a full disk cut off the last line.
fn is_torn(mut file: &File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

/// The events of a file. A line that was cut off, in the midst of a character perhaps, costs no other one.
fn stored(file: &File) -> impl Iterator<Item = Stored> {
    let lines = BufReader::new(file).split(b'\n').map_while(Result::ok);
    lines.filter_map(|line| serde_json::from_slice(&line).ok())
}

/// `listen resend`: forwards a stored event again.
pub(super) async fn resend(
    settings: &Settings,
    id: u64,
    store: &Path,
    forward: &Forward,
) -> Result<Exit, CommandError> {
    let file = private_file::open(OpenOptions::new().read(true), store)?
        .map_err(CommandError::unreadable(store))?;
    let stored = stored(&file)
        .find(|stored| stored.id == id)
        .ok_or_else(|| {
            CommandError::invalid(format!("there is no event {id} in {}", store.display()))
        })?;
    let mut headers = HeaderMap::new();
    for (name, value) in &stored.headers {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
            headers.append(name, value);
        }
    }
    let method = stored.method.parse().unwrap_or(Method::POST);
    let uri = stored.path.parse().unwrap_or_default();
    let sent = forward.send(method, &uri, &headers, stored.body.into());
    let answer = sent.await?;
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
