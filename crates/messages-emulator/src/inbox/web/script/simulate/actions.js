// Actions of rules, each with values to begin with.

/** @type {Record<string, any>} */
export const ACTIONS = {
  reject: { reject: { code: 1050 } },
  undeliverable: { undeliverable: { code: 1260 } },
  deliver: "deliver",
  read: "read",
  late_read: { late_read: { ms: 700_000 } },
  stay_submitted: "stay_submitted",
  silence: "silence",
  script: { script: [{ status: "submitted", after_ms: 10 }, { status: "rejected", after_ms: 500, code: 1330 }] },
  slow: { slow: { ms: 60_000 } },
  status: { status: { status: 503 } },
  throttled: { status: { status: 429, retry_after: 3 } },
  html: { html: { status: 502 } },
  latency: { latency: { ms: 2000 } },
  slow_bytes: { slow_bytes: { ms: 20 } },
  lose_answer: "lose_answer",
  cut_answer: "cut_answer",
  cut_before_body: "cut_before_body",
  cut_after_body: "cut_after_body",
  reset: "reset",
  doubled: { webhooks: "doubled" },
  reordered: { webhooks: "reordered" },
  late: { webhooks: { late: { ms: 30_000 } } },
  unsigned: { webhooks: "unsigned" },
  wrongly_signed: { webhooks: "wrongly_signed" },
  dropped: { webhooks: "dropped" },
  webhook_outage: { webhook_outage: { for_ms: 1_800_000 } },
  omit_client_ref: "omit_client_ref",
  revoke: { revoke: "refused" },
};

/**
 * Faults of the next message: what the button says, and the action.
 * @type {[words: string, then: any][]}
 */
export const NEXT = [
  ["429, retry after 3 s", ACTIONS.throttled],
  ["503", ACTIONS.status],
  ["gateway's HTML page", ACTIONS.html],
  ["accepted, response lost", ACTIONS.lose_answer],
  ["accepted, half a response", ACTIONS.cut_answer],
  ["connection reset", ACTIONS.reset],
  ["response 2 s late", ACTIONS.latency],
  ["rejected (1050)", ACTIONS.reject],
  ["undeliverable (1260)", ACTIONS.undeliverable],
  ["never delivered", ACTIONS.stay_submitted],
  ["no status", ACTIONS.silence],
  ["webhooks twice", ACTIONS.doubled],
  ["webhooks out of order", ACTIONS.reordered],
  ["webhooks 30 s late", ACTIONS.late],
  ["webhooks unsigned", ACTIONS.unsigned],
  ["webhooks wrongly signed", ACTIONS.wrongly_signed],
  ["webhooks never", ACTIONS.dropped],
];
