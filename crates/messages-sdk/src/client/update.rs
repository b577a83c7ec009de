//! The calls that change a message that is there already.

use http::Method;
use messages_types::{Document, Invalid, Rule, v1};

use super::{Client, SendOptions};
use crate::call::{Call, CallRequest};
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::outcome::Updated;

impl Client {
    /// Marks an inbound message as read, in the region that handled it.
    ///
    /// # Errors
    ///
    /// As [`Client::send`]; [`Error::Credentials`] when the client has no JWT, which this call needs.
    pub async fn mark_read(&self, inbound: &v1::Inbound) -> Result<Updated, Error> {
        self.update_inbound(inbound, &v1::Update::read()).await
    }

    /// Marks an inbound WhatsApp message as read and shows a typing indicator, for 25 seconds
    /// or until the reply.
    ///
    /// # Errors
    ///
    /// As [`Client::mark_read`].
    pub async fn show_typing(&self, inbound: &v1::Inbound) -> Result<Updated, Error> {
        self.update_inbound(inbound, &v1::Update::read_and_typing())
            .await
    }

    /// Revokes an RCS message that was sent.
    ///
    /// The region that took it is not in the API's answer. Where the client's endpoint is not that region, name it in
    /// [`SendOptions::endpoint`] of [`Client::update_with`].
    ///
    /// # Errors
    ///
    /// As [`Client::mark_read`].
    pub async fn revoke(&self, message_uuid: &str) -> Result<Updated, Error> {
        self.update(message_uuid, &v1::Update::revoked()).await
    }

    /// Changes the state of a message by its id, at this client's endpoint.
    ///
    /// # Errors
    ///
    /// As [`Client::mark_read`].
    pub async fn update(&self, message_uuid: &str, update: &v1::Update) -> Result<Updated, Error> {
        self.update_with(message_uuid, update, SendOptions::default())
            .await
    }

    /// As [`Client::update`], with options for this call alone.
    ///
    /// # Errors
    ///
    /// As [`Client::mark_read`].
    pub async fn update_with(
        &self,
        message_uuid: &str,
        update: &v1::Update,
        options: SendOptions,
    ) -> Result<Updated, Error> {
        let endpoint = options.endpoint_or(&self.inner.endpoint);
        self.patch(endpoint, message_uuid, update, &options).await
    }

    async fn update_inbound(
        &self,
        inbound: &v1::Inbound,
        update: &v1::Update,
    ) -> Result<Updated, Error> {
        let link = inbound.self_link.as_ref();
        let href = link.and_then(|link| link.href.as_deref());
        let region = self.inner.endpoint.of_region(href);
        self.patch(
            &region,
            &inbound.message_uuid,
            update,
            &SendOptions::default(),
        )
        .await
    }

    async fn patch(
        &self,
        endpoint: &Endpoint,
        message_uuid: &str,
        update: &v1::Update,
        options: &SendOptions,
    ) -> Result<Updated, Error> {
        if !self.inner.has_jwt {
            return Err(Error::credentials(None));
        }
        if !is_path_segment(message_uuid) {
            let invalid = Invalid::new(Rule::Format, "must be the id of a message");
            return Err(Error::invalid_value(invalid, "/message_uuid"));
        }
        let request = CallRequest {
            method: Method::PATCH,
            endpoint,
            path: format!("/v1/messages/{message_uuid}").into(),
            route: "/v1/messages/{message_uuid}",
            channel: None,
            body: update.to_vec(),
            scope: self.scope(|scope| scope),
            client_ref: None,
        };
        let ((), response) = Call::begin(self, request, options).end(|_| Ok(())).await?;
        Ok(Updated {
            report: response.report,
        })
    }
}

/// Returns `true` if an ID can stand in a path as it is.
fn is_path_segment(id: &str) -> bool {
    !id.is_empty()
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        && !id.bytes().all(|byte| byte == b'.')
}
