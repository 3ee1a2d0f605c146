/** skeleton is the smallest flow that passes the checks: it greets, asks one thing, hands over. */
export function skeleton(name: string): string {
  return `name: ${JSON.stringify(name)}
zone: "+08:00"
start: hello
fallback: lost
human: person
waiting: 您的话已经记下，客服接入后会看到。

intents:
  human: {node: person, title: 转人工}

nodes:
  hello: {say: 您好，想办什么？}
  lost: {say: 没听明白，可以换个说法，或者说“转人工”。}
  person: {handover: 这就为您转人工。, queue: 客服, minutes: 2}
`;
}
