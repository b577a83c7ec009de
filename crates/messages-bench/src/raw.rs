//! The bare clients, with a body that is there already.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::{HeaderValue, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use crate::{Contender, Failure};

/// An SMS as the SDK writes it, with a reference as long as a minted one.
pub const BODY: &[u8] = br#"{"channel":"sms","message_type":"text","from":"447700900001","to":"447700900000","text":"Your table is free at 8","client_ref":"01890a5d-ac96-774b-bcce-b302099a8057"}"#;

/// `Basic`, of the key `a1b2c3d4` and the secret `secret`.
pub const BASIC: HeaderValue = HeaderValue::from_static("Basic YTFiMmMzZDQ6c2VjcmV0");

/// A message of which only the bytes are left to send.
///
/// # Errors
///
/// When the address is none.
pub fn request(
    uri: &Uri,
    authorization: &HeaderValue,
    body: Bytes,
) -> Result<Request<Bytes>, Failure> {
    let request = Request::post(uri.clone())
        .header(CONTENT_TYPE, "application/json")
        .header(ACCEPT, "application/json")
        .header(USER_AGENT, "raw")
        .header(AUTHORIZATION, authorization.clone())
        .body(body)?;
    Ok(request)
}

/// hyper's own client, the upper bound of the others' rates.
#[derive(Debug, Clone)]
pub struct RawHyper {
    client: Client<HttpConnector, Full<Bytes>>,
    uri: Uri,
    authorization: HeaderValue,
}

impl RawHyper {
    /// A client for the server at `base`, such as `http://127.0.0.1:8080`.
    ///
    /// # Errors
    ///
    /// When `base` is no address.
    pub fn new(base: &str, authorization: HeaderValue) -> Result<Self, Failure> {
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .build_http();
        let uri = messages_at(base)?;
        Ok(Self {
            client,
            uri,
            authorization,
        })
    }

    /// Posts a message and reads the whole answer.
    ///
    /// # Errors
    ///
    /// When it was not taken, or there is no whole answer.
    pub async fn post(&self, body: Bytes) -> Result<(), Failure> {
        let request = request(&self.uri, &self.authorization, body)?;
        let response = self.client.request(request.map(Full::new)).await?;
        taken(response.status())?;
        response.into_body().collect().await?.to_bytes();
        Ok(())
    }
}

/// [`RawHyper`] with [`BODY`].
///
/// # Errors
///
/// When `base` is no address.
pub fn raw_hyper(base: &str, authorization: HeaderValue) -> Result<Contender, Failure> {
    let client = RawHyper::new(base, authorization)?;
    Ok(Arc::new(move || {
        let client = client.clone();
        Box::pin(async move { client.post(Bytes::from_static(BODY)).await })
    }))
}

/// reqwest's own client with [`BODY`].
///
/// # Errors
///
/// When `base` is no address.
pub fn raw_reqwest(base: &str, authorization: HeaderValue) -> Result<Contender, Failure> {
    let client = reqwest::Client::new();
    let uri = messages_at(base)?;
    Ok(Arc::new(move || {
        let (client, uri, authorization) = (client.clone(), uri.clone(), authorization.clone());
        Box::pin(async move {
            let request = request(&uri, &authorization, Bytes::from_static(BODY))?;
            let response = client.execute(request.try_into()?).await?;
            taken(response.status())?;
            response.bytes().await?;
            Ok(())
        })
    }))
}

fn messages_at(base: &str) -> Result<Uri, Failure> {
    Ok(format!("{base}/v1/messages").parse()?)
}

fn taken(status: StatusCode) -> Result<(), Failure> {
    if status == StatusCode::ACCEPTED {
        return Ok(());
    }
    Err(format!("a message was answered with {status}").into())
}
