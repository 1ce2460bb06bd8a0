// All documents, and each of them whole, with what stands elsewhere marked.

/** @returns {Column[]} */
function documentColumns() {
  const of = (/** @type {number} */ row) => documents.characters[row] ? documents.repeated[row] / documents.characters[row] : 0;
  return [
    { key: "doc", label: t("column.document"), sort: (row) => documents.doc[row], first: "up", cell: (row) => el("bdi", {}, shown(documents.doc[row])) },
    { key: "date", label: t("column.date"), sort: (row) => documents.date[row] ?? "", cell: (row) => documents.date[row] ?? "–" },
    { key: "characters", label: t("column.characters"), sort: (row) => documents.characters[row], number: true, cell: (row) => documents.characters[row] },
    { key: "repeated", label: t("column.repeated"), sort: (row) => documents.repeated[row], number: true, cell: (row) => documents.repeated[row] },
    { key: "share", label: t("column.share"), sort: of, number: true, cell: (row) => percent(documents.repeated[row], documents.characters[row]) },
    { key: "classes", label: t("column.classes"), cell: (row) => stack(row) },
  ];
}

/** Return what is repeated of a document, by class, as one bar. */
function stack(/** @type {number} */ row) {
  const made = el("span", { class: "stack", role: "img", "aria-label": classes.map((name, i) => documents.classes[row][i] ? `${t(`class.${name}`)} ${percent(documents.classes[row][i], documents.characters[row])}` : "").filter(Boolean).join(", ") || "0" });
  documents.classes[row].forEach((/** @type {number} */ characters, /** @type {number} */ i) => {
    if (!characters) return;
    const part = el("span", { class: `class-${classes[i]}`, title: `${t(`class.${classes[i]}`)} ${percent(characters, documents.characters[row])}` });
    part.style.inlineSize = `${(100 * characters) / documents.characters[row]}%`;
    made.append(part);
  });
  return made;
}

/** @param {URLSearchParams} query */
function documentsView(query) {
  const sort = query.get("sort") ?? "repeated";
  const up = query.get("up") === "1";
  const count = el("p", { class: "count", role: "status" });
  const place = el("div");

  function draw() {
    const text = (query.get("text") ?? "").toLowerCase();
    const rows = [...documents.doc.keys()].filter((row) => !text || `${documents.doc[row]}\n${documents.file[row]}`.toLowerCase().includes(text));
    const { shown: some, all } = page.texts_shown;
    count.textContent = t("count.documents", { n: rows.length, all }) + (some < all ? ` ${t("count.texts", { some, all })}` : "");
    const table = virtualTable({
      columns: documentColumns(), rows, name: "documents", sort, up, link: (row) => documentLink(row),
      onSort: (key, ascending) => {
        query.set("sort", key);
        query.set("up", ascending ? "1" : "");
        go(address(["documents"], Object.fromEntries(query)));
      },
    });
    place.replaceChildren(rows.length ? table.frame : empty("empty.found"));
    requestAnimationFrame(() => table.draw());
  }
  const view = el("div", { class: "listing" }, el("h1", {}, t("view.documents")),
    el("form", { class: "filters", role: "search", submit: (event) => event.preventDefault() },
      el("label", { class: "field by-place" }, el("span", {}, t("filter.place")), el("input", { type: "search", value: query.get("text") ?? "", input: (event) => {
        query.set("text", event.target.value);
        readdress(address(["documents"], Object.fromEntries(query)));
        draw();
      } }))), count, place);
  draw();
  return view;
}

/** @param {number} index @param {URLSearchParams} query */
function documentView(index, query) {
  const told = textOf.get(index);
  const shared = /** @type {[number, number][]} */ (documents.shared[index]);
  const head = el("header", {},
    el("nav", { class: "steps" }, el("a", { href: "#/documents" }, "← ", t("view.documents")), copyButton(location.href, t("copy.link"))),
    el("h1", {}, el("bdi", {}, shown(documents.doc[index]))),
    el("p", { class: "lead" }, documents.date[index] && [el("time", {}, documents.date[index]), " · "],
      t("document.lead", { repeated: documents.repeated[index], characters: documents.characters[index], part: percent(documents.repeated[index], documents.characters[index]) })),
    el("p", { class: "classlegend" }, classes.map((name, i) => documents.classes[index][i] > 0 && [classMark(name), el("span", { class: "muted" }, percent(documents.classes[index][i], documents.characters[index])), " "])));
  const aside = el("aside", {},
    el("section", {}, el("h2", {}, t("shared.with")), shared.length
      ? el("table", { class: "plain" }, el("tbody", {}, shared.map(([other, characters]) => el("tr", {},
        el("td", { class: "name" }, el("a", { href: pairLink(index, other) }, el("bdi", {}, shown(documents.doc[other])))),
        el("td", { class: "barcell" }, bar(characters, shared[0][1])), el("td", { class: "num" }, percent(characters, documents.characters[index]))))))
      : empty("empty.shared")),
    sectionsList(index));
  return el("div", { class: "document" }, head, el("div", { class: "columns" }, aside, told ? documentText(told, query) : leftOut(index)));
}

