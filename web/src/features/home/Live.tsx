import type { Overview } from "../../shared/api/useOverview";
import { useProduct } from "../../shared/api/useProduct";
import { useFormat } from "../../shared/format/useFormat";
import { Figures } from "../../shared/page/Figures";
import { useWords } from "../../shared/words/useWords";

type Traffic = Overview["today"];

/** Live are the figures of the last 24 hours against the 24 before. */
export function Live({ today, before }: { today: Traffic; before: Traffic }) {
  const w = useWords("home");
  const f = useFormat();
  const product = useProduct();
  const figure = (label: string, part: (t: Traffic) => number, whole: (t: Traffic) => number, base: string, query: string, good: "up" | "down") => {
    const now = whole(today) ? part(today) / whole(today) : undefined;
    const then = whole(before) ? part(before) / whole(before) : undefined;
    const by = now !== undefined && then !== undefined ? (now - then) * 100 : 0;
    return {
      label,
      value: now === undefined ? "–" : f.percent(now),
      unit: now === undefined ? "" : "%",
      to: `/${product}/release/turns?hours=24${query}`,
      base: w(base, { count: f.count(whole(today)) }),
      ...(by ? { change: { text: `${Math.abs(by).toFixed(1)} ${w("than_before")}`, up: by > 0, better: by > 0 === (good === "up") } } : {}),
    };
  };
  return (
    <Figures
      of={[
        figure(w("answered"), (t) => t.answered, (t) => t.turns, "of_turns", "&band=answer&state=bot", "up"),
        figure(w("handed_over"), (t) => t.handed_over, (t) => t.sessions, "of_sessions", "&state=handover", "down"),
        figure(w("fallback"), (t) => t.fallback, (t) => t.turns, "of_turns", "&band=fallback", "down"),
        figure(w("liked"), (t) => t.liked, (t) => t.rated, "of_rated", "&rating=good", "up"),
      ]}
    />
  );
}
