// Why an SMS has as many segments as it has.

import { object, text } from "../values.js";

/** @import { Message } from "../types.js" */

/** The alphabet of GSM 03.38, and the characters of its extension, which take two places. */
const ALPHABET = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
);
const EXTENSION = new Set("\f^{}\\[~]|€");

/**
 * The encoding of a text, with the first character that needs it, and how full the segments are.
 * @param {string} words
 * @param {string} [wanted]  the encoding that the message asks for
 */
export function encodingOf(words, wanted = "auto") {
  const isBasic = (/** @type {string} */ one) => ALPHABET.has(one) || EXTENSION.has(one);
  const foreign = [...words].find((one) => !isBasic(one));
  const isUnicode = wanted === "unicode" || (wanted !== "text" && foreign !== undefined);
  const units = isUnicode ? words.length : [...words].reduce((sum, one) => sum + (EXTENSION.has(one) ? 2 : 1), 0);
  return { isUnicode, foreign: wanted === "unicode" ? undefined : foreign, units };
}

/** Places of a segment, alone and as one of several. */
const PLACES = { gsm: [160, 153], unicode: [70, 67] };

/**
 * `2 segments · UCS-2 because of “’”`, and the same at length; `null` for a message that is not an SMS.
 * @param {Message} message
 */
export function segmentsOf({ sms_segments: segments, content }) {
  if (!segments) return null;
  const { isUnicode, foreign, units } = encodingOf(text(content.text), text(object(content.sms).encoding_type) || "auto");
  const [alone, several] = isUnicode ? PLACES.unicode : PLACES.gsm;
  const room = segments === 1 ? alone : several * segments;
  const reason = isUnicode ? `UCS-2${foreign ? ` because of “${foreign}”` : ", as asked for"}` : "GSM-7";
  return {
    isWorthTelling: segments > 1 || isUnicode,
    short: [segments > 1 ? `${segments} segments` : "1 segment", (isUnicode || segments > 1) && reason].filter(Boolean).join(" · "),
    long: `${segments} × ${segments === 1 ? alone : several} places of ${reason}: ${units} of ${room} used${
      foreign ? ` (${codePoint(foreign)} is not in GSM-7, which has ${PLACES.gsm[0]})` : ""
    }`,
  };
}

/** @param {string} character */
const codePoint = (character) => `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
