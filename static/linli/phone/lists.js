/* 未发送, 需处理, 我的: what waits on this phone, and the way out. */
import { loadDay, refreshDay, wipe } from "./day.js";
import { secure } from "./keys.js";
import { ask, NoAnswer } from "./net.js";
import { askAgain, count, dropRefused, filesHere, listed, wake } from "./queue.js";
import { change, state } from "./state.js";
import { forget, keep } from "./store.js";
import { clockWords, go, on, one, piece, put, toast } from "./ui.js";

const KEPT_THERE = new Set([403, 404, 409, 422]); // refusals of which the portal keeps a copy
const LONG = 3; // days; some phones clear what pages keep after seven without a visit
const STATES = { waiting: "等待发送", failed: "没发出去，会再试" };

export async function unsentScreen() {
  const records = await listed("queue");
  const node = piece("unsent", {
    none: records.length === 0, files: state.files ? `另有 ${state.files} 个照片或语音在排队` : "",
    others: state.others ? `另一个账号还有 ${state.others} 条没有发送，请用那个账号登录。` : "",
    refused: state.refused ? `${state.refused} 条没有收下，去处理` : "",
  });
  put(node, "records", records.map((record) => piece("record", {
    title: record.words.title, what: record.words.what, at: clockWords(record.made_at), how: STATES[record.state] || "",
  })));
  one("[data-act=send]", node).hidden = records.length + state.files === 0;
  on(node, "send", async () => {
    await wake();
    toast(state.signedOut ? "请先登录，再发送。" : state.unsent ? "还没有网络，过一会儿会自动再发。" : "已全部发送。");
  });
  return node;
}

export async function refusedScreen() {
  const records = await listed("refused"), held = new Set((await filesHere()).map((file) => file.record));
  const node = piece("refused", { none: records.length === 0 });
  put(node, "records", records.map((record) => {
    const row = piece("refused-record", {
      title: record.words.title, what: record.words.what, at: clockWords(record.made_at), reason: record.reason,
    });
    const redo = one("[data-act=redo]", row);
    redo.hidden = record.kind !== "visit";
    one("[data-act=drop]", row).hidden = !KEPT_THERE.has(record.status) || held.has(record.key);
    on(row, "redo", () => go(`household/${record.about}`));
    on(row, "ask", async () => {
      const told = await askAgain(record.key);
      toast(told.length ? `社区已处理：${told[0].note}` : "社区还没有处理，请稍后再问或打电话。");
    });
    on(row, "drop", () => go(`drop/${record.key}`));
    return row;
  }));
  return node;
}

/* Only what the portal keeps too may leave the phone. */
export async function dropScreen(key) {
  const record = (await listed("refused")).find((row) => row.key === key);
  if (!record || !KEPT_THERE.has(record.status)) return piece("nohousehold");
  const node = piece("drop", { title: record.words.title, what: record.words.what });
  on(node, "drop", async () => { await dropRefused(key); go("refused", true); });
  on(node, "back", () => go("refused"));
  return node;
}

export async function meScreen(install) {
  const day = await loadDay();
  const standalone = window.matchMedia("(display-mode: standalone)").matches || navigator.standalone === true;
  const node = piece("me", {
    name: state.user ? state.user.name : "还没有登录", community: day && day.community ? day.community.name : "",
    room: await room(), duty: Boolean(day && day.duty),
    made: day ? `清单取自 ${clockWords(day.made_at)}，保留到 ${clockWords(day.keep_until)}` : "手机里没有清单",
    install: Boolean(install), large: state.user && state.user.large ? "改用普通字" : "改用大字",
  });
  on(node, "large", async () => {
    const large = !(state.user && state.user.large);
    await keep("large", large);
    if (state.user) change({ user: { ...state.user, large } });
    go("me");
  });
  on(node, "refresh", async () => { toast((await refreshDay()) === 200 ? "清单已更新。" : "现在取不到清单，手机里的还能用。"); });
  put(node, "communities", ((day && day.communities) || []).filter((place) => place.id !== day.community.id).map((place) => {
    const button = piece("choice", { words: `换到${place.name}`, note: "" });
    button.addEventListener("click", () => elsewhere(place));
    return button;
  }));
  on(node, "install", () => install && install.prompt());
  one("[data-act=out]", node).hidden = !state.user;
  if (!install && !standalone) node.append(piece("desktop"));
  on(node, "out", () => go("out"));
  return node;
}

