// The side panel: the graph as a whole, one entity with its facts, one relation with its passages.

const details = document.getElementById("details");
const MOST_CONNECTED = 8;
const SOURCES_SHOWN = 30;

function renderPanel(back) {
  const children = [];
  if (back) children.push(element("button", "back", { type: "button", onclick: back }, `‹ ${say("back")}`));
  if (focus.relation !== undefined) children.push(...relationView(focus.relation));
  else if (focus.entity !== undefined) children.push(...entityView(focus.entity));
  else children.push(...overview());
  // The button that led here goes with the old view: the keyboard's place stays in the panel.
  const inside = details.contains(document.activeElement);
  details.replaceChildren(...children);
  if (inside) details.focus();
  details.scrollTop = 0;
}

function overview() {
  const count = (value, key) => element("div", "", {}, element("dd", "", {}, number(value)), element("dt", "", {}, say(key)));
  const counts = element("dl", "counts", {}, count(data.entities.length, "entities"), count(data.relations.length, "relations"), count(data.articles.length, "sources"));
  if (!data.entities.length) return [element("p", "hint", {}, say("empty"))];
  const busiest = data.entities
    .map((_, id) => id)
    .filter((id) => relationsOf[id].length)
    .sort((a, b) => relationsOf[b].length - relationsOf[a].length || a - b)
    .slice(0, MOST_CONNECTED);
  const start = busiest.map((id) =>
    element("li", "", {}, entityButton(id), element("span", "meta", {}, say("facts", { count: relationsOf[id].length }))),
  );
  const sources = data.articles.slice(0, SOURCES_SHOWN).map((article) => element("li", "", {}, sourceBlock(article)));
  return [
    counts,
    element("p", "hint", {}, say("usage")),
    element("h2", "", {}, say("start_here")),
    element("ul", "rows", {}, ...start),
    element("h2", "", {}, say("sources")),
    element("ul", "rows sources", {}, ...sources),
  ];
}

function entityView(id) {
  const entity = data.entities[id];
  const view = [element("p", "kind", {}, mark(entity.scored), kindLabel(entity.kind)), element("h2", "title name", { dir: "auto" }, entity.name)];
  if (entity.labels.length) {
    const names = entity.labels.map((label) => element("li", "name", { dir: "auto" }, label));
    view.push(element("div", "aliases", {}, element("span", "meta", {}, say("aliases")), element("ul", "", {}, ...names)));
  }
  const groups = new Map();
  for (const index of relationsOf[id]) {
    const [subject, , predicate, symmetric] = data.relations[index];
    const inverse = subject !== id && !symmetric;
    const key = `${inverse ? 1 : 0} ${Object.keys(data.terms.predicates).indexOf(predicate)}`;
    if (!groups.has(key)) groups.set(key, { label: predicateLabel(predicate, inverse), facts: [] });
    groups.get(key).facts.push(index);
  }
  if (!groups.size) view.push(element("p", "hint", {}, say("no_facts")));
  const order = [...groups.keys()].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  for (const key of order) {
    const { label, facts } = groups.get(key);
    view.push(element("h3", "", {}, label, element("span", "meta", {}, number(facts.length))));
    view.push(element("ul", "rows facts", {}, ...facts.map((index) => factRow(index, id))));
  }
  return view;
}

function factRow(index, id) {
  const [subject, object, , , claims] = data.relations[index];
  const other = subject === id ? object : subject;
  const row = element("li", "", {}, entityButton(other));
  const open = element(
    "button",
    "fact",
    { type: "button", title: say("open_fact"), "data-relation": String(index), onclick: () => go({ relation: index }) },
    element("span", "", {}, say("claims", { count: claims.length })),
  );
  row.append(open);
  const told = new Set(claims.map((claim) => attributesOf(data.claims[claim]).join(" · ")).filter(Boolean));
  for (const line of told) row.append(element("p", "meta", {}, line));
  return row;
}

/** Count, role, topic and time of a claim, each as a short text. */
function attributesOf(claim) {
  return [countLabel(claim), claim.role, claim.topic, claim.time && dateLabel(claim.time)].filter(Boolean);
}

function relationView(index) {
  const [subject, object, predicate, symmetric, claims] = data.relations[index];
  const articles = new Set(claims.map((claim) => data.claims[claim].article));
  const line = element("div", "relation", {}, entityButton(subject), element("span", `predicate${symmetric ? " both" : ""}`, {}, predicateLabel(predicate)), entityButton(object));
  const summary = `${say("claims", { count: claims.length })} · ${say("sources_of", { count: articles.size })}`;
  return [line, element("p", "meta", {}, summary), ...claims.map((claim) => claimBlock(data.claims[claim]))];
}

function claimBlock(claim) {
  const rows = [
    ["count", countLabel(claim)],
    ["role", claim.role],
    ["topic", claim.topic],
    ["time", claim.time && dateLabel(claim.time)],
  ].filter(([, value]) => value);
  const block = element("article", "claim");
  if (claim.evidence) block.append(element("blockquote", "", { lang: "zh", dir: "auto" }, claim.evidence));
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

function sourceBlock(article) {
  const about = [article.publisher, article.date ? dateLabel(article.date) : say("no_date")].filter(Boolean).join(" · ");
  const block = element("div", "source", {}, element("cite", "name", { dir: "auto" }, article.title || say("untitled")), element("span", "meta name", {}, about));
  const address = article.url && webAddress(article.url);
  if (address) {
    block.append(element("a", "", { href: address, target: "_blank", rel: "noopener noreferrer" }, `${say("link")} ↗`));
  } else if (article.url) {
    block.append(element("span", "meta name", {}, article.url));
  }
  return block;
}

function entityButton(id) {
  const entity = data.entities[id];
  return element(
    "button",
    "entity name",
    { type: "button", title: kindLabel(entity.kind), "data-entity": String(id), onclick: () => go({ entity: id }) },
    mark(entity.scored),
    element("bdi", "", {}, entity.name),
  );
}

/** The small sign of a class: its shape in its colour. */
function mark(scored) {
  return element("span", `mark ${scored.toLowerCase()}`, { "aria-hidden": "true" });
}

function renderLegend() {
  const counts = new Map();
  for (const entity of data.entities) counts.set(entity.scored, (counts.get(entity.scored) ?? 0) + 1);
  const buttons = data.terms.classes
    .filter((name) => counts.has(name))
    .map((name) =>
      element(
        "button",
        "",
        {
          type: "button",
          title: say("hide_class"),
          "data-class": name,
          "aria-pressed": String(!hiddenClasses.has(name)),
          onclick: () => toggleClass(name),
        },
        mark(name),
        element("span", "", {}, kindLabel(name)),
        element("span", "meta", {}, number(counts.get(name))),
      ),
    );
  if (hiddenClasses.size) buttons.push(element("button", "all", { type: "button", onclick: () => toggleClass(null) }, say("all_classes")));
  const holder = document.getElementById("legend");
  const focused = holder.contains(document.activeElement) && document.activeElement.dataset.class;
  holder.replaceChildren(...buttons);
  if (focused) holder.querySelector(`[data-class="${focused}"]`)?.focus();
}
