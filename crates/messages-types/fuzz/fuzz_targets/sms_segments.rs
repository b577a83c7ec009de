#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| messages_types_fuzz::segments(text));
