package serve

import (
	"context"
	"io"
	"io/fs"
	"math"
	"net/http"
	"slices"
	"time"

	"zhuomo/dialog"
	"zhuomo/internal/api"
	"zhuomo/internal/blob"
)

// Routes is the stage's part of the route table.
func (s *Service) Routes() []api.Route {
	return append([]api.Route{
		api.Op("GET", "/api/v1/products/{product}/releases", "serve releases", api.Viewer, "列出发布版", "list releases", s.listReleases),
		api.Op("POST", "/api/v1/products/{product}/releases", "serve release", api.Trainer, "新建发布版（候选）", "make a release (a candidate)", s.createRelease),
		api.Op("GET", "/api/v1/products/{product}/releases/{release}", "serve show", api.Viewer, "看一个发布版（id、r3 或 live）", "show a release (id, r3 or live)", s.showRelease),
		api.Op("POST", "/api/v1/products/{product}/releases/{release}/publications", "serve publish", api.Trainer, "发布上线", "make a release live", s.publish),
		api.Op("POST", "/api/v1/products/{product}/takebacks", "serve takeback", api.Trainer, "退回上一个发布版", "take the live release back", s.takeBack),
		api.Op("GET", "/api/v1/products/{product}/publications", "serve publications", api.Viewer, "上线与退回的记录", "what went live and was taken back", s.listPublications),
		api.Download("GET", "/api/v1/products/{product}/releases/{release}/bundle", "", api.Trainer, "把一个发布版做成发布包：一个签了名的文件", "a release as a bundle: one signed file", s.exportBundle, api.Look()),
		api.Op("GET", "/api/v1/signing-keys", "", api.Viewer, "签过发布包的密钥：新的在前，第一个在用", "keys that signed bundles: the newest first, that one signs", s.listSigners),
		api.Op("GET", "/api/v1/signing-keys/newest", "serve key", api.Viewer, "发布包由谁签名：小盒子上写在 --key 后面", "who signs the bundles: what a box is given with --key", s.showSigner),
		api.Op("POST", "/api/v1/signing-keys", "serve newkey", api.Owner, "换一把签名密钥；小盒子要改认新的", "sign with a new key; boxes must be told of it", s.newSigner),
		api.Op("GET", "/api/v1/products/{product}/turns", "serve turns", api.Viewer, "列出话轮，新的在前", "list turns, the newest first", s.listTurns, api.Personal()),
		api.Op("GET", "/api/v1/products/{product}/live-figures", "serve figures", api.Viewer, "线上数字：每个发布版的话轮、会话、听懂、转人工、评价、用时", "what is measured live, by release: turns, sessions, understanding, hand-overs, ratings, times", s.showFigures),
		api.Op("GET", "/api/v1/products/{product}/entry-figures", "serve entries", api.Viewer, "线上数字：每条知识命中多少、解决多少", "what is measured live, by knowledge entry: hits, and how many needed nothing more", s.showEntryUses),
		api.Op("GET", "/api/v1/products/{product}/turns/{turn}", "serve turn", api.Viewer, "看一个话轮和它的每个决定", "show a turn and its every decision", s.showTurn, api.Personal()),
		api.Op("POST", "/api/v1/products/{product}/sessions", "", api.Public, "开一个会话，得到口令和问候", "begin a session; gives its token and the greeting", s.beginSession, api.AnySite(), api.Secret()),
		api.Op("POST", "/api/v1/products/{product}/sessions/{session}/turns", "", api.Public, "说一句话，得到回答", "say something and get the answer", s.say, api.Timeout(30*time.Second), api.AnySite(), api.Guess()),
		api.Op("GET", "/api/v1/products/{product}/sessions/{session}/turns", "", api.Public, "这个会话说过的话", "what was said in this session", s.sessionTurns, api.AnySite(), api.Guess()),
		api.Raw("GET", "/api/v1/products/{product}/sessions/{session}/events", api.Public, "这个会话的事件流（SSE）", "event stream (SSE) of this session", http.HandlerFunc(s.events), api.AnySite(), api.Guess()),
		api.Raw("POST", "/api/v1/products/{product}/sessions/{session}/streams", api.Public, "说一句话，回答以事件流（SSE）逐段返回", "say something; the answer comes as an event stream (SSE), part by part", http.HandlerFunc(s.stream), api.AnySite(), api.Guess()),
		api.Op("POST", "/api/v1/products/{product}/sessions/{session}/turns/{turn}/ratings", "", api.Public, "给一个回答点赞或点踩", "rate an answer", s.rate, api.AnySite(), api.Guess()),
		api.Op("GET", "/api/v1/products/{product}/customers/{customer}/tastes", "serve tastes", api.Viewer, "一位客户的口味：学到了什么，最近挑过什么，自己说过什么", "a customer's taste: what was learnt, what was chosen lately, what the customer told", s.showTastes),
		api.Op("DELETE", "/api/v1/products/{product}/customers/{customer}/tastes", "serve forget", api.Lead, "忘掉一位客户的口味和自己说过的事", "forget a customer's taste and what the customer told", s.forgetTastes),
		api.Raw("POST", "/webhooks/rest/webhook", api.Customer, "Rasa REST 渠道", "Rasa's REST channel", http.HandlerFunc(s.rasa), api.Quiet(), api.Wide()),
		api.Raw("POST", "/v1/embeddings", api.Customer, "文字变向量（OpenAI 的形式）", "vectors of texts, in OpenAI's form", http.HandlerFunc(s.embeddings), api.Quiet(), api.Wide(), api.Hidden(), api.MaxBytes(maxEmbedBody), api.Timeout(5*time.Minute)),
		api.Raw("GET", "/chat/{product}", api.Public, "聊天页面", "the chat page", http.HandlerFunc(s.page), api.Hidden()),
	}, s.voiceRoutes()...)
}

