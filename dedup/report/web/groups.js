// All clusters and families: filtered, sorted, and quick however many there are.

/** @type {string[] | null} */
let places = null;
/** @type {string[] | null} */
let texts = null;

/** Return, per group, the names of the documents that are known to hold it. */
function groupPlaces() {
  places ??= groups.name.map((name, row) => {
    const members = evidenceOf.get(name)?.members ?? [];
    const held = new Set([groups.document[row], ...members.map((member) => member.document)]);
    return [...held].map((index) => `${documents.doc[index]}\n${documents.file[index]}`).join("\n").toLowerCase();
  });
  return places;
}

function groupTexts() {
  texts ??= groups.name.map((name, row) => (evidenceOf.get(name)?.text ?? groups.text[row]).toLowerCase());
  return texts;
}

const FILTERS = ["class", "kind", "judged", "units", "documents", "least", "most", "text", "place"];

/** Return the rows that a query asks for. @param {URLSearchParams} query */
function filteredGroups(query) {
  const asked = query.get("class")?.split(",").filter(Boolean) ?? [];
  const kinds = new Set(asked.map((name) => classes.indexOf(name)));
  const letter = { cluster: "c", family: "f" }[query.get("kind") ?? ""];
  const [units, held_] = [Number(query.get("units") ?? 0), Number(query.get("documents") ?? 0)];
  const least = 1000 * Number(query.get("least") || 0);
  const most = 1000 * Number(query.get("most") || 1);
  const text = (query.get("text") ?? "").toLowerCase();
  const place = (query.get("place") ?? "").toLowerCase();
  const judged = query.get("judged");
  const [inTexts, inPlaces] = [text ? groupTexts() : [], place ? groupPlaces() : []];
  const rows = [];
  for (let row = 0; row < groups.name.length; row++) {
    if (kinds.size && !kinds.has(groups.kind[row])) continue;
    if (letter && !groups.name[row].startsWith(letter)) continue;
    if (groups.units[row] < units || groups.documents[row] < held_) continue;
    const similarity = groups.similarity[row] ?? 1000;
    if (similarity < least || similarity > most) continue;
    if (text && !inTexts[row].includes(text)) continue;
    if (place && !inPlaces[row].includes(place)) continue;
    if (judged) {
      const told = evidenceOf.get(groups.name[row]);
      if (!told || isJudged(told) !== (judged === "yes")) continue;
    }
    rows.push(row);
  }
  return rows;
}

/** @returns {Column[]} */
function groupColumns() {
  return [
    { key: "text", label: t("column.text"), cell: (row) => [
      el("span", { class: "snippet" }, corpus(groups.text[row]), groups.characters[row] > groups.text[row].length ? "…" : ""),
      el("span", { class: "where" }, el("bdi", {}, shown(documents.doc[groups.document[row]]))),
    ] },
    { key: "class", label: t("class"), sort: (row) => t(`class.${classes[groups.kind[row]]}`), first: "up", cell: (row) => classMark(classes[groups.kind[row]]) },
    { key: "size", label: t("column.size"), sort: (row) => -row, number: true, cell: (row) => (groups.units[row] - 1) * groups.characters[row] },
    { key: "units", label: t("column.units"), sort: (row) => groups.units[row], number: true, cell: (row) => groups.units[row] },
    { key: "documents", label: t("column.documents"), sort: (row) => groups.documents[row], number: true, cell: (row) => groups.documents[row] },
    { key: "similarity", label: t("column.similarity"), sort: (row) => groups.similarity[row] ?? 1001, first: "up", number: true, cell: (row) => share(groups.similarity[row] === null ? null : groups.similarity[row] / 1000) },
    { key: "dropped", label: t("column.dropped"), sort: (row) => groups.dropped[row], number: true, cell: (row) => groups.dropped[row] || "–" },
  ];
}

/** @type {Map<string, number>} Where each list was scrolled to. */
const scrolled = new Map();

