//! Opening, sharing and closing of connections.

use std::future::{Future, poll_fn};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::Uri;
use messages_transport::backend::BodyLimits;
use messages_transport::backend::hyper::{Connect, Connection, HyperTransport};
use messages_transport::backend::reqwest::ReqwestTransport;
use messages_transport::testing::server::{Answer, FaultServer, Play};
use messages_transport::{Delivery, Transport, TransportErrorKind, Truncated};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use crate::support::{in_parallel, post, post_to, soon, wait_until_closed};

#[tokio::test]
async fn large_errors_do_not_cost_a_connection_each() {
    // A busy machine may need longer than the default allows.
    let mut limits = BodyLimits::default();
    limits.error_read_time = Duration::from_secs(30);
    let hyper = HyperTransport::builder().body_limits(limits);
    let reqwest = ReqwestTransport::builder().body_limits(limits);
    let transports: [(&str, Arc<dyn Transport>); 2] = [
        ("hyper", Arc::new(hyper.build().unwrap())),
        ("reqwest", Arc::new(reqwest.build().unwrap())),
    ];
    for (name, transport) in transports {
        let body = Bytes::from(vec![b'x'; 256 * 1024]);
        let server = FaultServer::start(move |_| Answer::new(500, body.clone()).into())
            .await
            .unwrap();
        for _ in 0..20 {
            let response = soon(transport.send(post_to(&server, "{}"))).await.unwrap();
            assert_eq!(
                (response.status().as_u16(), response.body().len()),
                (500, 16 * 1024)
            );
            assert!(response.extensions().get::<Truncated>().is_some());
        }
        println!(
            "20 errors of 256 KiB, {name}: {} connections",
            server.connections()
        );
        assert!(
            server.connections() <= 2,
            "{name}: {}",
            server.connections()
        );
    }
}

