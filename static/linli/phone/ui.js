/* Drawing: templates of the page are cloned, texts are put in as text. */

export const one = (selector, root = document) => root.querySelector(selector);
export const all = (selector, root = document) => [...root.querySelectorAll(selector)];

/* A clone of <template id="t-…"> with its slots filled; empty ones are hidden. */
export function piece(name, values = {}) {
  const node = document.getElementById(`t-${name}`).content.firstElementChild.cloneNode(true);
  return fill(node, values);
}

export function fill(node, values) {
  for (const [name, value] of Object.entries(values)) {
    for (const slot of [...(node.dataset.slot === name ? [node] : []), ...all(`[data-slot="${name}"]`, node)]) {
      slot.hidden = value === "" || value === null || value === undefined || value === false;
      if (!slot.hidden && value !== true) slot.textContent = String(value);
    }
  }
  return node;
}

export function on(root, act, run) {
  for (const node of all(`[data-act="${act}"]`, root)) {
    node.addEventListener("click", (event) => { event.preventDefault(); run(event, node); });
  }
}

export function put(root, name, nodes) {
  const place = one(`[data-place="${name}"]`, root);
  place.replaceChildren(...nodes);
  const box = place.closest("[data-box]");
  if (box) box.hidden = nodes.length === 0;
}

let clock = 0;
export function toast(text) {
  const box = document.getElementById("toast");
  box.textContent = text;
  box.hidden = false;
  clearTimeout(clock);
  clock = setTimeout(hush, 6000);
}
export const hush = () => { document.getElementById("toast").hidden = true; };

const TRAIL = 20;
const trail = () => (window.history.state || {}).trail || [];

/* Another screen, or the same one drawn anew. Each entry of the history knows whence it was opened. */
export function go(path, replace = false) {
  const { history, location } = window;
  if (replace || location.hash === `#/${path}`) history.replaceState(history.state, "", `#/${path}`);
  else history.pushState({ trail: [...trail(), location.hash].slice(-TRAIL) }, "", `#/${path}`);
  window.dispatchEvent(new HashChangeEvent("hashchange"));
}

/* Back to a screen that this one was opened from, so that the back key does not bring this one again. */
export function goBack(path) {
  const steps = trail().length - trail().lastIndexOf(`#/${path}`);
  if (trail().includes(`#/${path}`)) window.history.go(-steps);
  else go(path, true);
}

const WEEK = "日一二三四五六";
export const dayWords = (date) => `${date.getMonth() + 1}月${date.getDate()}日 星期${WEEK[date.getDay()]}`;
export function shortDay(text) {
  const [, month, day] = (text || "").slice(0, 10).split("-");
  return day ? `${Number(month)}月${Number(day)}日` : "";
}
export function clockWords(iso) {
  const at = new Date(iso), two = (n) => String(n).padStart(2, "0");
  return `${at.getMonth() + 1}月${at.getDate()}日 ${two(at.getHours())}:${two(at.getMinutes())}`;
}

/* One question: a title, perhaps a line below it, and verbs to choose from. */
export function question(title, choices, { hint = "" } = {}) {
  const node = piece("question", { title, hint });
  put(node, "choices", choices.map(([words, run, note = "", tone = ""]) => {
    const button = piece("choice", { words, note });
    if (tone) button.classList.add(tone);
    button.addEventListener("click", run);
    return button;
  }));
  return node;
}
