import { useEffect, useState } from "react";

/** useExamAnswers are the answers given so far, kept over a reload until they are handed in. */
export function useExamAnswers(name: string): { answers: string[][]; put: (answers: string[][]) => void; clear: () => void } {
  const key = `zhuomo.exam.${name}`;
  const [answers, setAnswers] = useState<string[][]>([]);
  useEffect(() => {
    try {
      setAnswers(JSON.parse(localStorage.getItem(key) ?? "[]") as string[][]);
    } catch {
      setAnswers([]);
    }
  }, [key]);
  return {
    answers,
    put: (next) => {
      setAnswers(next);
      try {
        localStorage.setItem(key, JSON.stringify(next));
      } catch {
        // They live until the page is left.
      }
    },
    clear: () => {
      try {
        localStorage.removeItem(key);
      } catch {
        // Nothing was kept.
      }
    },
  };
}
