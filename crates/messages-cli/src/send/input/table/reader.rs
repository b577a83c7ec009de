//! Reads the records of a table, and refuses quotes that are not in order: a quote that is not closed would make one cell
//! of all rows behind it.

use std::io::{self, BufRead};

use crate::io::input::BYTE_ORDER_MARK;

/// No cell is longer than this; no text of a message has a tenth of it.
const CELL_MAX: usize = 64 * 1024;

/// No row is longer than this.
const ROW_MAX: usize = 1024 * 1024;

/// The start of a first line that names the separator behind it, as Excel writes it.
const DECLARATION: &[u8] = b"sep=";

/// The separator that the first line of a table declares.
pub(super) fn declared_delimiter(head: &[u8]) -> Option<u8> {
    let head = head.strip_prefix(BYTE_ORDER_MARK).unwrap_or(head);
    head.strip_prefix(DECLARATION)?
        .first()
        .copied()
        .filter(|delimiter| delimiter.is_ascii_punctuation() || *delimiter == b'\t')
}

/// A mistake of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mistake {
    pub(super) kind: MistakeKind,
    /// The line on which the cell begins, from 1.
    pub(super) line: u64,
    /// The column of the cell, from 0.
    pub(super) column: usize,
    /// The cell belongs to the header.
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

/// A record: the bytes of its cells, without their quotes.
#[derive(Debug, Default)]
pub(super) struct Record {
    bytes: Vec<u8>,
    /// The end of each cell in `bytes`.
    ends: Vec<usize>,
    /// The line on which the record begins, from 1.
    pub(super) line: u64,
    /// The bytes of the table before the record.
    pub(super) start: u64,
    /// The same with the record.
    pub(super) end: u64,
    /// The columns whose cells have a line break, with the line on which the cell begins.
    pub(super) breaks: Vec<(usize, u64)>,
}

impl Record {
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn cells(&self) -> impl Iterator<Item = &[u8]> {
        let mut start = 0;
        self.ends.iter().map(move |end| {
            let cell = self.bytes.get(start..*end);
            start = *end;
            cell.unwrap_or_default()
        })
    }

    /// Returns `true` if every cell is empty, as spreadsheets leave cleared rows.
    pub(super) fn is_blank(&self) -> bool {
        self.bytes.trim_ascii().is_empty()
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.breaks.clear();
    }
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

/// Reads record by record; lines without any byte are left out.
pub(super) struct Reader<R> {
    input: R,
    delimiter: u8,
    line: u64,
    offset: u64,
    /// The previous byte was a carriage return: a line feed behind it ends no further line.
    after_return: bool,
    is_header: bool,
}

impl<R: BufRead> Reader<R> {
    pub(super) fn new(input: R, delimiter: u8) -> Self {
        Self {
            input,
            delimiter,
            line: 1,
            offset: 0,
            after_return: false,
            is_header: true,
        }
    }

    /// Reads the next record; `false` at the end of the table.
    pub(super) fn read(&mut self, record: &mut Record) -> io::Result<Result<bool, Mistake>> {
        record.clear();
        if self.offset == 0 && self.input.fill_buf()?.starts_with(BYTE_ORDER_MARK) {
            self.input.consume(BYTE_ORDER_MARK.len());
            self.offset = BYTE_ORDER_MARK.len() as u64;
        }
        if self.offset <= BYTE_ORDER_MARK.len() as u64
            && declared_delimiter(self.input.fill_buf()?).is_some()
        {
            self.input.consume(DECLARATION.len() + 1);
            self.offset += DECLARATION.len() as u64 + 1;
        }
        let (mut state, mut length, mut row) = (State::Start, 0, 0);
        let mut cell_line = self.line;
        (record.line, record.start) = (self.line, self.offset);
        loop {
            let block = self.input.fill_buf()?;
            if block.is_empty() {
                break;
            }
            let (mut used, mut is_complete, mut mistake) = (0, false, None);
            for byte in block.iter().copied() {
                used += 1;
                let is_end = matches!(byte, b'\n' | b'\r');
                self.line += u64::from(is_end && !(byte == b'\n' && self.after_return));
                self.after_return = byte == b'\r';
                length += 1;
                row += 1;
                match (state, byte) {
                    (State::Quoted, b'"') => state = State::Quote,
                    (State::Start, b'"') => state = State::Quoted,
                    (State::Quote, b'"') => {
                        record.bytes.push(byte);
                        state = State::Quoted;
                    }
                    (State::Quoted, _) => {
                        let column = record.ends.len();
                        if is_end && record.breaks.last().is_none_or(|(last, _)| *last != column) {
                            record.breaks.push((column, cell_line));
                        }
                        record.bytes.push(byte);
                    }
                    (_, byte) if byte == self.delimiter => {
                        record.ends.push(record.bytes.len());
                        (state, length, cell_line) = (State::Start, 0, self.line);
                    }
                    _ if is_end && row == 1 => {
                        // A line without any byte, or the line feed behind a carriage return.
                        (row, length, cell_line) = (0, 0, self.line);
                        (record.line, record.start) = (self.line, self.offset + used);
                    }
                    _ if is_end => is_complete = true,
                    (State::Quote, _) => mistake = Some(MistakeKind::Midst),
                    (State::Start | State::Plain, _) => {
                        record.bytes.push(byte);
                        state = State::Plain;
                    }
                }
                if is_complete {
                    break;
                }
                if length > CELL_MAX {
                    mistake = mistake.or(Some(MistakeKind::TooLong));
                } else if row > ROW_MAX {
                    mistake = mistake.or(Some(MistakeKind::RowTooLong));
                }
                if mistake.is_some() {
                    break;
                }
            }
            self.input.consume(used as usize);
            self.offset += used;
            if let Some(kind) = mistake {
                return Ok(Err(self.mistake(kind, cell_line, record)));
            }
            if is_complete {
                return Ok(Ok(self.end(record)));
            }
        }
        if state == State::Quoted {
            return Ok(Err(self.mistake(MistakeKind::Open, cell_line, record)));
        }
        Ok(Ok(row > 0 && self.end(record)))
    }

