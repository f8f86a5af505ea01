/* The page: one screen at a time, chosen by what stands behind "#". */
import { alarmSavedScreen, alarmScreen, alarmsToday, noteScreen as alarmNoteScreen, outcomeScreen, renewAlarms } from "./alarm.js";
import { buildingScreen, cellScreen } from "./cell.js";
import { askWho, loadDay, loadUser, refreshDay, wipe } from "./day.js";
import { closeScreen, dutySavedScreen, dutyScreen, dutySent, dutyToday, forScreen, matterScreen, noteScreen, onDuty, reasonScreen, sendScreen, sickScreen, swapScreen, whyScreen, withScreen } from "./duty.js";
import { assetScreen, checkScreen, checkWhyScreen, incidentScreen, nameScreen, phoneScreen, photoScreen, placeScreen, planScreen, sendScreen as reportScreen, spotScreen, textScreen } from "./incident.js";
import { dropScreen, finishSignOut, leftScreen, meScreen, outScreen, refusedScreen, unsentScreen, warnings } from "./lists.js";
import { noticesScreen, noticesToday } from "./notices.js";
import { askAgain, count, start } from "./queue.js";
import { change, onChange, state } from "./state.js";
import { kept } from "./store.js";
import { contactsScreen, monthScreen, todayScreen } from "./today.js";
import { all, go, hush, on, one, piece, toast } from "./ui.js";
import { absentScreen, changeScreen, householdScreen, leave, savedScreen, sayScreen } from "./visit.js";

const FRESH_FOR = 15 * 60e3, NEARLY_FULL = 20e6, REDRAW = 500;
let install = null, drawn = 0, drawing = 0, fetched = 0, stale = false, redrawing = 0;

/* name: [title, screen, tab it belongs to, screens without tabs have none] */
const SCREENS = {
  today: ["今天", async () => noticesToday(await alarmsToday(await dutyToday(await todayScreen()))), "today"],
  notices: ["通知", noticesScreen],
  alarm: ["报警", alarmScreen],
  "alarm-close": ["报警", outcomeScreen],
  "alarm-note": ["报警", alarmNoteScreen],
  "alarm-saved": ["已保存", alarmSavedScreen],
  cell: ["我的网格", cellScreen, "cell"],
  building: ["我的网格", buildingScreen, "cell"],
  household: ["走访", householdScreen],
  change: ["走访", changeScreen],
  say: ["走访", sayScreen],
  absent: ["走访", absentScreen],
  saved: ["已保存", savedScreen],
  incident: ["报事", incidentScreen, "incident"],
  "incident-place": ["报事", placeScreen],
  "incident-spot": ["报事", spotScreen],
  "incident-plan": ["报事", planScreen],
  "incident-asset": ["报事", assetScreen],
  "incident-photo": ["报事", photoScreen],
  "incident-text": ["报事", textScreen],
  "incident-send": ["报事", reportScreen],
  "incident-name": ["报事", nameScreen],
  "incident-phone": ["报事", phoneScreen],
  check: ["核查", checkScreen],
  "check-why": ["核查", checkWhyScreen],
  duty: ["我的值班", dutyScreen, "me"],
  "duty-swap": ["调班", swapScreen],
  "duty-with": ["换班", withScreen],
  "duty-for": ["请人替班", forScreen],
  "duty-why": ["调班", whyScreen],
  "duty-say": ["调班", reasonScreen],
  "duty-send": ["调班", sendScreen],
  "duty-note": ["写交接", noteScreen],
  "duty-matter": ["未了事项", matterScreen],
  "duty-sick": ["不能来值班", sickScreen],
  "duty-close": ["未了事项", closeScreen],
  "duty-saved": ["已保存", dutySavedScreen],
  contacts: ["联系人", async () => onDuty(await contactsScreen()), "me"],
  month: ["我的本月", monthScreen, "me"],
  unsent: ["未发送", unsentScreen, "me"],
  refused: ["需处理", refusedScreen, "me"],
  drop: ["需处理", dropScreen],
  me: ["我的", () => meScreen(install), "me"],
  out: ["退出登录", outScreen],
  left: ["已退出", leftScreen],
};
const QUIET = new Set(["today", "me"]); // here stands what the browser cannot do, too
const TABS = new Set(["today", "cell", "incident", "me"]);

