import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import { useFormat } from "../../shared/format/useFormat";
import { useWords } from "../../shared/words/useWords";
import type { Item } from "./api";
import css from "./feedback.module.css";

/** TurnList is the turns that wait, the costliest first: what was asked, why it waits, how sure the model was, how many ask the same. */
export function TurnList({ items, at, onPick }: { items: Item[]; at: string | undefined; onPick: (turn: string) => void }) {
  const w = useWords("feedback");
  const f = useFormat();
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({ count: items.length, getScrollElement: () => box.current, estimateSize: () => 49, overscan: 12 });
  const index = items.findIndex((i) => i.turn_id === at);
  useEffect(() => {
    if (index >= 0) rows.scrollToIndex(index, { align: "auto" });
  }, [index, rows]);
  return (
    <div className={css["list"]} ref={box} data-scroll>
      <div role="listbox" tabIndex={0} aria-label={w("title")} aria-activedescendant={index >= 0 ? `turn-${at}` : undefined} style={{ height: rows.getTotalSize(), position: "relative" }}>
        {rows.getVirtualItems().map((v) => {
          const item = items[v.index]!;
          return (
            <div key={item.turn_id} id={`turn-${item.turn_id}`} role="option" aria-selected={item.turn_id === at} className={css["item"]} style={{ top: v.start, height: v.size }} onClick={() => onPick(item.turn_id)}>
              <span className={css["itemText"]}>{item.text}</span>
              <span className={css["itemCount"]}>{item.count > 1 ? `×${f.count(item.count)}` : ""}</span>
              <span className={css["itemWhy"]}>
                <b data-cause={item.cause}>{w(`cause_${item.cause}`)}</b> {item.p ? f.score(item.p) : ""}
              </span>
              <span className={css["risk"]} role="img" aria-label={w("risk", { of: f.percent(item.risk) })} data-high={item.risk >= 0.6}>
                {[0, 1, 2, 3, 4].map((i) => (
                  <i key={i} data-on={item.risk * 5 > i} />
                ))}
              </span>
            </div>
          );
        })}
      </div>
    </div>
  );
}
