//! `messages workflow draw`: a picture of a workflow or a journey, as text or for Mermaid.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use messages_sdk::types::journey::Journey;
use messages_sdk::types::{Document, Kind, v0_1};
use serde_json::Value;

use super::graph::{Graph, Node, Target};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::finding::Finding;
use crate::io::document::read_document;
use crate::io::output::Line;
use crate::settings::Settings;

/// Columns of a drawing.
const WIDTH: usize = 80;

/// Columns of the events, and of the steps that follow them.
const ON_WIDTH: usize = 44;
const TARGET_WIDTH: usize = 28;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  messages workflow draw journey.toml
  messages workflow draw --format mermaid workflow.json > workflow.mmd")]
pub(super) struct DrawArgs {
    /// The workflow or journey: TOML if its name ends so, else JSON; `-` or none reads JSON from stdin
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,

    /// Form of the drawing
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Text)]
    format: Format,
}

/// Form of a drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Boxes and lines for a terminal
    Text,
    /// A flowchart for <https://mermaid.js.org>
    Mermaid,
}

impl DrawArgs {
    pub(super) fn run(self, settings: &Settings) -> Result<Exit, CommandError> {
        let value = read_document(self.file.as_deref())?;
        let graph = match graph_of(value) {
            Ok(graph) => graph,
            Err(findings) => {
                for finding in &findings {
                    settings.out.note(&finding.line(None));
                }
                return Err(CommandError::invalid("the document cannot be drawn"));
            }
        };
        settings.out.result(&graph, |graph| match self.format {
            Format::Text => text(graph),
            Format::Mermaid => mermaid(graph),
        })?;
        Ok(Exit::Done)
    }
}

fn graph_of(value: Value) -> Result<Graph, Vec<Finding>> {
    let decoded = match Kind::detect(&value) {
        Ok(Kind::Journey) => Journey::from_value(value).map(|journey| Graph::from(&journey)),
        Ok(Kind::V0_1Workflow) => {
            v0_1::Workflow::from_value(value).map(|workflow| Graph::from(&workflow))
        }
        Ok(kind) => {
            let message = format!("is a {kind}: only workflows and journeys are drawn");
            return Err(vec![Finding::new("kind", message)]);
        }
        Err(error) => return Err(vec![Finding::new("kind", error.to_string())]),
    };
    decoded.map_err(|error| Finding::all_of(&error))
}

/// Boxes and lines, in 80 columns.
fn text(graph: &Graph) -> Vec<Line> {
    let plural = if graph.steps.len() == 1 { "" } else { "s" };
    let head = format!("{}, {} step{plural}", graph.kind, graph.steps.len());
    let mut lines = vec![Line::new().strong(head)];
    for rule in &graph.rules {
        lines.extend(wrapped(rule, WIDTH - 2).map(|part| Line::new().plain("  ").plain(part)));
    }
    for node in &graph.steps {
        lines.push(Line::new());
        lines.push(Line::new().plain("┌ ").strong(title(node, WIDTH - 2)));
        for line in &node.lines {
            lines.extend(wrapped(line, WIDTH - 2).map(|part| Line::new().plain("│ ").plain(part)));
        }
        for (index, edge) in node.edges.iter().enumerate() {
            let is_last = index + 1 == node.edges.len();
            let parts: Vec<String> = wrapped(&edge.on, ON_WIDTH).collect();
            for (at, part) in parts.iter().enumerate() {
                let corner = match (at, is_last) {
                    (0, true) => "└─ ",
                    (0, false) => "├─ ",
                    (_, true) => "   ",
                    (_, false) => "│  ",
                };
                let line = Line::new().plain(corner).plain(part);
                lines.push(if at + 1 == parts.len() {
                    let dashes = "─".repeat(ON_WIDTH + 1 - part.chars().count());
                    to(line.dim(format!(" {dashes}▶ ")), edge.to, &graph.steps)
                } else {
                    line
                });
            }
        }
    }
    lines
}

fn to(line: Line, target: Target, steps: &[Node]) -> Line {
    match target {
        Target::Step(step) => match steps.get(step - 1) {
            Some(node) => line.strong(title(node, TARGET_WIDTH)),
            None => line.strong(step),
        },
        Target::End(state @ "completed") => line.good(state),
        Target::End(state @ "exhausted") => line.warn(state),
        Target::End(state) => line.bad(state),
    }
}

/// Number and name of a step, in at most this many characters.
fn title(node: &Node, max: usize) -> String {
    match &node.name {
        Some(name) => cut(&format!("{} {name}", node.step), max),
        None => node.step.to_string(),
    }
}

/// A text of at most this many characters.
fn cut(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    text.chars().take(max - 1).chain(['…']).collect()
}

/// The text in parts of at most this many characters, separated at its spaces. Longer words are cut.
fn wrapped(text: &str, max: usize) -> impl Iterator<Item = String> {
    let mut parts = vec![String::new()];
    for word in text.split(' ') {
        let word = cut(word, max);
        let length = parts.last().map_or(0, |part| part.chars().count());
        match parts.last_mut() {
            Some(part) if length == 0 => part.push_str(&word),
            Some(part) if length + 1 + word.chars().count() <= max => {
                part.push(' ');
                part.push_str(&word);
            }
            _ => parts.push(word),
        }
    }
    parts.into_iter()
}

/// A flowchart of Mermaid.
fn mermaid(graph: &Graph) -> Vec<Line> {
    let mut lines = vec!["flowchart TD".to_owned()];
    lines.extend(graph.rules.iter().map(|rule| format!("  %% {rule}")));
    let mut ends = BTreeSet::new();
    for node in &graph.steps {
        let head = title(node, usize::MAX);
        let lines_of_step = node.lines.iter().map(String::as_str);
        let label: Vec<String> = std::iter::once(head.as_str())
            .chain(lines_of_step)
            .map(escaped)
            .collect();
        lines.push(format!("  step{}[\"{}\"]", node.step, label.join("<br>")));
    }
    for node in &graph.steps {
        for edge in &node.edges {
            let target = match edge.to {
                Target::Step(step) => format!("step{step}"),
                Target::End(state) => {
                    ends.insert(state);
                    state.to_owned()
                }
            };
            let on = escaped(&edge.on);
            lines.push(format!("  step{} -->|\"{on}\"| {target}", node.step));
        }
    }
    lines.extend(ends.iter().map(|state| format!("  {state}([\"{state}\"])")));
    lines
        .into_iter()
        .map(|line| Line::new().plain(line))
        .collect()
}

/// A text without the characters that end a label, or begin markup in it.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '"' | '#' | '<' | '>' | '&' | '`' | '\\' => {
                escaped.push_str(&format!("#{};", u32::from(letter)));
            }
            _ => escaped.push(letter),
        }
    }
    escaped
}
