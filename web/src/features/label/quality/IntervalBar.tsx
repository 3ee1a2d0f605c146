import css from "./quality.module.css";

interface Props {
  value: number;
  low: number;
  high: number;
  /** from is the left end of the scale; the right end is 1. */
  from: number;
  /** bar is what is wanted: a dashed line. */
  bar?: number;
  words: string;
}

/** IntervalBar is a value with its interval on a scale that ends at 1. */
export function IntervalBar({ value, low, high, from, bar, words }: Props) {
  const at = (n: number) => `${Math.max(0, Math.min(100, (100 * (n - from)) / (1 - from)))}%`;
  return (
    <span className={css["interval"]} role="img" aria-label={words} title={words} data-low={bar !== undefined && value < bar}>
      {bar !== undefined && <i className={css["wanted"]} style={{ left: at(bar) }} />}
      <i className={css["whisker"]} style={{ left: at(low), right: `calc(100% - ${at(high)})` }} />
      <i className={css["dot"]} style={{ left: at(value) }} />
    </span>
  );
}