    fn end(&mut self, record: &mut Record) -> bool {
        record.ends.push(record.bytes.len());
        record.end = self.offset;
        self.is_header = false;
        true
    }

    fn mistake(&self, kind: MistakeKind, line: u64, record: &Record) -> Mistake {
        Mistake {
            kind,
            line,
            column: record.ends.len(),
            is_header: self.is_header,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    /// The line and the cells of each record.
    type Records = Vec<(u64, Vec<String>)>;

    /// The lines and cells of all records, and the mistake that ended the reading.
    fn read(table: &str, delimiter: u8, capacity: usize) -> io::Result<(Records, Option<Mistake>)> {
        let input = BufReader::with_capacity(capacity, table.as_bytes());
        let mut reader = Reader::new(input, delimiter);
        let (mut record, mut records, mut end) = (Record::default(), Vec::new(), 0);
        loop {
            match reader.read(&mut record)? {
                Ok(true) => {
                    assert!(end <= record.start && record.start < record.end);
                    end = record.end;
                    let cells = record
                        .cells()
                        .map(|cell| String::from_utf8_lossy(cell).into());
                    records.push((record.line, cells.collect()));
                }
                Ok(false) => return Ok((records, None)),
                Err(mistake) => return Ok((records, Some(mistake))),
            }
        }
    }

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
                // A byte order mark is only recognized whole.
                if capacity > 3 || !table.starts_with('\u{feff}') {
                    let (_, mistake) = read(table, b',', capacity)?;
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
        let mut reader = Reader::new(
            &b"a,b,c\r\n1,\"2\r\n\",3\r\n\"4\n\",\"5\n\",6\r\n"[..],
            b',',
        );
        let (mut record, mut breaks) = (Record::default(), Vec::new());
        while reader.read(&mut record)? == Ok(true) {
            breaks.push(record.breaks.clone());
        }
        assert_eq!(breaks, [vec![], vec![(1, 2)], vec![(0, 4), (1, 5)]]);
        Ok(())
    }

    #[test]
    fn records_have_their_cells_and_lines() -> io::Result<()> {
        let table = "\n\na;b\n\n\"1;\n\"\"x\"\"\";2\n\n;\n5\" wide;\n";
        for (table, delimiter) in [
            (table.to_owned(), b';'),
            (table.replace(';', "\t"), b'\t'),
            (table.replace('\n', "\r\n"), b';'),
            (table.replace('\n', "\r"), b';'),
            (table.trim_end().to_owned(), b';'),
        ] {
            for capacity in [1, 7, 8192] {
                let (records, mistake) = read(&table, delimiter, capacity)?;
                assert_eq!(mistake, None);
                let plain: Vec<(u64, Vec<String>)> = records
                    .into_iter()
                    .map(|(line, cells)| {
                        let cells = cells.iter().map(|cell| {
                            cell.replace("\r\n", "\n")
                                .replace('\r', "\n")
                                .replace('\t', ";")
                        });
                        (line, cells.collect())
                    })
                    .collect();
                let expected = [
                    (3, ["a", "b"]),
                    (5, ["1;\n\"x\"", "2"]),
                    (8, ["", ""]),
                    (9, ["5\" wide", ""]),
                ];
                let expected =
                    expected.map(|(line, cells)| (line, cells.map(str::to_owned).to_vec()));
                assert_eq!(plain, expected, "{table:?}");
            }
        }
        Ok(())
    }
}
