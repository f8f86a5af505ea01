/* Linli 邻里 – what the pages need beyond HTML and htmx. Every page works without it. */
"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector, root = document) => root.querySelector(selector);
  const typing = (node) => node.closest("input, textarea, select, [contenteditable]") !== null;

  /* One search box: "/" focuses, arrows move, Esc closes. */
  const seek = one("[data-seek]");
  if (seek) {
    const input = one("input[type=search]", seek);
    const results = one("#search-results");
    const close = () => { results.hidden = true; };
    document.addEventListener("keydown", (event) => {
      if (event.key === "/" && !typing(event.target) && !event.ctrlKey && !event.metaKey) {
        event.preventDefault();
        input.focus();
        input.select();
      }
    });
    seek.addEventListener("keydown", (event) => {
      const links = results.hidden ? [] : all("a[href]", results);
      const at = links.indexOf(document.activeElement);
      if (event.key === "Escape") {
        close();
        input.focus();
      } else if (event.key === "ArrowDown" && links.length) {
        event.preventDefault();
        links[(at + 1) % links.length].focus();
      } else if (event.key === "ArrowUp" && at >= 0) {
        event.preventDefault();
        (at === 0 ? input : links[at - 1]).focus();
      }
    });
    input.addEventListener("click", () => { results.hidden = false; });
    input.addEventListener("htmx:configRequest", () => { results.hidden = false; });
    input.addEventListener("htmx:beforeRequest", (event) => {
      if (input.value.trim() === "") {
        event.preventDefault();
        window.htmx.trigger(input, "htmx:abort"); // what is still on its way is no longer asked for
        results.replaceChildren();
      }
    });
    seek.addEventListener("submit", (event) => {
      if (input.value.trim() === "") event.preventDefault();
    });
    document.addEventListener("pointerdown", (event) => {
      if (!seek.contains(event.target)) close();
    });
    seek.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !seek.contains(event.relatedTarget)) close();
    });
  }

  /* A long password is easier to type when it can be read. */
  for (const box of all("[data-show-password]")) {
    box.hidden = false;
    box.addEventListener("change", () => {
      for (const input of all("[name=password]", box.closest("form"))) input.type = one("input", box).checked ? "text" : "password";
    });
    box.closest("form").addEventListener("submit", () => { // no browser keeps it as plain text
      for (const input of all("[name=password]", box.closest("form"))) input.type = "password";
    });
  }

  /* Menus close by Esc, by a click elsewhere, and when another opens. */
  const menus = () => all("details.menu[open]");
  document.addEventListener("pointerdown", (event) => {
    for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of menus()) {
      menu.open = false;
      one("summary", menu).focus();
    }
    closeSide();
  });

  /* The drawer of a small screen; without script the anchors open and close it. */
  const side = one("#side");
  const closeSide = () => {
    if (!side || !side.classList.contains("is-open")) return;
    side.classList.remove("is-open");
    one("[data-nav-open]").focus();
  };
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-nav-open]")) {
      event.preventDefault();
      side.classList.add("is-open");
      one("[data-nav-close]").focus();
    } else if (event.target.closest("[data-nav-close]")) {
      event.preventDefault();
      closeSide();
    } else if (side && !side.contains(event.target)) {
      side.classList.remove("is-open");
    }
  });

  /* Chosen rows: a box in the head chooses all, the bulk bar shows while something is chosen. */
  const showChosen = (form) => {
    const boxes = all("[data-pick]", form);
    const chosen = boxes.filter((box) => box.checked);
    for (const box of boxes) box.closest("tr").classList.toggle("is-chosen", box.checked);
    const every = one("[data-pick-all]", form);
    if (every) {
      every.checked = boxes.length > 0 && chosen.length === boxes.length;
      every.indeterminate = chosen.length > 0 && !every.checked;
    }
    for (const bar of all("[data-bulkbar]", form)) bar.hidden = chosen.length === 0;
    for (const count of all("[data-pick-count]", form)) count.textContent = chosen.length;
  };
  document.addEventListener("change", (event) => {
    const form = event.target.closest("[data-picking]");
    if (form && event.target.matches("[data-pick], [data-pick-all]")) {
      if (event.target.matches("[data-pick-all]")) {
        for (const box of all("[data-pick]", form)) box.checked = event.target.checked;
      }
      showChosen(form);
    }
    if (event.target.matches("[data-autosubmit]")) event.target.form.requestSubmit();
  });
  const ready = (root) => {
    for (const form of all("[data-picking]", root)) showChosen(form);
    for (const shown of all("[data-revealed]", root)) {
      setTimeout(() => cover(shown), 1000 * shown.dataset.revealed);
    }
    for (const tab of all(".tabs [aria-current]", root)) { // on a phone it may stand outside
      const [at, seen] = [tab, tab.parentElement].map((part) => part.getBoundingClientRect().right);
      if (at > seen) tab.parentElement.scrollLeft += at - seen;
    }
  };

  /* A revealed value goes back to its mask, with the button to look again. */
  const masks = new WeakMap();
  const cover = (shown) => {
    const mask = masks.get(shown.parentElement);
    if (!mask) { shown.textContent = shown.dataset.masked; return; }
    for (const menu of all("details", mask)) menu.open = false;
    shown.replaceWith(mask);
    window.htmx.process(mask);
  };
  document.addEventListener("htmx:beforeSwap", (event) => {
    const target = event.detail.target;
    if (target.matches(".masked")) masks.set(target.parentElement, target.cloneNode(true));
  });
  ready(document);
  document.addEventListener("htmx:afterSettle", (event) => ready(event.target.parentElement || document));

  /* A finished job opens its result by itself, unless the person has begun something else. */
  document.addEventListener("htmx:afterSettle", () => {
    const over = one("[data-then]");
    if (!over) return;
    const busy = typing(document.activeElement) || (seek && one("input[type=search]", seek).value !== "");
    if (!busy) window.location.assign(over.dataset.then);
  });

  /* On a phone the filters of a list fold away until one of them is in use. */
  for (const form of all("form.filters[data-fold]")) {
    const asked = [...new URLSearchParams(window.location.search)];
    const used = asked.some(([name, value]) => value && form.elements[name] && !["q", "sort"].includes(name));
    form.classList.toggle("is-folded", !used);
    one("[data-unfold]", form).addEventListener("click", () => {
      form.classList.remove("is-folded");
      one("select, [type=number]", form).focus();
    });
  }

  /* A wrong form: the first wrong field gets the focus. */
  const wrong = one("[aria-invalid=true]:not([type=hidden])");
  if (wrong) wrong.focus();

  /* One press, one submission; coming back to the page frees the button again. */
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button || !button.matches(".btn") || event.defaultPrevented || button.formTarget || button.dataset.stays !== undefined) return;
    setTimeout(() => button.setAttribute("aria-busy", "true"));
  });
  window.addEventListener("pageshow", () => {
    for (const button of all(".btn[aria-busy]")) button.removeAttribute("aria-busy");
  });

  /* Printing, going back: the only two commands that HTML has no element for. */
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
    if (event.target.closest("[data-back]")) window.history.back();
    const shut = event.target.closest("[data-dismiss]");
    if (shut) shut.closest(".note").remove();
  });

  /* A fragment that did not come says so; what was typed stays. */
  const toast = (text) => {
    const note = document.createElement("div");
    note.className = "note note-bad";
    note.textContent = text;
    one("#toasts").replaceChildren(note);
    setTimeout(() => note.remove(), 8000);
  };
  document.addEventListener("htmx:sendError", () => toast("没有连上服务器。填写的内容还在，请稍后再试。"));
  document.addEventListener("htmx:timeout", () => toast("服务器很久没有回答。请稍后再试。"));
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    if (status === 401 || status === 403) toast("登录已失效或没有这项权限。请刷新页面后再试。");
    else if (status === 429) toast("操作太频繁，请过一会儿再试。");
    else toast(`没有完成（${status}）。数据没有改动，请刷新页面后再试。`);
  });
})();
