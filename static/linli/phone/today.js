/* 今天: what is due, in the order one walks; incidents of one's cells. */
import { today } from "./day.js";
import { state } from "./state.js";
import { kept } from "./store.js";
import { dayWords, go, on, piece, put, shortDay } from "./ui.js";

const noDay = async () => piece((await kept("aged")) ? "aged" : "noday");

export async function todayScreen() {
  const day = await today();
  if (!day) return noDay();
  const late = day.tasks.filter((task) => task.late_days > 0).length;
  const node = piece("today", {
    date: [dayWords(new Date()), (day.communities || []).length ? day.community.name : ""].filter(Boolean).join(" · "), left: day.tasks.length, late: late ? `，逾期 ${late} 户` : "", none: day.tasks.length === 0,
  });
  put(node, "checks", day.incidents.filter((incident) => incident.may_check).map(incidentRow));
  put(node, "incidents", day.incidents.filter((incident) => !incident.may_check).map(incidentRow));
  const buildings = new Map();
  for (const task of day.tasks) {
    if (!buildings.has(task.building)) buildings.set(task.building, []);
    buildings.get(task.building).push(task);
  }
  put(node, "buildings", [...buildings].map(([name, tasks]) => {
    const box = piece("due-building", { name: named(name), left: `${tasks.length} 户` });
    put(box, "tasks", tasks.map((task) => taskRow(task, day)));
    return box;
  }));
  return node;
}

export const named = (building) => (/^\d+$/.test(building) ? `${building}号楼` : building);

function taskRow(task, day) {
  const late = task.late_days > 0 ? `逾期 ${task.late_days} 天` : task.due_on <= dateOf() ? "最迟今天" : "";
  const until = late || task.cause === "change" ? "" : `最迟 ${shortDay(task.due_on)}`;
  const row = piece("task", { address: task.address, why: task.why, late, until, who: whose(task, day) });
  row.href = `#/household/${task.household}`;
  return row;
}

/* Today as the list writes days, by the server's clock. */
function dateOf(at = new Date(Date.now() - state.clockOff)) {
  return [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
}

/* Two households behind one door are told apart by a name. */
function whose(task, day) {
  if (!day.tasks.some((other) => other.address === task.address && other.household !== task.household)) return "";
  const home = day.households.find((one) => one.id === task.household);
  return home && home.members.length ? `${home.members[0].name}家` : "";
}

function incidentRow(incident) {
  const row = piece("incident-row", {
    text: incident.text, place: incident.place, state: incident.state_label, check: incident.may_check ? "去核查" : "",
  });
  if (incident.may_check) row.href = `#/check/${incident.id}`;
  else row.removeAttribute("href");
  return row;
}

/* 联系人 and 我的本月: plain lists of the day's list. */
export async function contactsScreen() {
  const day = await today();
  if (!day) return noDay();
  const node = piece("contacts", { none: day.contacts.length === 0 });
  put(node, "people", day.contacts.map((contact) => {
    const row = piece("contact", { name: contact.name, what: contact.what, phone: contact.phone });
    row.href = `tel:${contact.phone.replace(/[^+\d]/g, "")}`;
    return row;
  }));
  return node;
}

export async function monthScreen() {
  const day = await today();
  if (!day) return noDay();
  const month = day.month || {};
  const node = piece("month", { name: `${new Date().getMonth() + 1} 月` });
  const figures = [["走访", month.visits, "次"], ["走到", month.households, "户"], ["报事件", month.incidents, "件"],
    ["发现变化", month.findings, "条"], ["还要走", day.tasks.length, "户"]];
  put(node, "figures", figures.map(([label, value, unit]) => piece("figure", { label, value: value || 0, unit })));
  on(node, "back", () => go("me"));
  return node;
}
