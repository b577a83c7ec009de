// The emulator's clock: shown in the head of the page when it is not real time.

import { useEffect, useReducer } from "preact/hooks";

import { go } from "../address.js";
import * as api from "../api.js";
import { onChange } from "../live.js";
import { button, html } from "../markup.js";
import { attempt } from "../notice.js";
import { get, set, useStore } from "../store.js";

/** @import { Clock } from "../types.js" */

const TICK_MS = 1000;
/** In milliseconds. A clock that was moved differs by more from real time. */
const REAL = 5000;

/** The moment at which the clock was read, on the browser's own. */
let readAt = 0;

/** @param {Clock | null} clock */
function keep(clock) {
  if (!clock) return;
  readAt = Date.now();
  set({ clock });
}

async function load() {
  keep(await api.clock().catch(() => null));
}

export function startClock() {
  void load();
  // A test may have moved it; nothing else tells of that.
  onChange(({ everything }) => (everything || get().clock?.stepped ? load() : null));
}

/** @param {Parameters<typeof api.setClock>[0]} change */
const change = async (change) => keep(await attempt("The clock", () => api.setClock(change)));

/** @param {Clock} clock */
export function nowOf({ now, speed = 0 }, since = Date.now() - readAt) {
  return new Date(Date.parse(now) + since * speed);
}

/**
 * `null` for real time.
 * @param {Clock} clock
 */
export function paceWords(clock, now = nowOf(clock)) {
  if (clock.stepped) return "paused";
  if (clock.speed !== 1) return `×${clock.speed}`;
  return Math.abs(now.getTime() - Date.now()) > REAL ? "moved" : null;
}

const shown = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

function useTick() {
  const [, tick] = useReducer((/** @type {number} */ count) => count + 1, 0);
  useEffect(() => {
    const timer = setInterval(() => tick(null), TICK_MS);
    return () => clearInterval(timer);
  }, []);
}

/** In the head of the page; opens the controls. */
export function ClockChip() {
  const clock = useStore((state) => state.clock);
  const pace = clock && paceWords(clock);
  return clock && pace && html`<${Chip} clock=${clock} pace=${pace} />`;
}

/** @param {{ clock: Clock, pace: string }} properties */
function Chip({ clock, pace }) {
  useTick();
  return html`<button id="clock" type="button" title="The emulator's time is not real time" onclick=${() => go({ view: "simulate" })}>
    <strong>${pace}</strong> <time>${shown.format(nowOf(clock))}</time>
  </button>`;
}

export function ClockControls() {
  const clock = useStore((state) => state.clock);
  useTick();
  if (!clock) return null;
  const { stepped, speed } = clock;
  /**
   * @param {number} times
   * @param {string} words
   */
  const pace = (times, words) =>
    button(words, { "aria-pressed": String(!stepped && speed === times) }, () => change({ speed: times }));
  return html`<p class="time"><time>${shown.format(nowOf(clock))}</time> · ${paceWords(clock) ?? "real time"}</p>
    <div class="row-tools pills">
      ${button("Pause", { id: "pause", "aria-pressed": String(stepped) }, () => change({ stepped: true }))} ${pace(1, "×1")}
      ${pace(60, "×60")} ${button("+10 min", {}, () => change({ advance: "10m" }))} ${button("+1 day", {}, () => change({ advance: "24h" }))}
    </div>`;
}
