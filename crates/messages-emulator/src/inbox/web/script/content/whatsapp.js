// WhatsApp: templates, interactive messages, products.

import { h } from "preact";

import { button } from "../markup.js";
import { ask } from "../dialog.js";
import { notice } from "../notice.js";
import { EXTRAS } from "../thread/extras.js";
import { send, tapButton, tapReply } from "../thread/person.js";
import { list, object, table, text } from "../values.js";
import { formatted } from "./formatting.js";
import { locationOf, media } from "./media.js";
import { parameterText } from "./parameters.js";

/** @import { Message } from "../types.js" */

/**
 * A template by its name: its text lies with the provider, so the parameters are shown in their order.
 * @param {any} content
 */
export function templateOf({ template, whatsapp }) {
  const { name, parameters } = object(template);
  return [
    h("p", { class: "tapped" }, ["Template", text(name), text(object(whatsapp).locale)].filter(Boolean).join(" · ")),
    parameterList(list(parameters).map(parameterText)),
  ];
}

/** @param {string[]} values */
function parameterList(values) {
  return (
    values.length > 0 &&
    h(
      "ol",
      { class: "parameters" },
      values.map((value, index) =>
        h("li", {}, h("span", { class: "slot" }, `{{${index + 1}}}`), h("span", { class: "words", dir: "auto" }, value)),
      ),
    )
  );
}

/**
 * A template with components: header, body, buttons.
 * @param {any} value
 * @param {Message} message
 */
export function componentTemplate(value, message) {
  const template = object(value);
  const components = list(template.components).map(object);
  const language = text(object(template.language).code);
  return [
    h("p", { class: "tapped" }, ["Template", text(template.name), language].filter(Boolean).join(" · ")),
    ...components
      .filter(({ type }) => text(type).toLowerCase() !== "button")
      .map(({ type, parameters }) => componentParameters(text(type), parameters)),
    buttons(
      components
        .filter(({ type }) => text(type).toLowerCase() === "button")
        .map((component) => templateButton(component, message)),
    ),
  ];
}

/**
 * @param {string} type
 * @param {any} parameters
 */
function componentParameters(type, parameters) {
  const values = list(parameters).map(object);
  const isMedium = (/** @type {any} */ { type: kind }) => ["image", "video", "document", "location"].includes(kind);
  const shown = values.filter(isMedium).map((parameter) => {
    const value = object(parameter[parameter.type]);
    if (parameter.type === "location") return locationOf(value);
    return media(parameter.type === "document" ? "file" : parameter.type, { url: value.link, id: value.id, name: value.filename });
  });
  const others = values.filter((parameter) => !isMedium(parameter)).map(parameterText);
  return [type.toLowerCase() === "header" && others.length > 0 && h("p", { class: "small" }, "Header"), shown, parameterList(others)].flat();
}

/**
 * @param {Record<string, any>} component
 * @param {Message} message
 */
function templateButton({ sub_type: kind, parameters, index }, message) {
  const parameter = object(list(parameters)[0]);
  const payload = text(parameter.payload) || text(parameter.text);
  const label = payload || `Button ${Number(index ?? 0) + 1}`;
  return tapTarget(label, kind === "url" ? "Opens a web page" : "Answers", () => tapButton(message, { payload, text: label }));
}

/**
 * Buttons, a list, one product or several.
 * @param {any} value
 * @param {Message} message
 */
export function interactive(value, message) {
  const { type, header, body, footer, action } = object(value);
  const act = object(action);
  return [
    heading(object(header)),
    formatted(text(object(body).text)),
    text(object(footer).text) && h("p", { class: "small", dir: "auto" }, text(object(footer).text)),
    ...(INTERACTIVE[type]?.(act, message) ?? []),
  ];
}

/** @param {Record<string, any>} header */
function heading(header) {
  if (text(header.text)) return h("h3", { dir: "auto" }, text(header.text));
  const kind = ["image", "video", "document"].find((name) => header[name]);
  return kind ? media(kind === "document" ? "file" : kind, { url: object(header[kind]).link }) : null;
}

/** @type {Record<string, (action: any, message: Message) => any>} */
const INTERACTIVE = table({
  button: ({ buttons: given }, message) => [
    buttons(
      list(given).map((one) => {
        const { id, title } = object(object(one).reply);
        return tapTarget(text(title), "Answers", () => tapReply(message, { id: text(id), title: text(title) }));
      }),
    ),
  ],
  list: ({ button: label, sections }, message) => [
    h(
      "details",
      { class: "options" },
      h("summary", {}, text(label) || "Choose"),
      list(sections)
        .map(object)
        .map((section) => [
          text(section.title) && h("h4", {}, text(section.title)),
          list(section.rows)
            .map(object)
            .map(({ id, title, description }) =>
              button(
                h("span", {}, text(title), text(description) && h("span", { class: "small" }, text(description))),
                { class: "option" },
                () =>
                  tapReply(message, {
                    id: text(id),
                    title: text(title),
                    ...(text(description) && { description: text(description) }),
                  }),
              ),
            ),
        ])
        .flat(2),
    ),
  ],
  product: ({ catalog_id: catalog, product_retailer_id: id }) => [
    products(catalog, [{ product_items: [{ product_retailer_id: id }] }]),
  ],
  product_list: ({ catalog_id: catalog, sections }) => [products(catalog, list(sections))],
  cta_url: ({ parameters }) => {
    const { display_text: label, url } = object(parameters);
    return [opener(text(label) || "Open", text(url)), h("p", { class: "payload" }, text(url))];
  },
  flow: ({ parameters }) => {
    const { flow_cta: label, flow_id: id, flow_name: name, flow_action: act, mode } = object(parameters);
    const facts = [text(name) || text(id), text(act), text(mode)].filter(Boolean).join(" · ");
    return [opener(text(label) || "Open the flow", ""), h("p", { class: "payload" }, `Flow ${facts}`)];
  },
  location_request_message: () => [
    buttons([
      tapTarget("Send location", "Answers with a location", async () => {
        const { name, fields, content } = EXTRAS.location;
        const filled = await ask(name, fields("whatsapp"));
        if (filled) await send("location", content(filled, "whatsapp"));
      }),
    ]),
  ],
  address_message: () => [opener("Provide address", "")],
  catalog_message: () => [opener("View catalogue", "")],
});

/**
 * @param {any} catalog
 * @param {any[]} sections
 */
function products(catalog, sections) {
  return h(
    "div",
    { class: "products" },
    h("p", { class: "tapped" }, `Catalogue ${text(catalog)}`),
    sections
      .map(object)
      .map((section) => [
        text(section.title) && h("h4", {}, text(section.title)),
        h(
          "ul",
          { class: "order" },
          list(section.product_items).map((item) => h("li", {}, text(object(item).product_retailer_id))),
        ),
      ])
      .flat(),
  );
}

/**
 * A button that opens something on the phone, of which the application is not told.
 * @param {string} label
 * @param {string} url
 */
function opener(label, url) {
  const words = url ? `On the phone this opens ${url}` : "On the phone this opens a form; the API has no inbound message for a tap on it.";
  return buttons([tapTarget(label, words, () => notice(words, { key: "tap" }))]);
}

/** @param {any[]} made */
export const buttons = (made) => made.length > 0 && h("div", { class: "buttons" }, made);

/**
 * @param {string} label
 * @param {string} title
 * @param {() => unknown} tap
 */
export function tapTarget(label, title, tap) {
  return button(label || "Button", { class: "tap", title }, tap);
}
