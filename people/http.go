package people

import (
	"context"
	"net/http"
	"strings"
	"time"

	"zhuomo/internal/api"
)

// Routes is the stage's part of the route table.
func (s *Service) Routes() []api.Route {
	return append([]api.Route{
		api.Op("GET", "/api/v1/me", "people me", api.Customer, "我是谁，有什么角色", "who I am and what I may do", s.me, api.Plain(), api.Wide()),
		api.Op("GET", "/api/v1/accounts", "people list", api.Lead, "列出账号", "list accounts", s.list, api.Plain()),
		api.Op("POST", "/api/v1/accounts", "people add", api.Owner, "新建账号", "add an account", s.add, api.Plain()),
		api.Op("PUT", "/api/v1/accounts/{account}/role", "people role", api.Owner, "改一个账号的角色", "change the role of an account", s.setRole, api.Plain()),
		api.Op("POST", "/api/v1/accounts/{account}/disabling", "people disable", api.Owner, "停用账号，它的登录和令牌立即失效", "disable an account; its sessions and tokens end at once", s.disable, api.Plain()),
		api.Op("DELETE", "/api/v1/accounts/{account}/disabling", "people enable", api.Owner, "重新启用账号", "enable an account again", s.enable, api.Plain()),
		api.Op("POST", "/api/v1/sign-in-links", "people link", api.Owner, "生成一次性登录链接（一小时内有效）", "make a one-time sign-in link (valid for an hour)", s.link, api.Plain(), api.Secret()),
		api.Op("GET", "/api/v1/sessions", "people sessions", api.Customer, "自己在哪些浏览器里登录着", "the browsers in which one is signed in", s.listSessions, api.Plain()),
		api.Op("DELETE", "/api/v1/sessions", "people sign-out", api.Customer, "从所有浏览器登出自己", "sign oneself out everywhere", s.signOutMine),
		api.Op("DELETE", "/api/v1/accounts/{account}/sessions", "people end-sessions", api.Owner, "让一个账号从所有浏览器登出", "sign an account out everywhere", s.signOutOther),
		api.Op("DELETE", "/api/v1/session", "", api.Public, "退出登录", "sign out", s.signOut),
		api.Op("GET", "/api/v1/tokens", "tokens list", api.Viewer, "列出令牌（所有者看到全部）", "list tokens (owners see all)", s.tokens, api.Plain()),
		api.Op("POST", "/api/v1/tokens", "tokens create", api.Viewer, "新建令牌，给程序用", "create a token for a program", s.newToken, api.Plain(), api.Secret()),
		api.Op("DELETE", "/api/v1/tokens/{token}", "tokens revoke", api.Viewer, "撤销令牌", "revoke a token", s.revoke),
		api.Raw("GET", "/sign-in", api.Public, "用一次性链接登录", "sign in with a one-time link", http.HandlerFunc(s.signIn), api.Hidden(), api.Guess()),
	}, append(s.auditRoutes(), s.providerRoutes()...)...)
}

type accountOut struct{ Body Account }

type meOut struct {
	Body struct {
		ID    string     `json:"id" table:"编号|id"`
		Name  string     `json:"name" table:"姓名|name"`
		Roles []api.Role `json:"roles" table:"角色|roles"`
	}
}

func (s *Service) me(ctx context.Context, _ *struct{}) (*meOut, error) {
	who := api.Who(ctx)
	out := &meOut{}
	out.Body.ID, out.Body.Name, out.Body.Roles = who.ID, who.Name, who.Roles
	return out, nil
}

type pageIn struct {
	Cursor string `query:"cursor" doc:"上一页给出的 next|next of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"100" doc:"每页条数|items a page"`
}

type listOut struct{ Body api.Page[Account] }

