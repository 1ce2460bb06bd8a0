// A table of any number of rows, of which those in sight alone are elements.

/**
 * @typedef {{key: string, label: string, sort?: (row: number) => number | string, number?: boolean,
 *   first?: "up" | "down", cell: (row: number) => Child}} Column
 * @typedef {{columns: Column[], rows: number[], sort: string, up: boolean, name: string,
 *   link: (row: number) => string, mark?: (row: number) => string, onSort: (key: string, up: boolean) => void}} TableOptions
 */

/** Draws the table that is shown as it is to be printed. @type {(() => void) | null} */
let drawForPrint = null;

const SPARE = 8; // rows that are made above and below those in sight
const PRINTED = 300; // rows that are printed

/** @param {number[]} rows @param {Column | undefined} column @param {boolean} up */
function sorted(rows, column, up) {
  if (!column?.sort) return rows;
  const keys = /** @type {any[]} */ (rows.map(column.sort));
  const sign = up ? 1 : -1;
  const { compare } = new Intl.Collator(reader.language);
  /** @type {(x: any, y: any) => number} */
  const order = typeof keys[0] === "string" ? (x, y) => (x === y ? 0 : compare(x, y)) : (x, y) => x - y;
  return rows.map((_, at) => at).sort((a, b) => sign * order(keys[a], keys[b]) || rows[a] - rows[b]).map((at) => rows[at]);
}

/** @param {TableOptions} options */
function virtualTable(options) {
  const { columns, name } = options;
  const rows = sorted(options.rows, columns.find((column) => column.key === options.sort), options.up);
  const head = el("div", { class: "row head", role: "row" }, columns.map((column) => header(column, options)));
  const space = el("div", { class: "space", role: "rowgroup" });
  const frame = el(
    "div",
    { class: `rows ${name}`, role: "table", "aria-rowcount": rows.length + 1, "aria-label": t(`view.${name}`), tabindex: 0 },
    el("div", { class: "headgroup", role: "rowgroup" }, head), space,
  );
  /** @type {Map<number, HTMLElement>} */
  const made = new Map();
  let height = 0;

  function measure() {
    const probe = line(rows[0], 0);
    space.append(probe);
    height = Math.max(24, probe.getBoundingClientRect().height);
    probe.remove();
    space.style.blockSize = `${rows.length * height}px`;
  }

  /** @param {number} row @param {number} at */
  function line(row, at) {
    return el(
      "a",
      { class: `row ${options.mark?.(row) ?? ""}`, role: "row", href: options.link(row), "aria-rowindex": at + 2 },
      columns.map((column) => el("span", { class: `cell of-${column.key}${column.number ? " num" : ""}`, role: "cell" }, column.cell(row))),
    );
  }

  /** Make the elements of the rows that are in sight; ``all`` of them, to print them. */
  function draw(all = false) {
    if (!rows.length) return;
    if (!height) measure();
    const top = all ? 0 : frame.scrollTop;
    const first = Math.max(0, Math.floor(top / height) - SPARE);
    const last = Math.min(rows.length, all ? PRINTED : Math.ceil((top + frame.clientHeight) / height) + SPARE);
    for (const [at, element] of made) {
      if (at >= first && at < last) continue;
      if (element.contains(document.activeElement)) continue; // the keyboard is there
      element.remove();
      made.delete(at);
    }
    for (let at = first; at < last; at++) {
      if (made.has(at)) continue;
      const element = line(rows[at], at);
      element.style.transform = `translateY(${at * height}px)`;
      made.set(at, element);
      space.append(element);
    }
  }

  drawForPrint = () => {
    draw(true);
    space.style.blockSize = `${made.size * height}px`;
  };
  frame.addEventListener("scroll", () => requestAnimationFrame(() => draw()), { passive: true });
  frame.addEventListener("keydown", (event) => {
    const now = [...made].find(([, element]) => element === document.activeElement)?.[0];
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -rows.length, End: rows.length }[event.key];
    if (step === undefined || !rows.length) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(rows.length - 1, now === undefined ? 0 : now + step));
    if (next * height < frame.scrollTop) frame.scrollTop = next * height;
    const below = (next + 2) * height - frame.clientHeight;
    if (below > frame.scrollTop) frame.scrollTop = below;
    draw();
    made.get(next)?.focus();
  });
  new ResizeObserver(() => {
    if (!frame.isConnected) return;
    height = 0;
    for (const element of made.values()) element.remove();
    made.clear();
    draw();
  }).observe(frame);
  return { frame, rows, draw, top: () => frame.scrollTop, scroll: (/** @type {number} */ top) => { frame.scrollTop = top; draw(); } };
}

/** @param {Column} column @param {TableOptions} options */
function header(column, options) {
  const by = options.sort === column.key;
  const direction = by ? (options.up ? "ascending" : "descending") : column.sort ? "none" : null;
  const label = el("span", {}, column.label);
  return el(
    "span",
    { class: `cell of-${column.key}${column.number ? " num" : ""}`, role: "columnheader", "aria-sort": direction },
    column.sort
      ? button([label, el("span", { class: "arrow", "aria-hidden": "true" }, by ? (options.up ? "↑" : "↓") : "")],
          () => options.onSort(column.key, by ? !options.up : column.first === "up"))
      : label,
  );
}
