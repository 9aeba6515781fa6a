// What a person does to the view. Each changes the state, and all else follows from the state.

/** The entity that a path is to start from, while its end is being picked. */
let pathStart = null;
let running = false;
/** How many steps of the browser's history are this page's own, and the ways back where it lets nothing be written. */
let step = 0;
const trail = [];

/** Change the state: `keep` makes it a step of the browser's history, `move` lets the view follow. False where nothing changes. */
function go(changes, { keep = true, move = true } = {}) {
  const before = state;
  state = { ...state, ...changes };
  if (fragmentOf(before) === fragmentOf(state)) return false;
  if (!writeFragment(keep) && keep) trail.push(before);
  apply({ move });
  return true;
}

/** Bring something into focus; what is in focus already is shown again, wherever panel and view have gone meanwhile. */
function bring(changes, move) {
  if (go(changes, { move })) return;
  foldPanel(false);
  if (move) lookAtFocus();
}

function goBack() {
  if (trail.length) {
    state = trail.pop();
    apply();
  } else if (step > 0) history.back();
  else go({ entity: null, relation: null, path: null, open: null });
}

/** Bring an entity into focus, or take it for the end of a path. */
function chooseEntity(id, { move = true } = {}) {
  if (pathStart !== null) return endPath(id);
  const inPart = !shown.asClusters && shown.entities.has(id);
  const changes = { entity: id, relation: null, ...revealing([id]) };
  if (state.view === "figures") changes.view = "graph";
  if (!clusters.length || !inPart) changes.path = null;
  if (!inPart) Object.assign(changes, { open: null, around: clusters.length && !state.all ? [id] : [] });
  bring(changes, move);
}

function chooseRelation(index, { move = true } = {}) {
  const ends = data.relations[index].slice(0, 2);
  const inPart = !shown.asClusters && ends.every((id) => shown.entities.has(id));
  const changes = { relation: index, entity: null, ...revealing(ends) };
  if (state.view === "figures") changes.view = "graph";
  if (!clusters.length || !inPart) changes.path = null;
  if (!inPart) Object.assign(changes, { open: null, around: clusters.length && !state.all ? ends : [] });
  bring(changes, move);
}

/** What is asked for is shown, even of a hidden class. */
function revealing(ids) {
  const wanted = new Set(ids.map((id) => data.entities[id].scored));
  return { classes: state.classes.filter((name) => !wanted.has(name)), hidden: state.hidden.filter((id) => !ids.includes(id)) };
}

function leaveFocus() {
  go({ entity: null, relation: null, ...(clusters.length ? {} : { path: null }) }, { move: false });
}

function focusOn(id) {
  go({ around: [id], open: null, path: null, all: false, entity: id, relation: null });
}

/** Add what is next to an entity to the picture. */
function expand(id) {
  if (!state.around.includes(id)) go({ around: [...state.around, id], open: null, path: null, all: false, entity: id, relation: null });
}

function showWhole() {
  go({ around: [], open: null, path: null, all: false, entity: null, relation: null });
}

function openCluster(index) {
  go({ open: index, around: [], path: null, all: false, entity: null, relation: null });
}

function hide(id) {
  go({ hidden: [...state.hidden, id], around: state.around.filter((one) => one !== id), path: state.path?.includes(id) ? null : state.path, entity: null, relation: null }, { move: false });
}

function togglePin(id) {
  if (state.pinned.some(([one]) => one === id)) {
    const { x, y } = network.getPosition(id);
    arranged.set(id, [Math.round(x), Math.round(y)]);
    return go({ pinned: state.pinned.filter(([one]) => one !== id) }, { move: false });
  }
  if (nodes.get(id) !== null) pinAt(id, network.getPosition(id), true);
}

function pinAt(id, { x, y }, keep) {
  const kept = state.pinned.filter(([one]) => one !== id);
  go({ pinned: [...kept, [id, Math.round(x), Math.round(y)]] }, { keep, move: false });
}

function pickPath(id) {
  pathStart = id;
  renderNotice();
  field.focus();
}

function endPath(id) {
  const path = [pathStart, id];
  pathStart = null;
  // Nobody asks for the way from a thing to itself.
  if (path[0] === path[1]) return renderNotice();
  go({ path, around: [], open: null, all: false, entity: null, relation: null, view: "graph", ...revealing(path) });
}

function cancelPath() {
  pathStart = null;
  renderNotice();
}

function toggleClass(name) {
  const off = state.classes.includes(name) ? state.classes.filter((one) => one !== name) : [...state.classes, name];
  go({ classes: name === null ? [] : off }, { move: false });
}

/** Let the nodes find places of their own, or stop them where they are. */
function runPhysics(on) {
  if (running && !on) keepPlaces();
  running = on;
  const button = document.getElementById("physics");
  button.setAttribute("aria-pressed", String(on));
  if (!on) return network.setOptions({ physics: { enabled: false } });
  network.setOptions({ physics: { enabled: true, solver: "forceAtlas2Based", stabilization: false, forceAtlas2Based: { springLength: 90, avoidOverlap: 0.6, gravitationalConstant: -60 } } });
  network.startSimulation();
}

/** Take the places that the simulation has found for those of the drawing. */
function keepPlaces() {
  for (const [id, { x, y }] of Object.entries(network.getPositions())) arranged.set(/^\d+$/.test(id) ? Number(id) : id, [Math.round(x), Math.round(y)]);
}

/** On a phone the panel is a sheet over the drawing: folded, it leaves the drawing the screen. */
function foldPanel(folded) {
  const button = document.getElementById("fold");
  document.body.classList.toggle("folded", folded);
  button.setAttribute("aria-expanded", String(!folded));
  button.dataset.label = folded ? "show_panel" : "hide_panel";
  button.setAttribute("aria-label", say(button.dataset.label));
}