#[tokio::test]
async fn a_wave_of_requests_reuses_the_connections_of_the_last() {
    let transports: [(&str, Arc<dyn Transport>); 2] = [
        (
            "hyper",
            Arc::new(HyperTransport::builder().build().unwrap()),
        ),
        (
            "reqwest",
            Arc::new(ReqwestTransport::builder().build().unwrap()),
        ),
    ];
    for (name, transport) in transports {
        let server = Arc::new(
            FaultServer::start(|_| Play::Drip(202, Duration::from_millis(2)))
                .await
                .unwrap(),
        );
        for _ in 0..2 {
            let (transport, server) = (Arc::clone(&transport), Arc::clone(&server));
            in_parallel(64, 64, move |_| {
                let (transport, server) = (Arc::clone(&transport), Arc::clone(&server));
                async move {
                    soon(transport.send(post_to(&server, "{}"))).await.unwrap();
                }
            })
            .await;
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        println!(
            "64 at once, twice, {name}: {} connections",
            server.connections()
        );
        // Fewer, if the machine is too busy to have all of them at once.
        assert!(server.connections() <= 64, "{name}");
    }
}

#[tokio::test]
async fn idle_connections_are_closed() {
    let limit = Duration::from_millis(50);
    let transports: [Arc<dyn Transport>; 2] = [
        Arc::new(
            HyperTransport::builder()
                .idle_timeout(limit)
                .build()
                .unwrap(),
        ),
        Arc::new(
            ReqwestTransport::builder()
                .idle_timeout(limit)
                .build()
                .unwrap(),
        ),
    ];
    for transport in transports {
        let server = FaultServer::start(|_| Answer::new(202, "{}").into()).await;
        let server = Arc::new(server.unwrap());
        soon(transport.send(post_to(&server, "{}"))).await.unwrap();
        assert_eq!(wait_until_closed(std::slice::from_ref(&server)).await, 0);
        soon(transport.send(post_to(&server, "{}"))).await.unwrap();
        assert_eq!(server.connections(), 2);
    }
}

/// Reaches a server of the test, whatever the URI says, through a pipe in memory.
#[derive(Debug)]
struct Pipe(std::net::SocketAddr);

#[async_trait]
impl Connect for Pipe {
    async fn connect(&self, destination: &Uri) -> std::io::Result<Box<dyn Connection>> {
        assert_eq!(destination.host(), Some("api.example"));
        let (ours, mut theirs) = tokio::io::duplex(1024);
        let mut server = TcpStream::connect(self.0).await?;
        tokio::spawn(async move { tokio::io::copy_bidirectional(&mut theirs, &mut server).await });
        Ok(Box::new(ours))
    }
}

#[tokio::test]
async fn a_connector_of_ones_own_is_used() {
    let server = FaultServer::start(|_| Answer::new(202, "{}").into())
        .await
        .unwrap();
    let transport = HyperTransport::builder()
        .connector(Pipe(server.address()))
        .build()
        .unwrap();
    for _ in 0..3 {
        let request = post(Uri::from_static("http://api.example/v1/messages"), "{}");
        assert_eq!(soon(transport.send(request)).await.unwrap().status(), 202);
    }
    assert_eq!((server.taken(), server.connections()), (3, 1));
    assert!(server.latest().unwrap().head.contains("host: api.example"));
}

/// Asks a server where to go, through a transport of its own.
#[derive(Debug)]
struct Asks {
    through: HyperTransport,
    directory: Uri,
    target: std::net::SocketAddr,
}

#[async_trait]
impl Connect for Asks {
    async fn connect(&self, _: &Uri) -> std::io::Result<Box<dyn Connection>> {
        let answer = self.through.send(post(self.directory.clone(), "where?"));
        assert_eq!(answer.await.unwrap().status(), 200);
        Ok(Box::new(TcpStream::connect(self.target).await?))
    }
}

#[tokio::test]
async fn a_connector_may_send_requests_itself() {
    let directory = FaultServer::start(|_| Answer::new(200, "there").into())
        .await
        .unwrap();
    // Each answer costs a connection, and so a question.
    let server = FaultServer::start(|_| {
        Answer::new(202, "{}")
            .close_after(Duration::ZERO)
            .header("connection", "close")
            .into()
    })
    .await
    .unwrap();
    let transport = HyperTransport::builder()
        .connector(Asks {
            through: HyperTransport::builder().build().unwrap(),
            directory: directory.uri("/"),
            target: server.address(),
        })
        .build()
        .unwrap();
    for _ in 0..5 {
        let request = post(Uri::from_static("http://api.example/"), "{}");
        assert_eq!(soon(transport.send(request)).await.unwrap().status(), 202);
    }
    assert_eq!((server.connections(), server.taken()), (5, 5));
    // The questions go over one connection, since each is given back when its answer was read.
    assert_eq!((directory.connections(), directory.taken()), (1, 5));
}

/// Opens as many connections as the gate lets through.
#[derive(Debug)]
struct Gated {
    server: std::net::SocketAddr,
    gate: Arc<Semaphore>,
}

#[async_trait]
impl Connect for Gated {
    async fn connect(&self, _: &Uri) -> std::io::Result<Box<dyn Connection>> {
        self.gate.acquire().await.unwrap().forget();
        Ok(Box::new(TcpStream::connect(self.server).await?))
    }
}

/// A server that answers slowly, and a transport that may open one connection to it.
async fn one_connection(kept_unused: usize) -> (FaultServer, HyperTransport, Arc<Semaphore>) {
    let server = FaultServer::start(|_| Play::Drip(202, Duration::from_millis(5)))
        .await
        .unwrap();
    let gate = Arc::new(Semaphore::new(1));
    let transport = HyperTransport::builder()
        .connector(Gated {
            server: server.address(),
            gate: Arc::clone(&gate),
        })
        .connect_timeout(Duration::from_secs(600))
        .max_idle_per_host(kept_unused)
        .build()
        .unwrap();
    (server, transport, gate)
}

fn post_through(transport: &HyperTransport) -> impl Future<Output = ()> + Send + use<> {
    let transport = transport.clone();
    async move {
        let request = post(Uri::from_static("http://api.example/"), "{}");
        assert_eq!(soon(transport.send(request)).await.unwrap().status(), 202);
    }
}

#[tokio::test]
async fn a_request_takes_a_connection_that_comes_free_before_its_own_is_open() {
    let (server, transport, gate) = one_connection(64).await;
    let burst = || {
        let transport = transport.clone();
        in_parallel(8, 8, move |_| post_through(&transport))
    };
    burst().await;
    assert_eq!((server.connections(), server.taken()), (1, 8));
    // Connections opened meanwhile are used by later requests.
    gate.add_permits(7);
    while server.connections() < 8 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    burst().await;
    assert_eq!((server.connections(), server.taken()), (8, 16));
}

#[tokio::test]
async fn no_more_are_opened_for_nobody_than_are_kept_unused() {
    let (server, transport, gate) = one_connection(2).await;
    in_parallel(8, 8, move |_| post_through(&transport)).await;
    gate.add_permits(7);
    while server.connections() < 3 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // Whatever else was being opened has been given up by now.
    assert_eq!(gate.available_permits(), 5);
}

#[tokio::test]
async fn a_connection_given_to_a_call_that_is_dropped_goes_to_the_next() {
    let (server, transport, _gate) = one_connection(64).await;
    let first = tokio::spawn(post_through(&transport));
    while server.connections() < 1 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let mut second = Box::pin(post_through(&transport));
    let polled = poll_fn(|cx| Poll::Ready(second.as_mut().poll(cx))).await;
    assert!(polled.is_pending());
    let third = tokio::spawn(post_through(&transport));
    // The connection is handed to the second, which is not polled any more.
    first.await.unwrap();
    drop(second);
    third.await.unwrap();
    assert_eq!((server.connections(), server.taken()), (1, 2));
}

/// The tasks that are left over by a call are those of its connection.
#[tokio::test]
async fn a_used_connection_is_back_in_the_pool_when_the_call_ends() {
    let server = FaultServer::start(|_| Answer::new(202, "{}").into())
        .await
        .unwrap();
    let transport = HyperTransport::builder().build().unwrap();
    soon(transport.send(post_to(&server, "{}"))).await.unwrap();
    let metrics = tokio::runtime::Handle::current().metrics();
    let tasks = metrics.num_alive_tasks();
    for _ in 0..50 {
        // Without a pause in between, in which a task could give the connection back.
        soon(transport.send(post_to(&server, "{}"))).await.unwrap();
    }
    assert_eq!(
        (server.connections(), metrics.num_alive_tasks()),
        (1, tasks)
    );
}

#[cfg(unix)]
#[tokio::test]
async fn a_unix_socket_can_be_the_way() {
    #[derive(Debug)]
    struct Socket(std::path::PathBuf);

    #[async_trait]
    impl Connect for Socket {
        async fn connect(&self, _: &Uri) -> std::io::Result<Box<dyn Connection>> {
            Ok(Box::new(tokio::net::UnixStream::connect(&self.0).await?))
        }
    }

    let path = std::env::temp_dir().join(format!("messages-transport-{}.sock", std::process::id()));
    let _ = std::fs::remove_file(&path);
    let listener = tokio::net::UnixListener::bind(&path).unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = [0; 1024];
        assert!(stream.read(&mut request).await.unwrap() > 0);
        stream
            .write_all(b"HTTP/1.1 202 Accepted\r\ncontent-length: 2\r\n\r\n{}")
            .await
            .unwrap();
    });
    let transport = HyperTransport::builder()
        .connector(Socket(path.clone()))
        .build()
        .unwrap();
    let request = post(Uri::from_static("http://localhost/"), "{}");
    assert_eq!(soon(transport.send(request)).await.unwrap().status(), 202);

    // A missing server is "not sent".
    let transport = HyperTransport::builder().connector(Socket(path.with_extension("none")));
    let request = post(Uri::from_static("http://localhost/"), "{}");
    let error = soon(transport.build().unwrap().send(request))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery()),
        (TransportErrorKind::Connect, Delivery::NotSent)
    );
    std::fs::remove_file(path).unwrap();
}

