// Names by zoom: from far away, those of the best connected, at a size that can be read.

const LANDMARKS = 300;
const LANDMARK_PIXELS = 12;
const LANDMARK_GAP = 8;
/** As many names as a screen holds; each costs time in every frame. */
const MOST_NAMES = 90;
/** Among more nodes than these no name would find room beside all of them. */
const CROWD = 150;
let ranked = { of: null, ids: [] };
network.on("afterDrawing", drawLandmarks);

function drawLandmarks(context) {
  if (!shown) return;
  const scale = network.getScale();
  const { size, face, color, strokeColor } = network.nodesHandler.options.font;
  const near = nearby();
  // vis-network itself draws a label from one pixel below its threshold on.
  const large = shown.asClusters ? CLUSTER_LETTERS * scale >= FOCUS_LABEL_PIXELS - 1 : size * scale >= labelThreshold(near !== null) - 1;
  if (large && (shown.asClusters || shown.entities.size <= NAMED_LIMIT)) return;
  context.save();
  context.font = `${LANDMARK_PIXELS / scale}px ${face}`;
  context.textAlign = "center";
  context.textBaseline = "top";
  context.lineJoin = "round";
  context.lineWidth = 4 / scale;
  context.strokeStyle = strokeColor;
  context.fillStyle = color;
  nameWithin(context, shown.asClusters ? largestFirst() : candidates(near), viewBox(), scale);
  context.restore();
}

/** The named entity or its surroundings first, else the best connected. */
function candidates(near) {
  if (near) return [...near.entities];
  if (ranked.of !== shown) {
    const ids = [...shown.entities].sort((a, b) => relationsOf[b].length - relationsOf[a].length || a - b);
    ranked = { of: shown, ids };
  }
  return state.entity !== null && shown.entities.has(state.entity) ? [state.entity, ...ranked.ids] : ranked.ids;
}

function largestFirst() {
  return nodes.get().sort((a, b) => b.size - a.size).map(({ id }) => id);
}

function viewBox() {
  const { clientWidth, clientHeight } = canvasHolder;
  const [start, end] = [network.DOMtoCanvas({ x: 0, y: 0 }), network.DOMtoCanvas({ x: clientWidth, y: clientHeight })];
  return [start.x, start.y, end.x, end.y];
}

/** The nodes with these ids that are in view. */
function* inView(ids, [left, top, right, bottom]) {
  for (const id of ids) {
    const node = network.body.nodes[id];
    if (node && node.x >= left && node.x <= right && node.y >= top && node.y <= bottom) yield node;
  }
}

function nameWithin(context, ids, view, scale) {
  const taken = [...obstacles(view, scale), toolsBox()];
  const blocked = taken.length;
  let tried = 0;
  for (const { id, x, y, options } of inView(ids, view)) {
    tried += 1;
    if (taken.length - blocked >= MOST_NAMES || tried > LANDMARKS) break;
    const text = (data.network.nodes[id]?.label ?? options.label).replaceAll("\n", typeof id === "string" ? " " : "");
    const wide = context.measureText(text).width;
    const within = spots(x, y, options.size, wide, scale).filter((spot) => inside(spot, view));
    // The first name of all is written even if it lies on a node.
    const free = within.find((spot) => !taken.some((other) => meet(spot, other))) ?? (tried === 1 ? within[0] : undefined);
    if (!free) continue;
    taken.push(free);
    context.strokeText(text, (free[0] + free[2]) / 2, free[1]);
    context.fillText(text, (free[0] + free[2]) / 2, free[1]);
  }
}

/** Where a name may stand: under its node; where that is taken, over it, to its right, to its left. */
function spots(x, y, size, wide, scale) {
  const [gap, high] = [3 / scale, (LANDMARK_PIXELS + LANDMARK_GAP / 2) / scale];
  const half = wide / 2 + LANDMARK_GAP / 2 / scale;
  const beside = y - high / 2;
  const right = x + size + gap;
  const left = x - size - gap;
  return [
    [x - half, y + size + gap, x + half, y + size + gap + high],
    [x - half, y - size - gap - high, x + half, y - size - gap],
    [right, beside, right + 2 * half, beside + high],
    [left - 2 * half, beside, left, beside + high],
  ];
}

function inside([left, top, right, bottom], [least, high, most, low]) {
  return left >= least && top >= high && right <= most && bottom <= low;
}

/** What the buttons over the drawing cover of it. */
function toolsBox() {
  const [box, { left, top }] = [tools.getBoundingClientRect(), canvasHolder.getBoundingClientRect()];
  const [start, end] = [network.DOMtoCanvas({ x: box.left - left, y: box.top - top }), network.DOMtoCanvas({ x: box.right - left, y: box.bottom - top })];
  return [start.x, start.y, end.x, end.y];
}

function meet(one, two) {
  return one[0] < two[2] && two[0] < one[2] && one[1] < two[3] && two[1] < one[3];
}

/** The nodes in view, which no name should lie on, where there is room to keep clear of them. */
function obstacles(view, scale) {
  const boxes = [];
  for (const { x, y, options } of inView(nodes.getIds(), view)) {
    const half = options.size - 1 / scale;
    boxes.push([x - half, y - half, x + half, y + half]);
    if (boxes.length > CROWD) return [];
  }
  return boxes;
}
