/* 我的网格: buildings, then one entrance as it stands: floors above each other, doors side by side. */
import { today } from "./day.js";
import { named } from "./today.js";
import { go, piece, put } from "./ui.js";

const LEFT = new Set(["left", "late"]);
const WORDS = { done: "已走访", left: "还没走", late: "逾期", empty: "没有住户" };
const doorsOf = (building) => building.entrances.flatMap((e) => e.floors.flatMap((f) => f.doors));

export async function cellScreen() {
  const day = await today();
  if (!day) return piece("noday");
  if (day.doors.length === 1) return buildingScreen("0");
  const node = piece("cell", { none: day.doors.length === 0 });
  put(node, "buildings", day.doors.map((building, at) => {
    const left = doorsOf(building).filter((door) => LEFT.has(door.state)).length;
    const row = piece("cell-building", { name: building.name || named(building.building), left: left ? `剩 ${left} 户` : "", done: left === 0 });
    row.href = `#/building/${at}/0`;
    return row;
  }));
  return node;
}

export async function buildingScreen(at, entranceAt = "0") {
  const day = await today();
  const building = day && day.doors[Number(at)];
  if (!building) return piece("noday");
  const node = piece("building", { name: building.name || named(building.building) });
  put(node, "entrances", building.entrances.length < 2 ? [] : building.entrances.map((entrance, i) => {
    const link = piece("entrance", { name: entrance.name ? `${entrance.name}单元` : "全部" });
    link.href = `#/building/${at}/${i}`;
    if (String(i) === entranceAt) link.setAttribute("aria-current", "true");
    return link;
  }));
  const entrance = building.entrances[Number(entranceAt)] || building.entrances[0];
  put(node, "floors", entrance.floors.slice().sort((a, b) => b.floor - a.floor).map((floor) => {
    const line = piece("floor", { floor: floor.floor === null ? "" : `${floor.floor}层` });
    put(line, "doors", floor.doors.map(doorPiece));
    return line;
  }));
  return node;
}

function doorPiece(door) {
  const node = piece("door", { label: door.label });
  node.classList.add(`is-${door.state}`);
  node.setAttribute("aria-label", `${door.label} ${WORDS[door.state] || ""}`);
  if (door.household) node.addEventListener("click", () => go(`household/${door.household}`));
  else node.disabled = true;
  return node;
}
