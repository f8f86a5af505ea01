/* Drawing on the site plan: clicks write corners into the form's text, which stays the truth. */
"use strict";
(() => {
  const sheet = document.querySelector("[data-plan-sheet]");
  const text = document.querySelector("[data-plan-points]");
  if (!sheet || !text) return;
  const form = text.form;
  const draft = sheet.querySelector("[data-plan-draft]");
  const line = draft.querySelector("path");
  const corner = draft.querySelector("circle");
  corner.remove();
  const kind = form.elements.kind;
  const single = () => kind && ["gate"].includes(kind.value);
  const open = () => kind && kind.value === "road";
  let dragged = -1;

  const read = () => text.value.split("\n").map((row) => row.split(/[,，\s]+/).filter(Boolean)
    .map(Number)).filter((pair) => pair.length === 2 && pair.every(Number.isFinite));
  const write = (points) => {
    text.value = points.map(([x, y]) => `${x}, ${y}`).join("\n");
    draw();
  };
  const place = (event) => {
    const point = new DOMPoint(event.clientX, event.clientY)
      .matrixTransform(sheet.getScreenCTM().inverse());
    const box = sheet.viewBox.baseVal;
    const keep = (value, most) => Math.round(Math.min(Math.max(value, 0), most) * 10) / 10;
    return [keep(point.x, box.width + 2 * box.x), keep(point.y, box.height + 2 * box.y)]; // a margin lies around the plan
  };
  const draw = () => {
    const points = read();
    const size = sheet.viewBox.baseVal.width / 120;
    line.setAttribute("d", points.length
      ? `M${points.map((pair) => pair.join(" ")).join("L")}${open() || points.length < 3 ? "" : "Z"}` : "");
    draft.querySelectorAll("circle").forEach((dot) => dot.remove());
    points.forEach(([x, y], number) => {
      const dot = corner.cloneNode();
      dot.setAttribute("cx", x);
      dot.setAttribute("cy", y);
      dot.setAttribute("r", size);
      dot.dataset.number = number;
      draft.append(dot);
    });
    for (const button of form.querySelectorAll("[data-plan-undo], [data-plan-clear]")) {
      button.hidden = points.length === 0;
    }
  };
  const choose = () => {
    for (const name of ["building", "cell"]) {
      const field = form.elements[name];
      if (!field || !kind) continue;
      const box = field.closest(".field") || field.parentElement;
      box.hidden = kind.value !== name;
    }
    draw();
  };

  sheet.addEventListener("pointerdown", (event) => {
    if (event.target.dataset.number === undefined) return;
    dragged = Number(event.target.dataset.number);
    sheet.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  sheet.addEventListener("pointermove", (event) => {
    if (dragged < 0) return;
    const points = read();
    points[dragged] = place(event);
    write(points);
  });
  sheet.addEventListener("pointerup", () => { setTimeout(() => { dragged = -1; }); });
  sheet.addEventListener("dblclick", (event) => {
    if (event.target.dataset.number === undefined) return;
    const points = read();
    points.splice(Number(event.target.dataset.number), 1);
    write(points);
  });
  sheet.addEventListener("click", (event) => {
    if (dragged >= 0 || event.target.dataset.number !== undefined) return;
    const points = single() ? [] : read();
    write([...points, place(event)]);
  });
  form.querySelector("[data-plan-undo]").addEventListener("click", () => write(read().slice(0, -1)));
  form.querySelector("[data-plan-clear]").addEventListener("click", () => write([]));
  text.addEventListener("input", draw);
  if (kind) kind.addEventListener("change", choose);
  choose();
})();
