package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zhuomo/examples"
	"zhuomo/internal/api"
	"zhuomo/internal/api/command"
	"zhuomo/serve"
)

// boxHere opens a box over a bundle in this process.
func boxHere(t *testing.T, file, folder string) (*App, string) {
	t.Helper()
	p, _, err := readBundle(file, "")
	if err != nil {
		t.Fatal(err)
	}
	a, err := openBox(t.Context(), Options{DataFolder: folder}, p, &box{keep: 1000})
	if err != nil {
		t.Fatal(err)
	}
	return a, p.Product.ID
}

// fails runs a command line that must fail, and gives the code of its fault.
func fails(t *testing.T, args ...string) string {
	t.Helper()
	var out, said bytes.Buffer
	code := command.Run(t.Context(), command.Options{
		Routes: commandRoutes(), Stages: groups(), Specials: specials(), Dial: dial, Version: Version,
		In: strings.NewReader(""), Out: &out, Err: &said, Env: os.Getenv,
	}, append(args, "--json"))
	var problem api.Problem
	if code == 0 || json.Unmarshal(said.Bytes(), &problem) != nil {
		t.Fatalf("%v: exit %d\n%s%s", args, code, out.Bytes(), said.Bytes())
	}
	return problem.Code
}

// TestTrainABundle exports the demo's last product and runs it: with the network cut,
// from another folder, and tampered with.
func TestTrainABundle(t *testing.T) {
	folder := t.TempDir()
	home, file := filepath.Join(folder, "home"), filepath.Join(folder, "speaker.zhuomo")
	var made Figures
	all, err := examples.Products()
	if err != nil {
		t.Fatal(err)
	}
	runJSON(t, &made, "demo", "--once", "--product", all[len(all)-1].ID, "--data", home)
	if got := fails(t, "serve", "key", "--data", home); got != "serve.no_signer" {
		t.Errorf("before anything is signed: %s", got)
	}
	var told, again held
	runJSON(t, &told, "export", "--bundle", file, "--data", home)
	runJSON(t, &again, "export", "--bundle", filepath.Join(folder, "again.zhuomo"), "--data", home)
	if told.SHA256 == "" || told.SHA256 != again.SHA256 {
		t.Errorf("exported twice: %+v, then %+v", told, again)
	}
	var key serve.Signer
	runJSON(t, &key, "serve", "key", "--data", home)
	if key.Signer != told.Signer {
		t.Errorf("signed by %s, the key is %+v", told.Signer, key)
	}
	var checked held
	runJSON(t, &checked, "serve", file, "--check", "--key", told.Signer)
	if checked.ReleaseID != told.ReleaseID || checked.Signer != told.Signer {
		t.Errorf("it holds %+v, exported was %+v", checked, told)
	}
	t.Run("alone with the network cut", func(t *testing.T) { inACut(t, file, filepath.Join(folder, "box")) })
	t.Run("what was said comes home", func(t *testing.T) { comesHome(t, home, file, filepath.Join(folder, "box"), filepath.Join(folder, "x")) })
	var measured map[string]float64
	runJSON(t, &measured, "bench", "box", file, "--turns", "20")
	hasKeys(t, measured, "p50_ms", "p99_ms", "start_mb", "resident_mb", "bundle_bytes", "database_bytes")
	t.Run("what is refused", func(t *testing.T) {
		whole, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		with := func(name string, change func([]byte) []byte) string {
			broken := filepath.Join(folder, name+bundleEnd)
			if err := os.WriteFile(broken, change(bytes.Clone(whole)), 0o600); err != nil {
				t.Fatal(err)
			}
			return broken
		}
		flip := func(at int) func([]byte) []byte { return func(b []byte) []byte { b[at] ^= 1; return b } }
		other := "ed25519:" + strings.Repeat("ab", 32)
		for _, c := range []struct {
			want string
			args []string
		}{
			{"bundle.damaged", []string{"serve", with("flipped", flip(len(whole)/2)), "--data", filepath.Join(folder, "none")}},
			{"bundle.bad_signature", []string{"serve", with("manifest", flip(200)), "--check"}},
			{"bundle.cut_short", []string{"serve", with("cut", func(b []byte) []byte { return b[:len(b)-1] }), "--check"}},
			{"bundle.not_a_bundle", []string{"serve", filepath.Join(home, databaseName), "--check"}},
			{"bundle.other_signer", []string{"serve", file, "--check", "--key", other}},
			{"bundle.bad_signer", []string{"serve", file, "--key", "somebody"}},
			{"app.box_in_workbench", []string{"serve", file, "--data", home, "--listen", "127.0.0.1:0"}},
			{"app.export_there", []string{"export", "--bundle", file, "--data", home}},
			{"serve.no_release", []string{"export", "--bundle", filepath.Join(folder, "x.zhuomo"), "--release", "r99", "--data", home}},
			{"command.usage", []string{"export", "--data", home}},
			{"command.unknown", []string{"serve", "nothing"}},
			{"command.no_file", []string{"serve", "nothing.zhuomo"}},
		} {
			if got := fails(t, c.args...); got != c.want {
				t.Errorf("%v: %s, want %s", c.args, got, c.want)
			}
		}
		if _, err := os.Stat(filepath.Join(folder, "none")); !errors.Is(err, os.ErrNotExist) {
			t.Error("a damaged bundle made a folder")
		}
		left, err := filepath.Glob(filepath.Join(folder, "*.part"))
		if err != nil || len(left) > 0 {
			t.Errorf("left behind: %v, %v", left, err)
		}
	})
}

