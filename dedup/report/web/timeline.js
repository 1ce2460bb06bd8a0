// When documents were written, and how texts went from one to the next.

function timelineView() {
  const dated = [...documents.doc.keys()].filter((index) => documents.date[index]).sort((a, b) => documents.date[a] < documents.date[b] ? -1 : documents.date[a] > documents.date[b] ? 1 : a - b);
  const head = el("header", {}, el("h1", {}, t("view.timeline")));
  if (!dated.length) return el("div", {}, head, empty("empty.timeline"));
  const drawing = chart("years");
  /** @type {Map<string, number[]>} */
  const years = new Map();
  for (const index of dated) {
    const year = documents.date[index].slice(0, 4);
    years.set(year, [...(years.get(year) ?? []), index]);
  }
  const chains = page.evidence.filter((/** @type {Evidence} */ each) => each.chain.length).slice(0, 40);
  return el("div", { class: "timeline" }, head,
    el("p", { class: "lead" }, t("timeline.lead", { n: dated.length, all: documents.doc.length })),
    drawing && el("figure", { class: "wide" }, drawing, el("figcaption", {}, el("span", { class: "key n0" }, t("column.characters")), el("span", { class: "key n1" }, t("column.repeated")))),
    chains.length > 0 && el("section", {}, el("h2", {}, t("chains")), el("p", { class: "muted" }, t("chains.note")),
      el("div", { class: "cards" }, chains.map((/** @type {Evidence} */ each) => el("section", { class: "card" },
        el("h3", {}, el("a", { href: groupLink(each.name) }, groupTitle(each.name)), " ", classMark(classes[groups.kind[/** @type {number} */ (groupRow.get(each.name))]])),
        corpus(brief(each.text), "p"), chainList(each.chain))))),
    el("section", {}, el("h2", {}, t("by.year")), [...years].map(([year, held_]) => el("details", { open: years.size <= 12 },
      el("summary", {}, el("time", {}, year), " ", el("span", { class: "muted" }, t("documents.n", { n: held_.length }))),
      el("table", { class: "plain" }, el("tbody", {}, held_.map((index) => el("tr", {}, el("td", { class: "date" }, el("time", {}, documents.date[index])), el("td", { class: "name" }, documentNamed(index)), el("td", { class: "barcell" }, stack(index)), el("td", { class: "num" }, percent(documents.repeated[index], documents.characters[index])))))))))) ;
}
