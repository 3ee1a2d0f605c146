import css from "./release.module.css";

/** Seal is the square cinnabar stamp on a release that a person signed: at most four characters of the name. */
export function Seal({ name, words }: { name: string; words: string }) {
  const chars = [...name].slice(0, 4);
  return (
    <span className={css["seal"]} role="img" aria-label={words} title={words} data-two={chars.length <= 2}>
      {chars.join("")}
    </span>
  );
}
