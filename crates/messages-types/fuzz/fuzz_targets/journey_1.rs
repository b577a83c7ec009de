#![no_main]

use messages_types::Kind;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| messages_types_fuzz::document(Kind::Journey, bytes));
