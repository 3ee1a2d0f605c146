// Every page, one line each: its name, and its address below the product. Page authors add theirs.

import type { House } from "./harness";

export interface PageCase {
  name: string;
  /** path of a page of the product; with "//" in front it is an address of the whole program. {queue} is the demo's first queue. */
  path: string;
}

export const pages: PageCase[] = [
  { name: "home", path: "" },
  { name: "data", path: "data" },
  { name: "data-version", path: "data/会话" },
  { name: "data-finding", path: "data/会话?version=v3&finding=clean.pinyin_gloss.v1&where=%E6%B8%A0%E9%81%93!%3DAPP" },
  { name: "data-versions", path: "data/会话/versions" },
  { name: "data-compare", path: "data/会话/compare?base=v3&with=v4&kind=changed" },
  { name: "clean", path: "clean" },
  { name: "clean-bench", path: "clean/service" },
  { name: "clean-aside", path: "clean/service/aside" },
  { name: "knowledge", path: "knowledge" },
  { name: "knowledge-new", path: "knowledge/new" },
  { name: "knowledge-tables", path: "knowledge/tables" },
  { name: "knowledge-table", path: "knowledge/tables/hotels" },
  { name: "label", path: "label" },
  { name: "label-guideline", path: "label/guideline" },
  { name: "label-source", path: "label/guideline?as=text" },
  { name: "label-exam", path: "label/guideline/exam" },
  { name: "label-gold", path: "label/gold" },
  { name: "label-adopt", path: "label/adopt" },
  { name: "label-desk", path: "label/queues/{queue}" },
  { name: "label-quality", path: "label/queues/{queue}/quality" },
  { name: "label-tasks", path: "label/queues/{queue}/tasks?wrong=1" },
  { name: "label-mine", path: "label/queues/{queue}/mine" },
  { name: "label-skips", path: "label/queues/{queue}/skips" },
  { name: "model", path: "model" },
  { name: "model-one", path: "model/m1?say=%E8%80%81%E4%BA%BA%E5%9D%90%E8%BD%AE%E6%A4%85%EF%BC%8C%E9%85%92%E5%BA%97%E6%96%B9%E4%BE%BF%E8%BF%9B%E5%87%BA%E5%90%97" },
  { name: "model-rows", path: "model/m1/rows?right=no" },
  { name: "model-thresholds", path: "model/m1/thresholds" },
  { name: "model-compare", path: "model/m2/compare?with=m1" },
  { name: "tune", path: "tune" },
  { name: "tune-one", path: "tune/s1" },
  { name: "runs", path: "tune/runs" },
  { name: "traces", path: "tune/traces" },
  { name: "registry", path: "tune/registry" },
  { name: "evaluate", path: "evaluate" },
  { name: "evaluate-one", path: "evaluate/latest" },
  { name: "evaluate-batch", path: "evaluate/batch" },
  { name: "evaluate-suite", path: "evaluate/rules/suite" },
  { name: "evaluate-gate", path: "evaluate/rules/gate" },
  { name: "flow", path: "flow/拾程旅行客服" },
  { name: "flow-text", path: "flow/拾程旅行客服?view=both&tab=problems" },
  { name: "release", path: "release" },
  { name: "turns", path: "release/turns" },
  { name: "feedback", path: "feedback" },
  { name: "thread-find", path: "thread" },
  { name: "thread", path: "thread/chats_1.csv:456" },
  { name: "feedback fixes", path: "feedback/fixes" },
  { name: "new", path: "//new" },
  { name: "people", path: "//people" },
  { name: "audit", path: "//people/audit" },
  { name: "jobs", path: "//jobs" },
  { name: "settings", path: "//settings" },
  { name: "keys", path: "//settings/keys" },
  { name: "tokens", path: "//settings/tokens" },
  { name: "sessions", path: "//settings/sessions" },
  { name: "nowhere", path: "nothing-here" },
];

/** addressOf is where a page is; queue is firstQueue. */
export function addressOf(p: PageCase, product: string, queue: string): string {
  return p.path.startsWith("//") ? p.path.slice(1) : `/${product}/${p.path.replace("{queue}", queue)}`;
}

/** firstQueue is the demo's first queue of label tasks. */
export function firstQueue(house: House): string {
  return house.zhuomo<{ items: { id: string }[] }>("label", "queues", house.product).items[0]?.id ?? "";
}
