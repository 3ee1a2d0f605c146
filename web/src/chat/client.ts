// The chat's side of the serving API: one session, its turns in order, kept
// over reloads, and sent again when the connection returns.

export type Part =
  | { kind: "text"; text: string }
  | { kind: "card"; title: string; facts: { name: string; value: string }[]; actions: Choice[] }
  | { kind: "choices"; choices: Choice[] }
  | { kind: "handover"; text: string; position?: number; minutes?: number };

export interface Choice {
  text: string;
  send: string;
}

export interface Turn {
  turn_id: string;
  text: string;
  parts: Part[];
  rating?: string;
}

export interface Session {
  id: string;
  token: string;
  product: { id: string; name: string };
  parts: Part[];
}

export interface Answer {
  turn_id: string;
  release: string;
  parts: Part[];
  state: string;
}

// Refused is an answer of the server that says no; Offline is no answer at all.
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}
export class Offline extends Error {}

export class Client {
  constructor(
    private readonly base: string,
    private readonly product: string,
    private readonly lang: string,
  ) {}

  private get key(): string {
    return `zhuomo-chat:${this.base}:${this.product}`;
  }

  // kept is the session of an earlier visit, if there is one.
  kept(): Session | undefined {
    try {
      const text = localStorage.getItem(this.key);
      return text ? (JSON.parse(text) as Session) : undefined;
    } catch {
      return undefined; // storage is off: every visit begins anew
    }
  }

  forget(): void {
    try {
      localStorage.removeItem(this.key);
    } catch {
      // nothing was kept
    }
  }

  async begin(): Promise<Session> {
    const session = await this.call<Session>("POST", "", { channel: "web" });
    try {
      localStorage.setItem(this.key, JSON.stringify(session));
    } catch {
      // works without being kept
    }
    return session;
  }

  async turns(session: Session): Promise<Turn[]> {
    const page = await this.call<{ items: Turn[] }>("GET", `/${session.id}/turns?limit=100`, undefined, session);
    return page.items;
  }

  say(session: Session, turnID: string, text: string): Promise<Answer> {
    return this.call("POST", `/${session.id}/turns`, { text, turn_id: turnID }, session);
  }

  async rate(session: Session, turnID: string, good: boolean): Promise<void> {
    await this.call("POST", `/${session.id}/turns/${turnID}/ratings`, { good, comment: "" }, session);
  }

  private async call<T>(method: string, path: string, body?: unknown, session?: Session): Promise<T> {
    const headers: Record<string, string> = { "Accept-Language": this.lang };
    if (session) headers["X-Session-Token"] = session.token;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    let answer: Response;
    try {
      answer = await fetch(`${this.base}/api/v1/products/${encodeURIComponent(this.product)}/sessions${path}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (e) {
      throw new Offline(String(e));
    }
    if (!answer.ok) {
      const problem = (await answer.json().catch(() => ({}))) as { code?: string; detail?: string; title?: string; fix?: string };
      const said = [problem.detail ?? problem.title, problem.fix].filter(Boolean).join(" · ");
      throw new Refused(answer.status, problem.code ?? "", said || answer.statusText);
    }
    return (answer.status === 204 ? undefined : await answer.json()) as T;
  }
}
