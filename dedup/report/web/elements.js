// Elements made from data: text is always text, never markup.

/**
 * @typedef {Record<string, string | number | boolean | null | undefined | ((event: any) => void)>} Attributes
 */

/**
 * Make an element; an attribute that is a function listens to the event of its name.
 * @param {string} tag
 * @param {Attributes} attributes
 * @param {...Child} children
 * @returns {HTMLElement}
 */
function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") made.addEventListener(name, value);
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  add(made, children);
  return made;
}

/** @param {Element | DocumentFragment} parent @param {Child[]} children */
function add(parent, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) add(parent, child);
    else parent.append(typeof child === "number" ? number(child) : child);
  }
  return parent;
}

// Characters that show nothing, or turn the direction of what follows: they are named.
const HIDDEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/;
const HIDDEN_NAMES = /** @type {Record<number, string>} */ ({
  0x200b: "ZWSP", 0x200c: "ZWNJ", 0x200d: "ZWJ", 0x200e: "LRM", 0x200f: "RLM", 0x202a: "LRE",
  0x202b: "RLE", 0x202c: "PDF", 0x202d: "LRO", 0x202e: "RLO", 0x2028: "LS", 0x2029: "PS",
  0x2066: "LRI", 0x2067: "RLI", 0x2068: "FSI", 0x2069: "PDI", 0xfeff: "BOM", 0x00: "NUL",
  0xad: "SHY", 0x0d: "CR",
});

/** Return text of the corpus with what cannot be seen made visible. @returns {Child[]} */
function shown(/** @type {string} */ text) {
  if (!HIDDEN.test(text)) return [text];
  /** @type {Child[]} */
  const parts = [];
  let plain = "";
  for (const character of text.replace(/\r\n/g, "\n")) {
    if (!HIDDEN.test(character)) {
      plain += character;
      continue;
    }
    const code = /** @type {number} */ (character.codePointAt(0));
    const hex = code.toString(16).toUpperCase().padStart(4, "0");
    parts.push(plain, el("span", { class: "control", title: `U+${hex}` }, HIDDEN_NAMES[code] ?? hex));
    plain = "";
  }
  return [...parts, plain];
}

const HAN = /[\u3400-\u9fff\uf900-\ufaff]|[\ud840-\ud8bf]/;

/** Return text of the corpus as an element: its own language and direction. */
function corpus(/** @type {string} */ text, /** @type {string} */ tag = "span", /** @type {Attributes} */ more = {}) {
  return el(tag, { ...languageOf(text), ...more }, shown(text));
}

/** @returns {Attributes} */
function languageOf(/** @type {string} */ text) {
  return HAN.test(text.slice(0, 2000)) ? { lang: "zh", dir: "auto" } : { lang: "und", dir: "auto" };
}

/** @param {string} name @param {string} [label] */
function classMark(name, label) {
  return el("span", { class: `mark class-${name}` }, label ?? t(`class.${name}`));
}

/** Return a bar that is a share of its width. @param {number} part @param {number} whole */
function bar(part, whole) {
  const made = el("span", { class: "share-bar", "aria-hidden": "true" });
  const inner = el("span");
  inner.style.inlineSize = `${whole ? Math.max(part ? 2 : 0, (100 * part) / whole) : 0}%`;
  made.append(inner);
  return made;
}

/** Say something that changed, for those who see it and those who hear it. */
function say(/** @type {string} */ text) {
  const said = /** @type {HTMLElement} */ (document.getElementById("said"));
  said.textContent = text;
  said.classList.remove("hidden");
  clearTimeout(say.timer);
  say.timer = setTimeout(() => said.classList.add("hidden"), 4000);
}
say.timer = 0;

/** Return a button. @param {Child} label @param {() => void} act @param {Attributes} more */
function button(label, act, more = {}) {
  return el("button", { type: "button", click: act, ...more }, label);
}

/** Return a button that copies a text. @param {string} text @param {string} label */
function copyButton(text, label) {
  return button(label, () => copyText(text), { class: "quiet" });
}

async function copyText(/** @type {string} */ text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // A file has no clipboard in some browsers: copy as a selection does.
    const area = /** @type {HTMLTextAreaElement} */ (el("textarea", { class: "offscreen" }));
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  say(t("copied"));
}

/** Return a chart that was drawn when the report was made. */
function chart(/** @type {string} */ name) {
  const held = /** @type {HTMLTemplateElement | null} */ (document.getElementById(`chart-${name}`));
  if (!held) return null;
  const drawing = /** @type {DocumentFragment} */ (held.content.cloneNode(true));
  for (const text of drawing.querySelectorAll("[data-t]")) {
    text.textContent = t(/** @type {string} */ (text.getAttribute("data-t")));
  }
  return drawing;
}

/** Return an address within the report. @param {string[]} path @param {Record<string, string>} [query] */
function address(path, query = {}) {
  const asked = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== ""));
  const rest = asked.toString();
  return `#/${path.map(encodeURIComponent).join("/")}${rest ? `?${rest}` : ""}`;
}
