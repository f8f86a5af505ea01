/* The queue. A record is written down before anybody is told that it is saved, counts as failed
   from the moment it is sent, and leaves only when the portal itself has said yes. */
import { loadDay, noteClock, setUser, wipe } from "./day.js";
import { sha256, uuid7 } from "./keys.js";
import { ask, NoAnswer } from "./net.js";
import { pack, packBytes, unpack, unpackBytes } from "./sealed.js";
import { change, state } from "./state.js";
import { asked, isFull, keys, put, read, row, rows, write } from "./store.js";

const PIECE = 256 * 1024, FIRST_WAIT = 5e3, LONGEST_WAIT = 300e3, LEASE = 45e3, STUBBORN = 3;
const TAB = uuid7();
let pause = FIRST_WAIT, timer = 0, running = null, again = false;

/* While nobody knows who holds the phone, all that waits is counted. */
export async function count() {
  const mine = (record) => !state.user || record.user === state.user.id;
  const [queue, refused] = await Promise.all([rows("queue"), rows("refused")]);
  const waiting = await filesHere();
  change({
    unsent: queue.filter(mine).length,
    others: queue.filter((record) => !mine(record)).length,
    refused: refused.filter(mine).length,
    files: waiting.filter(mine).length,
    oldest: queue.filter(mine).reduce((first, record) => (!first || record.made_at < first ? record.made_at : first), ""),
  });
}

/* Whose files wait, without reading a month of photos at each change: no file changes either. */
const seen = new Map();
export async function filesHere() {
  const found = [];
  for (const key of await keys("files")) {
    if (!seen.has(key)) {
      const file = await row("files", key);
      if (!file) continue;
      seen.set(key, { key, user: file.user, record: file.record });
    }
    found.push(seen.get(key));
  }
  return found;
}

/* In the order they were made, also when the clock was set between two. */
const inOrder = (a, b) => (a.number || 0) - (b.number || 0) || (a.made_at < b.made_at ? -1 : 1);

/* Write a record and its files down, in one transaction that also takes away its `draft` and what begins like it. `words`
   is what the lists here show. Once it is written, nothing may make it look unsaved: somebody
   would save it again. */
export async function add(kind, body, words, { files = [], about = "", counts = true, id = "", corrects = "", draft = about || kind } = {}) {
  const user = state.user;
  if (!user) throw new Error("nobody is known here");
  const day = await loadDay();
  const record = {
    key: uuid7(), user: user.id, kind, about, counts, id, corrects, made_at: new Date().toISOString(), state: "waiting",
    tries: 0, next_at: 0, reason: "", community: day && day.community ? day.community.id : "",
  };
  try {
    const down = async () => writeDown({ ...record, box: await pack({ text: JSON.stringify(body), words }) }, files, draft);
    await down();
    // Who empties the store in between takes the key away: what nobody can read is not kept.
    if (!(await readable(record.key))) { await erase(record.key); await down(); }
  } catch (error) {
    if (isFull(error)) change({ full: true });
    throw error;
  }
  await count().catch((error) => console.warn(error));
  change({ full: false }, "queue");
  wake();
  return record.key;
}

async function writeDown(record, files, draft) {
  const kept = [];
  for (const file of files) {
    kept.push({ key: file.key, record: record.key, user: record.user, type: file.type, size: file.bytes.length,
      digest: await sha256(file.bytes), box: await packBytes(file.bytes), tries: 0, next_at: 0, state: "waiting" });
  }
  await write(["queue", "files", "kept"], async (queue, store, names) => {
    const number = ((await asked(names.get("number"))) || 0) + 1;
    names.put(number, "number");
    names.delete(window.IDBKeyRange.bound(`draft:${draft}`, `draft:${draft}\uffff`));
    queue.add({ ...record, number });
    for (const file of kept) store.add(file);
  });
}

async function readable(key) {
  let record;
  try {
    record = await row("queue", key);
  } catch { return true; } // a store that does not answer now says nothing about then
  return Boolean(record) && unpack(record.box).then(() => true, () => false);
}

const erase = (key) => write(["queue", "files"], async (queue, files) => {
  queue.delete(key);
  for (const file of await asked(files.getAll())) if (file.record === key) files.delete(file.key);
});

/* Records with their words, oldest first, for the lists. */
export async function listed(store) {
  const mine = (await rows(store)).filter((record) => state.user && record.user === state.user.id);
  const found = [];
  for (const record of mine.sort(inOrder)) {
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

/* One flusher at a time, over all tabs. Who asks while it runs gets another round after it. */
export function flush(now) {
  clearTimeout(timer);
  if (running) again = again || now;
  running = running || alone(() => round(now)).catch((error) => { console.warn("flush", error); }).finally(async () => {
    running = null;
    change({ sending: false });
    await count().catch(() => {});
    if (again && !running) { again = false; flush(true); } else later();
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
  }).catch((error) => { if (isFull(error)) return true; throw error; }); // twice is better than never
}

async function round(now) {
  if (!now && !(await waiting())) return;
  const session = await hello();
  if (!session) return;
  const due = (at) => at <= Date.now() || at > Date.now() + LONGEST_WAIT; // the clock was set back
  const mine = (record) => record.user === session.user.id && (now || due(record.next_at));
  for (const record of (await rows("queue")).filter(mine).sort(inOrder)) {
    change({ sending: true });
    if (!(await sendRecord(record.key, session))) return;
  }
  for (const { key } of await filesHere()) {
    const file = await row("files", key);
    if (!file || !mine(file)) continue; // also of refused records: the desk looks at both
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
    failed({ online: true, signedOut: true, closed: Boolean(answer.body.wipe) });
    if (answer.body.wipe) {
      await wipe();
      change({}, "day");
    }
    return null;
  }
  if (answer.status !== 200 || !answer.body.user) { failed(); return null; }
  noteClock(answer.body.server_now);
  await setUser(answer.body.user);
  change({ online: true, signedOut: false, closed: false });
  return answer.body;
}

function failed(how = { online: false }) {
  change(how);
  pause = Math.min(pause * 2, LONGEST_WAIT);
}

/* What changes something carries the session's token. Another answer may have brought the browser
   a new one meanwhile: then the question is put once more with that. */
async function signed(session, path, options) {
  const put = () => ask(path, { ...options, headers: { ...options.headers, "X-CSRFToken": session.csrf } });
  const answer = await put();
  const fresh = answer.body.again && await hello();
  if (!fresh || fresh.user.id !== session.user.id) return answer;
  session.csrf = fresh.csrf;
  return put();
}

function submit(record, text, session) {
  return signed(session, "/m/submit/", {
    method: "POST", headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ key: record.key, kind: record.kind, user: record.user, made_at: record.made_at,
      sent_at: new Date().toISOString(), community: record.community || "", body: text }),
  });
}

