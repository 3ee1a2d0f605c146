import { useMutation } from "@tanstack/react-query";
import { Button, Input } from "antd";
import { useState } from "react";
import { api, ask, type Schemas } from "../../shared/api/client";
import { asFault } from "../../shared/api/fault";
import { useFormat } from "../../shared/format/useFormat";
import { Chip } from "../../shared/page/Chip";
import { Empty } from "../../shared/page/Empty";
import { Faces } from "../../shared/page/Faces";
import { FaultBand } from "../../shared/page/FaultBand";
import { Page } from "../../shared/page/Page";
import type { Column } from "../../shared/table/columns";
import { DataTable } from "../../shared/table/DataTable";
import { useCursorList } from "../../shared/table/useCursorList";
import { useFilters } from "../../shared/table/useFilters";
import { useWords } from "../../shared/words/useWords";
import { PeopleTabs } from "./PeopleTabs";
import css from "./people.module.css";

type Entry = Schemas["PeopleShownEntry"];

const pairs = (of?: Record<string, string>) => Object.entries(of ?? {}).map(([name, value]) => `${name}=${value}`).join("  ");

/** AuditPage is the audit log: who did what and when, to be searched, and its chain to be checked. */
export function AuditPage() {
  const w = useWords("people");
  const shared = useWords("shared");
  const f = useFormat();
  const { filters, set } = useFilters(["q"] as const);
  const [typed, setTyped] = useState(filters.q);
  const list = useCursorList(["audit", filters.q], (cursor, signal) => ask(api.GET("/api/v1/audit", { signal, params: { query: { cursor, q: filters.q || undefined, limit: 100 } } })));
  const verify = useMutation({ mutationFn: () => ask(api.GET("/api/v1/audit/verification")) });
  const columns: Column<Entry>[] = [
    { key: "seq", title: w("col_seq"), width: 80, align: "right", cell: (r) => <span data-measure>{r.seq}</span>, plain: (r) => r.seq },
    { key: "at_us", title: w("col_at"), width: 160, cell: (r) => f.time(r.at_us), plain: (r) => new Date(r.at_us / 1000) },
    { key: "actor", title: w("col_who"), width: 160, cell: (r) => r.actor || w("nobody"), plain: (r) => r.actor },
    { key: "role", title: w("col_role"), width: 90, hidden: true, cell: (r) => (r.role ? shared(`role_${r.role}`) : ""), plain: (r) => r.role },
    { key: "action", title: w("col_action"), width: 260, cell: (r) => <span title={r.action}>{r.title || r.action}</span>, plain: (r) => r.title || r.action },
    { key: "command", title: w("col_command"), width: 180, hidden: true, cell: (r) => r.action, plain: (r) => r.action },
    { key: "outcome", title: w("col_outcome"), width: 90, cell: (r) => <Chip tone={r.outcome === "done" ? "jade" : "gamboge"}>{w(`outcome_${r.outcome}`)}</Chip>, plain: (r) => w(`outcome_${r.outcome}`) },
    { key: "object", title: w("col_object"), cell: (r) => <span className={css["pairs"]}>{pairs(r.object)}</span>, plain: (r) => pairs(r.object) },
    { key: "details", title: w("col_details"), cell: (r) => <span className={css["pairs"]}>{pairs(r.details)}</span>, plain: (r) => pairs(r.details) },
  ];
  const found = verify.data;
  return (
    <Page
      title={w("audit_title")}
      acts={
        <>
          <Button loading={verify.isPending} onClick={() => verify.mutate()}>
            {w("verify")}
          </Button>
          <Button href="/api/v1/audit/export" download>
            {w("audit_export")}
          </Button>
        </>
      }
      bar={<PeopleTabs />}
      flush
    >
      <div className={css["search"]}>
        <Input.Search allowClear value={typed} maxLength={200} placeholder={w("audit_search")} aria-label={w("audit_search")} onChange={(e) => setTyped(e.target.value)} onSearch={(v) => set({ q: v.trim() })} />
      </div>
      {verify.error && <FaultBand fault={asFault(verify.error)} />}
      {found && (
        <p className={css["verdict"]} role="status">
          <Chip tone={found.whole ? "jade" : "cinnabar"}>{w(found.whole ? "chain_whole" : "chain_broken")}</Chip>{" "}
          {found.whole ? w("chain_head", { count: found.entry_count }) : found.flaws.map((x) => w(`flaw_${x.kind}`, { seq: x.seq })).join(" · ")} {found.whole && <code>{found.head}</code>}
        </p>
      )}
      <Faces of={list.query} empty={<Empty text={filters.q ? w("audit_none") : w("audit_empty")} />}>
        {(rows) => <DataTable id="people.audit" label={w("audit_title")} columns={columns} rows={rows} rowKey={(r) => String(r.seq)} hasMore={list.hasMore} more={list.more} exportName={w("audit_title")} />}
      </Faces>
    </Page>
  );
}
