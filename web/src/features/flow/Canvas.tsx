import { Background, MarkerType, MiniMap, Panel, ReactFlow, type ReactFlowInstance } from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import { Select } from "antd";
import { useEffect, useMemo, useRef } from "react";
import { useMode } from "../../shared/theme/useMode";
import { color } from "../../shared/theme/tokens";
import { useWords } from "../../shared/words/useWords";
import type { Drawing, StoryReport } from "./api";
import { heightOf, linesOf, nodeWidth, place, reachable, summary } from "./layout";
import { NodeCard, type CardNode } from "./NodeCard";
import { WayLine, type WayEdge } from "./WayLine";
import css from "./flow.module.css";

const nodeTypes = { card: NodeCard };
const edgeTypes = { way: WayLine };

export interface CanvasProps {
  drawing: Drawing;
  report: StoryReport | undefined;
  /** from is the intent whose thread is drawn, "" for all. */
  from: string;
  onFrom: (intent: string) => void;
  selected: string;
  onSelect: (id: string) => void;
  onOpen: (id: string) => void;
  glow: Set<string>;
  /** canvas is given to whoever fits or moves it. */
  onReady: (canvas: ReactFlowInstance<CardNode, WayEdge>) => void;
}

/** Canvas draws the flow; what the stories walked is solid jade, the rest dashed, problems cinnabar. */
export function Canvas({ drawing, report, from, onFrom, selected, onSelect, onOpen, glow, onReady }: CanvasProps) {
  const w = useWords("flow");
  const mode = useMode();
  const canvas = useRef<ReactFlowInstance<CardNode, WayEdge> | null>(null);
  const { nodes, edges } = useMemo(() => {
    const all = drawing.edges ?? [];
    const intents = drawing.flow.intents ?? [];
    const entry = intents.find((i) => i.name === from)?.node;
    const shown = entry ? reachable(all, entry) : undefined;
    const list = (drawing.flow.nodes ?? []).filter((n) => !shown || shown.has(n.id));
    const known = new Set(list.map((n) => n.id));
    const entries = new Map<string, string[]>();
    for (const i of intents) if (i.node) entries.set(i.node, [...(entries.get(i.node) ?? []), i.title || i.name]);
    const walked = new Map((report?.coverage.nodes ?? []).map((c) => [c.node, c.count]));
    const taken = new Map((report?.coverage.edges ?? []).map((c) => [`${c.from} ${c.to}`, c.count]));
    const slots = new Map((drawing.flow.slots ?? []).map((s) => [s.name, s]));
    const cards = list.map((node) => {
      const problem = (drawing.problems ?? []).find((p) => p.place === node.id);
      const titles = entries.get(node.id);
      const asked = (node.ask ?? []).map((s) => slots.get(s)).filter((s) => s !== undefined);
      const said = asked[0]?.ask || summary(node);
      const fills = asked.map((s) => s.title || s.name).join("、");
      const foot = fills || (titles ? w("entry_of", { what: titles.slice(0, 2).join("、") }) : "");
      return { node, problem, name: node.title || titles?.[0] || node.id, said, foot, height: heightOf(linesOf(said), !!problem || !!foot) };
    });
    const why = (e: (typeof all)[number]) => {
      const n = Number(/^case (\d+)$/.exec(e.why)?.[1] ?? 0);
      const node = list.find((x) => x.id === e.from);
      if (n) return node?.branch?.[n - 1]?.when ?? "";
      return e.why === "next" ? "" : w(`why_${e.why}_way`);
    };
    const lines = all.filter((e) => known.has(e.from) && known.has(e.to)).map((e) => ({ ...e, label: why(e).slice(0, 22) }));
    const at = place(cards.map((c) => ({ id: c.node.id, height: c.height })), lines);
    const jade = color(mode, "jadeMark");
    const grey = color(mode, "ink3");
    return {
      nodes: cards.map(
        (c): CardNode => ({
          id: c.node.id,
          type: "card",
          position: at.nodes.get(c.node.id)!,
          width: nodeWidth,
          height: c.height,
          ariaLabel: `${w(`kind_${c.node.kind}`)} ${c.name}`,
          data: { node: c.node, name: c.name, said: c.said, foot: c.foot, problem: c.problem, covered: report && (walked.get(c.node.id) ?? 0) > 0, glow: false },
        }),
      ),
      edges: lines.map((e, i): WayEdge => {
        const count = taken.get(`${e.from} ${e.to}`) ?? 0;
        const covered = report ? count > 0 : undefined;
        const stroke = covered === false ? grey : jade;
        return {
          id: `${i} ${e.from} ${e.to}`,
          source: e.from,
          target: e.to,
          label: e.label,
          type: "way",
          data: { ...at.ways.get(i)!, covered },
          ariaLabel: w("edge_words", { from: e.from, to: e.to }),
          focusable: false,
          markerEnd: { type: MarkerType.ArrowClosed, color: stroke, width: 16, height: 16 },
          style: { stroke, strokeWidth: count > 5 ? 2.5 : 1.5, ...(covered === false ? { strokeDasharray: "5 4" } : {}) },
        };
      }),
    };
  }, [drawing, report, from, mode, w]);
  const drawn = useMemo(() => nodes.map((n) => ({ ...n, selected: n.id === selected, data: { ...n.data, glow: glow.has(n.id) } })), [nodes, selected, glow]);

  // Another thread is another picture: show all of it. The same thread stays where the person put it.
  const shape = `${from} ${nodes.length}`;
  useEffect(() => {
    void canvas.current?.fitView({ padding: 0.08, maxZoom: 1, minZoom: 0.35 });
  }, [shape]);
  // What the simulator or a problem points at comes into sight.
  useEffect(() => {
    const lit = [...glow].filter((id) => nodes.some((n) => n.id === id));
    if (lit.length) void canvas.current?.fitView({ nodes: lit.map((id) => ({ id })), padding: 0.4, maxZoom: 1, duration: 140 });
  }, [glow, nodes]);

  const intents = (drawing.flow.intents ?? []).filter((i) => i.node);
  return (
    <div className={css["canvas"]} data-wide data-said>
      <ReactFlow<CardNode, WayEdge>
        nodes={drawn}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        colorMode={mode}
        nodesDraggable={false}
        nodesConnectable={false}
        deleteKeyCode={null}
        minZoom={0.15}
        maxZoom={1.5}
        proOptions={{ hideAttribution: true }}
        aria-label={w("canvas")}
        onInit={(c) => {
          canvas.current = c;
          onReady(c);
          void c.fitView({ padding: 0.08, maxZoom: 1, minZoom: 0.35 });
        }}
        onNodeClick={(_, n) => onSelect(n.id)}
        onNodeDoubleClick={(_, n) => onOpen(n.id)}
        onPaneClick={() => onSelect("")}
        onNodesChange={(changes) => {
          for (const c of changes) if (c.type === "select" && c.selected) onSelect(c.id);
        }}
      >
        <Background gap={20} size={1} color={color(mode, "line2")} />
        <MiniMap pannable zoomable ariaLabel={w("map")} nodeColor={color(mode, "line2")} nodeBorderRadius={6} />
        <Panel position="top-left" className={css["legend"]!}>
          <Select
            size="small"
            variant="borderless"
            aria-label={w("thread_of")}
            value={from}
            onChange={onFrom}
            popupMatchSelectWidth={220}
            showSearch={{ optionFilterProp: "label" }}
            options={[{ value: "", label: w("thread_all", { count: drawing.flow.nodes?.length ?? 0 }) }, ...intents.map((i) => ({ value: i.name, label: i.title || i.name }))]}
          />
          <span className={css["legendLine"]} data-kind="covered" /> {w("legend_covered")}
          <span className={css["legendLine"]} data-kind="open" /> {w("legend_open")}
        </Panel>
      </ReactFlow>
    </div>
  );
}
