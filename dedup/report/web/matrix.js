// Documents by documents: the darker, the more of the one stands in the other.

const SHADES = 6;

function matrixView() {
  const { documents: order, cells, all } = page.matrix;
  const head = el("header", {}, el("h1", {}, t("view.matrix")), el("p", { class: "lead" }, t("matrix.lead")),
    order.length < all && el("p", { class: "count" }, t("shown.of", { some: order.length, all })));
  if (!order.length) return el("div", {}, head, empty("empty.matrix"));
  /** @type {Map<string, number>} */
  const shared = new Map(cells.map((/** @type {number[]} */ [i, j, characters]) => [`${i} ${j}`, characters]));
  const number_ = (/** @type {number} */ i) => el("span", { class: "muted" }, i + 1);
  const table = el("table", { class: "matrix" },
    el("caption", { class: "offscreen" }, t("matrix.lead")),
    el("thead", {}, el("tr", {}, el("td"), order.map((/** @type {number} */ index, /** @type {number} */ j) =>
      el("th", { scope: "col", title: documents.doc[index] }, el("a", { href: documentLink(index), "aria-label": documents.doc[index] }, number_(j)))))),
    el("tbody", {}, order.map((/** @type {number} */ index, /** @type {number} */ i) => el("tr", {},
      el("th", { scope: "row" }, number_(i), " ", el("a", { href: documentLink(index) }, el("bdi", {}, shown(documents.doc[index])))),
      order.map((/** @type {number} */ other, /** @type {number} */ j) => {
        if (i === j) return el("td", { class: "self" });
        const characters = shared.get(`${i} ${j}`) ?? 0;
        if (!characters) return el("td");
        const part = characters / Math.max(1, documents.characters[index]);
        const shade = Math.max(1, Math.ceil(part * SHADES));
        const label = t("matrix.cell", { one: documents.doc[index], other: documents.doc[other], part: percent(characters, documents.characters[index]), n: characters });
        return el("td", {}, el("a", { class: `shade s${Math.min(SHADES, shade)}`, href: pairLink(index, other), title: label, "aria-label": label }));
      })))));
  return el("div", {}, head,
    el("p", { class: "scale" }, t("matrix.little"), " ", Array.from({ length: SHADES }, (_, i) => el("span", { class: `shade s${i + 1}` })), " ", t("matrix.all")),
    el("div", { class: "matrixframe", tabindex: 0, role: "region", "aria-label": t("view.matrix") }, table));
}
