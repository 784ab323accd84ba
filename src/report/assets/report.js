"use strict";
// Builds the page from the JSON in #data. Everything goes in through textContent and element properties: no text
// of an article, no id and no title is ever parsed as markup.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { summary, counts, histogram } = data.frame;
  const articles = new Map(data.articles.map((article) => [article.id, article]));
  const RELATIONS = ["identical", "copy", "expanded", "condensed", "rewrite", "partial", "translation", "shared_source", "unrelated"];
  const SENTENCES = {
    identical: "is the same text as",
    copy: "is a near-verbatim copy of",
    expanded: "retells, at greater length,",
    condensed: "retells, in fewer words,",
    rewrite: "retells, at about the same length,",
    partial: "takes a substantial part from",
    translation: "translates",
    shared_source: "tells of the same event, with sources in common but its own narrative, as",
    unrelated: "is not related to",
  };
  /** Below this the direction is said to be uncertain. */
  const SURE_OF_DIRECTION = 0.8;
  const STRENGTH = { reworded: 1, verbatim: 2, quote: 3 };
  const ARROWS = { direct: "→", siblings: "↔", unknown: "⇢", reversed: "←" };
  const TIES = {
    direct: "taken from the article above it",
    siblings: "both print the same third text",
    reversed: "the article above it seems to be taken from this one",
    unknown: "taken from the article above it, or both from a third text",
  };

  // --- small helpers

  const at = (id) => document.getElementById(id);
  const words = (name) => name.replaceAll("_", " ");
  const PLURALS = { copy: "copies", rewrite: "rewrites" };
  const kinds = (count, relation) => `${number(count)} ${(count !== 1 && PLURALS[relation]) || words(relation)}`;

  /** An element with properties and children; strings become text nodes. */
  function el(name, properties, ...children) {
    const [tag, ...classes] = name.split(".");
    const node = document.createElement(tag);
    if (classes.length) node.className = classes.join(" ");
    for (const [key, value] of Object.entries(properties || {})) {
      if (key.startsWith("aria")) node.setAttribute(`aria-${key.slice(4).toLowerCase()}`, value);
      else if (key in node) node[key] = value;
      else node.setAttribute(key, value);
    }
    node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
    return node;
  }

  function svg(tag, attributes, ...children) {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [key, value] of Object.entries(attributes || {})) node.setAttribute(key, value);
    node.append(...children);
    return node;
  }

  /** An id as it is shown: control characters and overrides of the writing direction become symbols. */
  function label(id) {
    return id.replace(/[\u0000-\u001f]/g, (c) => String.fromCharCode(0x2400 + c.charCodeAt(0)))
      .replace(/[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, "\ufffd");
  }

  function percent(share) {
    const whole = Math.round(share * 100);
    if (share < 1 && whole >= 100) return ">99\u00a0%";
    if (share > 0 && whole <= 0) return "<1\u00a0%";
    return `${whole}\u00a0%`;
  }

  const isDerived = (relation) => RELATIONS.indexOf(relation) < RELATIONS.indexOf("shared_source");
  const number = (count) => count.toLocaleString("en");
  const counted = (count, one, many) => `${number(count)} ${count === 1 ? one : many}`;

  function headline(id) {
    const article = articles.get(id);
    const title = article && article.title && article.title.trim();
    if (title) return title;
    const text = article && article.pieces.length ? article.pieces[0][1].trim() : "";
    if (!text) return label(id);
    const start = Array.from(text.slice(0, 160)).slice(0, 80).join("").replace(/\s+/g, " ");
    return start.length < text.length ? start.replace(/\s\S*$/, "") + "…" : start;
  }

  /** Outlet, date and id, each kept apart from its neighbours' writing direction. */
  function imprint(id, withId) {
    const article = articles.get(id) || {};
    const known = [article.source, article.date, withId ? label(id) : null].filter(Boolean);
    return known.map((part) => el("bdi", null, part));
  }

  function shareBar(reuse, names) {
    const shares = [["verbatim", reuse.verbatim], ["reworded", reuse.reworded], ["new", reuse.new]];
    const text = shares.map(([, share], i) => `${percent(share)} ${names[i]}`).join(", ");
    const bar = el("div.shares", { role: "img", ariaLabel: text, title: text });
    for (const [kind, share] of shares) {
      const block = el(`i.${kind}`);
      block.style.width = `${share * 100}%`;
      bar.append(block);
    }
    return { bar, text };
  }

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
    detail.replaceChildren(back, ...(entry.family ? familyHead(entry) : []), pair);
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
    return [head, list];
  }

  /** The arrow of a derived link, set in by how far it is from the root. */
  function lead(level, tie) {
    const node = el("span.arrow", tie && { title: TIES[tie] }, tie && ARROWS[tie]);
    node.style.width = `${level * 1.1}em`;
    return node;
  }

  function address(article) {
    if (!article.url) return null;
    return el("a", { href: article.url, rel: "noopener noreferrer", target: "_blank" }, "open the page");
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
    const row = link.row;
    const siblings = row && row.tie === "siblings";
    const names = isDerived(link.relation) && !siblings ? ["Source", "Derived"] : ["First", "Second"];
    const parts = [verdict(link, names)];
    const panes = [
      pane(link.source, names[0], row, (passage) => passage.source, 0),
      pane(link.derived, names[1], row, (passage) => passage.derived, 1),
    ];
    if (row && row.passages && row.passages.length) {
      parts.push(toolbar(row.passages.length), map(row, link));
    } else if (row) {
      parts.push(el("p.small", null, row.passages ? "No passages in common." : "Passages were not computed for this pair."));
    }
    parts.push(el("div.texts", null, panes));
    at("pair").replaceChildren(...parts);
    current = 0;
  }

  function verdict(link, names) {
    const row = link.row;
    const uncertain = names[0] === "Source" && row && row.direction_confidence !== null && row.direction_confidence < SURE_OF_DIRECTION;
    const tail = row && row.tie === "siblings" ? "; both print the same third text." : uncertain ? "; which came first is uncertain." : ".";
    const sentence = el(`h3.${link.relation}`, null, el("q", null, headline(link.derived)), " ", el("b", null, SENTENCES[link.relation]), " ", el("q", null, headline(link.source)), tail);
    const box = el("div.verdict", null, sentence);
    const list = el("dl.facts");
    const fact = (name, ...value) => list.append(el("dt", null, name), el("dd", null, ...value));
    if (link.score !== null) fact("Score", `${percent(link.score)} likely derived`, row && row.calibrated === false ? " (not calibrated for this language)" : "");
    if (row) {
      const [first, second] = [names[0].toLowerCase(), names[1].toLowerCase()];
      if (names[0] === "Source" && row.direction_confidence !== null) {
        const sure = percent(row.direction_confidence);
        fact("Came first", Math.round(row.direction_confidence * 100) <= 50 ? "unknown" : uncertain ? `uncertain; rather the source, ${sure}` : `the source, ${sure} sure`);
      }
      for (const [name, reuse, kinds] of [
        [names[1], row.reuse, ["verbatim", "reworded", "new"]],
        [names[0], row.reuse_source, ["taken verbatim", "taken reworded", "not taken"]],
      ]) {
        if (!reuse) continue;
        const { bar, text } = shareBar(reuse, kinds);
        fact(name, bar, el("span.small", null, text));
      }
      if (row.facts) fact("Facts", `${row.facts.shared} shared, ${row.facts.source_only} only in the ${first} article, ${row.facts.derived_only} only in the ${second} one`);
      fact("Overlap", `5-word runs: Jaccard index ${row.jaccard.toFixed(3)}; ${percent(row.containment.derived_in_source)} of the ${second} article’s stand in the ${first} one, ${percent(row.containment.source_in_derived)} the other way`);
    }
    const right = el("div");
    if (row && row.evidence && row.evidence.length) {
      right.append(el("ul.evidence", null, row.evidence.map((evidence) => el("li", { title: evidence.code }, evidence.text.replace(/ %/g, "\u00a0%")))));
    }
    box.append(list, right);
    return box;
  }

  // --- both texts

  let current = 0;

  /** A text with its passages and parts marked. Spans count code points; strings count UTF-16 units. */
  function pane(id, name, row, side, which) {
    const article = articles.get(id);
    const body = el("div.body", { dir: "auto" });
    if (article) fill(body, article, row, side, which);
    else body.append(el("span.gap", null, "This text is not part of the page."));
    const head = el("header", null, el("small", null, name), el("h4", null, headline(id)), el("div.meta", null, imprint(id, true), article ? address(article) : null));
    const scroller = el("div.pane", { tabIndex: 0, role: "region", ariaLabel: `${name}: text` }, body);
    return el("div.text", null, head, scroller);
  }

  function fill(body, article, row, side, which) {
    const passages = (row && row.passages) || [];
    const marks = [];
    passages.forEach((passage, p) => {
      const [start, end] = side(passage);
      marks.push({ start, end, p, kind: null, part: -1 });
      passage.parts.forEach((part, q) => marks.push({ start: side(part)[0], end: side(part)[1], p, kind: part.kind, part: q }));
    });
    const numbered = new Set();
    let last = 0;
    for (const [start, text] of article.pieces) {
      gap(body, start - last, which);
      last = paint(body, start, text, marks, numbered);
    }
    gap(body, article.length - last, which);
  }

  function gap(body, missing) {
    if (missing > 0) body.append(el("span.gap", null, `${counted(missing, "character", "characters")} not part of this page`));
  }

  /** Paints one piece of a text; returns the code point after it. */
  function paint(body, start, text, marks, numbered) {
    // Places of code points in the string, needed only where some take two units.
    const wide = /[\ud800-\udfff]/.test(text);
    let places = null;
    if (wide) {
      places = [];
      let unit = 0;
      for (const c of text) { places.push(unit); unit += c.length; }
      places.push(unit);
    }
    const length = wide ? places.length - 1 : text.length;
    const end = start + length;
    const cut = (from, to) => (wide ? text.slice(places[from - start], places[to - start]) : text.slice(from - start, to - start));
    const inside = marks.map((mark) => ({ ...mark, start: Math.max(mark.start, start), end: Math.min(mark.end, end) })).filter((mark) => mark.start < mark.end);
    const bounds = [...new Set([start, end, ...inside.flatMap((mark) => [mark.start, mark.end])])].sort((a, b) => a - b);
    const opening = new Map();
    for (const mark of inside) {
      if (!opening.has(mark.start)) opening.set(mark.start, []);
      opening.get(mark.start).push(mark);
    }
    let open = [];
    let holder = { key: null, node: body };
    for (let i = 0; i + 1 < bounds.length; i++) {
      const [from, to] = [bounds[i], bounds[i + 1]];
      open = open.filter((mark) => mark.end > from).concat(opening.get(from) || []);
      // Passages may overlap in the source: what stands in several belongs to all of them.
      const passages = [...new Set(open.map((mark) => mark.p))].sort((a, b) => a - b);
      const key = passages.join(" ");
      if (holder.key !== key) {
        holder = { key, node: passages.length ? el("span.passage") : body };
        if (passages.length) {
          holder.node.dataset.passages = key;
          for (const passage of passages.filter((passage) => !numbered.has(passage))) {
            numbered.add(passage);
            const tag = el("button.number", { type: "button", ariaLabel: `Passage ${passage + 1}: set the other text beside it` }, String(passage + 1));
            tag.dataset.passage = passage;
            holder.node.append(tag);
          }
          body.append(holder.node);
        }
      }
      const parts = open.filter((mark) => mark.kind !== null);
      if (!parts.length) {
        holder.node.append(cut(from, to));
        continue;
      }
      const strongest = parts.reduce((best, mark) => (STRENGTH[mark.kind] > STRENGTH[best.kind] ? mark : best));
      const node = el(`mark.${strongest.kind}`, { title: strongest.kind === "quote" ? "quoted speech in both" : strongest.kind }, cut(from, to));
      node.dataset.passage = strongest.p;
      node.dataset.parts = parts.map((mark) => `${mark.p}:${mark.part}`).join(" ");
      holder.node.append(node);
    }
    return end;
  }

  function toolbar(count) {
    const legend = el("div.legend", null, ["verbatim", "reworded", "quote"].map((kind) => el(`mark.${kind}`, null, kind === "quote" ? "quoted speech" : kind)),
      el("span.small", null, "Click a passage to set its partner beside it."));
    const step = (words, by, key) => {
      const button = el("button", { type: "button", title: `key ${key}` }, words);
      button.addEventListener("click", () => walk(by));
      return button;
    };
    return el("div.bar", null, legend, el("div.steps", null, el("span.small", null, counted(count, "passage", "passages")), step("← previous", -1, "p"), step("next →", 1, "n")));
  }

  /** Both texts as bars, the source above, with a ribbon for each passage: parallel ribbons mean the same order. */
  function map(row, link) {
    const length = (id) => Math.max(1, (articles.get(id) || { length: 1 }).length);
    const [top, bottom] = [1000 / length(link.source), 1000 / length(link.derived)];
    const chart = svg("svg", { class: "map", viewBox: "0 0 1000 46", preserveAspectRatio: "none", role: "img", "aria-label": "Where the passages stand in both texts" });
    chart.append(svg("rect", { class: "text", x: 0, y: 0, width: 1000, height: 5 }), svg("rect", { class: "text", x: 0, y: 41, width: 1000, height: 5 }));
    row.passages.forEach((passage, p) => {
      const sizes = {};
      for (const part of passage.parts) sizes[part.kind] = (sizes[part.kind] || 0) + part.derived[1] - part.derived[0];
      const kind = Object.keys(sizes).sort((a, b) => sizes[b] - sizes[a])[0] || "reworded";
      const [a, b, c, d] = [passage.source[0] * top, passage.source[1] * top, passage.derived[1] * bottom, passage.derived[0] * bottom];
      const ribbon = svg("polygon", { class: `ribbon ${kind}`, points: `${a},0 ${b},0 ${b},5 ${c},41 ${c},46 ${d},46 ${d},41 ${a},5`, "data-passage": p }, svg("title", null, `passage ${p + 1}`));
      ribbon.addEventListener("click", () => goTo(p));
      chart.append(ribbon);
    });
    return chart;
  }

  const scrollers = () => [...document.querySelectorAll(".pane")];
  const pieces = (scroller, passage) => [...scroller.querySelectorAll(`.passage[data-passages~="${passage}"]`)];

  function choosePassage(passage) {
    current = passage + 1;
    for (const node of document.querySelectorAll(".chosen")) node.classList.remove("chosen");
    for (const node of document.querySelectorAll(`.passage[data-passages~="${passage}"], .ribbon[data-passage="${passage}"], .number[data-passage="${passage}"]`)) node.classList.add("chosen");
  }

  /** Moves `other` so that `target` stands as high as `still`; where it cannot reach, `own` gives way. */
  function level(own, still, other, target) {
    const top = (scroller, node) => node.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
    other.scrollTop += top(other, target) - top(own, still);
    own.scrollTop += top(own, still) - top(other, target);
  }

  function align(node) {
    const [source, derived] = scrollers();
    const own = source.contains(node) ? source : derived;
    const other = own === source ? derived : source;
    const holder = node.closest(".passage");
    const passage = Number(node.dataset.passage ?? holder.dataset.passages.split(" ")[0]);
    choosePassage(passage);
    const partners = pieces(other, passage);
    if (!partners.length) return;
    const part = node.matches("mark") ? node.dataset.parts.split(" ").find((part) => part.startsWith(`${passage}:`)) : null;
    const partner = part && other.querySelector(`mark[data-parts~="${part}"]`);
    level(own, partner ? node : pieces(own, passage)[0], other, partner || partners[0]);
  }

  /** Brings a passage into view in both texts. */
  function goTo(passage) {
    choosePassage(passage);
    const [source, derived] = scrollers();
    const [from, into] = [pieces(source, passage)[0], pieces(derived, passage)[0]];
    const lead = derived.clientHeight / 4;
    if (into) derived.scrollTop += into.getBoundingClientRect().top - derived.getBoundingClientRect().top - lead;
    if (from && into) level(derived, into, source, from);
    else if (from) source.scrollTop += from.getBoundingClientRect().top - source.getBoundingClientRect().top - lead;
    (document.querySelector(".texts") || document.body).scrollIntoView({ block: "nearest" });
  }

  function walk(by) {
    const count = chosenLink && chosenLink.row && chosenLink.row.passages ? chosenLink.row.passages.length : 0;
    if (count) goTo((((current - 1 + by) % count) + count) % count);
  }

  at("detail").addEventListener("click", (event) => {
    const passage = event.target.closest(".passage");
    if (passage && String(window.getSelection()) === "") align(event.target.closest("mark, .number") || passage);
  });
  at("detail").addEventListener("pointerover", (event) => {
    const over = event.target.closest(".passage, .ribbon");
    for (const node of document.querySelectorAll(".near")) node.classList.remove("near");
    for (const passage of over ? (over.dataset.passages || over.dataset.passage).split(" ") : []) {
      for (const node of document.querySelectorAll(`.passage[data-passages~="${passage}"]`)) node.classList.add("near");
    }
  });

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

  const preferred = window.matchMedia("(prefers-color-scheme: dark)");
  let theme = null;
  const applyTheme = () => { document.documentElement.dataset.theme = theme || (preferred.matches ? "dark" : "light"); };
  function turn() {
    theme = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    applyTheme();
  }
  preferred.addEventListener("change", applyTheme);
  // Paper is light, whatever the screen is.
  let onScreen = null;
  window.addEventListener("beforeprint", () => { onScreen = theme; theme = "light"; applyTheme(); });
  window.addEventListener("afterprint", () => { theme = onScreen; applyTheme(); });
  at("theme").addEventListener("click", turn);
  at("help").addEventListener("click", () => at("keys").showModal());

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
    const derived = RELATIONS.slice(0, 6).reduce((sum, relation) => sum + (summary.pairs[relation] || 0), 0);
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

  applyTheme();
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
