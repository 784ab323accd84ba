"use strict";
// The desk: an inbox of matches, what people say of them, the archive and its families. All it shows comes from the server it came
// from, through textContent and element properties alone.
(() => {
  const { RELATIONS, address, articles, at, counted, el, headline, imprint, isDerived, label, percent, turn, walk, words } = evidence;
  evidence.keys.previous = "[";
  evidence.keys.next = "]";
  const REASONS = [
    ["licensed", "Licensed"], ["credited_quotation", "A quotation with credit"], ["own_copy", "An own copy"], ["press_release", "A press release that both print"], ["wrong", "Wrong: the texts have nothing to do with each other"],
  ];
  const SAID = { derived: "derived", not_derived: "not derived", partial: "partial", undo: "undone" };
  /** Cards in the list; beyond them the first ones go. */
  const CARDS_MAX = 600;
  const PAGE = 50;

  // --- the server

  /** Asks the server; what goes wrong is told, and thrown. */
  async function ask(path, options) {
    let response;
    try {
      response = await fetch(path, options);
    } catch {
      throw tell(new Error("The server does not answer."));
    }
    if (response.status === 401) {
      if (!at("token").open) at("token").showModal();
      throw new Error("a token is needed");
    }
    const body = response.status === 204 ? null : await response.json();
    if (response.ok) return body;
    const error = new Error(body.detail || body.title);
    error.status = response.status;
    error.problem = body;
    throw response.status === 409 ? error : tell(error);
  }

  const send = (path, body) => ask(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

  let toasting = 0;
  function tell(error) {
    at("toast").textContent = error.message;
    at("toast").hidden = false;
    clearTimeout(toasting);
    toasting = setTimeout(() => { at("toast").hidden = true; }, 6000);
    return error;
  }

  /** For what is begun by a click or a key: what went wrong was told already. */
  const quietly = (promise) => promise.catch(() => {});

  at("token-form").addEventListener("submit", (event) => {
    event.preventDefault();
    quietly(send("/v1/session", { token: at("token-value").value }).then(() => {
      at("token-value").value = "";
      at("token").close();
      start();
    }));
  });

  // --- who decides: a name that this browser remembers

  const remembered = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
  const remember = (key, value) => { try { localStorage.setItem(key, value); } catch { /* it asks again next time */ } };
  at("who").value = remembered("retold-who") || "";
  at("who").addEventListener("change", () => remember("retold-who", at("who").value.trim()));

  function who() {
    const name = at("who").value.trim();
    if (name) return name;
    at("who").focus();
    tell(new Error("Say who you are first, at the top of the page."));
    return null;
  }

  // --- the list

  /** The inbox or the archive. */
  let view = "inbox";
  /** What is listed: { key, card, match } or { key, card, article }. */
  let items = [];
  let next = null;
  let chosen = null;
  /** The last request for a list: answers to earlier ones are late. */
  let asked = 0;
  /** What this browser decided last, for undo. */
  let lastDecided = null;

  function query() {
    const parameters = new URLSearchParams();
    const set = (name, value) => { if (value) parameters.set(name, value); };
    set("decision", at("decision").value);
    set("relation", at("relation").value);
    set("outlet", at("outlet").value.trim());
    const score = Math.min(100, Math.max(0, Number(at("score").value) || 0));
    if (score > 0) parameters.set("min_score", String(score / 100));
    set("order", at("order").value);
    return parameters;
  }

  async function load(isMore) {
    const number = ++asked;
    const parameters = view === "inbox" ? query() : new URLSearchParams({ query: at("words").value.trim() });
    for (const kind of view === "inbox" ? ["csv", "jsonl"] : []) at(`export-${kind}`).href = `/v1/export.${kind}?${parameters}`;
    parameters.set("limit", String(PAGE));
    if (isMore && next) parameters.set("cursor", next);
    const page = await ask(`/v1/${view === "inbox" ? "matches" : "articles"}?${parameters}`);
    if (number !== asked) return;
    if (!isMore) {
      items = [];
      at("items").replaceChildren();
      at("news").hidden = true;
    }
    next = page.next;
    append(page.items.map(view === "inbox" ? matchItem : articleItem));
    at("more").hidden = next === null;
    summarise();
    if (!isMore) choose(items[0] || null, false);
  }

  function append(more) {
    items.push(...more);
    at("items").append(...more.map((item) => item.card));
    const over = items.length - CARDS_MAX;
    if (over > 0) for (const gone of items.splice(0, over)) gone.card.remove();
  }

  function summarise() {
    const what = view === "inbox" ? counted(items.length, "match", "matches") : counted(items.length, "article", "articles");
    at("status").textContent = items.length || next !== null ? `${what} listed${next === null ? "" : ", and more"}` : view === "inbox" ? "No match here. POST /v1/flag?add=true fills the inbox." : "Nothing found.";
  }

  const title = (given, id) => label((given && given.trim()) || id);

  /** A text as it is shown: what is invisible and means something becomes a symbol. */
  const visible = (text) => text.replace(/\r\n?/g, "\n").split(/([\n\t])/).map((part) => (part === "\n" || part === "\t" ? part : label(part))).join("");

  /** A match in the list; of the row only what the list needs is kept. */
  function matchItem(match) {
    const { row } = match;
    const item = { key: match.id, match: { ...match, row: null, standing: row.standing, relation: row.relation, score: row.score, source: row.source, derived: row.derived } };
    item.card = el(`button.card.${row.relation}`, { type: "button" });
    item.card.dataset.match = match.id;
    item.card.addEventListener("click", () => choose(item, true));
    drawCard(item);
    return item;
  }

  function drawCard({ card, match }) {
    const outlet = (name, date) => [name, date].filter(Boolean).map((part) => el("bdi", null, label(part.trim())));
    card.classList.toggle("decided", match.decision !== null);
    card.replaceChildren(
      el("strong", null, title(match.derived_title, match.derived)),
      el("div.meta", null, outlet(match.derived_outlet, match.derived_date)),
      el("span.from", null, `from ${title(match.source_title, match.source)}${match.source_outlet ? ` (${label(match.source_outlet)})` : ""}`),
      el("div.kinds", null, el(`span.badge.${match.relation}`, null, words(match.relation)), el("span", null, percent(match.score)),
        match.standing ? el("span", null, words(match.standing)) : null, match.decision ? el("span.said", null, SAID[match.decision]) : null));
  }

  function articleItem(article) {
    const item = { key: article.id, article };
    item.card = el("button.card", { type: "button" }, el("strong", null, title(article.title, article.id)),
      el("div.meta", null, [article.source, article.date].filter(Boolean).map((part) => el("bdi", null, label(part)))), el("span.excerpt", null, visible(article.excerpt)));
    item.card.addEventListener("click", () => choose(item, true));
    return item;
  }

  function choose(item, byHand) {
    if (chosen) chosen.card.removeAttribute("aria-current");
    chosen = item;
    document.body.classList.toggle("reading", Boolean(item) && (byHand || document.body.classList.contains("reading")));
    if (!item) {
      at("detail").replaceChildren(el("p.empty", null, "Nothing is chosen."));
      return;
    }
    item.card.setAttribute("aria-current", "true");
    if (byHand) item.card.scrollIntoView({ block: "nearest" });
    quietly(item.match ? showMatch(item) : showArticle(item.article.id));
  }

  function step(by) {
    const here = items.indexOf(chosen);
    const to = items[here < 0 ? 0 : Math.min(items.length - 1, Math.max(0, here + by))];
    if (to && to !== chosen) choose(to, true);
    else if (by > 0 && next !== null) quietly(load(true).then(() => { if (items.indexOf(chosen) < items.length - 1) step(1); }));
  }

  // --- a match

  /** The chosen match as the server has it. */
  let open = null;
  /** What was asked for last: answers to earlier questions come too late to be shown. */
  let showing = 0;

  async function showMatch(item) {
    const number = ++showing;
    const match = await ask(`/v1/matches/${item.key}`);
    if (number !== showing) return;
    open = match;
    take(item, match);
    articles.clear();
    for (const article of match.articles) articles.set(article.id, article);
    const row = match.is_current ? match.row : { ...match.row, passages: null };
    const link = { source: row.source, derived: row.derived, relation: row.relation, score: row.score, row };
    const notice = match.is_current ? null : el("p.notice", null, "A text was filed anew since this match was found: the passages are those of the former one.");
    at("detail").replaceChildren(back(), el("h2", null, headline(row.derived)), el("div", { id: "said" }), notice || "", el("div", { id: "pair" }, evidence.draw(link)));
    drawSaid();
  }

  function back() {
    const button = el("button.back", { type: "button" }, "← All");
    button.addEventListener("click", () => { document.body.classList.remove("reading"); if (chosen) chosen.card.focus(); });
    return button;
  }

  /** Takes over into the list what the server says stands of a match. */
  function take(item, match) {
    item.match.decision = match.decision;
    item.match.last_event = match.last_event;
    drawCard(item);
  }

  function drawSaid() {
    const stands = open.decision;
    const button = (decision, name, key) => {
      const node = el("button", { type: "button", title: `key ${key}`, ariaPressed: String(stands === decision) }, name);
      node.dataset.decision = decision;
      node.addEventListener("click", () => quietly(say(decision)));
      return node;
    };
    const undo = el("button", { type: "button", title: "key u" }, "Undo");
    undo.addEventListener("click", () => quietly(takeBack()));
    const note = el("input", { id: "note", ariaLabel: "Note on the decision", placeholder: "note", maxLength: 2000, autocomplete: "off" });
    const family = el("button", { type: "button", title: "key f" }, "Family");
    family.addEventListener("click", () => quietly(showFamily(open.row.derived)));
    const sheet = el("a", { id: "sheet", href: `/v1/matches/${open.id}/sheet`, target: "_blank", rel: "noopener", title: "key s" }, "Evidence sheet");
    const bar = el("div.say", { role: "group", ariaLabel: "Decision" }, button("derived", "Derived", "y"), button("not_derived", "Not derived…", "n"), button("partial", "Partial", "p"),
      stands ? undo : null, note, family, sheet);
    const said = (event) => [SAID[event.decision], event.reason ? ` (${words(event.reason)})` : "", event.note ? `: ${event.note}` : "", event.is_of_these_texts ? "" : " [of a former text]"].join("");
    const list = el("ul.events", { ariaLabel: "What was said" }, open.events.map((event) => el("li", null, `${event.at.slice(0, 16).replace("T", " ")} UTC, ${event.who}: ${said(event)}`)));
    at("said").replaceChildren(bar, list);
  }

  async function say(decision, reason) {
    if (!open || !chosen || !chosen.match) return;
    const name = who();
    if (!name) return;
    if (decision === "not_derived" && !reason) {
      at("reason").showModal();
      return;
    }
    const item = chosen;
    const note = at("note") ? at("note").value.trim() : "";
    await write(item, open, { decision, reason: reason || null, who: name, note: note || null, seen: open.last_event });
    lastDecided = item;
    if (chosen === item) step(1);
  }

  async function takeBack() {
    const name = who();
    if (!name) return;
    const item = chosen && chosen.match && chosen.match.decision ? chosen : lastDecided;
    if (!item) return;
    if (item !== chosen) {
      choose(item, true);
    }
    const match = await ask(`/v1/matches/${item.key}`);
    await write(item, match, { decision: "undo", who: name, seen: match.last_event });
  }

  /** Sends a decision; somebody else's that came first is shown instead. */
  async function write(item, match, said) {
    try {
      await send(`/v1/matches/${match.id}/decision`, said);
    } catch (error) {
      if (error.status !== 409) throw error;
      const last = (error.problem.events || [])[0];
      tell(new Error(last ? `${last.who} said “${SAID[last.decision]}” meanwhile. Look, and decide again.` : error.message));
      await again(item);
      throw error;
    }
    await again(item);
  }

  async function again(item) {
    const match = await ask(`/v1/matches/${item.key}`);
    take(item, match);
    if (chosen === item) {
      open = match;
      if (at("said")) drawSaid();
    }
    quietly(tally());
  }

  at("reasons").append(...REASONS.map(([reason, name], i) => {
    const button = el("button", { type: "button" }, el("kbd", null, String(i + 1)), ` ${name}`);
    button.addEventListener("click", () => { at("reason").close(); quietly(say("not_derived", reason)); });
    return button;
  }));
  at("reason").addEventListener("keydown", (event) => {
    const reason = REASONS[Number(event.key) - 1];
    if (!reason) return;
    event.preventDefault();
    at("reason").close();
    quietly(say("not_derived", reason[0]));
  });

  // --- an article, and a family

  async function showArticle(id) {
    const place = encodeURIComponent(id);
    const number = ++showing;
    const [article, page] = await Promise.all([ask(`/v1/articles/${place}`), ask(`/v1/matches?article=${place}&limit=100`)]);
    if (number !== showing) return;
    open = null;
    const family = el("button", { type: "button" }, "Family");
    family.addEventListener("click", () => quietly(showFamily(id)));
    const meta = [article.source, article.date, article.id].filter(Boolean).map((part) => el("bdi", null, label(part)));
    const link = /^https?:\/\//i.test(article.url || "") ? address(article) : null;
    const found = page.items.map((match) => {
      const other = match.row.source === id ? [match.derived_title, match.row.derived] : [match.source_title, match.row.source];
      const button = el("button.link", { type: "button" }, el("span"), el(`span.badge.${match.row.relation}`, null, words(match.row.relation)), el("span.score", null, percent(match.row.score)), el("span"), el("span.title", null, title(...other)), el("span.meta", null, match.decision ? SAID[match.decision] : ""));
      button.addEventListener("click", () => openMatch(match));
      return el("li", null, button);
    });
    at("detail").replaceChildren(back(), el("h2", null, title(article.title, id)), el("p.meta", null, meta, link), el("div.say", null, family),
      found.length ? el("ul.tree", { ariaLabel: "Matches of this article" }, found) : el("p.small", null, "No match of it is kept."),
      el("div.article-text", { tabIndex: 0, role: "region", ariaLabel: "Text of the article" }, el("div.body", { dir: "auto" }, visible(article.text))));
  }

  function openMatch(match) {
    const item = items.find((item) => item.key === match.id) || matchItem(match);
    choose(item, true);
  }

  async function showFamily(id) {
    const number = ++showing;
    const found = await ask(`/v1/families/${encodeURIComponent(id)}`);
    if (number !== showing) return;
    const known = new Map(found.articles.map((article) => [article.id, article]));
    const name = (id) => title((known.get(id) || {}).title, id);
    const where = (id) => { const { source, date } = known.get(id) || {}; return [source, date].filter(Boolean).map((part) => el("bdi", null, label(part))); };
    const open = (id) => quietly(showArticle(id));
    if (!found.family) {
      at("detail").replaceChildren(back(), el("h2", null, name(id)), el("p.empty", null, "The archive ties it to no other article."));
      return;
    }
    const { family } = found;
    const children = new Map();
    for (const member of family.members) {
      const parent = member.id === family.root ? null : member.parent || family.root;
      if (!children.has(parent)) children.set(parent, []);
      children.get(parent).push(member);
    }
    const rows = [];
    const drawn = new Set();
    const draw = (parent, level) => {
      for (const member of children.get(parent) || []) {
        if (drawn.has(member.id)) continue;
        drawn.add(member.id);
        const sure = member.parent_confidence === null || member.parent_confidence === undefined ? "" : ` (${percent(member.parent_confidence)} sure)`;
        const button = el("button.link", { type: "button" }, el("span.arrow", null, parent === null ? "●" : "→"),
          el(`span.badge.${member.relation || "unrelated"}`, null, member.relation ? words(member.relation) : "likely root"), el("span.score", null, member.score === null ? "" : percent(member.score)),
          el("span"), el("span.title", { title: label(member.id) }, name(member.id)), el("span.meta", null, where(member.id), sure));
        button.firstChild.style.width = `${(level + 1) * 1.1}em`;
        button.addEventListener("click", () => open(member.id));
        rows.push(el("li", null, button));
        draw(member.id, Math.min(level + 1, 4));
      }
    };
    draw(null, 0);
    for (const borrower of family.borrowers) {
      const button = el("button.link", { type: "button" }, el("span"), el("span.badge.partial", null, "took a part"), el("span.score", null, percent(borrower.score)), el("span"), el("span.title", null, name(borrower.id)), el("span.meta", null, where(borrower.id)));
      button.addEventListener("click", () => open(borrower.id));
      rows.push(el("li", null, button));
    }
    const list = el("ul.tree", { ariaLabel: "The family as a tree" }, rows);
    list.style.setProperty("--deepest", "4");
    const sure = family.root_confidence === null ? "" : `, root ${percent(family.root_confidence)} sure`;
    at("detail").replaceChildren(back(), el("h2", null, `Family of ${name(family.root)}`),
      el("p.meta", null, el("span", null, counted(family.size, "article", "articles")), el("span", null, `weakest link ${percent(family.weakest)}${sure}`), found.is_cut ? el("span", null, "cut: it has more members") : null), list);
  }

  // --- live: what comes in, what others decide

  function listen() {
    const news = new EventSource("/v1/events");
    const waiting = new Set();
    news.onmessage = (event) => {
      const message = JSON.parse(event.data);
      if (message.kind === "decision") {
        const item = items.find((item) => item.key === message.match);
        if (item) quietly(again(item));
      } else if (message.kind === "removed" || message.kind === "missed") {
        quietly(tally());
        if (view === "inbox") quietly(load(false));
      } else {
        quietly(tally());
        for (const id of message.ids) if (!items.some((item) => item.key === id)) waiting.add(id);
        if (view !== "inbox" || !waiting.size) return;
        if (!items.length) { waiting.clear(); quietly(load(false)); return; }
        at("news").textContent = `${counted(waiting.size, "new match", "new matches")}: show`;
        at("news").hidden = false;
      }
    };
    at("news").addEventListener("click", () => { waiting.clear(); quietly(load(false)); });
  }

  async function tally() {
    const status = await ask("/v1/status");
    const { counts } = status;
    const failing = status.feeds.filter((feed) => feed.is_failing).length;
    const hidden = Object.values(status.hidden).reduce((sum, count) => sum + count, 0);
    at("tally").textContent = [counted(counts.undecided, "match undecided", "matches undecided"), `${counted(counts.matches, "match", "matches")} in all`, counted(status.documents, "article", "articles"), hidden ? `${counted(hidden, "match", "matches")} hidden by rules` : null, failing ? counted(failing, "feed fails", "feeds fail") : null].filter(Boolean).join(" · ");
  }

  // --- keys and choices

  function show(which) {
    view = which;
    for (const name of ["inbox", "archive"]) {
      at(`view-${name}`).setAttribute("aria-pressed", String(name === which));
      at(`${name}-choices`).hidden = name !== which;
    }
    quietly(load(false));
    if (which === "archive") at("words").focus();
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target.matches("input, select, textarea")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const act = {
      j: () => step(1), k: () => step(-1), y: () => quietly(say("derived")), n: () => quietly(say("not_derived")), p: () => quietly(say("partial")), u: () => quietly(takeBack()),
      "[": () => walk(-1), "]": () => walk(1), f: () => open && quietly(showFamily(open.row.derived)), s: () => at("sheet") && at("sheet").click(),
      "/": () => show("archive"), t: turn, "?": () => at("keys").showModal(),
      Enter: event.target.closest("button, a") && !event.target.closest(".card") ? null : () => { document.body.classList.add("reading"); at("detail").focus(); },
    }[event.key];
    if (act) { event.preventDefault(); act(); }
  });

  at("relation").append(...RELATIONS.filter(isDerived).concat("shared_source").map((relation) => el("option", { value: relation }, words(relation))));
  for (const id of ["decision", "relation", "score", "outlet", "order"]) at(id).addEventListener("change", () => quietly(load(false)));
  let typing = 0;
  at("words").addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(() => quietly(load(false)), 250); });
  for (const form of ["inbox-choices", "archive-choices"]) at(form).addEventListener("submit", (event) => { event.preventDefault(); quietly(load(false)); });
  at("view-inbox").addEventListener("click", () => show("inbox"));
  at("view-archive").addEventListener("click", () => show("archive"));
  at("more").addEventListener("click", () => quietly(load(true)));

  let listening = false;
  function start() {
    quietly(tally());
    quietly(load(false));
    if (listening) return;
    listening = true;
    listen();
  }
  start();
})();
