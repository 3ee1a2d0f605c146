import { api, ask } from "../../shared/api/client";
import { asFault } from "../../shared/api/fault";
import { jobIsOver } from "../../shared/api/useJob";

/**
 * takeBackAll undoes the fixes of one order, the newest first, since the release of each stands on
 * that of the one before. What still waits or runs is stopped first; what the gate refused is left.
 */
export async function takeBackAll(ids: string[]): Promise<void> {
  const newest = [...ids].reverse();
  if (newest.length > 1) for (const id of newest) await stop(id);
  for (const id of newest) {
    if (newest.length === 1 || (await isLive(id))) await ask(api.POST("/api/v1/fixes/{fix}/takeback", { params: { path: { fix: id } } }));
  }
}

/** stop cancels the job of a fix and waits until it has ended; a fix takes seconds. */
async function stop(id: string): Promise<void> {
  const look = async () => jobIsOver(await ask(api.GET("/api/v1/jobs/{job}", { params: { path: { job: id } } })));
  if (await look()) return;
  await ask(api.POST("/api/v1/jobs/{job}/cancellation", { params: { path: { job: id } } }));
  while (!(await look())) await new Promise((done) => setTimeout(done, 200));
}

/** isLive tells whether a fix went live; one that never began is unknown to the server. */
async function isLive(id: string): Promise<boolean> {
  try {
    return (await ask(api.GET("/api/v1/fixes/{fix}", { params: { path: { fix: id } } }))).state === "live";
  } catch (e) {
    if (asFault(e).status === 404) return false;
    throw e;
  }
}
