/* 值班: my shifts and the check-in, who is on duty now, swaps, what one shift tells the next. */
import { draft, loadDay } from "./day.js";
import { add, listed } from "./queue.js";
import { state } from "./state.js";
import { rows } from "./store.js";
import { keepTyped } from "./typing.js";
import { dayWords, go, on, one, piece, put, question, shortDay, toast } from "./ui.js";
import { full } from "./visit.js";

const SOON = 24 * 3600e3, REASON = 200, NOTE = 300;
const REASONS = ["家里有事", "身体不适", "外出培训"];

/* By the server's clock, as far as the phone knows it. */
export const now = () => Date.now() - state.clockOff;
const clock = (at) => [at.getHours(), at.getMinutes()].map((n) => String(n).padStart(2, "0")).join(":");
const dayOf = (shift) => dayWords(new Date(shift.starts_at));
const isBegun = (shift) => Date.parse(shift.starts_at) <= now();
const isOver = (shift) => Date.parse(shift.ends_at) <= now();

const isOvernight = (shift) => new Date(shift.starts_at).toDateString() !== new Date(shift.ends_at).toDateString();
const hours = (shift, next = "") => `${clock(new Date(shift.starts_at))}—${next}${clock(new Date(shift.ends_at))}`;
const inWords = (shift) => `${hours(shift, isOvernight(shift) ? "次日 " : "")} ${shift.name}`;
const when = (shift) => (shift ? [piece("duty-when", { day: dayOf(shift), hours: inWords(shift) })] : []);
const title = (shift) => `${dayOf(shift)} ${shift.name}`;

async function duty() {
  const day = await loadDay();
  return day && day.duty ? { ...day.duty, shifts: day.duty.shifts.filter((shift) => !isOver(shift)) } : null;
}
const none = async () => piece((await loadDay()) ? "noduty" : "noday");

/* What this phone itself wrote, by kind and row: {how, at, what, reason}; the newest counts. */
export async function written() {
  const [refused, sent, queue] = await Promise.all([listed("refused"), rows("sent"), listed("queue")]);
  const known = new Map();
  const note = (how) => ({ kind, about, made_at, words: said, reason }) => known.set(`${kind}/${about}`, {
    how, at: made_at ? new Date(Date.parse(made_at) - state.clockOff) : null, what: said ? said.what : "", reason,
  });
  refused.forEach(note("refused"));
  sent.filter((row) => state.user && row.user === state.user.id).forEach(note("sent"));
  queue.forEach(note("waiting"));
  return known;
}

/* The portal accepted something of duty or of alarms that the day's list does not show yet. */
export const dutySent = async () => (await rows("sent")).some((row) => /^(duty|alarm)_/.test(row.kind));

/* Write a record down, one of its kind for each row however often it is pressed, unless `many`.
   True when it is on the phone. */
const busy = new Set();
export async function store(kind, about, body, said, { many = false, name = about } = {}) {
  const place = `${kind}/${about}`;
  if (busy.has(place)) return false;
  busy.add(place);
  try {
    const known = many ? null : (await written()).get(place);
    if (!known || known.how === "refused") await add(kind, body, said, { about, draft: name });
    return true;
  } catch (error) {
    toast(full(error));
    return false;
  } finally {
    busy.delete(place);
  }
}

/* A button that stays down while it works, and after it when all went well. */
export function press(node, act, run) {
  on(node, act, async (event, button) => {
    button.disabled = true;
    button.disabled = await run();
  });
}

/* 今天: my shift of these 24 hours, else the next one; requests; who is on duty. */
export async function dutyToday(node) {
  const mine = await duty();
  if (!mine || !one("[data-place=duty]", node)) return node;
  const known = await written();
  const soon = mine.shifts.filter((shift) => Date.parse(shift.starts_at) - now() < SOON);
  const found = soon.map((shift) => shiftCard(shift, known, mine));
  if (!found.length && mine.shifts.length) {
    const next = piece("duty-next");
    put(next, "when", when(mine.shifts[0]));
    found.push(next);
  }
  const waits = mine.asked.filter((change) => !isKnown(known.get(`duty_answer/${change.id}`))).length;
  if (waits) found.unshift(piece("duty-waits", { waits: `${waits} 个调班请求等您答复` }));
  if (soon.some(isBegun) && mine.matters.length) {
    const left = piece("duty-left");
    put(left, "matters", mine.matters.map((matter) => matterRow(matter, known)));
    found.push(left);
  }
  put(node, "duty", found);
  return onDuty(node);
}

