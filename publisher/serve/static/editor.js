// The editor in place of the plain form. It talks to this site's endpoint and to nobody else.
"use strict";
(() => {
  const place = document.getElementById("editor");
  if (!place || !window.Yasgui) return;
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
    endpointCatalogueOptions: { getData: () => [{ endpoint: place.dataset.endpoint }] },
    persistenceId: `publisher ${place.dataset.endpoint}`,
    requestConfig: { endpoint: place.dataset.endpoint, method: "POST" },
  });
  const query = form.querySelector("textarea").value;
  const tab = editor.getTab();
  if (tab && (place.dataset.sent || !tab.getQuery().trim() || tab.getQuery() === Yasqe.defaults.value)) {
    tab.setQuery(query);
  }
})();
