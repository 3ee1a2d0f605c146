// Package people knows who works here: accounts, roles, sign-in links,
// sessions and tokens.
//
//	in:   a sign-in link, a session cookie or a bearer token
//	out:  api.Actor, who the person is and what they may do
//	read: people.go → secret.go → service.go → store.go
package people

import (
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"zhuomo/internal/api"
)

// Account is one person, or one program that acts under its own name.
type Account struct {
	ID         string   `json:"id" table:"编号|id"`
	Name       string   `json:"name" table:"姓名|name"`
	Role       api.Role `json:"role" table:"角色|role"`
	Disabled   bool     `json:"disabled" table:"已停用|disabled"`
	CreatedUS  int64    `json:"created_us" table:"创建时间|created" doc:"UTC 微秒|UTC microseconds"`
	SignedInUS int64    `json:"signed_in_us" table:"最近登录|signed in" doc:"最近一次登录，UTC 微秒，0 = 从未|last sign-in, UTC microseconds, 0 = never"`
}

// Actor is the account as it acts.
func (a Account) Actor() api.Actor {
	return api.Actor{ID: a.ID, Name: a.Name, Roles: []api.Role{a.Role}}
}

// Token lets a program act for an account, with a role of its own.
type Token struct {
	ID        string   `json:"id" table:"编号|id"`
	AccountID string   `json:"account_id" table:"-"`
	Account   string   `json:"account" table:"账号|account"`
	Name      string   `json:"name" table:"用途|name"`
	Role      api.Role `json:"role" table:"角色|role"`
	CreatedUS int64    `json:"created_us" table:"创建时间|created" doc:"UTC 微秒|UTC microseconds"`
	ExpiresUS int64    `json:"expires_us" table:"到期|expires" doc:"UTC 微秒，0 = 不过期|UTC microseconds, 0 = never"`
	UsedUS    int64    `json:"used_us" table:"最近使用|used" doc:"UTC 微秒，0 = 从未；精确到一分钟|UTC microseconds, 0 = never; exact to a minute"`
	RevokedUS int64    `json:"revoked_us" table:"撤销|revoked" doc:"UTC 微秒，0 = 有效|UTC microseconds, 0 = valid"`
	Products  []string `json:"products" nullable:"false" table:"产品|products" doc:"只能用于这些产品的编号，空 = 全部|ids of the products it is for, empty = all"`
	EndsSoon  bool     `json:"ends_soon" table:"快到期|ends soon" doc:"两周内到期|ends within two weeks"`
}

// Session is a browser in which somebody is signed in.
type Session struct {
	ID        string `json:"id" table:"编号|id"`
	Agent     string `json:"agent" table:"浏览器|browser" doc:"浏览器自称|what the browser calls itself"`
	CreatedUS int64  `json:"created_us" table:"登录时间|signed in" doc:"UTC 微秒|UTC microseconds"`
	ExpiresUS int64  `json:"expires_us" table:"到期|expires" doc:"UTC 微秒|UTC microseconds"`
	Current   bool   `json:"current" table:"这一个|this one" doc:"就是现在这个|the one that asks"`
}

// actor is who acts when the token is used: its role, but never more than the
// account has now.
func (t Token) actor(a Account) api.Actor {
	role := t.Role
	if !a.Actor().May(role) {
		role = a.Role
	}
	return api.Actor{ID: a.ID, Name: a.Name, Roles: []api.Role{role}, Token: t.ID, Products: t.Products}
}

// How long secrets live.
const (
	linkLife    = time.Hour
	sessionLife = 30 * 24 * time.Hour
	maxName     = 64  // characters
	maxAgent    = 200 // bytes

	tokenLife    = 90 * 24 * time.Hour // unless told
	maxTokenLife = 365 * 24 * time.Hour
	soon         = 14 * 24 * time.Hour
)

// fold makes names comparable: 小明 and ｘｉａｏ match whatever form was typed.
func fold(name string) string { return cases.Fold().String(norm.NFKC.String(name)) }

// checkName trims a name and refuses what cannot be shown. Fault: BadName.
func checkName(name string) (string, error) {
	name = strings.Join(strings.Fields(name), " ")
	n := 0
	for _, r := range name {
		if !unicode.IsPrint(r) {
			return "", BadName.With("max", maxName).At("name")
		}
		n++
	}
	if n == 0 || n > maxName {
		return "", BadName.With("max", maxName).At("name")
	}
	return name, nil
}
