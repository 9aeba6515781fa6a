// The picture: vis-network with the places that came with the file, in the colours of the style sheet.

const canvasHolder = document.getElementById("graph");
/** Index of entity -> indexes of its relations. */
const relationsOf = data.entities.map(() => []);
data.relations.forEach(([subject, object], index) => {
  relationsOf[subject].push(index);
  if (object !== subject) relationsOf[object].push(index);
});
const hiddenClasses = new Set();
/** What is in focus: {entity} or {relation} or {}. */
let focus = {};
/** Above this many nodes and lines a change of them all at once takes longer than a person waits. */
const DIMMING_LIMIT = 4000;
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
/** Seen from so far that labels are left out, the best connected of these keep one, at this size. */
const LANDMARKS = 300;
const LANDMARK_PIXELS = 12;
const LANDMARK_GAP = 8;
const TOOLTIP_LENGTH = 300;

// Everything goes in with its words: changing 10,000 nodes afterwards takes as long as making them.
const nodes = new vis.DataSet(data.network.nodes.map((node) => ({ ...node, title: nodeTitle(node.id) })));
const edges = new vis.DataSet(data.network.edges.map((edge) => ({ ...edge, ...lineWords(edge.id) })));
const network = new vis.Network(canvasHolder, { nodes, edges }, drawingOptions());
network.once("afterDrawing", () => fit(false));
network.on("afterDrawing", drawLandmarks);
const landmarks = data.entities
  .map((_, id) => id)
  .sort((a, b) => relationsOf[b].length - relationsOf[a].length || a - b)
  .slice(0, LANDMARKS);

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function drawingOptions() {
  const options = structuredClone(data.network.options);
  const face = getComputedStyle(document.body).fontFamily;
  const [ink, paper, line, accent] = ["--ink", "--paper", "--line", "--accent"].map(colour);
  Object.assign(options.nodes.font, { face, color: ink, strokeWidth: HALO, strokeColor: paper });
  options.nodes.scaling = { label: { drawThreshold: NODE_LABEL_PIXELS } };
  options.nodes.chosen = { node: (values) => Object.assign(values, { borderWidth: 3, borderColor: accent }) };
  Object.assign(options.edges.font, { face, color: colour("--quiet"), strokeWidth: 4, strokeColor: paper });
  options.edges.color = { color: line, hover: accent, highlight: accent, inherit: false };
  options.edges.scaling = { label: { drawThreshold: LINE_LABEL_PIXELS } };
  options.edges.arrows = { to: { scaleFactor: 0.45 } };
  options.edges.hoverWidth = 0.8;
  options.edges.selectionWidth = 1.2;
  options.groups = {};
  for (const name of data.terms.classes) {
    const fill = colour(`--${name.toLowerCase()}`);
    const look = { background: fill, border: paper };
    options.groups[name] = { color: { ...look, highlight: { background: fill, border: accent }, hover: look } };
  }
  return options;
}

/** From far away, name the best connected entities, as many as find room, at a size that can be read. */
function drawLandmarks(context) {
  const scale = network.getScale();
  const { size, face } = network.nodesHandler.options.font;
  const near = nearby();
  // vis-network itself draws a label from one pixel below its threshold on.
  if (size * scale >= labelThreshold(near !== null) - 1) return;
  const taken = [];
  context.save();
  context.font = `${LANDMARK_PIXELS / scale}px ${face}`;
  context.textAlign = "center";
  context.textBaseline = "top";
  context.lineJoin = "round";
  context.lineWidth = 4 / scale;
  context.strokeStyle = colour("--paper");
  context.fillStyle = colour("--ink");
  for (const id of near ? near.entities : landmarks) {
    if (isHidden(id)) continue;
    const { x, y } = network.getPosition(id);
    const text = data.network.nodes[id].label.replaceAll("\n", "");
    const half = context.measureText(text).width / 2 + LANDMARK_GAP / scale;
    const top = y + data.network.nodes[id].size + 3 / scale;
    const box = [x - half, top, x + half, top + (LANDMARK_PIXELS + LANDMARK_GAP) / scale];
    if (taken.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3])) continue;
    taken.push(box);
    context.strokeText(text, x, top);
    context.fillText(text, x, top);
  }
  context.restore();
}

