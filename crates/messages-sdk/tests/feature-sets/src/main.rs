//! Sends one message over each transport that is compiled in, and over one of its own.

use std::error::Error;
use std::io::{Read, Write};
use std::net::TcpListener;

use messages_sdk::auth::Basic;
use messages_sdk::transport::{Transport, TransportError, async_trait, bytes::Bytes, http};
use messages_sdk::types::v1::Sms;
use messages_sdk::{Client, ClientBuilder};

const ACCEPTED: &str = r#"{"message_uuid":"aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab"}"#;

/// The transport that needs no feature: it accepts everything and sends nothing.
#[derive(Debug)]
struct Own;

#[async_trait]
impl Transport for Own {
    async fn send(&self, _: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError> {
        let mut response = http::Response::new(Bytes::from_static(ACCEPTED.as_bytes()));
        *response.status_mut() = http::StatusCode::ACCEPTED;
        Ok(response)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let base = serve()?;
    let builder = || -> Result<ClientBuilder, Box<dyn Error>> {
        let credentials = Basic::new("a1b2c3d4", "secret")?;
        Ok(Client::builder()
            .endpoint(base.parse()?)
            .credentials(credentials))
    };
    send("own", builder()?.transport(Own).build()?).await?;
    #[cfg(feature = "hyper")]
    send("hyper", builder()?.hyper()?.build()?).await?;
    #[cfg(feature = "reqwest")]
    send("reqwest", builder()?.reqwest()?.build()?).await?;
    Ok(())
}

async fn send(name: &str, client: Client) -> Result<(), Box<dyn Error>> {
    let accepted = client
        .send(Sms::text("447700900001", "447700900000", "Hello")?)
        .await?;
    println!("{name}: {}", accepted.message_uuid);
    Ok(())
}

/// The API, as far as one request a connection goes.
fn serve() -> std::io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let base = format!("http://{}", listener.local_addr()?);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = Vec::new();
            let mut byte = [0];
            // The JSON of one SMS has one closing brace, at its end.
            while request.last() != Some(&b'}') && stream.read(&mut byte).is_ok_and(|read| read > 0)
            {
                request.push(byte[0]);
            }
            let _ = write!(
                stream,
                "HTTP/1.1 202 Accepted\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{ACCEPTED}",
                ACCEPTED.len()
            );
        }
    });
    Ok(base)
}
