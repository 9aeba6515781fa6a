// The picture: vis-network holds what is shown and nothing else, in the colours of the style sheet.

const canvasHolder = document.getElementById("graph");
/** Above this many nodes and lines a change of them all at once takes longer than a person waits. */
const DIMMING_LIMIT = 4000;
/** Above this many nodes vis-network writes no names: landmarks does, as many as find room. */
const NAMED_LIMIT = 1200;
/** Below this many pixels a label is a smudge; a line's label appears when one comes near. */
const NODE_LABEL_PIXELS = 8;
const LINE_LABEL_PIXELS = 9;
/** The labels next to what is in focus are never smaller than this. */
const FOCUS_LABEL_PIXELS = 12;
/** A look at something comes no closer, to keep its surroundings in the picture, and stays near enough to read. */
const CLOSEST = 1.1;
const FURTHEST = 0.55;
/** The paper around a name's letters. */
const HALO = 3;
const TOOLTIP_LENGTH = 300;
/** A phone shows a graph from further away, and fingers are wider than a mouse. */
const PHONE_SIZE = 1.6;
/** Lines between clusters in the opening view: these, and the two strongest of each cluster. */
const STRONGEST_LINES = 40;
const CLUSTER_LETTERS = 15;
/** So many lines that they hide each other are paler, and what they join is larger. */
const MANY_LINES_OPACITY = 0.35;

const tools = document.querySelector(".tools");
const nodes = new vis.DataSet();
const edges = new vis.DataSet();
const network = new vis.Network(canvasHolder, { nodes, edges }, drawingOptions());
// The holder is what the keyboard comes to; the frame in it would be a second stop without a name.
canvasHolder.firstElementChild.removeAttribute("tabindex");
/** What is drawn now, and how each of it looks, to change only what has changed. */
let shown = null;
let looks = new Map();
/** Entity -> [x, y] where that is not what came with the file. */
let arranged = new Map();

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function drawingOptions() {
  const options = structuredClone(data.network.options);
  const face = getComputedStyle(document.body).fontFamily;
  const [ink, paper, line, accent] = ["--ink", "--paper", "--line", "--accent"].map(colour);
  options.nodes.font = { ...options.nodes.font, face, color: ink, strokeWidth: HALO, strokeColor: paper };
  options.nodes.scaling = { label: { drawThreshold: NODE_LABEL_PIXELS } };
  options.nodes.chosen = { node: (values) => Object.assign(values, { borderWidth: 3, borderColor: accent }) };
  options.edges.font = { ...options.edges.font, face, color: colour("--quiet"), strokeWidth: 4, strokeColor: paper };
  options.edges.color = { color: line, hover: accent, highlight: accent, inherit: false };
  options.edges.scaling = { label: { drawThreshold: LINE_LABEL_PIXELS } };
  options.edges.arrows = { to: { scaleFactor: 0.45 } };
  options.edges.hoverWidth = 0.8;
  options.edges.selectionWidth = 1.2;
  options.groups = { cluster: groupLook(colour("--cluster"), paper, accent) };
  for (const name of data.terms.classes) options.groups[name] = groupLook(colour(`--${name.toLowerCase()}`), paper, accent);
  return options;
}

function groupLook(background, paper, accent) {
  const look = { background, border: paper };
  return { color: { ...look, highlight: { background, border: accent }, hover: look } };
}

/** Bring the drawing to what is shown: take out, put in, move, recolour; the rest stays untouched. */
function redraw() {
  const near = nearby();
  const drawn = shown.asClusters ? clusterItems() : { nodes: nodeItems(near), edges: lineItems(near) };
  sync(edges, drawn.edges, true);
  sync(nodes, drawn.nodes, false);
  sync(edges, drawn.edges, false);
  describe();
}