/* Who works in two communities sees one at a time; what was written for the first is sent as ever. */
async function elsewhere(place) {
  try {
    const session = await ask("/m/me.json");
    if (session.status !== 200) { toast("请先登录。"); return; }
    await fetch("/tenant/", { method: "POST", redirect: "manual", credentials: "same-origin",
      headers: { "X-CSRFToken": session.body.csrf }, body: new URLSearchParams({ tenant: place.id }) });
    if ((await refreshDay()) === 200) { go("today"); return; }
  } catch (error) {
    if (!(error instanceof NoAnswer) && !(error instanceof TypeError)) throw error;
  }
  toast("没有网络，换不了社区。");
}

async function room() {
  if (!navigator.storage || !navigator.storage.estimate) return "";
  const { usage, quota } = await navigator.storage.estimate();
  const words = (bytes) => (bytes < 1e9 ? `${Math.ceil(bytes / 1e6)} MB` : `${Math.floor(bytes / 1e9)} GB`);
  return quota ? `已用 ${words(usage)}，还能存 ${words(quota - usage)}` : "";
}

/* In the figure that stands above every screen, photos apart. */
const heldWords = () => [state.unsent ? `${state.unsent} 条` : "", state.files ? `${state.files} 个照片或语音` : ""].filter(Boolean).join("、");

/* Sign-out never drops what was not sent. */
export async function outScreen() {
  await count();
  const held = state.unsent + state.files;
  const node = piece("out", { held: held ? `还有 ${heldWords()}没有发送` : "", free: held === 0 });
  one("[data-held]", node).hidden = held === 0;
  one("[data-act=send]", node).hidden = held === 0;
  one("[data-act=out]", node).hidden = held > 0;
  on(node, "send", async () => { await wake(); go("unsent"); });
  on(node, "out", signOut);
  on(node, "back", () => go("me"));
  return node;
}

async function signOut() {
  await count();
  if (state.unsent + state.files) { go("unsent"); return; }
  await wipe();
  await keep("leaving", true);
  await forget("user");
  change({ user: null }, "out");
  if (await finishSignOut()) window.location.assign("/account/sign-in/?next=/m/");
  else go("left", true);
}

/* Without network the session ends at the next contact; the list is gone at once. */
export async function finishSignOut() {
  try {
    const session = await ask("/m/me.json");
    if (session.status === 200) {
      await fetch("/account/sign-out/", { method: "POST", headers: { "X-CSRFToken": session.body.csrf }, redirect: "manual", credentials: "same-origin" });
    }
  } catch (error) {
    if (!(error instanceof NoAnswer) && !(error instanceof TypeError)) throw error;
    return false;
  }
  await forget("leaving");
  return true;
}

export async function leftScreen() { return piece("left"); }

function offWords(off) {
  const minutes = Math.round(Math.abs(off) / 60e3), hours = Math.round(minutes / 60), days = Math.round(hours / 24);
  return days > 2 ? `${days} 天` : hours > 2 ? `${hours} 小时` : `${minutes} 分钟`;
}

/* What one has to know; on `quiet` screens also what this browser cannot do. */
export function warnings(quiet) {
  const found = [];
  if (state.full) found.push(["full", ""]);
  else if (state.tight) found.push(["tight", ""]);
  if (state.closed) found.push(["closed", state.unsent + state.files ? `手机里还有 ${heldWords()}没有发送，都加密留着：请告诉社区，恢复账号后登录，会自动发送。` : ""]);
  else if (state.signedOut) found.push(["signin", state.user ? "登录已过期。记录都在手机里，登录后自动发送。" : "请先登录。"]);
  else if (!state.online) found.push(["offline", ""]);
  const waited = state.oldest ? Math.floor((Date.now() - Date.parse(state.oldest)) / 86400e3) : 0;
  if (waited >= LONG) found.push(["waited", waited]);
  if (quiet && !secure()) found.push(["insecure", ""]);
  else if (quiet && !state.reopens) found.push(["noworker", ""]);
  if (Math.abs(state.clockOff) > 300e3) found.push(["clock", offWords(state.clockOff)]);
  return found;
}