const place = () => (window.location.hash.replace(/^#\//, "") || "today").split("/").map(decodeURIComponent);

/* `live`: the same screen again, because something changed; the eye and the finger stay. */
async function draw(live = false) {
  if (live && drawing) return;
  const [name, ...rest] = place(), mine = (drawn += 1);
  const [title, screen, tab] = SCREENS[name] || SCREENS.today;
  if (tab) leave();
  let node;
  drawing += 1;
  try {
    node = await (state.user || !name.startsWith("incident") ? screen(...rest) : piece("noday"));
  } catch (error) {
    console.error(error);
    node = piece("broken");
  } finally {
    drawing -= 1;
  }
  if (mine !== drawn || !node) return; // another screen was asked for meanwhile
  const main = document.getElementById("screen");
  if (live && main.firstElementChild && main.firstElementChild.isEqualNode(node)) return;
  main.replaceChildren(node);
  document.title = `${title} · 邻里`;
  one("#title").textContent = title;
  one("#back").hidden = TABS.has(name) && !rest.length;
  one("#tabs").hidden = !tab;
  for (const link of all("#tabs a")) {
    if (link.dataset.tab === tab) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.body.dataset.screen = name;
  frame();
  if (live) return;
  renew();
  const first = one("[autofocus]", node);
  if (first) first.focus();
  else { window.scrollTo(0, 0); one("#title").focus({ preventScroll: true }); }
}

function frame() {
  document.documentElement.classList.toggle("large", !state.user || state.user.large);
  const strip = one("#count");
  strip.hidden = false;
  strip.classList.toggle("is-clear", state.unsent === 0);
  one("#count-unsent").hidden = state.unsent === 0;
  one("#count-clear").hidden = state.unsent !== 0;
  one("#count-number").textContent = String(state.unsent);
  one("#count-how").textContent = state.sending ? "正在发送" : state.closed ? "账号已停用" : state.signedOut ? "等您登录" : state.online ? "" : "等网络";
  const refused = one("#refused");
  refused.hidden = state.refused === 0;
  one("#refused-number").textContent = String(state.refused);
  const notes = warnings(QUIET.has(place()[0]));
  one("#notes").replaceChildren(...notes.map(([name, what]) => piece(`note-${name}`, { what })));
  for (const link of all("#screen [data-login]")) link.hidden = state.signedOut; // a note has it
}

/* Redraw lists when something changed, but never under somebody's fingers. */
const LIVE = new Set(["today", "alarm", "cell", "building", "duty", "unsent", "refused", "contacts", "month", "me"]);
function changed(what) {
  frame();
  if (what === "person") window.location.reload(); // what this page still holds is another's
  if (what !== "state" && !redrawing) redrawing = setTimeout(redraw, REDRAW);
  if (what === "queue" || what === "sent") count().catch(() => {});
}

function redraw() {
  redrawing = 0;
  if (LIVE.has(place()[0])) draw(true);
  renewDuty().catch((error) => console.warn(error));
}

/* Shifts that changed hands, and who was first at an alarm, stand in a new list only. */
async function renewDuty() {
  if (!(await dutySent())) return;
  await refresh(true);
}

/* A newer version waits: it is taken between two screens, when nothing is being written. */
async function renew() {
  if (stale && !state.full && LIVE.has(place()[0]) && !(await kept("draft:incident"))) window.location.reload();
}

async function refresh(force) {
  if (!force && Date.now() - fetched < FRESH_FOR) return;
  if ((await refreshDay()) === 200) fetched = Date.now();
}

const alarms = () => renewAlarms().catch((error) => console.warn(error));

async function settledMeanwhile() {
  if (!state.refused) return;
  const told = await askAgain();
  if (told.length) toast(`社区已处理 ${told.length} 条：${told[0].note}`);
}

async function storage() {
  if (!navigator.storage) return;
  if (navigator.storage.persist) await navigator.storage.persist(); // older ones know no estimate
  if (!navigator.storage.estimate) return;
  const { usage, quota } = await navigator.storage.estimate();
  change({ tight: Boolean(quota) && quota - usage < NEARLY_FULL });
}

async function worker() {
  if (!navigator.serviceWorker || !window.isSecureContext) { change({ reopens: false }); return; }
  const had = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.addEventListener("controllerchange", () => { stale = had; });
  await navigator.serviceWorker.register("/m/sw.js", { scope: "/m/", updateViaCache: "none" });
}

/* The page before this one; a reload comes from nowhere, though browsers keep the address. */
function arrivedFrom() {
  const [how] = performance.getEntriesByType("navigation");
  return !how || how.type === "navigate" ? document.referrer : "";
}

/* Somebody signed out at the desk's pages in this browser: the list goes, records stay. */
async function signedOutElsewhere() {
  if (!/(^|; )linli_left=1/.test(document.cookie)) return;
  document.cookie = "linli_left=; path=/m/; max-age=0; samesite=lax";
  await wipe();
}

/* Another person signed in at the desk's pages: the list of the one before goes, records stay. */
async function anotherSignedIn() {
  const found = /(?:^|; )linli_here=([0-9a-f-]{36})/.exec(document.cookie);
  const user = found && (await kept("user"));
  if (user && user.id !== found[1]) await wipe();
}

/* Nothing can be kept here, so nothing may be written. */
function noStore() {
  const node = piece("nostore", { address: window.location.href.split("#")[0] });
  on(node, "again", () => window.location.reload());
  for (const id of ["count", "tabs", "back", "refused", "notes"]) one(`#${id}`).hidden = true;
  document.getElementById("screen").replaceChildren(node);
  document.body.dataset.screen = "nostore";
  document.documentElement.dataset.ready = "1";
}

async function main() {
  if (document.documentElement.classList.contains("is-stuck")) return; // check.js has said why
  try {
    await kept("user");
  } catch (error) {
    console.warn(error);
    noStore();
    return;
  }
  let last = window.location.hash;
  window.addEventListener("hashchange", () => {
    if (window.location.hash !== last) hush();
    last = window.location.hash;
    draw();
  });
  one("#toast").addEventListener("click", hush);
  window.addEventListener("beforeinstallprompt", (event) => { event.preventDefault(); install = event; change({}, "install"); });
  one("#back").addEventListener("click", () => (window.history.length > 1 ? window.history.back() : go("today")));
  onChange(changed);
  try {
    await signedOutElsewhere();
    await anotherSignedIn();
    if (await kept("leaving")) {
      go("left", true);
      await draw();
      document.documentElement.dataset.ready = "1";
      if (await finishSignOut()) window.location.assign("/account/sign-in/?next=/m/");
      return;
    }
    await askWho(arrivedFrom());
    await loadUser();
    await loadDay();
    await count();
  } catch (error) {
    console.error(error);
  }
  await draw();
  document.documentElement.dataset.ready = "1";
  document.documentElement.classList.remove("is-stuck");
  worker().catch((error) => { console.warn(error); change({ reopens: false }); });
  await start();
  await refresh(true).catch((error) => console.warn(error));
  await settledMeanwhile().catch((error) => console.warn(error));
  storage().catch((error) => console.warn(error));
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { renew(); refresh(false); alarms(); storage().catch((error) => console.warn(error)); } });
  window.addEventListener("online", () => refresh(true));
  setInterval(() => { loadDay(); if (!document.hidden) { redraw(); refresh(false); alarms(); } }, 60e3); // a check-in opens by the clock
}

main();
