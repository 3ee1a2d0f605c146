import { Checkbox, Select, Slider } from "antd";
import { useWords } from "../../../shared/words/useWords";
import css from "../tune.module.css";
import { useDrawn } from "./useDrawn";

/** HowDrawn is the row of choices over curves: along steps or time, logarithms, smoothing. */
export function HowDrawn() {
  const w = useWords("tune");
  const { drawn, set } = useDrawn();
  return (
    <div className={css["drawn"]}>
      <Select size="small" value={drawn.along} aria-label={w("along")} onChange={(v) => set({ along: v === "time" ? v : "" })} options={(["step", "time"] as const).map((value) => ({ value, label: w(`along_${value}`) }))} />
      <Checkbox checked={drawn.log} onChange={(e) => set({ log: e.target.checked ? "1" : "" })}>{w("log_axis")}</Checkbox>
      <label>
        {w("smoothing")} <span data-measure>{drawn.smooth.toFixed(2)}</span>
        <Slider min={0} max={0.99} step={0.01} defaultValue={drawn.smooth} onChangeComplete={(v) => set({ smooth: v ? String(v) : "" })} ariaLabelForHandle={w("smoothing")} tooltip={{ open: false }} />
      </label>
    </div>
  );
}
