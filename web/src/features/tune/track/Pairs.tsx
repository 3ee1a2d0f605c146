import css from "../tune.module.css";

/** Pairs is a short table of names and values. */
export function Pairs({ of, label }: { of: { key: string; value: string }[]; label: string }) {
  return (
    <table className={css["pairs"]} aria-label={label}>
      <tbody>
        {of.map((p) => (
          <tr key={p.key}>
            <th scope="row">{p.key}</th>
            <td data-measure>{p.value}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
