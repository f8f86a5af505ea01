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

export function drawPlan(place, plan, chosen, start) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${plan.width} ${plan.height}`);
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
  }
  const pin = document.createElementNS(SVG, "circle");
  pin.setAttribute("r", String(Math.max(plan.width, plan.height) / 40));
  pin.setAttribute("class", "p-pin");
  const move = (x, y) => { pin.setAttribute("cx", x); pin.setAttribute("cy", y); svg.append(pin); };
  if (start && start.x !== null) move(start.x, start.y);
  svg.addEventListener("click", (event) => {
    const box = svg.getBoundingClientRect();
    const scale = Math.min(box.width / plan.width, box.height / plan.height);
    const x = Math.round((event.clientX - box.left - (box.width - plan.width * scale) / 2) / scale);
    const y = Math.round((event.clientY - box.top - (box.height - plan.height * scale) / 2) / scale);
    if (x < 0 || y < 0 || x > plan.width || y > plan.height) return;
    move(x, y);
    const node = event.target;
    chosen({ x, y, building: node.dataset.building || null, name: names.get(node) || "" });
  });
  place.replaceChildren(svg);
}
