/* The roster of a draft by mouse and by keyboard. Every change is sent to the server, whose
   answer is the grid as it stands; without this script each shift's own page does the same. */
"use strict";
(() => {
  const sheet = () => document.getElementById("roster-grid");
  if (!sheet()) return;
  const grid = () => sheet().querySelector("[data-duty-grid]");
  const tell = (text) => { document.getElementById("duty-say").textContent = text; };
  const isOpen = () => sheet().dataset.open !== undefined;
  const dayOf = (cell) => grid().tHead.rows[0].cells[cell.cellIndex]?.dataset.on;
  const cellOf = (node) => node.closest("td");
  const isPerson = () => sheet().dataset.way === "person";
  const places = () => [...grid().tBodies[0].rows].map((row) => [...row.cells].filter(dayOf));
  const stop = (cell) => cell.querySelector(".duty-chip") || cell;
  let held = null;
  let busy = false;
  let help = "";

  /* One stop for the tabulator; the arrows go on from there. */
  const enter = (node) => {
    for (const old of grid().querySelectorAll("[tabindex='0']")) old.tabIndex = -1;
    node.tabIndex = 0;
    node.focus();
    if (held) tell(landing(node));
  };
  /* What Enter would do here, for who cannot see the marks. */
  const landing = (node) => {
    const cell = cellOf(node), chip = node.closest(".duty-chip");
    const name = cell.parentElement.cells[0].innerText.split("\n")[0];
    if (chip === held) return `${held.title}。Enter 放回。`;
    if (cell.classList.contains("is-barred")) return `${name}，不能接：${cell.title}。`;
    if (!mayTake(node)) return `${name}，这里放不下。`;
    return chip ? `Enter 与${chip.title}对调。` : `Enter 交给${name}。`;
  };
  const ready = () => {
    const told = sheet().querySelector("[data-duty-told]");
    if (told && !help && !told.querySelector("svg")) help = told.innerHTML;
    for (const row of places()) {
      for (const cell of row) {
        const chips = cell.querySelectorAll(".duty-chip");
        for (const chip of chips) chip.tabIndex = -1;
        if (!chips.length) cell.tabIndex = -1;
      }
    }
    const first = grid().querySelector(".duty-chip") || places()[0]?.[0];
    if (first) first.tabIndex = 0;
  };

  const mayTake = (node) => {
    if (!held || !node) return false;
    const chip = node.closest(".duty-chip");
    if (chip) return chip !== held && chip.dataset.user !== held.dataset.user;
    const cell = cellOf(node);
    return isPerson() && cell && dayOf(cell) === dayOf(cellOf(held))
      && cell.parentElement.dataset.user !== held.dataset.user;
  };

  const take = (chip) => {
    release();
    held = chip;
    chip.classList.add("is-held");
    for (const row of places()) {
      for (const cell of row) cell.classList.toggle("is-target", mayTake(cell));
    }
    sheet().querySelector("[data-duty-told]").textContent = chip.title;
    const tools = sheet().querySelector("[data-duty-tools]");
    tools.hidden = false;
    tools.querySelector("[data-duty-open]").href = chip.href;
    tools.querySelector("[data-duty-pin] span").textContent = isPinned(chip) ? "取消固定" : "固定";
    for (const name of ["pin", "empty"]) {
      tools.querySelector(`[data-duty-${name}]`).hidden = !chip.dataset.user;
    }
    tell(`拿起${chip.title}。方向键选择格子，Enter 放下，Esc 放回。`);
    hint(chip).catch(() => {}); // without it the server still says what is wrong
  };
  /* Who could take it: cells of the others are crossed, their reason shows on hovering. */
  const hint = async (chip) => {
    const answer = await fetch(`${chip.getAttribute("href")}takers/`);
    const { takers } = answer.ok ? await answer.json() : { takers: [] };
    if (held !== chip || !answer.ok) return;
    for (const [user, , why] of barred(takers)) {
      const row = grid().querySelector(`tr[data-user="${user}"]`);
      const cell = isPerson() && row && row.cells[cellOf(chip).cellIndex];
      if (!cell) continue;
      cell.classList.remove("is-target");
      cell.classList.add("is-barred");
      cell.title = why;
    }
    const free = takers.filter(([, , why]) => !why).map(([, name]) => name);
    const how = isPerson() ? "" : "，请点“打开”安排";
    const told = free.length ? `可以交给：${free.join("、")}${how}` : "按规定没有人能接，对调也许可以";
    sheet().querySelector("[data-duty-told]").textContent = `${chip.title}。${told}。`;
  };
  const barred = (takers) => takers.filter(([, , why]) => why);
  const release = (said) => {
    if (!held) return;
    held.classList.remove("is-held");
    held = null;
    for (const cell of grid().querySelectorAll(".is-target, .is-barred")) {
      cell.classList.remove("is-target", "is-barred");
      cell.removeAttribute("title");
    }
    sheet().querySelector("[data-duty-tools]").hidden = true;
    sheet().querySelector("[data-duty-told]").innerHTML = help;
    if (said) tell(said);
  };
  const isPinned = (chip) => chip.dataset.pinned !== undefined;

  const send = async (chip, what, values) => {
    if (busy) return;
    busy = true;
    const id = chip.id;
    chip.classList.add("is-sent");
    try {
      await window.htmx.ajax("POST", `${chip.getAttribute("href")}${what}/`, {
        source: sheet(), target: "#roster-grid", swap: "outerHTML",
        values: { version: chip.dataset.version, by: sheet().dataset.way, ...values },
      });
    } finally {
      busy = false;
      held = null;
      ready();
      const again = document.getElementById(id);
      if (again) enter(again);
    }
  };
  const put = (node) => {
    const chip = node.closest(".duty-chip");
    if (chip === held) {
      release("已放回。");
    } else if (!mayTake(node)) {
      tell("这里放不下：只能交给同一天的别人，或与别人的一班对调。");
    } else if (chip) {
      send(held, "set", { other: chip.id.slice(2), other_version: chip.dataset.version });
    } else {
      send(held, "set", { user: cellOf(node).parentElement.dataset.user });
    }
  };
  const pin = (chip) => {
    if (!chip.dataset.user) tell("这一班还没有人，不能固定。");
    else send(chip, "pin", { is_pinned: isPinned(chip) ? "" : "on" });
  };

  const empty = (chip) => {
    if (!chip.dataset.user) tell("这一班本来就空着。");
    else send(chip, "set", { user: "" });
  };

  const step = (from, key) => {
    const chips = [...cellOf(from).querySelectorAll(".duty-chip")];
    const at = chips.indexOf(from);
    if (key === "ArrowDown" && at >= 0 && chips[at + 1]) return chips[at + 1];
    if (key === "ArrowUp" && at > 0) return chips[at - 1];
    const rows = places();
    const row = rows.findIndex((cells) => cells.includes(cellOf(from)));
    const column = rows[row].indexOf(cellOf(from));
    const [down, right] = {
      ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1],
    }[key] || [0, 0];
    if (key === "Home") return stop(rows[row][0]);
    if (key === "End") return stop(rows[row].at(-1));
    const next = rows[row + down]?.[column + right];
    return next ? stop(next) : from;
  };

  document.addEventListener("keydown", (event) => {
    const node = event.target.closest("#roster-grid .duty-chip, #roster-grid td");
    if (event.key === "Escape" && held) {
      const chip = held;
      release("已放回。");
      enter(chip);
      return;
    }
    if (!node || event.ctrlKey || event.metaKey || event.altKey) return;
    const chip = node.closest(".duty-chip");
    if (/^(Arrow|Home$|End$)/.test(event.key)) {
      enter(step(node, event.key));
    } else if (event.key === "Enter" && isOpen() && (held || chip)) {
      if (held) put(node);
      else take(chip);
    } else if (event.key.toLowerCase() === "p" && isOpen() && (held || chip)) {
      pin(held || chip);
    } else if (event.key === "Delete" && isOpen() && (held || chip)) {
      empty(held || chip);
    } else if (event.key.toLowerCase() === "o" && (held || chip)) {
      window.location.assign((held || chip).href);
    } else {
      return;
    }
    event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    if (!isOpen() || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const node = event.target.closest(".duty-grid .duty-chip, .duty-grid td");
    const tool = (name) => event.target.closest(`[data-duty-${name}]`);
    if (node?.matches(".duty-chip")) event.preventDefault();
    if (tool("pin")) pin(held);
    else if (tool("empty")) empty(held);
    else if (tool("drop")) release("已放回。");
    else if (node && held) put(node);
    else if (node?.matches(".duty-chip")) take(node);
  });

  document.addEventListener("dragstart", (event) => {
    const chip = event.target.closest?.(".duty-grid .duty-chip");
    if (!chip) return;
    if (!isOpen() || busy) { event.preventDefault(); return; }
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", chip.title);
    take(chip);
  });
  document.addEventListener("dragover", (event) => {
    const node = event.target.closest?.(".duty-grid .duty-chip, .duty-grid td");
    for (const old of grid().querySelectorAll(".is-over")) old.classList.remove("is-over");
    if (!mayTake(node)) return;
    event.preventDefault();
    node.classList.add("is-over");
  });
  document.addEventListener("drop", (event) => {
    const node = event.target.closest?.(".duty-grid .duty-chip, .duty-grid td");
    if (!held || !node) return;
    event.preventDefault();
    put(node);
  });
  document.addEventListener("dragend", () => { if (!busy) release(); });

  /* A run that is over changes the whole page. */
  const wasRunning = document.getElementById("job")?.hasAttribute("hx-get");
  document.addEventListener("htmx:afterSettle", () => {
    const job = document.getElementById("job");
    if (wasRunning && job && !job.hasAttribute("hx-get") && job.dataset.then === undefined) {
      window.location.reload();
    }
  });

  /* A gap tells its reason where the focus is, also when nothing may be changed. */
  document.addEventListener("focusin", (event) => {
    const told = sheet().querySelector("[data-duty-told]");
    const chip = event.target.closest(".duty-grid .is-gap");
    if (chip && told && !held) told.textContent = chip.title;
  });
  ready();
})();
