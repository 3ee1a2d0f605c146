package command_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zhuomo/internal/api"
	"zhuomo/internal/api/command"
	"zhuomo/internal/db"
	"zhuomo/internal/fault"
	"zhuomo/internal/jobs"
	"zhuomo/internal/spec"
	"zhuomo/internal/testkit"
)

type thing struct {
	ID     string         `json:"id" table:"编号|id"`
	Name   string         `json:"name" table:"名称|name"`
	Rows   int            `json:"rows" table:"行数|rows"`
	Share  float64        `json:"share" table:"占比|share"`
	Live   bool           `json:"live" table:"上线|live"`
	Title  spec.Text      `json:"title"`
	Words  []string       `json:"words,omitempty"`
	Parts  []part         `json:"parts,omitempty"`
	Extra  map[string]any `json:"extra,omitempty"`
	Hidden string         `json:"hidden" table:"-"`
}

type part struct {
	Step  int    `json:"step"`
	Field string `json:"field"`
}

var things = []thing{
	{ID: "t1", Name: "客服对话", Rows: 12345, Share: 0.91234567, Live: true, Title: spec.Text{ZH: "客服", EN: "service"},
		Words: []string{"退款", "改签"}, Parts: []part{{1, "原文"}, {20, "text"}}, Extra: map[string]any{"seed": 7}},
	{ID: "t2", Name: "café naïve 🙂", Rows: 7, Share: 1},
	{ID: "t3", Name: "恶意\x1b[31m红\n换行 " + strings.Repeat("长", 40), Rows: 0, Share: 0.00001},
}

var torn = fault.Define("test.torn", fault.Conflict, fault.Text{
	ZH: "第 {page} 页破了", FixZH: "换一页", EN: "page {page} is torn", FixEN: "take another page",
})

type listOut struct{ Body api.Page[thing] }
type thingOut struct{ Body thing }
type thingIn struct {
	Thing string `path:"thing" doc:"编号|id"`
}
type makeIn struct {
	Product string `path:"product"`
	Body    struct {
		Name  string   `json:"name" minLength:"1" doc:"名称|name"`
		Rows  int      `json:"rows,omitempty" maximum:"9" doc:"行数|rows"`
		Live  bool     `json:"live,omitempty" doc:"上线|live"`
		Words []string `json:"words,omitempty" doc:"词|words"`
		Extra any      `json:"extra,omitempty" doc:"其他|anything else"`
		Data  string   `json:"data,omitempty" doc:"与通用选项同名|named like a global flag"`
	}
}
type echoOut struct {
	Body struct {
		Product string `json:"product"`
		Sent    any    `json:"sent"`
	}
}
type fileOut struct {
	Body struct {
		Name string `json:"name"`
		Size int64  `json:"size"`
	}
}
type productIn struct {
	Product string `path:"product"`
}
type startedOut struct{ Body api.Started }

// kit runs command lines against a real server in this process.
type kit struct {
	server *api.Server
	env    map[string]string
	in     string
	tty    bool
}