function labelThreshold(focused) {
  return focused ? FOCUS_LABEL_PIXELS : NODE_LABEL_PIXELS;
}

function isHidden(entity) {
  return hiddenClasses.has(data.entities[entity].scored);
}

/** Show what is in focus, pale what is not next to it, leave out the hidden classes; label in the language. */
function redraw() {
  const near = nearby();
  nodes.update(nodeLooks(near));
  edges.update(lineLooks(near));
  describe();
}

function describe() {
  const canvas = canvasHolder.querySelector("canvas");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", say("drawing", { nodes: data.entities.length, edges: data.relations.length }));
}

function nodeLooks(near) {
  const [ink, faint] = ["--ink", "--faint"].map(colour);
  return data.entities.map((_, id) => {
    const pale = near !== null && !near.entities.has(id);
    return {
      id,
      hidden: isHidden(id),
      opacity: pale ? 0.16 : 1,
      // Without its halo a pale name does not cover the label of the line in focus.
      font: { color: pale ? faint : ink, strokeWidth: pale ? 0 : HALO },
      scaling: { label: { drawThreshold: labelThreshold(near !== null && !pale) } },
    };
  });
}

function lineLooks(near) {
  const [line, accent] = ["--line", "--accent"].map(colour);
  return data.relations.map(([subject, object], id) => {
    const pale = near !== null && !near.relations.has(id);
    const marked = near !== null && near.relations.has(id);
    return {
      id,
      hidden: isHidden(subject) || isHidden(object),
      ...lineWords(id),
      ...(pale ? { label: " " } : {}),
      color: { color: marked ? accent : line, opacity: pale ? 0.25 : marked ? 0.75 : 1 },
    };
  });
}

/** An entity's tooltip: its whole name. A string is text to vis-network, never HTML. */
function nodeTitle(id) {
  return data.entities[id].name.slice(0, TOOLTIP_LENGTH);
}

/** A line's label, the predicate and the count that all its passages agree on, and its tooltip. */
function lineWords(id) {
  const [subject, object, predicate, , claims] = data.relations[id];
  const counts = new Set(claims.map((claim) => countLabel(data.claims[claim])).filter(Boolean));
  const label = predicateLabel(predicate);
  return {
    label: counts.size === 1 ? `${label} ${[...counts][0]}` : label,
    title: [nodeTitle(subject), label, nodeTitle(object)].join(" · "),
  };
}

/** What belongs to the focus, or null where everything does. */
function nearby() {
  if (data.entities.length + data.relations.length > DIMMING_LIMIT) return null;
  if (focus.relation !== undefined) {
    const [subject, object] = data.relations[focus.relation];
    return { entities: new Set([subject, object]), relations: new Set([focus.relation]) };
  }
  if (focus.entity === undefined) return null;
  const relations = new Set(relationsOf[focus.entity]);
  const entities = new Set([focus.entity]);
  for (const index of relations) data.relations[index].slice(0, 2).forEach((end) => entities.add(end));
  return { entities, relations };
}

/** Move the view so that the given entities are in it; the animation is short, and none where unwanted. */
function lookAt(entities) {
  network.fit({ nodes: entities, minZoomLevel: FURTHEST, maxZoomLevel: CLOSEST, animation: animation() });
}

function fit(animated = true) {
  const shown = data.entities.map((_, id) => id).filter((id) => !isHidden(id));
  network.fit({ nodes: shown, maxZoomLevel: 1.4, animation: animated && animation() });
}

function zoom(factor) {
  network.moveTo({ scale: network.getScale() * factor, animation: animation() });
}

function animation() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? false : { duration: 350, easingFunction: "easeInOutQuad" };
}
