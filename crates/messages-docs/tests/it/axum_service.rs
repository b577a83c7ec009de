//! `docs/guide/axum-service.md` beside the example of `messages-sdk`.

const PAGE: &str = include_str!("../../../../docs/guide/axum-service.md");
const SOURCE: &str = include_str!("../../../messages-sdk/examples/service.rs");

#[test]
fn the_guide_shows_the_example() {
    let (_, code) = SOURCE.split_once("\n\nuse ").unwrap();
    let code = format!("use {code}");
    assert!(code.lines().count() <= 120, "{}", code.lines().count());
    let (_, shown) = PAGE.split_once("```rust\n").unwrap();
    let (shown, _) = shown.split_once("```").unwrap();
    assert_eq!(shown, code);
}
