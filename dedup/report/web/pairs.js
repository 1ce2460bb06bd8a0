// Two documents side by side, what they share aligned.

/** @param {number} one @param {number} other @param {number} [section] */
function pairLink(one, other, section) {
  return address(["pair", documentKey(one), documentKey(other)], section === undefined ? {} : { section: String(section) });
}

/** @param {number} one @param {number} other @param {URLSearchParams} query */
function pairView(one, other, query) {
  const sections = sectionsOf(one, other);
  const [a, b] = [textOf.get(one), textOf.get(other)];
  const wanted = query.get("section");
  const parts = sections.map((section) => sectionPart(section, String(section.section) === wanted));
  return el("div", { class: "pair" },
    el("nav", { class: "steps" }, el("a", { href: "#/matrix" }, "← ", t("view.matrix")), copyButton(location.href, t("copy.link"))),
    el("h1", {}, documentNamed(one), el("span", { class: "muted" }, " ↔ "), documentNamed(other)),
    el("p", { class: "lead" }, sharedSentence(one, other), sections.length ? ` ${t("sections.n", { n: sections.length })}` : ""),
    parts, a && b ? wholePair(a, b, sections.length > 0) : empty("empty.pair"));
}

/** @param {number} one @param {number} other */
function sharedSentence(one, other) {
  const of = (/** @type {number} */ x, /** @type {number} */ y) => documents.shared[x].find((/** @type {[number, number]} */ [index]) => index === y)?.[1] ?? 0;
  const most = Math.max(of(one, other), of(other, one));
  return most ? t("pair.lead", { n: most, one: percent(of(one, other), documents.characters[one]), other: percent(of(other, one), documents.characters[other]) }) : t("pair.little");
}

/** @param {Section} section @param {boolean} wanted */
function sectionPart(section, wanted) {
  const blocks = blocksOf(section);
  const part = el("section", { class: "sectionpart", id: `section-${section.section}` },
    el("h2", {}, t("section.n", { n: String(section.section) }), " ", el("span", { class: "muted" }, t("characters.n", { n: section.matched }), " · ", t("coverage", { one: percent(section.source_coverage, 1), other: percent(section.coverage, 1) }))),
    blocks ? aligned(section, blocks) : empty("section.left"));
  if (wanted) requestAnimationFrame(() => part.scrollIntoView({ block: "start" }));
  return part;
}

/** @param {Section} section @param {Block[]} blocks */
function aligned(section, blocks) {
  const date = (/** @type {number} */ index) => documents.date[index] && el("time", {}, documents.date[index]);
  const first = { from_source: "source", to_source: "document" }[section.direction];
  const head = (/** @type {"source" | "document"} */ side) => el("div", { class: "blockhead" }, documentNamed(section[side], (side === "source" ? section.source_lines : section.lines)[0]), date(section[side]), first === side && el("span", { class: "status dated" }, t("had.first")));
  return [
    legend(blocks.map((block) => block.changes), "pair"),
    el("div", { class: "blocks" }, head("source"), head("document"), blocks.map((block) => {
      const [there, here] = block.linked ? [block.source, block.copy] : [block.source.trim(), block.copy.trim()];
      const { source, copy } = block.changes ? sides(there, block.changes) : { source: body(there, shown(there)), copy: body(here, shown(here)) };
      const kind = `block ${block.linked ? "linked" : "alone"}`;
      return [el("div", { class: kind }, there ? source : null), el("div", { class: kind }, here ? copy : null,
        block.group !== null && groupRow.has(block.group) && el("a", { class: "grouplink", href: groupLink(block.group) }, groupTitle(block.group)))];
    })),
  ];
}

/** Both texts whole, what they have in common numbered. @param {TextView} a @param {TextView} b @param {boolean} folded */
function wholePair(a, b, folded) {
  const names = (/** @type {TextView} */ told) => new Set(told.spans.flatMap((span) => span.group ?? []));
  const inB = names(b);
  const common = [...names(a)].filter((name) => inB.has(name));
  const numbers = new Map(common.map((name, i) => [name, String(i + 1)]));
  const label = (/** @type {number} */ other) => (/** @type {Span} */ span) =>
    span.group !== null && numbers.has(span.group) ? /** @type {string} */ (numbers.get(span.group)) : span.passage && span.document === other ? "¶" : null;
  const none = new URLSearchParams();
  const columns = el("div", { class: "columns two" },
    el("div", {}, el("h3", {}, documentNamed(a.document)), documentText(a, none, label(b.document))),
    el("div", {}, el("h3", {}, documentNamed(b.document)), documentText(b, none, label(a.document))));
  return folded ? el("details", {}, el("summary", {}, t("whole.pair")), columns) : columns;
}
