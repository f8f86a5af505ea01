/* Sealing for the store: one key for the day's list, thrown away with it, and one for records,
   kept as long as any waits. Without HTTPS the list is not kept at all. */
import { bytesOf, newKey, seal, unseal, valueOf } from "./keys.js";
import { asked, kept, write } from "./store.js";

async function keyOf(name) {
  const known = await kept(name);
  if (known) return known;
  const fresh = await newKey();
  return write(["kept"], async (store) => { // another tab may have been first
    const first = await asked(store.get(name));
    if (!first) store.put(fresh, name);
    return first || fresh;
  });
}

export async function pack(value, name = "record_key") {
  return packBytes(bytesOf(value), name);
}

export async function packBytes(bytes, name = "record_key") {
  return seal(await keyOf(name), bytes);
}

export async function unpackBytes(box, name = "record_key") {
  return box.plain || unseal(await keyOf(name), box); // plain: of an earlier page without HTTPS
}

export async function unpack(box, name = "record_key") {
  return valueOf(await unpackBytes(box, name));
}
