import { useState } from "react";

/** useFlag is a choice of this person that this browser keeps. */
export function useFlag(name: string, standard: boolean): [boolean, (on: boolean) => void] {
  const key = `zhuomo.label.${name}`;
  const [on, setOn] = useState(() => {
    try {
      return (localStorage.getItem(key) ?? String(standard)) === "true";
    } catch {
      return standard;
    }
  });
  return [
    on,
    (next) => {
      setOn(next);
      try {
        localStorage.setItem(key, String(next));
      } catch {
        // Chosen for this visit only.
      }
    },
  ];
}
