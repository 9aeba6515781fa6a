// The filters beside the drawing: relations, places as a tree, a period, how many articles tell of a thing.

const filters = document.getElementById("filters");
const MOST_ARTICLES = 10;
/** Places opened in the tree. */
const openPlaces = new Set();
const childrenOf = new Map();
for (const [code, [, parent]] of Object.entries(places)) {
  const over = parent && places[parent] ? parent : "";
  childrenOf.set(over, [...(childrenOf.get(over) ?? []), code].sort());
}
const entitiesIn = countPlaces();

/** Entities in each place, with those in the places in it. */
function countPlaces() {
  const counts = new Map();
  for (const { place } of data.entities) for (const code of place ? placeTrail(place) : []) counts.set(code, (counts.get(code) ?? 0) + 1);
  return counts;
}

function renderFilters() {
  const button = document.getElementById("filter");
  button.setAttribute("aria-expanded", String(!filters.hidden));
  const active = filtersActive(state);
  document.getElementById("active").textContent = active ? number(active) : "";
  if (filters.hidden) return;
  const kept = filters.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  const scrolled = filters.scrollTop;
  const parts = [predicateFilter(), placeFilter(), periodFilter(), leastFilter(), hiddenFilter()].filter(Boolean);
  const close = element("button", "plain close", { type: "button", onclick: () => showFilters(false) }, say("close"));
  const reset = element("button", "plain", { type: "button", id: "reset", disabled: !active, onclick: resetFilters }, say("reset"));
  filters.replaceChildren(...parts, element("div", "actions", {}, reset, close));
  filters.scrollTop = scrolled;
  if (kept) [...filters.querySelectorAll("[data-key]")].find((node) => node.dataset.key === kept)?.focus();
}

function showFilters(open) {
  filters.hidden = !open;
  renderFilters();
  if (open) (filters.querySelector("input") ?? filters.querySelector("button")).focus();
  else document.getElementById("filter").focus();
}

function predicateFilter() {
  const counts = new Map();
  for (const [, , predicate] of data.relations) counts.set(predicate, (counts.get(predicate) ?? 0) + 1);
  if (!counts.size) return null;
  const rows = predicateNames
    .filter((name) => counts.has(name))
    .map((name) => {
      const box = element("input", "", { type: "checkbox", checked: !state.predicates.includes(name), "data-key": `predicate ${name}`, "data-predicate": name, onchange: () => togglePredicate(name) });
      return element("label", "check", {}, box, element("span", "name", {}, predicateLabel(name)), element("span", "meta", {}, number(counts.get(name))));
    });
  const none = state.predicates.length === counts.size;
  const all = element("button", "small", { type: "button", "data-key": "predicates", onclick: () => go({ predicates: none ? [] : [...counts.keys()] }) }, say(none ? "all" : "none"));
  return element("fieldset", "", {}, element("legend", "", {}, say("relations")), all, ...rows);
}

function togglePredicate(name) {
  const off = state.predicates.includes(name) ? state.predicates.filter((one) => one !== name) : [...state.predicates, name];
  go({ predicates: off });
}

function placeFilter() {
  if (!entitiesIn.size) return null;
  const every = element("button", "place", { type: "button", "aria-pressed": String(state.place === null), "data-key": "place", onclick: () => go({ place: null }) }, say("everywhere"));
  for (const code of state.place ? placeTrail(state.place).slice(0, -1) : []) openPlaces.add(code);
  return element("fieldset", "", {}, element("legend", "", {}, say("place")), every, placeList(""));
}

function placeList(parent) {
  const rows = (childrenOf.get(parent) ?? []).filter((code) => entitiesIn.has(code)).map(placeRow);
  return element("ul", "tree", {}, ...rows);
}

function placeRow(code) {
  const inner = (childrenOf.get(code) ?? []).some((one) => entitiesIn.has(one));
  const open = openPlaces.has(code);
  const unfold = () => {
    if (!openPlaces.delete(code)) openPlaces.add(code);
    renderFilters();
  };
  const sign = inner ? element("button", "unfold", { type: "button", "aria-expanded": String(open), "aria-label": say(open ? "fold_place" : "unfold_place", { name: placeName(code) }), "data-key": `unfold ${code}`, onclick: unfold }) : element("span", "unfold");
  const choose = element("button", "place name", { type: "button", "aria-pressed": String(state.place === code), "data-key": `place ${code}`, "data-place": code, onclick: () => go({ place: state.place === code ? null : code }) }, placeName(code), element("span", "meta", {}, number(entitiesIn.get(code))));
  return element("li", "", {}, element("div", "", {}, sign, choose), inner && open ? placeList(code) : null);
}

