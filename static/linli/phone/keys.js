/* Ids, digests and sealing. The browser seals on secure pages (HTTPS) only. */
import { chacha20 } from "./cipher.js";

export const secure = () => window.isSecureContext && Boolean(window.crypto && window.crypto.subtle);

/* UUIDv7 (RFC 9562): the moment first, then chance. */
export function uuid7(now = Date.now()) {
  const bytes = chance(16);
  for (let i = 5, rest = Math.max(0, now); i >= 0; i -= 1, rest = Math.floor(rest / 256)) bytes[i] = rest % 256;
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

const chance = (length) => window.crypto.getRandomValues(new Uint8Array(length));

/* A key that no script can read out; the browser keeps it beside the data. Without HTTPS: bytes. */
export async function newKey() {
  if (!secure()) return chance(32);
  return window.crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

export async function seal(key, bytes) {
  const iv = chance(12);
  if (key instanceof Uint8Array) return { iv, data: chacha20(key, iv, bytes) };
  return { iv, data: await window.crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, bytes) };
}

export async function unseal(key, box) {
  if (key instanceof Uint8Array) return chacha20(key, box.iv, box.data);
  return new Uint8Array(await window.crypto.subtle.decrypt({ name: "AES-GCM", iv: box.iv }, key, box.data));
}

export const bytesOf = (value) => new TextEncoder().encode(JSON.stringify(value));
export const valueOf = (bytes) => JSON.parse(new TextDecoder().decode(bytes));

export async function sha256(bytes) {
  const digest = secure() ? new Uint8Array(await window.crypto.subtle.digest("SHA-256", bytes)) : plainSha256(bytes);
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const ROUND = (() => { // the first 32 bits of the cube roots of the first 64 primes, and their square roots
  const cubes = [], squares = [];
  for (let n = 2; cubes.length < 64; n += 1) {
    let prime = true;
    for (let d = 2; d * d <= n; d += 1) if (n % d === 0) prime = false;
    if (!prime) continue;
    const part = (x) => Math.floor((x - Math.floor(x)) * 4294967296);
    cubes.push(part(Math.cbrt(n)));
    if (squares.length < 8) squares.push(part(Math.sqrt(n)));
  }
  return { cubes, squares };
})();

/* FIPS 180-4, for pages without HTTPS, where browsers keep theirs back. */
export function plainSha256(bytes) {
  const length = bytes.length, padded = new Uint8Array(((length + 72) >> 6) << 6);
  padded.set(bytes);
  padded[length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(length / 0x20000000));
  view.setUint32(padded.length - 4, (length << 3) >>> 0);
  const state = ROUND.squares.slice(), w = new Uint32Array(64);
  const turn = (x, n) => (x >>> n) | (x << (32 - n));
  for (let at = 0; at < padded.length; at += 64) {
    for (let i = 0; i < 64; i += 1) {
      if (i < 16) w[i] = view.getUint32(at + 4 * i);
      else {
        const a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)) + w[i - 7] + (turn(b, 17) ^ turn(b, 19) ^ (b >>> 10));
      }
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i += 1) {
      const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + ROUND.cubes[i] + w[i]) | 0;
      const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
    }
    [a, b, c, d, e, f, g, h].forEach((x, i) => { state[i] = (state[i] + x) | 0; });
  }
  const out = new DataView(new ArrayBuffer(32));
  state.forEach((x, i) => out.setUint32(4 * i, x >>> 0));
  return new Uint8Array(out.buffer);
}
