package command

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"reflect"
	"time"

	"zhuomo/internal/api"
	"zhuomo/internal/jobs"
)

// mayStartJob tells whether the answer of a route can carry a job_id.
func mayStartJob(r api.Route) bool {
	t := bodyType(r.Out)
	if t == nil || t.Kind() != reflect.Struct {
		return false
	}
	_, ok := t.FieldByName("JobID")
	return ok
}

// jobIn finds the id of the job that an answer has begun, or "".
func jobIn(answer []byte) string {
	var started api.Started
	if json.Unmarshal(answer, &started) != nil {
		return ""
	}
	return started.JobID
}

// follow shows the job's progress to its end and then its result.
func follow(ctx context.Context, e *Env, client *Client, id string) error {
	result, err := e.Follow(ctx, client, id)
	if err != nil {
		return err
	}
	return e.show(result, nil)
}

// Follow shows the job's progress to its end and gives its result. The first
// interrupt asks the job to end, the second leaves it alone.
func (e *Env) Follow(ctx context.Context, client *Client, id string) (json.RawMessage, error) {
	interrupts := make(chan os.Signal, 2)
	signal.Notify(interrupts, os.Interrupt)
	defer signal.Stop(interrupts)
	// The caller's ctx ends with the same interrupt; asking and following must go on.
	ctx = context.WithoutCancel(ctx)
	path := "/api/v1/jobs/" + url.PathEscape(id)
	asked := false
	var bar *bar
	wait := 20 * time.Millisecond // grows: short jobs answer at once, long ones are asked rarely
	for {
		var j api.JobView
		if err := client.get(ctx, e.Lang, path, &j); err != nil {
			return nil, err
		}
		if bar == nil {
			bar = newBar(e, j.Kind, false)
			defer bar.close()
		}
		left := time.Duration(-1)
		if j.LeftS > 0 {
			left = time.Duration(j.LeftS * float64(time.Second))
		}
		bar.show(j.Done, j.Total, left, j.Note.In(e.Lang))
		if j.State.Finished() {
			bar.close()
			return finished(e, j, asked)
		}
		select {
		case <-interrupts:
			if asked {
				return nil, errInterrupted
			}
			asked = true
			if err := client.Call(ctx, e.Lang, http.MethodPost, path+"/cancellation", nil, nil); err != nil {
				return nil, err
			}
			fmt.Fprintln(e.Err, e.Text("正在取消……再按一次 Ctrl-C 就不等了", "cancelling… press Ctrl-C again to stop waiting"))
		case <-time.After(wait):
			wait = min(wait*3/2, 300*time.Millisecond)
		}
	}
}

func finished(e *Env, j api.JobView, asked bool) (json.RawMessage, error) {
	switch j.State {
	case jobs.Cancelled:
		if asked {
			fmt.Fprintln(e.Err, e.Text("已取消", "cancelled"))
			return nil, errInterrupted
		}
		return nil, JobCancelled.With("job", j.ID)
	case jobs.Failed:
		if j.Failure == nil {
			return nil, JobFailed.With("message", j.ID, "fix", "zhuomo jobs show "+j.ID)
		}
		return nil, &api.Problem{
			Type: "about:blank#" + j.Failure.Code, Title: j.Kind, Status: statusOfKind(j.Failure.Kind),
			Detail: j.Failure.Message, Code: j.Failure.Code, Fix: j.Failure.Fix,
		}
	}
	if len(j.Result) == 0 || string(j.Result) == "null" {
		j.Result = json.RawMessage(fmt.Sprintf("{\"job_id\":%q,\"state\":%q}", j.ID, j.State))
	}
	return j.Result, nil
}

// statusOfKind is the HTTP status of a fault kind's name.
func statusOfKind(kind string) int {
	switch kind {
	case "invalid":
		return http.StatusUnprocessableEntity
	case "not_found":
		return http.StatusNotFound
	case "conflict":
		return http.StatusConflict
	case "denied":
		return http.StatusForbidden
	case "busy":
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}
