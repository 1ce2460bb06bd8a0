// One cluster or family, opened: its members beside the representative, and why it is what it is.

/** @param {string} name @param {URLSearchParams} query */
function groupView(name, query) {
  const row = groupRow.get(name);
  if (row === undefined) {
    const same = page.evidence.find((/** @type {Evidence} */ each) => each.family === name);
    if (same) return groupView(same.name, query);
    // A family that is the units of a cluster has no row of its own.
    return el("div", {}, el("h1", {}, groupTitle(name)), empty("empty.group"));
  }
  const told = evidenceOf.get(name);
  const at = walk.rows.indexOf(name);
  const steps = el("nav", { class: "steps", "aria-label": t("steps") },
    el("a", { href: walk.back }, "← ", t("back")),
    at >= 0 && el("span", { class: "muted" }, t("step.of", { n: at + 1, all: walk.rows.length })),
    at > 0 && el("a", { href: groupLink(walk.rows[at - 1]), title: t("key", { key: "p" }), id: "previous" }, t("previous")),
    at >= 0 && at + 1 < walk.rows.length && el("a", { href: groupLink(walk.rows[at + 1]), title: t("key", { key: "n" }), id: "next" }, t("next")),
    copyButton(location.href, t("copy.link")));
  const head = el("header", { class: "grouphead" },
    el("h1", {}, groupTitle(name), " ", classMark(classes[groups.kind[row]])),
    el("p", { class: "lead" }, t("units.in", { units: groups.units[row], documents: groups.documents[row] }), " ",
      t("texts.n", { n: groups.texts[row] }), groups.dropped[row] ? ` ${t("dropped.n", { n: groups.dropped[row] })}` : ""),
    told && told.hashes.length < groups.texts[row] && el("p", { class: "note" }, t("judge.some", { n: told.hashes.length, all: groups.texts[row] })));
  if (!told) {
    const index = groups.document[row];
    const command = `dedup explain OUT ${quoted(documentKey(index))} --line ${groups.line[row]}`;
    return el("div", { class: "group" }, steps, head, corpus(`${groups.text[row]}…`, "div", { class: "text" }),
      el("p", { class: "empty" }, t("evidence.left", { some: page.evidence.length, all: page.groups_shown.all })),
      el("p", {}, el("code", {}, command), " ", copyButton(command, t("copy"))));
  }
  return el("div", { class: "group" }, steps, head, reasons(told), membersPart(told, groups.units[row], query), templatePart(told), originPart(told), related(told));
}

