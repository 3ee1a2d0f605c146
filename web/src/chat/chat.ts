// <zhuomo-chat product="…" base="" lang="zh">: the product's own face. Accessible,
// embeddable on any page with one script line, no framework.

import css from "./chat.css?inline";
import { Client, Offline, Refused, type Choice, type Part, type Session, type Turn } from "./client";
import { el, partElement } from "./parts";
import { langOf, words, type Lang } from "./words";
import zh from "./words.zh.json";
import en from "./words.en.json";

const maxCharacters = 4096; // the serving stage refuses longer messages
const typingAfterMS = 400;
const retryMS = 3000;

const icons = {
  send: "M3 11.5 21 3l-6 18-3.5-7.5L3 11.5Zm8.5 2L21 3",
  good: "M7 11v9H4v-9h3Zm0 0 4-8a2.5 2.5 0 0 1 2.5 2.8L13 9h5.5a2 2 0 0 1 2 2.4l-1.3 7a2 2 0 0 1-2 1.6H7",
  less: "M5 12h14",
  open: "M4 5h16v11H9l-5 4V5Z",
  bad: "M17 13V4h3v9h-3Zm0 0-4 8a2.5 2.5 0 0 1-2.5-2.8L11 15H5.500a2 2 0 0 1-2-2.4l1.300-7a2 2 0 0 1 2-1.600H17",
};

export class ZhuomoChat extends HTMLElement {
  private readonly root = this.attachShadow({ mode: "open" });
  private readonly waiting: { id: string; text: string; bubble: HTMLElement; mark: HTMLElement; renewed: boolean }[] = [];
  private client!: Client;
  private session: Session | undefined;
  private log!: HTMLElement;
  private live!: HTMLElement;
  private bar!: HTMLElement;
  private input!: HTMLTextAreaElement;
  private sending = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly onOnline = () => void this.flush();

  private get language(): Lang {
    return langOf({ lang: this.getAttribute("lang") ?? document.documentElement.lang });
  }

  private get word() {
    return words({ zh, en }, this.language);
  }

  connectedCallback(): void {
    if (this.client) return;
    this.client = new Client(this.getAttribute("base") ?? "", this.getAttribute("product") ?? "", this.language);
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    this.root.adoptedStyleSheets = [sheet];
    this.draw();
    addEventListener("online", this.onOnline);
    // A floating chat nobody opens begins no session.
    if (!this.hasAttribute("floating")) void this.open();
  }

  disconnectedCallback(): void {
    removeEventListener("online", this.onOnline);
    clearTimeout(this.timer);
  }

  private draw(): void {
    const word = this.word;
    const human = el("button", { type: "button", id: "human" }, word("human"));
    human.addEventListener("click", () => this.say(word("human_send")));
    const less = el("button", { type: "button", id: "less", "aria-label": word("less"), title: word("less") }, icon(icons.less));
    less.addEventListener("click", () => this.fold(true));
    const launch = el("button", { type: "button", id: "launch", "aria-label": word("launch"), title: word("launch") }, icon(icons.open));
    launch.addEventListener("click", () => this.fold(false));
    const name = this.getAttribute("name") ?? word("title");
    const header = el(
      "header",
      {},
      el("span", { class: "face", "aria-hidden": "true" }, name.slice(0, 1)),
      el("div", {}, el("h1", {}, name), el("p", {}, word("subtitle"))),
      human,
      ...(this.hasAttribute("floating") ? [less] : []),
    );
    this.log = el("div", { class: "log", role: "log", "aria-label": word("log"), "aria-live": "off", tabindex: "0" });
    this.live = el("p", { class: "sr", role: "status", "aria-live": "polite" });
    this.bar = el("p", { class: "bar", role: "alert" });
    this.bar.hidden = true;
    this.input = el("textarea", { rows: "1", "aria-label": word("placeholder"), placeholder: word("placeholder"), enterkeyhint: "send" });
    this.input.addEventListener("keydown", (e) => {
      // A key that ends the composition of a Chinese word must not send.
      if (e.key !== "Enter" || e.shiftKey || e.isComposing || e.keyCode === 229) return;
      e.preventDefault();
      this.submit();
    });
    this.input.addEventListener("input", () => this.fit());
    const form = el("form", {}, this.input, el("button", { type: "submit", "aria-label": word("send") }, icon(icons.send)));
    form.addEventListener("submit", (e) => {
      e.preventDefault();
      this.submit();
    });
    this.root.replaceChildren(header, this.log, this.live, this.bar, form, ...(this.hasAttribute("floating") ? [launch] : []));
    if (this.hasAttribute("floating")) this.setAttribute("folded", "");
    this.root.addEventListener("keydown", (e) => {
      if ((e as KeyboardEvent).key === "Escape" && this.hasAttribute("floating")) this.fold(true);
    });
  }