/** Make a data set hold these items: first only take out, lines before their nodes; then put in and change. */
function sync(set, wanted, takingOut) {
  const gone = set.getIds().filter((id) => !wanted.has(id));
  if (gone.length) {
    set.remove(gone);
    for (const id of gone) looks.delete(lookKey(set, id));
  }
  if (takingOut) return;
  const [fresh, changed] = [[], []];
  for (const [id, item] of wanted) {
    const look = JSON.stringify(item);
    const key = lookKey(set, id);
    if (looks.get(key) === look) continue;
    (looks.has(key) ? changed : fresh).push(item);
    looks.set(key, look);
  }
  if (fresh.length) set.add(fresh);
  if (changed.length) set.update(changed);
}

function lookKey(set, id) {
  return `${set === nodes ? "n" : "e"} ${id}`;
}

function classFills() {
  return Object.fromEntries(data.terms.classes.map((name) => [name, colour(`--${name.toLowerCase()}`)]));
}

function nodeItems(near) {
  const [ink, faint, accent, paper] = ["--ink", "--faint", "--accent", "--paper"].map(colour);
  const fills = classFills();
  const named = shown.entities.size <= NAMED_LIMIT;
  const pins = new Map(state.pinned.map(([id, x, y]) => [id, [x, y]]));
  const items = new Map();
  for (const id of shown.entities) {
    const pale = near !== null && !near.entities.has(id);
    const [x, y] = pins.get(id) ?? placeOf(id);
    const item = { ...data.network.nodes[id], x, y, title: nodeTitle(id), opacity: pale ? 0.16 : 1, physics: !pins.has(id) };
    if (named) {
      // Without its halo a pale name does not cover the label of the line in focus.
      item.font = { color: pale ? faint : ink, strokeWidth: pale ? 0 : HALO };
      item.scaling = { label: { drawThreshold: labelThreshold(near !== null && !pale) } };
    } else item.label = "";
    item.size = named ? nodeSize(id) : 2 * item.size;
    if (!named) item.borderWidth = 0;
    else Object.assign(item, pins.has(id) ? { borderWidth: 3, shapeProperties: { borderDashes: [3, 2] } } : { borderWidth: 1.5, shapeProperties: { borderDashes: false } });
    item.color = groupLook(fills[data.entities[id].scored], pins.has(id) ? ink : paper, accent).color;
    items.set(id, item);
  }
  return items;
}

function lineItems(near) {
  const [line, accent] = ["--line", "--accent"].map(colour);
  const named = shown.relations.size <= NAMED_LIMIT;
  const items = new Map();
  for (const [id, claims] of shown.relations) {
    const pale = near !== null && !near.relations.has(id);
    const marked = near !== null && near.relations.has(id);
    const item = { ...data.network.edges[id], id, ...lineWords(id, claims) };
    if (!named) item.label = "";
    else if (pale) item.label = " ";
    item.color = { color: marked ? accent : line, opacity: pale ? 0.25 : marked ? 0.75 : named ? 1 : MANY_LINES_OPACITY };
    items.set(id, item);
  }
  return items;
}

function clusterItems() {
  const sizes = clusterSizes(shown);
  const [ink, line] = ["--ink", "--line"].map(colour);
  const items = { nodes: new Map(), edges: new Map() };
  clusters.forEach((cluster, index) => {
    if (!sizes[index]) return;
    const id = `cluster ${index}`;
    const size = Math.max(10, (cluster.size ?? 24) * Math.sqrt(sizes[index] / cluster.entities.length));
    const [x, y] = arranged.get(id) ?? [cluster.x, cluster.y];
    items.nodes.set(id, { id, group: "cluster", shape: "dot", size, x, y, label: `${shorten(clusterLabel(index), 14)}\n${number(sizes[index])}`, title: clusterLabel(index).slice(0, TOOLTIP_LENGTH), font: { color: ink, size: CLUSTER_LETTERS, strokeWidth: HALO }, scaling: { label: { drawThreshold: FOCUS_LABEL_PIXELS } } });
  });
  const lines = clusterLines(shown);
  const taken = new Map();
  const most = lines[0]?.count ?? 1;
  lines.forEach(({ one, two, count }, rank) => {
    const few = Math.min(taken.get(one) ?? 0, taken.get(two) ?? 0) < 2;
    if (rank >= STRONGEST_LINES && !few) return;
    for (const end of [one, two]) taken.set(end, (taken.get(end) ?? 0) + 1);
    const id = `line ${one} ${two}`;
    items.edges.set(id, { id, from: `cluster ${one}`, to: `cluster ${two}`, arrows: "", width: 1 + 7 * Math.sqrt(count / most), label: " ", title: say("facts", { count }), color: { color: line, opacity: 0.7 } });
  });
  return items;
}