function quoted(/** @type {string} */ text) {
  return /^[\w./:@-]+$/.test(text) ? text : `'${text.replace(/'/g, `'\\''`)}'`;
}

/** @param {Evidence} evidence */
function reasons(evidence) {
  const [because, ...more] = evidence.reasons;
  return el("section", { class: "because" }, el("h2", {}, t("because")),
    el("p", { class: "rule" }, told(because)),
    el("ul", { class: "evidence" }, more.flatMap((line) => line.split("; ")).map((piece) => el("li", {}, told(piece)))));
}

/** @param {Evidence} evidence @param {number} units @param {URLSearchParams} query */
function membersPart(evidence, units, query) {
  const { members } = evidence;
  let chosen = Math.max(0, Math.min(members.length - 1, Number(query.get("member") ?? (members.length > 1 ? 1 : 0))));
  const side = el("div", { class: "beside" });
  const list = el("ol", { class: "members", "aria-label": t("members") });
  const items = members.map((member, i) => {
    const item = el("li", { class: "member", tabindex: -1, click: (event) => {
      if (!(/** @type {Element} */ (event.target).closest("a, button")) && !String(getSelection())) choose(i);
    }, focusin: () => choose(i, false) }, memberHead(member, i), memberBody(evidence, member, i));
    return item;
  });
  list.append(...items);

  function choose(/** @type {number} */ i, focus = true) {
    chosen = i;
    items.forEach((item, at) => {
      item.classList.toggle("chosen", at === i);
      if (at === i) item.setAttribute("aria-current", "true");
      else item.removeAttribute("aria-current");
    });
    const changes = members[i].changes;
    side.replaceChildren(el("h3", {}, t("representative"), " ", el("span", { class: "muted" }, documentNamed(members[0].document, members[0].line))),
      sides(evidence.text, i === 0 ? null : changes).source);
    if (focus) items[i].focus({ preventScroll: true });
    judging = { evidence, member: members[i], choose: (step) => {
      const next = Math.max(0, Math.min(members.length - 1, chosen + step));
      choose(next);
      items[next].scrollIntoView({ block: "nearest" });
    } };
    drawBar();
  }
  choose(chosen, false);
  return el("section", { class: "compare" },
    el("h2", {}, t("members"), " ", el("span", { class: "muted" }, members.length < units ? t("shown.of", { some: members.length, all: units }) : "")),
    legend(members.map((member) => member.changes)),
    el("div", { class: "columns" }, side, list));
}

/** @param {Member} member @param {number} i */
function memberHead(member, i) {
  return el("div", { class: "memberhead" },
    documentNamed(member.document, member.line),
    documents.date[member.document] && el("time", {}, documents.date[member.document]),
    el("span", { class: `action ${member.action}`, title: told(member.reason) }, t(`action.${member.action}`)),
    i > 0 && member.similarity !== null && el("span", { class: "muted", title: t("measures", { similarity: share(member.similarity), masked: share(member.masked), containment: share(member.containment) }) }, share(member.similarity)),
    member.direction && member.direction !== "unknown" && el("span", { class: "muted" }, t(`direction.${member.direction}`)),
    el("span", { class: "decided" }, decisionsOf([member.hash]).map((entry) => decisionMark(entry, member))));
}

/** @param {Evidence} evidence @param {Member} member @param {number} i */
function memberBody(evidence, member, i) {
  if (i === 0) return el("p", { class: "same" }, t("is.representative"));
  if (member.too_long) return el("p", { class: "same" }, t("too.long"));
  if (member.changes === null) return el("p", { class: "same" }, t("same.text"));
  const parts = [sides(evidence.text, member.changes).together];
  if (member.action !== "kept") parts.push(el("p", { class: "muted why" }, told(member.reason)));
  return parts;
}

/** @param {Evidence} evidence */
function templatePart(evidence) {
  const drawn = template(evidence);
  if (!drawn) return null;
  const often = evidence.substitutions.filter((each) => each.count > 1);
  return el("section", { class: "templatepart" },
    el("h2", {}, t("template"), " ", el("span", { class: "muted" }, t("fixed", { part: percent(evidence.fixed, 1) }))),
    drawn,
    often.length > 0 && el("p", { class: "substitutions" }, t("substituted"), " ", often.map((each) =>
      el("span", { class: "value" }, corpus(each.before || "∅"), " → ", corpus(each.after || "∅"), el("span", { class: "times" }, `×${number(each.count)}`)))),
    el("details", {}, el("summary", {}, t("slots")), slotTable(evidence), filledTable(evidence)));
}

/** @param {Evidence} evidence */
function originPart(evidence) {
  const { origin, chain } = evidence;
  return el("section", { class: "origin" }, el("h2", {}, t("origin")),
    el("p", {},
      el("span", { class: `status ${origin.status}` }, t(`origin.${origin.status}`)), " ",
      origin.document === null ? "" : [documentNamed(origin.document, origin.line), " ", origin.date ? el("time", {}, origin.date) : ""]),
    el("p", { class: "muted" }, told(origin.reason)),
    chain.length > 0 && chainList(chain));
}

/** Return the dated members in order, and where each most likely has its text from. @param {Step[]} chain */
function chainList(chain) {
  return el("ol", { class: "chain" }, chain.map((step) => el("li", {},
    el("time", {}, step.date), " ", documentNamed(step.document, step.line),
    step.source !== null && el("span", { class: "muted" }, " ", t("chain.from", { date: chain[step.source].date, similarity: share(step.similarity) })))));
}

/** @param {Evidence} evidence */
function related(evidence) {
  const names = [...evidence.clusters, ...(evidence.family && evidence.family !== evidence.name && groupRow.has(evidence.family) ? [evidence.family] : [])];
  if (!names.length) return null;
  return el("section", {}, el("h2", {}, t(evidence.clusters.length ? "its.clusters" : "its.family")),
    el("ul", { class: "inline" }, names.map((name) => el("li", {}, el("a", { href: groupLink(name) }, groupTitle(name))))));
}
