import { useQuery } from "@tanstack/react-query";
import type { ReactFlowInstance } from "@xyflow/react";
import { Button, Dropdown, Segmented, Tabs } from "antd";
import { TriangleAlert } from "lucide-react";
import { lazy, Suspense, useMemo, useRef, useState } from "react";
import { Link } from "react-router";
import type { Schemas } from "../../shared/api/client";
import { asFault } from "../../shared/api/fault";
import { useMay } from "../../shared/api/useMe";
import { useFormat } from "../../shared/format/useFormat";
import { ActionButton } from "../../shared/keys/ActionButton";
import { useActions } from "../../shared/keys/useActions";
import { Bones } from "../../shared/page/Bones";
import { Chip } from "../../shared/page/Chip";
import { FaultBand } from "../../shared/page/FaultBand";
import { Page } from "../../shared/page/Page";
import { Pane } from "../../shared/page/Pane";
import { useFilters } from "../../shared/table/useFilters";
import { useWords } from "../../shared/words/useWords";
import { runStories, type Tried } from "./api";
import { Canvas } from "./Canvas";
import { designActions } from "./actions";
import { Conflict } from "./Conflict";
import { newValue } from "./fields";
import { KeepStory } from "./KeepStory";
import { kinds } from "./kinds";
import { firstThread, step } from "./layout";
import type { CardNode } from "./NodeCard";
import { NodeDrawer } from "./NodeDrawer";
import { ProblemsList } from "./ProblemsList";
import { Simulator } from "./Simulator";
import { StoriesList } from "./StoriesList";
import type { WayEdge } from "./WayLine";
import { useDraft } from "./useDraft";
import { useKeep } from "./useKeep";
import { addNode, editNode, freeID, nodeAt, removeNode, valueOf } from "./yamlFlow";
import css from "./flow.module.css";

const TextPane = lazy(async () => ({ default: (await import("./TextPane")).TextPane }));
const none = new Set<string>();

