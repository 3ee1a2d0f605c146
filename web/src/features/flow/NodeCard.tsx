import { Handle, Position, type Node, type NodeProps } from "@xyflow/react";
import { TriangleAlert } from "lucide-react";
import { useLang } from "../../shared/words/useLang";
import { useWords } from "../../shared/words/useWords";
import type { FlowNode, Problem } from "./api";
import { kinds } from "./kinds";
import css from "./flow.module.css";

export type CardNode = Node<{ node: FlowNode; name: string; said: string; foot: string; problem: Problem | undefined; covered: boolean | undefined; glow: boolean }, "card">;

/** NodeCard is one node on the canvas: kind glyph, name, first line, what it fills, what is wrong. */
export function NodeCard({ data, selected }: NodeProps<CardNode>) {
  const w = useWords("flow");
  const lang = useLang();
  const { node, problem } = data;
  const look = kinds[node.kind];
  const Glyph = look?.glyph;
  return (
    <div className={css["card"]} data-selected={selected} data-problem={!!problem} data-covered={data.covered} data-glow={data.glow}>
      <Handle type="target" position={Position.Top} isConnectable={false} />
      <div className={css["cardHead"]}>
        {Glyph && (
          <span className={css["glyph"]} data-tone={look.tone}>
            <Glyph size={13} aria-hidden />
          </span>
        )}
        <span className={css["cardName"]}>{data.name}</span>
        <span className={css["cardKind"]}>{w(`kind_${node.kind}`)}</span>
      </div>
      <p className={css["cardText"]}>{data.said || w("nothing_said")}</p>
      {(problem || data.foot) && (
        <p className={css["cardFoot"]}>
          {problem ? (
            <>
              <TriangleAlert size={12} aria-hidden /> {lang === "zh" ? problem.zh : problem.en}
            </>
          ) : (
            data.foot
          )}
        </p>
      )}
      <Handle type="source" position={Position.Bottom} isConnectable={false} />
    </div>
  );
}
