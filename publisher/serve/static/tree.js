// Branches of a tree of concepts, opened where they stand. Without this the links lead to them.
"use strict";
for (const tree of document.querySelectorAll("[data-tree]")) {
  const { tree: address, language, open: words, more } = tree.dataset;
  const arm = (item) => {
    const button = document.createElement("button");
    const label = item.querySelector("a, strong, s");
    button.type = "button";
    button.className = "open";
    button.textContent = "▸";
    button.setAttribute("aria-expanded", "false");
    button.setAttribute("aria-label", `${words}: ${label ? label.textContent : ""}`);
    button.addEventListener("click", () => toggle(item, button));
    item.prepend(button);
  };
  const toggle = async (item, button) => {
    const known = item.querySelector(":scope > ul");
    const show = button.getAttribute("aria-expanded") !== "true";
    if (show && !known) {
      button.disabled = true;
      try {
        item.append(await fetchBranch(item.dataset.branch));
      } catch {
        location.assign(item.querySelector("a").href);
        return;
      } finally {
        button.disabled = false;
      }
    } else if (known) known.hidden = !show;
    button.setAttribute("aria-expanded", String(show));
    button.textContent = show ? "▾" : "▸";
  };
  const fetchBranch = async (name) => {
    const answer = await fetch(`${address.split("?")[0]}/${language}/${name}.json`);
    if (!answer.ok) throw new Error(answer.statusText);
    const found = await answer.json();
    const list = document.createElement("ul");
    for (const child of found.narrower) {
      const item = document.createElement("li");
      const link = document.createElement("a");
      if (child.notation) item.append(`${child.notation} `);
      link.href = child.href;
      link.textContent = child.prefLabel;
      if (child.lang) {
        link.lang = child.lang;
        link.dir = "auto";
      }
      item.append(link);
      if (child.hasChildren) {
        item.dataset.branch = child.branch;
        arm(item);
      }
      list.append(item);
    }
    if (found.listing) {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = found.listing;
      link.textContent = `${found.total - found.narrower.length} ${more}`;
      item.append(link);
      list.append(item);
    }
    return list;
  };
  if (address) tree.querySelectorAll("[data-branch]").forEach(arm);
}
