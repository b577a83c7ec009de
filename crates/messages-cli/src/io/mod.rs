//! Input and output: files and stdin, stdout and stderr, and requests that are not the API's.

pub(crate) mod document;
pub(crate) mod exchange;
pub(crate) mod input;
pub(crate) mod output;
pub(crate) mod progress;
