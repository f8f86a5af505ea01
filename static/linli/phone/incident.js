/* 报事: what, where, a photo, a sentence. And the look whether it was mended. */
import { draft, draftFile, draftFiles, dropDrafts, loadDay, today } from "./day.js";
import { uuid7 } from "./keys.js";
import { canRecord, picture, record, shrink } from "./media.js";
import { drawPlan } from "./plan.js";
import { add } from "./queue.js";
import { keepTyped } from "./typing.js";
import { fill, go, one, on, piece, put, question, toast } from "./ui.js";
import { full, setSaved } from "./visit.js";

const MOST = 6;
let at = null, files = [];

const fresh = () => ({ category: null, words: "", urgent: false, building: null, place: "", x: null, y: null, asset: null, text: "", resident: false, name: "", phone: "" });

/* On small phones the camera pushes the page out of memory: what was chosen is kept before, and
   each photo as soon as it is there. */
async function begin() {
  if (at) return;
  const left = await draft("incident");
  at = left ? { begun: true, ...left } : fresh();
  files = await draftFiles("incident:file:");
  for (const file of files) if (file.type === "image/jpeg") file.canvas = await picture(new Blob([file.bytes], { type: file.type }));
}

/* A step of a report that is not there, such as by the back key after it was saved, is its start. */
const step = (screen) => async (...rest) => {
  await begin();
  if (at.begun) return screen(...rest);
  go("incident", true);
  return null;
};

async function hold(file) {
  files.push(file);
  await draftFile(`incident:file:${file.key}`, file);
}
const remember = () => draft("incident", at);

const ICONS = { facility: "设施损坏", environment: "环境卫生", safety: "安全隐患", help: "居民求助", neighbours: "邻里矛盾", other: "其他" };

export async function incidentScreen(group) {
  await begin();
  const day = await loadDay();
  const categories = (day && day.categories) || [];
  const chosen = async (category) => {
    Object.assign(at, { begun: true, category: category ? category.id : null, words: category ? category.name : "", urgent: Boolean(category && category.is_urgent) });
    await remember();
    go("incident-place");
  };
  if (group) {
    const inside = categories.filter((c) => c.group === group);
    return question("是哪一样？", [...inside.map((c) => [c.name, () => chosen(c), c.is_urgent ? "紧急" : ""]),
      ["说不准，让社区判断", () => chosen(null), "", "is-quiet"]]);
  }
  const groups = new Map(categories.map((c) => [c.group, c.group_label || ICONS[c.group]]));
  const choices = [...groups].map(([key, label]) => [label, () => go(`incident/${key}`)]);
  choices.push(["说不准，让社区判断", () => chosen(null), "", choices.length ? "is-quiet" : ""]);
  return question("报什么事？", choices);
}

export const placeScreen = step(async () => {
  const day = await loadDay();
  const choices = [];
  if (day && day.plan) choices.push(["在平面图上点", () => go("incident-plan")]);
  choices.push(["不在楼里，写地点", () => go("incident-spot")]);
  for (const building of (day && day.buildings) || []) {
    choices.push([building.name, () => placed({ building: building.id, place: "", x: null, y: null })]);
  }
  return question("在哪里？", choices);
});

/* One line, one screen. */
async function say(title, name, next, { kind = "say", must = "", most = 500, hint = "", skip = "" } = {}) {
  const node = piece(kind, { title, hint, skip }), input = one("input, textarea", node);
  input.maxLength = most;
  input.value = at[name];
  const typed = await keepTyped(input, `incident:${name}`);
  const take = async (value) => {
    await typed.settled();
    await next(value);
  };
  on(node, "skip", () => take(""));
  node.addEventListener("submit", (event) => {
    event.preventDefault();
    const value = input.value.trim();
    if (value || !must) { take(value); return; }
    input.focus();
    toast(must);
  });
  return node;
}

export const spotScreen = step(async () => {
  return say("在什么地方？", "place", (place) => placed({ place, building: null, x: null, y: null }), { must: "请先写一写地点。", most: 120 });
});

