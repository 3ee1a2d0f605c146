package api

import "slices"

// Role is what an actor may be, and what a route needs.
type Role string

const (
	Owner    Role = "owner"    // 所有者: accounts, everything
	Lead     Role = "lead"     // 组长: people's work, releases, overruling a gate
	Trainer  Role = "trainer"  // 训练师: data, recipes, learning, flows
	Reviewer Role = "reviewer" // 质检员: adjudication, suites, signing
	Labeller Role = "labeller" // 标注员: queues
	Viewer   Role = "viewer"   // 观察者: looks only
	Customer Role = "customer" // 客户: talks to a released product over a channel
	Public   Role = "public"   // nobody in particular: no sign-in
)

// allowed is the one table of roles: a row may call the routes that need one
// of its columns. The test of this file walks it route by route.
var allowed = [...]struct {
	role  Role
	needs []Role
}{
	{Owner, []Role{Owner, Lead, Trainer, Reviewer, Labeller, Viewer, Customer, Public}},
	{Lead, []Role{Lead, Trainer, Reviewer, Labeller, Viewer, Customer, Public}},
	{Trainer, []Role{Trainer, Reviewer, Labeller, Viewer, Customer, Public}},
	{Reviewer, []Role{Reviewer, Labeller, Viewer, Customer, Public}},
	{Labeller, []Role{Labeller, Viewer, Customer, Public}},
	{Viewer, []Role{Viewer, Customer, Public}},
	{Customer, []Role{Customer, Public}},
	{Public, []Role{Public}},
}

// Roles lists every role that an account or token can hold, highest first.
func Roles() []Role { return []Role{Owner, Lead, Trainer, Reviewer, Labeller, Viewer, Customer} }

// Known tells whether r can be given to an account or a token.
func (r Role) Known() bool { return slices.Contains(Roles(), r) }

func (r Role) allows(need Role) bool {
	for _, row := range allowed {
		if row.role == r {
			return slices.Contains(row.needs, need)
		}
	}
	return false
}
