/* 通知: what the portal has to tell this person; it can be read without signal, too. */
import { loadDay, refreshDay } from "./day.js";
import { ask, NoAnswer } from "./net.js";
import { clockWords, go, on, one, piece, put, toast } from "./ui.js";

const unseen = (day) => (day && day.notices) || [];

/* 今天 says how many there are. */
export async function noticesToday(node) {
  const link = one(".m-notices", node), found = unseen(await loadDay());
  if (link) {
    link.hidden = !found.length;
    one("span", link).textContent = `${found.length} 条新通知`;
  }
  return node;
}

export async function noticesScreen() {
  const found = unseen(await loadDay()), node = piece("notices", { none: !found.length });
  put(node, "notices", found.map((notice) => {
    const card = piece("notice", { text: notice.text, at: clockWords(notice.at), open: Boolean(notice.url) });
    one("a", card).href = notice.url;
    return card;
  }));
  one('[data-act="seen"]', node).hidden = !found.length;
  on(node, "seen", () => seen(found));
  return node;
}

async function seen(found) {
  try {
    const session = await ask("/m/me.json");
    if (session.status !== 200) { toast("请先登录。"); return; }
    await fetch("/inbox/seen/", { method: "POST", redirect: "manual", credentials: "same-origin",
      headers: { "X-CSRFToken": session.body.csrf }, body: new URLSearchParams(found.map(({ id }) => ["seen", id])) });
    if ((await refreshDay()) === 200) { go("today"); return; }
  } catch (error) {
    if (!(error instanceof NoAnswer) && !(error instanceof TypeError)) throw error;
  }
  toast("没有网络，等有网络再点。通知都还在。");
}
