/* Keeps the static page of /m/ on the phone, so that it opens without signal. Nothing that
   belongs to a person is ever kept here: only the page and the files in the list below. */
"use strict";
const KNOWN = {{ known }};
const CACHE = "linli-" + KNOWN.version;
const PAGE = "/m/";

const KINDS = { js: "javascript", css: "css", png: "png", svg: "svg" };

/* What a network, or a server under repair, answers with 200 in place of a file would stay for good. */
async function fetched(url) {
  const answer = await fetch(url, { cache: "reload", credentials: "omit", redirect: "error" });
  const kind = (answer.headers.get("Content-Type") || "").includes(url === PAGE ? "html" : KINDS[url.split(".").pop()]);
  const whole = url !== PAGE || (await answer.clone().text()).includes('id="screen"');
  if (!answer.ok || !kind || !whole) throw new Error("not ours: " + url);
  return [url, answer];
}

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const all = await Promise.all([PAGE, ...KNOWN.files].map(fetched));
    const cache = await caches.open(CACHE);
    for (const [url, answer] of all) await cache.put(url, answer);
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("linli-") && name !== CACHE) await caches.delete(name);
    }
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  const isPage = event.request.mode === "navigate" && url.pathname === PAGE;
  if (!isPage && !KNOWN.files.includes(url.pathname)) return;
  event.respondWith((async () => {
    const kept = await caches.match(isPage ? PAGE : url.pathname, { cacheName: CACHE });
    return kept || fetch(event.request);
  })());
});
