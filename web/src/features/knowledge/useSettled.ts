import { useEffect, useState } from "react";

/** useSettled is the value after it has stood still for a while; key tells whether it is another one. */
export function useSettled<T>(value: T, key: string, ms: number): T {
  const [settled, setSettled] = useState({ value, key });
  useEffect(() => {
    if (key === settled.key) return;
    const timer = setTimeout(() => setSettled({ value, key }), ms);
    return () => clearTimeout(timer);
  }, [value, key, settled.key, ms]);
  return settled.value;
}
