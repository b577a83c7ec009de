//! Exit codes: scripts rely on these numbers.

use std::process::ExitCode;

/// The exit codes. Their numbers never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// All went well.
    Done = 0,
    /// Anything that has no number of its own.
    Other = 1,
    /// The command line cannot be understood.
    Usage = 2,
    /// The input breaks a rule and was refused on this machine.
    Invalid = 3,
    /// There are no credentials, or the API did not accept them.
    Credentials = 4,
    /// The API refused.
    Rejected = 5,
    /// The request never left this machine.
    NotSent = 6,
    /// Unknown outcome, or accepted with an unknown id.
    InDoubt = 7,
    /// A batch in which some messages failed.
    Batch = 8,
}

/// The table as `--help` shows it.
pub(crate) const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  anything else
  2  usage
  3  invalid input, refused locally
  4  no credentials, or bad ones (401)
  5  rejected by the API
  6  not sent
  7  in doubt, or accepted with an unknown id
  8  a batch that ended with errors";

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
