/* Keeps the static page of /m/ on the phone, so that it opens without signal. Nothing that
   belongs to a person is ever kept here: only the page and the files in the list below. */
"use strict";
const KNOWN = {{ known }};
const CACHE = "linli-" + KNOWN.version;
const PAGE = "/m/";

self.addEventListener("install", (event) => {
  const wanted = [PAGE, ...KNOWN.files].map((url) => new Request(url, { cache: "reload", credentials: "omit" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(wanted)).then(() => self.skipWaiting()));
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
