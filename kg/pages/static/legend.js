// The legend, which shows and hides classes, and the line that says what part of the graph is in the picture.

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
          "aria-pressed": String(!state.classes.includes(name)),
          onclick: () => toggleClass(name),
        },
        mark(name),
        element("span", "", {}, kindLabel(name)),
        element("span", "meta", {}, number(counts.get(name))),
      ),
    );
  if (state.classes.length) buttons.push(element("button", "all", { type: "button", onclick: () => toggleClass(null) }, say("all_classes")));
  const holder = document.getElementById("legend");
  const focused = holder.contains(document.activeElement) && document.activeElement.dataset.class;
  holder.replaceChildren(...buttons);
  if (focused) holder.querySelector(`[data-class="${focused}"]`)?.focus();
}

/** What is being picked, or which part is shown, with the way back to the whole. */
function renderNotice() {
  const parts = [];
  const leave = (key, act) => element("button", "plain", { type: "button", onclick: act }, say(key));
  if (pathStart !== null) parts.push(say("pick_end", { name: shorten(data.entities[pathStart].name, 20) }), leave("cancel", cancelPath));
  else if (!data.entities.length) parts.length = 0;
  else if (state.path && (clusters.length || !shown.steps?.length)) parts.push(say(shown.steps?.length ? "only_path" : "no_path"), leave("show_whole", showWhole));
  else if (state.around.length) {
    const names = state.around.slice(0, 2).map((id) => shorten(data.entities[id].name, 16)).join(language === "zh" ? "、" : ", ");
    parts.push(say(state.around.length > 2 ? "only_around_more" : "only_around", { names, count: state.around.length }));
    if (shown.left) parts.push(say("left_out", { count: shown.left }));
    parts.push(leave("show_whole", showWhole));
  } else if (state.open !== null) parts.push(say("only_cluster", { name: shorten(clusterLabel(state.open), 24) }), leave("show_whole", showWhole));
  else if (state.all && clusters.length) parts.push(say("all_at_once"), leave("show_clusters", showWhole));
  else if (!shown.entities.size) parts.push(say("nothing_left"), leave("reset", resetFilters));
  else if (shown.asClusters && state.view === "graph") parts.push(say("clusters_here"));
  const notice = document.getElementById("notice");
  notice.replaceChildren(...parts.map((part) => (typeof part === "string" ? element("span", "", {}, part) : part)));
}