// comesHome packs what was said in the cut (or, where that is not permitted, here),
// brings it into the inbox twice and follows a turn to its raw lines.
func comesHome(t *testing.T, home, file, folder, feedback string) {
	a, product := boxHere(t, file, folder)
	s, _, err := a.Stages.Serve.Begin(t.Context(), product, "speaker", "")
	if err != nil {
		t.Fatal(err)
	}
	said, err := a.Stages.Serve.Say(t.Context(), s.ID, serve.Message{Text: "我好难过，睡不着"})
	if err == nil {
		err = a.Stages.Serve.Rate(t.Context(), s.ID, said.ID, false, "不是这个")
	}
	if err = errors.Join(err, a.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
	var out, told bytes.Buffer
	code := command.Run(t.Context(), command.Options{
		Routes: commandRoutes(), Stages: groups(), Specials: specials(), Dial: dial, Version: Version,
		In: strings.NewReader(""), Out: &out, Err: &told, Env: os.Getenv,
	}, []string{"feedback", "pack", "--data", folder, "-o", feedback})
	if code != 0 {
		t.Fatalf("pack: exit %d\n%s", code, told.Bytes())
	}
	before := inbox(t, home)
	var first, again struct {
		Turns   int `json:"turn_count"`
		New     int `json:"new_count"`
		Rated   int `json:"rated_count"`
		Waiting int `json:"waiting_count"`
	}
	runJSON(t, &first, "feedback", "bring", feedback, "--data", home)
	after := inbox(t, home)
	runJSON(t, &again, "feedback", "bring", feedback, "--data", home)
	if first.New != first.Turns || first.New == 0 || first.Rated != 1 || again.New != 0 || again.Rated != 0 || again.Turns != first.Turns || again.Waiting != first.Waiting {
		t.Errorf("brought %+v, then %+v", first, again)
	}
	if after[said.ID] != "disliked" || len(after) <= len(before) || !maps.Equal(after, inbox(t, home)) {
		t.Errorf("the inbox held %d, then %d; the turn stands as %q", len(before), len(after), after[said.ID])
	}
	var thread map[string]any
	runJSON(t, &thread, "trace", said.ID, "--data", home)
	if text, _ := json.Marshal(thread); !bytes.Contains(text, []byte("chats_")) {
		t.Errorf("the turn leads to no raw line: %.2000s", text)
	}
	if got := fails(t, "feedback", "bring", file, "--data", home); got != "serve.not_feedback" {
		t.Errorf("a bundle as feedback: %s", got)
	}
	if got := fails(t, "feedback", "pack", "--data", home); got != "app.no_box" {
		t.Errorf("packing a workbench: %s", got)
	}
}

// inbox tells why each open turn stands there.
func inbox(t *testing.T, home string) map[string]string {
	t.Helper()
	var page api.Page[struct {
		TurnID string `json:"turn_id"`
		Cause  string `json:"cause"`
	}]
	runJSON(t, &page, "feedback", "inbox", "--limit", "5000", "--data", home)
	all := map[string]string{}
	for _, i := range page.Items {
		all[i.TurnID] = i.Cause
	}
	return all
}

// The names of what a process in the cut is told.
const (
	cutBundle = "ZHUOMO_TEST_BUNDLE"
	cutFolder = "ZHUOMO_TEST_BOX"
)

// inACut runs TestInTheCut in a network of its own that leads nowhere.
func inACut(t *testing.T, file, folder string) {
	cut := exec.Command(os.Args[0], "-test.run=^TestInTheCut$", "-test.v")
	cut.Env = append(os.Environ(), cutBundle+"="+file, cutFolder+"="+folder)
	if !cutNetwork(cut) {
		t.Skip("needs network namespaces: run on Linux")
	}
	said, err := cut.CombinedOutput()
	if err != nil && strings.Contains(err.Error(), "not permitted") {
		t.Skip("needs network namespaces, which are not permitted here: run as root or set kernel.unprivileged_userns_clone=1")
	}
	if err != nil || !bytes.Contains(said, []byte("--- PASS: TestInTheCut")) {
		t.Fatalf("%v\n%s", err, said)
	}
}

// TestInTheCut talks to a box where no other machine can be reached.
func TestInTheCut(t *testing.T) {
	file, folder := os.Getenv(cutBundle), os.Getenv(cutFolder)
	if file == "" {
		t.Skip("needs a bundle in ZHUOMO_TEST_BUNDLE: TestTrainABundle makes one and runs this, in a network that leads nowhere")
	}
	if err := loopbackUp(); err != nil {
		t.Fatal(err)
	}
	if c, err := net.DialTimeout("tcp", "192.0.2.1:80", time.Second); err == nil {
		c.Close()
		t.Fatal("the network is not cut")
	}
	a, product := boxHere(t, file, folder)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- a.Serve(ctx, []net.Listener{l}, func() {}) }()
	base := "http://" + l.Addr().String()
	customers := newLoad(base, product, []string{"放点开心的歌", "我好难过", "定个明早七点的闹钟"}, 4)
	sessions, err := customers.sessions(t.Context(), 4)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 40 {
		if err := customers.turn(t.Context(), sessions[i%4], customers.sentences[i%3]); err != nil {
			t.Fatal(err)
		}
	}
	var lines []struct {
		Text string `json:"text"`
	}
	if err := post(t.Context(), http.DefaultClient, base+"/webhooks/rest/webhook", http.Header{}, map[string]string{"sender": "a", "message": "放点开心的歌"}, &lines); err != nil || len(lines) == 0 {
		t.Errorf("over Rasa's channel: %+v, %v", lines, err)
	}
	for path, want := range map[string]int{
		"/readyz": 200, "/healthz": 200, "/": 404, "/chat/" + product: 404, "/metrics": 404, "/api/v1/products": 404,
		"/api/v1/products/" + product + "/turns": 404, "/api/v1/products/" + product + "/releases": 404,
		"/api/v1/products/" + product + "/sessions/" + sessions[0].ID + "/turns": 403,
	} {
		answer, err := http.Get(base + path)
		if err != nil {
			t.Fatal(err)
		}
		if answer.Body.Close(); answer.StatusCode != want {
			t.Errorf("GET %s gave %d, want %d", path, answer.StatusCode, want)
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	// What was said survives a restart.
	a, _ = boxHere(t, file, folder)
	turns, err := a.Stages.Serve.TurnsAfter(t.Context(), product, "", 100)
	if err != nil || len(turns) != 41 {
		t.Errorf("%d turns are left, %v", len(turns), err)
	}
	if err := a.Close(t.Context()); err != nil {
		t.Error(err)
	}
}
