/* A whole household in one pass: nothing changed is one tap, only exceptions are typed. */
import { draft, household, loadDay, today } from "./day.js";
import { uuid7 } from "./keys.js";
import { ask } from "./net.js";
import { add } from "./queue.js";
import { keepTyped } from "./typing.js";
import { go, goBack, on, one, piece, put, question, shortDay, toast } from "./ui.js";

let at = null; // the visit being written: {home, started, marks, general, note, corrects}

export const TEXT = new Set(["phone", "new_member", "job", "help", "other"]);
const GENERAL = ["new_member", "help", "other"];

function kinds() {
  return [...document.getElementById("t-finding-kinds").content.querySelectorAll("option")].map((o) => [o.value, o.textContent]);
}
const kindWords = (kind) => (kind === "away" ? "不在家" : kinds().find(([value]) => value === kind)[1]);

/* Screens of one visit share it; the tabs put it down (`leave`), its draft stays. */
export const leave = () => { at = null; };

async function begin(id, corrects = null) {
  if (at && at.home.id === id && (!corrects || at.corrects === corrects)) return at;
  const home = await household(id);
  if (!home) return null;
  const kept = corrects ? null : await draft(id);
  at = kept ? { ...kept, home } : { home, started: new Date().toISOString(), marks: {}, general: [], note: "", corrects };
  return at;
}

const remember = () => draft(at.home.id, { started: at.started, marks: at.marks, general: at.general, note: at.note, corrects: at.corrects });

export async function householdScreen(id, corrects) {
  if (!(await begin(id, corrects))) return piece("nohousehold");
  const { home } = at, day = await today();
  const task = day && day.tasks.find((t) => t.household === id);
  const node = piece("household", {
    address: home.address, why: task ? task.why : "", late: task && task.late_days > 0 ? `逾期 ${task.late_days} 天` : "",
    last: home.last_visit ? `上次走访 ${shortDay(home.last_visit)}` : "还没有走访过",
    done: day && day.doneHere.has(id) && !corrects ? "这一户走过了，已经记下" : "",
    mending: corrects ? "改这次走访的记录：请按实际情况再填一次。" : "",
    general: at.general.map((f) => kindWords(f.kind)).join("、"), note: at.note,
  });
  put(node, "members", home.members.map((member) => memberRow(member, id)));
  const marked = Object.keys(at.marks).length, changed = marked + at.general.length + (at.note ? 1 : 0) > 0;
  one('[data-act="same"]', node).hidden = changed;
  one('[data-act="absent"]', node).hidden = changed;
  const save = one('[data-act="save"]', node);
  save.hidden = !changed;
  const rest = home.members.length - marked;
  save.textContent = marked ? (rest ? `保存，其余 ${rest} 人无变化` : "保存") : "保存，全家其他无变化";
  const mine = day && day.mineHere.has(id) ? day.mineHere.get(id) : home.mine;
  one('[data-act="mend"]', node).hidden = !mine || Boolean(at.corrects);
  on(node, "mend", () => { at = null; go(`household/${id}/${mine}`); });
  if (at.corrects) one('[data-act="absent"]', node).textContent = "没见到，记错户";
  on(node, "same", () => store("met"));
  on(node, "save", () => store("met"));
  on(node, "absent", () => go(`absent/${id}`));
  on(node, "general", () => go(`change/${id}/home`));
  on(node, "note", () => go(`say/${id}/home/note`));
  return node;
}

function memberRow(member, id) {
  const marks = at.marks[member.id] || [];
  const about = [member.relation, member.birth_year ? `${member.birth_year} 年生` : ""].filter(Boolean).join(" · ");
  const row = piece("member", {
    name: member.name, about, last: member.last ? `${shortDay(member.last.on)} ${member.last.words || ""}`.trim() : "",
    mark: marks.map((f) => kindWords(f.kind)).join("、"), none: marks.length === 0,
  });
  put(row, "needs", member.needs.map((need) => piece("need", { need })));
  row.addEventListener("click", () => go(`change/${id}/${member.id}`));
  return row;
}

/* What is different with one person, or in the household. */
export async function changeScreen(id, who) {
  if (!(await begin(id))) return piece("nohousehold");
  const member = at.home.members.find((m) => m.id === who);
  const list = member ? at.marks[who] || [] : at.general;
  const choices = list.map((finding, i) => [`去掉“${kindWords(finding.kind)}”`, async () => {
    list.splice(i, 1);
    if (member && list.length === 0) delete at.marks[who];
    await remember();
    goBack(`household/${id}`);
  }, "", "is-quiet"]);
  if (member && list.length === 0) choices.push(["不在家", () => mark(id, who, "away")]);
  const marked = new Set(list.map((finding) => finding.kind));
  for (const [kind, words] of kinds()) {
    if (!marked.has(kind) && (member ? kind !== "new_member" : GENERAL.includes(kind))) {
      choices.push([words, () => (TEXT.has(kind) ? go(`say/${id}/${who}/${kind}`) : mark(id, who, kind))]);
    }
  }
  return question(member ? `${member.name}有什么变化？` : "家里有什么变化？", choices);
}

