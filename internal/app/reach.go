package app

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"zhuomo/internal/api/command"
	"zhuomo/internal/db"
)

// serverFile is what a running server leaves in its data folder, readable by
// its user only, so that the command line finds it and acts as the owner.
type serverFile struct {
	Address string `json:"address"` // http://127.0.0.1:7788
	URL     string `json:"url"`     // the address that people use
	Token   string `json:"token"`
	PID     int    `json:"pid"`
}

const serverFileName = "server.json"

func writeServerFile(folder string, s serverFile) error {
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	path := filepath.Join(folder, serverFileName)
	if err := os.WriteFile(path+".new", text, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

func readServerFile(folder string) (s serverFile, err error) {
	text, err := os.ReadFile(filepath.Join(folder, serverFileName))
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal(text, &s)
}

// patience is how long a command waits for another one that has the folder.
const patience = 10 * time.Second

// dial reaches the server that the flags name; else opens the data folder or
// the shared database here; else, when a server has the folder, goes through
// that server.
func dial(ctx context.Context, g command.Globals) (*command.Client, error) {
	if g.Server != "" {
		return remote(g.Server, g.Token), nil
	}
	folder, err := folderOf(g)
	if err != nil {
		return nil, err
	}
	for began := time.Now(); ; {
		up, fileErr := readServerFile(folder) // none: nothing is known of a server
		a, err := Open(ctx, Options{door: door{url: up.URL}, DataFolder: folder, Database: g.DB, Files: g.Blobs, Trainers: os.Getenv(trainersVariable), Log: fileLog(folder)})
		if err == nil && a.DB.Shared() {
			return local(ctx, a), nil
		}
		if err == nil {
			// We hold the folder, so a server.json there is what a killed server left.
			if err := os.Remove(filepath.Join(folder, serverFileName)); err != nil && !errors.Is(err, os.ErrNotExist) {
				return nil, errors.Join(err, a.Close(ctx))
			}
			return local(ctx, a), nil
		}
		if !errors.Is(err, db.InUse) {
			return nil, err
		}
		if fileErr == nil {
			return remote(up.Address, up.Token), nil
		}
		// No server: another command, which will be done soon.
		if time.Since(began) > patience {
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// local reaches the program in this process, as the owner.
func local(ctx context.Context, a *App) *command.Client {
	return &command.Client{
		Base: "http://127.0.0.1:7788", HTTP: a.Server.Local(a.Owner.Actor()),
		Close: func() error { return a.Close(context.WithoutCancel(ctx)) },
	}
}

func remote(address, token string) *command.Client {
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	return &command.Client{Base: strings.TrimRight(address, "/"), Token: token, HTTP: http.DefaultTransport, Close: func() error { return nil }}
}

func folderOf(g command.Globals) (string, error) {
	if g.Data != "" {
		return filepath.Abs(g.Data)
	}
	return DefaultFolder()
}

// fileLog writes to zhuomo.log in the data folder: a command has no other
// place for details, and its streams belong to the person.
func fileLog(folder string) *slog.Logger {
	return slog.New(slog.NewTextHandler(lazyFile(filepath.Join(folder, "zhuomo.log")), nil))
}

// lazyFile is opened for each line: there are few, or none.
type lazyFile string

func (path lazyFile) Write(line []byte) (int, error) {
	f, err := os.OpenFile(string(path), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	n, err := f.Write(line)
	return n, errors.Join(err, f.Close())
}

func newSecret() string { return "local_" + rand.Text() + rand.Text() }

// sameSecret compares in a time that tells nothing.
func sameSecret(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// answers tells whether the server of the file still answers.
func answers(s serverFile) bool {
	client := http.Client{Timeout: time.Second}
	answer, err := client.Get(s.Address + "/healthz")
	if err != nil {
		return false
	}
	return answer.Body.Close() == nil
}

// hasData makes sure that the folder of SQLite data is there: who mistypes it
// must not be told that nothing is wrong with it, or get a backup of nothing.
// Fault: NoData.
func hasData(g command.Globals) error {
	if g.Server != "" || g.DB != "" {
		return nil
	}
	folder, err := folderOf(g)
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(folder, "zhuomo.db")); errors.Is(err, os.ErrNotExist) {
		return NoData.With("folder", folder)
	}
	return nil
}
