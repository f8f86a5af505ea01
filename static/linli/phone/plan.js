/* The site plan, drawn from outlines; a tap gives the point and, inside one, the building. */

const SVG = "http://www.w3.org/2000/svg";

function ring(points) {
  return `M${points.map(([x, y]) => `${x} ${y}`).join("L")}Z`;
}

function shapeOf(geometry) {
  if (geometry.type === "Polygon") return { tag: "path", d: geometry.coordinates.map(ring).join("") };
  if (geometry.type === "MultiPolygon") return { tag: "path", d: geometry.coordinates.flat().map(ring).join("") };
  if (geometry.type === "LineString") return { tag: "path", d: `M${geometry.coordinates.map(([x, y]) => `${x} ${y}`).join("L")}`, open: true };
  return null;
}

const points = (geometry) => (typeof geometry[0] === "number" ? [geometry] : geometry.flatMap(points));

const CLOSER = 0.2; // of the plan's longer side: large enough for a finger

/* What lies around these buildings, as far as a finger needs it large; null where that is all. */
function around(plan, mine) {
  const near = plan.shapes.filter((shape) => mine.has(shape.building)).flatMap((shape) => points(shape.geometry.coordinates));
  if (!near.length) return null;
  const [xs, ys] = [0, 1].map((axis) => near.map((point) => point[axis]));
  const edge = 0.04 * Math.max(plan.width, plan.height);
  const left = Math.max(0, Math.min(...xs) - edge), top = Math.max(0, Math.min(...ys) - edge);
  const box = { left, top, width: Math.min(plan.width, Math.max(...xs) + edge) - left, height: Math.min(plan.height, Math.max(...ys) + edge) - top };
  return box.width * box.height < 0.7 * plan.width * plan.height ? box : null;
}

/* What lies around a point that a finger meant. */
function close(plan, { x, y }) {
  const side = Math.max(CLOSER * Math.max(plan.width, plan.height), 1);
  const width = Math.min(side, plan.width), height = Math.min(side, plan.height);
  const from = (middle, size, whole) => Math.min(Math.max(0, middle - size / 2), whole - size);
  return { left: from(x, width, plan.width), top: from(y, height, plan.height), width, height };
}

function middleOf(shape) {
  const corners = points(shape.geometry.coordinates);
  return [0, 1].map((axis) => (Math.min(...corners.map((p) => p[axis])) + Math.max(...corners.map((p) => p[axis]))) / 2);
}

/* The building that a point outside of all lies next to. */
function nearest(plan, x, y) {
  const far = ({ middle }) => Math.hypot(middle[0] - x, middle[1] - y);
  const found = plan.shapes.filter((shape) => shape.building && shape.name).map((shape) => ({ name: shape.name, middle: middleOf(shape) }));
  const first = found.sort((a, b) => far(a) - far(b))[0];
  return first && far(first) < 0.12 * Math.max(plan.width, plan.height) ? first.name : "";
}

/* A building's number, as large as the page's letters. */
function label(shape, seen) {
  const [x, y] = middleOf(shape), node = document.createElementNS(SVG, "text");
  node.setAttribute("x", x);
  node.setAttribute("y", y);
  node.setAttribute("font-size", seen.width / 15);
  node.setAttribute("class", "p-name");
  node.textContent = shape.name.replace(/号楼$/, "");
  return node;
}

const MANY = 12; // buildings: with more of them a finger covers several

/* Draw the part with the buildings that are `mine`, the part around `near`, or all of it: there a
   tap asks for the part `closer` by. {whole, picks}: is it all, and does a tap choose the place. */
export function drawPlan(place, plan, { chosen, closer, start, mine, near }) {
  const svg = document.createElementNS(SVG, "svg");
  const crowded = plan.shapes.filter((shape) => shape.building).length > MANY;
  const part = near && crowded ? close(plan, near) : mine ? around(plan, mine) : null;
  const seen = part || { left: 0, top: 0, width: plan.width, height: plan.height };
  svg.setAttribute("viewBox", `${seen.left} ${seen.top} ${seen.width} ${seen.height}`);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", "社区平面图，点一下标出地点");
  const names = new Map();
  for (const shape of plan.shapes) {
    const drawn = shapeOf(shape.geometry);
    if (!drawn) continue;
    const node = document.createElementNS(SVG, drawn.tag);
    node.setAttribute("d", drawn.d);
    node.setAttribute("class", `p-${shape.kind}${drawn.open ? " p-open" : ""}`);
    if (shape.building) node.dataset.building = shape.building;
    names.set(node, shape.name);
    svg.append(node);
    if (part && shape.building && (!mine || mine.has(shape.building))) svg.append(label(shape, seen));
  }
  const pin = document.createElementNS(SVG, "circle");
  pin.setAttribute("r", String(Math.max(seen.width, seen.height) / 40));
  pin.setAttribute("class", "p-pin");
  const move = (x, y) => { pin.setAttribute("cx", x); pin.setAttribute("cy", y); svg.append(pin); };
  if (start && start.x !== null) move(start.x, start.y);
  svg.addEventListener("click", (event) => {
    const box = svg.getBoundingClientRect();
    const scale = Math.min(box.width / seen.width, box.height / seen.height);
    const x = Math.round(seen.left + (event.clientX - box.left - (box.width - seen.width * scale) / 2) / scale);
    const y = Math.round(seen.top + (event.clientY - box.top - (box.height - seen.height * scale) / 2) / scale);
    if (x < 0 || y < 0 || x > plan.width || y > plan.height) return;
    if (!part && crowded) { closer({ x, y }); return; }
    move(x, y);
    const node = event.target, name = names.get(node) || "";
    chosen({ x, y, building: node.dataset.building || null, name, near: name ? "" : nearest(plan, x, y) });
  });
  place.replaceChildren(svg);
  return { whole: !part, picks: Boolean(part) || !crowded };
}
