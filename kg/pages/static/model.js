// What the data mean: who is related to whom, which days a claim is about, what lies in which place.

const READABLE = 400;
/** Index of entity -> indexes of its relations. */
const relationsOf = data.entities.map(() => []);
data.relations.forEach(([subject, object], index) => {
  relationsOf[subject].push(index);
  if (object !== subject) relationsOf[object].push(index);
});
const predicateNames = Object.keys(data.terms.predicates);
const places = data.places ?? {};
/** The clusters that a large graph opens with; none for a graph that a person can read whole. */
const clusters = data.clusters?.groups ?? [];
const clusterOf = new Map();
clusters.forEach(({ entities }, index) => entities.forEach((id) => clusterOf.set(id, index)));
/** [first month, last month] of each claim, as numbers of months; null where nothing is known. */
const spans = data.claims.map(spanOf);
const months = monthsTold();

function spanOf(claim) {
  const [start, end] = claim.first ? [claim.first, claim.last ?? claim.first] : String(claim.time ?? "").split("/");
  const [first, last] = [monthNumber(start), monthNumber(end ?? start)];
  if (first !== null) return [first, last ?? first];
  const published = monthNumber(data.articles[claim.article]?.date);
  return published === null ? null : [published, published];
}

/** 2025-09-03 or 2025-09 -> 24308; a bare year is its first month; anything else null. */
function monthNumber(text) {
  const match = /^(\d{4})(?:-(\d{2}))?/.exec(text ?? "");
  return match ? Number(match[1]) * 12 + Math.max(0, Number(match[2] ?? 1) - 1) : null;
}

function monthText(value) {
  return `${String(Math.floor(value / 12)).padStart(4, "0")}-${String((value % 12) + 1).padStart(2, "0")}`;
}

/** The first and the last month that any claim is about, or null. */
function monthsTold() {
  let [first, last] = [Infinity, -Infinity];
  for (const span of spans) {
    if (!span) continue;
    first = Math.min(first, span[0]);
    last = Math.max(last, span[1]);
  }
  return first === Infinity ? null : [first, last];
}

/** How many different articles are behind these claims: a reprint is no article of its own. */
function independent(claims) {
  return new Set(claims.map((claim) => data.claims[claim].article)).size;
}

function reprints(claims) {
  const articles = new Set(claims.map((claim) => data.claims[claim].article));
  return [...articles].reduce((sum, article) => sum + (data.articles[article]?.copies ?? 0), 0);
}

/** A claim's passage in its paragraph: [before, passage, after]; offsets count characters, not UTF-16 units. */
function passageOf(claim) {
  if (!Array.isArray(claim.evidence)) return ["", claim.evidence ?? "", ""];
  const [paragraph, start, end] = claim.evidence;
  const text = data.paragraphs?.[paragraph] ?? "";
  const characters = /[\ud800-\udbff]/.test(text) ? [...text] : null;
  const cut = (from, to) => (characters ? characters.slice(from, to).join("") : text.slice(from, to));
  return [cut(0, start), cut(start, end), cut(end)];
}

/** The codes of a place and of all that lies in it. */
function codesWithin(code) {
  const inside = new Set([code]);
  for (const other of Object.keys(places)) if (placeTrail(other).includes(code)) inside.add(other);
  return inside;
}

/** A place and what it lies in, the widest first. */
function placeTrail(code) {
  const trail = [];
  for (let at = code; at && places[at] && !trail.includes(at); at = places[at][1]) trail.unshift(at);
  return trail;
}

function placeName(code) {
  return both(places[code]?.[0]) || code;
}
