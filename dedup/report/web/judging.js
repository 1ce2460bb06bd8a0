// Judging: the bar under a group, its keys, and the page of all decisions.

/** What is judged now: a group and the member that is chosen in it. @type {{evidence: Evidence, member: Member, choose: (step: number) => void} | null} */
let judging = null;

/** @typedef {{key: string, name: string, entries: (now: NonNullable<typeof judging>) => Entry[] | null}} Judgement */

/** @type {Judgement[]} */
const JUDGEMENTS = [
  { key: "a", name: "keep", entries: ({ evidence }) => evidence.hashes.map((hash) => ({ decision: "keep", hash })) },
  { key: "t", name: "keep_this", entries: ({ member }) => [{ decision: "keep_this", hash: member.hash, doc: documents.doc[member.document], paragraph: member.paragraph }] },
  { key: "d", name: "drop", entries: ({ member }) => [{ decision: "drop", hash: member.hash }] },
  { key: "b", name: "boilerplate", entries: ({ evidence }) => evidence.hashes.map((hash) => ({ decision: "boilerplate", hash })) },
  { key: "x", name: "not_a_copy", entries: ({ evidence, member }) => {
    const first = evidence.members[0].hash;
    return first === member.hash ? null : [{ decision: "not_a_copy", hashes: [first, member.hash].sort() }];
  } },
];

/** Judge what is chosen. @param {Judgement} judgement */
function judge(judgement) {
  if (!judging) return;
  const entries = judgement.entries(judging);
  if (!entries) {
    say(t("judge.same"));
    return;
  }
  const before = isDecided(entries);
  toggle(entries);
  if (persistent) say(t(before ? "judge.back" : "judge.done", { what: t(`decision.${judgement.name}`) }));
  redraw();
}

/** Draw again what shows decisions, and nothing else. */
function redraw() {
  drawBar();
  drawStatus();
  if (!judging) return;
  const { evidence } = judging;
  document.querySelectorAll(".member").forEach((item, i) => {
    const member = evidence.members[i];
    const marks = decisionsOf([member.hash]).map((entry) => decisionMark(entry, member));
    const pairs = Object.values(held.entries).filter((entry) => entry.hashes?.includes(member.hash) && entry.hashes.includes(evidence.members[0].hash) && i > 0);
    item.querySelector(".decided")?.replaceChildren(...marks, ...pairs.map((entry) => decisionMark(entry, member)));
  });
}

/** @param {Entry} entry @param {Member} member */
function decisionMark(entry, member) {
  const other = entry.decision === "keep_this" && (entry.doc !== documents.doc[member.document] || entry.paragraph !== member.paragraph);
  return el("span", { class: `decision ${entry.decision}` }, t(other ? "decision.keep_other" : `decision.${entry.decision}`));
}

/** Draw the bar at the foot of a group. */
function drawBar() {
  const foot = /** @type {HTMLElement} */ (document.getElementById("foot"));
  if (!judging) {
    foot.replaceChildren();
    return;
  }
  const now = judging;
  const { evidence } = now;
  const hash = evidence.members[0].hash;
  const note = /** @type {HTMLInputElement} */ (el("input", {
    id: "note", type: "text", placeholder: t("note"), "aria-label": t("note"), value: held.notes[hash] ?? "",
    change: (event) => decide((state) => {
      if (event.target.value) state.notes[hash] = event.target.value;
      else delete state.notes[hash];
    }),
    keydown: (event) => {
      if (event.key === "Enter" || event.key === "Escape") event.target.blur();
    },
  }));
  foot.replaceChildren(el("div", { class: "judge", role: "toolbar", "aria-label": t("judge") },
    JUDGEMENTS.map((judgement) => {
      const entries = judgement.entries(now);
      return el("button", { type: "button", "data-judge": judgement.name, "aria-pressed": String(entries !== null && isDecided(entries)), disabled: entries === null, title: t(`decision.${judgement.name}.note`), click: () => judge(judgement) },
        t(`decision.${judgement.name}`), el("kbd", {}, judgement.key));
    }),
    note,
    el("button", { type: "button", id: "undo", disabled: !undoable.length, click: () => { undo(); redraw(); } }, t("undo"), el("kbd", {}, "u"))));
}

/** Say in the header how many groups are judged. */
function drawStatus() {
  const judged = page.evidence.filter(isJudged).length;
  const link = /** @type {HTMLElement} */ (document.getElementById("judged"));
  link.textContent = t("judged", { n: judged, all: page.evidence.length });
}

