#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| messages_auth_fuzz::token(bytes));
