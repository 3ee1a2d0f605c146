package people

import (
	"context"
	"net/http"
	"strings"

	"zhuomo/internal/api"
)

const providerPath = "/sign-in/provider"

// providerRoutes sign in by an identity provider.
func (s *Service) providerRoutes() []api.Route {
	return []api.Route{
		api.Op("GET", "/api/v1/sign-in-ways", "", api.Public, "怎样登录", "how one may sign in", s.ways),
		api.Raw("GET", providerPath, api.Public, "去身份提供方登录", "sign in by the identity provider", http.HandlerFunc(s.toProvider), api.Hidden()),
		api.Raw("GET", providerPath+"/back", api.Public, "从身份提供方回来", "back from the identity provider", http.HandlerFunc(s.fromProvider), api.Hidden(), api.Guess()),
	}
}

type waysOut struct {
	Body struct {
		Provider bool `json:"provider" doc:"可以用身份提供方登录|one may sign in by an identity provider"`
	}
}

func (s *Service) ways(context.Context, *struct{}) (*waysOut, error) {
	out := &waysOut{}
	out.Body.Provider = s.provider != nil
	return out, nil
}

// stateName is the cookie that ties a visit to the browser that began it.
const stateName = "zhuomo_visit"

func (s *Service) toProvider(w http.ResponseWriter, r *http.Request) {
	address, state, err := s.Visit(r.Context(), api.BaseURL(r.Context())+providerPath+"/back")
	if err != nil {
		api.WriteFault(w, r, err)
		return
	}
	setState(w, r, state, int(visitLife.Seconds()))
	http.Redirect(w, r, address, http.StatusSeeOther)
}

func (s *Service) fromProvider(w http.ResponseWriter, r *http.Request) {
	kept := ""
	if cookie, err := r.Cookie(stateName); err == nil {
		kept = cookie.Value
	}
	setState(w, r, "", -1)
	query := r.URL.Query()
	session, expires, _, err := s.Return(r.Context(), api.BaseURL(r.Context())+providerPath+"/back", query.Get("code"), query.Get("state"), kept, browserOf(r))
	if err != nil {
		api.WriteFault(w, r, err)
		return
	}
	api.SetSession(w, r, session, expires)
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func setState(w http.ResponseWriter, r *http.Request, state string, seconds int) {
	http.SetCookie(w, &http.Cookie{
		Name: stateName, Value: state, Path: providerPath, MaxAge: seconds, HttpOnly: true,
		SameSite: http.SameSiteLaxMode, // it must come back with the provider's redirect
		Secure:   strings.HasPrefix(api.BaseURL(r.Context()), "https:"),
	})
}
