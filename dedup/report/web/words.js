// What the page says, in the reader's language, and numbers as that writes them.

/** @typedef {"en" | "zh"} Language */

const KEPT = "dedup.report"; // settings of the reader, beside the decisions

/** @type {{language: Language, theme: "auto" | "light" | "dark"}} */
const reader = { language: "en", theme: "auto" };

/** Read what the browser keeps; null where it keeps nothing, or is told not to. */
function kept(/** @type {string} */ key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

/** Keep a value in the browser, and say whether it could be kept. */
function keep(/** @type {string} */ key, /** @type {unknown} */ value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

function startReader() {
  const before = kept(KEPT) ?? {};
  const own = (navigator.languages?.[0] ?? navigator.language ?? "en").toLowerCase();
  reader.language = before.language === "zh" || before.language === "en"
    ? before.language : own.startsWith("zh") ? "zh" : "en";
  reader.theme = before.theme === "light" || before.theme === "dark" ? before.theme : "auto";
  showReader();
}

function showReader() {
  document.documentElement.lang = reader.language === "zh" ? "zh-Hans" : "en";
  if (reader.theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = reader.theme;
}

/** @param {Partial<typeof reader>} change */
function setReader(change) {
  Object.assign(reader, change);
  keep(KEPT, reader);
  showReader();
}

/**
 * Return a phrase; {name} in it stands for a value, {name:one,many} for a noun of that number.
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 */
function t(key, values = {}) {
  const said = SAID.words[key];
  if (!said) throw new Error(`nothing is called ${key}`);
  return fill(said[reader.language === "zh" ? 1 : 0], values);
}

/** @param {string} phrase @param {Record<string, string | number>} values */
function fill(phrase, values) {
  return phrase.replace(/\{(\w+)(?::([^,}]*),([^}]*))?\}/g, (_, name, one, many) => {
    const value = values[name];
    if (one !== undefined) return value === 1 ? one : many;
    return typeof value === "number" ? number(value) : String(value);
  });
}

/** @type {Map<string, Intl.NumberFormat>} */
const formats = new Map();

/** @param {number} value @param {Intl.NumberFormatOptions} [options] */
function number(value, options) {
  const key = reader.language + JSON.stringify(options ?? 0);
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(reader.language === "zh" ? "zh-Hans" : "en", options);
    formats.set(key, format);
  }
  return format.format(value);
}

/** @param {number} part @param {number} whole */
function percent(part, whole) {
  return number(whole ? part / whole : 0, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
}

/** Return a similarity as it is written everywhere: two digits, rounded down, so that 1 is equal. */
function share(/** @type {number | null} */ value) {
  return value === null ? "–" : (Math.floor(value * 100 + 1e-9) / 100).toFixed(2);
}

/** Return what the run says, a reason or a piece of evidence, in the reader's language. */
function told(/** @type {string} */ reason) {
  if (reader.language === "en") return reason;
  for (const [pattern, chinese] of reasonPatterns()) {
    const found = pattern.exec(reason);
    if (found) {
      let at = 0;
      return chinese.replace(/\{\}/g, () => told(found[++at] ?? ""));
    }
  }
  return reason;
}

/** @type {[RegExp, string][] | null} */
let patterns = null;

function reasonPatterns() {
  patterns ??= Object.entries(SAID.reasons).map(([english, chinese]) => {
    const parts = english.split("{}").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    return [new RegExp(`^${parts.join("(.+?)")}$`), chinese];
  });
  return patterns;
}
