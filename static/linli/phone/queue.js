/* The queue. A record is written down before anybody is told that it is saved, counts as failed
   from the moment it is sent, and leaves only when the portal itself has said yes. */
import { noteClock, setUser, wipe } from "./day.js";
import { sha256, uuid7 } from "./keys.js";
import { ask, NoAnswer } from "./net.js";
import { pack, packBytes, unpack, unpackBytes } from "./sealed.js";
import { change, state } from "./state.js";
import { asked, put, read, row, rows, write } from "./store.js";

const PIECE = 256 * 1024, FIRST_WAIT = 5e3, LONGEST_WAIT = 300e3, LEASE = 45e3;
const TAB = uuid7();
let pause = FIRST_WAIT, timer = 0, running = null;

export async function count() {
  const mine = state.user && state.user.id;
  const [queue, refused, files] = await read(["queue", "refused", "files"], (...stores) =>
    Promise.all(stores.map((store) => asked(store.getAll()))));
  const waiting = files.filter((file) => !refused.some((record) => record.key === file.record));
  change({
    unsent: queue.filter((record) => record.user === mine).length,
    others: queue.filter((record) => record.user !== mine).length,
    refused: refused.filter((record) => record.user === mine).length,
    files: waiting.filter((file) => file.user === mine).length,
  });
}

/* Write a record and its files down, in one transaction. `words` is what the lists here show. */
export async function add(kind, body, words, { files = [], about = "", counts = true } = {}) {
  const user = state.user;
  if (!user) throw new Error("nobody is known here");
  const key = uuid7();
  const record = {
    key, user: user.id, kind, about, counts, made_at: new Date().toISOString(), state: "waiting",
    tries: 0, next_at: 0, reason: "", box: await pack({ text: JSON.stringify(body), words }),
  };
  const kept = [];
  for (const file of files) {
    kept.push({ key: file.key, record: key, user: user.id, type: file.type, size: file.bytes.length,
      digest: await sha256(file.bytes), box: await packBytes(file.bytes), tries: 0, next_at: 0, state: "waiting" });
  }
  await write(["queue", "files"], (queue, store) => {
    queue.add(record);
    for (const file of kept) store.add(file);
  });
  await count();
  change({}, "queue");
  wake();
  return key;
}

/* Records with their words, oldest first, for the lists. */
export async function listed(store) {
  const mine = (await rows(store)).filter((record) => state.user && record.user === state.user.id);
  const found = [];
  for (const record of mine.sort((a, b) => (a.made_at < b.made_at ? -1 : 1))) {
    let words = { title: "这条记录", what: "打不开，请联系社区" };
    try { words = (await unpack(record.box)).words; } catch { /* shown as it is */ }
    found.push({ ...record, words });
  }
  return found;
}

export async function dropRefused(key) {
  await write(["refused", "files"], async (refused, files) => {
    refused.delete(key);
    for (const file of await asked(files.getAll())) if (file.record === key) files.delete(file.key);
  });
  await count();
  change({}, "queue");
}

/* Start now, whatever the waiting times say. */
export function wake() {
  pause = FIRST_WAIT;
  return flush(true);
}

export function start() {
  window.addEventListener("online", wake);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) wake(); });
  return wake();
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(() => flush(false), pause);
}

/* One flusher at a time, over all tabs. */
export function flush(now) {
  clearTimeout(timer);
  running = running || alone(() => round(now)).catch((error) => { console.warn("flush", error); }).finally(async () => {
    running = null;
    change({ sending: false });
    await count().catch(() => {});
    later();
  });
  return running;
}

async function alone(work) {
  if (navigator.locks) return navigator.locks.request("linli-flush", { ifAvailable: true }, (lock) => (lock ? work() : null));
  const mine = await lease();
  return mine ? work().finally(() => write(["kept"], (kept) => { kept.delete("lease"); })) : null;
}

function lease() {
  return write(["kept"], async (kept) => {
    const held = await asked(kept.get("lease"));
    if (held && held.tab !== TAB && held.until > Date.now() && held.until < Date.now() + 2 * LEASE) return false;
    kept.put({ tab: TAB, until: Date.now() + LEASE }, "lease");
    return true;
  });
}

async function round(now) {
  if (!now && !(await waiting())) return;
  const session = await hello();
  if (!session) return;
  const mine = (record) => record.user === session.user.id && (now || record.next_at <= Date.now());
  for (const record of (await rows("queue")).filter(mine).sort((a, b) => (a.made_at < b.made_at ? -1 : 1))) {
    change({ sending: true });
    if (!(await sendRecord(record.key, session))) return;
  }
  for (const file of (await rows("files")).filter(mine)) {
    if (await row("refused", file.record)) continue;
    change({ sending: true });
    if (!(await sendFile(file.key, session))) return;
  }
  pause = FIRST_WAIT;
}

async function waiting() {
  const [queue, files] = await read(["queue", "files"], (...stores) => Promise.all(stores.map((s) => asked(s.count()))));
  return queue + files > 0;
}

