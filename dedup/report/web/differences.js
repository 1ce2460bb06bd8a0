// A text beside another one, marked character by character.

/**
 * Return both sides of a difference: what the representative loses, and what stands here.
 * @param {string} source
 * @param {Change[] | null} changes
 * @returns {{source: HTMLElement, copy: HTMLElement, together: HTMLElement}}
 */
function sides(source, changes) {
  if (changes === null) {
    return { source: body(source, shown(source)), copy: body(source, shown(source)), together: body(source, shown(source)) };
  }
  const points = Array.from(source);
  /** @type {Child[][]} */
  const [left, right, both] = [[], [], []];
  let at = 0;
  for (const [kind, length, text] of changes) {
    const before = points.slice(at, at + length).join("");
    at += length;
    if (kind === "equal") {
      for (const side of [left, right, both]) side.push(shown(before));
      continue;
    }
    if (kind === "deleted" || kind === "inserted" || kind === "replaced") {
      if (before) {
        left.push(changed("del", before, kind, text));
        both.push(changed("del", before, kind, text));
      }
      if (text) {
        right.push(changed("ins", text, kind, before));
        both.push(changed("ins", text, kind, before));
      }
      continue;
    }
    left.push(written(before, kind, text));
    right.push(written(text, kind, before));
    both.push(written(text, kind, before));
  }
  return { source: body(source, left), copy: body(source, right), together: body(source, both) };
}

/** @param {string} text @param {Child[]} children */
function body(text, children) {
  return el("div", { class: "text", ...languageOf(text) }, children);
}

/** @param {"del" | "ins"} tag @param {string} text @param {string} kind @param {string} other */
function changed(tag, text, kind, other) {
  const title = kind === "replaced"
    ? t(tag === "ins" ? "diff.instead" : "diff.became", { text: brief(other) })
    : t(`diff.${kind}`);
  // White space alone would not be seen.
  return el(tag, { title }, text.trim() ? shown(text) : text.replace(/[^\n]/g, "␣").replace(/\n/g, "⏎\n"));
}

/** Mark what is only written differently. @param {string} text @param {string} kind @param {string} other */
function written(text, kind, other) {
  return el("span", { class: `written ${kind}`, title: t(`diff.${kind}`, { text: brief(other) }) }, shown(text));
}

function brief(/** @type {string} */ text) {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

/** Return what the marks of these differences mean; null if there are none. @param {(Change[] | null)[]} all @param {"" | "pair"} where */
function legend(all, where = "") {
  const found = new Set(all.flatMap((changes) => (changes ?? []).map((change) => change[0])));
  if (found.has("replaced")) {
    found.add("deleted");
    found.add("inserted");
  }
  /** @type {[string, string][]} */
  const marks = [["deleted", "del"], ["inserted", "ins"], ["script", "span"], ["reading", "span"], ["form", "span"]];
  const used = marks.filter(([kind]) => found.has(kind));
  if (!used.length) return null;
  return el(
    "p", { class: "legend" },
    used.map(([kind, tag]) =>
      el("span", {}, el(tag, { class: tag === "span" ? `written ${kind}` : null }, t(`sample.${kind}`)), " ", t(where && tag !== "span" ? `pair.${kind}` : `legend.${kind}`))),
  );
}

/** Return a template: fixed text, and what stands in each slot. @param {Evidence} told */
function template(told) {
  if (told.template.every((part) => typeof part === "string")) return null;
  return el(
    "div", { class: "text template", ...languageOf(told.text) },
    told.template.map((part) => typeof part === "string" ? shown(part) : slot(part)),
  );
}

/** @param {Slot} part */
function slot(part) {
  const values = part.values.slice(0, 4);
  const more = part.values.length - values.length + part.more;
  const title = part.values.map(([value, count]) => `${value || t("nothing")} × ${count}`).join("\n");
  return el(
    "span", { class: `slot kind-${part.kind}`, title: `${t(`kind.${part.kind}`)}\n${title}` },
    values.map(([value], i) => [i ? el("span", { class: "or" }, "|") : null, value ? shown(value) : el("i", { class: "none" }, "∅")]),
    more > 0 && [el("span", { class: "or" }, "|"), "…"],
  );
}

/** Return what each member has in each slot. @param {Evidence} told */
function filledTable(told) {
  const known = told.members.filter((member) => member.values?.length);
  const slots = known[0]?.values?.length ?? 0;
  if (!slots || slots > 8) return null;
  return el(
    "div", { class: "scroll" }, el("table", { class: "slots" },
      el("thead", {}, el("tr", {}, el("th", {}, t("column.document")), Array.from({ length: slots }, (_, i) => el("th", {}, t("slot"), " ", i + 1)))),
      el("tbody", {}, known.map((member) => el("tr", {}, el("td", {}, documentNamed(member.document, member.line)),
        (member.values ?? []).map((value) => el("td", {}, value ? corpus(value) : el("i", { class: "none" }, "∅"))))))),
  );
}

/** Return the slots as a table: what stands in them how often. @param {Evidence} told */
function slotTable(told) {
  const slots = told.template.filter((part) => typeof part !== "string");
  if (!slots.length) return null;
  return el(
    "table", { class: "slots" },
    el("thead", {}, el("tr", {}, el("th", { class: "num" }, t("slot")), el("th", {}, t("kind")), el("th", {}, t("values")))),
    el("tbody", {}, slots.map((part, i) =>
      el("tr", {}, el("td", { class: "num" }, i + 1), el("td", {}, t(`kind.${part.kind}`)),
        el("td", {}, part.values.map(([value, count]) =>
          el("span", { class: "value" }, value ? corpus(value) : el("i", { class: "none" }, t("nothing")),
            count > 1 && el("span", { class: "times" }, `×${number(count)}`))),
        part.more > 0 && el("span", { class: "muted" }, t("more", { n: part.more })))))),
  );
}
