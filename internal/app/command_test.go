package app

import (
	"bytes"
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