/* A matter leads to where it is closed. */
function matterRow(matter, known) {
  const note = known.get(`duty_close/${matter.id}`), closed = isKnown(note);
  const row = piece("duty-open", {
    text: matter.text, told: closed ? `办结${SAID[note.how]}` : "", go: !closed,
    refused: note && !closed ? `办结没有收下：${note.reason}` : "",
  });
  if (!closed) row.href = `#/duty-close/${matter.id}`;
  return row;
}
export const isKnown = (note) => Boolean(note) && note.how !== "refused";

/* Which colleagues are on duty now; also from the shifts kept here, when the list was made before
   those began. */
export async function onDuty(node) {
  const mine = await duty();
  if (!mine || !one("[data-place=onduty]", node)) return node;
  const people = mine.now.filter((who) => Date.parse(who.until) > now());
  const begun = mine.others.filter((shift) => isBegun(shift) && !isOver(shift) && !people.some((who) => who.user === shift.user));
  people.push(...begun.map((shift) => ({ user: shift.user, name: shift.who, phone: shift.phone || "", shift: shift.name, until: shift.ends_at })));
  put(node, "onduty", people.filter((who) => !state.user || who.user !== state.user.id).map((who) => {
    const row = piece("on-duty", { name: who.name, what: `${who.shift}，到 ${clock(new Date(who.until))}`, phone: who.phone, call: Boolean(who.phone) });
    if (who.phone) row.href = `tel:${who.phone.replace(/[^+\d]/g, "")}`;
    return row;
  }));
  return node;
}

/* One shift with its check-in, and what can be done with it just then. */
function shiftCard(shift, known, mine, { swaps = false } = {}) {
  const begun = isBegun(shift), asking = mine.asking.find((change) => change.shift.id === shift.id);
  const note = known.get(`duty_checkin/${shift.id}`), swap = known.get(`duty_swap/${shift.id}`);
  const sick = known.get(`duty_sick/${shift.id}`), ill = isKnown(sick);
  const checked = Boolean(shift.checked_in_at) || isKnown(note), opens = now() >= Date.parse(shift.from_at);
  const node = piece("duty-shift", {
    day: dayOf(shift), hours: hours(shift), name: isOvernight(shift) ? `到次日，${shift.name}` : shift.name, holiday: Boolean(shift.is_holiday), begun,
    checked: checkWords(shift, note),
    refused: sick && !ill ? `因病缺勤没有收下：${sick.reason}` : !checked && note ? `签到没有收下：${note.reason}` : "",
    sick: ill ? `因病不能来，${SAID[sick.how]}` : "", call: !ill,
    opens: swaps || checked || ill || opens ? "" : `${clock(new Date(shift.from_at))} 起可以签到`,
    swap: asking ? "已申请调班" : isKnown(swap) ? `调班申请${SAID[swap.how]}` : "",
    check: !checked && !ill && opens, write: begun && !ill, ask: swaps && !begun && !asking && !ill && !isKnown(swap),
  });
  press(node, "check", () => checkIn(shift));
  on(node, "note", () => go(`duty-note/${shift.id}`));
  on(node, "matter", () => go(`duty-matter/${shift.id}`));
  on(node, "ask", () => go(`duty-swap/${shift.id}`));
  on(node, "sick", () => go(`duty-sick/${shift.id}`));
  return node;
}

export const SAID = { waiting: "已记下，等待发送", sent: "已收到", refused: "没有收下" };

function checkWords(shift, note) {
  if (shift.checked_in_at) return `已签到 ${clock(new Date(shift.checked_in_at))}，已收到`;
  if (!isKnown(note)) return "";
  return note.how === "waiting" ? `已记下签到 ${clock(note.at)}，等待发送` : "已记下签到，已收到";
}

/* The moment is the press's, whenever it is sent. */
async function checkIn(shift) {
  const at = new Date();
  const saved = await store("duty_checkin", shift.id, { shift: shift.id, at: at.toISOString() }, { title: title(shift), what: "值班 · 签到" });
  if (saved) toast(`已记下签到 ${clock(new Date(at - state.clockOff))}。`);
  return saved;
}

