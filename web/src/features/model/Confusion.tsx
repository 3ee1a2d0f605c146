import { Button, Segmented } from "antd";
import { useMemo, useRef, useState } from "react";
import { Link, useNavigate } from "react-router";
import type { Schemas } from "../../shared/api/client";
import { useLabelNames } from "../../shared/api/useLabelNames";
import { useProduct } from "../../shared/api/useProduct";
import { useFormat } from "../../shared/format/useFormat";
import { Section } from "../../shared/page/Section";
import { useWords } from "../../shared/words/useWords";
import { depth, gridOf, hue } from "./confusion";
import css from "./confusion.module.css";

/** Confusion counts rows by gold and by what the model said: jade on the diagonal, cinnabar off it. Arrows move, Enter opens the rows of a cell. */
export function Confusion({ measured, model, to }: { measured: Schemas["EvaluateMeasured"]; model: string; to: string }) {
  const w = useWords("model");
  const f = useFormat();
  const go = useNavigate();
  const nameOf = useLabelNames(useProduct());
  const [all, setAll] = useState(false);
  const grid = useMemo(() => gridOf(measured, all ? 0 : 10), [measured, all]);
  const worst = useMemo(() => {
    let at: [number, number] = [0, 0];
    grid.cells.forEach((row, i) => row.forEach((v, j) => i !== j && v > (at[0] === at[1] ? 0 : grid.cells[at[0]]![at[1]]!) && (at = [i, j])));
    return at;
  }, [grid]);
  const [at, setAt] = useState<[number, number]>();
  const [row, column] = at && at[0] < grid.labels.length && at[1] < grid.labels.length ? at : worst;
  const table = useRef<HTMLTableElement>(null);
  const address = (i: number, j: number) => `${to}?gold=${encodeURIComponent(grid.labels[i] ?? "")}&said=${encodeURIComponent(grid.labels[j] ?? "")}`;
  const move = (e: React.KeyboardEvent) => {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[e.key];
    if (!step) return;
    e.preventDefault();
    e.stopPropagation();
    const keep = (n: number) => Math.max(0, Math.min(grid.labels.length - 1, n));
    const next: [number, number] = [keep(row + step[0]!), keep(column + step[1]!)];
    setAt(next);
    table.current?.querySelector<HTMLElement>(`[data-cell="${next.join()}"]`)?.focus();
  };
  if (!grid.labels.length) return null;
  const value = grid.cells[row]![column]!;
  return (
    <Section
      title={w("confusion")}
      note={w("confusion_note", { model, count: measured.rows })}
      acts={<Segmented size="small" value={all ? "all" : "top"} onChange={(v) => setAll(v === "all")} options={[{ value: "top", label: w("top10") }, { value: "all", label: w("all_labels", { count: (measured.by_label ?? []).filter((l) => l.support > 0).length }) }]} />}
    >
      <div className={css["scroll"]} data-scroll data-all={all}>
        <table ref={table} className={css["grid"]} onKeyDown={move}>
          <caption className="read-only-aloud">{w("confusion_caption")}</caption>
          <thead>
            <tr>
              <td />
              {grid.labels.map((l) => (
                <th key={l} scope="col">
                  <span>{nameOf(l)}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {grid.labels.map((gold, i) => (
              <tr key={gold}>
                <th scope="row" title={nameOf(gold)}>{nameOf(gold)}</th>
                {grid.labels.map((said, j) => {
                  const v = grid.cells[i]![j]!;
                  const h = hue(grid, i, j);
                  return (
                    <td key={said}>
                      <button
                        type="button"
                        data-cell={`${i},${j}`}
                        data-kind={v ? (i === j ? "hit" : "miss") : "none"}
                        data-strong={h > 0.5}
                        data-current={i === row && j === column}
                        tabIndex={i === row && j === column ? 0 : -1}
                        style={{ "--hue": `${depth(h, i === j)}%` } as React.CSSProperties}
                        aria-label={w("cell", { gold: nameOf(gold), said: nameOf(said), count: v })}
                        onFocus={() => setAt([i, j])}
                        onClick={() => (v ? void go(address(i, j)) : setAt([i, j]))}
                      >
                        {v || ""}
                      </button>
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className={css["said"]}>
        <b data-wrong={row !== column}><Link to={address(row, column)}>{f.count(value)}</Link></b>
        <span>{row === column ? w("cell_hit", { gold: nameOf(grid.labels[row]!) }) : w("cell_miss", { gold: nameOf(grid.labels[row]!), said: nameOf(grid.labels[column]!) })}</span>
        <Button disabled={!value} onClick={() => void go(address(row, column))}>
          {w("see_rows", { count: value })} <kbd aria-hidden>Enter</kbd>
        </Button>
      </div>
    </Section>
  );
}