// ProductIn names a product. Inputs embed it, so it must be exported.
type ProductIn struct {
	Product string `path:"product" doc:"产品的编号或名称|id or name of the product"`
}

type pageIn struct {
	ProductIn
	Cursor string `query:"cursor" doc:"上一页给出的 next|next of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"每页条数|items a page"`
}

// product finds the product that a request names.
func (s *Service) product(ctx context.Context, idOrName string) (string, error) {
	id, _, err := s.n.Products.Product(ctx, idOrName)
	return id, err
}

type releasesOut struct{ Body api.Page[Release] }

func (s *Service) listReleases(ctx context.Context, in *pageIn) (*releasesOut, error) {
	product, err := s.product(ctx, in.Product)
	if err != nil {
		return nil, err
	}
	below := math.MaxInt32
	if err := api.ReadCursor(in.Cursor, &below); err != nil {
		return nil, err
	}
	all, err := readReleases(ctx, s.n.DB.Reader(), product, below, in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := &releasesOut{}
	if out.Body.Items = all; len(all) > in.Limit {
		out.Body.Items, out.Body.Next = all[:in.Limit], api.Cursor(all[in.Limit-1].Number)
	}
	return out, nil
}

type createIn struct {
	ProductIn
	Body struct {
		ModelID          string             `json:"model_id,omitempty" doc:"模型编号，默认最新的|id of the model, the newest by default"`
		Knowledge        string             `json:"knowledge,omitempty" doc:"知识快照的内容哈希，默认现在的知识|content hash of the knowledge snapshot, by default what is known now"`
		Flow             string             `json:"flow,omitempty" doc:"流程文件的内容哈希，默认产品第一个流程的最新版|content hash of the flow file, by default the newest revision of the product's first flow"`
		GuidelineID      string             `json:"guideline_id,omitempty"`
		GuidelineVersion int                `json:"guideline_version,omitempty"`
		ReportID         string             `json:"report_id,omitempty" doc:"评测报告编号|id of the evaluation report"`
		Thresholds       *dialog.Thresholds `json:"thresholds,omitempty"`
		Note             string             `json:"note,omitempty" maxLength:"1000" doc:"说明|note"`
	}
}

type releaseOut struct{ Body Release }

func (s *Service) createRelease(ctx context.Context, in *createIn) (*releaseOut, error) {
	product, err := s.product(ctx, in.Product)
	if err != nil {
		return nil, err
	}
	b := &in.Body
	c := Contents{
		ProductID: product, ModelID: b.ModelID, GuidelineID: b.GuidelineID, GuidelineVersion: b.GuidelineVersion,
		ReportID: b.ReportID, Thresholds: b.Thresholds,
	}
	for _, part := range []struct {
		hash string
		into *blob.Hash
	}{{b.Knowledge, &c.Knowledge}, {b.Flow, &c.Flow}} {
		if part.hash == "" {
			continue
		}
		if *part.into, err = blob.ParseHash(part.hash); err != nil {
			return nil, err
		}
	}
	if s.n.Newest != nil {
		if c, err = s.n.Newest.Fill(ctx, c); err != nil {
			return nil, err
		}
	}
	r, err := s.Create(ctx, c, b.Note, Ready{})
	return &releaseOut{r}, err
}

// ReleaseIn names a release of a product.
type ReleaseIn struct {
	ProductIn
	Release string `path:"release" doc:"发布版编号、r3 或 live|id of the release, r3 or live"`
}

func (s *Service) showRelease(ctx context.Context, in *ReleaseIn) (*releaseOut, error) {
	product, err := s.product(ctx, in.Product)
	if err != nil {
		return nil, err
	}
	r, err := s.Release(ctx, product, in.Release)
	return &releaseOut{r}, err
}

// exportBundle streams a release as a signed file.
func (s *Service) exportBundle(ctx context.Context, in *ReleaseIn) (*api.Outgoing, error) {
	product, name, err := s.n.Products.Product(ctx, in.Product)
	if err != nil {
		return nil, err
	}
	x, err := s.Export(ctx, product, name, in.Release)
	if err != nil {
		return nil, err
	}
	return &api.Outgoing{Name: name + "-" + x.FileName(), Size: x.SizeBytes, Write: func(w io.Writer) error { return x.Write(ctx, w) }}, nil
}

type signersOut struct{ Body api.Page[Signer] }

func (s *Service) listSigners(ctx context.Context, _ *struct{}) (*signersOut, error) {
	all, err := s.Signers(ctx)
	return &signersOut{api.Page[Signer]{Items: all}}, err
}

type signerOut struct{ Body Signer }

func (s *Service) showSigner(ctx context.Context, _ *struct{}) (*signerOut, error) {
	all, err := s.Signers(ctx)
	if err == nil && len(all) == 0 {
		err = NoSigner.With()
	}
	if err != nil {
		return nil, err
	}
	return &signerOut{all[0]}, nil
}

func (s *Service) newSigner(ctx context.Context, _ *struct{}) (*signerOut, error) {
	made, err := s.NewSigner(ctx)
	return &signerOut{made}, err
}

type publishIn struct {
	ReleaseIn
	Body struct {
		Overrule string `json:"overrule,omitempty" maxLength:"1000" doc:"门禁没过仍要发布的理由，记入审计|reason to publish although the gate refuses; kept for the audit"`
	}
}

func (s *Service) publish(ctx context.Context, in *publishIn) (*releaseOut, error) {
	product, err := s.product(ctx, in.Product)
	if err != nil {
		return nil, err
	}
	r, err := s.Publish(ctx, product, in.Release, in.Body.Overrule, false)
	return &releaseOut{r}, err
}

type takeBackIn struct {
	ProductIn
	Body struct {
		Reason string `json:"reason,omitempty" maxLength:"1000" doc:"理由|reason"`
	}
}

func (s *Service) takeBack(ctx context.Context, in *takeBackIn) (*releaseOut, error) {
	product, err := s.product(ctx, in.Product)
	if err != nil {
		return nil, err
	}
	r, err := s.TakeBack(ctx, product, in.Body.Reason)
	return &releaseOut{r}, err
}

type publicationsOut struct{ Body api.Page[Publication] }

func (s *Service) listPublications(ctx context.Context, in *pageIn) (*publicationsOut, error) {
	product, err := s.product(ctx, in.Product)
	if err != nil {
		return nil, err
	}
	var before string
	if err := api.ReadCursor(in.Cursor, &before); err != nil {
		return nil, err
	}
	all, err := readPublications(ctx, s.n.DB.Reader(), product, before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := &publicationsOut{}
	if out.Body.Items = all; len(all) > in.Limit {
		out.Body.Items, out.Body.Next = all[:in.Limit], api.Cursor(all[in.Limit-1].ID)
	}
	return out, nil
}

type turnsIn struct {
	ProductIn
	Cursor  string `query:"cursor" doc:"上一页给出的 next|next of the page before"`
	Limit   int    `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"每页条数|items a page"`
	Release string `query:"release" doc:"只看这个发布版答的：编号、r3 或 live|only those that this release answered: id, r3 or live"`
	Band    string `query:"band" enum:"answer,offer,fallback" doc:"只看这种把握|only this band"`
	State   string `query:"state" enum:"bot,handover" doc:"只看机器人答的，或已转人工的|only those of the machine, or after a hand-over"`
	Rating  string `query:"rating" enum:"good,bad" doc:"只看点赞或点踩的|only those rated so"`
	Session string `query:"session" doc:"只看这个会话|only this session"`
	Entry   string `query:"entry" doc:"只看用这条知识回答的|only those answered from this knowledge entry"`
	Settled string `query:"settled" enum:"yes,no" doc:"只看解决了的（没被点踩、没转人工、没再问），或没解决的|only those that needed nothing more (not disliked, not handed over, not asked again), or those that did"`
	Hours   int    `query:"hours" minimum:"0" maximum:"720" doc:"只看最近多少小时的，0 为全部|only those of the last hours, 0 for all"`
}

type turnsOut struct{ Body api.Page[Turn] }

func (s *Service) listTurns(ctx context.Context, in *turnsIn) (*turnsOut, error) {
	product, err := s.product(ctx, in.Product)
	if err != nil {
		return nil, err
	}
	var before string
	if err := api.ReadCursor(in.Cursor, &before); err != nil {
		return nil, err
	}
	want := turnFilter{band: in.Band, state: in.State, rating: in.Rating, session: in.Session, entry: in.Entry, settled: in.Settled}
	if in.Hours > 0 {
		want.sinceUS = s.n.Now().Add(-time.Duration(in.Hours) * time.Hour).UnixMicro()
	}
	if in.Release != "" {
		r, err := s.Release(ctx, product, in.Release)
		if err != nil {
			return nil, err
		}
		want.release = r.ID
	}
	all, err := readTurnsBefore(ctx, s.n.DB.Reader(), product, before, want, in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := &turnsOut{}
	if out.Body.Items = all; len(all) > in.Limit {
		out.Body.Items, out.Body.Next = all[:in.Limit], api.Cursor(all[in.Limit-1].ID)
	}
	return out, nil
}

type figuresIn struct {
	ProductIn
	Hours int `query:"hours" minimum:"1" maximum:"720" default:"24" doc:"最近多少小时|of the last hours"`
}

type figuresOut struct{ Body Figures }

func (s *Service) showFigures(ctx context.Context, in *figuresIn) (*figuresOut, error) {
	product, err := s.product(ctx, in.Product)
	if err != nil {
		return nil, err
	}
	f, err := s.Figures(ctx, product, time.Duration(in.Hours)*time.Hour)
	return &figuresOut{f}, err
}

type entryUsesOut struct{ Body api.Page[EntryUse] }

func (s *Service) showEntryUses(ctx context.Context, in *struct {
	ProductIn
	Hours int `query:"hours" minimum:"1" maximum:"720" default:"168" doc:"最近多少小时，默认七天|of the last hours, seven days by default"`
}) (*entryUsesOut, error) {
	product, err := s.product(ctx, in.Product)
	if err != nil {
		return nil, err
	}
	all, err := s.EntryUses(ctx, product, time.Duration(in.Hours)*time.Hour)
	return &entryUsesOut{api.Page[EntryUse]{Items: all}}, err
}

type turnIn struct {
	ProductIn
	Turn string `path:"turn" doc:"话轮编号|id of the turn"`
}

type turnOut struct{ Body Turn }

func (s *Service) showTurn(ctx context.Context, in *turnIn) (*turnOut, error) {
	product, err := s.product(ctx, in.Product)
	if err != nil {
		return nil, err
	}
	t, err := s.Turn(ctx, in.Turn)
	if err == nil && t.ProductID != product {
		err = NoTurn.With()
	}
	return &turnOut{t}, err
}

type beginIn struct {
	ProductIn
	Body struct {
		Channel string `json:"channel,omitempty" maxLength:"32" doc:"渠道，默认 web|channel, web unless told"`
	}
}

type beginOut struct {
	Body struct {
		ID      string        `json:"id"`
		Token   string        `json:"token" doc:"只给一次；之后每次请求放在 X-Session-Token 里|told once; send it as X-Session-Token from now on"`
		Product productShown  `json:"product"`
		Parts   []dialog.Part `json:"parts"`
	}
}

type productShown struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func (s *Service) beginSession(ctx context.Context, in *beginIn) (*beginOut, error) {
	product, name, err := s.n.Products.Product(ctx, in.Product)
	if err != nil {
		return nil, err
	}
	session, token, err := s.Begin(ctx, product, in.Body.Channel, "")
	if err != nil {
		return nil, err
	}
	out := &beginOut{}
	out.Body.ID, out.Body.Token, out.Body.Product = session.ID, token, productShown{product, name}
	if out.Body.Parts = session.Greeting; out.Body.Parts == nil {
		out.Body.Parts = []dialog.Part{}
	}
	return out, nil
}

// SessionIn names a session of a product and brings its token.
type SessionIn struct {
	ProductIn
	Session string `path:"session" doc:"会话编号|id of the session"`
	Token   string `header:"X-Session-Token" doc:"会话口令|token of the session"`
}

func (s *Service) admitted(ctx context.Context, in SessionIn) error {
	product, err := s.product(ctx, in.Product)
	if err != nil {
		return err
	}
	return s.Admit(ctx, product, in.Session, in.Token)
}

type sayIn struct {
	SessionIn
	Body struct {
		Text   string `json:"text" doc:"客户说的话，最多 4096 字|what the customer says, at most 4,096 characters"`
		TurnID string `json:"turn_id,omitempty" doc:"客户端生成的 UUID，重发不会重复|UUID made by the client, so that sending again does no harm"`
	}
}

type sayOut struct{ Body Answered }

func (s *Service) say(ctx context.Context, in *sayIn) (*sayOut, error) {
	if err := s.admitted(ctx, in.SessionIn); err != nil {
		return nil, err
	}
	a, err := s.Say(ctx, in.Session, Message{Text: in.Body.Text, TurnID: in.Body.TurnID})
	return &sayOut{a}, err
}

type sessionTurnsIn struct {
	SessionIn
	Cursor string `query:"cursor" doc:"上一页给出的 next，再往前翻|next of the page before, further back"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"每页条数|items a page"`
}

// saidTurn is a turn as its customer sees it.
type saidTurn struct {
	TurnID string        `json:"turn_id"`
	Text   string        `json:"text"`
	Parts  []dialog.Part `json:"parts"`
	At     time.Time     `json:"at"`
	Rating string        `json:"rating,omitempty"`
}

type sessionTurnsOut struct{ Body api.Page[saidTurn] }

// sessionTurns gives the latest turns, the oldest of them first; next leads
// further back.
func (s *Service) sessionTurns(ctx context.Context, in *sessionTurnsIn) (*sessionTurnsOut, error) {
	if err := s.admitted(ctx, in.SessionIn); err != nil {
		return nil, err
	}
	below := math.MaxInt32
	if err := api.ReadCursor(in.Cursor, &below); err != nil {
		return nil, err
	}
	all, err := readTurns(ctx, s.n.DB.Reader(), in.Session, below, in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := &sessionTurnsOut{}
	if len(all) > in.Limit {
		all = all[:in.Limit]
		out.Body.Next = api.Cursor(all[in.Limit-1].Number)
	}
	for _, t := range slices.Backward(all) {
		out.Body.Items = append(out.Body.Items, saidTurn{t.TurnID, t.Text, t.Parts, time.UnixMicro(t.AtUS).UTC(), t.Rating})
	}
	return out, nil
}

type rateIn struct {
	SessionIn
	Turn string `path:"turn" doc:"turn_id 或话轮编号|turn_id or id of the turn"`
	Body struct {
		Good    bool   `json:"good"`
		Comment string `json:"comment,omitempty"`
	}
}

func (s *Service) rate(ctx context.Context, in *rateIn) (*struct{}, error) {
	if err := s.admitted(ctx, in.SessionIn); err != nil {
		return nil, err
	}
	return nil, s.Rate(ctx, in.Session, in.Turn, in.Body.Good, in.Body.Comment)
}

// page gives the built chat page; it finds its product in its own address.
func (s *Service) page(w http.ResponseWriter, r *http.Request) {
	if s.n.Pages == nil {
		api.WriteFault(w, r, NoPage.With())
		return
	}
	content, err := fs.ReadFile(s.n.Pages, "chat.html")
	if err != nil {
		api.WriteFault(w, r, NoPage.With().Because(err))
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write(content) // a reader that hung up is nobody's fault
}

// CustomerIn names a customer of a product.
type CustomerIn struct {
	ProductIn
	Customer string `path:"customer" doc:"客户：会话的 person，没有就是开会话时的 sender，再没有就是会话编号|the customer: the session's person, else the sender that it was begun with, else the id of the session"`
}

type tastesOut struct {
	Body struct {
		Items []Known `json:"items"`
		Own   []Fact  `json:"own" doc:"客户自己说过、跨会话记着的|what the customer told that is kept over conversations"`
	}
}

func (s *Service) showTastes(ctx context.Context, in *CustomerIn) (*tastesOut, error) {
	product, err := s.product(ctx, in.Product)
	if err != nil {
		return nil, err
	}
	out := &tastesOut{}
	if out.Body.Items, err = s.Tastes(ctx, product, in.Customer); err != nil {
		return nil, err
	}
	out.Body.Own, err = s.Own(ctx, product, in.Customer)
	return out, err
}

type forgottenOut struct {
	Body struct {
		Count int `json:"count" doc:"删掉几份口味和记着的话|tastes and notes that were deleted"`
	}
}

func (s *Service) forgetTastes(ctx context.Context, in *CustomerIn) (*forgottenOut, error) {
	product, err := s.product(ctx, in.Product)
	if err != nil {
		return nil, err
	}
	out := &forgottenOut{}
	out.Body.Count, err = s.ForgetTastes(ctx, product, in.Customer)
	return out, err
}
