import { BaseEdge, EdgeLabelRenderer, type Edge, type EdgeProps } from "@xyflow/react";
import { pathOf, type Point } from "./route";
import css from "./flow.module.css";

export type WayEdge = Edge<{ points: Point[]; at: Point; covered: boolean | undefined }, "way">;

/** WayLine is one way on the canvas, with its condition in the middle. */
export function WayLine({ id, data, label, style, markerEnd }: EdgeProps<WayEdge>) {
  return (
    <>
      <BaseEdge id={id} path={pathOf(data!.points)} {...(style ? { style } : {})} {...(markerEnd ? { markerEnd } : {})} />
      {label && (
        <EdgeLabelRenderer>
          <div className={css["wayLabel"]} data-covered={data!.covered} style={{ transform: `translate(-50%, -50%) translate(${data!.at.x}px, ${data!.at.y}px)` }}>
            {label}
          </div>
        </EdgeLabelRenderer>
      )}
    </>
  );
}
