//! Reading whole files.

use std::io::Read;
use std::path::Path;

use crate::exit::Exit;
use crate::failure::Failure;

/// A file's text, or stdin's.
pub(crate) fn read_text(file: Option<&Path>) -> Result<String, Failure> {
    let bytes = read_bytes(file)?;
    String::from_utf8(bytes).map_err(|_| Failure::invalid("the input is no text"))
}

/// A file's bytes; stdin's without a file, or for `-`.
pub(crate) fn read_bytes(file: Option<&Path>) -> Result<Vec<u8>, Failure> {
    match file {
        Some(path) if path.as_os_str() != "-" => {
            std::fs::read(path).map_err(Failure::unreadable(path))
        }
        _ => {
            let mut bytes = Vec::new();
            std::io::stdin()
                .read_to_end(&mut bytes)
                .map_err(|error| Failure::new(Exit::Other, "cannot read stdin").because(error))?;
            Ok(bytes)
        }
    }
}