export const planScreen = step(async () => {
  const day = await loadDay();
  if (!day || !day.plan) return piece("noday");
  const node = piece("plan", { where: "" });
  const next = one('[data-act="next"]', node), all = one('[data-act="all"]', node);
  const chosen = async ({ x, y, building, name, near }) => {
    const where = name || (near ? `${near}附近` : "平面图上的点");
    Object.assign(at, { x, y, building, place: building ? "" : where });
    next.hidden = false;
    fill(node, { where });
    await remember();
  };
  const draw = (how) => {
    const { whole, picks } = drawPlan(one("[data-place=plan]", node), day.plan, { chosen, start: at, closer, ...how });
    all.hidden = whole;
    next.hidden = !picks || at.x === null || Boolean(how.near && how.near !== at);
    fill(node, { where: picks ? "" : "先点一下大概的地方，图会放大。" });
  };
  const closer = (near) => draw({ near });
  draw(at.x === null ? { mine: new Set(day.buildings.map((building) => building.id)) } : { near: at });
  on(node, "all", () => draw({}));
  on(node, "next", () => placed({}));
  return node;
});

/* What may be what broke: of the category's kind, or, where it has none, of that building. Those
   of the building come first. */
const ASKED = new Set(["facility", "safety"]);
function broken(day) {
  const category = day && day.categories.find((c) => c.id === at.category);
  if (!day || (category && !category.asset_kind && !ASKED.has(category.group))) return [];
  const kind = category ? category.asset_kind : "";
  const here = (asset) => Boolean(at.building) && asset.building === at.building;
  const suits = (asset) => (kind ? asset.kind === kind && (!at.building || !asset.building || here(asset)) : here(asset));
  return day.assets.filter(suits).sort((a, b) => here(b) - here(a));
}

async function placed(values) {
  const day = await loadDay();
  Object.assign(at, values, { asset: null, community: day && day.community ? day.community.id : null });
  await remember();
  go(broken(day).length ? "incident-asset" : "incident-photo");
}

export const assetScreen = step(async () => {
  const set = async (asset) => { at.asset = asset; await remember(); go("incident-photo"); };
  const choices = broken(await loadDay()).map((asset) => [asset.name, () => set(asset.id), asset.place]);
  return question("哪个设施？", [["不确定，跳过", () => set(null), "", "is-quiet"], ...choices], { hint: "不确定可以跳过。" });
});

export const photoScreen = step(async () => {
  const some = files.length > 0;
  const node = piece("photo", { title: some ? "照片、语音够了吗？" : "拍一张照片", camera: some ? "再拍一张" : "拍照", next: some ? "够了，下一步" : "不拍照，下一步" });
  one("[data-act=next]", node).classList.toggle("is-main", some);
  one("[data-act=camera]", node).classList.toggle("is-main", !some);
  if (some) one(".m-choices", node).prepend(one("[data-act=next]", node));
  put(node, "thumbs", files.map((file, i) => thumb(file, i)));
  one("[data-act=camera]", node).hidden = files.length >= MOST;
  const input = one("input[type=file]", node);
  input.addEventListener("change", async () => {
    for (const chosen of [...input.files].slice(0, MOST - files.length)) {
      try {
        await hold({ key: uuid7(), ...(await shrink(chosen)) });
      } catch {
        toast("这张照片打不开，请换一张。");
      }
    }
    redraw();
  });
  voice(node);
  on(node, "next", () => go("incident-text"));
  return node;
});

function thumb(file, i) {
  const box = piece("thumb", { what: file.canvas ? "" : "语音" });
  if (file.canvas) {
    const small = document.createElement("canvas");
    small.width = 160; small.height = 120;
    small.getContext("2d").drawImage(file.canvas, 0, 0, 160, 120);
    box.prepend(small);
  }
  on(box, "drop", async () => {
    const [gone] = files.splice(i, 1);
    await draft(`incident:file:${gone.key}`, null);
    redraw();
  });
  return box;
}

function voice(node) {
  const button = one("[data-act=voice]", node);
  button.hidden = !canRecord() || files.length >= MOST;
  let note = null;
  on(node, "voice", async () => {
    try {
      if (!note) {
        note = await record();
        button.textContent = "正在录音，按一下结束";
        button.classList.add("is-on");
        return;
      }
      const made = await note.stop();
      note = null;
      await hold({ key: uuid7(), ...made });
      redraw();
    } catch {
      note = null;
      button.hidden = true;
      toast("这台手机不让录音，请写一句话。");
    }
  });
}

const redraw = () => window.dispatchEvent(new HashChangeEvent("hashchange"));

export const textScreen = step(async () => {
  const next = async (text) => { await written({ text }); };
  return say("说一句情况", "text", next, { must: at.words ? "" : "请写一句是什么情况。", most: 1000, hint: at.words, skip: at.words ? "不写，下一步" : "" });
});

