// The parameters of a WhatsApp template, each as the text that the phone would put into its place.

import { object, text } from "../values.js";

/** @param {any} parameter  of either form: a text, an object with a default, or one of a type */
export function parameterText(parameter) {
  if (typeof parameter !== "object") return text(parameter);
  const value = object(parameter);
  const own = object(value[text(value.type)] ?? value.currency ?? value.date_time);
  return (
    text(value.text) ||
    text(value.default) ||
    text(own.fallback_value) ||
    money(own) ||
    text(value.payload) ||
    text(value.coupon_code) ||
    JSON.stringify(parameter) ||
    ""
  );
}

/** @param {Record<string, any>} currency  an amount in thousandths */
function money({ code, amount_1000: amount }) {
  return code && amount !== undefined ? `${Number(amount) / 1000} ${text(code)}` : "";
}
