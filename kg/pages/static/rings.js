// What a cluster is made of: a ring around its circle, with a piece for each class.

/** How much of a cluster's radius the ring takes. */
const RING = 0.38;
let composed = { of: null, shares: [] };
// Before the names, which come last.
network.on("afterDrawing", drawRings);

/** For each cluster its classes, in the legend's order, with the share of each: [class, from, to], in whole turns. */
function shares() {
  if (composed.of === shown) return composed.shares;
  const all = clusters.map(({ entities }) => {
    const counts = new Map();
    for (const id of entities) if (shown.passed.entities.has(id)) counts.set(data.entities[id].scored, (counts.get(data.entities[id].scored) ?? 0) + 1);
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
    let at = 0;
    return data.terms.classes
      .filter((name) => counts.has(name))
      .map((name) => {
        const from = at;
        at += counts.get(name) / total;
        return [name, from, at];
      });
  });
  composed = { of: shown, shares: all };
  return all;
}

function drawRings(context) {
  if (!shown?.asClusters) return;
  const parts = shares();
  const fills = classFills();
  // In the middle of a change vis-network may draw what was there before.
  for (const { id, x, y, options } of inView(nodes.getIds().filter((id) => typeof id === "string"), viewBox())) {
    const wide = options.size * RING;
    context.lineWidth = wide;
    for (const [name, from, to] of parts[clusterNumber(id)]) {
      context.strokeStyle = fills[name];
      context.beginPath();
      context.arc(x, y, options.size - wide / 2, turn(from), turn(to));
      context.stroke();
    }
  }
}

/** A share of a turn as an angle, from the top on. */
function turn(share) {
  return (share - 0.25) * 2 * Math.PI;
}

function clusterNumber(id) {
  return Number(id.slice("cluster ".length));
}

/** The same ring for a drawing in SVG. */
function ringShapes({ id, x, y, size }) {
  const fills = classFills();
  const wide = size * RING;
  const radius = size - wide / 2;
  return shares()[clusterNumber(id)].map(([name, from, to]) => {
    // A whole turn has no end of its own: a hair less has.
    const [start, end] = [turn(from), turn(Math.min(to, from + 0.9999))];
    const point = (angle) => `${(x + radius * Math.cos(angle)).toFixed(1)} ${(y + radius * Math.sin(angle)).toFixed(1)}`;
    const path = `M${point(start)}A${radius.toFixed(1)} ${radius.toFixed(1)} 0 ${Number(to - from > 0.5)} 1 ${point(end)}`;
    return shape("path", { d: path, fill: "none", stroke: fills[name], "stroke-width": wide.toFixed(1) });
  });
}
