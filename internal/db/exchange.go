package db

import (
	"context"
	"database/sql"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	maxWaiting  = 4096 // news that may wait for the wire; more are dropped
	maxPayload  = 7000 // bytes of one notification; the server takes 8000
	reconnectIn = time.Second
)

// exchange carries news between the processes of one PostgreSQL database, over
// LISTEN and NOTIFY. News are sent after the commit and apart from it: a NOTIFY
// inside would let commits wait for each other.
//
// Wire: the id of the process, then a line for each: topic, tab, what.
type exchange struct {
	local   *news
	process string
	channel string
	outbox  chan string // size maxWaiting
	stop    context.CancelFunc
	work    sync.WaitGroup
}

// newExchange listens before it returns, so that nothing is missed afterwards.
func newExchange(ctx context.Context, config *pgx.ConnConfig, writers *sql.DB, local *news) (*exchange, error) {
	x := &exchange{local: local, process: NewID(time.Now()), outbox: make(chan string, maxWaiting)}
	err := writers.QueryRowContext(ctx, "SELECT 'zhuomo_' || md5(current_schema())").Scan(&x.channel)
	if err != nil {
		return nil, err
	}
	conn, err := x.connect(ctx, config)
	if err != nil {
		return nil, err
	}
	working, stop := context.WithCancel(context.Background())
	x.stop = stop
	x.work.Go(func() { x.receive(working, config, conn) })
	x.work.Go(func() { x.post(working, writers) })
	return x, nil
}

func (x *exchange) connect(ctx context.Context, config *pgx.ConnConfig) (*pgx.Conn, error) {
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	if _, err := conn.Exec(ctx, "LISTEN "+x.channel); err != nil {
		_ = conn.Close(ctx)
		return nil, err
	}
	return conn, nil
}

// receive hands out what other processes tell; after a broken connection that
// something may have been missed.
func (x *exchange) receive(ctx context.Context, config *pgx.ConnConfig, conn *pgx.Conn) {
	for {
		n, err := conn.WaitForNotification(ctx)
		if err == nil {
			x.handOut(n.Payload)
			continue
		}
		closing, done := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		_ = conn.Close(closing)
		done()
		for conn = nil; conn == nil; {
			select {
			case <-ctx.Done():
				return
			case <-time.After(reconnectIn):
			}
			conn, _ = x.connect(ctx, config) // the next try tells; whoever writes meets the error itself
		}
		x.local.missed()
	}
}

func (x *exchange) handOut(payload string) {
	lines := strings.Split(payload, "\n")
	if lines[0] == x.process {
		return
	}
	for _, line := range lines[1:] {
		if topic, what, ok := strings.Cut(line, "\t"); ok {
			x.local.tell(topic, what)
		}
	}
}

func (x *exchange) send(topic, what string) {
	select {
	case x.outbox <- topic + "\t" + what:
	default: // news are hints; the others look by themselves
	}
}

// post sends what waits, many in one.
func (x *exchange) post(ctx context.Context, writers *sql.DB) {
	for {
		var payload strings.Builder
		payload.WriteString(x.process)
		told := map[string]bool{}
		put := func(line string) {
			if !told[line] {
				told[line] = true
				payload.WriteString("\n" + line)
			}
		}
		select {
		case <-ctx.Done():
			return
		case line := <-x.outbox:
			put(line)
		}
		for more := true; more && payload.Len() < maxPayload/2; {
			select {
			case line := <-x.outbox:
				put(line)
			default:
				more = false
			}
		}
		_, _ = writers.ExecContext(ctx, "SELECT pg_notify($1, $2)", x.channel, payload.String())
	}
}

func (x *exchange) close() {
	x.stop()
	x.work.Wait()
}
