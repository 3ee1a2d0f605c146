import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { expect, test } from "vitest";
import { makeStale } from "./events";

test("an answer that was on its way when the job ended is asked for again", async () => {
  const client = new QueryClient();
  const answers: ((v: string) => void)[] = [];
  const ask = () => new Promise<string>((done) => void answers.push(done));
  const seen = new QueryObserver(client, { queryKey: ["overview", "p1"], queryFn: ask });
  const other = new QueryObserver(client, { queryKey: ["overview", "p2"], queryFn: ask });
  const stop = [seen.subscribe(() => undefined), other.subscribe(() => undefined)];
  expect(answers.length).toBe(2);
  makeStale(client, "p1");
  expect(answers.length).toBe(2); // the first is still on its way
  answers[0]!("before the end");
  answers[1]!("another product");
  await expect.poll(() => answers.length).toBe(3);
  answers[2]!("after the end");
  await expect.poll(() => seen.getCurrentResult().data).toBe("after the end");
  makeStale(client, "p1"); // once there, it is asked for at once
  await expect.poll(() => answers.length).toBe(4);
  expect(other.getCurrentResult().data).toBe("another product");
  stop.forEach((s) => s());
  client.clear();
});
