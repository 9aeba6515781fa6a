// What is shown as a file: a picture (PNG, SVG), a table (CSV), a graph (Turtle). Made here, sent nowhere.

const MAKERS = { png: pngOf, svg: svgOf, csv: csvOf, ttl: turtleOf };
const ARTICLE_TYPES = "cpkg:Article, schema:NewsArticle";
/** All but reserved, unreserved and ucschar of RFC 3987; and what of these nobody can see. */
const NOT_IN_IRI = /%(?![0-9A-Fa-f]{2})|[\p{Cc}\p{Cf}\p{Zs}\p{Zl}\p{Zp}]|[^A-Za-z0-9\-._~:/?#@!$&'()*+,;=%\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef\u{10000}-\u{1fffd}\u{20000}-\u{2fffd}\u{30000}-\u{3fffd}\u{e1000}-\u{efffd}]/gu;
const PREFIXES = {
  cpkg: data.namespace ?? "https://w3id.org/cpkg/ontology#",
  rdf: "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
  rdfs: "http://www.w3.org/2000/01/rdf-schema#",
  skos: "http://www.w3.org/2004/02/skos/core#",
  dcterms: "http://purl.org/dc/terms/",
  prov: "http://www.w3.org/ns/prov#",
  schema: "https://schema.org/",
  xsd: "http://www.w3.org/2001/XMLSchema#",
};

async function download(kind) {
  const file = await MAKERS[kind]();
  const address = URL.createObjectURL(file);
  const title = data.title.replace(/[\\/:*?"<>|\p{Cc}\p{Cf}\p{Cs}.]+/gu, " ").trim().slice(0, 60) || "graph";
  element("a", "", { href: address, download: `${title}.${kind}` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** The picture as it stands on the screen, on the page's paper. */
async function pngOf() {
  const screen = canvasHolder.querySelector("canvas");
  const canvas = element("canvas", "", { width: screen.width, height: screen.height });
  const context = canvas.getContext("2d");
  context.fillStyle = colour("--paper");
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(screen, 0, 0);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

/** Everything that is shown, whatever part of it the screen holds, as a drawing of any size. */
function svgOf() {
  const at = network.getPositions();
  const items = nodes.get().map((node) => ({ ...node, ...at[node.id] }));
  const edge = 90;
  const [xs, ys] = [items.map(({ x }) => x), items.map(({ y }) => y)];
  const ends = (values) => (values.length ? [values.reduce((a, b) => Math.min(a, b)) - edge, values.reduce((a, b) => Math.max(a, b)) + edge] : [0, 1]);
  const [[left, right], [top, bottom]] = [ends(xs), ends(ys)];
  const place = new Map(items.map((item) => [item.id, item]));
  const lines = edges.get().filter(({ from, to }) => place.has(from) && place.has(to));
  const arrow = shape("marker", { id: "arrow", viewBox: "0 0 8 8", refX: 8, refY: 4, markerWidth: 7, markerHeight: 7, markerUnits: "userSpaceOnUse", orient: "auto" }, shape("path", { d: "M0 0L8 4L0 8Z", fill: colour("--line") }));
  const drawing = shape(
    "svg",
    { viewBox: [left, top, right - left, bottom - top].map(Math.round).join(" "), width: Math.round(right - left), height: Math.round(bottom - top), "font-family": getComputedStyle(document.body).fontFamily, "font-size": 14, "text-anchor": "middle" },
    shape("title", {}, cleanText(data.title)),
    shape("defs", {}, arrow),
    shape("rect", { x: left, y: top, width: right - left, height: bottom - top, fill: colour("--paper") }),
    ...lines.map((line) => linePath(line, place)),
    ...items.map(nodeShape),
    ...(shown.asClusters ? items.flatMap(ringShapes) : []),
    ...items.map((item) => nodeName(item)),
  );
  return new Blob([new XMLSerializer().serializeToString(drawing)], { type: "image/svg+xml" });
}

function linePath({ id, from, to, smooth, arrows, width, title }, place) {
  const [one, two] = [place.get(from), place.get(to)];
  const [dx, dy] = [two.x - one.x, two.y - one.y];
  const length = Math.hypot(dx, dy) || 1;
  const bend = smooth?.enabled ? (smooth.type === "curvedCW" ? 1 : -1) * smooth.roundness : 0;
  const end = [two.x - (dx / length) * (two.size + 2), two.y - (dy / length) * (two.size + 2)];
  const middle = [(one.x + two.x) / 2 + dy * bend, (one.y + two.y) / 2 - dx * bend];
  const curve = bend ? `Q${middle.map(Math.round).join(" ")} ` : "L";
  const path = { d: `M${one.x} ${one.y}${curve}${end.map(Math.round).join(" ")}`, fill: "none", stroke: colour("--line"), "stroke-width": width ?? 1, "data-line": id };
  if (arrows !== "") path["marker-end"] = "url(#arrow)";
  return shape("path", path, shape("title", {}, cleanText(title ?? "")));
}

function nodeShape({ id, x, y, size, shape: kind, color, group }) {
  const fill = color?.background ?? colour("--cluster");
  const look = { fill, stroke: colour("--paper"), "stroke-width": 1.5, "data-node": id, class: group };
  const corners = { diamond: [[0, -1], [1, 0], [0, 1], [-1, 0]], square: [[-1, -1], [1, -1], [1, 1], [-1, 1]], triangle: [[0, -1], [1, 0.8], [-1, 0.8]], triangleDown: [[-1, -0.8], [1, -0.8], [0, 1]], hexagon: [[-0.5, -0.87], [0.5, -0.87], [1, 0], [0.5, 0.87], [-0.5, 0.87], [-1, 0]] }[kind];
  if (!corners) return shape("circle", { cx: x, cy: y, r: size, ...look });
  return shape("polygon", { points: corners.map(([right, down]) => `${Math.round(x + right * size)},${Math.round(y + down * size)}`).join(" "), ...look });
}

function nodeName({ id, x, y, size, label }) {
  const lines = (label || data.network.nodes[id]?.label || "").split("\n").map(cleanText);
  const rows = lines.map((line, row) => shape("tspan", { x, y: Math.round(y + size + 15 + row * 17) }, line));
  return shape("text", { fill: colour("--ink"), stroke: colour("--paper"), "stroke-width": 3, "paint-order": "stroke" }, ...rows);
}

/** Text that XML can hold. */
function cleanText(text) {
  return text.replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd");
}

/** One row a passage. The mark at the start makes spreadsheets read UTF-8. */
function csvOf() {
  const head = ["subject", "predicate", "object", "count", "unit", "role", "topic", "time", "evidence", "title", "publisher", "date", "link", "subject_id", "object_id"];
  const rows = [head.map((key) => say(`csv_${key}`))];
  for (const [index, claims] of shown.relations) {
    const [subject, object, predicate] = data.relations[index];
    const [one, two] = [data.entities[subject], data.entities[object]];
    for (const number of claims) {
      const claim = data.claims[number];
      const article = data.articles[claim.article] ?? {};
      rows.push([one.name, predicateLabel(predicate), two.name, claim.count, claim.unit, claim.role, claim.topic, claim.time, passageOf(claim)[1], article.title, article.publisher, article.date, article.url, one.id, two.id]);
    }
  }
  return new Blob([`\ufeff${rows.map((row) => row.map(csvCell).join(",")).join("\r\n")}\r\n`], { type: "text/csv" });
}

/** A cell that a spreadsheet takes for text, never for a formula. */
function csvCell(value) {
  const text = String(value ?? "");
  const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The triples that the whole graph has on what is shown: entities, relations, claims under their own names, their articles. */
function turtleOf() {
  const parts = Object.entries(PREFIXES).map(([name, address]) => `@prefix ${name}: <${address}> .`);
  for (const id of shown.entities) {
    const { id: address, name, labels, kind, scored } = data.entities[id];
    const types = [...new Set([kind, scored])].map(termOf).join(", ");
    const others = labels.length ? [`skos:altLabel ${labels.map((label) => literal(label, "@zh")).join(", ")}`] : [];
    parts.push(turtle(iri(address), [`a ${types}`, `skos:prefLabel ${literal(name, "@zh")}`, `rdfs:label ${literal(name, "@zh")}`, ...others]));
  }
  const articles = new Set();
  for (const [index, claims] of shown.relations) {
    const [subject, object, predicate, symmetric] = data.relations[index];
    const ends = [iri(data.entities[subject].id), termOf(predicate), iri(data.entities[object].id)];
    const turned = [...ends].reverse();
    parts.push(`\n${ends.join(" ")} .`);
    if (symmetric) parts.push(`${turned.join(" ")} .`);
    for (const number of claims) {
      const claim = data.claims[number];
      parts.push(claimTurtle(claim.turned ? turned : ends, claim));
      articles.add(claim.article);
    }
  }
  for (const number of articles) parts.push(articleTurtle(number));
  return new Blob([`${parts.join("\n")}\n`], { type: "text/turtle" });
}

function turtle(name, said) {
  return `\n${name} ${said.join(" ;\n    ")} .`;
}

function claimTurtle([subject, predicate, object], claim) {
  const said = ["a cpkg:Claim, rdf:Statement", `rdf:subject ${subject}`, `rdf:predicate ${predicate}`, `rdf:object ${object}`, `prov:wasDerivedFrom ${articleName(claim.article)}`, `cpkg:evidence ${literal(passageOf(claim)[1])}`];
  for (const name of ["count", "start", "end"]) if (claim[name] !== undefined) said.push(`cpkg:${name} ${literal(String(claim[name]), "^^xsd:integer")}`);
  if (claim.approximate) said.push("cpkg:approximate true");
  for (const name of ["unit", "role", "topic", "rule"]) if (claim[name]) said.push(`cpkg:${name} ${literal(String(claim[name]))}`);
  if (claim.time) said.push(`cpkg:time ${timeLiteral(String(claim.time))}`);
  if (claim.confidence !== undefined) said.push(`cpkg:confidence ${literal(String(claim.confidence), "^^xsd:decimal")}`);
  return turtle(claim.id ? iri(claim.id) : "[]", said);
}

function articleTurtle(number) {
  const { title, publisher, date, url } = data.articles[number];
  const said = [`a ${ARTICLE_TYPES}`];
  if (title) said.push(`dcterms:title ${literal(title, "@zh")}`);
  if (publisher) said.push(`dcterms:publisher ${literal(publisher, "@zh")}`);
  if (date) said.push(`dcterms:date ${timeLiteral(date)}`);
  if (url) said.push(`schema:url ${literal(url, "^^xsd:anyURI")}`);
  return turtle(articleName(number), said);
}

/** An article's own name; one that the graph has no name for is a blank node. */
function articleName(number) {
  const { id } = data.articles[number];
  return id ? iri(id) : `_:article${number}`;
}

/** A year, month or day that the calendar has, with its datatype; anything else, such as an interval, is a string. */
function timeLiteral(text) {
  const parts = /^(\d{4})(-\d{2})?(-\d{2})?$/.exec(text);
  const day = parts && `${parts[1]}${parts[2] ?? "-01"}${parts[3] ?? "-01"}`;
  const exists = day && Number(parts[1]) > 0 && !Number.isNaN(Date.parse(day)) && new Date(day).toISOString().startsWith(day);
  return literal(text, exists ? `^^xsd:${parts[3] ? "date" : parts[2] ? "gYearMonth" : "gYear"}` : "");
}

/** A class or property of the ontology; a name that is none is written out, escaped. */
function termOf(name) {
  return /^[A-Za-z][A-Za-z0-9]*$/.test(name) ? `cpkg:${name}` : iri(PREFIXES.cpkg + encodeURIComponent(name));
}

/** An address as an IRI of RFC 3987: what may not stand in one is percent-encoded, what is no address at all becomes a name. */
function iri(address) {
  const usable = /^https?:/i.test(address) ? webAddress(address) !== null : /^[A-Za-z][A-Za-z0-9+.-]*:[^\s]/.test(address);
  const [whole, ...fragments] = (usable ? address : `urn:x-name:${encodeURIComponent(address)}`).split("#");
  const text = fragments.length ? `${whole}#${fragments.join("%23")}` : whole;
  return `<${text.replace(NOT_IN_IRI, encodeURIComponent)}>`;
}

function literal(text, ending = "") {
  const escapes = { '"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };
  return `"${text.replace(/["\\\n\r\t]/g, (character) => escapes[character])}"${ending}`;
}

function showDownloads(open) {
  document.getElementById("downloads").hidden = !open;
  document.getElementById("download").setAttribute("aria-expanded", String(open));
  if (open) document.querySelector("#downloads button:not([hidden])").focus();
}

document.getElementById("download").addEventListener("click", () => showDownloads(document.getElementById("downloads").hidden));
document.getElementById("downloads").addEventListener("click", (event) => {
  const kind = event.target.closest("[data-download]")?.dataset.download;
  if (!kind) return;
  showDownloads(false);
  document.getElementById("download").focus();
  download(kind);
});
document.addEventListener("pointerdown", (event) => {
  if (!event.target.closest(".menu")) showDownloads(false);
});
