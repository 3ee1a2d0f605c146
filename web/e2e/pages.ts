// Every page, one line each: its name, and its address below the product. Page authors add theirs.

export interface PageCase {
  name: string;
  /** path of a page of the product; with "//" in front it is an address of the whole program. {queue} is the demo's first queue. */
  path: string;
}

export const pages: PageCase[] = [
  { name: "home", path: "" },
  { name: "data", path: "data" },
  { name: "clean", path: "clean" },
  { name: "knowledge", path: "knowledge" },
  { name: "label", path: "label" },
  { name: "label-guideline", path: "label/guideline" },
  { name: "label-source", path: "label/guideline?as=text" },
  { name: "label-exam", path: "label/guideline/exam" },
  { name: "label-gold", path: "label/gold" },
  { name: "label-desk", path: "label/queues/{queue}" },
  { name: "label-quality", path: "label/queues/{queue}/quality" },
  { name: "label-tasks", path: "label/queues/{queue}/tasks?wrong=1" },
  { name: "label-mine", path: "label/queues/{queue}/mine" },
  { name: "label-skips", path: "label/queues/{queue}/skips" },
  { name: "model", path: "model" },
  { name: "tune", path: "tune" },
  { name: "evaluate", path: "evaluate" },
  { name: "flow", path: "flow/拾程旅行客服" },
  { name: "flow-text", path: "flow/拾程旅行客服?view=both&tab=problems" },
  { name: "release", path: "release" },
  { name: "turns", path: "release/turns" },
  { name: "feedback", path: "feedback" },
  { name: "thread-find", path: "thread" },
  { name: "thread", path: "thread/chats_1.csv:456" },
  { name: "feedback fixes", path: "feedback/fixes" },
  { name: "thread", path: "thread" },
  { name: "people", path: "//people" },
  { name: "jobs", path: "//jobs" },
  { name: "settings", path: "//settings" },
  { name: "keys", path: "//settings/keys" },
  { name: "tokens", path: "//settings/tokens" },
  { name: "nowhere", path: "nothing-here" },
];
