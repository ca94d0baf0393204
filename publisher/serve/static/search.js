// Suggestions below a search box (WAI-ARIA combobox with a listbox). Without this the form works as it is.
"use strict";
for (const input of document.querySelectorAll("input[data-suggest]")) {
  const list = document.createElement("ul");
  const status = document.createElement("span");
  let asking = null, timer = 0, active = -1;
  list.id = `${input.id}-list`;
  list.className = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.labels[0].textContent);
  status.className = "unseen";
  status.setAttribute("role", "status");
  input.after(list, status);
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-expanded": "false", "aria-controls": list.id,
    "aria-autocomplete": "list", "aria-haspopup": "listbox",
  })) input.setAttribute(name, value);

  const close = () => {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const choose = (number) => {
    const options = [...list.children];
    active = (number + options.length) % options.length;
    options.forEach((option, n) => option.setAttribute("aria-selected", String(n === active)));
    input.setAttribute("aria-activedescendant", options[active].id);
    options[active].scrollIntoView({ block: "nearest" });
  };
  const show = (hits) => {
    list.replaceChildren(...hits.map((hit, n) => {
      const option = document.createElement("li");
      const label = document.createElement("span");
      option.id = `${list.id}-${n}`;
      option.dataset.href = hit.href;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      label.textContent = hit.label;
      label.lang = hit.language;
      option.append(label);
      if (hit.way) {
        const way = document.createElement("small");
        way.textContent = ` ${hit.way.join(" › ")}`;
        option.append(way);
      } else if (hit.kind) {
        const kind = document.createElement("small");
        kind.textContent = ` ${hit.kind}`;
        kind.lang = hit.kindLanguage;
        option.append(kind);
      }
      return option;
    }));
    active = -1;
    input.removeAttribute("aria-activedescendant");
    list.hidden = !hits.length;
    input.setAttribute("aria-expanded", String(hits.length > 0));
    status.textContent = input.dataset.found.replace("{count}", hits.length);
  };
  const ask = async () => {
    asking?.abort();
    const words = input.value.trim();
    if (words.length < 2) return close();
    asking = new AbortController();
    const parameters = new URLSearchParams({ q: words, lang: input.dataset.language });
    if (input.dataset.scheme) parameters.set("scheme", input.dataset.scheme);
    try {
      const answer = await fetch(`${input.dataset.suggest.split("?")[0]}?${parameters}`, { signal: asking.signal });
      if (answer.ok) show((await answer.json()).hits.slice(0, 8));
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  };
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, 120);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !list.hidden) {
      close();
      event.preventDefault();
    } else if (!list.hidden && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      choose(event.key === "ArrowDown" ? active + 1 : active < 0 ? -1 : active - 1);
      event.preventDefault();
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      location.assign(list.children[active].dataset.href);
    }
  });
  list.addEventListener("mousedown", (event) => {
    const option = event.target.closest("[role=option]");
    event.preventDefault();
    if (option) location.assign(option.dataset.href);
  });
  input.addEventListener("blur", () => {
    clearTimeout(timer);
    asking?.abort();
    close();
  });
}
