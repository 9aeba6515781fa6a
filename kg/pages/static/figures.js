// Figures beside the graph, drawn as SVG: bars, months, a matrix, places by sector.

const figuresHolder = document.getElementById("figures");
const FIGURE_WIDTH = 400;
const ROW_HEIGHT = 26;
/** Room for the names beside and (at a slant) above a matrix, for so many half-width columns. */
const [MATRIX_LEFT, MATRIX_TOP, MATRIX_CELL, NAME_COLUMNS] = [176, 124, 44, 20];
const DRAWERS = { bars: barFigure, months: monthFigure, matrix: matrixFigure, places: placeFigure };

/** Whether the whole graph has any. */
const hasFigures = figuresOf(wholeGraph()).length > 0;

function renderFigures() {
  const cards = figuresOf(shown).map(figureCard);
  figuresHolder.replaceChildren(...(cards.length ? cards : [element("p", "hint", {}, say("no_figures"))]));
}

function figureCard({ id, kind, data: numbers }) {
  const title = say(`figure_${id}`);
  const picture = DRAWERS[kind](numbers);
  picture.setAttribute("role", "group");
  picture.setAttribute("aria-label", title);
  return element("figure", kind, { "data-figure": id }, element("figcaption", "", {}, title), element("div", "scroll", { tabIndex: 0, role: "region", "aria-label": title }, picture));
}

function canvasOf(width, height, ...children) {
  return shape("svg", { viewBox: `0 0 ${width} ${height}`, width, height }, ...children);
}

function words(x, y, text, attributes = {}) {
  return shape("text", { x, y, ...attributes }, text);
}

/** A name within so many half-width columns. */
function fitText(text, room) {
  let [used, kept] = [0, ""];
  for (const character of text) {
    used += character > "\u2e7f" ? 2 : 1;
    if (used > room) return `${kept}…`;
    kept += character;
  }
  return kept;
}

function barFigure({ rows }) {
  const most = Math.max(1, ...rows.map(({ value }) => value));
  const left = 168;
  const room = FIGURE_WIDTH - left - 48;
  const bars = rows.map(({ label, value, entity }, place) => {
    const y = place * ROW_HEIGHT;
    const wide = Math.max(2, (room * value) / most);
    const known = data.entities[entity] !== undefined;
    const row = shape(
      "g",
      known ? { role: "button", tabindex: 0, class: "row", "data-entity": entity, "aria-label": `${label} ${number(value)}` } : {},
      shape("title", {}, label),
      shape("rect", { x: 0, y, width: FIGURE_WIDTH, height: ROW_HEIGHT, class: "back" }),
      words(left - 10, y + 17, fitText(label, 21), { "text-anchor": "end" }),
      shape("rect", { x: left, y: y + 6, width: wide, height: 14, rx: 2, class: "bar-fill" }),
      words(left + wide + 8, y + 17, number(value), { class: "value" }),
    );
    if (known) onPress(row, () => chooseEntity(entity));
    return row;
  });
  return canvasOf(FIGURE_WIDTH, Math.max(1, rows.length) * ROW_HEIGHT, ...bars);
}

function onPress(node, act) {
  node.addEventListener("click", act);
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    act();
  });
}

function monthFigure({ months: names, values }) {
  const most = Math.max(1, ...values);
  const high = 190;
  const step = Math.max(5, Math.min(28, (FIGURE_WIDTH - 40) / Math.max(1, names.length)));
  const width = Math.max(FIGURE_WIDTH, 40 + step * names.length);
  const parts = [shape("line", { x1: 30, y1: high + 10, x2: width, y2: high + 10, class: "axis" }), words(24, 18, number(most), { "text-anchor": "end", class: "value" }), words(24, high + 12, "0", { "text-anchor": "end", class: "value" })];
  // A month's name takes about 60 units: as many are written as fit beside each other.
  const every = Math.max(1, Math.ceil(64 / step));
  names.forEach((name, place) => {
    const tall = values[place] ? Math.max(1.5, ((high - 4) * values[place]) / most) : 0;
    const x = 34 + place * step;
    parts.push(shape("rect", { x, y: high + 10 - tall, width: Math.max(2, step - 2), height: tall, class: "bar-fill" }, shape("title", {}, `${dateLabel(name)}: ${number(values[place])}`)));
    if (place % every === 0 && x + 56 < width) parts.push(words(x, high + 28, name, { class: "value" }));
  });
  return canvasOf(width, high + 36, ...parts);
}

/** Cells in shades of one colour; the number stands in each. */
function cellsOf(values, left, top, wide) {
  const most = Math.max(1, ...values.flat());
  return values.flatMap((line, row) =>
    line.map((value, column) => {
      const [x, y] = [left + column * wide, top + row * ROW_HEIGHT];
      const strength = value ? 0.12 + 0.5 * Math.sqrt(value / most) : 0;
      return shape("g", {}, shape("rect", { x: x + 1, y: y + 1, width: wide - 2, height: ROW_HEIGHT - 2, rx: 3, class: value ? "cell" : "cell none", "fill-opacity": value ? strength.toFixed(2) : 1 }), ...(value ? [words(x + wide / 2, y + 17, number(value), { "text-anchor": "middle" })] : []));
    }),
  );
}

/** Column names at a slant, which Chinese and English ones both fit. */
function columnNames(names, left, top, wide) {
  return names.map((name, column) => {
    const [x, y] = [left + column * wide + wide / 2, top - 8];
    return words(x, y, fitText(name, NAME_COLUMNS), { transform: `rotate(-40 ${x} ${y})` });
  });
}

function matrixFigure({ labels: names, values }) {
  const [left, top, wide] = [MATRIX_LEFT, MATRIX_TOP, MATRIX_CELL];
  const rows = names.map((name, row) => words(left - 8, top + row * ROW_HEIGHT + 17, fitText(name, NAME_COLUMNS), { "text-anchor": "end" }));
  const width = Math.max(FIGURE_WIDTH, left + names.length * wide + 124);
  return canvasOf(width, top + names.length * ROW_HEIGHT + 4, ...columnNames(names, left, top, wide), ...rows, ...cellsOf(values, left, top, wide));
}

function placeFigure({ columns, rows }) {
  const [left, top, wide] = [MATRIX_LEFT, MATRIX_TOP, MATRIX_CELL];
  const names = rows.map(({ label, code }, row) => {
    const y = top + row * ROW_HEIGHT + 17;
    if (!places[code]) return words(left - 8, y, fitText(label, NAME_COLUMNS), { "text-anchor": "end" });
    const name = shape("g", { role: "button", tabindex: 0, class: "row" }, words(left - 8, y, fitText(label, NAME_COLUMNS), { "text-anchor": "end", class: "open" }));
    onPress(name, () => go({ place: code, view: "graph" }));
    return name;
  });
  const width = Math.max(FIGURE_WIDTH, left + columns.length * wide + 124);
  return canvasOf(width, top + rows.length * ROW_HEIGHT + 4, ...columnNames(columns, left, top, wide), ...names, ...cellsOf(rows.map(({ values }) => values), left, top, wide));
}
