/* What the phone keeps, in IndexedDB. A write is over when its transaction is complete and on
   disk, and only then is anything called saved. */

/* Each step makes the next version of the store out of the one before. A step is never changed
   once phones have it, and none may touch what waits in `queue`, `files` and `refused`. */
export const STEPS = [
  (db) => {
    db.createObjectStore("queue", { keyPath: "key" }); // records that no answer came for
    db.createObjectStore("files", { keyPath: "key" }); // photos and voice notes, sent apart
    db.createObjectStore("refused", { keyPath: "key" }); // records with the reason they came back
    db.createObjectStore("sent", { keyPath: "key" }); // ids only, until the next list knows them
    db.createObjectStore("kept"); // keys, the day's list, drafts, the lease
  },
];

const PATIENCE = 4000;
let opened = null;

export function openStore(name = "linli", steps = STEPS, version = steps.length) {
  return new Promise((resolve, reject) => {
    const request = version ? window.indexedDB.open(name, version) : window.indexedDB.open(name);
    request.onupgradeneeded = (event) => {
      for (const step of steps.slice(event.oldVersion)) step(request.result, request.transaction);
    };
    request.onsuccess = () => {
      const db = request.result;
      db.onversionchange = () => { db.close(); opened = null; }; // a newer page wants to go on
      db.onclose = () => { opened = null; };
      resolve(db);
    };
    // A newer page was here while this one stayed open: steps only add, so it can go on writing.
    const newer = () => version && request.error.name === "VersionError";
    request.onerror = () => (newer() ? resolve(openStore(name, steps, null)) : reject(request.error));
  });
}

/* The first call of a page may stay without any answer (iOS 14.6: webkit.org/b/226547); another
   one wakes the store. */
function patient(tries = 4) {
  return new Promise((resolve, reject) => {
    const clock = setTimeout(() => (tries > 1 ? resolve(patient(tries - 1)) : reject(new Error("the store does not open"))), PATIENCE);
    openStore().then(resolve, reject).finally(() => clearTimeout(clock));
  });
}

function open() {
  opened = opened || patient().catch((error) => { opened = null; throw error; });
  return opened;
}

export const asked = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

async function run(names, mode, work) {
  const db = await open();
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(names, mode, { durability: "strict" });
    let result;
    transaction.oncomplete = () => resolve(result);
    transaction.onabort = () => reject(transaction.error || new Error("aborted"));
    const stores = names.map((name) => transaction.objectStore(name));
    Promise.resolve(work(...stores)).then((value) => { result = value; }, (error) => {
      reject(error);
      try { transaction.abort(); } catch { /* it was over */ }
    });
  });
}

export const read = (names, work) => run(names, "readonly", work);
export const write = (names, work) => run(names, "readwrite", work);

export const keep = (name, value) => write(["kept"], (kept) => asked(kept.put(value, name)));
export const kept = (name) => read(["kept"], (store) => asked(store.get(name)));
export const forget = (...names) => write(["kept"], (store) => { for (const name of names) store.delete(name); });
export const rows = (store) => read([store], (from) => asked(from.getAll()));
export const keys = (store) => read([store], (from) => asked(from.getAllKeys()));
export const row = (store, key) => read([store], (from) => asked(from.get(key)));
export const put = (store, value) => write([store], (to) => asked(to.put(value)));
/* The phone has no room left: whatever was to be written is not there. */
export const isFull = (error) => Boolean(error) && error.name === "QuotaExceededError";
export const remove = (store, key) => write([store], (from) => asked(from.delete(key)));
