// What a person decides: kept in the browser by content hash, undone, and written as decisions.json.
// docs/decisions.md says what each decision means to a run.

/**
 * @typedef {{decision: string, hash?: string, hashes?: string[], doc?: string, paragraph?: number,
 *   note?: string, by?: string, at?: string}} Entry
 * @typedef {{entries: Record<string, Entry>, notes: Record<string, string>}} Held
 */

const HELD = "dedup.decisions";

/** @type {Held} */
let held = { entries: {}, notes: {} };
/** @type {string[]} */
const undoable = [];
let persistent = true;

function startDecisions() {
  held = readHeld();
  addEventListener("storage", (event) => {
    if (event.key !== HELD) return;
    held = readHeld(); // another window with a report has decided something
    route();
  });
}

/** @returns {Held} */
function readHeld() {
  const before = kept(HELD);
  const entries = /** @type {Record<string, Entry>} */ ({});
  for (const entry of Object.values(before?.entries ?? {})) {
    const checked = checkedEntry(entry);
    if (checked) entries[keyOf(checked)] = checked;
  }
  return { entries, notes: { ...(before?.notes ?? {}) } };
}

const HASH = /^[0-9a-f]{32}$/;

/** Return an entry as a run would read it; null if it would not. @param {any} entry @returns {Entry | null} */
function checkedEntry(entry) {
  if (typeof entry !== "object" || entry === null) return null;
  const { decision, hash, hashes, doc, paragraph, note, by, at } = entry;
  /** @type {Entry} */
  const told = { decision };
  if (decision === "not_a_copy") {
    if (!Array.isArray(hashes) || hashes.length !== 2 || hashes[0] === hashes[1]) return null;
    if (!hashes.every((each) => typeof each === "string" && HASH.test(each))) return null;
    told.hashes = [...hashes].sort();
  } else {
    if (!["keep", "drop", "boilerplate", "keep_this"].includes(decision)) return null;
    if (typeof hash !== "string" || !HASH.test(hash)) return null;
    told.hash = hash;
    if (decision === "keep_this") {
      if (typeof doc !== "string" || !Number.isInteger(paragraph) || paragraph < 0) return null;
      told.doc = doc;
      told.paragraph = paragraph;
    }
  }
  for (const [name, value] of Object.entries({ note, by, at })) {
    if (typeof value === "string" && value) told[/** @type {"note"} */ (name)] = value;
  }
  return told;
}

/** Of two entries with one key the later one holds. @param {Entry} entry */
function keyOf(entry) {
  return entry.hashes ? `not_a_copy ${entry.hashes.join(" ")}` : `${entry.decision} ${entry.hash}`;
}

/** Change what is held by a function, so that it can be undone. @param {(held: Held) => void} change */
function decide(change) {
  const before = JSON.stringify(held);
  change(held);
  if (JSON.stringify(held) === before) return;
  undoable.push(before);
  store();
}

function undo() {
  const before = undoable.pop();
  if (before === undefined) {
    say(t("undo.nothing"));
    return;
  }
  held = JSON.parse(before);
  store();
  say(t("undo.done"));
}

function store() {
  persistent = keep(HELD, held);
  if (!persistent) say(t("notkept"));
}

/** What a decision of a text excludes: two such would contradict each other in the file. */
const EXCLUDES = /** @type {Record<string, string[]>} */ ({
  keep: ["drop"], keep_this: ["drop"], drop: ["keep", "keep_this"],
});

/** Put entries, or take them back if all of them are there. @param {Entry[]} entries */
function toggle(entries) {
  decide((now) => {
    const there = entries.every((entry) => sameEntry(now.entries[keyOf(entry)], entry));
    for (const entry of entries) {
      if (there) delete now.entries[keyOf(entry)];
      else put(now, entry);
    }
  });
}

/** @param {Held} now @param {Entry} entry */
function put(now, entry) {
  for (const other of EXCLUDES[entry.decision] ?? []) delete now.entries[`${other} ${entry.hash}`];
  now.entries[keyOf(entry)] = { ...entry, at: entry.at ?? new Date().toISOString().slice(0, 10) };
}

/** @param {Entry | undefined} one @param {Entry} other */
function sameEntry(one, other) {
  return one !== undefined && keyOf(one) === keyOf(other) && one.doc === other.doc && one.paragraph === other.paragraph;
}

/** Say whether all of these are decided. @param {Entry[]} entries */
function isDecided(entries) {
  return entries.length > 0 && entries.every((entry) => sameEntry(held.entries[keyOf(entry)], entry));
}

/** Return the decisions about any of some texts. @param {string[]} hashes @returns {Entry[]} */
function decisionsOf(hashes) {
  const among = new Set(hashes);
  return Object.values(held.entries).filter((entry) =>
    entry.hashes ? entry.hashes.every((hash) => among.has(hash)) : among.has(entry.hash ?? ""));
}

/** @type {{state: Record<string, Entry> | null, size: number, hashes: Set<string>, pairs: [string, string][]}} */
const decidedIndex = { state: null, size: -1, hashes: new Set(), pairs: [] };

/** Say whether anything is decided of a group. @param {Evidence} told */
function isJudged(told) {
  const { hashes, pairs } = decidedTexts();
  if (told.hashes.some((hash) => hashes.has(hash))) return true;
  return pairs.some(([one, other]) => told.hashes.includes(one) && told.hashes.includes(other));
}

function decidedTexts() {
  const size = undoable.length;
  if (decidedIndex.state !== held.entries || decidedIndex.size !== size) {
    const entries = Object.values(held.entries);
    decidedIndex.hashes = new Set(entries.flatMap((entry) => (entry.hash ? [entry.hash] : [])));
    decidedIndex.pairs = entries.flatMap((entry) => (entry.hashes ? [/** @type {[string, string]} */ (entry.hashes)] : []));
    decidedIndex.state = held.entries;
    decidedIndex.size = size;
  }
  return decidedIndex;
}

/** Return the file that `dedup run --decisions` reads. */
function decisionsFile() {
  const decisions = Object.keys(held.entries).sort().map((key) => {
    const entry = held.entries[key];
    const note = entry.note ?? (entry.hashes ?? [entry.hash ?? ""]).map((hash) => held.notes[hash]).find(Boolean);
    return note ? { ...entry, note } : entry;
  });
  return `${JSON.stringify({ schema_version: 1, decisions }, null, 1)}\n`;
}

/** Take decisions from a file to those that are held. @param {string} text */
function takeDecisions(text) {
  let read;
  try {
    read = JSON.parse(text);
  } catch {
    read = null;
  }
  const entries = Array.isArray(read?.decisions) && read.schema_version === 1
    ? read.decisions.map(checkedEntry) : [null];
  if (entries.includes(null)) {
    say(t("take.none"));
    return;
  }
  decide((now) => {
    for (const entry of entries) put(now, entry);
  });
  say(t("take.done", { n: entries.length }));
}

function saveDecisions() {
  const link = /** @type {HTMLAnchorElement} */ (el("a", { download: "decisions.json" }));
  link.href = URL.createObjectURL(new Blob([decisionsFile()], { type: "application/json" }));
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  say(t("saved", { n: Object.keys(held.entries).length }));
}
