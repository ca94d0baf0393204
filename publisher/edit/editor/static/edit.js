// Tells while somebody types what is to be corrected, and keeps what was typed. Without this the buttons do the same.
"use strict";
const form = document.getElementById("thing");
const messages = document.getElementById("messages");
if (messages) messages.focus();
if (form) {
  const state = document.getElementById("state");
  const pending = document.getElementById("pending");
  const touched = new Set();
  let timer = 0, asking = null, sent = false, waiting = false;

  const inputOf = (place) => place.closest(".value")?.querySelector("[name$='.v']");
  const tell = (errors) => {
    for (const place of form.querySelectorAll("[data-errors]")) {
      const id = place.id.replace(/-?error$/, "");
      const field = place.closest(".field");
      const seen = [...touched].some((name) => field && field.querySelector(`[name="${CSS.escape(name)}"]`));
      if (!seen && !place.childElementCount) continue;
      const messages = errors[id] || [];
      place.replaceChildren(...messages.map((text) => Object.assign(document.createElement("p"), { textContent: text })));
      const owner = inputOf(place);
      const inputs = owner ? [owner] : field ? [...field.querySelectorAll(":scope > .value > .given > [name$='.v']")] : [];
      for (const input of inputs) {
        const wrong = [...input.getAttribute("aria-describedby")?.split(" ") || []]
          .some((name) => document.getElementById(name)?.matches("[data-errors]:not(:empty)"));
        if (wrong) input.setAttribute("aria-invalid", "true"); else input.removeAttribute("aria-invalid");
      }
      if (field && !owner) field.classList.toggle("wrong", messages.length > 0);
    }
  };

  const ask = async () => {
    if (asking) { waiting = true; return; }
    asking = new AbortController();
    try {
      const body = new URLSearchParams(new FormData(form));
      const answer = await fetch(form.dataset.live, { method: "POST", body, signal: asking.signal });
      const said = await answer.json();
      if (said.stale) {
        state.textContent = said.stale;
      } else {
        form.elements.revision.value = said.revision;
        pending.textContent = said.pending;
        pending.classList.toggle("none", !said.pending);
        state.textContent = [said.summary, ...said.general].join(" ");
        const slug = form.elements.slug;
        if (slug) slug.placeholder = said.iri.split("/").pop();
        tell(said.errors);
      }
    } catch {
      if (!sent) state.textContent = form.dataset.failed;
    }
    asking = null;
    if (waiting && !sent) { waiting = false; ask(); }
  };

  form.addEventListener("input", (event) => {
    touched.add(event.target.name);
    clearTimeout(timer);
    timer = setTimeout(ask, 350);
  });
  form.addEventListener("change", (event) => {
    if (event.target.type === "checkbox") event.target.closest(".value")?.classList.toggle("dropped", event.target.checked);
  });
  // A button must send the revision that the answer on its way will tell of.
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (!asking || sent) { sent = true; return; }
    event.preventDefault();
    const button = event.submitter;
    waiting = false;
    const wait = setInterval(() => {
      if (asking) return;
      clearInterval(wait);
      sent = true;
      form.requestSubmit(button);
    }, 25);
  });
  // A page that comes back from the browser's memory may be older than what is kept.
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
}