async function mark(id, who, kind, value = "") {
  const finding = { id: uuid7(), kind, value };
  if (who === "home") at.general.push(finding);
  else at.marks[who] = [...(at.marks[who] || []), finding];
  await remember();
  goBack(`household/${id}`);
}

/* The one screen with a keyboard. */
export async function sayScreen(id, who, kind) {
  if (!(await begin(id))) return piece("nohousehold");
  const member = at.home.members.find((m) => m.id === who);
  const title = kind === "note" ? "记一句话" : `${member ? member.name : "家里"}：${kindWords(kind)}`;
  const node = piece(kind === "phone" ? "say-phone" : "say", { title });
  const input = one("input, textarea", node);
  if (kind === "note") input.value = at.note;
  const typed = await keepTyped(input, `${id}:${who}:${kind}`);
  node.addEventListener("submit", async (event) => {
    event.preventDefault();
    const value = input.value.trim();
    if (kind !== "note" && !value) { input.focus(); toast("请先写一写。"); return; }
    await typed.settled();
    if (kind === "note") {
      at.note = value;
      await remember();
      goBack(`household/${id}`);
    } else await mark(id, who, kind, value);
  });
  return node;
}

export async function absentScreen(id) {
  if (!(await begin(id))) return piece("nohousehold");
  const calls = at.home.members.filter((m) => m.has_phone).map((m) => [`给${m.name}打电话`, () => call(m), "", "is-quiet"]);
  const wrong = at.corrects ? [["记错户了，这一户没去", () => store("void"), "撤回这条记录"]] : [];
  return question("这一次怎样？", [
    ...wrong,
    ["家中无人", () => store("absent"), "下次再来"],
    ["不便接待", () => store("declined"), "下次再来"],
    ["打过电话，全家无变化", () => store("met", "phone")],
    ["路上遇见，全家无变化", () => store("met", "met")],
    ...calls,
  ]);
}

/* Numbers of residents are not on the phone: one is asked for, with its reason, for one call. */
async function call(member) {
  try {
    const session = await ask("/m/me.json");
    const answer = session.status === 200 && await ask(`/m/call/${member.id}/`, {
      method: "POST", body: JSON.stringify({ reason: "visit" }),
      headers: { "Content-Type": "application/json", "X-CSRFToken": session.body.csrf },
    });
    if (answer && answer.status === 200) window.location.assign(`tel:${answer.body.phone}`);
    else toast(answer ? answer.body.reason : "请先登录。");
  } catch {
    toast("没有网络，取不到电话号码。");
  }
}

async function store(outcome, way = "door") {
  const { home } = at, answers = [], findings = [], isVoid = outcome === "void";
  for (const member of outcome === "met" ? home.members : []) {
    const marks = at.marks[member.id] || [];
    const kinds = marks.filter((f) => f.kind !== "away");
    answers.push({ resident: member.id, state: kinds.length ? "changed" : marks.length ? "away" : "same" });
    for (const f of kinds) findings.push({ id: f.id, resident: member.id, version: member.version, kind: f.kind, value: f.value });
  }
  for (const f of outcome === "met" ? at.general : []) findings.push({ id: f.id, resident: null, kind: f.kind, value: f.value });
  const body = { id: uuid7(), household: home.id, way, outcome, started_at: at.started, ended_at: new Date().toISOString(),
    answers, findings, note: isVoid ? "" : at.note, corrects: at.corrects };
  const what = outcome !== "met" ? { absent: "家中无人", declined: "不便接待", void: "记错户，已撤回" }[outcome]
    : findings.length ? `有变化 ${findings.length} 处` : "全家无变化";
  try {
    await add("visit", body, { title: home.address, what: `走访 · ${what}` }, { about: home.id, counts: outcome === "met", id: isVoid ? "" : body.id, corrects: at.corrects || "" });
  } catch (error) {
    toast(full(error));
    return;
  }
  saved = { title: home.address, what, id: home.id, visit: isVoid ? "" : body.id, counts: outcome === "met" };
  at = null;
  go("saved", true);
}

export const full = (error) => (error && error.name === "QuotaExceededError"
  ? "手机存储已满，这条还没有保存。请删去一些照片后再按一次。" : "这台手机没能保存，请再按一次；还不行请联系社区。");

/* The next door on the way: after this one, also where nobody was at home, and only then from the start. */
async function following(id) {
  const day = await today(), whole = await loadDay();
  const left = day ? day.tasks.filter((task) => task.household !== id) : [];
  const order = whole ? whole.tasks.map((task) => task.household) : [];
  return left.find((task) => order.indexOf(task.household) > order.indexOf(id)) || left[0];
}

let saved = null;
export const setSaved = (value) => { saved = value; };

export async function savedScreen() {
  if (!saved) { go("today", true); return piece("noday"); }
  const last = saved, next = last.id ? await following(last.id) : null;
  const node = piece("saved", { title: last.title, what: last.what, next: next ? `下一户 ${next.address}` : "" });
  one('[data-act="mend"]', node).hidden = !last.visit;
  one('[data-act="home"]', node).classList.toggle("is-main", !next);
  on(node, "next", () => go(`household/${next.household}`));
  on(node, "home", () => go("today"));
  on(node, "mend", () => { at = null; go(`household/${last.id}/${last.visit}`); });
  return node;
}
