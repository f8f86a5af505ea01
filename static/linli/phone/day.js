/* The day's list: fetched, kept sealed, thrown away after a week, at sign-out and for another
   person. Screens see it together with what waits on the phone. */
import { secure } from "./keys.js";
import { ask, NoAnswer } from "./net.js";
import { pack, packBytes, unpack, unpackBytes } from "./sealed.js";
import { change, state } from "./state.js";
import { asked, forget, isFull, keep, kept, read, rows, write } from "./store.js";

const KEY = "day_key", WHO_PATIENCE = 8000;
let memory = null;

/* Who is known to work with this phone; remembered, so that records have their author offline.
   Another person than before finds nothing of the one before, on no page that is open. */
export async function setUser(user) {
  const before = await kept("user");
  const other = Boolean(before) && before.id !== user.id;
  if (other) await wipe();
  if (JSON.stringify(before) !== JSON.stringify(user)) {
    await forget("user");
    await ifRoom(keep("user", user));
  }
  if (state.doubt) await forget("doubt");
  const large = await kept("large");
  change({ doubt: false, user: { ...user, large: large === undefined ? user.large : large } }, other ? "person" : "state");
}

/* Who comes from the sign-in page may be another person than the one this phone knows: until the
   portal has said who it is, nobody is known and the list stays closed. */
