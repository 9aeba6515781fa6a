// The side panel: the graph as a whole, an entity with its facts, a relation with its passages, a path, a cluster.

const details = document.getElementById("details");
const MOST_CONNECTED = 8;
const SOURCES_SHOWN = 30;
/** Facts under one predicate that are listed at once; a button brings the others. */
const FACTS_SHOWN = 12;
/** Passages that are told at once. */
const CLAIMS_SHOWN = 40;

function renderPanel() {
  const children = [];
  if (isFocused()) children.push(element("button", "back", { type: "button", onclick: goBack }, `‹ ${say("back")}`));
  if (state.relation !== null) children.push(...relationView(state.relation));
  else if (state.entity !== null) children.push(...entityView(state.entity));
  else if (state.path) children.push(...pathView());
  else if (state.open !== null) children.push(...clusterView(state.open));
  else children.push(...overview());
  // The button that led here goes with the old view: the keyboard's place stays in the panel.
  const inside = details.contains(document.activeElement);
  details.replaceChildren(...children);
  if (inside) details.focus();
  details.scrollTop = 0;
}

function isFocused() {
  return state.entity !== null || state.relation !== null || state.path !== null || state.open !== null;
}

function overview() {
  if (!data.entities.length) return [element("p", "hint", {}, say("empty"))];
  const articles = new Set([...shown.relations.values()].flat().map((claim) => data.claims[claim].article));
  const count = (value, key) => element("div", "", {}, element("dd", "", {}, number(value)), element("dt", "", {}, say(key)));
  const partly = filtersActive(state) || shown.entities.size < data.entities.length;
  const counts = element("dl", "counts", {}, count(shown.entities.size, "entities"), count(shown.relations.size, "relations"), count(articles.size, "sources"));
  const whole = { nodes: data.entities.length, edges: data.relations.length, articles: data.articles.length };
  const busiest = [...shown.entities].filter((id) => relationsOf[id].length).sort((a, b) => relationsOf[b].length - relationsOf[a].length || a - b);
  const view = [counts];
  if (partly) view.push(element("p", "meta", {}, say("of_all", whole)));
  view.push(element("p", "hint", {}, say(shown.asClusters ? "usage_clusters" : "usage")));
  if (shown.asClusters) view.push(element("button", "plain", { type: "button", id: "all", onclick: () => go({ all: true }) }, say("show_all", { count: shown.entities.size })));
  view.push(element("h2", "", {}, say("start_here")), busyList(busiest.slice(0, MOST_CONNECTED)));
  if (shown.asClusters) view.push(...clusterList());
  const sources = [...articles].sort((a, b) => a - b).slice(0, SOURCES_SHOWN).map((article) => element("li", "", {}, sourceBlock(data.articles[article])));
  if (sources.length) view.push(element("h2", "", {}, say("sources")), element("ul", "rows sources", {}, ...sources));
  return view;
}

function busyList(ids) {
  const rows = ids.map((id) => element("li", "", {}, entityButton(id), element("span", "meta", {}, say("facts", { count: relationsOf[id].length }))));
  return element("ul", "rows", {}, ...rows);
}

function entityView(id) {
  const entity = data.entities[id];
  const view = [element("p", "kind", {}, mark(entity.scored), kindLabel(entity.kind)), element("h2", "title name", { dir: "auto" }, entity.name)];
  if (entity.labels.length) {
    const names = entity.labels.map((label) => element("li", "name", { dir: "auto" }, label));
    view.push(element("div", "aliases", {}, element("span", "meta", {}, say("aliases")), element("ul", "", {}, ...names)));
  }
  const trail = entity.place ? placeTrail(entity.place) : [];
  if (trail.length) view.push(element("p", "meta name where", {}, trail.map(placeName).join(" › ")));
  view.push(entityActions(id));
  const groups = factGroups(id);
  if (!groups.length) view.push(element("p", "hint", {}, say(relationsOf[id].length ? "no_facts_left" : "no_facts")));
  for (const { label, facts } of groups) {
    const list = element("ul", "rows facts");
    view.push(element("h3", "", {}, label, element("span", "meta", {}, number(facts.length))), list);
    fillFacts(list, facts, id, 0);
  }
  return view;
}

/** What can be done with an entity, as buttons. */
function entityActions(id) {
  const pinned = state.pinned.some(([one]) => one === id);
  const button = (key, act) => element("button", "plain", { type: "button", "data-act": key, onclick: act }, say(key));
  const actions = [];
  if (state.around.length !== 1 || state.around[0] !== id) actions.push(button("focus_here", () => focusOn(id)));
  if (state.around.length && !state.around.includes(id)) actions.push(button("expand", () => expand(id)));
  actions.push(button("find_path", () => pickPath(id)), button(pinned ? "unpin" : "pin", () => togglePin(id)), button("hide", () => hide(id)));
  return element("div", "actions", { role: "group", "aria-label": say("actions") }, ...actions);
}

/** The facts of an entity that pass the filters, by predicate and direction, in the ontology's order. */
function factGroups(id) {
  const groups = new Map();
  for (const index of relationsOf[id]) {
    if (!shown.passed.relations.has(index)) continue;
    const [subject, , predicate, symmetric] = data.relations[index];
    const inverse = subject !== id && !symmetric;
    const order = predicateNames.indexOf(predicate) + (inverse ? predicateNames.length : 0);
    if (!groups.has(order)) groups.set(order, { order, label: predicateLabel(predicate, inverse), facts: [] });
    groups.get(order).facts.push(index);
  }
  for (const { facts } of groups.values()) facts.sort((a, b) => shown.passed.relations.get(b).length - shown.passed.relations.get(a).length || a - b);
  return [...groups.values()].sort((a, b) => a.order - b.order);
}

