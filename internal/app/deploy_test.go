package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"go.yaml.in/yaml/v3"

	"zhuomo/internal/api"
	"zhuomo/internal/api/command"
)

const deployFolder = "../../deploy"

func deployFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(deployFolder, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var fqName = regexp.MustCompile(`fqName: "([^"]+)"`)

// metricsKnown are the names of all metrics that the program can give, whether
// there is a value yet or not.
func metricsKnown(t *testing.T) (known map[string]bool) {
	t.Helper()
	a := &App{metrics: api.NewMetrics()}
	a.meters = newMeters(a, a.metrics.Registry())
	registry := a.metrics.Registry().(prometheus.Collector)
	found := make(chan *prometheus.Desc)
	go func() {
		registry.Describe(found)
		close(found)
	}()
	known = map[string]bool{}
	for d := range found {
		m := fqName.FindStringSubmatch(d.String())
		if m == nil {
			t.Fatalf("no name in %s", d)
		}
		known[m[1]] = true
	}
	return known
}

var (
	ours   = regexp.MustCompile(`\b(?:zhuomo|go|process)_[a-z0-9_]+\b`)
	suffix = regexp.MustCompile(`_(bucket|sum|count)$`)
)

// TestDeployNamesMetricsThatAreThere: each in the alerts, the dashboard and the
// guide exists, and the guide explains every metric and every alert.
func TestDeployNamesMetricsThatAreThere(t *testing.T) {
	t.Parallel()
	known := metricsKnown(t)
	guide, err := os.ReadFile("../../docs/operations/watching.md")
	if err != nil {
		t.Fatal(err)
	}
	alerts, dashboard := deployFile(t, "prometheus/alerts.yaml"), deployFile(t, "grafana/zhuomo.json")
	var board struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal([]byte(dashboard), &board); err != nil || len(board.Panels) < 20 {
		t.Fatalf("%d panels, %v", len(board.Panels), err)
	}
	for file, text := range map[string]string{"alerts": alerts, "dashboard": dashboard, "guide": string(guide), "tests of the alerts": deployFile(t, "prometheus/alerts.test.yaml")} {
		named := ours.FindAllString(text, -1)
		if len(named) < 5 {
			t.Errorf("the %s names %d metrics: the reading is broken", file, len(named))
		}
		for _, name := range named {
			if !known[name] && !known[suffix.ReplaceAllString(name, "")] {
				t.Errorf("the %s names %s, which the program does not give", file, name)
			}
		}
	}
	for name := range known {
		if strings.HasPrefix(name, "zhuomo_") && !strings.Contains(string(guide), "`"+name+"`") {
			t.Errorf("docs/operations/watching.md does not explain %s", name)
		}
	}
	rules := regexp.MustCompile(`(?m)^ +- alert: (\w+)$`).FindAllStringSubmatch(alerts, -1)
	if len(rules) < 10 {
		t.Fatalf("%d alerts: the reading is broken", len(rules))
	}
	for _, m := range rules {
		if !strings.Contains(string(guide), "### "+m[1]) {
			t.Errorf("docs/operations/watching.md does not say what to do about %s", m[1])
		}
	}
}

// commandLines are the command lines of the program in deploy/, by file.
func commandLines(t *testing.T) map[string][][]string {
	t.Helper()
	all := map[string][][]string{}
	unit := regexp.MustCompile(`(?m)^ExecStart=\S*/zhuomo (.*)$`).FindStringSubmatch(deployFile(t, "systemd/zhuomo.service"))
	if unit == nil {
		t.Fatal("no ExecStart")
	}
	all["systemd"] = [][]string{strings.Fields(unit[1])}
	var cmd []string
	if m := regexp.MustCompile(`(?m)^CMD (\[.*\])$`).FindStringSubmatch(deployFile(t, "container/Containerfile")); m == nil || json.Unmarshal([]byte(m[1]), &cmd) != nil {
		t.Fatal("no CMD")
	}
	all["container"] = [][]string{cmd}
	var compose struct {
		Services map[string]struct {
			Command any
			Image   string
		}
	}
	if err := yaml.Unmarshal([]byte(deployFile(t, "compose/compose.yaml")), &compose); err != nil {
		t.Fatal(err)
	}
	for _, s := range compose.Services {
		if strings.HasPrefix(s.Image, "zhuomo:") {
			all["compose"] = append(all["compose"], words(t, s.Command))
		}
	}
	for _, name := range []string{"serve.yaml", "worker.yaml"} {
		documents := yaml.NewDecoder(strings.NewReader(deployFile(t, "kubernetes/"+name)))
		for {
			var d struct {
				Kind string
				Spec struct {
					Template struct {
						Spec struct {
							Containers []struct {
								Args  []string
								Ports []struct {
									ContainerPort int `yaml:"containerPort"`
								}
							}
						}
					}
				}
			}
			err := documents.Decode(&d)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range d.Spec.Template.Spec.Containers {
				all["kubernetes"] = append(all["kubernetes"], c.Args)
				if len(c.Ports) != 1 || !strings.Contains(strings.Join(c.Args, " "), fmt.Sprintf(":%d", c.Ports[0].ContainerPort)) {
					t.Errorf("%s: %v listens elsewhere than %v", name, c.Args, c.Ports)
				}
			}
		}
	}
	return all
}

func words(t *testing.T, list any) (out []string) {
	t.Helper()
	all, ok := list.([]any)
	if !ok {
		t.Fatalf("%v is no list", list)
	}
	for _, w := range all {
		out = append(out, fmt.Sprint(w))
	}
	return out
}

// TestDeployUsesFlagsThatAreThere holds each command line in deploy/ to the help
// of its command.
func TestDeployUsesFlagsThatAreThere(t *testing.T) {
	t.Parallel()
	help := map[string]string{}
	for _, name := range []string{"serve", "worker"} {
		var out bytes.Buffer
		exit := command.Run(t.Context(), command.Options{
			Routes: commandRoutes(), Stages: groups(), Specials: specials(), Out: &out, Err: &out, Env: func(string) string { return "" },
		}, []string{name, "--help"})
		if help[name] = out.String(); exit != 0 || !strings.Contains(help[name], "--workers") {
			t.Fatalf("zhuomo %s --help: %d %s", name, exit, help[name])
		}
	}
	lines := commandLines(t)
	seen := 0
	for _, file := range []string{"systemd", "container", "compose", "kubernetes"} {
		var ran []string
		for _, line := range lines[file] {
			ran = append(ran, line[0])
			for _, word := range line[1:] {
				flag, _, _ := strings.Cut(word, "=")
				if !strings.HasPrefix(flag, "--") {
					continue
				}
				seen++
				if !regexp.MustCompile(regexp.QuoteMeta(flag) + `\b`).MatchString(help[line[0]]) {
					t.Errorf("deploy/%s: zhuomo %s has no flag %s", file, line[0], flag)
				}
			}
		}
		slices.Sort(ran)
		want := []string{"serve"}
		if file == "compose" || file == "kubernetes" {
			want = []string{"serve", "worker"}
		}
		if !slices.Equal(ran, want) {
			t.Errorf("deploy/%s runs %v, want %v", file, ran, want)
		}
	}
	if seen < 10 {
		t.Errorf("only %d flags: the reading is broken", seen)
	}
	for _, file := range []string{"container/Containerfile", "compose/compose.yaml", "kubernetes/serve.yaml", "kubernetes/worker.yaml"} {
		if !strings.Contains(deployFile(t, file), "/readyz") {
			t.Errorf("deploy/%s asks nobody whether the program is ready", file)
		}
	}
	if !strings.Contains(deployFile(t, "container/Containerfile"), fmt.Sprintf("EXPOSE %d", firstPort)) {
		t.Errorf("the container does not show port %d", firstPort)
	}
}
