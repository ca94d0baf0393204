// A term of a large ontology that is on another part of its page: servers do not see what follows
// the hash, so the part is asked for by the term's name.
"use strict";
const find = () => {
  const name = decodeURIComponent(location.hash.slice(1));
  if (!name || document.getElementById(name)) return;
  const asked = new URLSearchParams(location.search);
  if (asked.get("term") === name) return;
  asked.delete("terms");
  asked.set("term", name);
  location.replace(`${location.pathname}?${asked}${location.hash}`);
};
addEventListener("hashchange", find);
find();