function fillFacts(list, facts, id, start) {
  list.append(...facts.slice(start, start + FACTS_SHOWN).map((index) => factRow(index, id)));
  const left = facts.length - start - FACTS_SHOWN;
  if (left <= 0) return;
  const more = element("button", "more", { type: "button" }, say("more", { count: left }));
  const row = element("li", "", {}, more);
  more.addEventListener("click", () => {
    row.remove();
    fillFacts(list, facts, id, start + FACTS_SHOWN);
    list.children[start + FACTS_SHOWN]?.querySelector("button")?.focus();
  });
  list.append(row);
}

/** One fact: the other entity, what is said of it in short, and its passages when asked for. */
function factRow(index, id) {
  const claims = shown.passed.relations.get(index);
  const row = element("li", "", {}, entityButton(otherEnd(index, id)));
  const open = element("button", "fact", { type: "button", "aria-expanded": "false", title: say("open_fact"), "data-relation": String(index) }, say("claims", { count: claims.length }));
  row.append(open);
  const told = new Set(claims.map((claim) => attributesOf(data.claims[claim]).join(" · ")).filter(Boolean));
  for (const line of told) row.append(element("p", "meta", {}, line));
  const passages = element("div", "passages", { hidden: true });
  row.append(passages);
  open.addEventListener("click", () => {
    passages.hidden = !passages.hidden;
    open.setAttribute("aria-expanded", String(!passages.hidden));
    if (passages.children.length) return;
    passages.append(element("p", "meta", {}, weightLabel(claims)), ...claimBlocks(claims));
    passages.append(element("button", "plain", { type: "button", "data-line": String(index), onclick: () => chooseRelation(index) }, say("show_line")));
  });
  return row;
}

function claimBlocks(claims) {
  const blocks = claims.slice(0, CLAIMS_SHOWN).map((claim) => claimBlock(data.claims[claim]));
  if (claims.length > CLAIMS_SHOWN) blocks.push(element("p", "meta", {}, say("not_listed", { count: claims.length - CLAIMS_SHOWN })));
  return blocks;
}

function relationView(index) {
  const [subject, object, predicate, symmetric, all] = data.relations[index];
  const claims = shown.passed.relations.get(index) ?? all;
  const line = element("div", "relation", {}, entityButton(subject), element("span", `predicate${symmetric ? " both" : ""}`, {}, predicateLabel(predicate)), entityButton(object));
  return [line, element("p", "meta", {}, weightLabel(claims)), ...claimBlocks(claims)];
}

function pathView() {
  const [start, end] = state.path;
  const view = [element("h2", "title", {}, say("path")), element("div", "ends", {}, entityButton(start), element("span", "meta", {}, "→"), entityButton(end))];
  if (!shown.steps?.length) return [...view, element("p", "hint", {}, say("no_path"))];
  view.push(element("p", "meta", {}, say("steps", { count: shown.steps.length })));
  const rows = [element("li", "", {}, entityButton(start))];
  let at = start;
  for (const index of shown.steps) {
    const [subject, , predicate, symmetric] = data.relations[index];
    const inverse = subject !== at && !symmetric;
    at = otherEnd(index, at);
    const claims = shown.passed.relations.get(index);
    const step = element("button", "step", { type: "button", "data-relation": String(index), onclick: () => chooseRelation(index) }, predicateLabel(predicate, inverse), element("span", "meta", {}, say("claims", { count: claims.length })));
    rows.push(element("li", "", {}, step), element("li", "", {}, entityButton(at)));
  }
  return [...view, element("ol", "path", {}, ...rows)];
}

function clusterView(index) {
  const { entities } = clusters[index];
  const members = entities.filter((id) => shown.passed.entities.has(id)).sort((a, b) => relationsOf[b].length - relationsOf[a].length || a - b);
  const view = [element("p", "kind", {}, say("cluster")), element("h2", "title name", {}, clusterLabel(index)), element("p", "meta", {}, say("members", { count: members.length }))];
  view.push(element("h2", "", {}, say("best_connected")), busyList(members.slice(0, 2 * MOST_CONNECTED)));
  const others = clusterLines(shown).filter(({ one, two }) => one === index || two === index);
  if (!others.length) return view;
  const rows = others.slice(0, MOST_CONNECTED).map(({ one, two, count }) => {
    const other = one === index ? two : one;
    return element("li", "", {}, clusterButton(other), element("span", "meta", {}, say("facts", { count })));
  });
  return [...view, element("h2", "", {}, say("next_clusters")), element("ul", "rows", {}, ...rows)];
}

function clusterButton(index) {
  return element("button", "entity name", { type: "button", "data-cluster": String(index), onclick: () => openCluster(index) }, element("span", "mark cluster", { "aria-hidden": "true" }), element("bdi", "", {}, clusterLabel(index)));
}

function clusterLabel(index) {
  return both(clusters[index].label) || say("other");
}

/** The clusters of the opening view, the largest first, for those who do not point. */
function clusterList() {
  const sizes = clusterSizes(shown);
  const order = sizes.map((_, index) => index).filter((index) => sizes[index]).sort((a, b) => sizes[b] - sizes[a] || a - b);
  const rows = order.map((index) => element("li", "", {}, clusterButton(index), element("span", "meta", {}, say("members", { count: sizes[index] }))));
  return [element("h2", "", {}, say("clusters")), element("ul", "rows", {}, ...rows)];
}
