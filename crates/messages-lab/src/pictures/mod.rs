//! The pictures of the README: what a terminal shows while the real binary runs in it, as SVG.

mod screen;
mod terminal;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::workspace;
use screen::Screen;
use terminal::{Background, Terminal};

/// The folder of the pictures.
const FOLDER: &str = "docs/pictures";

/// No scene takes longer than this.
const PATIENCE: Duration = Duration::from_secs(60);

/// Takes all of them anew.
pub(crate) fn take(sh: &Shell, _: &[String]) -> Result<String> {
    cmd!(sh, "cargo build --quiet --release --locked -p messages-cli")
        .quiet()
        .run()?;
    sh.create_dir(FOLDER)?;
    let studio = Studio::new(sh)?;
    for (name, command, screen) in [studio.demo()?, studio.send()?, studio.listen()?] {
        let file = format!("{FOLDER}/{name}.svg");
        sh.write_file(&file, screen.to_svg(&command))?;
    }
    Ok(format!("3 pictures in {FOLDER}"))
}

/// A picture's name, the command that it shows, and the screen.
type Picture = (&'static str, String, Screen);

/// A folder in which the binary runs, with a home of its own.
struct Studio {
    binary: PathBuf,
    folder: xshell::TempDir,
}

impl Studio {
    fn new(sh: &Shell) -> Result<Self> {
        Ok(Self {
            binary: workspace::target(sh)?.join("release/messages"),
            folder: sh.create_temp_dir()?,
        })
    }

    fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A terminal in which `messages …` has just been entered.
    fn terminal(&self, arguments: &str, variables: &[(&str, &str)]) -> Result<Terminal> {
        let binary = self.binary.display();
        Terminal::open(&format!("{binary} {arguments}"), self.folder(), variables)
    }

    /// A running emulator.
    fn emulator(&self) -> Result<Background> {
        Background::start(
            &self.binary,
            &["emulator", "--port", "0", "--json", "--speed", "20"],
            self.folder(),
            &[(
                "VONAGE_SIGNATURE_SECRET",
                "the signature secret of this picture",
            )],
        )
    }

    fn demo(&self) -> Result<Picture> {
        let mut terminal = self.terminal("demo", &[])?;
        terminal.watch_to_the_end(PATIENCE)?;
        Ok(("demo", "messages demo".to_owned(), terminal.into_screen()))
    }

    /// In the middle of a batch, when the bar stands.
    fn send(&self) -> Result<Picture> {
        let emulator = self.emulator()?;
        let line = r#"{"channel":"sms","message_type":"text","from":"447700900001","to":"447700900000","text":"The doors open at seven"}"#;
        // The emulator refuses a message to this number, as the API does where a balance is too low.
        let refused = line.replace("447700900000", "447700960402");
        let messages: Vec<&str> = (0..2_000)
            .map(|index| if index % 500 == 3 { &*refused } else { line })
            .collect();
        std::fs::write(self.folder().join("people.ndjson"), messages.join("\n"))?;
        let command = "send --file people.ndjson --rate 400 --results results.ndjson";
        let variables = emulator.variables()?;
        let mut terminal = self.terminal(command, &borrowed(&variables))?;
        let percent = |word: &str| word.strip_suffix('%')?.parse::<u8>().ok();
        let is_advanced = |text: &str| {
            text.split_whitespace()
                .any(|word| percent(word) >= Some(60))
        };
        terminal.watch_until(is_advanced, PATIENCE)?;
        Ok((
            "send",
            format!("messages {command}"),
            terminal.into_screen(),
        ))
    }

    /// After inbound messages, and the delivery of some others.
    fn listen(&self) -> Result<Picture> {
        let emulator = self.emulator()?;
        let variables = emulator.variables()?;
        let variables = borrowed(&variables);
        let command = "listen --emulator --show";
        let mut terminal = self.terminal(command, &variables)?;
        terminal.watch_until(|text| text.contains("registered"), PATIENCE)?;
        let to_us = "--from 447700900000 --to 447700900001";
        let to_them = "--from 447700900001 --to 447700900000";
        for arguments in [
            format!("trigger inbound --channel whatsapp {to_us} --text Hello"),
            format!(
                "trigger inbound --channel mms --type image {to_us} --url https://example.com/cat.jpg"
            ),
            format!("send sms {to_them} --text Hello"),
            "send whatsapp --from 447700900001 --to 447700970004 --text Hello".to_owned(),
        ] {
            self.terminal(&arguments, &variables)?
                .watch_to_the_end(PATIENCE)
                .with_context(|| arguments.clone())?;
        }
        terminal.watch_for(Duration::from_secs(2))?;
        Ok((
            "listen",
            format!("messages {command}"),
            terminal.into_screen(),
        ))
    }
}

fn borrowed(variables: &[(String, String)]) -> Vec<(&str, &str)> {
    variables
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}
