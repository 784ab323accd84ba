"use strict";
// Builds the page from the JSON in #data, with what evidence.js draws of a pair. Everything goes in through textContent and element
// properties: no text of an article, no id and no title is ever parsed as markup.
(() => {
  const {
    RELATIONS, address, articles, at, counted, el, headline, imprint, isDerived, kinds, label, number, percent, shareBar, svg, turn, walk, words,
  } = evidence;
  const data = JSON.parse(document.getElementById("data").textContent);
  const { summary, counts, histogram } = data.frame;
  for (const article of data.articles) articles.set(article.id, article);
  /** Below this the root of a family is not claimed. */
  const SURE_OF_ROOT = 0.5;
  const ARROWS = { direct: "→", siblings: "↔", unknown: "⇢", reversed: "←" };
  const TIES = {
    direct: "taken from the article above it",
    siblings: "both print the same third text",
    reversed: "the article above it seems to be taken from this one",
    unknown: "taken from the article above it, or both from a third text",
  };

  // --- the entries of the list: families, and pairs that stand by themselves

  const inFamilies = new Set();
  const entries = data.families.map((family) => {
    const byIds = new Map();
    for (const pair of family.pairs) {
      const row = data.pairs[pair];
      inFamilies.add(pair);
      byIds.set(JSON.stringify([row.source, row.derived]), row);
    }
    family.other_pairs.forEach((pair) => inFamilies.add(pair));
    const links = tree(family).map(({ member, level }) => {
      const parent = member.parent ?? family.root;
      const row = byIds.get(JSON.stringify([parent, member.id])) ?? byIds.get(JSON.stringify([member.id, parent])) ?? null;
      const known = row || { source: parent, derived: member.id, relation: member.relation };
      return { source: known.source, derived: known.derived, member: member.id, relation: known.relation, score: member.score, row, level };
    });
    const other = family.other_pairs.map((pair) => linkOf(data.pairs[pair]));
    return { family, links, other, ids: family.members.map((member) => member.id) };
  });
  data.pairs.forEach((row, pair) => {
    if (!inFamilies.has(pair)) {
      entries.push({ family: null, links: [linkOf(row)], other: [], ids: [row.source, row.derived] });
    }
  });

  function linkOf(row) {
    return { source: row.source, derived: row.derived, member: row.derived, relation: row.relation, score: row.score, row, level: 1 };
  }

  /** The members below the root, depth first, in the order given; each once, whatever the parents say. */
  function tree(family) {
    const known = new Set(family.members.map((member) => member.id));
    const children = new Map();
    for (const member of family.members) {
      if (member.id === family.root) continue;
      const parent = known.has(member.parent) && member.parent !== member.id ? member.parent : family.root;
      if (!children.has(parent)) children.set(parent, []);
      children.get(parent).push(member);
    }
    const listed = new Set([family.root]);
    const order = [];
    const walk = (waiting) => {
      while (waiting.length) {
        const { member, level } = waiting.pop();
        if (listed.has(member.id)) continue;
        listed.add(member.id);
        order.push({ member, level });
        const own = children.get(member.id) || [];
        for (let i = own.length - 1; i >= 0; i--) waiting.push({ member: own[i], level: Math.min(level + 1, 4) });
      }
    };
    const top = children.get(family.root) || [];
    walk(top.map((member) => ({ member, level: 1 })).reverse());
    // Parents that form a ring are reached from nowhere.
    for (const member of family.members) if (!listed.has(member.id)) walk([{ member, level: 1 }]);
    return order;
  }

  // --- filters

  const filter = { query: "", off: new Set(), low: 0, high: 1 };
  const lower = new Map();

  function searchable(id) {
    if (!lower.has(id)) {
      const article = articles.get(id);
      const parts = article ? [article.title, article.source, ...article.pieces.map((piece) => piece[1])] : [];
      lower.set(id, [id, ...parts].filter(Boolean).join("\n").toLowerCase());
    }
    return lower.get(id);
  }

  const passes = (link) => !filter.off.has(link.relation) &&
    (link.score === null || (link.score >= filter.low && link.score <= filter.high));

  function matches(entry) {
    if (![...entry.links, ...entry.other].some(passes)) return false;
    return filter.query === "" || entry.ids.some((id) => searchable(id).includes(filter.query));
  }

  function drawFilters() {
    const present = RELATIONS.filter((relation) => summary.pairs[relation] > 0);
    at("relations").append(...present.map((relation) => {
      const count = summary.pairs[relation];
      const chip = el(`button.chip.${relation}`, { type: "button", ariaPressed: "true" }, words(relation), el("span", null, number(count)));
      chip.addEventListener("click", () => {
        const off = !filter.off.delete(relation);
        if (off) filter.off.add(relation);
        chip.setAttribute("aria-pressed", String(!off));
        refresh();
      });
      return chip;
    }));
    if (!present.length) at("relations").append(el("span.small", null, "no pairs"));

    const bins = histogram.copy.length;
    const totals = Array.from({ length: bins }, (_, bin) => RELATIONS.reduce((sum, relation) => sum + histogram[relation][bin], 0));
    const most = Math.max(1, ...totals);
    const chart = svg("svg", { viewBox: `0 0 ${bins * 10} 40`, preserveAspectRatio: "none", role: "img" });
    const spoken = totals.map((total, bin) => (total ? `${counted(total, "pair", "pairs")} from ${percent(bin / bins)}` : "")).filter(Boolean);
    chart.setAttribute("aria-label", `Pairs by score: ${spoken.join(", ") || "none"}`);
    totals.forEach((total, bin) => {
      // Heights go by the square root, so that a few retellings show beside thousands of copies.
      let y = 40;
      for (const relation of RELATIONS) {
        const height = total ? (38 * Math.sqrt(total / most) * histogram[relation][bin]) / total : 0;
        if (!height) continue;
        y -= height;
        const title = svg("title", null, `${number(histogram[relation][bin])} ${words(relation)}, score ${percent(bin / bins)} to ${percent((bin + 1) / bins)}`);
        chart.append(svg("rect", { class: relation, x: bin * 10 + 1, y, width: 8, height, "data-bin": bin }, title));
      }
    });
    at("histogram").append(chart);
    at("scale").append(...[0, 0.5, 1].map((share) => el("span", null, percent(share))));

    const [lowest, highest] = [at("lowest"), at("highest")];
    const slide = (moved) => {
      if (Number(lowest.value) > Number(highest.value)) {
        if (moved === lowest) lowest.value = highest.value;
        else highest.value = lowest.value;
      }
      filter.low = Number(lowest.value) / 100;
      filter.high = Number(highest.value) / 100;
      at("range").textContent = `${lowest.value} % to ${highest.value} %`;
      for (const rect of chart.querySelectorAll("rect")) {
        const bin = Number(rect.dataset.bin);
        rect.classList.toggle("outside", (bin + 1) / bins <= filter.low || bin / bins > filter.high);
      }
    };
    lowest.addEventListener("input", () => { slide(lowest); refresh(); });
    highest.addEventListener("input", () => { slide(highest); refresh(); });
    slide(lowest);

    let pending = 0;
    at("query").addEventListener("input", () => {
      clearTimeout(pending);
      pending = setTimeout(() => {
        filter.query = at("query").value.trim().toLowerCase();
        refresh();
      }, 120);
    });
  }

  // --- the list

  let chosen = null;
  let chosenLink = null;
  let visible = [];

  for (const entry of entries) {
    const { family, links } = entry;
    const title = family ? headline(family.root) : headline(links[0].derived);
    const counts = new Map();
    for (const link of links) counts.set(link.relation, (counts.get(link.relation) || 0) + 1);
    for (const [relation, count] of Object.entries(family ? family.hidden : {})) counts.set(relation, (counts.get(relation) || 0) + count);
    const badges = RELATIONS.filter((relation) => counts.has(relation))
      .map((relation) => el(`span.badge.${relation}`, null, family ? kinds(counts.get(relation), relation) : words(relation)));
    const meta = family
      ? [...imprint(family.root), el("span", null, counted(family.size, "article", "articles")), el("span", null, `weakest link ${percent(family.weakest)}`)]
      : [el("bdi", null, `and ${headline(links[0].source)}`), el("span", null, percent(links[0].score))];
    const strongest = RELATIONS.find((relation) => counts.has(relation) && relation !== "identical") || "identical";
    entry.card = el(`button.card.${strongest}`, { type: "button" }, el("strong", null, title), el("div.meta", null, meta), el("div.kinds", null, badges));
    entry.card.addEventListener("click", () => choose(entry, null, true));
  }

  function refresh() {
    visible = entries.filter(matches);
    const list = at("families");
    list.replaceChildren(...visible.filter((entry) => entry.family).map((entry) => entry.card));
    const alone = visible.filter((entry) => !entry.family);
    if (alone.length) {
      const shared = alone.every((entry) => entry.links[0].relation === "shared_source");
      list.append(el("h2", null, shared ? "Same event, no copying" : "Other pairs"), ...alone.map((entry) => entry.card));
    }
    const all = entries.filter((entry) => entry.family).length;
    const shown = visible.length - alone.length;
    at("status").textContent = (shown === all ? counted(all, "family", "families") : `${number(shown)} of ${counted(all, "family", "families")}`) +
      (alone.length ? `, ${counted(alone.length, "other pair", "other pairs")}` : "");
    if (chosen && visible.includes(chosen)) {
      markTree();
    } else {
      choose(visible[0] || null, null, false);
    }
  }

  // --- the chosen family and pair

  function firstLink(entry) {
    return entry.links.find(passes) || entry.other.find(passes) || entry.links[0];
  }

  function choose(entry, link, byHand) {
    if (chosen) chosen.card.removeAttribute("aria-current");
    chosen = entry;
    document.body.classList.toggle("reading", Boolean(entry) && (byHand || document.body.classList.contains("reading")));
    const detail = at("detail");
    if (!entry) {
      chosenLink = null;
      detail.replaceChildren(el("p.empty", null, entries.length ? "Nothing matches these filters." : "No derived pairs were found."));
      return;
    }
    entry.card.setAttribute("aria-current", "true");
    const back = el("button.back", { type: "button" }, "← All families");
    back.addEventListener("click", () => { document.body.classList.remove("reading"); entry.card.focus(); });
    const pair = el("div", { id: "pair" });
    detail.replaceChildren(back, ...(entry.family ? familyHead(entry).filter(Boolean) : []), pair);
    show(link || firstLink(entry));
    if (byHand && link === null) window.scrollTo({ top: Math.min(window.scrollY, detail.offsetTop) });
  }

  function familyHead(entry) {
    const { family } = entry;
    const facts = [counted(family.size, "article", "articles"), `weakest link ${percent(family.weakest)}`].map((fact) => el("span", null, fact));
    const root = articles.get(family.root);
    const head = el("div.root", null,
      el("div", null, el("h2", null, headline(family.root)), el("p.meta", null, imprint(family.root, true), el("span", null, "likely root"), root ? address(root) : null)),
      el("p.meta", null, facts));
    const items = [...entry.links, ...entry.other].map((link, i) => {
      const reversed = link.member === link.source && !(link.row && link.row.tie === "siblings");
      const tie = !isDerived(link.relation) ? null : reversed ? "reversed" : (link.row && link.row.tie) || "unknown";
      const shares = link.row && (link.member === link.source ? link.row.reuse_source : link.row.reuse);
      const reuse = shares ? shareBar(shares, ["verbatim", "reworded", reversed ? "not taken" : "new"]).bar : el("div");
      const other = i >= entry.links.length;
      const button = el("button.link", { type: "button" },
        lead(link.level, tie),
        el(`span.badge.${link.relation}`, null, words(link.relation)),
        el("span.score", null, link.score === null ? "" : percent(link.score)),
        reuse,
        el("span.title", { title: label(link.member) }, headline(link.member)),
        el("span.meta", null, other ? [el("bdi", null, `from ${label(link.source)}`)] : imprint(link.member)));
      button.addEventListener("click", () => show(link));
      link.button = button;
      return el("li", null, button);
    });
    const hidden = Object.entries(family.hidden);
    if (hidden.length) {
      const left = hidden.map(([relation, count]) => kinds(count, relation)).join(", ");
      items.push(el("li.note", null, `not listed here: ${left}; families.jsonl has them all`));
    }
    const list = el("ul.tree", null, items);
    list.style.setProperty("--deepest", Math.max(1, ...entry.links.map((link) => link.level)));
    const picture = familyTimeline(family, {
      dateOf: (id) => (articles.get(id) || {}).date, headline, words, counted, percent, kinds,
      imprint: (id) => { const { source, date } = articles.get(id) || {}; return [source || label(id), date].filter(Boolean).join(", "); },
      choose: (id) => { const link = entry.links.find((link) => link.member === id) || entry.links[0]; if (link) show(link); },
    });
    const views = el("details.picture", { open: true }, el("summary", null, "Who printed what when"), picture);
    return [head, doubt(family), views, list];
  }

  /** What is to be said of a root that is not claimed. */
  function doubt(family) {
    if (family.root_confidence === null || family.root_confidence >= SURE_OF_ROOT) return null;
    const names = family.root_candidates.slice(0, 2).map((candidate) => `${headline(candidate.id)} (${percent(candidate.confidence)})`);
    return el("p.doubt", null, names.length > 1 ? `Origin unclear: ${names.join(" or ")}` : `Origin unclear (${percent(family.root_confidence)})`);
  }

  /** The arrow of a derived link, set in by how far it is from the root. */
  function lead(level, tie) {
    const node = el("span.arrow", tie && { title: TIES[tie] }, tie && ARROWS[tie]);
    node.style.width = `${level * 1.1}em`;
    return node;
  }
  function markTree() {
    for (const link of [...chosen.links, ...chosen.other]) {
      if (!link.button) continue;
      link.button.classList.toggle("faint", !passes(link));
      if (link === chosenLink) link.button.setAttribute("aria-current", "true");
      else link.button.removeAttribute("aria-current");
    }
  }

  function show(link) {
    chosenLink = link;
    markTree();
    if (link.button) link.button.scrollIntoView({ block: "nearest" });
    remember(link);
    at("pair").replaceChildren(...evidence.draw(link));
  }

  // --- keys, theme, place

  function step(by) {
    const all = visible.flatMap((entry) => [...entry.links, ...entry.other].filter(passes).map((link) => ({ entry, link })));
    const here = all.findIndex(({ link }) => link === chosenLink);
    const next = all[here < 0 ? 0 : Math.min(all.length - 1, Math.max(0, here + by))];
    if (!next || next.link === chosenLink) return;
    if (next.entry !== chosen) choose(next.entry, next.link, true);
    else show(next.link);
    chosen.card.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || at("keys").open) return;
    if (event.target.matches("input")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const act = {
      j: () => step(1), k: () => step(-1), n: () => walk(1), p: () => walk(-1),
      "/": () => at("query").focus(), t: turn, "?": () => at("keys").showModal(),
    }[event.key];
    if (act) { event.preventDefault(); act(); }
  });
  /** The chosen pair stands in the address, so that a link to it can be kept. */
  function remember(link) {
    const place = `#${encodeURIComponent(link.source)}&${encodeURIComponent(link.derived)}`;
    try { history.replaceState(null, "", place); } catch { /* some browsers refuse this on local files */ }
  }

  function recall() {
    let ids;
    try { ids = location.hash.slice(1).split("&").map(decodeURIComponent); } catch { return false; }
    if (ids.length !== 2) return false;
    for (const entry of entries) {
      for (const link of [...entry.links, ...entry.other]) {
        if (link.source === ids[0] && link.derived === ids[1]) {
          choose(entry, link, true);
          return true;
        }
      }
    }
    return false;
  }

  // --- head and foot

  function colophon() {
    const derived = RELATIONS.filter(isDerived).reduce((sum, relation) => sum + (summary.pairs[relation] || 0), 0);
    at("tally").textContent = [
      `${counted(summary.documents, "article", "articles")} read`,
      counted(derived, "derived pair", "derived pairs"),
      counted(summary.families.families, "family", "families"),
    ].join(" · ");
    const foot = at("colophon");
    const missing = [];
    if (counts.families_left_out) missing.push(counted(counts.families_left_out, "family", "families"));
    if (counts.members_left_out) missing.push(`${counted(counts.members_left_out, "member", "members")} of large families`);
    if (counts.pairs_left_out) missing.push(counted(counts.pairs_left_out, "pair", "pairs"));
    if (missing.length) foot.append(el("p.left-out", null, `This page leaves out ${missing.join(", ")}; pairs.jsonl and families.jsonl have everything.`));
    if (counts.texts_shortened) foot.append(el("p.left-out", null, `${counted(counts.texts_shortened, "long text is", "long texts are")} cut down to the neighbourhood of passages.`));
    const rejected = Object.entries(summary.rejected);
    if (rejected.length) foot.append(el("p", null, `Left out of the run: ${rejected.map(([kind, count]) => `${number(count)} ${words(kind)}`).join(", ")}; rejected.jsonl names them.`));
    if (summary.hot.length) {
      foot.append(el("details", null, el("summary", null, `${counted(summary.hot.length, "group of articles was", "groups of articles were")} too large to try every pair of`),
        el("ul", null, summary.hot.slice(0, 50).map((hot) => el("li", null, `${words(hot.kind)} in ${counted(hot.documents, "document", "documents")}, for instance ${hot.example_ids.map(label).join(", ")}`)))));
    }
    const isSet = ([, value]) => value !== null && value !== false;
    const settings = Object.entries(summary.settings).filter(isSet).map(([name, value]) => `${name} ${typeof value === "string" ? value : JSON.stringify(value)}`);
    foot.append(el("p", null, [`retold ${summary.version}`, `recipe ${summary.recipe}`, summary.profile ? `profile ${summary.profile}` : null, ...settings].filter(Boolean).join(" · ")));
  }

  colophon();
  drawFilters();
  if (recall()) {
    const kept = [chosen, chosenLink];
    refresh();
    if (chosen !== kept[0]) choose(kept[0], kept[1], false);
  } else {
    refresh();
  }
})();
