//! The human-readable line of an event: time, channel, address, content.

use messages_sdk::types::{EventKind, EventView};

use crate::io::output::Line;
use crate::receive::Verdict;

/// The line up to the arrow, behind which the response is printed.
pub(super) fn of(id: u64, verdict: &Verdict, show: bool) -> Line {
    let line = Line::new().dim(format!("{id:>4} "));
    let line = match verdict.event() {
        None => line.bad("refused ").plain(verdict.name()),
        Some(event) => describe(line, &event.view(), show),
    };
    line.dim(" → ")
}

fn describe(line: Line, view: &EventView<'_>, show: bool) -> Line {
    let line = match view.timestamp {
        Some(when) => line.dim(when.as_str()).plain(" "),
        None => line,
    };
    let line = match &view.channel {
        Some(channel) => line.plain(channel.as_str()).plain(" "),
        None => line,
    };
    let line = match view.contact {
        Some(who) if show => line.plain(who).plain(" "),
        Some(who) => line.plain(mask(who)).plain(" "),
        None => line,
    };
    let line = match &view.kind {
        EventKind::Status(status) if status.is_failure() => match view.error {
            Some(code) => line.bad(format!("{status} {code}")),
            None => line.bad(status),
        },
        EventKind::Status(status) => line.good(status.as_str()),
        EventKind::Report(status) => line.strong("workflow ").plain(status.as_str()),
        EventKind::Text(text) if show => line.strong("says ").plain(text),
        EventKind::Text(text) => {
            line.strong(format!("text of {} characters", text.chars().count()))
        }
        EventKind::Media { kind, url, caption } if show => {
            let line = line.strong(kind).plain(" ").plain(url);
            match caption {
                Some(caption) => line.plain(" ").plain(caption),
                None => line,
            }
        }
        EventKind::Media { kind, .. } => line.strong(kind),
        EventKind::Location {
            latitude,
            longitude,
        } if show => line
            .strong("location ")
            .plain(format!("{latitude}, {longitude}")),
        EventKind::Location { .. } => line.strong("location"),
        EventKind::Choice { label, payload } if show => {
            let chosen = label.or(*payload).unwrap_or_default();
            line.strong("chooses ").plain(chosen)
        }
        EventKind::Choice { .. } => line.strong("choice"),
        EventKind::Other(kind) => line.strong(kind),
        _ => line.warn("an unknown kind of webhook"),
    };
    match view.message_uuid {
        Some(uuid) => line.dim(format!(" {uuid}")),
        None => line,
    }
}

/// Masks an address: enough remains to tell two users apart, and too little to call one. At least five characters are
/// hidden, or all but the first.
pub(crate) fn mask(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let (head, tail) = match characters.len() {
        12.. => (4, 3),
        9..12 => (2, 2),
        _ => (1, 0),
    };
    let shown = |range: &[char]| range.iter().collect::<String>();
    let end = characters.len().saturating_sub(tail);
    format!(
        "{}****{}",
        shown(characters.get(..head).unwrap_or_default()),
        shown(characters.get(end..).unwrap_or_default())
    )
}