/* Whose session the browser holds just now, and a token; null when nothing can be sent. */
async function hello() {
  let answer;
  try {
    answer = await ask("/m/me.json", { headers: state.user ? { "X-User": state.user.id } : {}, patience: 15000 });
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    failed();
    return null;
  }
  if (answer.status === 401) {
    failed({ online: true, signedOut: true });
    if (answer.body.wipe) {
      await wipe();
      change({}, "day");
    }
    return null;
  }
  if (answer.status !== 200) { failed(); return null; }
  noteClock(answer.body.server_now);
  await setUser(answer.body.user);
  change({ online: true, signedOut: false });
  return answer.body;
}

function failed(how = { online: false }) {
  change(how);
  pause = Math.min(pause * 2, LONGEST_WAIT);
}

/* True when the round may go on. */
async function sendRecord(key, session) {
  const record = await row("queue", key);
  if (!record) return true;
  const { text } = await unpack(record.box);
  await put("queue", { ...record, state: "failed", tries: record.tries + 1, reason: "没有等到回答" });
  change({}, "queue");
  let answer;
  try {
    answer = await ask("/m/submit/", {
      method: "POST", headers: { "Content-Type": "application/json", "X-CSRFToken": session.csrf },
      body: JSON.stringify({ key, kind: record.kind, user: record.user, made_at: record.made_at,
        sent_at: new Date().toISOString(), body: text }),
    });
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    failed();
    return false;
  }
  return settle(record, answer);
}

const RETRY = new Set([401, 408, 425, 429]);

async function settle(record, { status, body }) {
  if (status >= 200 && status < 300 && body.ok) {
    await write(["queue", "refused", "sent"], (queue, refused, sent) => {
      queue.delete(record.key);
      refused.delete(record.key);
      sent.put({ key: record.key, user: record.user, kind: record.kind, about: record.about, counts: record.counts });
    });
    change({}, "sent");
    return true;
  }
  if (status === 401) { change({ signedOut: true }); return false; }
  if (status >= 400 && status < 500 && !RETRY.has(status) && !body.again && body.reason) {
    await write(["queue", "refused"], (queue, refused) => {
      queue.delete(record.key);
      refused.put({ ...record, state: "refused", status, reason: body.reason, field: body.field || "", refused_at: new Date().toISOString() });
    });
    change({}, "queue");
    return true;
  }
  const wait = Math.min(FIRST_WAIT * 2 ** Math.min(record.tries, 8), LONGEST_WAIT);
  await write(["queue"], async (queue) => {
    const stored = await asked(queue.get(record.key));
    if (stored) queue.put({ ...stored, reason: body.reason || "服务器暂时不能收", next_at: Date.now() + wait });
  });
  return status !== 429 && !body.again;
}

async function sendFile(key, session) {
  const file = await row("files", key);
  if (!file) return true;
  const path = `/m/files/${key}/`;
  await put("files", { ...file, tries: file.tries + 1, state: "failed" });
  try {
    const known = await ask(path);
    if (known.status === 401) { change({ signedOut: true }); return false; }
    let told = known.status === 200 ? known.body : { received: 0, done: false };
    const bytes = told.done ? null : await unpackBytes(file.box);
    for (let turns = 0; !told.done && turns < 200; turns += 1) {
      const from = told.received;
      const answer = await ask(`${path}?offset=${from}`, {
        method: "PUT", body: bytes.slice(from, from + PIECE), patience: 60000,
        headers: { "Content-Type": "application/octet-stream", "X-CSRFToken": session.csrf,
          "X-Size": String(file.size), "X-Digest": file.digest },
      });
      if (answer.status !== 200) { await postponeFile(file, answer.body.reason); return answer.status !== 401; }
      if (answer.body.received <= from && !answer.body.done) { await postponeFile(file, "照片没有传完整"); return true; }
      told = answer.body;
    }
    if (told.done) await write(["files"], (files) => { files.delete(key); });
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    failed();
    return false;
  }
  change({}, "queue");
  return true;
}

function postponeFile(file, reason) {
  const wait = Math.min(FIRST_WAIT * 2 ** Math.min(file.tries, 8), LONGEST_WAIT);
  return put("files", { ...file, tries: file.tries + 1, state: "failed", reason, next_at: Date.now() + wait });
}

/* Ask again about what was refused: a desk may have settled it meanwhile. Quietly. */
export async function askAgain(only) {
  const session = await hello();
  if (!session) return [];
  const told = [];
  for (const record of (await rows("refused")).filter((r) => r.user === session.user.id && (!only || r.key === only))) {
    const { text, words } = await unpack(record.box);
    let answer;
    try {
      answer = await ask("/m/submit/", {
        method: "POST", headers: { "Content-Type": "application/json", "X-CSRFToken": session.csrf },
        body: JSON.stringify({ key: record.key, kind: record.kind, user: record.user, made_at: record.made_at,
          sent_at: new Date().toISOString(), body: text }),
      });
    } catch { break; }
    if (answer.status >= 200 && answer.status < 300 && answer.body.ok) {
      await write(["refused"], (refused) => { refused.delete(record.key); });
      told.push({ words, note: answer.body.note || "已补办" });
    }
  }
  await count();
  if (told.length) change({}, "queue");
  return told;
}
