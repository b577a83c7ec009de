#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| messages_transport_fuzz::answer_over_http2(bytes));
