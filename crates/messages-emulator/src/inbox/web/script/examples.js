// Messages to look at. All names and numbers are made up.

const USER = "447700900123";
const OURS = "447700900001";

/** @type {Record<string, any>[]} */
export const EXAMPLES = [
  { channel: "sms", message_type: "text", from: "Lighthouse", to: USER, text: "4711 is your code for The Lighthouse." },
  {
    channel: "rcs",
    message_type: "text",
    from: "Lighthouse",
    to: USER,
    text: "Your table is free at 8. Shall we keep it?",
    suggestions: [
      { type: "reply", text: "Yes, keep it", postback_data: "keep" },
      { type: "reply", text: "Cancel", postback_data: "cancel" },
    ],
  },
  { direction: "inbound", channel: "whatsapp", message_type: "text", from: USER, to: OURS, text: "Could we sit outside?" },
  {
    channel: "whatsapp",
    message_type: "custom",
    from: OURS,
    to: USER,
    custom: {
      type: "interactive",
      interactive: {
        type: "button",
        body: { text: "It may be cold. Which one do you prefer?" },
        action: {
          buttons: [
            { type: "reply", reply: { id: "inside", title: "By the window" } },
            { type: "reply", reply: { id: "outside", title: "On the terrace" } },
          ],
        },
      },
    },
  },
  { channel: "viber_service", message_type: "text", from: "Lighthouse", to: USER, text: "The kitchen is open until ten." },
  { channel: "sms", message_type: "text", from: OURS, to: "447700991050", text: "This number is barred: error 1050." },
];
