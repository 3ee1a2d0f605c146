import { sharedWord } from "../words/i18n";

interface Problem {
  status?: number;
  title?: string;
  detail?: string;
  code?: string;
  fix?: string;
  field?: string;
  request_id?: string;
}

/** Fault is why something did not work, in the words that the server chose for this person. */
export class Fault extends Error {
  override readonly name = "Fault";
  constructor(
    /** status is the HTTP status; 0 when the server was not reached. */
    readonly status: number,
    /** code is stable: "label.wrong_task". */
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    /** fix is what the person can do. */
    readonly fix: string,
    /** field names the input that is wrong: "body.name". */
    readonly field: string,
    readonly requestID: string,
  ) {
    super(detail);
  }

  /** report is what a person can send to whoever runs the server. */
  get report(): string {
    return [`${this.code} (${this.status})`, this.title, this.detail, this.fix, this.field && `field: ${this.field}`, this.requestID && `request: ${this.requestID}`, `page: ${location.pathname}${location.search}`, `at: ${new Date().toISOString()}`]
      .filter(Boolean)
      .join("\n");
  }
}

/** faultOf reads problem+json; an answer that is none, say from a proxy, becomes a fault of its own. */
export function faultOf(response: Response, body: unknown): Fault {
  const p = (typeof body === "object" && body !== null ? body : {}) as Problem;
  const id = p.request_id ?? response.headers.get("X-Request-Id") ?? "";
  if (p.code) return new Fault(response.status, p.code, p.title ?? "", p.detail ?? "", p.fix ?? "", p.field ?? "", id);
  return new Fault(response.status, "web.strange_answer", sharedWord("fault_title"), sharedWord("fault_strange", { status: response.status }), sharedWord("fault_strange_fix"), "", id);
}

export function unreachable(cause: unknown): Fault {
  const fault = new Fault(0, "web.unreachable", sharedWord("fault_title"), sharedWord("fault_unreachable"), sharedWord("fault_unreachable_fix"), "", "");
  fault.cause = cause;
  return fault;
}

/** asFault makes a Fault of anything thrown; a bug in a page is a fault too. */
export function asFault(e: unknown): Fault {
  if (e instanceof Fault) return e;
  const text = e instanceof Error ? `${e.name}: ${e.message}` : String(e);
  return new Fault(0, "web.broken", sharedWord("fault_title"), sharedWord("fault_broken", { text }), sharedWord("fault_broken_fix"), "", "");
}
