// Times, sizes and JSON as people read them.

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const seconds = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
  hourCycle: "h23",
});
const day = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const shortDay = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const number = new Intl.NumberFormat();

/** @param {Date} moment */
const isToday = (moment) => moment.toDateString() === new Date().toDateString();

/** @param {string} at */
export const atClock = (at) => clock.format(new Date(at));

/** @param {string} at */
export const atSecond = (at) => seconds.format(new Date(at));

/** @param {string} at */
export const onDay = (at) => (isToday(new Date(at)) ? "Today" : day.format(new Date(at)));

/** @param {string} at */
export const whenShort = (at) => (isToday(new Date(at)) ? clock.format(new Date(at)) : shortDay.format(new Date(at)));

/** @param {number} value */
export const count = (value) => number.format(value);

/**
 * `1 message`, `2 messages`.
 * @param {number} value
 * @param {string} one
 */
export const counted = (value, one, many = `${one}s`) => `${count(value)} ${value === 1 ? one : many}`;

/**
 * JSON with indentation; another text stays as it is.
 * @param {string} body
 */
export function pretty(body) {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