function shorten(text, length) {
  if (text.length <= length) return text;
  // A character takes two units of a string at most.
  const characters = [...text.slice(0, 2 * length + 2)];
  return characters.length > length ? `${characters.slice(0, length - 1).join("")}…` : text;
}

function nodeSize(id) {
  return data.network.nodes[id].size * (narrow.matches ? PHONE_SIZE : 1);
}

/** Where an entity is drawn: arranged anew, or as it came. */
function placeOf(id) {
  const { x, y } = data.network.nodes[id];
  return arranged.get(id) ?? [x, y];
}

function describe() {
  const canvas = canvasHolder.querySelector("canvas");
  const counts = { nodes: shown.entities.size, edges: shown.relations.size };
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", say("drawing", counts));
}

function labelThreshold(focused) {
  return focused ? FOCUS_LABEL_PIXELS : NODE_LABEL_PIXELS;
}

/** An entity's tooltip: its whole name. A string is text to vis-network, never HTML. */
function nodeTitle(id) {
  return data.entities[id].name.slice(0, TOOLTIP_LENGTH);
}

/** A line's label, the predicate and the count that all its passages agree on, and its tooltip. */
function lineWords(id, claims) {
  const [subject, object, predicate] = data.relations[id];
  const counts = new Set(claims.map((claim) => countLabel(data.claims[claim])).filter(Boolean));
  const label = shorten(predicateLabel(predicate), 60);
  return {
    label: counts.size === 1 ? shorten(`${label} ${[...counts][0]}`, 80) : label,
    title: [nodeTitle(subject), label, nodeTitle(object)].join(" · "),
  };
}

/** What belongs to the focus, or null where everything does. */
function nearby() {
  if (shown.asClusters || shown.entities.size + shown.relations.size > DIMMING_LIMIT) return null;
  if (state.relation !== null) return { entities: new Set(data.relations[state.relation].slice(0, 2)), relations: new Set([state.relation]) };
  if (state.path && shown.steps?.length) {
    return { entities: new Set(shown.steps.flatMap((index) => data.relations[index].slice(0, 2))), relations: new Set(shown.steps) };
  }
  if (state.entity === null) return null;
  const relations = new Set(relationsOf[state.entity].filter((index) => shown.relations.has(index)));
  const entities = new Set([state.entity]);
  for (const index of relations) entities.add(otherEnd(index, state.entity));
  return { entities, relations };
}

/** Move the view so that the given entities are in it; the animation is short, and none where unwanted. */
function lookAt(entities) {
  const drawn = entities.filter((id) => nodes.get(id) !== null);
  if (drawn.length) network.fit({ nodes: drawn, minZoomLevel: FURTHEST, maxZoomLevel: CLOSEST, animation: animation() });
}

function fit(animated = true) {
  network.fit({ nodes: nodes.getIds(), maxZoomLevel: 1.4, animation: animated && !narrow.matches && animation() });
  if (narrow.matches) clearFoot();
}

/** On a phone the buttons lie over the foot of the drawing: leave it to them. */
function clearFoot() {
  const high = canvasHolder.clientHeight;
  const covered = canvasHolder.getBoundingClientRect().bottom - tools.getBoundingClientRect().top;
  if (covered <= 0 || covered > high / 2) return;
  const scale = network.getScale() * (1 - covered / high);
  const { x, y } = network.getViewPosition();
  network.moveTo({ scale, position: { x, y: y + covered / 2 / scale }, animation: false });
}

function zoom(factor) {
  network.moveTo({ scale: network.getScale() * factor, animation: animation() });
}

function animation() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? false : { duration: 350, easingFunction: "easeInOutQuad" };
}
