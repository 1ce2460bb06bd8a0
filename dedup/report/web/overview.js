// The overview: what was found, in one sentence, in figures, and as pictures.

function overviewView() {
  const { counts } = page.overview;
  return el(
    "div", { class: "overview" },
    el("h1", {}, sentence()),
    el("p", { class: "lead" }, t("overview.read", { documents: counts.documents, files: counts.files, units: counts.units, characters: counts.characters }),
      counts.quarantined ? ` ${t("overview.quarantined", { n: counts.quarantined })}` : ""),
    figures(),
    el("div", { class: "cards" }, classesCard(), similarityCard(), curveCard(), largestCard("c"), largestCard("f"), documentsCard("copying"), documentsCard("copied")),
  );
}

function sentence() {
  const { counts, classes: shares } = page.overview;
  if (!counts.repeated_characters && !counts.passages) return t("sentence.nothing");
  const part = percent(counts.repeated_characters, counts.characters);
  const most = shares[0] && percent(shares[0].characters, counts.repeated_characters);
  return t("sentence", { part, most: most ?? "", what: shares[0] ? t(`what.${shares[0].name}`) : "" });
}

function figures() {
  const { counts } = page.overview;
  const all = counts.characters;
  /** @type {[string, number, string][]} */
  const rows = [
    ["repeated", counts.repeated_units, percent(counts.repeated_characters, all)],
    ["dropped", counts.dropped_units, percent(counts.dropped_characters, all)],
    ["tagged", counts.tagged_units, ""],
    ["clusters", counts.clusters, ""],
    ["families", counts.families, ""],
    ["passages", counts.passages, percent(counts.passage_characters, all)],
    ["sections", counts.sections, ""],
  ];
  if (counts.masked_units) rows.splice(2, 0, ["masked", counts.masked_units, percent(counts.masked_characters, all)]);
  return el(
    "dl", { class: "figures" },
    rows.map(([name, count, note]) =>
      el("div", {}, el("dt", {}, t(`figure.${name}`)), el("dd", {}, el("b", {}, number(count))),
        el("dd", { class: "note" }, t(`figure.${name}.note`, { part: note })))),
  );
}

/** @param {string} key @param {Child[]} children @param {string} [kind] */
function card(key, children, kind = "") {
  return el("section", { class: `card ${kind}` }, el("h2", {}, t(key)), children);
}

function classesCard() {
  const drawing = chart("classes");
  const shares = page.overview.classes;
  if (!drawing) return card("card.classes", [empty("empty.classes")]);
  return card("card.classes", [
    el("p", { class: "muted" }, t("card.classes.note")),
    el("figure", {}, drawing),
    el("table", { class: "plain" },
      el("thead", {}, el("tr", {}, el("th", {}, t("class")), el("th", { class: "num" }, t("column.groups")), el("th", { class: "num" }, t("column.units")), el("th", { class: "num" }, t("column.characters")), el("th", { class: "num" }, t("column.of")))),
      el("tbody", {}, shares.map((/** @type {any} */ each) => el("tr", {},
        el("td", {}, el("a", { href: address(["groups"], { class: each.name }) }, classMark(each.name))),
        el("td", { class: "num" }, each.groups), el("td", { class: "num" }, each.units), el("td", { class: "num" }, each.characters),
        el("td", { class: "num" }, percent(each.characters, page.overview.counts.characters)))))),
  ]);
}

function similarityCard() {
  const drawing = chart("histogram");
  const { threshold, drop_threshold: drop, preset } = page.overview;
  if (!drawing) return card("card.similarity", [empty("empty.similarity")]);
  return card("card.similarity", [
    el("p", { class: "muted" }, t("card.similarity.note", { near: threshold.toFixed(2) }), " ",
      drop === null ? t("card.similarity.preset", { preset }) : t("card.similarity.drop", { drop: drop.toFixed(2) })),
    el("figure", {}, drawing, el("figcaption", {}, el("span", { class: "key n0" }, t("view.literal")), el("span", { class: "key n1" }, t("view.masked")), el("span", { class: "key dash" }, t("threshold")))),
  ]);
}

function curveCard() {
  const drawing = chart("curve");
  const { bands, rows, recall, threshold, capped } = page.overview;
  if (!drawing) return card("card.curve", [empty("empty.curve")]);
  return card("card.curve", [
    el("p", { class: "muted" }, t("card.curve.note", { bands, rows, near: threshold.toFixed(2), expected: percent(recall.expected, 1) })),
    el("figure", {}, drawing, el("figcaption", {}, el("span", { class: "key line" }, t("curve.line")), el("span", { class: "key dot" }, t("curve.point")), recall.interval && el("span", { class: "key range" }, t("curve.measured")))),
    el("p", { class: "muted" },
      recall.interval
        ? t("recall.measured", { found: recall.found, pairs: recall.pairs, low: percent(recall.interval[0], 1), high: percent(recall.interval[1], 1) })
        : t("recall.none"),
      capped ? ` ${t("recall.capped", { n: capped })}` : ""),
  ]);
}

/** List the largest clusters, or families. @param {"c" | "f"} letter */
function largestCard(letter) {
  const rows = groups.name.map((_, row) => row).filter((row) => groups.name[row].startsWith(letter)).slice(0, 6);
  const key = letter === "c" ? "card.clusters" : "card.families";
  if (!rows.length) return card(key, [empty(letter === "c" ? "empty.clusters" : "empty.families")]);
  return card(key, [
    el("ol", { class: "list" }, rows.map((row) =>
      el("li", {},
        el("a", { href: groupLink(groups.name[row]) }, corpus(`${groups.text[row]}…`)),
        el("span", { class: "muted" }, classMark(classes[groups.kind[row]]), " ", t("units.in", { units: groups.units[row], documents: groups.documents[row] }))))),
    el("p", { class: "more" }, el("a", { href: address(["groups"], { kind: letter === "c" ? "cluster" : "family" }) }, t(letter === "c" ? "all.clusters" : "all.families"))),
  ], "wide");
}

/** List the documents of which most stands elsewhere, or those that most was taken from. @param {"copying" | "copied"} which */
function documentsCard(which) {
  const scores = which === "copying" ? documents.repeated : copiedFrom();
  const rows = scores.map((score, index) => [score, index]).filter(([score]) => score > 0).sort((a, b) => b[0] - a[0] || a[1] - b[1]).slice(0, 8);
  if (!rows.length) return card(`card.${which}`, [empty(`empty.${which}`)]);
  const most = rows[0][0];
  return card(`card.${which}`, [
    el("p", { class: "muted" }, t(`card.${which}.note`)),
    el("table", { class: "plain" }, el("tbody", {}, rows.map(([score, index]) => el("tr", {},
      el("td", { class: "name" }, documentNamed(index)), el("td", { class: "barcell" }, bar(score, most)),
      el("td", { class: "num" }, score), which === "copying" && el("td", { class: "num" }, percent(score, documents.characters[index])))))),
  ]);
}

/** Return, per document, how many characters of sections others have from it. */
function copiedFrom() {
  const scores = documents.doc.map(() => 0);
  for (const section of page.sections) {
    const first = section.direction === "to_source" ? section.document : section.direction === "from_source" ? section.source : null;
    if (first !== null) scores[first] += section.matched;
  }
  return scores;
}

function empty(/** @type {string} */ key) {
  return el("p", { class: "empty" }, t(key));
}
