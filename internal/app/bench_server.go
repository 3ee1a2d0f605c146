package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// benchServer is this program serving a data folder in a process of its own.
type benchServer struct {
	process *exec.Cmd
	address string
	began   time.Time
}

// serveApart starts the server on a free loopback port; it has not answered yet.
func serveApart(ctx context.Context, folder string, more ...string) (*benchServer, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return startApart(ctx, program, append([]string{"--data", folder}, more...)...)
}

// startApart starts a program's server on a free loopback port, given the rest of
// its command line.
func startApart(ctx context.Context, program string, rest ...string) (*benchServer, error) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := free.Addr().String()
	if err := free.Close(); err != nil {
		return nil, err
	}
	s := &benchServer{process: exec.CommandContext(ctx, program, append([]string{"serve", "--listen", address}, rest...)...), address: "http://" + address}
	s.process.Stdout, s.process.Stderr = io.Discard, io.Discard
	s.began = time.Now()
	return s, s.process.Start()
}

const startPatience = 30 * time.Second

// firstByte waits until the first page begins to come and gives the time since
// the program was started.
func (s *benchServer) firstByte(ctx context.Context) (time.Duration, error) {
	client := http.Client{Timeout: startPatience}
	for {
		r, err := http.NewRequestWithContext(ctx, "GET", s.address+"/", nil)
		if err != nil {
			return 0, err
		}
		answer, err := client.Do(r)
		if err == nil {
			var one [1]byte
			_, err = io.ReadFull(answer.Body, one[:])
			took := time.Since(s.began)
			return took, errors.Join(err, answer.Body.Close())
		}
		if time.Since(s.began) > startPatience || ctx.Err() != nil {
			return 0, err
		}
		time.Sleep(time.Millisecond)
	}
}

// residentMB is the memory that the process holds, in megabytes.
func (s *benchServer) residentMB() (float64, error) {
	file, err := os.Open(fmt.Sprintf("/proc/%d/status", s.process.Process.Pid))
	if err != nil {
		return 0, err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if rest, ok := strings.CutPrefix(lines.Text(), "VmRSS:"); ok {
			kb, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kb * 1024 / 1e6, err
		}
	}
	return 0, errors.Join(lines.Err(), errors.New("the system does not tell the resident memory"))
}

// cpu is the processor time that the process has used; it must have ended.
func (s *benchServer) cpu() time.Duration {
	return s.process.ProcessState.UserTime() + s.process.ProcessState.SystemTime()
}

// stop ends the process in order.
func (s *benchServer) stop() error {
	if err := s.process.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return s.process.Wait()
}
