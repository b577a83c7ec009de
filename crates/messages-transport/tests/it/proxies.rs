//! Proxies, given and of the environment, with both backends.

use std::net::SocketAddr;
use std::process::Command;
use std::sync::{Arc, Mutex};

use messages_transport::backend::environment_proxy;
use messages_transport::backend::hyper::HyperTransport;
use messages_transport::backend::reqwest::ReqwestTransport;
use messages_transport::testing::server::{Answer, FaultServer};
use messages_transport::{Delivery, Transport, TransportErrorKind};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{post, soon};
use crate::tls::{authority, in_front_of};

/// A proxy that leads every connection to one server, and records the heads it gets.
#[derive(Clone)]
struct Proxy {
    address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    async fn start(server: SocketAddr, response: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = Self {
            address: listener.local_addr().unwrap(),
            heads: Arc::default(),
        };
        let heads = Arc::clone(&proxy.heads);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, server, response, Arc::clone(&heads)));
            }
        });
        proxy
    }

    /// The heads since the last call.
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.heads.lock().unwrap())
    }
}

async fn serve(
    mut client: TcpStream,
    server: SocketAddr,
    response: &'static str,
    heads: Arc<Mutex<Vec<String>>>,
) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let Ok(byte) = client.read_u8().await else {
            return;
        };
        head.push(byte);
    }
    let text = String::from_utf8(head.clone()).unwrap();
    let is_tunnel = text.starts_with("CONNECT ");
    heads.lock().unwrap().push(text);
    let mut server = TcpStream::connect(server).await.unwrap();
    if is_tunnel {
        client.write_all(response.as_bytes()).await.unwrap();
    } else {
        server.write_all(&head).await.unwrap();
    }
    let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
}

const ESTABLISHED: &str = "HTTP/1.1 200 Connection established\r\n\r\n";

async fn accepting() -> FaultServer {
    FaultServer::start(|_| Answer::new(202, "{}").into())
        .await
        .unwrap()
}

