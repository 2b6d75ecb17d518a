// Serves the terminal from the device while there is no network. It sends nothing: the page's outbox does.

const CACHE = "terminal";
const PATIENCE = 4_000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(network(request, PATIENCE));
  else if (url.pathname.startsWith("/static/")) event.respondWith(kept(request, url));
});

// What carries its digest in the address never changes.
async function kept(request, url) {
  const found = url.searchParams.has("v") && (await caches.match(request));
  return found || network(request, PATIENCE);
}

async function network(request, patience) {
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(patience) });
    if (response.ok && !response.redirected) (await caches.open(CACHE)).put(request, response.clone());
    return response;
  } catch (error) {
    const found = await caches.match(request);
    if (found) return found;
    throw error;
  }
}
