"use strict";
// The evidence of a pair: the verdict, a map of its passages, and both texts with the passages marked. The review page and the desk's page
// both draw it so. Everything goes in through textContent and element properties: no text of an article, no id and no title is ever
// parsed as markup.
const evidence = (() => {
  /** Articles that are known, by id, as the pages have them: labels, and the text in pieces. */
  const articles = new Map();
  /** Keys that walk through passages. */
  const keys = { previous: "p", next: "n" };
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
  function address(article) {
    if (!article.url) return null;
    return el("a", { href: article.url, rel: "noopener noreferrer", target: "_blank" }, "open the page");
  }

  // --- the pair

  /** The pair that is shown: ids, relation, score, row. */
  let shown = null;

  /** All that is to be seen of a pair. */
  function draw(link) {
    shown = link;
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
    current = 0;
    return parts;
  }

  function verdict(link, names) {
    const row = link.row;
    const uncertain = names[0] === "Source" && row && row.direction_confidence !== null && row.direction_confidence < SURE_OF_DIRECTION;
    const tail = row && row.tie === "siblings" ? "; both print the same third text." : uncertain ? "; which came first is uncertain." : ".";
    const sentence = el(`h3.${link.relation}`, null, el("q", null, headline(link.derived)), " ", el("b", null, SENTENCES[link.relation]), " ", el("q", null, headline(link.source)), tail);
    const box = el("div.verdict", null, sentence);
    const list = el("dl.facts");
    const fact = (name, ...value) => list.append(el("dt", null, name), el("dd", null, value.flat()));
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
      if (row.standing) fact("Standing", words(row.standing).replace("licensed uncredited", "licensed, uncredited"), row.credit ? [" · named as ", el("q", null, label(row.credit))] : " · the source is not named");
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
    return el("div.bar", null, legend, el("div.steps", null, el("span.small", null, counted(count, "passage", "passages")), step("← previous", -1, keys.previous), step("next →", 1, keys.next)));
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
    const count = shown && shown.row && shown.row.passages ? shown.row.passages.length : 0;
    if (count) goTo((((current - 1 + by) % count) + count) % count);
  }

  const detail = at("detail");
  detail.addEventListener("click", (event) => {
    const passage = event.target.closest(".passage");
    if (passage && String(window.getSelection()) === "") align(event.target.closest("mark, .number") || passage);
  });
  detail.addEventListener("pointerover", (event) => {
    const over = event.target.closest(".passage, .ribbon");
    for (const node of document.querySelectorAll(".near")) node.classList.remove("near");
    for (const passage of over ? (over.dataset.passages || over.dataset.passage).split(" ") : []) {
      for (const node of document.querySelectorAll(`.passage[data-passages~="${passage}"]`)) node.classList.add("near");
    }
  });

  // --- light and dark

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
  applyTheme();

  return {
    RELATIONS, address, articles, at, counted, draw, el, headline, imprint, isDerived, keys, kinds, label, number, percent, shareBar, svg, turn, walk,
    words,
  };
})();
