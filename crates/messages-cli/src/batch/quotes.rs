//! The quotes of a table. The CSV reader accepts whatever stands in a file, and a quote that is not closed makes one cell of
//! all rows behind it.

use std::collections::BTreeMap;
use std::io::{self, BufRead};

/// No cell is longer than this; no text of a message has a tenth of it.
const CELL_MAX: usize = 64 * 1024;

/// No row is longer than this.
const ROW_MAX: usize = 1024 * 1024;

/// A mistake of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mistake {
    pub(super) kind: MistakeKind,
    /// The line on which the cell begins, from 1.
    pub(super) line: u64,
    /// The column of the cell, from 0.
    pub(super) column: usize,
    /// Whether the cell is one of the header's.
    pub(super) is_header: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MistakeKind {
    /// The table ends within a quoted cell.
    Open,
    /// A quote closes a cell in its midst: most often one that opens the next cell, where an earlier one was not closed.
    Midst,
    /// The cell is longer than any message.
    TooLong,
    /// The row is longer than any message.
    RowTooLong,
    /// The cell has a line break, and is a part of an address.
    Break,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before the first byte of a cell.
    Start,
    Plain,
    Quoted,
    /// Behind a quote within a quoted cell: its end, or half of a doubled quote.
    Quote,
}

/// The first mistake of a table. `breaks` gets the line of the first cell with a line break in each column.
pub(super) fn mistake(
    mut table: impl BufRead,
    breaks: &mut BTreeMap<usize, u64>,
) -> io::Result<Option<Mistake>> {
    let (mut state, mut line, mut length, mut row) = (State::Start, 1, 0, 0);
    let mut cell = Mistake {
        kind: MistakeKind::Open,
        line,
        column: 0,
        is_header: true,
    };
    let mistake = |kind, cell| Ok(Some(Mistake { kind, ..cell }));
    // The reader leaves out a byte order mark too.
    if table.fill_buf()?.starts_with(b"\xef\xbb\xbf") {
        table.consume(3);
    }
    loop {
        let block = table.fill_buf()?;
        for byte in block {
            line += u64::from(*byte == b'\n');
            length += 1;
            row += 1;
            match (state, *byte) {
                (State::Quoted, b'"') => state = State::Quote,
                (State::Start, b'"') | (State::Quote, b'"') => state = State::Quoted,
                (State::Quoted, b'\n' | b'\r') => {
                    breaks.entry(cell.column).or_insert(cell.line);
                }
                (State::Quoted, _) => {}
                (_, b',') => {
                    (state, length) = (State::Start, 0);
                    cell.line = line;
                    cell.column += 1;
                }
                (_, b'\n' | b'\r') => {
                    // Lines before the header may be empty.
                    cell.is_header &= row == 1;
                    (state, length, row) = (State::Start, 0, 0);
                    (cell.line, cell.column) = (line, 0);
                }
                (State::Quote, _) => return mistake(MistakeKind::Midst, cell),
                (State::Start | State::Plain, _) => state = State::Plain,
            }
            if length > CELL_MAX {
                return mistake(MistakeKind::TooLong, cell);
            }
            if row > ROW_MAX {
                return mistake(MistakeKind::RowTooLong, cell);
            }
        }
        let read = block.len();
        if read == 0 {
            break;
        }
        table.consume(read);
    }
    match state {
        State::Quoted => mistake(MistakeKind::Open, cell),
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    #[test]
    fn every_mistake_has_its_place() -> io::Result<()> {
        use MistakeKind::{Midst, Open, RowTooLong, TooLong};

        let long = "x".repeat(CELL_MAX + 1);
        let many = ",".repeat(ROW_MAX + 1);
        let wide = format!("a,b\n1,{}\n2,3\n", "x".repeat(CELL_MAX));
        for (table, found) in [
            ("a,b\n1,2\n", None),
            ("a,b\n\"1\",\"2 \"\"quoted\"\", and\nmore\"\n3,4", None),
            ("\u{feff}\"a\",b\r\n\"1\",2\r\n", None),
            ("a,b\n5\" wide,\"\"\n", None),
            (wide.as_str(), None),
            ("a,b\n1,\"2\n3,4\n5,6\n", Some((Open, 2, 1))),
            ("a,b\r\n\r\n1,\"2\r\n3,4\r\n", Some((Open, 3, 1))),
            ("\"a,b\n1,2\n", Some((Open, 1, 0))),
            ("a,b\n\"1\n2\",\"3\n", Some((Open, 3, 1))),
            ("a,b\n1,\"2\n3,\"4\"\n", Some((Midst, 2, 1))),
            ("a,b\n1,\"2\" \n", Some((Midst, 2, 1))),
            (&format!("a,b\n1,\"{long}\"\n"), Some((TooLong, 2, 1))),
            (&format!("a,b\n{long}"), Some((TooLong, 2, 0))),
            (
                &format!("\r\n\na,b\n{many}"),
                Some((RowTooLong, 4, ROW_MAX + 1)),
            ),
            ("\r\n\n\"a,b\n1,2\n", Some((Open, 3, 0))),
        ] {
            for capacity in [1, 7, 8192] {
                let reader = BufReader::with_capacity(capacity, table.as_bytes());
                let mut breaks = BTreeMap::new();
                // A byte order mark is only seen whole.
                if capacity > 3 || !table.starts_with('\u{feff}') {
                    let mistake = mistake(reader, &mut breaks)?;
                    let place = mistake.map(|mistake| (mistake.kind, mistake.line, mistake.column));
                    assert_eq!(place, found, "{table:.40}");
                    let in_header = table.trim_start().starts_with("\"a");
                    assert_eq!(
                        mistake.is_some_and(|mistake| mistake.is_header),
                        in_header && found.is_some()
                    );
                }
            }
        }
        let mut breaks = BTreeMap::new();
        let table = "a,b,c\r\n1,\"2\r\n\",3\r\n\"4\n\",\"5\n\",6\r\n";
        assert_eq!(mistake(table.as_bytes(), &mut breaks)?, None);
        assert_eq!(breaks, BTreeMap::from([(0, 4), (1, 2)]));
        Ok(())
    }
}
