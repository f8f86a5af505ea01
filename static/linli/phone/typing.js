/* A half-typed line outlives the page: chat apps end pages in the background without a word. */
import { draft } from "./day.js";

const PAUSE = 300;

/* Fill `input` with what was left under `name` and keep what is typed from now on. `settled()` ends
   the keeping, so that nothing late stands there again; with `stays` the text waits for its record. */
export async function keepTyped(input, name) {
  const left = await draft(name);
  if (left) input.value = left;
  let clock = 0, last = Promise.resolve();
  const keep = () => { clearTimeout(clock); last = draft(name, input.value); };
  input.addEventListener("input", () => { clearTimeout(clock); clock = setTimeout(keep, PAUSE); });
  input.addEventListener("change", keep);
  return { async settled(stays = false) {
    clearTimeout(clock);
    await last;
    if (!stays) await draft(name, null);
  } };
}
