// The plain first page: who is signed in, which products there are, and the way
// to their chats.

import css from "./home.css?inline";
import { el } from "../chat/parts";
import { langOf, words } from "../shared/words";
import zh from "./words.zh.json";
import en from "./words.en.json";

const wanted = new URLSearchParams(location.search).get("lang");
if (wanted) document.documentElement.lang = wanted === "en" ? "en" : "zh-CN";
const word = words({ zh, en }, langOf());
const sheet = new CSSStyleSheet();
sheet.replaceSync(css);
document.adoptedStyleSheets = [sheet];
document.title = word("name");
const main = document.querySelector("main")!;

interface Product {
  id: string;
  name: string;
}

async function read<T>(path: string): Promise<T | undefined> {
  const answer = await fetch(path, { headers: { "Accept-Language": langOf() } });
  if (answer.status === 401 || answer.status === 403) return undefined;
  if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
  return (await answer.json()) as T;
}

async function show(): Promise<void> {
  const head = [el("h1", {}, word("name")), el("p", { class: "motto" }, word("motto"))];
  try {
    const me = await read<{ name: string }>("/api/v1/me");
    if (!me) {
      main.replaceChildren(...head, el("h2", {}, word("signed_out")), el("p", {}, word("signed_out_fix")));
      return;
    }
    const products = await read<{ items: Product[] }>("/api/v1/products");
    const list = el("ul");
    for (const p of products?.items ?? []) {
      list.append(el("li", {}, el("strong", {}, p.name), el("a", { href: `/chat/${p.id}` }, word("chat"))));
    }
    main.replaceChildren(
      ...head,
      el("p", { class: "who" }, word("hello", { name: me.name })),
      el("h2", {}, word("products")),
      list.childElementCount ? list : el("p", {}, word("none")),
      el("p", {}, el("a", { href: "/api/v1/openapi.json" }, word("api"))),
    );
  } catch (e) {
    const retry = el("button", { type: "button" }, word("retry"));
    retry.addEventListener("click", () => void show());
    main.replaceChildren(...head, el("p", { role: "alert" }, word("fault", { why: e instanceof Error ? e.message : String(e) }), " ", retry));
  }
}

void show();