/** Designer is one flow as drawing and as text, with the simulator, the stories and the checks beside it. */
export function Designer({ product, saved, fault, retry }: { product: string; saved: Schemas["DialogShowOutBody"]; fault: Error | null; retry: () => void }) {
  const w = useWords("flow");
  const f = useFormat();
  const may = useMay("trainer");
  const draft = useDraft(product, saved);
  const { drawing } = draft;
  const keeper = useKeep(product, saved.id, draft);
  const { filters, set } = useFilters(["view", "node", "tab", "thread"] as const);
  const view = filters.view || "drawing";
  const tab = filters.tab || "simulate";
  const params = new URLSearchParams(location.search);
  const thread = params.has("thread") ? filters.thread.replace(/^all$/, "") : firstThread(drawing);
  const [opened, setOpened] = useState("");
  const [messages, setMessages] = useState<string[]>([]);
  const [lit, setLit] = useState(-1);
  const [glow, setGlow] = useState<Set<string>>(none);
  const [line, setLine] = useState(0);
  const [problem, setProblem] = useState(-1);
  const [story, setStory] = useState<Tried[]>();
  const [adding, setAdding] = useState(false);
  const [tested, setTested] = useState(saved.text);
  const canvas = useRef<ReactFlowInstance<CardNode, WayEdge> | null>(null);

  // The text that is tried: the newest one that can be read.
  const readable = useRef(saved.text);
  if (!draft.fault) readable.current = draft.text;
  const played = useQuery({
    queryKey: ["flow", product, "report", saved.id, saved.stories ?? "", tested],
    queryFn: () => runStories(product, saved.id, tested),
    enabled: !!saved.stories,
    placeholderData: (old) => old,
    staleTime: Infinity,
    retry: false,
  });
  const report = saved.stories ? played.data : undefined;
  const problems = useMemo(() => drawing.problems ?? [], [drawing]);
  const nodes = useMemo(() => drawing.flow.nodes ?? [], [drawing]);
  const edges = useMemo(() => drawing.edges ?? [], [drawing]);
  const names = useMemo(() => new Map([...nodes.map((n) => [n.id, n.title || n.id] as const), ...(drawing.flow.slots ?? []).map((s) => [s.name, s.title || s.name] as const)]), [nodes, drawing]);
  const troubles = useMemo(
    () => (draft.fault && draft.line ? [{ line: draft.line, words: draft.fault.detail }] : problems.filter((p) => p.line > 0).map((p) => ({ line: p.line, words: `${p.zh} ${p.en}` }))),
    [draft.fault, draft.line, problems],
  );

  const select = (id: string) => {
    if (id !== filters.node) set({ node: id });
    setGlow(none);
    setLit(-1);
    const at = nodes.find((n) => n.id === id);
    if (at) setLine(at.line);
  };
  const drawAll = () => set({ thread: "all", ...(view === "text" ? { view: "" } : {}) });
  const show = (id: string) => {
    select(id);
    // Outside the drawn thread: draw everything, so that it can be seen.
    set({ node: id, ...(view === "text" ? {} : { thread: canvas.current?.getNode(id) ? thread || "all" : "all" }) });
    setGlow(new Set([id]));
  };
  const light = (turn: number, ids: string[]) => {
    setLit(turn);
    setGlow(new Set(ids));
    // A turn that went elsewhere takes the picture along: its thread, or everything.
    const first = ids[0];
    if (first && view !== "text" && canvas.current && !ids.some((id) => canvas.current!.getNode(id))) set({ thread: (drawing.flow.intents ?? []).find((i) => i.node === first)?.name ?? "all" });
  };
  const openProblem = (i: number) => {
    const p = problems[i];
    if (!p) return;
    setProblem(i);
    set({ tab: "problems" });
    setLine(p.line);
    if (nodes.some((n) => n.id === p.place)) show(p.place);
  };
  const add = (kind: string) => {
    setAdding(false);
    const id = freeID(kind, new Set(nodes.map((n) => n.id)));
    draft.edit(w("added", { id }), (t) => addNode(t, id, newValue[kind]!, filters.node || undefined));
    set({ node: id });
    setOpened(id);
  };
  const move = (to: "down" | "up" | "left" | "right") => {
    const next = filters.node ? step(edges, filters.node, to) : nodes.find((n) => canvas.current?.getNode(n.id))?.id;
    if (next) {
      select(next);
      void canvas.current?.fitView({ nodes: [{ id: next }], maxZoom: canvas.current.getZoom(), minZoom: canvas.current.getZoom(), duration: 140 });
    }
  };
  const run = () => {
    setTested(readable.current);
    if (tested === readable.current) void played.refetch();
    set({ tab: "stories" });
  };
  const acts = designActions(w, {
    may,
    changed: draft.changed && !draft.fault,
    saving: keeper.save.isPending,
    drawn: view !== "text",
    selected: !!filters.node,
    problems: problems.length,
    stories: !!saved.stories,
    run,
    save: () => keeper.keep(),
    add: () => setAdding(true),
    edit: () => setOpened(filters.node),
    next: () => openProblem((problem + 1) % problems.length),
    turn: () => set({ view: view === "text" ? "" : "text" }),
    fit: () => void canvas.current?.fitView({ padding: 0.08, maxZoom: 1 }),
    move,
  });
  useActions(acts.all);
  const node = opened ? nodes.find((n) => n.id === opened) : undefined;
  const value = node && valueOf(draft.text, node.id);
  const shares = report?.coverage;
  const walked = (shares?.edges ?? []).filter((e) => e.count > 0).length;

  const picture = (
    <Canvas drawing={drawing} report={report} from={thread} onFrom={(t) => set({ thread: t || "all", node: "" })} selected={filters.node} onSelect={select} onOpen={setOpened} glow={glow} onReady={(c) => (canvas.current = c)} />
  );
  const text = (
    <Suspense fallback={<Bones />}>
      <TextPane
        text={draft.text}
        onText={draft.type}
        line={line}
        onLine={(l) => {
          const id = nodeAt(nodes, l);
          if (id && id !== filters.node) set({ node: id });
        }}
        troubles={troubles}
      />
    </Suspense>
  );
  return (
    <Page
      title={w("title")}
      name={<Link className={css["flowName"]} to="..?all=1" relative="path" title={w("all_flows")}>{drawing.flow.name}</Link>}
      facts={
        <span className={css["facts"]}>
          <button type="button" onClick={drawAll}><b>{f.count(nodes.length)}</b> {w("nodes")}</button>
          {report && (
            <>
              <button type="button" data-total={report.total} onClick={() => set({ tab: "stories" })}>{w("stories")} <b>{report.passed} / {report.total}</b></button>
              <button type="button" onClick={drawAll}>{w("covered_nodes")} <b>{f.percent(shares?.node_share ?? 0)}%</b> · {w("covered_edges")} <b>{walked} / {(shares?.edges ?? []).length}</b></button>
            </>
          )}
          {problems.length > 0 && (
            <button type="button" onClick={() => openProblem(Math.max(0, problem))}>
              <Chip tone={problems.some((p) => p.grave) ? "cinnabar" : "gamboge"}><TriangleAlert size={12} aria-hidden /> {w("problems", { count: problems.length })}</Chip>
            </button>
          )}
          {draft.changed && <Chip guess>{w("unsaved")}</Chip>}
        </span>
      }
      acts={
        <>
          <Segmented size="small" value={view} onChange={(v) => set({ view: v === "drawing" ? "" : String(v) })} options={[{ value: "drawing", label: w("view_drawing") }, { value: "text", label: w("view_text") }, { value: "both", label: w("view_both") }]} aria-label={w("view")} />
          <Dropdown open={adding} onOpenChange={setAdding} trigger={["click"]} disabled={!may || view === "text"} menu={{ items: Object.entries(kinds).map(([k, look]) => ({ key: k, label: w(`kind_${k}`), icon: <look.glyph size={14} aria-hidden /> })), onClick: (e) => add(e.key) }}>
            <Button aria-keyshortcuts="A">{w("add")} <kbd aria-hidden>A</kbd></Button>
          </Dropdown>
          <ActionButton type={draft.changed ? "default" : "primary"} action={acts.run} loading={played.isFetching} />
          {draft.changed && <ActionButton type="primary" action={acts.save} loading={keeper.save.isPending} />}
        </>
      }
      flush
      pane={
        <Pane title={drawing.flow.name} width={348}>
          <Tabs
            className={css["tabs"]!}
            size="small"
            activeKey={tab}
            onChange={(t) => set({ tab: t === "simulate" ? "" : t })}
            destroyOnHidden
            items={[
              { key: "simulate", label: w("tab_simulate"), children: <Simulator product={product} flow={saved.id} text={readable.current} names={names} messages={messages} onMessages={setMessages} lit={lit} onLit={light} onNode={show} onKeep={setStory} mayKeep={may} /> },
              { key: "stories", label: report ? w("tab_stories", { count: report.total }) : w("stories"), children: <div className={css["scroll"]}>{played.error && <FaultBand fault={asFault(played.error)} retry={run} />}<StoriesList report={report} onPlay={(m) => { setMessages(m); set({ tab: "" }); }} /></div> },
              { key: "problems", label: w("tab_problems", { count: problems.length }), children: <div className={css["scroll"]}><ProblemsList problems={problems} at={problem} onOpen={openProblem} /></div> },
            ]}
          />
        </Pane>
      }
    >
      {fault && <FaultBand fault={asFault(fault)} retry={retry} />}
      {keeper.save.error && asFault(keeper.save.error).code !== "dialog.edited" && <FaultBand fault={asFault(keeper.save.error)} retry={() => keeper.keep()} />}
      {keeper.story.error && <FaultBand fault={asFault(keeper.story.error)} />}
      {draft.fault && (
        <p className={css["unread"]} role="status">
          <TriangleAlert size={14} aria-hidden /> {draft.fault.detail} <span>{w("last_drawing")}</span>
          {view === "drawing" && <Button type="link" size="small" onClick={() => { set({ view: "both" }); setLine(draft.line); }}>{w("show_line")}</Button>}
        </p>
      )}
      <div className={css["sides"]} data-view={view}>
        {view !== "text" && picture}
        {view !== "drawing" && text}
      </div>
      {node && value && (
        <NodeDrawer
          key={node.id}
          id={node.id}
          kind={node.kind}
          value={value}
          drawing={drawing}
          onClose={() => setOpened("")}
          onSave={(change) => { draft.edit(w("edited", { id: node.title || node.id }), (t) => editNode(t, node.id, change)); setOpened(""); }}
          onRemove={() => { draft.edit(w("removed", { id: node.title || node.id }), (t) => removeNode(t, node.id)); setOpened(""); set({ node: "" }); }}
        />
      )}
      {story && <KeepStory name={story.find((t) => t.text)?.text.slice(0, 30) ?? ""} busy={keeper.story.isPending} onClose={() => setStory(undefined)} onKeep={(name) => keeper.story.mutate({ name, turns: story }, { onSettled: () => setStory(undefined) })} />}
      {keeper.conflict.data && (
        <Conflict
          theirs={keeper.conflict.data.text}
          mine={draft.text}
          by={keeper.conflict.data.updated_by}
          onClose={() => keeper.conflict.reset()}
          onMine={() => { const { revision } = keeper.conflict.data!; keeper.conflict.reset(); keeper.keep(revision); }}
          onTheirs={() => {
            const theirs = keeper.conflict.data!;
            draft.kept(theirs.text, theirs.revision);
            draft.edit(w("took_theirs", { by: theirs.updated_by }), () => theirs.text);
            keeper.conflict.reset();
          }}
        />
      )}
    </Page>
  );
}
