//! Permitted endpoints of requests.

use messages_sdk::Endpoint;
use messages_sdk::endpoint::EndpointError;

#[test]
fn names_and_urls_become_endpoints() {
    for (text, shown) in [
        ("global", "https://api.nexmo.com"),
        ("us", "https://api-us.nexmo.com"),
        ("eu", "https://api-eu.nexmo.com"),
        ("ap", "https://api-ap.nexmo.com"),
        ("sandbox", "https://messages-sandbox.nexmo.com"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
        (
            "https://proxy.example.com/vonage/",
            "https://proxy.example.com/vonage",
        ),
    ] {
        assert_eq!(text.parse::<Endpoint>().unwrap().to_string(), shown);
    }
}

#[test]
fn what_would_leak_credentials_is_refused() {
    for (text, error) in [
        ("http://example.com", EndpointError::PlainHttp),
        ("http://127.0.0.1.example.com", EndpointError::PlainHttp),
        ("http://10.0.0.1", EndpointError::PlainHttp),
        ("https://key:secret@example.com", EndpointError::Excess),
        ("https://example.com?x=1", EndpointError::Excess),
        ("ftp://example.com", EndpointError::Scheme),
        ("/v1/messages", EndpointError::NotAbsolute),
        ("", EndpointError::NotAbsolute),
        ("mars", EndpointError::NotAbsolute),
    ] {
        assert_eq!(text.parse::<Endpoint>().unwrap_err(), error, "{text}");
    }
    assert!(Endpoint::allowing_http("http://10.0.0.1:8080").is_ok());
}
