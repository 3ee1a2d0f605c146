import { Button, Drawer } from "antd";
import { useEffect, useRef, useState } from "react";
import { Link } from "react-router";
import { useWords } from "../../shared/words/useWords";
import { Section } from "../../shared/page/Section";
import { snippet } from "./snippet";
import css from "./release.module.css";

/** Embed is the one script line that puts the web chat on a site, tried here as a customer sees it. */
export function Embed({ product }: { product: string }) {
  const w = useWords("release");
  const [open, setOpen] = useState(false);
  const [copied, setCopied] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const text = snippet(location.origin, product);
  useEffect(() => {
    if (!open) return;
    // The very file that the snippet names, so that what is seen is what others get.
    const script = document.createElement("script");
    script.type = "module";
    script.src = "/assets/chat.js";
    document.head.append(script);
    const chat = document.createElement("zhuomo-chat");
    chat.setAttribute("product", product);
    const timer = setTimeout(() => box.current?.replaceChildren(chat));
    return () => {
      clearTimeout(timer);
      chat.remove();
      script.remove();
    };
  }, [open, product]);
  return (
    <Section title={w("embed")} note={w("embed_note")}>
      <pre className={css["snippet"]} tabIndex={0}>{text}</pre>
      <div className={css["embedActs"]}>
        <Button size="small" onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}>
          {copied ? w("copied") : w("copy")}
        </Button>
        <Button size="small" onClick={() => setOpen(true)}>
          {w("preview")}
        </Button>
        <a href={`/chat/${product}`} target="_blank" rel="noreferrer">
          {w("chat_page")}
        </a>
        <Link to="/people">{w("tokens")}</Link>
      </div>
      <Drawer open={open} onClose={() => setOpen(false)} title={w("preview")} size={408} destroyOnHidden>
        <p className={css["grey"]}>{w("preview_note")}</p>
        <div className={css["preview"]} ref={box} />
      </Drawer>
    </Section>
  );
}
