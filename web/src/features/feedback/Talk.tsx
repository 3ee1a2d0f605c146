import { ThumbsDown, ThumbsUp } from "lucide-react";
import { useEffect, useRef } from "react";
import { useFormat } from "../../shared/format/useFormat";
import { useWords } from "../../shared/words/useWords";
import { replyOf, type Fix, type Turn } from "./api";
import css from "./feedback.module.css";
import { NewAnswer } from "./NewAnswer";
import { Why } from "./Why";

/**
 * Talk is the conversation around a turn, the turn marked, why it was understood so, and after a fix what is answered now.
 * Until the turns of the session have come the turn stands alone; why waits for them, for it depends on what was said before.
 */
export function Talk({ product, turns, turn, fix, nameOf }: { product: string; turns: Turn[] | undefined; turn: Turn; fix: Fix | undefined; nameOf: (label: string) => string }) {
  const w = useWords("feedback");
  const f = useFormat();
  const marked = useRef<HTMLLIElement>(null);
  useEffect(() => {
    void marked.current?.scrollIntoView({ block: "center" });
  }, [turn.id, turns?.length]); // the turns before it may come later
  const before = turns?.filter((t) => t.number < turn.number);
  const top = turn.trace.labels?.[0];
  return (
    <ol className={css["talk"]}>
      {(turns ?? [turn]).map((t) => {
        const here = t.id === turn.id;
        return (
          <li key={t.id} ref={here ? marked : undefined} data-here={here}>
            <p className={css["asked"]}>{t.text}</p>
            {here && <p className={css["heard"]}>{top ? w("heard_as", { label: nameOf(top.label), p: f.score(top.probability) }) : w("not_heard")}</p>}
            <p className={css["said"]}>{replyOf(t)}</p>
            {t.rating && (
              <p className={css["rated"]} data-rating={t.rating}>
                {t.rating === "bad" ? <ThumbsDown size={12} aria-hidden /> : <ThumbsUp size={12} aria-hidden />} {w(`rated_${t.rating === "bad" ? "bad" : "good"}`)}
              </p>
            )}
            {here && before && <Why product={product} turn={t} before={before} nameOf={nameOf} />}
            {here && before && fix?.state === "live" && <NewAnswer product={product} turn={t} before={before} fix={fix} />}
          </li>
        );
      })}
    </ol>
  );
}
