// The shapes that the control API returns, for the type checker. A message's content can be any JSON.

/**
 * @typedef {object} Message
 * @property {number} id
 * @property {string} message_uuid
 * @property {number} conversation
 * @property {"inbound" | "outbound"} direction
 * @property {string} channel
 * @property {string} from
 * @property {string} to
 * @property {string} message_type
 * @property {string} text
 * @property {any} content
 * @property {string} at
 * @property {string} [status]
 * @property {number} [code]
 * @property {string} [client_ref]
 * @property {number} [sms_segments]
 * @property {string} [price]
 * @property {{ id: string, step: number, of: number }} [failover]
 * @property {boolean} [webhook_failed]
 * @property {boolean} marked_read
 * @property {boolean} typing
 * @property {boolean} revoked
 * @property {string} [one_time_code]
 * @property {string[]} [links]
 */

/**
 * @typedef {object} Conversation
 * @property {number} id
 * @property {string} channel
 * @property {string} ours
 * @property {string} person
 * @property {number} unread
 * @property {number} messages
 * @property {boolean} [webhook_failed]
 * @property {Message} last
 * @property {Message} [hit]  the newest message that a search has found
 */

/** @typedef {{ api_key: string, application_id: string, api_secret?: string, signature_secret?: string }} Credentials */

/** @typedef {{ status_url?: string, inbound_url?: string }} Urls */

/** @typedef {{ api_key: string, messages: number }} Workspace */

/** @typedef {{ id: number, when: Record<string, string | number>, then: any, met: number }} Rule */

/** @typedef {{ by: "rule" | "magic_recipient", rule: { when: Record<string, string | number>, then: any } }} Applied */

/** @typedef {{ now: string, speed?: number, stepped: boolean }} Clock */

/**
 * @typedef {object} SentRequest
 * @property {string} method
 * @property {string} path
 * @property {"basic" | "jwt"} auth
 * @property {string} body
 * @property {number} status
 * @property {string} answer
 */

/**
 * @typedef {object} Attempt
 * @property {string} at
 * @property {number} took_ms
 * @property {number} [status]
 * @property {string} [answer]
 * @property {string} [error]
 */

/**
 * @typedef {object} Webhook
 * @property {number} id
 * @property {string} kind
 * @property {string} url
 * @property {string} body
 * @property {string} state
 * @property {Attempt[]} attempts
 */

/**
 * @typedef {object} Step
 * @property {string} channel
 * @property {string} [message_uuid]
 * @property {string} [status]
 * @property {string} [condition]
 * @property {number} [within_s]
 */

/**
 * A message with everything that has happened to it; `origin` is the request of the failover it belongs to.
 * @typedef {Message & {
 *   request?: SentRequest,
 *   origin?: SentRequest,
 *   history: { at: string, status: string, code?: number }[],
 *   webhooks: Webhook[],
 *   applied?: Applied[],
 *   steps?: Step[],
 *   run?: string,
 * }} MessageDetail
 */

/**
 * A request or an attempt to deliver a webhook, as the event log has it.
 * @typedef {object} LogEntry
 * @property {number} number
 * @property {"request" | "webhook"} event
 * @property {string} at
 * @property {string} body
 * @property {string} response_body
 * @property {string} [message_uuid]
 * @property {string} [error]
 * @property {string} [method]  of a request, as all of the next four
 * @property {string} [path]
 * @property {string} [auth]
 * @property {string} [problem]
 * @property {string} [fault]
 * @property {string} [fault_by]
 * @property {number | string} [status]  of a request its HTTP status, of a webhook the message's status
 * @property {string} [kind]  of a webhook, as all of the next six
 * @property {number} [webhook_id]
 * @property {number} [attempt]
 * @property {number} [answer]
 * @property {boolean} [acknowledged]
 * @property {string} [retry_at]
 * @property {number} [took_ms]
 */

/** @typedef {{ workspace: string, view: string, conversation: string, message: string, at: string, channel: string, status: string, q: string }} Address */

/** @typedef {{ text: string, quoted: Message | null }} Draft */

export {};
