/** keepPages lets the browser keep what this page is made of, so that it opens again while the server is gone. Resolves to whether it could. */
export async function keepPages(): Promise<boolean> {
  const worker = navigator.serviceWorker; // missing where the connection is not secure
  if (!worker || !import.meta.env.PROD) return false;
  await worker.register("/sw.js");
  const { active } = await worker.ready;
  const paths = performance.getEntriesByType("resource").map((r) => new URL(r.name)).filter((u) => u.origin === location.origin && u.pathname.startsWith("/assets/")).map((u) => u.pathname);
  const { port1, port2 } = new MessageChannel();
  return new Promise((done) => {
    port1.onmessage = () => done(true);
    active!.postMessage({ keep: [...new Set(paths)] }, [port2]);
  });
}
