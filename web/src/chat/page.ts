// The page /chat/{product}: the chat alone, as large as a phone or centred on a desk. A site that
// embeds the same file gets the element only: its page is left alone.

import { ZhuomoChat } from "./chat";
import { langOf } from "./words";

if (document.documentElement.hasAttribute("data-chat-page")) open();

function open(): void {
  const wanted = new URLSearchParams(location.search).get("lang");
  if (wanted) document.documentElement.lang = wanted === "en" ? "en" : "zh-CN";

  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    html, body { height: 100%; margin: 0; background: #e6eaf0; }
    body { display: grid; place-items: center; }
    zhuomo-chat { width: 100%; height: 100dvh; }
    @media (min-width: 600px) {
      zhuomo-chat { width: 400px; height: min(720px, 100dvh - 48px); border-radius: 16px; box-shadow: 0 12px 40px #15211c26; }
    }
    @media (prefers-color-scheme: dark) { html, body { background: #070a0d; } }
  `);
  document.adoptedStyleSheets = [sheet];

  const chat = new ZhuomoChat();
  chat.setAttribute("product", decodeURIComponent(location.pathname.replace(/^\/chat\//, "").replace(/\/$/, "")));
  chat.setAttribute("lang", langOf());
  const main = document.createElement("main");
  main.style.display = "contents";
  main.append(chat);
  document.body.append(main);
  chat.addEventListener("zhuomo-ready", (e) => {
    document.title = (e as CustomEvent<string>).detail;
  });
}
