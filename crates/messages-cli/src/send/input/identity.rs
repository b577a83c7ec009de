//! Digests of messages and of whole inputs, by which a resume recognises what the first run sent.

use std::fmt;
use std::io::{self, Read};
use std::str::FromStr;

use aws_lc_rs::digest::{self, Context, SHA256};
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The first 64 bits of a SHA-256: few enough to hold millions of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Digest([u8; 8]);

impl Digest {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self::shortened(&digest::digest(&SHA256, bytes))
    }

    /// The whole SHA-256 in hexadecimal digits.
    pub(crate) fn hex(bytes: &[u8]) -> String {
        let digest = digest::digest(&SHA256, bytes);
        let digits = digest.as_ref().iter().map(|byte| format!("{byte:02x}"));
        digits.collect()
    }

    fn shortened(digest: &digest::Digest) -> Self {
        Self(digest.as_ref().first_chunk().copied().unwrap_or_default())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", u64::from_be_bytes(self.0))
    }
}

impl FromStr for Digest {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        u64::from_str_radix(text, 16).map(|number| Self(number.to_be_bytes()))
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Anything that is not a digest is read as one that no message has: what is known of the message then still counts.
impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Read {
            Text(String),
            Other(IgnoredAny),
        }
        Ok(match Read::deserialize(deserializer)? {
            Read::Text(text) => text.parse().unwrap_or_default(),
            Read::Other(_) => Self::default(),
        })
    }
}

/// An input up to the end of its last document: enough to recognise it, and the same input with more behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Identity {
    pub(crate) bytes: u64,
    pub(crate) digest: Digest,
}

/// The identity of an input, and whether the input begins with an earlier one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Identified {
    pub(crate) identity: Identity,
    pub(crate) begins_with_earlier: bool,
}

/// Reads an input to its end. `prefix` stands for the part of the input that is not in the bytes: a table's template.
pub(crate) fn identify(
    mut input: impl Read,
    prefix: &[u8],
    earlier: Option<Identity>,
) -> io::Result<Identified> {
    let mut context = Context::new(&SHA256);
    context.update(prefix);
    let (mut whole, mut bytes) = (context.clone(), 0);
    let (mut begins_with_earlier, mut offset) = (false, 0);
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = match input.read(&mut buffer) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let block = buffer.get(..read).unwrap_or_default();
        if let Some(earlier) = earlier
            && let Some(at) = earlier.bytes.checked_sub(offset)
            && let Some((head, tail)) = usize::try_from(at)
                .ok()
                .and_then(|at| block.split_at_checked(at))
        {
            let mut context = context.clone();
            context.update(head);
            // A byte that follows could also make the last document longer, where there is one.
            begins_with_earlier = Digest::shortened(&context.finish()) == earlier.digest
                && (earlier.bytes <= 1
                    || tail
                        .first()
                        .is_none_or(|byte| is_behind(*byte) || *byte == b','));
        }
        if block.is_empty() {
            break;
        }
        let content = block.iter().rposition(|byte| !is_behind(*byte));
        let (content, behind) = block.split_at(content.map_or(0, |last| last + 1));
        if !content.is_empty() {
            context.update(content);
            whole = context.clone();
            bytes = offset + content.len() as u64;
        }
        context.update(behind);
        offset += read as u64;
    }
    Ok(Identified {
        identity: Identity {
            bytes,
            digest: Digest::shortened(&whole.finish()),
        },
        begins_with_earlier,
    })
}

/// White space and the end of an array: where more documents may follow.
const fn is_behind(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == b']'
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives few bytes at a time, so that every border falls between two reads.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = buffer.len().min(3);
            self.0.read(buffer.get_mut(..length).unwrap_or_default())
        }
    }

    fn of(input: &str, earlier: Option<Identity>) -> io::Result<Identified> {
        let slow = identify(Slow(input.as_bytes()), b"", earlier)?;
        let quick = identify(input.as_bytes(), b"", earlier)?;
        assert_eq!(slow.identity, quick.identity);
        assert_eq!(slow.begins_with_earlier, quick.begins_with_earlier);
        Ok(quick)
    }

    #[test]
    fn more_may_follow_and_nothing_else_may_change() -> io::Result<()> {
        for (first, second, is_the_same) in [
            ("{1}\n{2}\n", "{1}\n{2}\n", true),
            ("{1}\n{2}\n", "{1}\n{2}", true),
            ("{1}\n{2}\n", "{1}\n{2}\n{3}\n", true),
            ("{1}\n{2}", "{1}\n{2}\n\n{3}", true),
            ("[{1},\n{2}]\n", "[{1},\n{2},{3}]", true),
            ("[{1},\n{2}\n]\n", "[{1},\n{2}\n,{3}\n]", true),
            ("[]", "[{1}]", true),
            ("", "{1}\n", true),
            ("{1}\n{2}\n", "{1}\n{2}3}\n", false),
            ("{1}\n{2}\n", "{2}\n{1}\n", false),
            ("{1}\n{2}\n", "{1}\r\n{2}\r\n", false),
            ("{1}\n{2}\n", "{1}\n", false),
            ("{1}\n{2}\n", "", false),
            ("{1}\n{2}\n", " {1}\n{2}\n", false),
        ] {
            let earlier = of(first, None)?.identity;
            let found = of(second, Some(earlier))?.begins_with_earlier;
            assert_eq!(found, is_the_same, "{first:?} {second:?}");
        }
        let one = identify(&b"a"[..], b"template", None)?.identity;
        assert_ne!(one, identify(&b"a"[..], b"other", None)?.identity);
        Ok(())
    }
}
