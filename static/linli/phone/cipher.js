/* ChaCha20 (RFC 8439), for pages without HTTPS, where browsers keep their own ciphers back. It hides
   what waits here from whoever looks through the phone's files, no more: the key lies beside it. */

const WORDS = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574];
const QUARTERS = [[0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15],
  [0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14]];

/* The same call hides and shows. `key` of 32 bytes, `nonce` of 12. */
export function chacha20(key, nonce, bytes, counter = 1) {
  const view = (part) => new DataView(part.buffer, part.byteOffset, part.byteLength);
  const wordsOf = (part) => Array.from({ length: part.length / 4 }, (_, i) => view(part).getUint32(4 * i, true));
  const start = new Uint32Array([...WORDS, ...wordsOf(key), counter, ...wordsOf(nonce)]);
  const x = new Uint32Array(16), stream = new Uint8Array(64), out = new Uint8Array(bytes.length), drawn = view(stream);
  for (let at = 0; at < bytes.length; at += 64) {
    x.set(start);
    for (let round = 0; round < 10; round += 1) {
      for (const [a, b, c, d] of QUARTERS) {
        let t;
        x[a] += x[b]; t = x[d] ^ x[a]; x[d] = (t << 16) | (t >>> 16);
        x[c] += x[d]; t = x[b] ^ x[c]; x[b] = (t << 12) | (t >>> 20);
        x[a] += x[b]; t = x[d] ^ x[a]; x[d] = (t << 8) | (t >>> 24);
        x[c] += x[d]; t = x[b] ^ x[c]; x[b] = (t << 7) | (t >>> 25);
      }
    }
    for (let i = 0; i < 16; i += 1) drawn.setUint32(4 * i, x[i] + start[i], true);
    for (let i = 0; i < 64 && at + i < bytes.length; i += 1) out[at + i] = bytes[at + i] ^ stream[i];
    start[12] += 1;
  }
  return out;
}
