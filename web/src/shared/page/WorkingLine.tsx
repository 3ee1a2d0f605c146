import { useIsFetching } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import css from "./page.module.css";

/** WorkingLine is the 2 px jade line under a page head while data is read anew for longer than 200 ms. */
export function WorkingLine() {
  const busy = useIsFetching({ predicate: (q) => q.queryKey[0] !== "jobs" && q.queryKey[0] !== "people" }) > 0;
  const [shown, show] = useState(false);
  useEffect(() => {
    if (!busy) return show(false);
    const timer = setTimeout(() => show(true), 200);
    return () => clearTimeout(timer);
  }, [busy]);
  return <div className={css["line"]} data-busy={shown} aria-hidden />;
}