  // fold makes a floating chat a round button in the corner, and back; focus goes along.
  private fold(away: boolean): void {
    this.toggleAttribute("folded", away);
    if (away) this.root.querySelector<HTMLElement>("#launch")!.focus();
    else {
      if (!this.session) void this.open();
      this.input.focus();
      this.down();
    }
  }

  // open takes up the session of an earlier visit, or begins one.
  private async open(): Promise<void> {
    this.log.setAttribute("aria-busy", "true");
    try {
      const kept = this.client.kept();
      const turns = kept ? await this.earlier(kept) : undefined;
      this.session = kept && turns ? kept : await this.client.begin();
      this.named(this.session.product.name);
      this.log.replaceChildren();
      if (this.session.parts.length) this.answer(this.session.parts);
      for (const turn of turns ?? []) this.replay(turn);
      for (const w of this.waiting) this.log.append(w.bubble, w.mark); // written before the conversation was there
      this.tell("");
      this.down();
      void this.flush();
    } catch (e) {
      this.unopened(e);
    } finally {
      this.log.removeAttribute("aria-busy");
    }
  }

  // earlier gives the turns of a kept session, or undefined when it is gone.
  private async earlier(kept: Session): Promise<Turn[] | undefined> {
    try {
      return await this.client.turns(kept);
    } catch (e) {
      if (!(e instanceof Refused)) throw e;
      this.client.forget();
      return undefined;
    }
  }

  private unopened(e: unknown): void {
    if (e instanceof Offline) {
      this.tell(this.word("offline"));
      this.later(() => void this.open());
      return;
    }
    this.tell(e instanceof Refused && e.status !== 404 ? this.word("failed", { why: e.message }) : this.word("unavailable"), () => void this.open());
  }

  private named(name: string): void {
    const shown = this.getAttribute("name") ?? name;
    this.root.querySelector("h1")!.textContent = shown;
    this.root.querySelector(".face")!.textContent = [...shown][0] ?? "";
    this.dispatchEvent(new CustomEvent("zhuomo-ready", { detail: shown }));
  }

  private replay(turn: Turn): void {
    this.log.append(this.mine(turn.text));
    this.answer(turn.parts, turn.turn_id, turn.rating);
  }

  private submit(): void {
    const text = this.input.value.trim();
    if (!text) return;
    const count = [...text].length;
    if (count > maxCharacters) {
      this.tell(this.word("too_long", { count, max: maxCharacters }));
      return;
    }
    this.input.value = "";
    this.fit();
    this.say(text);
  }

  // say shows the message at once and puts it in the line of those to be sent.
  private say(text: string): void {
    for (const old of this.root.querySelectorAll(".answer > .choices")) old.remove();
    const bubble = this.mine(text);
    const mark = el("p", { class: "mark" });
    mark.hidden = true;
    this.log.append(bubble, mark);
    this.waiting.push({ id: newID(), text, bubble, mark, renewed: false });
    this.down();
    void this.flush();
  }

  // flush sends what waits, in order, one at a time. The turn id makes a second
  // try harmless: the server answers it as it answered the first.
  private async flush(): Promise<void> {
    if (this.sending || !this.session) return;
    this.sending = true;
    const typing = setTimeout(() => this.typing(true), typingAfterMS);
    try {
      for (let next = this.waiting[0]; next; next = this.waiting[0]) {
        const answer = await this.client.say(this.session, next.id, next.text);
        this.waiting.shift();
        next.bubble.classList.remove("queued");
        next.mark.remove();
        this.tell("");
        this.typing(false);
        this.answer(answer.parts, answer.turn_id);
        this.live.textContent = answer.parts.map(spoken).join(" ");
        if (answer.state === "handover") this.input.placeholder = this.word("placeholder_human");
        this.down();
      }
    } catch (e) {
      this.unsent(e);
    } finally {
      clearTimeout(typing);
      this.typing(false);
      this.sending = false;
    }
  }

