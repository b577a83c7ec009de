//! The examples of the workspace's README and of `docs/`, run with the documentation tests. They are here, and not in the crates
//! they show, so that each published crate contains all that its own tests need.

#[cfg(doctest)]
mod pages {
    #[doc = include_str!("../../../README.md")]
    struct WorkspaceReadme;
    #[doc = include_str!("../../../docs/errors.md")]
    struct Errors;
    #[doc = include_str!("../../../docs/guide/campaigns.md")]
    struct Campaigns;
    #[doc = include_str!("../../../docs/guide/coming-from.md")]
    struct ComingFrom;
    #[doc = include_str!("../../../docs/guide/failover.md")]
    struct Failover;
    #[doc = include_str!("../../../docs/guide/getting-started.md")]
    struct GettingStarted;
    #[doc = include_str!("../../../docs/guide/journeys.md")]
    struct Journeys;
    #[doc = include_str!("../../../docs/guide/outbox.md")]
    struct Outbox;
    #[doc = include_str!("../../../docs/guide/retries.md")]
    struct Retries;
    #[doc = include_str!("../../../docs/guide/testing.md")]
    struct Testing;
    #[doc = include_str!("../../../docs/guide/transport.md")]
    struct Transport;
    #[doc = include_str!("../../../docs/guide/webhooks.md")]
    struct Webhooks;
    #[doc = include_str!("../../../docs/guide/whatsapp-templates.md")]
    struct WhatsappTemplates;
}
