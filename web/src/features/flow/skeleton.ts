/** Meaning is a label of the guideline, as the flow leads it on. */
export interface Meaning {
  id: string;
  zh: string;
}

const human = (m: Meaning) => m.id === "human" || m.zh.includes("人工");

/** skeleton is the smallest flow that passes the checks: it greets, has a place for the answer of every label, hands over. */
export function skeleton(name: string, labels: readonly Meaning[]): string {
  const person = labels.find(human);
  const rest = labels.filter((m) => m !== person);
  const quote = JSON.stringify;
  const title = (m: Meaning) => m.zh || m.id;
  return `name: ${quote(name)}
zone: "+08:00"
start: hello
fallback: lost
human: person
waiting: 您的话已经记下，客服接入后会看到。

intents:${labels.length ? "" : " {}"}
${person ? `  ${quote(person.id)}: {node: person, title: ${quote(title(person))}}\n` : ""}${rest.map((m, n) => `  ${quote(m.id)}: {node: answer_${n + 1}, title: ${quote(title(m))}}\n`).join("")}
nodes:
  hello: {say: 您好，想办什么？}
${rest.map((m, n) => `  answer_${n + 1}: {title: ${quote(title(m))}, say: ${quote(`您问的是${title(m)}。这里的回答还没写。`)}}\n`).join("")}  lost: {say: ${person ? "没听明白，可以换个说法，或者说“转人工”。" : "没听明白，可以换个说法。"}}
  person: {handover: 这就为您转人工。, queue: 客服, minutes: 2}
`;
}
