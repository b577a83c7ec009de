//! The screen of a terminal, and its picture.

use std::fmt::Write as _;

use anstyle::{Ansi256Color, AnsiColor, Color, RgbColor, Style};

/// As wide as a README shows it in full, and high enough that nothing scrolls away.
pub(super) const COLUMNS: u16 = 120;
pub(super) const ROWS: u16 = 120;

/// A screen, drawn by the bytes that a command wrote.
pub(super) struct Screen(vt100::Parser);

impl Default for Screen {
    fn default() -> Self {
        Self::new()
    }
}

impl Screen {
    pub(super) fn new() -> Self {
        Self(vt100::Parser::new(ROWS, COLUMNS, 0))
    }

    pub(super) fn process(&mut self, bytes: &[u8]) {
        self.0.process(bytes);
    }

    pub(super) fn text(&self) -> String {
        self.0.screen().contents()
    }

    /// The picture, below the command that was entered.
    pub(super) fn to_svg(&self, command: &str) -> String {
        let prompt = Style::new().bold();
        let lines = format!("{prompt}$ {command}{prompt:#}\n{}", self.to_ansi());
        let svg = anstyle_svg::Term::new()
            .min_width_px(960)
            .render_svg(&lines);
        // A text file ends with a line's end.
        format!("{}\n", svg.trim_end())
    }

    /// The screen's rows with their styles, and without the empty rows at its end.
    fn to_ansi(&self) -> String {
        let screen = self.0.screen();
        let used = screen.contents().trim_end().lines().count();
        let mut lines = String::new();
        for row in (0..ROWS).take(used) {
            let mut line = String::new();
            for column in 0..COLUMNS {
                let Some(cell) = screen.cell(row, column) else {
                    continue;
                };
                if cell.is_wide_continuation() {
                    continue;
                }
                let text = if cell.has_contents() {
                    cell.contents()
                } else {
                    " "
                };
                let style = style(cell);
                let _ = write!(line, "{style}{text}{style:#}");
            }
            lines.push_str(line.trim_end());
            lines.push('\n');
        }
        lines
    }
}

fn style(cell: &vt100::Cell) -> Style {
    let mut style = Style::new().fg_color(color(cell.fgcolor()));
    if cell.bold() {
        style = style.bold();
    }
    if cell.dim() {
        style = style.dimmed();
    }
    style
}

fn color(color: vt100::Color) -> Option<Color> {
    match color {
        vt100::Color::Default => None,
        vt100::Color::Idx(index) => Some(match Ansi256Color(index).into_ansi() {
            Some(color) => AnsiColor::into(color),
            None => Ansi256Color(index).into(),
        }),
        vt100::Color::Rgb(red, green, blue) => Some(RgbColor(red, green, blue).into()),
    }
}