#[tokio::test]
async fn an_http_proxy_is_used_but_for_its_exceptions() {
    let proxy = FaultServer::start(|_| Answer::new(202, "{}").into())
        .await
        .unwrap();
    let direct = FaultServer::start(|_| Answer::new(202, "{}").into())
        .await
        .unwrap();
    let url = format!("http://user:secret@{}", proxy.address());
    let builder = ReqwestTransport::builder().proxy(url, Some("127.0.0.1,.internal"));
    assert!(!format!("{builder:?}").contains("secret"));
    let transport = builder.build().unwrap();
    assert!(!format!("{transport:?}").contains("secret"));

    let request = post(Uri::from_static("http://api.example/v1/messages"), "{}");
    assert_eq!(soon(transport.send(request)).await.unwrap().status(), 202);
    let head = proxy.latest().unwrap().head;
    assert!(
        head.starts_with("POST http://api.example/v1/messages HTTP/1.1"),
        "{head}"
    );
    assert!(
        head.contains("proxy-authorization: Basic dXNlcjpzZWNyZXQ="),
        "{head}"
    );

    soon(transport.send(post_to(&direct, "{}"))).await.unwrap();
    assert_eq!((proxy.taken(), direct.taken()), (1, 1));
}

#[tokio::test]
async fn a_socks_proxy_is_told_the_name_and_not_the_address() {
    told_the_name(|url| Arc::new(HyperTransport::builder().proxy(url, None).build().unwrap()))
        .await;
    told_the_name(|url| {
        Arc::new(
            ReqwestTransport::builder()
                .proxy(url, None)
                .build()
                .unwrap(),
        )
    })
    .await;
}

