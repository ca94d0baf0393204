// The list of datasets where a server of files does not read what an address asks for: searched,
// narrowed down and leafed through in the reader's browser. Everywhere else the server has done it.
"use strict";
for (const place of document.querySelectorAll("[data-rows]")) {
  const words = place.dataset;
  const facets = words.facets.split(" ");
  const find = (selector) => document.querySelector(selector);
  // As the server reads them; of what is not known to it nothing is kept.
  const read = (query) => {
    const given = new URLSearchParams(query);
    const page = /^[0-9]{1,8}$/.test(given.get("page") ?? "") ? Number(given.get("page")) : 1;
    return {
      q: (given.get("q") ?? "").trim().split(/\s+/).join(" "),
      values: new Map(facets.map((name) => [name, [...new Set(given.getAll(name).filter(Boolean))]])),
      newest: given.get("sort") === "-modified",
      page: Math.max(1, page),
    };
  };
  const kept = ["lang", "clang"].flatMap((name) =>
    new URLSearchParams(location.search).getAll(name).map((value) => [name, value]));
  const href = ({ q, values, newest, page }) => {
    const pairs = q ? [["q", q]] : [];
    for (const [name, chosen] of values) pairs.push(...chosen.map((value) => [name, value]));
    if (newest) pairs.push(["sort", "-modified"]);
    if (page > 1) pairs.push(["page", page]);
    const query = new URLSearchParams([...pairs, ...kept]).toString();
    return location.pathname + (query ? `?${query}` : "");
  };
  const isWhole = ({ q, values, newest, page }) =>
    !q && !newest && page === 1 && [...values.values()].every((chosen) => !chosen.length);
  const link = (text, address, attributes = {}) => {
    const made = document.createElement("a");
    made.textContent = text;
    made.href = address;
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  };
  const element = (name, className, ...parts) => {
    const made = document.createElement(name);
    if (className) made.className = className;
    made.append(...parts);
    return made;
  };

  const choice = read(location.search);
  const fold = (text) => text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "")
    .replaceAll("æ", "a").replaceAll("ø", "o").replaceAll("ß", "ss");
  const wanted = fold(choice.q).match(/[\p{L}\p{N}]+/gu) ?? [];
  const has = (text) => wanted.every((word) => text.includes(` ${word}`));
  const fits = (row, except = "") => has(row.words) && facets.every((name) => {
    const chosen = choice.values.get(name);
    return name === except || !chosen.length || chosen.some((value) => row.values[name]?.includes(value));
  });
  const toggled = (name, value) => {
    const values = new Map(choice.values);
    const chosen = values.get(name);
    values.set(name, chosen.includes(value) ? chosen.filter((each) => each !== value) : [...chosen, value]);
    return { ...choice, values, page: 1 };
  };

  const showFacets = (rows) => {
    const marks = [];
    for (const item of document.querySelectorAll("#narrow .facet li")) {
      const found = item.querySelector("a");
      const [name, value] = [...new URLSearchParams(found.search)].find(([each]) => facets.includes(each)) ?? [];
      if (!name) continue;
      const isChosen = choice.values.get(name).includes(value);
      const count = rows.filter((row) => fits(row, name) && row.values[name]?.includes(value)).length;
      const there = href(toggled(name, value));
      item.querySelector(".count").textContent = count;
      item.hidden = !count && !isChosen;
      if (isChosen) {
        const heading = item.closest(".facet").querySelector("h2").textContent;
        const label = found.querySelector("span").textContent;
        const mark = link("", there, { rel: "nofollow" });
        const cross = element("span", "", "×");
        cross.setAttribute("aria-hidden", "true");
        mark.append(element("span", "property", `${heading}:`), ` ${label} `, cross, element("span", "unseen", ` (${words.chosen})`));
        marks.push(element("li", "mark", mark));
        found.setAttribute("aria-current", "true");
        found.append(element("span", "unseen", ` (${words.chosen})`));
        item.closest(".facet").open = true;
        item.parentElement.prepend(item);
      }
      found.href = there;
    }
    for (const facet of document.querySelectorAll("#narrow .facet"))
      facet.hidden = [...facet.querySelectorAll("li")].every((item) => item.hidden);
    const all = { q: "", values: new Map(facets.map((name) => [name, []])), newest: choice.newest, page: 1 };
    if (marks.length || choice.q) {
      const list = element("ul", "marks choices", ...marks, element("li", "", link(words.all, href(all))));
      find(".to-facets").after(list);
    }
  };
  const showOrders = () => {
    const orders = find(".orders");
    const names = [...orders.querySelectorAll("a, strong")].map((each) => each.textContent);
    const parts = names.map((name, number) => {
      const isNow = choice.newest === Boolean(number);
      return isNow ? element("strong", "", name) : link(name, href({ ...choice, newest: Boolean(number), page: 1 }), { rel: "nofollow" });
    });
    orders.replaceChildren(parts[0], " · ", parts[1]);
  };
  const showPaging = (total, first, last, pages, list) => {
    document.querySelector(".paging")?.remove();
    if (pages < 2) return;
    const between = words.between.replace("{first}", first).replace("{last}", last).replace("{total}", total);
    const paging = element("nav", "paging", element("p", "", between));
    paging.setAttribute("aria-label", words.paging);
    if (choice.page > 1) paging.append(link(words.previous, href({ ...choice, page: choice.page - 1 }), { rel: "prev" }));
    if (choice.page < pages) paging.append(link(words.next, href({ ...choice, page: choice.page + 1 }), { rel: "next" }));
    list.after(paging);
  };
  const show = ({ size, datasets }) => {
    const rows = datasets.filter((row) => fits(row));
    if (choice.newest) rows.sort((one, other) => (one.changed < other.changed) - (one.changed > other.changed));
    else if (wanted.length) rows.sort((one, other) => has(other.title) - has(one.title));
    const pages = Math.max(1, Math.ceil(rows.length / size));
    choice.page = Math.min(choice.page, pages);
    const start = (choice.page - 1) * size;
    const list = find(".datasets-found");
    list.start = start + 1;
    // Written by this site, with everything in it escaped.
    list.innerHTML = rows.slice(start, start + size).map((row) => row.html).join("");
    find("#datasets .count").textContent = `(${rows.length})`;
    if (!rows.length) {
      const none = element("p", "shown", words.none);
      none.setAttribute("role", "status");
      list.before(none);
    }
    showFacets(datasets);
    showOrders();
    showPaging(rows.length, start + 1, Math.min(start + size, rows.length), pages, list);
    const form = find(".dataset-finder");
    form.querySelector("[name=q]").value = choice.q;
    const others = new URLSearchParams(href({ ...choice, q: "", page: 1 }).split("?")[1] ?? "");
    for (const [name, value] of others) {
      if (form.querySelector(`[name="${name}"]`)) continue;
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name, value });
      form.append(field);
    }
  };
  if (!words.asked && !isWhole(choice)) {
    fetch(words.rows).then((answer) => answer.ok ? answer.json() : Promise.reject(answer.status)).then(show, () => {});
  }
}
