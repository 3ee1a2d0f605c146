// Keeps the pages that the labelling desk needs on this machine, so that a reload works while the server
// is gone. It keeps nothing by itself: a page names what to keep. Answers of the server are never kept here.
const store = "zhuomo-pages-1";
const most = 300; // files of an older program go when newer ones come

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (e) => e.waitUntil(self.clients.claim()));

self.addEventListener("message", (e) => {
  if (e.data?.keep) e.waitUntil(keep(e.data.keep).then(() => e.ports[0]?.postMessage("kept")));
});

async function keep(paths) {
  const cache = await caches.open(store);
  await cache.add(new Request("/", { cache: "no-cache", headers: { Accept: "text/html" } }));
  for (const path of paths) if (!(await cache.match(path))) await cache.add(path);
  const all = await cache.keys();
  for (const old of all.slice(0, Math.max(0, all.length - most))) await cache.delete(old);
}

self.addEventListener("fetch", (e) => {
  const url = new URL(e.request.url);
  if (e.request.method !== "GET" || url.origin !== location.origin || url.pathname.startsWith("/api/")) return;
  const page = e.request.mode === "navigate" && !/^\/(chat|sign-in|webhooks)(\/|$)/.test(url.pathname);
  if (!page && !url.pathname.startsWith("/assets/")) return;
  e.respondWith(
    fetch(e.request).catch(async (gone) => {
      const kept = await (await caches.open(store)).match(page ? "/" : url.pathname);
      if (!kept) throw gone;
      return kept;
    }),
  );
});
