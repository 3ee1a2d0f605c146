package people

import (
	"context"
	"encoding/json"
	"io"

	"zhuomo/internal/api"
	"zhuomo/internal/db"
	"zhuomo/internal/spec"
)

// auditRoutes are the owner's.
func (s *Service) auditRoutes() []api.Route {
	return []api.Route{
		api.Op("GET", "/api/v1/audit", "audit list", api.Owner, "审计日志：谁在什么时候做了什么，新的在前", "the audit log: who did what and when, the latest first", s.listAudit, api.Plain()),
		api.Op("GET", "/api/v1/audit/verification", "audit verify", api.Owner, "核对审计日志的哈希链，指出改过、少了、多出的条目", "check the chain of the audit log; tells which entries were changed, removed or put in", s.verifyAudit, api.Timeout(0)),
		api.Download("GET", "/api/v1/audit/export", "audit export", api.Owner, "导出整条审计日志（JSON Lines），带哈希", "export the whole audit log (JSON Lines) with its hashes", s.exportAudit, api.Sends(auditMedia), api.Look()),
	}
}

const auditMedia = "application/jsonl"

type listAuditIn struct {
	Q      string `query:"q" maxLength:"200" doc:"条目里有这些字|entries that have this text"`
	Actor  string `query:"actor" doc:"只看这个账号，编号或姓名|only this account, by id or name"`
	Action string `query:"action" maxLength:"100" doc:"只看这个动作，例如 people role|only this action, for example people role"`
	Cursor string `query:"cursor" doc:"上一页给出的 next|next of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"100" doc:"每页条数|items a page"`
}

// ShownEntry is an entry with what its action does, in words.
type ShownEntry struct {
	Entry
	Title string `json:"title" table:"说明|what it does"`
}

type listAuditOut struct{ Body api.Page[ShownEntry] }

// titles are those of actions that are no route of their own.
var titles = map[string]spec.Text{
	signInAction: {ZH: "登录", EN: "sign in"},
	"sign-out":   {ZH: "退出登录", EN: "sign out"},
	"restore":    {ZH: "从备份恢复", EN: "restore from a backup"},
}

func shown(ctx context.Context, entries []Entry) []ShownEntry {
	out := make([]ShownEntry, len(entries))
	for i, e := range entries {
		title := api.TitleOf(ctx, e.Action)
		if title == "" {
			title = titles[e.Action].In(api.Lang(ctx))
		}
		out[i] = ShownEntry{e, title}
	}
	return out
}

func (s *Service) listAudit(ctx context.Context, in *listAuditIn) (*listAuditOut, error) {
	f := AuditFilter{Text: in.Q, Action: in.Action}
	if err := api.ReadCursor(in.Cursor, &f.Before); err != nil {
		return nil, err
	}
	if in.Actor != "" {
		a, err := s.Account(ctx, in.Actor)
		if err != nil {
			return nil, err
		}
		f.ActorID = a.ID
	}
	found, err := s.Audit(ctx, f, in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := &listAuditOut{}
	out.Body.Items = shown(ctx, found[:min(len(found), in.Limit)])
	if len(found) > in.Limit {
		out.Body.Next = api.Cursor(found[in.Limit-1].Seq)
	}
	return out, nil
}

type verifyAuditOut struct{ Body AuditVerdict }

func (s *Service) verifyAudit(ctx context.Context, _ *struct{}) (*verifyAuditOut, error) {
	v, err := s.Verify(ctx)
	return &verifyAuditOut{v}, err
}

// exported is a line of the export: SHA-256 of before and the bytes of entry is hash.
type exported struct {
	Before string          `json:"before"`
	Hash   string          `json:"hash"`
	Entry  json.RawMessage `json:"entry"`
}

func (s *Service) exportAudit(ctx context.Context, _ *struct{}) (*api.Outgoing, error) {
	name := "zhuomo-audit-" + s.now().UTC().Format("20060102-150405") + ".jsonl"
	return &api.Outgoing{Name: name, Type: auditMedia, Write: func(w io.Writer) error {
		lines := json.NewEncoder(w)
		return s.db.Snapshot(ctx, func(ctx context.Context, r db.Reader) error {
			return eachLink(ctx, r, func(l link) error { return lines.Encode(exported{l.before, l.hash, json.RawMessage(l.entry)}) })
		})
	}}, nil
}
