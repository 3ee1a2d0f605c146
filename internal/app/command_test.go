package app

import (
	"bytes"
	"encoding/json"
	"io"
	"regexp"
	"strings"
	"testing"

	"zhuomo/internal/api/command"
)

// say does one command line of the real program and gives what it prints.
func say(t *testing.T, args ...string) (exit int, out, err string) {
	t.Helper()
	var o, e bytes.Buffer
	exit = command.Run(t.Context(), command.Options{
		Routes: commandRoutes(), Stages: groups(), Specials: specials(), Dial: dial, Version: Version,
		In: strings.NewReader(""), Out: &o, Err: &e, Env: func(string) string { return "" },
	}, args)
	return exit, o.String(), e.String()
}

func TestEveryCommandIsListedOnceAndServeIsBothServerAndStage(t *testing.T) {
	t.Parallel()
	_, help, _ := say(t, "--help")
	seen := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^  ([a-z]+) `).FindAllStringSubmatch(help, -1) {
		if seen[m[1]] {
			t.Errorf("%s is listed twice", m[1])
		}
		seen[m[1]] = true
	}
	for _, stage := range groups() {
		if !seen[stage.Name] {
			t.Errorf("%s is not listed", stage.Name)
		}
		if exit, out, _ := say(t, stage.Name, "--help", "--lang", "en"); exit != 0 || !strings.Contains(out, "Commands") {
			t.Errorf("%s --help: %d %s", stage.Name, exit, out)
		}
	}
	_, help, _ = say(t, "serve", "--help")
	if !strings.Contains(help, "--listen") || !strings.Contains(help, "releases") {
		t.Errorf("serve --help: %s", help)
	}
	if exit, _, err := say(t, "serve", "relases", "--lang", "en"); exit != 64 || !strings.Contains(err, "releases") {
		t.Errorf("serve relases: %d %s", exit, err)
	}
}

func TestAProductHasOneShelfByNameAndById(t *testing.T) {
	t.Parallel()
	s := serveApp(t)
	var products struct{ Items []struct{ ID string } }
	if err := json.Unmarshal(s.must("GET", "/api/v1/products", ""), &products); err != nil || len(products.Items) != 1 {
		t.Fatalf("%+v %v", products, err)
	}
	byID := "/api/v1/products/" + products.Items[0].ID
	s.must("PUT", s.product+"/recipes", `{"source":"name: width\nsteps:\n  - use: clean.width.v1\n"}`)
	if got := s.must("GET", byID+"/recipes", ""); !bytes.Contains(got, []byte(`"width"`)) {
		t.Errorf("saved by name, not found by id: %s", got)
	}
	for _, version := range []string{"good/v1", "good/latest", "good"} {
		s.must("POST", byID+"/recipes/width/previews", `{"version":"`+version+`"}`)
	}
	got := s.tell("POST", "/api/v1/products/nix/recipes/width/previews", func() io.Reader { return strings.NewReader(`{"version":"good/v1"}`) }, "application/json")
	if got.Status != 404 || got.Code != "dataset.no_such_product" {
		t.Errorf("an unknown product: %+v", got)
	}
	got = s.tell("POST", byID+"/recipes/width/previews", func() io.Reader { return strings.NewReader(`{"version":"good/v9"}`) }, "application/json")
	if got.Status != 404 || got.Code != "dataset.no_such_version" {
		t.Errorf("an unknown version: %+v", got)
	}
}
