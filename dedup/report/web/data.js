// The views as the report holds them, and ways to find things in them. See report/views.py.

/**
 * @typedef {[kind: string, source: number, text: string]} Change
 * @typedef {{document: number, line: number, paragraph: number, hash: string, action: string,
 *   reason: string, similarity: number | null, masked: number | null, containment: number | null,
 *   direction: string | null, changes: Change[] | null,
 *   values: string[] | null, too_long: boolean}} Member
 * @typedef {{kind: string, values: [string, number][], more: number}} Slot
 * @typedef {{date: string, document: number, line: number, source: number | null,
 *   similarity: number | null}} Step
 * @typedef {{name: string, text: string, reasons: string[], fixed: number,
 *   template: (string | Slot)[],
 *   substitutions: {before: string, after: string, kind: string, count: number}[],
 *   origin: {status: string, reason: string, date: string | null, document: number | null,
 *     line: number | null},
 *   chain: Step[], members: Member[], hashes: string[], clusters: string[],
 *   family: string | null}} Evidence
 * @typedef {{kind: number, group: string | null, action: string, document: number | null,
 *   line: number | null, passage: boolean, source: boolean}} Span
 * @typedef {{document: number, text: string, spans: Span[], ends: number[], over: number[],
 *   count: number[]}} TextView
 * @typedef {{source: string, copy: string, changes: Change[] | null, linked: boolean,
 *   group: string | null}} Block
 * @typedef {{section: number, document: number, source: number, lines: [number, number],
 *   source_lines: [number, number], coverage: number, source_coverage: number, units: number,
 *   passages: number, matched: number, direction: string}} Section
 * @typedef {{shown: number, all: number}} Shown
 */

/** @type {any} */
const page = JSON.parse(/** @type {HTMLElement} */ (document.getElementById("data")).textContent ?? "");

/** @type {Record<string, any[]>} */
const groups = page.groups;
/** @type {Record<string, any[]>} */
const documents = page.documents;
/** @type {string[]} */
const classes = page.classes;

/** @type {Map<string, number>} */
const groupRow = new Map(groups.name.map((name, row) => [name, row]));
/** Return columns as rows. @param {Record<string, any[]>} columns @returns {any[]} */
function rowsOf(columns) {
  const names = Object.keys(columns);
  return columns[names[0]].map((_, row) => Object.fromEntries(names.map((name) => [name, columns[name][row]])));
}

/** Let a property be made when it is first asked for. @param {any} of @param {string} name @param {(now: any) => any} make */
function lazily(of, name, make) {
  const before = of[name];
  Object.defineProperty(of, name, { configurable: true, get() {
    const value = make(before);
    Object.defineProperty(of, name, { value });
    return value;
  } });
}

for (const each of page.evidence) {
  lazily(each, "members", (members) => rowsOf(members).map((member) => ({
    ...member,
    hash: each.hashes[member.hash],
    action: page.actions[member.action],
    reason: page.reasons[member.reason],
    direction: member.direction === null ? null : page.directions[member.direction],
    changes: typeof member.changes === "boolean" ? null : member.changes,
    too_long: member.changes === false,
  })));
}
for (const each of page.texts) {
  lazily(each, "spans", (spans) => rowsOf(spans).map((span) => ({ ...span, action: page.actions[span.action] })));
}
lazily(page, "sections", (sections) => rowsOf(sections).map((each) => ({ ...each, direction: page.directions[each.direction] })));
/** @type {Map<number, any>} Of sections, by number: their stretches, as columns. */
const alignedOf = new Map(page.aligned.map((/** @type {any} */ each) => [each.section, each]));

/** @type {Map<string, Evidence>} */
const evidenceOf = new Map(page.evidence.map((/** @type {Evidence} */ each) => [each.name, each]));
/** @type {Map<number, TextView>} */
const textOf = new Map(page.texts.map((/** @type {TextView} */ each) => [each.document, each]));

/** Return the names by which a document is found: its label, and its file and row. */
function documentKey(/** @type {number} */ index) {
  return `${documents.file[index]}:${documents.row[index]}`;
}

/** @type {Map<string, number>} */
const documentByKey = new Map(documents.doc.map((_, index) => [documentKey(index), index]));

/** @param {number} index @param {Record<string, string>} [query] */
function documentLink(index, query) {
  return address(["document", documentKey(index)], query);
}

/** Return a document's label as a link to its text. @param {number} index @param {number | null} line */
function documentNamed(index, line = null) {
  const place = line === null ? [] : [el("span", { class: "line" }, t("line", { line }))];
  return el(
    "a",
    { class: "doc", href: documentLink(index, line === null ? {} : { line: String(line) }) },
    el("bdi", {}, shown(documents.doc[index])), " ", place,
  );
}

/** Return how a cluster or family is called. */
function groupTitle(/** @type {string} */ name) {
  const number_ = name.slice(1);
  return t(name.startsWith("c") ? "cluster.n" : "family.n", { n: number_ });
}

function groupLink(/** @type {string} */ name) {
  return address(["group", name]);
}

/** Return the stretches of a section, those of both documents beside each other; null if they are
 * left out. @param {Section} section @returns {Block[] | null} */
function blocksOf(section) {
  const [told, copy, source] = [alignedOf.get(section.section), textOf.get(section.document), textOf.get(section.source)];
  if (!told || !copy || !source) return null;
  const { section: _, ...columns } = told;
  return rowsOf(columns).map((each) => ({
    source: source.text.slice(each.source_start, each.source_end),
    copy: copy.text.slice(each.start, each.end),
    changes: each.changes, linked: each.linked, group: each.group,
  }));
}

/** Return the sections of a pair of documents, in either direction. @returns {Section[]} */
function sectionsOf(/** @type {number} */ one, /** @type {number} */ other) {
  return page.sections.filter((/** @type {Section} */ each) =>
    (each.document === one && each.source === other) ||
    (each.document === other && each.source === one));
}