  private unsent(e: unknown): void {
    const first = this.waiting[0];
    if (e instanceof Offline) {
      for (const w of this.waiting) {
        w.bubble.classList.add("queued");
        w.mark.textContent = this.word("queued");
        w.mark.hidden = false;
      }
      this.tell(this.word("offline"));
      this.later(() => void this.flush());
      return;
    }
    if (e instanceof Refused && (e.status === 404 || e.status === 401 || e.status === 403) && first && !first.renewed) {
      first.renewed = true; // a new conversation is tried once: what is refused there too is not asked for ever
      this.client.forget();
      void this.client.begin().then((s) => {
        this.session = s;
        this.tell(this.word("gone"));
        void this.flush();
      }, (again: unknown) => this.unopened(again));
      return;
    }
    if (e instanceof Refused && e.status === 422 && first) {
      this.waiting.shift(); // sending it again would be refused again
      first.bubble.classList.add("queued");
    }
    this.tell(this.word("failed", { why: e instanceof Error ? e.message : String(e) }), () => void this.flush());
  }

  private mine(text: string): HTMLElement {
    return el("p", { class: "bubble me" }, el("span", { class: "sr" }, `${this.word("you")}: `), text);
  }

  private answer(parts: Part[], turnID?: string, rating?: string): void {
    const word = this.word;
    const made = el("div", { class: "answer" }, el("span", { class: "sr" }, `${word("bot")}: `));
    const say = (choice: Choice) => this.say(choice.send);
    const partWords = { position: (n: number) => word("position", { position: n }), minutes: (n: number) => word("minutes", { minutes: n }) };
    const last = parts.filter((p) => p.kind === "choices");
    for (const part of parts) if (part.kind !== "choices") made.append(partElement(part, partWords, say));
    if (turnID) made.append(this.rate(turnID, rating));
    for (const part of last) made.append(partElement(part, partWords, say));
    this.log.append(made);
  }

  private rate(turnID: string, rating?: string): HTMLElement {
    const word = this.word;
    const note = el("span", {}, word("ai"));
    const button = (good: boolean) => {
      const pressed = rating === (good ? "good" : "bad");
      const b = el("button", { type: "button", "aria-pressed": String(pressed), "aria-label": word(good ? "good" : "bad"), title: word(good ? "good" : "bad") }, icon(good ? icons.good : icons.bad));
      b.addEventListener("click", () => {
        if (!this.session) return;
        void this.client.rate(this.session, turnID, good).then(() => {
          for (const other of b.parentElement!.querySelectorAll("button")) other.setAttribute("aria-pressed", String(other === b));
          note.textContent = word("thanks");
        }, (e: unknown) => this.tell(word("failed", { why: e instanceof Error ? e.message : "" })));
      });
      return b;
    };
    return el("div", { class: "rate", role: "group" }, button(true), button(false), note);
  }

  private typing(on: boolean): void {
    this.log.querySelector(".typing")?.remove();
    if (!on) return;
    this.log.append(el("p", { class: "bubble bot typing", "aria-label": this.word("typing") }, el("i"), el("i"), el("i")));
    this.down();
  }

  private tell(text: string, retry?: () => void): void {
    this.bar.replaceChildren(text);
    if (text && retry) {
      const button = el("button", { type: "button" }, this.word("retry"));
      button.addEventListener("click", retry);
      this.bar.append(" ", button);
    }
    this.bar.hidden = !text;
  }

  private later(again: () => void): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(again, retryMS);
  }

  private fit(): void {
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(132, this.input.scrollHeight + 2)}px`;
  }

  private down(): void {
    this.log.scrollTop = this.log.scrollHeight;
  }
}

function icon(path: string): SVGSVGElement {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(ns, "path");
  line.setAttribute("d", path);
  line.setAttribute("fill", "none");
  line.setAttribute("stroke", "currentColor");
  line.setAttribute("stroke-width", "1.8");
  line.setAttribute("stroke-linejoin", "round");
  line.setAttribute("stroke-linecap", "round");
  svg.append(line);
  return svg;
}

// spoken is what a screen reader says of a part.
function spoken(part: Part): string {
  switch (part.kind) {
    case "text":
    case "handover":
      return part.text;
    case "card":
      return [part.title, ...part.facts.map((f) => `${f.name} ${f.value}`)].join(" ");
    case "choices":
      return part.choices.map((c) => c.text).join(" ");
  }
}

function newID(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  // Plain http on another machine has no randomUUID; any unguessable id will do.
  return [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
}

if (!customElements.get("zhuomo-chat")) customElements.define("zhuomo-chat", ZhuomoChat);
