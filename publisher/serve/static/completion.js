// What can stand at a place of a query: read from the text around it and from the release's file of
// classes, properties and values. Pure functions, which the editor and the tests call.
"use strict";
const queryCompletion = (() => {
  const NAME = "[\\p{L}\\p{N}_\\-·]";
  const TOKEN = new RegExp(
    [
      "#[^\\n]*",
      '<[^<>"{}|^`\\\\\\s]*>',
      '"""[^]*?"""',
      "'''[^]*?'''",
      '"(?:[^"\\\\\\n]|\\\\.)*"',
      "'(?:[^'\\\\\\n]|\\\\.)*'",
      `[?$]${NAME}+`,
      `_:${NAME}+`,
      `(?:\\p{L}(?:(?:${NAME}|\\.)*${NAME})?)?:(?:(?:${NAME}|[:%\\\\])(?:(?:${NAME}|[.:%\\\\])*(?:${NAME}|[:%\\\\]))?)?`,
      "@[A-Za-z]+(?:-[A-Za-z0-9]+)*",
      "[0-9]+(?:\\.[0-9]+)?",
      "[A-Za-z_]\\w*",
      "\\^\\^|&&|\\|\\|",
      "\\S",
    ].join("|"),
    "gu",
  );
  const TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
  const GROUP_WORDS = new Set(["OPTIONAL", "UNION", "MINUS", "EXISTS", "NOT", "WHERE", "SILENT"]);
  const TERM = /^(?:[<"'?$]|_:|[0-9]|[^@\s]*:|true$|false$)/u;

  const tokens = (text) => (text.match(TOKEN) || []).filter((token) => !token.startsWith("#"));

  const declared = (found) => {
    const prefixes = {};
    found.forEach((token, n) => {
      if (token.toUpperCase() === "PREFIX" && /^<.*>$/.test(found[n + 2] || ""))
        prefixes[found[n + 1].slice(0, -1)] = found[n + 2].slice(1, -1);
    });
    return prefixes;
  };

  // Walk through a query; return its triples, and what is expected at its end.
  const walk = (found) => {
    const triples = [];
    const stack = [{ kind: "top", expect: "none" }];
    let blanks = 0;
    const top = () => stack[stack.length - 1];
    const term = (token) => {
      const frame = top();
      if (frame.expect === "subject") Object.assign(frame, { subject: token, expect: "predicate" });
      else if (frame.expect === "predicate")
        Object.assign(frame, { predicate: token, expect: "object", fresh: true });
      else if (frame.expect === "object") {
        triples.push([frame.subject, frame.isPath ? "" : frame.predicate, token]);
        frame.expect = "end";
      } else if (frame.expect === "graph") frame.expect = "group";
    };
    const open = (token) => {
      const frame = top();
      if (token === "{")
        return stack.push(
          frame.expect === "values" ? { kind: "data", expect: "data" } : { kind: "group", expect: "subject" },
        );
      if (token === "[")
        return stack.push({ kind: "blank", expect: "predicate", subject: `_:blank${++blanks}` });
      const isTerm = frame.kind === "group" || frame.kind === "blank";
      const kind = !isTerm ? "expression"
        : frame.expect === "predicate" ? "path"
        : frame.expect === "subject" || frame.expect === "object" ? "list" : "expression";
      stack.push({ kind, expect: kind === "list" ? "member" : "expression" });
    };
    const close = (token) => {
      const kinds = { "}": ["group", "data"], "]": ["blank"], ")": ["expression", "path", "list"] }[token];
      while (stack.length > 1) {
        const frame = stack.pop();
        if (!kinds.includes(frame.kind)) continue;
        const below = top();
        if (frame.kind === "blank") term(frame.subject);
        else if (frame.kind === "list") term("()");
        else if (frame.kind === "path") Object.assign(below, { isPath: true, predicate: "", expect: "object", fresh: true });
        else if (below.kind === "group" && (frame.kind !== "expression" || !["values", "select"].includes(below.expect)))
          below.expect = "subject";
        return;
      }
    };
    const word = (token) => {
      const frame = top();
      const upper = token.toUpperCase();
      if (frame.kind === "top") frame.expect = upper === "PREFIX" ? "prefix" : "none";
      else if (upper === "FILTER" || upper === "BIND" || upper === "HAVING") frame.expect = "expression";
      else if (upper === "GRAPH" || upper === "SERVICE") frame.expect = "graph";
      else if (upper === "VALUES") frame.expect = "values";
      else if (upper === "SELECT") frame.expect = "select";
      else if (GROUP_WORDS.has(upper)) frame.expect = frame.expect === "expression" ? "expression" : "subject";
    };
    for (const token of found) {
      const frame = top();
      const wasFresh = frame.fresh;
      frame.fresh = false;
      if (token === "{" || token === "[" || token === "(") open(token);
      else if (token === "}" || token === "]" || token === ")") close(token);
      else if (["expression", "path", "list", "data"].includes(frame.kind)) continue;
      else if (frame.kind === "top") word(token);
      else if (token === ".") Object.assign(frame, { expect: "subject", subject: null, isPath: false });
      else if (token === ";") Object.assign(frame, { expect: "predicate", isPath: false });
      else if (token === ",") frame.expect = "object";
      else if (frame.expect === "predicate" && token === "a") term(`<${TYPE}>`);
      else if (wasFresh && (token === "/" || token === "|"))
        Object.assign(frame, { expect: "predicate", isPath: true });
      else if (wasFresh && "*+?".includes(token)) Object.assign(frame, { isPath: true, fresh: true });
      else if (frame.expect === "predicate" && "^!".includes(token)) frame.isPath = true;
      else if (TERM.test(token)) term(token);
      else if (/^[A-Za-z]/.test(token)) word(token);
    }
    return { triples, at: top() };
  };

  const whole = (term, prefixes) => {
    if (!term) return "";
    if (term.startsWith("<")) return term.slice(1, -1);
    const [, prefix, local] = /^([^:]*):(.*)$/u.exec(term) || [];
    return local !== undefined && prefix in prefixes ? prefixes[prefix] + local : term;
  };

  // Return the classes that a term can be of: those that are stated; else those that what leads to
  // it leads to; else those that have all that is said of it.
  const classesOf = (subject, triples, names, classes) => {
    const of = (term, seen) => {
      if (!term || seen.has(term)) return [];
      seen.add(term);
      const stated = triples
        .filter(([s, p]) => s === term && names(p) === TYPE)
        .map(([, , o]) => classes.get(names(o)))
        .filter(Boolean);
      if (stated.length) return stated;
      const led = triples.filter(([, p, o]) => o === term && p && names(p) !== TYPE);
      for (const [s, p] of led) {
        const reached = of(s, seen)
          .flatMap((each) => each.properties.filter(({ iri }) => iri === names(p)))
          .flatMap((property) => property.classes)
          .map((iri) => classes.get(iri))
          .filter(Boolean);
        if (reached.length) return [...new Set(reached)];
      }
      const said = triples
        .filter(([s, p]) => s === term && p && !/^[?$]/.test(p) && names(p) !== TYPE)
        .map(([, p]) => names(p));
      if (!said.length) return [];
      return [...classes.values()].filter((each) =>
        said.every((iri) => each.properties.some((property) => property.iri === iri)),
      );
    };
    return of(subject, new Set());
  };

  const merged = (classes, pick) => {
    const found = new Map();
    for (const each of classes)
      for (const one of pick(each)) {
        const before = found.get(one.term);
        found.set(one.term, before ? { ...before, count: before.count + one.count } : one);
      }
    return [...found.values()].sort((one, other) => other.count - one.count);
  };

  const named = (texts, language) => texts?.[language] ?? texts?.[""] ?? texts?.en ?? Object.values(texts || {})[0] ?? "";

  // Return 0 for a beginning of a word, 1 for a part of one, -1 for neither. A prefix counts only
  // where it is written out: many terms share it.
  const fits = (offer, fragment) => {
    const sought = fragment.replace(/^</, "").toLowerCase();
    if (!sought) return 0;
    const term = offer.term.toLowerCase();
    if (term.startsWith(sought) || (fragment.startsWith("<") && offer.iri?.toLowerCase().startsWith(sought))) return 0;
    const [, prefix, rest] = /^([^:]*:)(.*)$/u.exec(sought) || [, "", sought];
    if (prefix && !term.startsWith(prefix)) return -1;
    const texts = [term.replace(/^[^:<"]*:/, ""), ...(prefix ? [] : Object.values(offer.names || {}))].map((text) => text.toLowerCase());
    if (texts.some((text) => text.split(/[\s/#_-]+/).some((word) => word.startsWith(rest)))) return 0;
    return texts.some((text) => text.includes(rest)) ? 1 : -1;
  };

  /**
   * Return what can stand at a place: from where in the text, what is expected, and the offers, best
   * first: { term, names, about, count } with `prefix` where one must be declared.
   */
  const complete = (text, position, catalogue, known) => {
    const before = text.slice(0, position);
    const line = before.slice(before.lastIndexOf("\n") + 1);
    const open = /^(?:[^"]|"[^"]*")*?("[^"]*)$/.exec(line); // a string that has not ended
    const fragment = open ? open[1] : /(?:<[^<>\s]*|[?$]?[\p{L}\p{N}_\-.:·]*)$/u.exec(before)[0];
    const prefixes = { ...known, ...declared(tokens(text)) };
    const names = (term) => whole(term, prefixes);
    const classes = new Map(catalogue.classes.map((each) => [each.iri, each]));
    const { at } = walk(tokens(before.slice(0, before.length - fragment.length)));
    const { triples } = walk(tokens(`${before.slice(0, before.length - fragment.length)} ?unwritten ${text.slice(position)}`));
    const result = (kind, offers) => ({
      kind,
      from: position - fragment.length,
      fragment,
      offers: offers
        .map((offer) => [fits(offer, fragment), offer])
        .filter(([rank]) => rank >= 0)
        .sort(([one], [other]) => one - other)
        .map(([, offer]) => offer),
    });
    if (/^[?$]/.test(fragment)) {
      const all = new Set(tokens(before.slice(0, before.length - fragment.length) + text.slice(position)).filter((token) => /^\?./.test(token)));
      return result("variable", [...all].map((term) => ({ term, names: {}, count: 0 })));
    }
    if (at.kind === "top" && at.expect === "prefix")
      return result("prefix", Object.entries(known).map(([name, iri]) => ({ term: `${name}: <${iri}>`, names: {}, count: 0 })));
    if (at.expect === "predicate") {
      const of = at.isPath ? [] : classesOf(at.subject, triples, names, classes);
      const properties = merged(of.length ? of : catalogue.classes, (each) => each.properties);
      return result("property", properties);
    }
    if (at.expect === "object" && names(at.predicate) === TYPE && !at.isPath) return result("class", catalogue.classes);
    if (at.expect === "object") {
      const of = at.isPath ? [] : classesOf(at.subject, triples, names, classes);
      const values = merged(of.length ? of : catalogue.classes, (each) =>
        each.properties.filter(({ iri }) => iri === names(at.predicate)).flatMap((property) => property.values),
      );
      return result("value", values);
    }
    return result("", []);
  };

  // Return the prefixes that a text uses and does not declare.
  const undeclared = (text) => {
    const found = tokens(text);
    const there = declared(found);
    const used = found
      .filter((token, n) => /^[^<"'?$@_].*:|^:/u.test(token) && found[n - 1]?.toUpperCase() !== "PREFIX")
      .map((token) => token.split(":")[0]);
    return [...new Set(used)].filter((name) => !(name in there));
  };

  return { complete, named, tokens, undeclared };
})();
if (typeof module === "object") module.exports = queryCompletion;
