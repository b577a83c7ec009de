//! Mistakes in the attributes are reported where they are made.

#[test]
fn mistakes_are_reported_at_the_attribute() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