async fn told_the_name(transport: impl Fn(String) -> Arc<dyn Transport>) {
    let server = FaultServer::start(|_| Answer::new(202, "{}").into())
        .await
        .unwrap();
    let target = server.address();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let asked = tokio::spawn(async move {
        let (mut client, _) = listener.accept().await.unwrap();
        let mut greeting = [0; 2];
        client.read_exact(&mut greeting).await.unwrap();
        let mut methods = vec![0; greeting[1].into()];
        client.read_exact(&mut methods).await.unwrap();
        client.write_all(&[5, 0]).await.unwrap();
        let mut head = [0; 5];
        client.read_exact(&mut head).await.unwrap();
        // A domain name, of this length, then the port.
        assert_eq!(head[..4], [5, 1, 0, 3]);
        let mut name = vec![0; usize::from(head[4]) + 2];
        client.read_exact(&mut name).await.unwrap();
        client
            .write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0])
            .await
            .unwrap();
        let mut server = TcpStream::connect(target).await.unwrap();
        tokio::spawn(async move { tokio::io::copy_bidirectional(&mut client, &mut server).await });
        name.truncate(name.len() - 2);
        String::from_utf8(name).unwrap()
    });
    let transport = transport(format!("socks5h://{address}"));
    let request = post(Uri::from_static("http://api.example/v1/messages"), "{}");
    assert_eq!(soon(transport.send(request)).await.unwrap().status(), 202);
    assert_eq!(soon(asked).await.unwrap(), "api.example");
}

#[test]
fn settings_that_make_no_sense_are_errors() {
    let garbage = "-----BEGIN CERTIFICATE-----\nnot base64!\n-----END CERTIFICATE-----\n";
    assert!(
        HyperTransport::builder()
            .extra_roots(garbage)
            .build()
            .is_err()
    );
    assert!(
        HyperTransport::builder()
            .only_roots("no PEM at all")
            .build()
            .is_err()
    );
    assert!(
        ReqwestTransport::builder()
            .extra_roots(garbage)
            .build()
            .is_err()
    );
    assert!(
        ReqwestTransport::builder()
            .only_roots("no PEM at all")
            .build()
            .is_err()
    );
    let error = ReqwestTransport::builder()
        .proxy("http://user:secret@[", None)
        .build()
        .unwrap_err();
    assert!(!format!("{error:?} {error}").contains("secret"));
}
