import { Button, Table } from "antd";
import type { EChartsOption } from "echarts";
import { useEffect, useRef, useState } from "react";
import { useActions } from "../keys/useActions";
import { useMode } from "../theme/useMode";
import { useWords } from "../words/useWords";
import type { ECharts } from "./echarts";
import css from "./chart.module.css";

export interface ChartProps {
  /** label is what the chart shows, for those who do not see it. */
  label: string;
  /** summary says in a sentence what it tells; pointsSummary makes one from numbers. */
  summary: string;
  option: EChartsOption;
  /** table is the same as numbers: "as table", Shift T. */
  table: { columns: string[]; rows: (string | number)[][] };
  height?: number;
  /** onPoint hears a click: filter by it. */
  onPoint?: (params: { seriesIndex?: number; dataIndex: number; name: string; value: unknown }) => void;
  /** onBrush hears which data of the first series a drag on a parallel axis leaves. */
  onBrush?: (indices: number[]) => void;
}

/** Chart draws with ECharts in the colours of the tokens, and is a table on demand. */
export function Chart({ label, summary, option, table, height = 240, onPoint, onBrush }: ChartProps) {
  const w = useWords("shared");
  const mode = useMode();
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts>(undefined);
  const latest = useRef({ option, onPoint, onBrush });
  latest.current = { option, onPoint, onBrush };
  const [asTable, setAsTable] = useState(false);
  const words = asTable ? w("chart_as_chart") : w("chart_as_table");
  useActions([{ id: "chart.table", words, key: "Shift T", run: () => setAsTable((t) => !t) }], "list");

  useEffect(() => {
    const el = box.current;
    if (asTable || !el) return;
    let gone = false;
    const watch = new ResizeObserver(() => chart.current?.resize());
    void import("./echarts").then(({ init }) => {
      if (gone) return;
      const made = init(el, `zhuomo-${mode}`);
      chart.current = made;
      const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
      made.setOption({ ...latest.current.option, ...(still ? { animation: false } : {}) });
      made.on("click", (e) => latest.current.onPoint?.(e as never));
      made.on("axisareaselected", () => {
        const series = (made as unknown as { getModel(): { getSeriesByIndex(i: number): { getRawIndicesByActiveState?(state: string): number[]; getData(): { count(): number } } } }).getModel().getSeriesByIndex(0);
        const active = series.getRawIndicesByActiveState?.("active") ?? [];
        const unbrushed = series.getRawIndicesByActiveState?.("normal") ?? [];
        latest.current.onBrush?.(unbrushed.length === series.getData().count() ? unbrushed : active);
      });
      watch.observe(el);
      el.dataset["drawn"] = "true";
    });
    return () => {
      gone = true;
      watch.disconnect();
      chart.current?.dispose();
      chart.current = undefined;
    };
  }, [mode, asTable]);
  useEffect(() => {
    chart.current?.setOption(option, { notMerge: true });
  }, [option]);

  return (
    <figure className={css["chart"]}>
      <figcaption className="read-only-aloud">
        {label}. {summary}
      </figcaption>
      <Button className={css["toggle"]!} type="text" size="small" onClick={() => setAsTable(!asTable)}>
        {words}
      </Button>
      {asTable ? (
        <Table
          size="small"
          pagination={false}
          scroll={{ y: height - 40 }}
          rowKey={(r) => r.key}
          dataSource={table.rows.map((cells, key) => ({ key, cells }))}
          columns={table.columns.map((title, i) => ({ key: i, title, align: typeof table.rows[0]?.[i] === "number" ? "right" : "left", render: (_, r) => r.cells[i] }))}
        />
      ) : (
        <div ref={box} style={{ height }} aria-hidden data-chart />
      )}
    </figure>
  );
}
