/* 报警: who presses for help, who goes, how it ended. Records wait in the queue like all others. */
import { loadDay, refreshAlarms } from "./day.js";
import { isKnown, now, press, sayScreen, SAID, store, written } from "./duty.js";
import { ask } from "./net.js";
import { state } from "./state.js";
import { go, on, one, piece, put, question, toast } from "./ui.js";

const NOTE = 500, MINUTE = 60e3;

const outcomes = () => [...document.getElementById("t-alarm-outcomes").content.querySelectorAll("option")].map((o) => [o.value, o.textContent]);
const clock = (at) => [at.getHours(), at.getMinutes()].map((n) => String(n).padStart(2, "0")).join(":");
const where = (alarm) => alarm.address || `呼叫器 ${alarm.number}`;

function ago(iso) {
  const minutes = Math.max(0, Math.floor((now() - Date.parse(iso)) / MINUTE)), hours = Math.floor(minutes / 60);
  return minutes < 1 ? "刚刚" : hours < 1 ? `${minutes} 分钟前` : hours < 24 ? `${hours} 小时前` : `${Math.floor(hours / 24)} 天前`;
}

const rang = (alarm) => `${ago(alarm.rang_at)}报警${alarm.count > 1 ? `，按了 ${alarm.count} 次，最近一次${ago(alarm.last_rang_at)}` : ""}`;
const what = (alarm) => [alarm.kind, alarm.spot].filter(Boolean).join(" · ");

/* Who goes, with what this phone itself has written and the portal may not know yet. */
function told(alarm, known) {
  const close = known.get(`alarm_close/${alarm.id}`), take = known.get(`alarm_take/${alarm.id}`);
  const closed = isKnown(close), mine = alarm.mine || isKnown(take);
  const failed = [close, take].find((note) => note && !isKnown(note));
  const first = `${alarm.taken_by} ${alarm.taken_at ? clock(new Date(alarm.taken_at)) : ""}`;
  const taken = closed ? `结果${SAID[close.how]}` : alarm.mine ? "您去处理，社区已收到"
    : alarm.taken_by ? `${first} ${alarm.also ? "先到一步，已在处理。您也去看，社区已收到" : "已去处理"}` : mine ? `您去看，${SAID[take.how]}` : "";
  return { taken, mine, closed, refused: failed ? `没有收下：${failed.reason}` : "" };
}

/* 今天: alarms before everything else. */
export async function alarmsToday(node) {
  const day = await loadDay();
  if (!day || !one("[data-place=alarms]", node)) return node;
  const known = await written();
  const rows = (day.alarms || []).map((alarm) => {
    const { taken, refused } = told(alarm, known);
    const row = piece("alarm-row", { address: alarm.address, unknown: alarm.address ? "" : where(alarm), what: what(alarm), ago: rang(alarm), taken, refused });
    row.href = `#/alarm/${alarm.id}`;
    return row;
  });
  const at = day.alarms_at || day.server_now;
  if (rows.length) rows.push(piece("alarm-fresh", { fresh: `${clock(new Date(at))} 取得${state.online ? "，每分钟更新" : "，现在没有网络，可能不是最新的"}` }));
  put(node, "alarms", rows);
  return node;
}

async function found(id) {
  const day = await loadDay(), alarm = day && (day.alarms || []).find((row) => row.id === id);
  return alarm ? { alarm, note: told(alarm, await written()) } : null;
}

const gone = async () => piece((await loadDay()) ? "noalarm" : "noday");

export async function alarmScreen(id) {
  const here = await found(id);
  if (!here) return gone();
  const { alarm, note } = here, rings = alarm.people.filter((who) => who.has_phone);
  const others = Boolean(alarm.taken_by) && !note.mine;
  const node = piece("alarm", {
    address: alarm.address, unknown: alarm.address ? "" : where(alarm), what: what(alarm), ago: rang(alarm), strange: !alarm.address,
    taken: note.taken, refused: note.refused, nobody: Boolean(alarm.address) && !rings.length, also: others && !note.closed ? "我去看过了，记结果" : "",
  });
  one('[data-act="take"]', node).hidden = note.mine || others || note.closed;
  one('[data-act="close"]', node).hidden = !note.mine || note.closed;
  put(node, "people", alarm.people.map((who) => {
    const row = piece("alarm-person", { name: who.name, relation: who.relation, call: who.has_phone });
    row.disabled = !who.has_phone;
    row.addEventListener("click", () => call(alarm, who));
    return row;
  }));
  press(node, "take", () => store("alarm_take", id, { alarm: id, at: new Date().toISOString() }, { title: where(alarm), what: "报警 · 我去看" }));
  for (const act of ["close", "also"]) on(node, act, () => go(`alarm-close/${id}`));
  return node;
}

/* How it ended, one question a screen. */
export async function outcomeScreen(id) {
  const here = await found(id);
  if (!here || here.note.closed) return gone();
  return question("怎么样了？", outcomes().map(([value, words]) => [words, () => go(`alarm-note/${id}/${value}`)]), { hint: where(here.alarm) });
}

export async function noteScreen(id, outcome) {
  const here = await found(id), words = (outcomes().find(([value]) => value === outcome) || [])[1];
  if (!here || here.note.closed || !words) return gone();
  const { alarm } = here, name = `alarm-close:${id}`;
  return sayScreen(words, { most: NOTE, name, piece: "alarm-note", empty: true, done: async (note) => {
    const body = { alarm: id, outcome, note, at: new Date().toISOString() };
    if (!(await store("alarm_close", id, body, { title: where(alarm), what: `报警 · ${words}` }, { name }))) return;
    last = { title: where(alarm), what: words };
    go("alarm-saved", true);
  } });
}

let last = null;
export async function alarmSavedScreen() {
  if (!last) { go("today", true); return null; }
  const node = piece("saved", { ...last, next: "" });
  for (const act of ["mend", "next"]) one(`[data-act=${act}]`, node).hidden = true;
  on(node, "home", () => go("today"));
  return node;
}

/* Numbers of residents are not on the phone: one is asked for, for one call. */
async function call(alarm, who) {
  try {
    const session = await ask("/m/me.json");
    const answer = session.status === 200 && await ask(`/m/alarms/${alarm.id}/call/${who.id}/`, {
      method: "POST", headers: { "X-CSRFToken": session.body.csrf },
    });
    if (answer && answer.status === 200) window.location.assign(`tel:${answer.body.phone}`);
    else toast(answer ? answer.body.reason : "请先登录。");
  } catch {
    toast("没有网络，取不到电话号码，请直接上门。");
  }
}

/* Asked every minute while the page is open. */
export async function renewAlarms() {
  const day = await loadDay();
  if (day && day.alarms_tag) await refreshAlarms();
}