/// Both backends with this proxy, for every destination but `spared.example`.
fn through(url: &str, root: &str) -> [(&'static str, Arc<dyn Transport>); 2] {
    let hyper = HyperTransport::builder().only_roots(root);
    let reqwest = ReqwestTransport::builder().only_roots(root);
    let no_proxy = Some("spared.example");
    [
        (
            "hyper",
            Arc::new(hyper.proxy(url, no_proxy).build().unwrap()),
        ),
        (
            "reqwest",
            Arc::new(reqwest.proxy(url, no_proxy).build().unwrap()),
        ),
    ]
}

#[tokio::test]
async fn https_goes_through_a_tunnel_of_the_proxy() {
    let authority = authority();
    for alpn in [&["h2", "http/1.1"][..], &["http/1.1"]] {
        let server = accepting().await;
        let tls = in_front_of(server.address(), &authority, alpn).await;
        let proxy = Proxy::start(tls, ESTABLISHED).await;
        let url = format!("http://user:secret@{}", proxy.address);
        for (name, transport) in through(&url, &authority.root) {
            let uri = http::Uri::from_static("https://api.example/v1/messages");
            let response = soon(transport.send(post(uri, "{}"))).await;
            assert_eq!(response.unwrap().status(), 202, "{name}, {alpn:?}");
            let heads = proxy.take();
            assert_eq!(heads.len(), 1, "{name}");
            assert!(
                heads[0].starts_with("CONNECT api.example:443 HTTP/1.1"),
                "{heads:?}"
            );
            assert!(
                heads[0]
                    .to_lowercase()
                    .contains("proxy-authorization: basic dxnlcjpzzwnyzxq="),
                "{name}: {heads:?}"
            );

            // An exception is reached directly, and here not at all.
            let uri = http::Uri::from_static("https://spared.example/v1/messages");
            let error = soon(transport.send(post(uri, "{}"))).await.unwrap_err();
            assert_eq!(error.kind(), TransportErrorKind::Connect, "{name}");
            assert_eq!(proxy.take().len(), 0, "{name}");
        }
    }
}

#[tokio::test]
async fn a_proxy_that_refuses_the_tunnel_got_no_byte_of_the_request() {
    let authority = authority();
    for refusal in [
        "HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n",
        "nonsense\r\n\r\n",
    ] {
        let server = accepting().await;
        let proxy = Proxy::start(server.address(), refusal).await;
        let url = format!("http://{}", proxy.address);
        for (name, transport) in through(&url, &authority.root) {
            let uri = http::Uri::from_static("https://api.example/v1/messages");
            let error = soon(transport.send(post(uri, "{}"))).await.unwrap_err();
            assert_eq!(
                (error.kind(), error.delivery()),
                (TransportErrorKind::Connect, Delivery::NotSent),
                "{name}: {error:?}"
            );
            assert_eq!(proxy.take().len(), 1, "{name}");
        }
        assert_eq!(server.taken(), 0);
    }
}

#[test]
fn no_password_of_a_proxy_is_shown() {
    let url = "http://user:secret@127.0.0.1:9";
    let hyper = HyperTransport::builder().proxy(url, None);
    assert!(!format!("{hyper:?}").contains("secret"));
    assert!(!format!("{:?}", hyper.build().unwrap()).contains("secret"));
    for invalid in ["http://user:secret@[", "ftp://user:secret@example.com", ""] {
        let hyper = HyperTransport::builder().proxy(invalid, None).build();
        let error = hyper.unwrap_err();
        assert!(!format!("{error:?} {error}").contains("secret"));
        let reqwest = ReqwestTransport::builder().proxy(invalid, None).build();
        let error = reqwest.unwrap_err();
        assert!(!format!("{error:?} {error}").contains("secret"));
    }
}

/// Sends a request with each backend in a process with these variables, and returns its output.
async fn child(variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([
        "--exact",
        "proxies::send_in_this_environment",
        "--ignored",
        "--nocapture",
    ]);
    for name in ["ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"] {
        command.env_remove(name).env_remove(name.to_lowercase());
    }
    command
        .env_remove("REQUEST_METHOD")
        .envs(variables.iter().copied());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap());
    let output = output.await.unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
#[ignore = "run by the test below"]
async fn send_in_this_environment() {
    let root = std::env::var("TEST_ROOT").unwrap();
    let uri: http::Uri = std::env::var("TEST_URI").unwrap().parse().unwrap();
    println!(
        "proxy: {:?}",
        environment_proxy(&uri)
            .map_err(|error| { std::error::Error::source(&error).map(ToString::to_string) })
    );
    let hyper = HyperTransport::builder().only_roots(&root).build();
    let reqwest = ReqwestTransport::builder().only_roots(&root).build();
    let (Ok(hyper), Ok(reqwest)) = (hyper, reqwest) else {
        println!("hyper: unbuilt\nreqwest: unbuilt");
        return;
    };
    let backends: [(&str, Arc<dyn Transport>); 2] =
        [("hyper", Arc::new(hyper)), ("reqwest", Arc::new(reqwest))];
    for (name, transport) in backends {
        match soon(transport.send(post(uri.clone(), "{}"))).await {
            Ok(response) => println!("{name}: {}", response.status().as_u16()),
            Err(error) => println!("{name}: {:?}", error.kind()),
        }
    }
}

#[tokio::test]
async fn the_proxies_of_the_environment_are_used() {
    let authority = authority();
    let server = accepting().await;
    let tls = in_front_of(server.address(), &authority, &["http/1.1"]).await;
    let secure = Proxy::start(tls, ESTABLISHED).await;
    let plain = Proxy::start(server.address(), ESTABLISHED).await;
    let (secure_url, plain_url) = (
        format!("http://user:secret@{}", secure.address),
        // The scheme may be missing.
        plain.address.to_string(),
    );
    let https = "https://api.example/v1/messages";
    let http = "http://api.example/v1/messages";
    let local = format!("http://{}/", server.address());
    let (secure_url, plain_url) = (secure_url.as_str(), plain_url.as_str());

    // Variables, destination, the requests through each proxy, and the results.
    type Row<'a> = (&'a [(&'a str, &'a str)], &'a str, [usize; 2], &'a str);
    let table: [Row<'_>; 12] = [
        (&[("HTTPS_PROXY", secure_url)], https, [2, 0], "202"),
        (&[("https_proxy", secure_url)], https, [2, 0], "202"),
        (&[("ALL_PROXY", secure_url)], https, [2, 0], "202"),
        (&[("all_proxy", secure_url)], https, [2, 0], "202"),
        (&[("HTTP_PROXY", plain_url)], http, [0, 2], "202"),
        (&[("http_proxy", plain_url)], http, [0, 2], "202"),
        (
            &[("HTTP_PROXY", plain_url), ("ALL_PROXY", secure_url)],
            https,
            [2, 0],
            "202",
        ),
        // Each scheme has its own.
        (&[("HTTP_PROXY", plain_url)], https, [0, 0], "Connect"),
        (
            &[("HTTPS_PROXY", secure_url), ("NO_PROXY", "other, .example")],
            https,
            [0, 0],
            "Connect",
        ),
        (
            &[("ALL_PROXY", secure_url), ("no_proxy", "*")],
            https,
            [0, 0],
            "Connect",
        ),
        // This machine is reached directly.
        (&[("ALL_PROXY", plain_url)], &local, [0, 0], "202"),
        (
            &[("HTTPS_PROXY", "ftp://proxy.example")],
            https,
            [0, 0],
            "unbuilt",
        ),
    ];
    for (variables, uri, expected, result) in table {
        let mut all = variables.to_vec();
        all.extend([("TEST_ROOT", authority.root.as_str()), ("TEST_URI", uri)]);
        let output = child(&all).await;
        for backend in ["hyper", "reqwest"] {
            let line = format!("{backend}: {result}\n");
            assert!(output.contains(&line), "{variables:?}, {uri}: {output}");
        }
        let used = [secure.take().len(), plain.take().len()];
        assert_eq!(used, expected, "{variables:?}, {uri}");
        let address = match expected {
            [0, 0] if result == "unbuilt" => {
                "Err(Some(\"HTTPS_PROXY is not the URL of a proxy\"))".to_owned()
            }
            [0, 0] => "Ok(None)".to_owned(),
            [0, _] => format!("Ok(Some(\"http://{}\"))", plain.address),
            _ => format!("Ok(Some(\"http://{}\"))", secure.address),
        };
        assert!(
            output.contains(&format!("proxy: {address}\n")),
            "{variables:?}: {output}"
        );
        assert!(!output.contains("secret"), "{output}");
    }
}
