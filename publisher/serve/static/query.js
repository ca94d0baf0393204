// The page of queries: colours, completion, messages at their place, history. The form is the same
// without it. It asks this site alone, and for completion one file of the release.
"use strict";
(() => {
  const form = document.getElementById("ask");
  if (!form) return;
  const area = form.querySelector("textarea");
  const state = document.getElementById("query-state");
  const words = JSON.parse(form.dataset.words);
  const common = JSON.parse(form.dataset.prefixes);
  const language = document.documentElement.lang;
  const say = (message, values) => message.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
  let editor = null;
  const read = () => (editor ? editor.getValue() : area.value);
  const write = (text) => {
    if (editor) editor.setValue(text);
    area.value = text;
  };

  // History, in this browser alone.
  const KEPT = 30;
  const key = `queries of ${new URL(form.action).pathname}`;
  const history = (() => {
    const load = () => {
      try {
        return JSON.parse(localStorage.getItem(key)) || [];
      } catch {
        return []; // a browser may keep nothing
      }
    };
    const save = (entries) => {
      try {
        if (entries.length) localStorage.setItem(key, JSON.stringify(entries));
        else localStorage.removeItem(key);
      } catch {
        // then there is no history
      }
    };
    const part = document.getElementById("history");
    const show = () => {
      const entries = load();
      part.hidden = !entries.length;
      part.querySelector("ol").replaceChildren(
        ...entries.map(({ query, time }) => {
          const item = document.createElement("li");
          const button = document.createElement("button");
          const when = document.createElement("small");
          const lines = query.split("\n").filter((line) => line.trim() && !/^\s*(PREFIX|BASE|#)/i.test(line));
          button.type = "button";
          button.className = "past-query";
          button.textContent = (lines.join(" ") || query).replace(/\s+/g, " ").slice(0, 160);
          button.addEventListener("click", () => {
            write(query);
            form.scrollIntoView({ block: "start" });
            (editor || area).focus();
          });
          when.textContent = new Date(time).toLocaleString(language);
          item.append(button, " ", when);
          return item;
        }),
      );
    };
    part.querySelector("button").addEventListener("click", () => {
      save([]);
      show();
    });
    return {
      show,
      add: (query) => {
        const entries = load().filter((entry) => entry.query !== query);
        save([{ query, time: Date.now() }, ...entries].slice(0, KEPT));
      },
    };
  })();
  if (form.dataset.answered) history.add(area.value);
  history.show();

  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  if (!form.dataset.editor) return;

  // The editor in place of the text area, which stays what the form sends. It is half a megabyte:
  // it comes when somebody begins to work, not while the page is read.
  const fetched = (element) =>
    new Promise((done, failed) => {
      element.addEventListener("load", done);
      element.addEventListener("error", failed);
      document.head.append(element);
    });
  const fetchScript = (name) =>
    fetched(Object.assign(document.createElement("script"), { src: form.dataset.editor + name }));
  const fetchSheet = (name) =>
    fetched(Object.assign(document.createElement("link"), { rel: "stylesheet", href: form.dataset.editor + name }));
  const begin = async () => {
    try {
      await Promise.all([
        fetchSheet("yasqe/yasqe.min.css"),
        fetchScript("yasqe/yasqe.min.js"),
        fetchScript("completion.js"),
      ]);
    } catch {
      return; // the form does the same
    }
    start();
  };
  const signs = ["pointermove", "pointerdown", "keydown", "scroll", "focusin"];
  const onSign = () => {
    for (const sign of signs) removeEventListener(sign, onSign, true);
    begin();
  };
  if (form.dataset.answered || document.getElementById("problem")) begin();
  else for (const sign of signs) addEventListener(sign, onSign, { capture: true, passive: true });

  const start = () => {
    const { Yasqe } = window;
    const hadFocus = document.activeElement === area;
    const cursor = area.selectionEnd;
    const place = document.createElement("div");
    place.id = "editor";
    area.before(place);
    const submit = () => form.requestSubmit();
    const format = () => editor.autoformat();
    editor = new Yasqe(place, {
      value: area.value,
      autocompleters: [],
      persistenceId: null,
      consumeShareLink: null,
      createShareableLink: null,
      showQueryButton: false,
      resizeable: false,
      editorHeight: "auto", // as long as the query: a part that scrolls would need keys of its own
      viewportMargin: Infinity,
      lineWrapping: true,
      screenReaderLabel: words.query,
      // The tabulator leaves the editor, as it leaves every other field.
      extraKeys: {
        Tab: false,
        "Shift-Tab": false,
        "Ctrl-Enter": submit,
        "Cmd-Enter": submit,
        "Ctrl-Space": () => complete(true),
        "Shift-Ctrl-F": format,
        "Ctrl-S": () => {},
      },
    });
    editor.autocomplete = () => {};
    if (hadFocus) {
      editor.focus();
      editor.setCursor(editor.posFromIndex(cursor));
    }
    area.hidden = true;
    area.required = false; // a hidden field cannot say that it is empty
    area.removeAttribute("id");
    editor.getInputField().id = "query";

    const bar = form.querySelector(".row");
    const button = (text, act) => {
      const made = document.createElement("button");
      made.type = "button";
      made.className = "plain-button";
      made.textContent = text;
      made.addEventListener("click", act);
      bar.append(made);
    };
    button(words.format, format);
    button(words.complete, () => {
      editor.focus();
      complete(true);
    });
    const keys = document.createElement("p");
    keys.className = "note";
    keys.textContent = words.keys;
    place.after(keys);

    form.addEventListener("submit", () => {
      area.value = read();
    });

    // Messages at their place: what the editor's grammar stumbles over, and what the server said.
    let marks = [];
    const clear = () => {
      for (const mark of marks) mark.clear();
      marks = [];
    };
    const mark = (line, from, to, message) => {
      marks.push(editor.markText({ line, ch: from }, { line, ch: to }, { className: "wrong" }));
      const below = document.createElement("p");
      below.className = "wrong-here";
      below.textContent = message;
      marks.push(editor.addLineWidget(line, below));
    };
    const firstWrong = () => {
      for (let line = 0; line < editor.lineCount(); line++) {
        const end = editor.getTokenAt({ line, ch: editor.getLine(line).length }, true);
        if (end.state.OK === false) {
          // A prefix that may be left out is no mistake; of others the check below tells.
          if (/^Prefix /.test(end.state.errorMsg || "")) return null;
          const token = editor.getLineTokens(line, true).find((each) => /error/.test(each.type || ""));
          return { line, token: token || end };
        }
      }
      return null;
    };
    const declare = (names) => {
      for (const name of names) editor.addPrefixes({ [name]: common[name] });
    };
    let timer = 0;
    const check = () => {
      clear();
      state.textContent = "";
      const text = read();
      if (!text.trim()) return;
      const wrong = firstWrong();
      const missing = queryCompletion.undeclared(text);
      const unknown = missing.filter((name) => !(name in common));
      const mayLack = form.elements.prefixes?.checked;
      if (wrong && wrong.token.string.trim()) {
        const message = say(words.wrong, { line: wrong.line + 1, word: wrong.token.string.trim() });
        mark(wrong.line, wrong.token.start, wrong.token.end, message);
        state.textContent = message;
      } else if (unknown.length) {
        state.textContent = say(words.unknown, { prefix: unknown[0] });
      } else if (missing.length && !mayLack) {
        const add = document.createElement("button");
        add.type = "button";
        add.className = "plain-button";
        add.textContent = say(words.declare, { prefixes: missing.map((name) => `${name}:`).join(", ") });
        add.addEventListener("click", () => declare(missing));
        state.replaceChildren(add);
      }
    };
    editor.checkSyntax = () => {}; // its messages are in English, and at the edge
    editor.on("changes", () => {
      clearTimeout(timer);
      timer = setTimeout(check, 500);
    });
    editor.clearGutter("gutterErrorBar");
    const problem = document.getElementById("problem");
    const line = Number(problem?.dataset.line) - 1;
    if (line >= 0 && line < editor.lineCount()) {
      const from = Number(problem.dataset.column) - 1;
      const token = editor.getTokenAt({ line, ch: from + 1 });
      const said = [...problem.querySelectorAll("p")].map((part) => part.textContent);
      mark(line, from, Math.max(from + 1, token.end), said.join(" "));
      editor.setCursor({ line, ch: from });
      // It stands at its place now; once is enough to see, and screen readers have read it.
      problem.classList.add("unseen");
    }

    // Completion.
    let catalogue = null;
    const fetchCatalogue = async () => {
      catalogue ??= fetch(form.dataset.completion).then((answer) => {
        if (!answer.ok) throw new Error(answer.statusText);
        return answer.json();
      });
      return catalogue;
    };
    const draw = (element, offer) => {
      const part = (name, text, tag = "span") => {
        if (!text) return;
        const made = document.createElement(tag);
        made.className = name;
        made.textContent = text;
        element.append(made);
      };
      part("hint-term", offer.term, "code");
      part("hint-name", queryCompletion.named(offer.names, language));
      part("hint-count", offer.count ? offer.count.toLocaleString(language) : "");
      part("hint-about", queryCompletion.named(offer.about, language), "small");
    };
    const MOST = 80;
    // Return what the list shows at the cursor, as CodeMirror wants it; null for nothing.
    const hints = (terms) => {
      const position = editor.indexFromPos(editor.getCursor());
      const found = queryCompletion.complete(read(), position, terms, terms.prefixes);
      const offers = found.offers.filter((offer) => offer.term !== found.fragment).slice(0, MOST);
      const from = editor.posFromIndex(found.from);
      const put = (offer) => {
        editor.replaceRange(offer.term, from, editor.getCursor());
        if (found.kind === "prefix" || found.kind === "variable") return;
        const used = queryCompletion.undeclared(offer.term);
        const missing = queryCompletion.undeclared(read()).filter((name) => used.includes(name));
        for (const name of missing)
          if (name in terms.prefixes) editor.addPrefixes({ [name]: terms.prefixes[name] });
      };
      const list = offers.map((offer) => ({
        text: offer.term,
        render: (element) => draw(element, offer),
        hint: () => put(offer),
      }));
      return { found, shown: list.length ? { from, to: editor.getCursor(), list } : null };
    };
    const complete = async (isWanted) => {
      let terms;
      try {
        terms = await fetchCatalogue();
      } catch {
        catalogue = null;
        return;
      }
      const { found, shown } = hints(terms);
      const isShort = found.kind === "class" || found.kind === "prefix";
      if (!isWanted && !found.fragment && !isShort) return;
      state.textContent = isWanted && !shown ? words.nothing : "";
      if (shown)
        editor.showHint({
          completeSingle: false,
          closeCharacters: /[\s;,.(){}[\]]/,
          hint: () => hints(terms).shown,
        });
    };
    editor.on("inputRead", (_, change) => {
      if (editor.state.completionActive) return; // which follows by itself
      if (change.origin === "+input" && /[\p{L}\p{N}_:?<\- ]$/u.test(change.text.at(-1))) complete(false);
    });
  };
})();
