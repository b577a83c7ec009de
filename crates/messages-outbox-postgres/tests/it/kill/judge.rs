//! The truth about what was accepted: a server in the process of the test, which no kill reaches.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use messages_outbox::{Reference, RowId};
use messages_sdk::transport::bytes::Bytes;
use messages_sdk::transport::http::{Request, Response};
use messages_sdk::transport::{Delivery, Transport, TransportError, TransportErrorKind};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Longest time that it takes to accept a message, in milliseconds.
const LATENCY: u64 = 8;

/// Accepts messages, one line with the reference of each, and responds with an ID.
pub(crate) struct Judge {
    pub(crate) address: SocketAddr,
    accepted: Arc<Mutex<Vec<(Reference, Instant)>>>,
}

impl Judge {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let accepted = Arc::default();
        let judge = Self {
            address,
            accepted: Arc::clone(&accepted),
        };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let accepted = Arc::clone(&accepted);
                tokio::spawn(async move {
                    let mut stream = BufReader::new(stream);
                    let mut line = String::new();
                    // A process that dies leaves half a line, or takes no response.
                    while let Ok(1..) = stream.read_line(&mut line).await {
                        let Ok(reference) = line.trim_end().parse::<Reference>() else {
                            return;
                        };
                        let arrived = Instant::now();
                        tokio::time::sleep(Duration::from_millis(fastrand::u64(0..LATENCY))).await;
                        accepted.lock().unwrap().push((reference, arrived));
                        let response = format!("{}\n", reference.row());
                        if stream.write_all(response.as_bytes()).await.is_err() {
                            return;
                        }
                        line.clear();
                    }
                });
            }
        });
        judge
    }

    /// Number of accepted messages of each row.
    pub(crate) fn accepted(&self) -> HashMap<RowId, usize> {
        let mut accepted = HashMap::new();
        for (reference, _) in self.accepted.lock().unwrap().iter() {
            *accepted.entry(reference.row()).or_default() += 1;
        }
        accepted
    }

    /// Times at which messages arrived, in their order.
    pub(crate) fn arrivals(&self) -> Vec<Instant> {
        let accepted = self.accepted.lock().unwrap();
        let mut arrivals: Vec<_> = accepted.iter().map(|(_, arrived)| *arrived).collect();
        arrivals.sort_unstable();
        arrivals
    }
}

/// The way to the judge.
#[derive(Debug)]
pub(crate) struct JudgeTransport(pub(crate) SocketAddr);

#[async_trait]
impl Transport for JudgeTransport {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let body: serde_json::Value = serde_json::from_slice(request.body()).unwrap();
        let line = format!("{}\n", body["client_ref"].as_str().unwrap());
        let connected = TcpStream::connect(self.0).await;
        let stream = connected.map_err(|error| {
            TransportError::new(TransportErrorKind::Connect, Delivery::NotSent, error)
        })?;
        let mut stream = BufReader::new(stream);
        let unknown =
            |error| TransportError::new(TransportErrorKind::Other, Delivery::Unknown, error);
        stream.write_all(line.as_bytes()).await.map_err(unknown)?;
        let mut uuid = String::new();
        stream.read_line(&mut uuid).await.map_err(unknown)?;
        let body = serde_json::json!({"message_uuid": uuid.trim_end()}).to_string();
        let response = Response::builder().status(202).body(Bytes::from(body));
        Ok(response.unwrap())
    }
}