func (s *Service) list(ctx context.Context, in *pageIn) (*listOut, error) {
	var after string
	if err := api.ReadCursor(in.Cursor, &after); err != nil {
		return nil, err
	}
	found, err := accounts(ctx, s.db.Reader(), after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := &listOut{}
	out.Body.Items = found
	if len(found) > in.Limit {
		out.Body.Items = found[:in.Limit]
		out.Body.Next = api.Cursor(found[in.Limit-1].ID)
	}
	return out, nil
}

type addIn struct {
	Body struct {
		Name string   `json:"name" maxLength:"200" doc:"姓名|name"`
		Role api.Role `json:"role" enum:"owner,lead,trainer,reviewer,labeller,viewer,customer" doc:"角色|role"`
	}
}

func (s *Service) add(ctx context.Context, in *addIn) (*accountOut, error) {
	api.Tell(ctx, "name", in.Body.Name)
	api.Tell(ctx, "role", string(in.Body.Role))
	a, err := s.Add(ctx, in.Body.Name, in.Body.Role)
	return &accountOut{a}, err
}

type setRoleIn struct {
	Account string `path:"account" doc:"账号的编号或姓名|id or name of the account"`
	Body    struct {
		Role api.Role `json:"role" enum:"owner,lead,trainer,reviewer,labeller,viewer,customer" doc:"角色|role"`
	}
}

func (s *Service) setRole(ctx context.Context, in *setRoleIn) (*accountOut, error) {
	a, err := s.Change(ctx, in.Account, func(a *Account) {
		api.Tell(ctx, "account", a.ID)
		api.Tell(ctx, "from", string(a.Role))
		api.Tell(ctx, "to", string(in.Body.Role))
		a.Role = in.Body.Role
	})
	return &accountOut{a}, err
}

type accountIn struct {
	Account string `path:"account" doc:"账号的编号或姓名|id or name of the account"`
}

func (s *Service) disable(ctx context.Context, in *accountIn) (*accountOut, error) {
	a, err := s.Change(ctx, in.Account, func(a *Account) { a.Disabled = true })
	return &accountOut{a}, err
}

func (s *Service) enable(ctx context.Context, in *accountIn) (*accountOut, error) {
	a, err := s.Change(ctx, in.Account, func(a *Account) { a.Disabled = false })
	return &accountOut{a}, err
}

type linkIn struct {
	Body struct {
		Account string `json:"account,omitempty" doc:"给谁，编号或姓名；默认给自己|for whom, id or name; yourself by default"`
	}
}

type linkOut struct {
	Body struct {
		Account   string `json:"account" table:"账号|account"`
		URL       string `json:"url" table:"链接|link"`
		ExpiresUS int64  `json:"expires_us" table:"到期|expires" doc:"UTC 微秒|UTC microseconds"`
	}
}

func (s *Service) link(ctx context.Context, in *linkIn) (*linkOut, error) {
	whom := in.Body.Account
	if whom == "" {
		whom = api.Who(ctx).ID
	}
	a, err := s.Account(ctx, whom)
	if err != nil {
		return nil, err
	}
	api.Tell(ctx, "account", a.ID)
	secret, expires, err := s.NewLink(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	out := &linkOut{}
	out.Body.Account, out.Body.URL, out.Body.ExpiresUS = a.Name, api.BaseURL(ctx)+LinkPath(secret), expires.UnixMicro()
	return out, nil
}

// LinkPath is the path of a sign-in link.
func LinkPath(secret string) string { return "/sign-in?token=" + secret }

func (s *Service) signOut(ctx context.Context, _ *struct{}) (*struct{}, error) {
	w, r := api.RequestOf(ctx)
	if r == nil {
		return nil, nil
	}
	if session := api.SessionOf(r); session != "" {
		if err := s.SignOut(ctx, session); err != nil {
			return nil, err
		}
		api.SetSession(w, r, "", time.Time{})
	}
	return nil, nil
}

// signIn takes the link once and goes to the first page. A prefetch must not
// use it up.
func (s *Service) signIn(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet || strings.Contains(r.Header.Get("Sec-Purpose"), "prefetch") {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	session, expires, _, err := s.SignIn(r.Context(), r.URL.Query().Get("token"), browserOf(r))
	if err != nil {
		api.WriteFault(w, r, err)
		return
	}
	api.SetSession(w, r, session, expires)
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func browserOf(r *http.Request) Browser {
	return Browser{Agent: r.UserAgent(), Session: api.SessionOf(r)}
}

type sessionsOut struct{ Body api.Page[Session] }

func (s *Service) listSessions(ctx context.Context, _ *struct{}) (*sessionsOut, error) {
	secret := ""
	if _, r := api.RequestOf(ctx); r != nil {
		secret = api.SessionOf(r)
	}
	found, err := s.Sessions(ctx, api.Who(ctx).ID, secret)
	return &sessionsOut{api.Page[Session]{Items: found}}, err
}

type endedOut struct {
	Body struct {
		Ended int64 `json:"ended" table:"已登出|signed out" doc:"结束了几个登录|how many sessions ended"`
	}
}

func (s *Service) signOutMine(ctx context.Context, _ *struct{}) (*endedOut, error) {
	return s.ended(ctx, api.Who(ctx).ID)
}

func (s *Service) signOutOther(ctx context.Context, in *accountIn) (*endedOut, error) {
	a, err := s.Account(ctx, in.Account)
	if err != nil {
		return nil, err
	}
	return s.ended(ctx, a.ID)
}

func (s *Service) ended(ctx context.Context, account string) (*endedOut, error) {
	n, err := s.SignOutEverywhere(ctx, account)
	out := &endedOut{}
	out.Body.Ended = n
	return out, err
}

type tokensOut struct{ Body api.Page[Token] }

func (s *Service) tokens(ctx context.Context, in *pageIn) (*tokensOut, error) {
	var after string
	if err := api.ReadCursor(in.Cursor, &after); err != nil {
		return nil, err
	}
	found, err := tokens(ctx, s.db.Reader(), ownOnly(api.Who(ctx)), after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	for i := range found {
		end := found[i].ExpiresUS
		found[i].EndsSoon = end > 0 && found[i].RevokedUS == 0 && end > s.now().UnixMicro() && end <= s.now().Add(soon).UnixMicro()
	}
	out := &tokensOut{}
	out.Body.Items = found
	if len(found) > in.Limit {
		out.Body.Items = found[:in.Limit]
		out.Body.Next = api.Cursor(found[in.Limit-1].ID)
	}
	return out, nil
}

type newTokenIn struct {
	Body struct {
		Name     string   `json:"name" maxLength:"200" doc:"给谁用、做什么用|what it is for"`
		Role     api.Role `json:"role,omitempty" enum:"owner,lead,trainer,reviewer,labeller,viewer,customer" doc:"角色，默认同自己|role, your own by default"`
		Days     int      `json:"days,omitempty" minimum:"0" maximum:"365" doc:"几天后到期，默认 90，最多 365|days until it expires, 90 by default, 365 at most"`
		Products []string `json:"products,omitempty" maxItems:"50" doc:"只能用于这些产品，编号或名称；默认全部|only for these products, by id or name; all by default"`
	}
}

type newTokenOut struct {
	Body struct {
		Token
		Secret string `json:"secret" table:"令牌（只显示这一次）|token (shown only now)"`
	}
}

func (s *Service) newToken(ctx context.Context, in *newTokenIn) (*newTokenOut, error) {
	var products []string
	for _, name := range in.Body.Products {
		id, err := s.products.ProductID(ctx, name)
		if err != nil {
			return nil, err
		}
		products = append(products, id)
	}
	t, secret, err := s.NewToken(ctx, api.Who(ctx), in.Body.Name, in.Body.Role, time.Duration(in.Body.Days)*24*time.Hour, products)
	if err != nil {
		return nil, err
	}
	out := &newTokenOut{}
	out.Body.Token, out.Body.Secret = t, secret
	return out, nil
}

type revokeIn struct {
	Token string `path:"token" doc:"令牌的编号|id of the token"`
}

func (s *Service) revoke(ctx context.Context, in *revokeIn) (*struct{}, error) {
	return nil, s.Revoke(ctx, api.Who(ctx), in.Token)
}