func newKit(t *testing.T) *kit {
	t.Helper()
	d := testkit.OpenDB(t)
	if err := d.Migrate(t.Context(), "api", api.Migrations()); err != nil {
		t.Fatal(err)
	}
	runner, err := jobs.Open(t.Context(), d, jobs.Options{Workers: 1, Alone: true})
	if err != nil {
		t.Fatal(err)
	}
	runner.Handle("thing.count", func(ctx context.Context, job jobs.Job, report *jobs.Report) (any, error) {
		var outcome string
		if err := job.Args(&outcome); err != nil {
			return nil, err
		}
		report.Total(3)
		if outcome == "forever" {
			report.Add(1)
			<-ctx.Done()
			return nil, ctx.Err()
		}
		report.Add(3)
		if outcome == "torn" {
			return nil, torn.With("page", 3)
		}
		return map[string]any{"counted": 3, "by": outcome}, nil
	})
	if err := runner.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { runner.Stop(context.Background()) })
	routes := append(api.JobRoutes(runner),
		api.Op("GET", "/api/v1/products", "product list", api.Viewer, "列出产品", "list products", func(context.Context, *struct{}) (*listOut, error) {
			return &listOut{api.Page[thing]{Items: []thing{{ID: "p1", Name: "唯一的产品"}}}}, nil
		}),
		api.Op("GET", "/api/v1/things", "thing list", api.Viewer, "列出东西", "list things", func(_ context.Context, in *struct {
			Limit int `query:"limit" default:"50" doc:"条数|items"`
		}) (*listOut, error) {
			if in.Limit < len(things) {
				return &listOut{api.Page[thing]{Items: things[:in.Limit], Next: "abc"}}, nil
			}
			return &listOut{api.Page[thing]{Items: things}}, nil
		}),
		api.Op("GET", "/api/v1/things/{thing}", "thing show", api.Viewer, "看一个", "show one", func(_ context.Context, in *thingIn) (*thingOut, error) {
			switch in.Thing {
			case "torn":
				return nil, torn.With("page", 7)
			case "broken":
				return nil, fmt.Errorf("disk")
			}
			return &thingOut{things[0]}, nil
		}),
		api.Op("POST", "/api/v1/products/{product}/things", "thing create", api.Trainer, "新建", "create one", func(_ context.Context, in *makeIn) (*echoOut, error) {
			out := &echoOut{}
			out.Body.Product, out.Body.Sent = in.Product, in.Body
			return out, nil
		}),
		api.Op("POST", "/api/v1/things/{thing}/count", "thing count", api.Trainer, "数一遍", "count", func(ctx context.Context, in *thingIn) (*startedOut, error) {
			out := &startedOut{}
			err := d.Write(ctx, func(ctx context.Context, tx db.Tx) (err error) {
				out.Body.JobID, err = runner.Enqueue(ctx, tx, "thing.count", in.Thing)
				return err
			})
			return out, err
		}),
		api.Upload("POST", "/api/v1/products/{product}/imports", "thing import", api.Trainer, "导入", "import", func(_ context.Context, _ *productIn, f api.Incoming) (*fileOut, error) {
			n, err := io.Copy(io.Discard, f)
			out := &fileOut{}
			out.Body.Name, out.Body.Size = f.Name, n
			return out, err
		}),
		api.Download("GET", "/api/v1/things/{thing}/file", "thing export", api.Viewer, "导出", "export", func(_ context.Context, in *thingIn) (*api.Outgoing, error) {
			return &api.Outgoing{Name: "x.csv", Type: "text/csv", Write: func(w io.Writer) error {
				_, err := io.WriteString(w, "a,b\n"+in.Thing+",2\n")
				return err
			}}, nil
		}),
	)
	server, err := api.NewServer(api.Options{Routes: routes, DB: d, Now: time.Now, Log: slog.New(slog.DiscardHandler), Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return &kit{server: server, env: map[string]string{}}
}

func (k *kit) run(role api.Role, args ...string) (code int, out, err string) {
	var stdout, stderr bytes.Buffer
	actor := api.Actor{ID: "me", Name: "我", Roles: []api.Role{role}}
	code = command.Run(context.Background(), command.Options{
		Routes:  k.server.Routes(),
		Stages:  []command.Stage{{Name: "thing", ZH: "东西", EN: "things"}, {Name: "absent", ZH: "没有", EN: "absent"}},
		Version: "test", Terminal: k.tty, In: strings.NewReader(k.in), Out: &stdout, Err: &stderr, Env: func(name string) string { return k.env[name] },
		Dial: func(context.Context, command.Globals) (*command.Client, error) {
			return &command.Client{Base: "http://local", HTTP: k.server.Local(actor), Close: func() error { return nil }}, nil
		},
	}, args)
	return code, stdout.String(), stderr.String()
}

// TestWhatPeopleSee keeps what is printed, command by command; read the golden
// file as a user would.
func TestWhatPeopleSee(t *testing.T) {
	k := newKit(t)
	folder := t.TempDir()
	file := filepath.Join(folder, "聊天.csv")
	if err := os.WriteFile(file, []byte("a,b\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, line := range []string{
		"", "--lang en", "--help", "thing", "thing create --help", "thing create --help --lang en",
		"thing list", "thing list --lang en", "thing list --limit 1", "thing list --json", "thing show t1", "thing show t1 --lang en", "jobs list",
		"thing show torn", "thing show torn --lang en", "thing create --body nowhere.json x",
		"thing create p9 名字 --words 退款 --words 改签 --live --extra {\"a\":1} --set-data d", "thing create 名字 --rows 12", "thing create",
		"thing create 名字 --rows x", "thing create 名字 --extra {", "thing create 名字 --rwos 1", "thing create a b c",
		"thing import " + file, "thing import nowhere.csv", "thing import " + folder, "thing import",
		"thing export t1", "thing count good", "thing count torn",
		"thng", "thing lst", "thing show", "thing list --limit", "completion tcsh",
	} {
		args := strings.Fields(line)
		code, out, err := k.run(api.Owner, args...)
		fmt.Fprintf(&all, "$ zhuomo %s\n%s%s→ %d\n\n", strings.ReplaceAll(line, folder, "FOLDER"), out, strings.ReplaceAll(err, folder, "FOLDER"), code)
	}
	testkit.Golden(t, "commands", all.String())
}

func TestExitCodesFollowTheKind(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	for line, want := range map[string]int{
		"thing list": 0, "thing show t1 --json": 0,
		"thing show broken": 1, "thing create x --rows 10": 2, "jobs show nosuch": 3, "thing show torn": 4, "thing count torn": 4,
		"nosuch": 64, "thing show": 64, "thing show a b": 64, "thing show --nosuch": 64, "completion": 64,
	} {
		if code, out, err := k.run(api.Owner, strings.Fields(line)...); code != want {
			t.Errorf("%s: exit %d, want %d\n%s%s", line, code, want, out, err)
		}
	}
	if code, _, _ := k.run(api.Viewer, "thing", "create", "x"); code != 5 {
		t.Errorf("a viewer who creates: exit %d, want 5", code)
	}
}

func TestProgramsGetExactJSON(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	code, out, stderr := k.run(api.Owner, "thing", "list", "--json")
	var page api.Page[thing]
	if err := json.Unmarshal([]byte(out), &page); err != nil || code != 0 || stderr != "" || page.Items[2].Name != things[2].Name {
		t.Errorf("exit %d, %v, %q %q", code, err, out, stderr)
	}
	code, out, stderr = k.run(api.Owner, "thing", "show", "torn", "--json", "--lang", "en")
	var p api.Problem
	if err := json.Unmarshal([]byte(stderr), &p); err != nil || code != 4 || out != "" || p.Code != "test.torn" || p.Detail != "page 7 is torn" {
		t.Errorf("exit %d, %v, %q %q", code, err, out, stderr)
	}
	code, out, _ = k.run(api.Owner, "thing", "count", "good", "--json")
	if code != 0 || strings.TrimSpace(out) != `{"by":"good","counted":3}` {
		t.Errorf("the result of a job: exit %d %q", code, out)
	}
	code, out, _ = k.run(api.Owner, "thing", "count", "good", "--json", "--detach")
	var started api.Started
	if err := json.Unmarshal([]byte(out), &started); err != nil || code != 0 || started.JobID == "" {
		t.Errorf("a detached job: exit %d %q %v", code, out, err)
	}
}

func TestFilesComeAndGo(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.in = "from standard input"
	if code, out, stderr := k.run(api.Owner, "thing", "import", "-", "--json"); code != 0 || strings.TrimSpace(out) != `{"name":"","size":19}` {
		t.Errorf("standard input: exit %d %q %q", code, out, stderr)
	}
	path := filepath.Join(t.TempDir(), "x.csv")
	if code, out, stderr := k.run(api.Owner, "thing", "export", "t1", "-o", path); code != 0 || out != "" || !strings.Contains(stderr, path) {
		t.Errorf("export: exit %d %q %q", code, out, stderr)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "a,b\nt1,2\n" {
		t.Errorf("the file: %q %v", text, err)
	}
	if code, _, stderr := k.run(api.Owner, "thing", "export", "t2", "-o", path); code != 4 || !strings.Contains(stderr, "command.file_exists") {
		t.Errorf("over an existing file: exit %d %q", code, stderr)
	}
	if code, _, _ := k.run(api.Owner, "thing", "export", "t2", "-o", path, "--force"); code != 0 {
		t.Errorf("forced: exit %d", code)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".zhuomo-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestAnInterruptCancelsTheJob(t *testing.T) {
	k := newKit(t)
	// Keep the signal from ending the test itself while nobody listens, and to the
	// end: the last one may come when the test is over.
	signal.Notify(make(chan os.Signal, 1), os.Interrupt)
	type result struct {
		code   int
		stderr string
	}
	done := make(chan result, 1)
	go func() {
		code, _, stderr := k.run(api.Owner, "thing", "count", "forever")
		done <- result{code, stderr}
	}()
	running := func() bool {
		_, out, _ := k.run(api.Owner, "jobs", "list", "--state", "running", "--json")
		return strings.Contains(out, "thing.count")
	}
	for deadline := time.Now().Add(10 * time.Second); !running(); {
		if time.Now().After(deadline) {
			t.Fatal("the job never ran")
		}
	}
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	// The command may not have come to listen yet: ask until it is done.
	for {
		if err := self.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		select {
		case got := <-done:
			if got.code != 130 {
				t.Errorf("exit %d: %s", got.code, got.stderr)
			}
			for deadline := time.Now().Add(10 * time.Second); running(); {
				if time.Now().After(deadline) {
					t.Fatal("the job still runs")
				}
			}
			if _, out, _ := k.run(api.Owner, "jobs", "list", "--state", "cancelled", "--json"); !strings.Contains(out, "thing.count") {
				t.Errorf("the job was not cancelled: %s", out)
			}
			return
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func TestATerminalShowsProgressAndIsLeftClean(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.tty = true
	k.in = strings.Repeat("x", 1<<20)
	for _, line := range []string{"thing import -", "thing count good"} {
		code, _, stderr := k.run(api.Owner, strings.Fields(line)...)
		if code != 0 || !strings.Contains(stderr, "\r\x1b[2K") || !strings.HasSuffix(stderr, "\r\x1b[2K") {
			t.Errorf("%s: exit %d, %q", line, code, stderr)
		}
		if _, _, stderr := k.run(api.Owner, append(strings.Fields(line), "--quiet")...); stderr != "" {
			t.Errorf("%s --quiet: %q", line, stderr)
		}
	}
}

func TestBodiesFromFilesAndFlags(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.in = `{"name":"名","rows":3}`
	code, out, stderr := k.run(api.Owner, "thing", "create", "--body", "-", "--rows", "4", "--json", "--product", "p7")
	if code != 0 || strings.TrimSpace(out) != `{"product":"p7","sent":{"name":"名","rows":4}}` {
		t.Errorf("exit %d %q %q", code, out, stderr)
	}
	k.env["ZHUOMO_PRODUCT"] = "from-env"
	if code, out, stderr := k.run(api.Owner, "thing", "create", "名", "--json"); code != 0 || !strings.Contains(out, `"product":"from-env"`) {
		t.Errorf("exit %d %q %q", code, out, stderr)
	}
}

func TestAFieldMayComeFromAFile(t *testing.T) {
	k := newKit(t)
	path := filepath.Join(t.TempDir(), "name.txt")
	if err := os.WriteFile(path, []byte("来自文件"), 0o600); err != nil {
		t.Fatal(err)
	}
	for given, want := range map[string]string{"@" + path: "来自文件", "@@home": "@home", "a@b": "a@b"} {
		if code, out, err := k.run(api.Owner, "thing", "create", "-p", "p1", "--name", given, "--json"); code != 0 || !strings.Contains(out, want) {
			t.Errorf("%s: %d %s %s", given, code, out, err)
		}
	}
	if code, _, err := k.run(api.Owner, "thing", "create", "-p", "p1", "--name", "@/no/such/file", "--lang", "en"); code != 3 || !strings.Contains(err, "/no/such/file") {
		t.Errorf("an absent file: %d %s", code, err)
	}
}

func TestTheLanguageIsFound(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	for setting, want := range map[string]string{
		"": "列出东西", "LANG=en_US.UTF-8": "list things", "LANG=zh_CN.UTF-8": "列出东西", "LANG=C": "列出东西",
		"LC_ALL=en_GB": "list things", "ZHUOMO_LANG=en": "list things",
	} {
		name, value, _ := strings.Cut(setting, "=")
		k.env = map[string]string{name: value}
		if _, out, _ := k.run(api.Owner, "thing", "--help"); !strings.Contains(out, want) {
			t.Errorf("%q: %s", setting, out)
		}
	}
	k.env = map[string]string{"LANG": "en_US"}
	if _, out, _ := k.run(api.Owner, "thing", "--lang=zh"); !strings.Contains(out, "列出东西") {
		t.Errorf("--lang=zh: %s", out)
	}
}

func TestShellsComplete(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		if code, out, _ := k.run(api.Owner, "completion", shell); code != 0 || !strings.Contains(out, "zhuomo") {
			t.Errorf("%s: exit %d, %d bytes", shell, code, len(out))
		}
	}
	if _, out, _ := k.run(api.Owner, "__complete", "thing", "l"); !strings.Contains(out, "list\t列出东西") {
		t.Errorf("thing l: %q", out)
	}
	if _, out, _ := k.run(api.Owner, "__complete", "jobs", "list", "--state", "c"); !strings.Contains(out, "cancelled") {
		t.Errorf("--state: %q", out)
	}
}
