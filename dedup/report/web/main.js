// Which view an address means, and what stands around it.

/** Go to an address within the report, at once: the next key is for what is there. */
function go(/** @type {string | null | undefined} */ to) {
  if (!to) return;
  location.hash = to;
  route();
}

/** Say in the address what is shown, without another entry in the history. */
function readdress(/** @type {string} */ to) {
  history.replaceState(null, "", to);
  nowAt = location.hash;
}

/** @returns {{view: string, made: Node}} */
function viewOf(/** @type {string} */ hash) {
  const [path, asked = ""] = hash.replace(/^#\/?/, "").split("?");
  const [view = "", ...rest] = path.split("/").map(decoded);
  const query = new URLSearchParams(asked);
  const index = documentByKey.get(rest[0] ?? "");
  const other = documentByKey.get(rest[1] ?? "");
  if (view === "groups") return { view, made: groupsView(query) };
  if (view === "group" && rest[0]) return { view: "groups", made: groupView(rest[0], query) };
  if (view === "documents") return { view, made: documentsView(query) };
  if (view === "document" && index !== undefined) return { view: "documents", made: documentView(index, query) };
  if (view === "pair" && index !== undefined && other !== undefined) return { view: "matrix", made: pairView(index, other, query) };
  if (view === "matrix") return { view, made: matrixView() };
  if (view === "timeline") return { view, made: timelineView() };
  if (view === "review") return { view, made: reviewView() };
  if (view === "" || view === "overview") return { view: "overview", made: overviewView() };
  return { view: "", made: el("div", {}, el("h1", {}, t("nowhere")), el("p", {}, el("a", { href: "#/overview" }, t("view.overview")))) };
}

function decoded(/** @type {string} */ part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

let first = true;
let nowAt = "";

/** Return the page of the report that has what an address means, if this one has not. @param {string} hash */
function pageElsewhere(hash) {
  const [view, key] = (hash.replace(/^#\/?/, "").split("?")[0] ?? "").split("/").map(decoded);
  const here = view === "group" ? evidenceOf.has(key) : view === "document" ? textOf.has(documentByKey.get(key) ?? -1)
    : view === "pair" ? documentByKey.has(key) : view === "review" || !page.home; // tables are on the first one
  if (here) return null;
  const kind = view === "group" ? "groups" : "documents";
  return page.home ?? page.elsewhere.find((/** @type {any} */ each) => each[kind].includes(key))?.file ?? null;
}

/** Draw what the address means. */
function route() {
  const other = pageElsewhere(location.hash);
  if (other) {
    location.replace(`${other}${location.hash}`);
    return;
  }
  const main = /** @type {HTMLElement} */ (document.getElementById("main"));
  const [top, same] = [scrollY, nowAt === location.hash];
  nowAt = location.hash;
  judging = null;
  drawForPrint = null;
  const { view, made } = viewOf(location.hash);
  main.replaceChildren(made);
  main.dataset.view = view;
  frame(view);
  drawBar();
  drawStatus();
  const title = main.querySelector("h1")?.textContent ?? "";
  document.title = view === "overview" ? "dedup" : `${title} · dedup`;
  scrollTo(0, same ? top : 0);
  if (!first && !same) main.focus({ preventScroll: true });
  first = false;
}

/** Draw what stands around every view. */
function frame(/** @type {string} */ view) {
  for (const part of document.querySelectorAll("[data-t]")) {
    if (!part.closest("svg")) part.textContent = t(/** @type {string} */ (part.getAttribute("data-t")));
  }
  for (const part of document.querySelectorAll("[data-label]")) {
    part.setAttribute("aria-label", t(/** @type {string} */ (part.getAttribute("data-label"))));
  }
  for (const link of document.querySelectorAll("[data-view]")) {
    if (link.id === "main") continue;
    if (link.getAttribute("data-view") === view) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const language = /** @type {HTMLElement} */ (document.getElementById("language"));
  language.textContent = reader.language === "zh" ? "English" : "中文";
  language.lang = reader.language === "zh" ? "en" : "zh-Hans";
  const theme = /** @type {HTMLElement} */ (document.getElementById("theme"));
  theme.textContent = { auto: "◐", light: "☀", dark: "☾" }[reader.theme];
  theme.title = t(`theme.${reader.theme}`);
  theme.setAttribute("aria-label", t(`theme.${reader.theme}`));
}

function start() {
  startReader();
  startDecisions();
  document.getElementById("language")?.addEventListener("click", () => {
    setReader({ language: reader.language === "zh" ? "en" : "zh" });
    route();
  });
  document.getElementById("theme")?.addEventListener("click", () => {
    const order = /** @type {const} */ (["auto", "light", "dark"]);
    setReader({ theme: order[(order.indexOf(reader.theme) + 1) % 3] });
    frame(document.getElementById("main")?.dataset.view ?? "");
  });
  document.getElementById("skip")?.addEventListener("click", (event) => {
    event.preventDefault();
    document.getElementById("main")?.focus();
  });
  addEventListener("keydown", onKey);
  addEventListener("beforeprint", () => drawForPrint?.());
  addEventListener("afterprint", route);
  addEventListener("hashchange", () => {
    if (location.hash !== nowAt) route();
  });
  route();
}

start();
