// The page's one state. The event stream and the user's actions change it; components draw what they select of it.

import { useLayoutEffect, useReducer, useRef } from "preact/hooks";

/** @import { Address, Conversation, Draft, LogEntry, Message, MessageDetail } from "./types.js" */

/**
 * @typedef {object} List
 * @property {Map<number, Conversation[]>} pages  known conversations, by page
 * @property {number | null} total  `null` before the first response
 * @property {number} unread
 * @property {number | null} before  the message number at which the list ends while it is scrolled down; `null` while it is live
 * @property {boolean} frozen  the order is held, since the pointer or the focus is in the list
 * @property {number} arrived  messages that came in while the order was held
 * @property {number} edition  counts the requests: a response to an earlier one is dropped
 * @property {number | null} cursor  the conversation that the keys are on
 * @property {{ first: number, end: number, atTop: boolean }} range  the rows in sight
 * @property {{ index: number, focus: boolean } | null} reveal  a row that is to be scrolled into sight
 */

/**
 * @typedef {object} Thread
 * @property {number} id  the open conversation; 0 is none
 * @property {Conversation | null | undefined} conversation  `undefined` while it is loading, `null` if there is none
 * @property {Message[]} messages  the oldest first
 * @property {boolean} hasEarlier
 * @property {number} depth  number of messages that are asked for
 * @property {number} edition  counts the requests: a response to an earlier one is dropped
 * @property {number} toEnd  counts the wishes to scroll to the end
 * @property {{ uuid: string } | null} reveal  a message that is to be scrolled into sight
 */

/** @typedef {{ uuid: string, message: MessageDetail | null | undefined }} Timeline */

/**
 * @typedef {object} Activity
 * @property {LogEntry[]} entries  the newest first
 * @property {"" | "request" | "webhook" | "failed"} filter
 * @property {number} failures  since the activity was looked at
 * @property {number} waiting  entries that came in while the pointer was on the shown ones
 */

/** @typedef {{ key: string, tone: string, words: string, ends: number, undo: (() => unknown) | null }} Notice */

/**
 * @typedef {object} State
 * @property {Address} address
 * @property {boolean} isUnknownWorkspace  the address names a workspace that is not open
 * @property {boolean | null} isLive  `null` before the first connection
 * @property {List} list
 * @property {Thread} thread
 * @property {Timeline} timeline
 * @property {Activity} activity
 * @property {Record<string, Draft>} drafts  by the parties of the conversation
 * @property {Notice[]} notices
 * @property {(() => import("preact").VNode) | null} dialog  draws the open dialog
 * @property {import("./types.js").Clock | null} clock
 * @property {string} theme
 * @property {boolean} notifies  the browser is to tell of new messages
 * @property {boolean} hasLetterKeys  one-letter keys are on
 */

/** @type {State} */
const state = {
  address: { workspace: "", view: "", conversation: "", message: "", at: "", channel: "", status: "", q: "" },
  isUnknownWorkspace: false,
  isLive: null,
  list: {
    pages: new Map(),
    total: null,
    unread: 0,
    before: null,
    frozen: false,
    arrived: 0,
    edition: 0,
    cursor: null,
    range: { first: 0, end: 0, atTop: true },
    reveal: null,
  },
  thread: { id: 0, conversation: undefined, messages: [], hasEarlier: false, depth: 0, edition: 0, toEnd: 0, reveal: null },
  timeline: { uuid: "", message: undefined },
  activity: { entries: [], filter: "", failures: 0, waiting: 0 },
  drafts: {},
  notices: [],
  dialog: null,
  clock: null,
  theme: "",
  notifies: false,
  hasLetterKeys: true,
};

/** @type {Set<() => void>} */
const listeners = new Set();

export const get = () => state;

/**
 * Replaces parts of the state.
 * @param {Partial<State>} changes
 */
export function set(changes) {
  Object.assign(state, changes);
  for (const listener of listeners) listener();
}

/**
 * Replaces parts of one object of the state.
 * @template {"list" | "thread" | "timeline" | "activity"} Name
 * @param {Name} name
 * @param {Partial<State[Name]>} changes
 */
export function setIn(name, changes) {
  set(/** @type {Partial<State>} */ ({ [name]: { ...state[name], ...changes } }));
}

/**
 * A part of the state; the component is drawn again when another value is selected.
 * @template Part
 * @param {(state: State) => Part} select
 * @returns {Part}
 */
export function useStore(select) {
  const [, redraw] = useReducer((/** @type {number} */ count) => count + 1, 0);
  const part = select(state);
  const drawn = useRef({ select, part });
  drawn.current = { select, part };
  useLayoutEffect(() => {
    const compare = () => {
      if (!Object.is(drawn.current.select(state), drawn.current.part)) redraw(null);
    };
    listeners.add(compare);
    compare();
    return () => void listeners.delete(compare);
  }, []);
  return part;
}
