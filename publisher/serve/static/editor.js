// The editor in place of the plain form. It talks to this site's endpoint and to nobody else.
"use strict";
(() => {
  const place = document.getElementById("editor");
  if (!place || !window.Yasgui) return;
  const endpoint = new URL(place.dataset.endpoint, location.href).href; // the editor wants it whole
  const prefixes = JSON.parse(place.dataset.prefixes);
  const { Yasqe } = window.Yasgui;
  // The editor's own lists of prefixes and terms come from other hosts.
  Yasqe.defaults.autocompleters = ["prefixes", "variables"];
  Yasqe.Autocompleters.prefixes.get = () =>
    Promise.resolve(Object.entries(prefixes).map(([name, iri]) => `${name}: <${iri}>`));
  const form = document.getElementById("plain");
  place.hidden = false;
  form.open = false;
  const editor = new window.Yasgui(place, {
    autofocus: false,
    copyEndpointOnNewTab: false,
    endpointCatalogueOptions: { getData: () => [{ endpoint }] },
    persistenceId: `publisher ${place.dataset.endpoint}`,
    requestConfig: { endpoint, method: "POST" },
  });
  // What the editor leaves without words gets them, whenever it draws itself anew.
  const named = [
    [".yasqe textarea", place.dataset.query],
    ["select.tableSizer", place.dataset.rows],
  ];
  const mend = () => {
    for (const [selector, words] of named)
      for (const part of place.querySelectorAll(`${selector}:not([aria-label])`))
        part.setAttribute("aria-label", words);
    for (const title of place.querySelectorAll("th .dt-column-title:empty"))
      title.textContent = place.dataset.number;
  };
  new MutationObserver(mend).observe(place, { childList: true, subtree: true });
  mend();
  const query = form.querySelector("textarea").value;
  const tab = editor.getTab();
  if (tab && (place.dataset.sent || !tab.getQuery().trim() || tab.getQuery() === Yasqe.defaults.value)) {
    tab.setQuery(query);
  }
})();
