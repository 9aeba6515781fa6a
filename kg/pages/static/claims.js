// What a claim says and where it is written: the passage in its paragraph, its attributes, its source.

/** So much of a paragraph is shown on either side of the passage. */
const CONTEXT = 240;
/** A name on a button is cut here; the entity's own view has it whole. */
const LONGEST_NAME = 200;

function claimBlock(claim) {
  const rows = [
    ["count", countLabel(claim)],
    ["role", claim.role],
    ["topic", claim.topic],
    ["time", claim.time && dateLabel(claim.time)],
  ].filter(([, value]) => value);
  const block = element("article", "claim");
  if (claim.evidence) block.append(passageBlock(claim));
  if (rows.length) {
    const list = rows.flatMap(([key, value]) => [element("dt", "", {}, say(key)), element("dd", "name", { dir: "auto" }, value)]);
    block.append(element("dl", "attributes", {}, ...list));
  }
  block.append(sourceBlock(data.articles[claim.article]));
  const made = [];
  if (claim.confidence !== undefined) made.push(`${say("confidence")} ${number(claim.confidence)}`);
  if (claim.rule) made.push(`${say("rule")} ${claim.rule}`);
  if (made.length) block.append(element("p", "made", {}, made.join(" · ")));
  return block;
}

/** The paragraph with the passage marked in it; of a long one what is around the passage. */
function passageBlock(claim) {
  const [before, passage, after] = passageOf(claim);
  const start = before.length > CONTEXT ? `…${before.slice(-CONTEXT)}` : before;
  const end = after.length > CONTEXT ? `${after.slice(0, CONTEXT)}…` : after;
  return element("blockquote", "", { lang: "zh", dir: "auto" }, start, element("mark", "", {}, passage), end);
}

/** Count, role, topic and time of a claim, each as a short text. */
function attributesOf(claim) {
  return [countLabel(claim), claim.role, claim.topic, claim.time && dateLabel(claim.time)].filter(Boolean);
}

function sourceBlock(article) {
  const about = [article.publisher, article.date ? dateLabel(article.date) : say("no_date")].filter(Boolean).join(" · ");
  const block = element("div", "source", {}, element("cite", "name", { dir: "auto" }, article.title || say("untitled")), element("span", "meta name", {}, about));
  if (article.copies) block.append(element("span", "meta copies", {}, say("copies", { count: article.copies })));
  const address = article.url && webAddress(article.url);
  if (address) {
    block.append(element("a", "", { href: address, target: "_blank", rel: "noopener noreferrer" }, `${say("link")} ↗`));
  } else if (article.url) {
    block.append(element("span", "meta name", {}, article.url));
  }
  return block;
}

/** How much stands behind a relation: passages, independent articles, reprints. */
function weightLabel(claims) {
  const copies = reprints(claims);
  const parts = [say("claims", { count: claims.length }), say("sources_of", { count: independent(claims) })];
  if (copies) parts.push(say("copies", { count: copies }));
  return parts.join(" · ");
}

function entityButton(id) {
  const entity = data.entities[id];
  return element(
    "button",
    "entity name",
    { type: "button", title: kindLabel(entity.kind), "data-entity": String(id), onclick: () => chooseEntity(id) },
    mark(entity.scored),
    element("bdi", "", {}, shorten(entity.name, LONGEST_NAME)),
  );
}

/** The small sign of a class: its shape in its colour. */
function mark(scored) {
  return element("span", `mark ${scored.toLowerCase()}`, { "aria-hidden": "true" });
}
