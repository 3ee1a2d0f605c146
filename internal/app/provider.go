package app

import (
	"net/url"
	"os"

	"github.com/spf13/pflag"

	"zhuomo/internal/api"
	"zhuomo/internal/spec"
	"zhuomo/people"
)

// providerSecret is where the client's secret comes from: flags are seen by who
// lists processes, and nothing that must be given back is kept in the database.
const providerSecret = "ZHUOMO_OIDC_SECRET"

// signing is how people sign in beside one-time links.
type signing struct {
	issuer, client, role, claim string
	scopes, domains, rules      []string
}

func (s *signing) flags(f *pflag.FlagSet, lang string) {
	say := func(zh, en string) string { return spec.Text{ZH: zh, EN: en}.In(lang) }
	f.StringVar(&s.issuer, "oidc-issuer", "", say("用这个身份提供方（OpenID Connect）登录，https://…；口令放在环境变量 "+providerSecret, "sign in by this identity provider (OpenID Connect), https://…; its secret is in the environment variable "+providerSecret))
	f.StringVar(&s.client, "oidc-client", "", say("在身份提供方那里登记的客户端编号", "client id that the provider knows us by"))
	f.StringSliceVar(&s.scopes, "oidc-scopes", []string{"profile", "email"}, say("除 openid 外还要哪些范围，例如有的身份提供方要 groups 才给组", "scopes beside openid; some providers tell groups only for groups"))
	f.StringSliceVar(&s.domains, "oidc-domains", nil, say("只让这些邮箱域名的人进，邮箱须经验证；不写就由身份提供方决定", "let in only people with a verified e-mail address of these domains; the provider decides when absent"))
	f.StringVar(&s.role, "oidc-role", string(api.Viewer), say("第一次来的人的角色，空 = 只让符合 --oidc-rules 的人进", "role of who comes for the first time, empty = only whom --oidc-rules fit"))
	f.StringVar(&s.claim, "oidc-claim", "groups", say("--oidc-rules 看身份里的哪一项", "the claim that --oidc-rules look at"))
	f.StringSliceVar(&s.rules, "oidc-rules", nil, say("值=角色，可多个，先符合的算，每次登录都按它改，例如 zhuomo-trainers=trainer", "VALUE=ROLE, may be repeated; the first that fits gives the role at every sign-in, for example zhuomo-trainers=trainer"))
}

// provider checks what was said. Faults: ProviderUnclear, ProviderInsecure, people.UnknownRole.
func (s signing) provider() (people.Provider, error) {
	if s.issuer == "" {
		return people.Provider{}, nil
	}
	secret := os.Getenv(providerSecret)
	if s.client == "" || secret == "" {
		return people.Provider{}, ProviderUnclear.With("variable", providerSecret)
	}
	u, err := url.Parse(s.issuer)
	if err != nil || u.Host == "" || u.Scheme != "https" && !(u.Scheme == "http" && loopbackName(u.Hostname())) {
		return people.Provider{}, ProviderInsecure.With("issuer", s.issuer)
	}
	rules, err := people.ParseRules(s.rules)
	if err == nil && s.role != "" {
		_, err = people.ParseRules([]string{"=" + s.role})
	}
	return people.Provider{
		Issuer: s.issuer, ClientID: s.client, ClientSecret: secret, Scopes: s.scopes, Domains: s.domains, Role: api.Role(s.role), Claim: s.claim, Rules: rules,
	}, err
}
