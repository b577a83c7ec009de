//! Proxies of the environment, and certificate authorities of one's own.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};

use crate::shell::{SMS, Shell};

/// A proxy that refuses every tunnel. Returns its address, and the first line of each request.
fn refusing_proxy() -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let mut reader = BufReader::new(stream);
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                if reader.read_line(&mut head).unwrap_or_default() == 0 {
                    break;
                }
            }
            let _ = sender.send(head.lines().next().unwrap_or_default().to_owned());
            let refusal = "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n";
            let _ = reader.get_mut().write_all(refusal.as_bytes());
        }
    });
    (address, lines)
}

#[test]
fn messages_go_through_the_proxy_of_the_environment() {
    for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        for transport in ["hyper", "reqwest"] {
            let (address, lines) = refusing_proxy();
            let shell = Shell::new()
                .with("VONAGE_API_KEY", "a1b2c3d4")
                .with("VONAGE_API_SECRET", "canary-secret")
                .with(variable, &format!("http://user:canary-password@{address}"));
            let endpoint = [
                "--endpoint",
                "https://api.example",
                "--transport",
                transport,
            ];
            let ended = shell.run(&[&SMS[..], &endpoint].concat());
            assert_eq!(ended.code, 6, "{variable}, {transport}: {}", ended.stderr);
            assert!(!ended.stderr.contains("canary"), "{}", ended.stderr);
            let line = lines.try_recv().unwrap();
            assert!(line.starts_with("CONNECT api.example:443 "), "{line}");

            let doctor = shell.run(&["doctor", "--offline", "--endpoint", "https://api.example"]);
            let shown = format!("through http://{address}");
            assert!(doctor.stdout.contains(&shown), "{}", doctor.stdout);
            assert!(!doctor.stdout.contains("canary"), "{}", doctor.stdout);
        }
    }
}

#[test]
fn the_doctor_finds_a_proxy_that_cannot_be_used() {
    for value in ["ftp://proxy.example", "http://[", "http://"] {
        let shell = Shell::new().with("HTTPS_PROXY", value);
        let doctor = shell.run(&["doctor", "--offline"]);
        assert!(
            doctor
                .stdout
                .contains("HTTPS_PROXY is not the URL of a proxy"),
            "{value}: {}",
            doctor.stdout
        );
    }
    let spared = Shell::new()
        .with("HTTPS_PROXY", "http://127.0.0.1:9")
        .with("NO_PROXY", "nexmo.com");
    let doctor = spared.run(&["doctor", "--offline"]);
    assert!(
        doctor.stdout.contains("is reached directly"),
        "{}",
        doctor.stdout
    );
}

#[test]
fn extra_roots_must_be_certificates() {
    let shell = Shell::new()
        .with("VONAGE_API_KEY", "a1b2c3d4")
        .with("VONAGE_API_SECRET", "canary-secret");
    let file = shell.file("roots.pem", "not a certificate");
    let file = file.to_str().unwrap();
    for transport in ["hyper", "reqwest"] {
        let roots = ["--extra-roots", file, "--transport", transport];
        let ended = shell.run(&[&SMS[..], &roots].concat());
        assert_eq!(ended.code, 1, "{}", ended.stderr);
        assert!(ended.stderr.contains("certificate"), "{}", ended.stderr);
    }
}