function leftOut(/** @type {number} */ index) {
  const { shown: some, all } = page.texts_shown;
  const command = `dedup explain OUT ${quoted(documentKey(index))}`;
  return el("div", {}, el("p", { class: "empty" }, documents.repeated[index] ? t("text.left", { some, all }) : t("text.nothing")),
    el("p", {}, el("code", {}, command), " ", copyButton(command, t("copy"))));
}

function sectionsList(/** @type {number} */ index) {
  const own = page.sections.filter((/** @type {Section} */ each) => each.document === index || each.source === index);
  if (!own.length) return null;
  return el("section", {}, el("h2", {}, t("sections")), el("ul", { class: "list" }, own.map((/** @type {Section} */ each) => {
    const mine = each.document === index;
    const [lines, other] = mine ? [each.lines, each.source] : [each.source_lines, each.document];
    return el("li", {}, el("a", { href: pairLink(each.document, each.source, each.section) }, t("lines", { a: lines[0], b: lines[1] })), " ", el("span", { class: "muted" }, documentNamed(other), " ", t("characters.n", { n: each.matched })));
  })));
}

/**
 * Return a whole text with its spans, those of a group and those of passages as links.
 * @param {TextView} told
 * @param {URLSearchParams} query
 * @param {(span: Span) => string | null} [label] What a span is called in a pair; null for no mark.
 */
function documentText(told, query, label) {
  const wanted = Number(query.get("line") ?? 0);
  const made = el("div", { class: "text whole", ...languageOf(told.text) });
  let line = 1;
  let start = 0;
  /** @type {HTMLElement | null} */
  let target = null;
  for (const [at, end] of told.ends.entries()) {
    const text = told.text.slice(start, end);
    start = end;
    const lines = text.split(/\r\n|\r|\n/).length - 1;
    const here = wanted >= line && wanted <= line + lines;
    const span = told.over[at] < 0 ? null : told.spans[told.over[at]];
    const name = span && label ? label(span) : null;
    if (!span || (label && name === null)) {
      const plain = el("span", {}, shown(text));
      made.append(plain);
      // A piece that only ends the line before is not the line that is asked for.
      if (here && !target && text.trim()) target = plain;
    } else {
      const mark = el("a", { class: `span class-${classes[span.kind]} ${span.action}${span.passage ? " passage" : ""}${told.count[at] > 1 ? " several" : ""}`, href: spanLink(told.document, span), title: spanTitle(span, told.count[at]) },
        name && el("sup", {}, name), shown(text));
      made.append(mark);
      if (here && (!target || target.tagName !== "A")) target = mark;
    }
    line += lines;
  }
  if (target && wanted) {
    const found = target;
    found.classList.add("target");
    requestAnimationFrame(() => found.scrollIntoView({ block: "center" }));
  }
  return made;
}

/** @param {number} index @param {Span} span */
function spanLink(index, span) {
  if (span.group !== null && groupRow.has(span.group)) return groupLink(span.group);
  if (span.document !== null) return pairLink(index, span.document);
  return documentLink(index);
}

/** @param {Span} span @param {number} count */
function spanTitle(span, count) {
  const parts = [t(`class.${classes[span.kind]}`), span.passage ? t("passage") : span.group ? groupTitle(span.group) : "", t(`action.${span.action}`)];
  if (span.document !== null) parts.push(t(span.source ? "went.to" : "linked.to", { doc: documents.doc[span.document], line: span.line ?? 0 }));
  if (count > 1) parts.push(t("and.others", { n: count - 1 }));
  return parts.filter(Boolean).join(" · ");
}
