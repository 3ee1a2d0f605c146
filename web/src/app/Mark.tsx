/** Mark is the 璧: a jade ring. */
export function Mark({ size = 20 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" aria-hidden>
      <circle cx="12" cy="12" r="7.5" fill="none" stroke="var(--jade)" strokeWidth="6" />
    </svg>
  );
}