export async function askWho(cameFrom) {
  const doubt = Boolean(await kept("doubt")) || (/^https?:\/\/[^/]+\/account\//.test(cameFrom) && Boolean(await kept("user")));
  if (!doubt) return;
  change({ doubt });
  await ifRoom(keep("doubt", true));
  try {
    const answer = await ask("/m/me.json", { patience: WHO_PATIENCE });
    if (answer.status === 200) await setUser(answer.body.user);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
  }
}

export async function loadUser() {
  if (state.doubt) return;
  const user = await kept("user");
  const large = await kept("large");
  if (user) change({ user: { ...user, large: large === undefined ? user.large : large } });
}

/* Full or not: what is left out can be fetched again. */
const ifRoom = (writing) => writing.catch((error) => { if (!isFull(error)) throw error; change({ full: true }); });

export async function wipe() {
  memory = null;
  await write(["kept", "sent"], (store, sent) => {
    for (const name of ["day", KEY, "aged"]) store.delete(name);
    sent.clear();
    store.delete(window.IDBKeyRange.bound("draft:", "draft:\uffff"));
  });
}

/* By the server's clock, as far as the phone knows it. */
const now = () => Date.now() - state.clockOff;

export async function loadDay() {
  if (state.doubt) return null;
  if (!memory) {
    const box = await kept("day");
    if (box) {
      try {
        memory = await unpack(box.sealed, KEY);
        change({ clockOff: box.clockOff || 0 });
      } catch {
        await wipe();
      }
    }
  }
  const over = memory && (now() > Date.parse(memory.keep_until) || now() < Date.parse(memory.made_at) - 2 * 86400e3);
  if (over || (memory && state.user && memory.user.id !== state.user.id)) await wipe();
  if (over) await ifRoom(keep("aged", true));
  return memory;
}

/* Fetch a new list. Returns the status, 0 without an answer. */
export async function refreshDay() {
  const before = (await rows("sent")).map((row) => row.key);
  let answer;
  try {
    answer = await ask("/m/day.json");
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    change({ online: false });
    return 0;
  }
  if (answer.status === 401) change({ online: true, signedOut: true });
  if (answer.status !== 200) return answer.status;
  const day = answer.body;
  if (!day.user || !Array.isArray(day.tasks)) return 0; // no list of ours
  noteClock(day.server_now);
  await setUser(day.user);
  memory = day;
  if (secure()) {
    await ifRoom(pack(day, KEY).then((sealed) => keep("day", { sealed, clockOff: state.clockOff })));
  }
  await forget("aged");
  await write(["sent"], (sent) => { for (const key of before) sent.delete(key); });
  change({ online: true, signedOut: false }, "day");
  return 200;
}

/* The alarms alone, asked for by the minute; true when they have changed. A list that changed
   hands meanwhile is left alone. */
export async function refreshAlarms() {
  const before = memory;
  let answer;
  try {
    answer = await ask(`/m/alarms.json?known=${encodeURIComponent(before.alarms_tag)}`);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    change({ online: false });
    return false;
  }
  if (answer.status === 401) change({ online: true, signedOut: true });
  if (answer.status !== 200 || memory !== before || !before) return false;
  const { same, alarms, alarms_tag: tag, server_now: at } = answer.body;
  memory = { ...before, alarms_at: at, ...(same ? {} : { alarms, alarms_tag: tag }) };
  const day = memory;
  if (!same && secure()) await ifRoom(pack(day, KEY).then((sealed) => keep("day", { sealed, clockOff: state.clockOff })));
  change({ online: true }, same ? "state" : "day");
  return !same;
}

export function noteClock(serverNow) {
  const off = Date.now() - Date.parse(serverNow);
  change({ clockOff: Math.abs(off) > 60e3 ? off : 0 });
}

/* Households that this person has been to since the list was made, as far as this phone knows: the
   visits that stand, without those put right by a later one. */
export async function visitedHere() {
  const found = new Map();
  await read(["queue", "sent"], async (queue, sent) => {
    const all = [...await asked(queue.getAll()), ...await asked(sent.getAll())];
    const visits = all.filter((row) => row.kind === "visit" && row.about && state.user && row.user === state.user.id);
    const mended = new Set(visits.map((row) => row.corrects).filter(Boolean));
    for (const row of visits) {
      if (mended.has(row.id)) continue;
      const known = found.get(row.about) || { counts: false, id: "" };
      found.set(row.about, { counts: known.counts || row.counts !== false, id: row.id || known.id });
    }
  });
  return found;
}

/* One household is one walk, however many reasons there are for it. */
function byHousehold(tasks) {
  const found = new Map();
  for (const task of tasks) {
    const first = found.get(task.household);
    found.set(task.household, !first ? task : {
      ...first, why: `${first.why}；${task.why}`, late_days: Math.max(first.late_days, task.late_days),
      due_on: first.due_on < task.due_on ? first.due_on : task.due_on,
    });
  }
  return [...found.values()];
}

/* The list with what the phone knows better: households without those done, doors that changed. */
export async function today() {
  const day = await loadDay();
  if (!day) return null;
  const visited = await visitedHere();
  const done = (household) => Boolean(visited.get(household) && visited.get(household).counts);
  return {
    ...day,
    tasks: byHousehold(day.tasks.filter((task) => !done(task.household))),
    doneHere: new Set([...visited].filter(([, visit]) => visit.counts).map(([key]) => key)),
    mineHere: new Map([...visited].map(([key, visit]) => [key, visit.id])),
    doors: day.doors.map((building) => ({
      ...building,
      entrances: building.entrances.map((entrance) => ({
        ...entrance,
        floors: entrance.floors.map((floor) => ({
          ...floor, doors: floor.doors.map((door) => (done(door.household) ? { ...door, state: "done" } : door)),
        })),
      })),
    })),
  };
}

export async function household(id) {
  const day = await loadDay();
  const here = day && day.households.find((home) => home.id === id);
  if (here) return here;
  try {
    const answer = await ask(`/m/household/${id}.json`);
    if (answer.status === 200) return answer.body.household || answer.body;
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
  }
  return null;
}

/* Photos and voice notes that belong to no record yet, in the order they were made. */
export const draftFile = (name, { key, type, bytes }) => ifRoom(packBytes(bytes).then((box) => keep(`draft:${name}`, { key, type, box })));

export async function draftFiles(prefix) {
  const range = window.IDBKeyRange.bound(`draft:${prefix}`, `draft:${prefix}\uffff`), found = [];
  for (const { key, type, box } of await read(["kept"], (kept) => asked(kept.getAll(range)))) {
    try {
      found.push({ key, type, bytes: await unpackBytes(box) });
    } catch { /* sealed with a key that is gone */ }
  }
  return found;
}

/* Everything that begins like it. */
export const dropDrafts = (name) => write(["kept"], (store) => { store.delete(window.IDBKeyRange.bound(`draft:${name}`, `draft:${name}\uffff`)); });

export async function draft(name, value) {
  const key = `draft:${name}`;
  if (value === null) return forget(key);
  if (value !== undefined) return ifRoom(pack(value).then((box) => keep(key, box)));
  const box = await kept(key);
  try {
    return box ? await unpack(box) : null;
  } catch {
    return null;
  }
}
