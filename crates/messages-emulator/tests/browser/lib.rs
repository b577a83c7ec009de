//! Only tests: see `tests/inbox`.
