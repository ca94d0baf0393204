// A button to copy what people copy: queries, commands, addresses. Without this they select the text.
"use strict";
(() => {
  const { copy, copied } = document.currentScript.dataset;
  const status = document.createElement("span");
  status.className = "unseen";
  status.setAttribute("role", "status");
  document.body.append(status);

  const put = async (text) => {
    // Without TLS a browser has no clipboard for scripts, but the old way.
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (!done) throw new Error("not copied");
  };
  for (const place of document.querySelectorAll("[data-copy]:not(script)")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = copy;
    if (place.tagName === "PRE") {
      const around = document.createElement("div");
      around.className = "copying";
      place.replaceWith(around);
      around.append(place, button);
    } else {
      place.after(button);
    }
    button.addEventListener("click", async () => {
      try {
        await put(place.textContent);
      } catch {
        getSelection().selectAllChildren(place); // then the reader's own keys copy it
        return;
      }
      button.textContent = status.textContent = copied;
      button.focus();
      setTimeout(() => {
        button.textContent = copy;
        status.textContent = "";
      }, 2000);
    });
  }
})();
