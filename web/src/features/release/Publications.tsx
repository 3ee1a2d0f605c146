import { useFormat } from "../../shared/format/useFormat";
import { Section } from "../../shared/page/Section";
import { useWords } from "../../shared/words/useWords";
import { usePublications } from "./api";
import { noteOf } from "./noteOf";
import css from "./release.module.css";

/** Publications is who put what live and took it back, and why. */
export function Publications({ product }: { product: string }) {
  const w = useWords("release");
  const f = useFormat();
  const list = usePublications(product).data?.items ?? [];
  return (
    <Section title={w("log")} note={list.length ? <span data-total={list.length}>{f.count(list.length)}</span> : undefined}>
      <ul className={css["log"]}>
        {list.map((p) => (
          <li key={p.id}>
            <span>
              {w(`did_${p.kind}`)} <b>{p.release}</b> <span className={css["grey"]}>{p.actor}</span>
            </span>
            <span className={css["grey"]}>{f.time(p.at_us)}</span>
            {(p.reason || p.gate === "overruled") && <span className={css["bad"]}>{p.gate === "overruled" ? w("overruled", { why: p.reason ?? "" }) : noteOf(p.reason, w)}</span>}
          </li>
        ))}
      </ul>
    </Section>
  );
}
