// WhatsApp: templates, interactive messages, products.

import { h } from "preact";

import { button } from "../markup.js";
import { tapButton, tapReply } from "../thread/person.js";
import { list, object, table, text } from "../values.js";
import { media } from "./media.js";

/** @import { Message } from "../types.js" */

/**
 * A template by its name: its text lies with the provider, so the parameters are shown in their order.
 * @param {any} content
 */
export function templateOf({ template, whatsapp }) {
  const { name, parameters } = object(template);
  return [
    h("p", { class: "tapped" }, ["Template", text(name), text(object(whatsapp).locale)].filter(Boolean).join(" · ")),
    parameterList(list(parameters).map((parameter) => text(parameter) || text(object(parameter).default))),
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
        h("li", {}, h("span", { class: "slot" }, `{{${index + 1}}}`), h("span", { class: "words" }, value)),
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
      .map(({ parameters }) => componentParameters(parameters)),
    buttons(
      components
        .filter(({ type }) => text(type).toLowerCase() === "button")
        .map((component) => templateButton(component, message)),
    ),
  ];
}

/** @param {any} parameters */
function componentParameters(parameters) {
  const values = list(parameters).map(object);
  const shown = values
    .filter(({ type }) => ["image", "video", "document"].includes(type))
    .map((parameter) =>
      media(parameter.type === "document" ? "file" : parameter.type, { url: object(parameter[parameter.type]).link }),
    );
  return [shown, parameterList(values.map((parameter) => text(parameter.text)).filter(Boolean))].flat();
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
    text(object(body).text) && h("p", { class: "words" }, text(object(body).text)),
    text(object(footer).text) && h("p", { class: "small" }, text(object(footer).text)),
    ...(INTERACTIVE[type]?.(act, message) ?? []),
  ];
}

/** @param {Record<string, any>} header */
function heading(header) {
  if (text(header.text)) return h("h3", {}, text(header.text));
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