/** All decisions, to be read, taken back, saved and loaded. */
function reviewView() {
  const entries = Object.values(held.entries).sort((a, b) => keyOf(a) < keyOf(b) ? -1 : 1);
  /** @type {Map<string, [Evidence, Member]>} */
  const known = new Map();
  for (const evidence of page.evidence) {
    for (const member of evidence.members) if (!known.has(member.hash)) known.set(member.hash, [evidence, member]);
  }
  const file = /** @type {HTMLInputElement} */ (el("input", { type: "file", accept: ".json,application/json", class: "offscreen", "aria-label": t("take"), id: "take", change: async () => {
    if (file.files?.[0]) takeDecisions(await file.files[0].text());
    route();
  } }));
  const about = entries.filter((entry) => known.has(entry.hash ?? entry.hashes?.[0] ?? "")).length;
  return el("div", { class: "review" }, el("h1", {}, t("view.review")),
    el("p", { class: "lead" }, t("review.lead", { n: entries.length }), about < entries.length ? ` ${t("review.others", { n: entries.length - about })}` : ""),
    el("p", { class: "buttons" },
      button(t("save"), saveDecisions, { class: "primary", id: "save", disabled: !entries.length }),
      button(t("take"), () => file.click()), file,
      button(t("undo"), () => { undo(); route(); }, { disabled: !undoable.length }),
      button(t("forget"), () => { decide((now) => { now.entries = {}; now.notes = {}; }); route(); }, { disabled: !entries.length })),
    el("p", {}, t("review.use"), " ", el("code", {}, "dedup run CORPUS... -o OUT --decisions decisions.json")),
    entries.length ? el("table", { class: "plain decisions" },
      el("thead", {}, el("tr", {}, el("th", {}, t("decision")), el("th", {}, t("column.text")), el("th", {}, t("note")), el("th", {}, ""))),
      el("tbody", {}, entries.map((entry) => decisionRow(entry, known)))) : empty("empty.review"),
    el("section", {}, el("h2", {}, t("keys")), keysTable()));
}

/** @param {Entry} entry @param {Map<string, [Evidence, Member]>} known */
function decisionRow(entry, known) {
  const hashes = entry.hashes ?? [entry.hash ?? ""];
  return el("tr", {}, el("td", {}, el("span", { class: `decision ${entry.decision}` }, t(`decision.${entry.decision}`))),
    el("td", {}, hashes.map((hash) => {
      const found = known.get(hash);
      if (!found) return el("div", { class: "muted" }, el("code", {}, hash));
      const [evidence, member] = found;
      const text = member.changes === null ? evidence.text : Array.from(sides(evidence.text, member.changes).copy.textContent ?? "").join("");
      return el("div", {}, el("a", { href: address(["group", evidence.name], { member: String(evidence.members.indexOf(member)) }) }, corpus(brief(text))), entry.doc !== undefined && el("span", { class: "muted" }, " ", entry.doc));
    })),
    el("td", {}, entry.note ?? held.notes[hashes[0]] ?? ""),
    el("td", {}, button(t("remove"), () => { decide((now) => { delete now.entries[keyOf(entry)]; }); route(); }, { class: "quiet" })));
}

function keysTable() {
  /** @type {[string, string][]} */
  const rows = [["j / k", t("keys.member")], ["n / p", t("keys.group")], ...JUDGEMENTS.map(({ key, name }) => /** @type {[string, string]} */ ([key, `${t(`decision.${name}`)} – ${t(`decision.${name}.note`)}`])),
    ["m", t("note")], ["u", t("undo")], ["Esc", t("back")]];
  return el("table", { class: "plain keys" }, el("tbody", {}, rows.map(([key, what]) => el("tr", {}, el("td", {}, key.split(" / ").map((one, i) => [i ? " " : "", el("kbd", {}, one)])), el("td", {}, what)))));
}

/** Obey a key, if it is one. @param {KeyboardEvent} event */
function onKey(event) {
  const target = /** @type {Element} */ (event.target);
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || target.matches("input, textarea, select")) return;
  if (!judging) return;
  const { key } = event;
  if (key === "j" || key === "ArrowDown" && target.matches(".member")) judging.choose(1);
  else if (key === "k" || key === "ArrowUp" && target.matches(".member")) judging.choose(-1);
  else if (key === "n") go(document.getElementById("next")?.getAttribute("href"));
  else if (key === "p") go(document.getElementById("previous")?.getAttribute("href"));
  else if (key === "u") { undo(); redraw(); }
  else if (key === "m") document.getElementById("note")?.focus();
  else if (key === "Escape") go(walk.back);
  else {
    const judgement = JUDGEMENTS.find((each) => each.key === key);
    if (!judgement) return;
    judge(judgement);
  }
  event.preventDefault();
}