/** @param {URLSearchParams} query */
function groupsView(query) {
  const sort = query.get("sort") ?? "size";
  const up = query.get("up") === "1";
  const count = el("p", { class: "count", role: "status" });
  const place = el("div");
  let table = /** @type {ReturnType<typeof virtualTable> | null} */ (null);

  /** Draw what the query asks for, and put that into the address. */
  function draw() {
    const rows = filteredGroups(query);
    const { shown: some, all } = page.groups_shown;
    count.textContent = t("count.groups", { n: rows.length, all: groups.name.length }) + (some < all ? ` ${t("count.capped", { some, all })}` : "");
    table = virtualTable({
      columns: groupColumns(), rows, name: "groups", sort, up,
      link: (row) => groupLink(groups.name[row]),
      mark: (row) => {
        const told = evidenceOf.get(groups.name[row]);
        return told && isJudged(told) ? "judged" : "";
      },
      onSort: (key, ascending) => {
        query.set("sort", key);
        query.set("up", ascending ? "1" : "");
        go(address(["groups"], Object.fromEntries(query)));
      },
    });
    place.replaceChildren(rows.length ? table.frame : empty("empty.found"));
    walk = { rows: table.rows.map((row) => groups.name[row]), back: address(["groups"], Object.fromEntries(query)) };
    const { frame, draw: drawRows } = table;
    requestAnimationFrame(() => {
      drawRows();
      frame.scrollTop = scrolled.get(walk.back) ?? 0;
    });
    frame.addEventListener("scroll", () => scrolled.set(walk.back, frame.scrollTop), { passive: true });
  }

  /** @param {string} name @param {string} value */
  function ask(name, value) {
    if (value) query.set(name, value);
    else query.delete(name);
    readdress(address(["groups"], Object.fromEntries(query)));
    draw();
  }

  const view = el("div", { class: "listing" }, el("h1", {}, t("view.groups")), filters(query, ask), count, place);
  draw();
  return view;
}

/** The list in which one goes from group to group. @type {{rows: string[], back: string}} */
let walk = { rows: groups.name, back: "#/groups" };

/** @param {URLSearchParams} query @param {(name: string, value: string) => void} ask */
function filters(query, ask) {
  const chosen = new Set(query.get("class")?.split(",").filter(Boolean));
  const chips = classes.filter((_, kind) => groups.kind.includes(kind)).map((name) =>
    el("label", { class: `chip class-${name}` },
      el("input", { type: "checkbox", checked: chosen.has(name), change: (event) => {
        if (event.target.checked) chosen.add(name);
        else chosen.delete(name);
        ask("class", [...chosen].join(","));
      } }), t(`class.${name}`)));
  /** @param {string} name @param {Attributes} more */
  const field = (name, more) => el("label", { class: `field by-${name}` }, el("span", {}, t(`filter.${name}`)),
    el("input", { value: query.get(name) ?? "", input: (event) => ask(name, event.target.value), ...more }));
  /** @param {string} name @param {string[]} options */
  const choice = (name, options) => el("label", { class: `field by-${name}` }, el("span", {}, t(`filter.${name}`)),
    el("select", { change: (event) => ask(name, event.target.value) },
      ["", ...options].map((value) => el("option", { value, selected: (query.get(name) ?? "") === value }, t(`filter.${name}.${value || "all"}`)))));
  const step = { type: "number", min: 0, max: 1, step: 0.05, placeholder: "0–1" };
  return el("form", { class: "filters", role: "search", submit: (event) => event.preventDefault() },
    el("fieldset", { class: "chips" }, el("legend", {}, t("class")), chips),
    field("text", { type: "search" }), field("place", { type: "search" }),
    field("units", { type: "number", min: 2, placeholder: "2" }), field("documents", { type: "number", min: 1, placeholder: "1" }),
    field("least", step), field("most", step), choice("kind", ["cluster", "family"]), choice("judged", ["no", "yes"]));
}