/* 我的值班: what is asked of me, what I asked, my shifts, what is still open. */
export async function dutyScreen() {
  const mine = await duty();
  if (!mine) return none();
  const known = await written();
  const node = piece("duty", { none: mine.shifts.length === 0 });
  put(node, "asked", mine.asked.map((change) => askedCard(change, known.get(`duty_answer/${change.id}`))));
  put(node, "asking", mine.asking.map((change) => askingCard(change, known.get(`duty_cancel/${change.id}`))));
  put(node, "shifts", mine.shifts.map((shift) => shiftCard(shift, known, mine, { swaps: true })));
  put(node, "matters", mine.matters.map((matter) => matterRow(matter, known)));
  return node;
}

function askedCard(change, note) {
  const node = piece("duty-asked", {
    who: change.other ? `${change.who}想和您换班` : `${change.who}请您替班`, reason: change.reason, ask: !isKnown(note),
    told: isKnown(note) ? `${note.what || "答复"}，${SAID[note.how]}` : "", refused: note && !isKnown(note) ? `答复没有收下：${note.reason}` : "",
  });
  put(node, "get", when(change.shift));
  put(node, "give", when(change.other));
  const answer = (agrees) => store("duty_answer", change.id, { change: change.id, agrees },
    { title: title(change.shift), what: `调班 · ${agrees ? "同意" : "不同意"}` });
  press(node, "yes", () => answer(true));
  press(node, "no", () => answer(false));
  return node;
}

function askingCard(change, note) {
  const node = piece("duty-asking", {
    who: change.other ? `和${change.who}换班` : `请${change.who}替班`,
    state: isKnown(note) ? `撤回${SAID[note.how]}` : change.state, ask: !isKnown(note),
    refused: note && !isKnown(note) ? `撤回没有收下：${note.reason}` : "",
  });
  put(node, "give", when(change.shift));
  put(node, "get", when(change.other));
  press(node, "cancel", () => store("duty_cancel", change.id, { change: change.id }, { title: title(change.shift), what: "调班 · 撤回申请" }));
  return node;
}

/* A swap, one question after the other; what was chosen is kept as a draft. */
async function swapOf(id) {
  const mine = await duty(), shift = mine && mine.shifts.find((row) => row.id === id);
  if (!shift || isBegun(shift)) return null;
  const kept = await draft("duty-swap");
  return { mine, shift, at: kept && kept.shift === id ? kept : { shift: id, other: null, taker: null, reason: "" } };
}

async function chosen(at, values, next) {
  await draft("duty-swap", { ...at, ...values });
  go(`${next}/${at.shift}`);
}

export async function swapScreen(id) {
  const found = await swapOf(id);
  if (!found) return none();
  return question("怎样调班？", [
    ["换班", () => go(`duty-with/${id}`), "和同事换一班"], ["请人替班", () => go(`duty-for/${id}`), "请同事替这一班"],
  ], { hint: title(found.shift) });
}

export async function withScreen(id, who) {
  const found = await swapOf(id);
  if (!found) return none();
  const ahead = found.mine.others.filter((shift) => !isBegun(shift));
  if (who) {
    const theirs = ahead.filter((shift) => shift.user === who);
    return question("换哪一班？", theirs.map((shift) => [dayOf(shift), () => chosen(found.at, { other: shift.id, taker: who }, "duty-why"), inWords(shift)]),
      { hint: theirs.length ? `${theirs[0].who}的班` : "这位同事近期没有班。" });
  }
  const people = new Map(ahead.map((shift) => [shift.user, shift.who]));
  return question("和谁换班？", [...people].map(([user, name]) => [name, () => go(`duty-with/${id}/${user}`)]),
    { hint: people.size ? title(found.shift) : "近期没有可以换的班，可以请人替班。" });
}

export async function forScreen(id) {
  const found = await swapOf(id);
  if (!found) return none();
  const { colleagues } = found.mine;
  return question("请谁替班？", colleagues.map((who) => [who.name, () => chosen(found.at, { other: null, taker: who.id }, "duty-why")]),
    { hint: colleagues.length ? title(found.shift) : "还没有登记别的值班人员，请联系社区。" });
}

export async function whyScreen(id) {
  const found = await swapOf(id);
  if (!found || !found.at.taker) return none();
  return question("什么原因？", [...REASONS.map((reason) => [reason, () => chosen(found.at, { reason }, "duty-send")]),
    ["其他，写一句", () => go(`duty-say/${id}`), "", "is-quiet"]]);
}

