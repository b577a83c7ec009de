//! Chance that can be repeated: everything random comes from the seed and from what it is for.

use uuid::{Builder, Uuid};

/// Draws numbers from a seed (SplitMix64: small, and good enough for lives of messages).
///
/// Each message has a generator of its own, so that what one message does never depends on how many others there are.
#[derive(Debug, Clone)]
pub(crate) struct SeededRng(u64);

impl SeededRng {
    /// A generator for one thing: the same seed and the same name give the same draws.
    pub(crate) fn new(seed: u64, name: &str, number: u64) -> Self {
        let mut rng = Self(seed);
        for byte in name.bytes() {
            rng.0 = rng.draw() ^ u64::from(byte);
        }
        rng.0 = rng.draw() ^ number;
        rng
    }

    pub(crate) fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        let span = high.saturating_sub(low).saturating_add(1);
        low.saturating_add(self.draw() % span)
    }

    pub(crate) fn uuid(&mut self) -> Uuid {
        let number = (u128::from(self.draw()) << 64) | u128::from(self.draw());
        Builder::from_random_bytes(number.to_be_bytes()).into_uuid()
    }

    /// 32 hexadecimal digits, as `instance` has them in errors.
    pub(crate) fn instance(&mut self) -> String {
        self.uuid().as_simple().to_string()
    }

    /// The id of a v1 failover: 55 letters and digits.
    pub(crate) fn workflow_id(&mut self) -> String {
        const ALPHABET: &[u8; 62] =
            b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        (0..55)
            .map(|_| {
                let index = usize::try_from(self.draw() % 62).unwrap_or(0);
                char::from(ALPHABET.get(index).copied().unwrap_or(b'0'))
            })
            .collect()
    }
}
