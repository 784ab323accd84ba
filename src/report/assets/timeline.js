"use strict";
// A family as a picture: time runs from left to right, each article has a line of its own, below the one it came from. Everything goes
// in through textContent and attributes. Articles of one kind and parent are folded into one line where there are many.
const familyTimeline = (() => {
  /** With more lines than this, leaves of one kind and parent are folded. */
  const LINES_OPEN = 36;
  /** Of so many and more leaves a fold is made. */
  const FOLD_FROM = 4;
  const ROW = 22;
  const LEFT = 14;
  const LABELS = 300;
  const TOP = 30;
  const SURE = 0.8;
  const CLAIMED = 0.5;

  const svg = (tag, attributes, ...children) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [key, value] of Object.entries(attributes || {})) if (value !== null && value !== undefined) node.setAttribute(key, value);
    node.append(...children.filter((child) => child !== null));
    return node;
  };

  /** Milliseconds since 1970; a day without an hour is its beginning. */
  const moment = (date) => {
    const time = date ? Date.parse(date) : NaN;
    return Number.isNaN(time) ? null : time;
  };

  /** Nodes by id: those of the tree, an unseen source above its clients, and folds. */
  function lines(family, dateOf, open) {
    const known = new Map(family.members.map((member) => [member.id, member]));
    const clients = new Set(family.unseen_source ? family.unseen_source.clients : []);
    const children = new Map();
    const add = (parent, child) => {
      if (!children.has(parent)) children.set(parent, []);
      children.get(parent).push(child);
    };
    const UNSEEN = Symbol("unseen");
    for (const member of family.members) {
      if (clients.has(member.id)) add(UNSEEN, member);
      else if (member.id !== family.root) add(known.has(member.parent) && member.parent !== member.id ? member.parent : family.root, member);
    }
    const time = (member) => moment(dateOf(member.id)) ?? Infinity;
    for (const siblings of children.values()) siblings.sort((a, b) => time(a) - time(b) || (a.id < b.id ? -1 : 1));
    const isMany = family.members.length > LINES_OPEN;
    const found = [];
    const seen = new Set();
    // depth first with a list of its own: a chain may be long
    const waiting = [];
    const push = (parent, level) => {
      const own = children.get(parent) || [];
      const kinds = new Map();
      for (const child of own) {
        const key = !isMany || children.has(child.id) || clients.has(child.id) ? `one ${child.id}` : `kind ${child.relation}`;
        if (!kinds.has(key)) kinds.set(key, []);
        kinds.get(key).push(child);
      }
      const items = [];
      for (const [key, members] of kinds) {
        const name = JSON.stringify([typeof parent === "symbol" ? null : parent, key]);
        if (members.length >= FOLD_FROM) {
          items.push({ fold: name, isOpen: open.has(name), members, parent, level, relation: members[0].relation });
          if (open.has(name)) items.push(...members.map((member) => ({ member, parent, level: level + 1 })));
        } else {
          items.push(...members.map((member) => ({ member, parent, level })));
        }
      }
      for (const folded of family.folded.filter((folded) => folded.parent === parent)) {
        items.push({ beyond: folded, parent, level, relation: folded.relation });
      }
      waiting.push(...items.reverse());
    };
    const walk = () => {
      while (waiting.length) {
        const item = waiting.pop();
        if (item.member) {
          if (seen.has(item.member.id)) continue;
          seen.add(item.member.id);
        }
        found.push(item);
        if (item.member) push(item.member.id, item.level + 1);
      }
    };
    if (clients.size) {
      found.push({ unseen: family.unseen_source, level: 0, parent: null, key: UNSEEN });
      push(UNSEEN, 1);
      walk();
    }
    for (const member of [known.get(family.root), ...family.members]) {
      if (!member || seen.has(member.id)) continue;
      waiting.push({ member, parent: member.id === family.root ? null : family.root, level: member.id === family.root ? 0 : 1 });
      walk();
    }
    for (const borrower of family.borrowers) found.push({ borrower, parent: borrower.from, level: 0 });
    return { found, UNSEEN };
  }

  /** Moments of an axis: whole hours, days, months or years, at most so many. */
  function ticks(first, last) {
    const HOUR = 3600e3, DAY = 24 * HOUR;
    const steps = [HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 91 * DAY, 365 * DAY, 3650 * DAY];
    const step = steps.find((step) => (last - first) / step <= 7) || steps[steps.length - 1];
    const found = [];
    for (let at = Math.ceil(first / step) * step; at <= last; at += step) {
      const iso = new Date(at).toISOString();
      found.push({ at, text: step < DAY ? (at % DAY ? iso.slice(11, 16) : iso.slice(5, 10)) : step >= 365 * DAY ? iso.slice(0, 4) : iso.slice(0, 10) });
    }
    return found;
  }

  /**
   * The picture and its legend. `tools` has what the page knows: `dateOf`, `headline`, `imprint` (a line of words), `words` of a relation,
   * `counted`, `percent`, and `choose(id)` for a member that is clicked.
   */
  return function draw(family, tools) {
    const box = document.createElement("div");
    box.className = "timeline";
    const open = new Set();
    let focused = 0;
    const render = (refocus) => {
      const { found, UNSEEN } = lines(family, tools.dateOf, open);
      // room for a scroll bar
      const width = Math.max(640, (box.clientWidth || 900) - 18);
      const height = TOP + found.length * ROW + 8;
      const dateOf = (item) => {
        if (item.member) return moment(tools.dateOf(item.member.id));
        if (item.borrower) return moment(item.borrower.date);
        if (item.fold) return item.members.map((member) => moment(tools.dateOf(member.id))).find((time) => time !== null) ?? null;
        if (item.beyond) return moment(item.beyond.first);
        return null;
      };
      const lastOf = (item) => {
        if (item.fold) return Math.max(...item.members.map((member) => moment(tools.dateOf(member.id)) ?? -Infinity));
        return item.beyond ? moment(item.beyond.last) ?? -Infinity : -Infinity;
      };
      const times = found.flatMap((item) => [dateOf(item), lastOf(item)]).filter((time) => time !== null && Number.isFinite(time));
      const [first, last] = times.length ? [times.reduce((a, b) => Math.min(a, b)), times.reduce((a, b) => Math.max(a, b))] : [0, 0];
      const hasUnseen = Boolean(family.unseen_source);
      const from = LEFT + (hasUnseen ? 26 : 0);
      const to = width - LABELS - 40;
      const isDated = times.length > 1 && last > first;
      const deepest = Math.max(1, ...found.map((item) => item.level));
      // without dates the depth of the tree takes the place of time
      const x = (item) => {
        if (item.unseen) return LEFT;
        const time = dateOf(item);
        if (!isDated) return from + (Math.min(item.level, 24) * (to - from)) / Math.max(6, Math.min(deepest, 24));
        return time === null ? to + 22 : from + ((time - first) * (to - from)) / (last - first);
      };
      const chart = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "tree", "aria-label": `Who printed what when, ${tools.counted(family.size, "article", "articles")}` });
      if (isDated) {
        for (const tick of ticks(first, last)) {
          const at = from + ((tick.at - first) * (to - from)) / (last - first);
          chart.append(svg("line", { class: "tick", x1: at, x2: at, y1: TOP - 8, y2: height }), svg("text", { class: "axis", x: Math.max(at, 20), y: 14, "text-anchor": "middle" }, tick.text));
        }
        if (found.some((item) => !item.unseen && dateOf(item) === null)) chart.append(svg("text", { class: "axis", x: to + 22, y: 14, "text-anchor": "middle" }, "no date"));
      } else {
        chart.append(svg("text", { class: "axis", x: from, y: 14 }, times.length ? "all of one moment: from left to right by steps from the root" : "no dates: from left to right by steps from the root"));
      }
      const place = new Map();
      found.forEach((item, row) => {
        if (item.member) place.set(item.member.id, row);
        if (item.unseen) place.set(UNSEEN, row);
      });
      const y = (row) => TOP + row * ROW + ROW / 2;
      const edges = svg("g", { class: "edges" });
      const nodes = svg("g");
      found.forEach((item, row) => {
        const parent = item.parent === null ? undefined : place.get(item.parent);
        if (parent !== undefined) {
          const [x1, y1, x2, y2] = [x(found[parent]), y(parent), x(item), y(row)];
          const confidence = item.member ? item.member.parent_confidence : null;
          const kind = item.borrower ? " part" : item.parent === UNSEEN ? " unseen" : confidence === null || confidence >= SURE ? "" : confidence >= CLAIMED ? " likely" : " unclear";
          const turn = Math.min(x1, x2) === x2 && x1 !== x2 ? x1 + 6 : x1;
          edges.append(svg("path", { class: `edge ${item.relation || (item.member && item.member.relation) || (item.borrower && item.borrower.relation) || ""}${kind}`, d: `M${x1} ${y1}H${turn}V${y2}H${x2}` }));
        }
        for (const also of item.member ? item.member.also_from : []) {
          const other = place.get(also.id);
          if (other !== undefined) edges.append(svg("path", { class: `edge ${also.relation} also`, d: `M${x(found[other])} ${y(other)}L${x(item)} ${y(row)}` }));
        }
        nodes.append(node(item, row, { x: x(item), y: y(row), end: isDated && Number.isFinite(lastOf(item)) ? from + ((lastOf(item) - first) * (to - from)) / (last - first) : null, label: to + 40 }));
      });
      chart.append(edges, nodes);
      chart.addEventListener("keydown", (event) => keys(event, found));
      const left = box.querySelector(".scroll") ? box.querySelector(".scroll").scrollTop : 0;
      const scroll = document.createElement("div");
      scroll.className = "scroll";
      scroll.append(chart);
      box.replaceChildren(scroll, legend(family, found));
      scroll.scrollTop = left;
      focused = Math.min(focused, found.length - 1);
      const all = [...chart.querySelectorAll("[role=treeitem]")];
      all.forEach((node, at) => node.setAttribute("tabindex", at === focused ? "0" : "-1"));
      if (refocus && all[focused]) all[focused].focus();
    };

    const sentence = (item) => {
      if (item.unseen) return item.unseen.name ? `${item.unseen.name}, not among the articles` : "a common source, not among the articles";
      if (item.borrower) return `${item.borrower.title || item.borrower.id} (${[item.borrower.source, item.borrower.date].filter(Boolean).join(", ")}): took a part, ${tools.percent(item.borrower.share)} of its words`;
      if (item.fold) return `${tools.kinds(item.members.length, item.relation)}${item.isOpen ? "" : ", folded"}`;
      if (item.beyond) return `${tools.kinds(item.beyond.count, item.relation || "unrelated")}, not on this page`;
      const { member } = item;
      const doubt = member.parent_confidence !== null && member.parent_confidence < CLAIMED && member.alternatives.length ? `; parent unclear, or ${member.alternatives.map((other) => tools.headline(other.id)).join(" or ")}` : "";
      const also = member.also_from.map((also) => `; also from ${tools.headline(also.id)}`).join("");
      return `${tools.headline(member.id)} (${tools.imprint(member.id)})${member.relation ? `: ${tools.words(member.relation)}` : ": likely root"}${also}${doubt}`;
    };

    const node = (item, row, at) => {
      const relation = item.unseen ? "unrelated" : item.borrower ? item.borrower.relation : item.member ? item.member.relation || "root" : item.relation || "unrelated";
      const group = svg("g", { class: `node ${relation}`, role: "treeitem", "aria-label": sentence(item), "aria-level": item.level + 1, "aria-expanded": item.fold ? String(item.isOpen) : null, "data-row": row });
      group.append(svg("title", null, sentence(item)), svg("rect", { class: "back", x: 0, y: at.y - ROW / 2, width: "100%", height: ROW }));
      if (item.fold || item.beyond) {
        const end = Math.max(at.x + 12, at.end ?? 0);
        group.append(svg("rect", { class: item.beyond ? "fold beyond" : "fold", x: at.x - 6, y: at.y - 6, width: end - at.x + 6, height: 12, rx: 6 }));
      } else if (item.borrower) {
        group.append(svg("rect", { class: "mark", x: at.x - 5, y: at.y - 5, width: 10, height: 10 }));
      } else {
        group.append(svg("circle", { class: item.unseen ? "mark hidden" : "mark", cx: at.x, cy: at.y, r: item.unseen || relation === "root" ? 7 : 5.5 }));
      }
      const outlet = item.member ? short(tools.imprint(item.member.id)) : item.borrower ? item.borrower.source || item.borrower.id : "";
      const text = item.unseen ? item.unseen.name || "unseen source" : item.fold ? `${item.isOpen ? "▾" : "▸"} ${tools.kinds(item.members.length, item.relation)}` : item.beyond ? tools.kinds(item.beyond.count, item.relation || "unrelated") : outlet;
      group.append(svg("text", { class: "name", x: at.label, y: at.y + 4 }, cut(text)));
      group.addEventListener("click", () => { focused = row; act(item, true); });
      return group;
    };

    /** Moments as people write them. */
    const short = (text) => text.replace(/(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:00)?(Z|\+00:00)?/, "$1 $2");
    const cut = (text) => { const letters = Array.from(text); return letters.length > 44 ? `${letters.slice(0, 43).join("")}…` : text; };

    const act = (item, refocus) => {
      if (item.fold) {
        if (!open.delete(item.fold)) open.add(item.fold);
        render(refocus);
      } else if (item.member) {
        tools.choose(item.member.id);
        render(refocus);
      }
    };

    const keys = (event, found) => {
      const item = found[focused];
      const move = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -found.length, End: found.length }[event.key];
      if (move !== undefined) {
        focused = Math.max(0, Math.min(found.length - 1, focused + move));
        const all = [...event.currentTarget.querySelectorAll("[role=treeitem]")];
        all.forEach((node, at) => node.setAttribute("tabindex", at === focused ? "0" : "-1"));
        all[focused].focus();
        all[focused].scrollIntoView({ block: "nearest" });
      } else if (event.key === "Enter" || event.key === " ") {
        act(item, true);
      } else if (item.fold && (event.key === "ArrowRight") !== item.isOpen && (event.key === "ArrowRight" || event.key === "ArrowLeft")) {
        act(item, true);
      } else {
        return;
      }
      event.preventDefault();
      event.stopPropagation();
    };

    const legend = (family, found) => {
      const note = document.createElement("p");
      note.className = "key small";
      const part = (kind, text) => {
        const line = svg("svg", { width: 30, height: 10, "aria-hidden": "true" }, svg("path", { class: `edge ${kind}`, d: "M0 5H30" }));
        const span = document.createElement("span");
        span.append(line, ` ${text}`);
        return span;
      };
      const entries = [
        ["copy", "copied"], ["rewrite", "retold"],
        found.some((item) => item.member && item.member.relation === "partial") ? ["partial", "in part"] : null,
        ["copy likely", "parent likely"], ["copy unclear", "parent unclear"],
        found.some((item) => item.unseen) ? ["unrelated unseen", "from a source that is not among the articles"] : null,
        found.some((item) => item.member && item.member.also_from.length) ? ["partial also", "also from"] : null,
        family.borrowers.length ? ["partial part", "took a part (square)"] : null,
      ];
      note.append(...entries.filter(Boolean).map(([kind, text]) => part(kind, text)));
      const help = document.createElement("span");
      help.textContent = "↑ ↓ move, Enter opens an article or a fold";
      note.append(help);
      return note;
    };

    let drawn = 0;
    new ResizeObserver(() => { if (box.clientWidth && box.clientWidth !== drawn) { drawn = box.clientWidth; render(false); } }).observe(box);
    return box;
  };
})();