async function written(values) {
  Object.assign(at, values);
  await remember();
  go("incident-send");
}

/* All of it once more, and what is seldom needed. */
export const sendScreen = step(async () => {
  if (!at.words && !at.text) return textScreen();
  const day = await today();
  const house = at.building && ((day && day.buildings) || []).find((b) => b.id === at.building);
  const asset = at.asset && ((day && day.assets) || []).find((a) => a.id === at.asset);
  const alike = ((day && day.incidents) || []).filter((i) => at.words && i.category === at.words && (!house || i.building === house.id));
  const node = piece("incident-send", {
    what: at.words || "事件", place: [house ? house.name : at.place, asset ? asset.name : ""].filter(Boolean).join("，"), text: at.text,
    files: files.length ? `照片、语音 ${files.length} 个` : "", urgent: at.urgent ? "紧急" : "", hurry: at.urgent ? "不紧急了" : "有危险，标为紧急",
    who: at.resident ? ["居民反映", at.name, at.phone].filter(Boolean).join("，") : "", resident: at.resident ? "不是居民反映的" : "是居民反映的",
    alike: alike.length ? `还有 ${alike.length} 件同类事件没办完：${alike[0].text}` : "",
  });
  on(node, "send", async (event, button) => { button.disabled = true; await report(); button.disabled = false; });
  on(node, "hurry", async () => { at.urgent = !at.urgent; await remember(); redraw(); });
  on(node, "resident", async () => {
    Object.assign(at, { resident: !at.resident, name: "", phone: "" });
    await remember();
    if (at.resident) go("incident-name"); else redraw();
  });
  on(node, "drop", async () => {
    await dropDrafts("incident");
    at = null; files = [];
    go("today", true);
  });
  return node;
});

export const nameScreen = step(async () => {
  return say("居民怎么称呼？", "name", async (name) => { Object.assign(at, { name }); await remember(); go("incident-phone"); },
    { most: 40, skip: "不留姓名，下一步" });
});

export const phoneScreen = step(async () => {
  return say("居民的电话？", "phone", (phone) => written({ phone }), { kind: "say-phone", most: 30, skip: "不留电话，下一步" });
});

async function report() {
  const body = { id: uuid7(), community: at.community || null, category: at.category, text: at.text || at.words, building: at.building, place: at.place, x: at.x, y: at.y,
    asset: at.asset || null, is_urgent: at.urgent, source: at.resident ? "resident" : "leader", reporter_name: at.resident ? at.name : "",
    reporter_phone: at.resident ? at.phone : "", files: files.map((file) => file.key) };
  const what = `事件 · ${at.words || at.text.slice(0, 12)}`;
  try {
    await add("incident", body, { title: at.text.slice(0, 20) || at.words, what }, { files });
  } catch (error) {
    toast(full(error));
    return;
  }
  at = null; files = [];
  setSaved({ title: "事件", what: what.slice(5), id: "", visit: "", counts: false });
  go("saved", true);
}

export async function checkScreen(id) {
  const day = await today();
  const incident = day && day.incidents.find((i) => i.id === id);
  if (!incident) return piece("noday");
  return question("修好了吗？", [
    ["已经解决", () => storeCheck(incident, true, "")],
    ["没有解决", () => go(`check-why/${id}`)],
  ], { hint: `${incident.place ? `${incident.place}：` : ""}${incident.text}` });
}

export async function checkWhyScreen(id) {
  const day = await today();
  const incident = day && day.incidents.find((i) => i.id === id);
  if (!incident) return piece("noday");
  const node = piece("say", { title: "还差什么？" }), input = one("textarea", node);
  const typed = await keepTyped(input, `${id}:why`);
  node.addEventListener("submit", async (event) => {
    event.preventDefault();
    await typed.settled(true);
    storeCheck(incident, false, input.value.trim());
  });
  return node;
}

async function storeCheck(incident, ok, note) {
  const body = { incident: incident.id, version: incident.version, ok, note };
  const what = ok ? "已经解决" : "没有解决";
  try {
    await add("incident_check", body, { title: incident.text.slice(0, 20), what: `核查 · ${what}` }, { about: incident.id });
  } catch (error) {
    toast(full(error));
    return;
  }
  setSaved({ title: "核查", what, id: "", visit: "", counts: false });
  go("saved", true);
}