/** Two sliders on one line, above them how much each month holds. */
function periodFilter() {
  if (!months || months[0] === months[1]) return null;
  const [first, last] = months;
  const chosen = [state.from ?? first, state.to ?? last];
  const output = element("output", "meta", { id: "period" }, periodText(...chosen));
  const slider = (end) =>
    element("input", "", {
      type: "range",
      min: String(first),
      max: String(last),
      step: "1",
      value: String(chosen[end]),
      "aria-label": say(end ? "until" : "since"),
      "aria-valuetext": dateLabel(monthText(chosen[end])),
      "data-key": end ? "to" : "from",
      oninput: (event) => movePeriod(end, Number(event.target.value), event.target, output),
      onchange: () => writeFragment(true),
    });
  const sliders = element("div", "sliders", {}, monthBars(chosen), slider(0), slider(1));
  return element("fieldset", "", {}, element("legend", "", {}, say("period")), output, sliders);
}

function periodText(from, to) {
  return [from, to].map((month) => dateLabel(monthText(month))).join(" – ");
}

function movePeriod(end, value, slider, output) {
  const [first, last] = months;
  const chosen = [state.from ?? first, state.to ?? last];
  chosen[end] = end ? Math.max(value, chosen[0]) : Math.min(value, chosen[1]);
  slider.value = String(chosen[end]);
  slider.setAttribute("aria-valuetext", dateLabel(monthText(chosen[end])));
  output.textContent = periodText(...chosen);
  filters.querySelector(".month-bars")?.replaceWith(monthBars(chosen));
  state = { ...state, from: chosen[0] === first ? null : chosen[0], to: chosen[1] === last ? null : chosen[1] };
  apply({ quiet: true });
}

function monthBars([from, to]) {
  const [first, last] = months;
  const steps = Math.min(60, last - first + 1);
  const counts = new Array(steps).fill(0);
  const slot = (month) => Math.min(steps - 1, Math.floor(((month - first) / (last - first + 1)) * steps));
  for (const span of spans) if (span) counts[slot(span[0])] += 1;
  const most = Math.max(...counts, 1);
  const bars = counts.map((count, place) => {
    const high = count ? Math.max(1.5, (30 * count) / most) : 0;
    const on = place >= slot(from) && place <= slot(to);
    return shape("rect", { x: (place * 240) / steps, y: 32 - high, width: Math.max(1, 240 / steps - 1), height: high, class: on ? "on" : "off" });
  });
  return shape("svg", { class: "month-bars", viewBox: "0 0 240 32", preserveAspectRatio: "none", "aria-hidden": "true" }, ...bars);
}

function leastFilter() {
  const most = Math.min(MOST_ARTICLES, Math.max(1, ...data.relations.map(([, , , , claims]) => independent(claims))));
  if (most < 2) return null;
  const output = element("output", "meta", {}, say("at_least", { count: state.least }));
  const slide = (event) => {
    output.textContent = say("at_least", { count: Number(event.target.value) });
    state = { ...state, least: Number(event.target.value) };
    apply({ quiet: true });
  };
  const slider = element("input", "", { type: "range", id: "least", min: "1", max: String(most), step: "1", value: String(state.least), "aria-label": say("least"), "data-key": "least", oninput: slide, onchange: () => writeFragment(true) });
  return element("fieldset", "", {}, element("legend", "", {}, say("least")), output, slider);
}

function hiddenFilter() {
  if (!state.hidden.length) return null;
  const rows = state.hidden.map((id) => element("button", "small name", { type: "button", title: say("unhide"), "data-unhide": String(id), onclick: () => go({ hidden: state.hidden.filter((one) => one !== id) }) }, `${shorten(data.entities[id].name, 24)} ×`));
  return element("fieldset", "", {}, element("legend", "", {}, say("hidden")), ...rows);
}

function resetFilters() {
  go({ classes: [], predicates: [], place: null, from: null, to: null, least: 1, hidden: [] });
}

document.getElementById("filter").addEventListener("click", () => showFilters(filters.hidden));
filters.addEventListener("submit", (event) => event.preventDefault());