/* True when the round may go on. */
async function sendRecord(key, session) {
  const record = await row("queue", key);
  if (!record) return true;
  let text;
  try {
    ({ text } = await unpack(record.box));
  } catch { return true; } // its list says so; the others go on
  await mark("queue", { ...record, state: "failed", tries: record.tries + 1, reason: "没有等到回答" });
  change({}, "queue");
  let answer;
  try {
    answer = await submit(record, text, session);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    // One that the server stumbles over must not hold up the others for ever.
    if (record.tries >= STUBBORN) return (await hello()) ? postpone("queue", record, "服务器没有回答这一条") : false;
    failed();
    return false;
  }
  return settle(record, answer);
}

/* A full store takes no marks, yet sending is what makes room in it. */
async function mark(store, value) {
  try {
    await put(store, value);
  } catch (error) {
    if (!isFull(error)) throw error;
  }
  return true;
}

function postpone(store, value, reason) {
  const wait = Math.min(FIRST_WAIT * 2 ** Math.min(value.tries, 8), LONGEST_WAIT);
  return mark(store, { ...value, tries: value.tries + 1, state: "failed", reason, next_at: Date.now() + wait });
}

const RETRY = new Set([401, 408, 425, 429]);
const UNREAD = new Set([400, 413]); // answered before the record was read, so without its key
const accepted = ({ status, body }, key) => status >= 200 && status < 300 && body.ok && body.key === key;

/* An answer that does not name the record is somebody else's, whatever it says. */
async function settle(record, answer) {
  const { status, body } = answer;
  if (accepted(answer, record.key)) {
    const clear = (queue, refused) => { queue.delete(record.key); refused.delete(record.key); };
    await write(["queue", "refused", "sent"], (queue, refused, sent) => {
      clear(queue, refused);
      sent.put({ key: record.key, user: record.user, kind: record.kind, about: record.about, counts: record.counts, id: record.id, corrects: record.corrects });
    }).catch((error) => { if (!isFull(error)) throw error; return write(["queue", "refused"], clear); });
    change({ full: false }, "sent");
    return true;
  }
  if (status === 401) { change({ signedOut: true }); return false; }
  const ours = body.key === record.key || UNREAD.has(status);
  if (ours && status >= 400 && status < 500 && !RETRY.has(status) && !body.again && body.reason) {
    await write(["queue", "refused"], (queue, refused) => {
      queue.delete(record.key);
      refused.put({ ...record, state: "refused", status, reason: body.reason, field: body.field || "", refused_at: new Date().toISOString() });
    }).catch((error) => { if (!isFull(error)) throw error; }); // it waits in the queue until there is room
    change({}, "queue");
    return true;
  }
  await postpone("queue", record, body.reason || "服务器暂时不能收");
  return status !== 429 && !body.again;
}

async function sendFile(key, session) {
  const file = await row("files", key);
  if (!file) return true;
  const path = `/m/files/${key}/`;
  await mark("files", { ...file, tries: file.tries + 1, state: "failed" });
  const named = (answer) => {
    if (answer.status === 200 && answer.body.key !== key) throw new NoAnswer("of another file");
    return answer;
  };
  try {
    const known = named(await ask(path));
    if (known.status === 401) { change({ signedOut: true }); return false; }
    let told = known.status === 200 ? known.body : { received: 0, done: false };
    const bytes = told.done ? null : await unpackBytes(file.box);
    for (let turns = 0; !told.done && turns < 200; turns += 1) {
      const from = told.received;
      const answer = named(await signed(session, `${path}?offset=${from}`, {
        method: "PUT", body: bytes.slice(from, from + PIECE), patience: 60000,
        headers: { "Content-Type": "application/octet-stream", "X-Size": String(file.size), "X-Digest": file.digest },
      }));
      if (answer.status !== 200) { await postpone("files", file, answer.body.reason); return answer.status !== 401; }
      if (answer.body.received <= from && !answer.body.done) return postpone("files", file, "照片没有传完整");
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

/* Ask again about what was refused: a desk may have settled it meanwhile. Quietly. */
export async function askAgain(only) {
  const session = await hello();
  if (!session) return [];
  const told = [];
  for (const record of (await rows("refused")).filter((r) => r.user === session.user.id && (!only || r.key === only))) {
    const { text, words } = await unpack(record.box);
    let answer;
    try {
      answer = await submit(record, text, session);
    } catch { break; }
    if (accepted(answer, record.key)) {
      await write(["refused"], (refused) => { refused.delete(record.key); });
      told.push({ words, note: answer.body.note || "已补办" });
    }
  }
  await count();
  if (told.length) change({}, "queue");
  return told;
}