export async function reasonScreen(id) {
  const found = await swapOf(id);
  if (!found || !found.at.taker) return none();
  return sayScreen("什么原因？", { most: REASON, name: `duty-reason:${id}`, done: async (reason) => {
    await draft(`duty-reason:${id}`, null);
    await chosen(found.at, { reason }, "duty-send");
  } });
}

export async function sendScreen(id) {
  const found = await swapOf(id);
  if (!found || !found.at.reason) return none();
  const { mine, shift, at } = found;
  const other = at.other && mine.others.find((row) => row.id === at.other);
  const taker = other ? { name: other.who } : mine.colleagues.find((who) => who.id === at.taker);
  if (!taker || (at.other && !other)) return none();
  const how = other ? `和${taker.name}换班` : `请${taker.name}替班`;
  const node = piece("duty-send", { how, reason: at.reason });
  put(node, "give", when(shift));
  put(node, "get", when(other));
  press(node, "send", async () => {
    const body = { shift: id, reason: at.reason, ...(other ? { other_shift: at.other } : { taker: at.taker }) };
    const saved = await store("duty_swap", id, body, { title: title(shift), what: `值班 · ${how}` }, { name: "duty-swap" });
    return saved && done(shift, how);
  });
  on(node, "drop", async () => { await draft("duty-swap", null); go("duty"); });
  return node;
}

/* What one shift tells the next, and what passes on until somebody closes it. */
export const noteScreen = (id) => tellScreen(id, "写给下一班", false);
export const matterScreen = (id) => tellScreen(id, "还有什么事没办完？", true);

async function tellScreen(id, asks, open) {
  const mine = await duty(), shift = mine && mine.shifts.find((row) => row.id === id), what = open ? "未了事项" : "交接";
  if (!shift) return none();
  const name = `duty-tell:${id}:${open}`;
  return sayScreen(asks, { most: NOTE, name, done: async (text) => {
    if (await store("duty_note", id, { shift: id, text, open }, { title: title(shift), what: `值班 · ${what}` }, { many: true, name })) done(shift, what);
  } });
}

export async function sayScreen(asks, { most, name, done: run, piece: shown = "say", empty = false }) {
  const node = piece(shown, { title: asks }), input = one("textarea", node), button = one("button", node);
  input.maxLength = most;
  const typed = await keepTyped(input, name);
  node.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (!text && !empty) { input.focus(); toast("请先写一写。"); return; }
    button.disabled = true;
    await typed.settled(true); // what is kept late would stand there again
    await run(text);
    button.disabled = false;
  });
  return node;
}

/* Somebody cannot come: two presses, no words; and whom to ring besides. */
export async function sickScreen(id) {
  const mine = await duty(), shift = mine && mine.shifts.find((row) => row.id === id);
  if (!shift || isKnown((await written()).get(`duty_sick/${id}`))) return none();
  const node = piece("duty-sick");
  put(node, "when", when(shift));
  put(node, "heads", (mine.heads || []).map((head) => {
    const row = piece("on-duty", { name: head.name, what: "值班负责人", phone: head.phone, call: true });
    row.href = `tel:${head.phone.replace(/[^+\d]/g, "")}`;
    return row;
  }));
  press(node, "send", async () => {
    const body = { shift: id, at: new Date().toISOString() };
    return (await store("duty_sick", id, body, { title: title(shift), what: "值班 · 因病不能来" })) && done(shift, "因病不能来");
  });
  on(node, "drop", () => window.history.back());
  return node;
}

export async function closeScreen(id) {
  const mine = await duty(), matter = mine && mine.matters.find((row) => row.id === id);
  if (!matter || isKnown((await written()).get(`duty_close/${id}`))) return none();
  const name = `duty-close:${id}`;
  return sayScreen(matter.text, { most: REASON, name, piece: "duty-close", empty: true, done: async (note) => {
    if (!(await store("duty_close", id, { matter: id, note }, { title: "未了事项", what: "交接 · 办结" }, { name }))) return;
    last = { title: "未了事项", what: "已办结" };
    go("duty-saved", true);
  } });
}

let last = null;
function done(shift, what) {
  last = { title: shortDay(shift.on), what: `${shift.name}，${what}` };
  go("duty-saved", true);
  return true;
}

export async function dutySavedScreen() {
  if (!last) { go("duty", true); return null; }
  const node = piece("saved", { ...last, next: "我的值班" });
  one("[data-act=mend]", node).hidden = true;
  on(node, "next", () => go("duty"));
  on(node, "home", () => go("today"));
  return node;
}
