// A browser opens six connections to a host over HTTP/1.1, so one tab holds the event stream and
// tells the others what it hears. The Web Locks API elects it; where a page may not use that (plain
// HTTP beyond loopback), each tab holds a stream of its own.

import type { Job } from "./events";

/** Heard is a change of a job, or that something may have been missed and all is to be read anew. */
export type Heard = { kind: "job"; job: Job } | { kind: "anew" };

const name = "zhuomo.events";

/** follow calls hear for what the server tells, whichever tab hears it, until the returned function is called. */
export function follow(hear: (heard: Heard) => void): () => void {
  if (!navigator.locks) return open(hear);
  const tabs = new BroadcastChannel(name);
  tabs.onmessage = (e: MessageEvent<Heard>) => hear(e.data);
  const ended = new AbortController();
  const tell = (heard: Heard) => {
    hear(heard);
    tabs.postMessage(heard);
  };
  let close = () => {};
  const hold = (then: () => void) => {
    then();
    return new Promise<void>((done) => ended.signal.addEventListener("abort", () => done(), { once: true }));
  };
  const lead = () => (close = open(tell));
  const elected = async () => {
    const first = await navigator.locks.request(name, { ifAvailable: true }, (lock) => (lock && !ended.signal.aborted ? hold(lead).then(() => true) : false));
    if (first || ended.signal.aborted) return;
    await navigator.locks.request(name, { signal: ended.signal }, () =>
      hold(() => {
        lead();
        tell({ kind: "anew" }); // between the last leader and this one something may have been said
      }),
    );
  };
  elected().catch((e: unknown) => {
    if (!ended.signal.aborted) throw e;
  });
  return () => {
    ended.abort();
    close();
    tabs.close();
  };
}

function open(hear: (heard: Heard) => void): () => void {
  const stream = new EventSource("/api/v1/events");
  stream.addEventListener("job", (e: MessageEvent<string>) => hear({ kind: "job", job: JSON.parse(e.data) as Job }));
  stream.addEventListener("reset", () => hear({ kind: "anew" }));
  // After a break the server sends what was missed; if the break was a restart, read anew.
  let broken = false;
  stream.onerror = () => (broken = true);
  stream.onopen = () => {
    if (broken) hear({ kind: "anew" });
    broken = false;
  };
  return () => stream.close();
}
