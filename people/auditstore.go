package people

import (
	"context"
	"math"
	"strings"

	"zhuomo/internal/db"
)

// noted is an entry on its way into the chain.
type noted struct{ id, entry string }

func insertNoted(ctx context.Context, tx db.Tx, id, entry string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO people_audit_noted (id, entry) VALUES ($1, $2)`, id, entry)
	return err
}

// readNoted gives the oldest.
func readNoted(ctx context.Context, r db.Reader, limit int) ([]noted, error) {
	rows, err := r.QueryContext(ctx, `SELECT id, entry FROM people_audit_noted ORDER BY id LIMIT $1`, limit)
	return db.All(rows, err, func(n *noted) []any { return []any{&n.id, &n.entry} })
}

func dropNoted(ctx context.Context, tx db.Tx, id string) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM people_audit_noted WHERE id = $1`, id)
	return err
}

// auditHead is where the chain ends; 0 before its first entry.
func auditHead(ctx context.Context, r db.Reader) (seq int64, hash string, err error) {
	err = r.QueryRowContext(ctx, `SELECT seq, hash FROM people_audit_head WHERE id = 1`).Scan(&seq, &hash)
	_, _, err = found(seq, err)
	return seq, hash, err
}

func moveAuditHead(ctx context.Context, tx db.Tx, seq int64, hash string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO people_audit_head (id, seq, hash) VALUES (1, $1, $2)
		ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash`, seq, hash)
	return err
}

func insertLinkOfChain(ctx context.Context, tx db.Tx, l link) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO people_audit (seq, at_us, actor_id, action, entry, before_hash, hash) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		l.seq, l.atUS, l.actorID, l.action, l.entry, l.before, l.hash)
	return err
}

const linkColumns = `seq, at_us, actor_id, action, entry, before_hash, hash`

// auditLinks lists the entries that the filter leaves, the latest first.
func auditLinks(ctx context.Context, r db.Reader, f AuditFilter, limit int) ([]link, error) {
	like := ""
	if f.Text != "" {
		like = "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(f.Text)) + "%"
	}
	before := f.Before
	if before == 0 {
		before = math.MaxInt64
	}
	return readLinks(ctx, r, `SELECT `+linkColumns+` FROM people_audit
		WHERE seq < $1 AND ($2 = '' OR actor_id = $2) AND ($3 = '' OR action = $3) AND ($4 = '' OR lower(entry) LIKE $4 ESCAPE '\')
		ORDER BY seq DESC LIMIT $5`, before, f.ActorID, f.Action, like, limit)
}

// linksAtOnce is how many links one look at the chain reads.
const linksAtOnce = 1000

// eachLink walks the chain from its beginning.
func eachLink(ctx context.Context, r db.Reader, see func(link) error) error {
	after := int64(math.MinInt64)
	for {
		links, err := readLinks(ctx, r, `SELECT `+linkColumns+` FROM people_audit WHERE seq > $1 ORDER BY seq LIMIT $2`, after, linksAtOnce)
		if err != nil || len(links) == 0 {
			return err
		}
		for _, l := range links {
			if err := see(l); err != nil {
				return err
			}
			after = l.seq
		}
	}
}

func readLinks(ctx context.Context, r db.Reader, query string, args ...any) ([]link, error) {
	rows, err := r.QueryContext(ctx, query, args...)
	return db.All(rows, err, func(l *link) []any {
		return []any{&l.seq, &l.atUS, &l.actorID, &l.action, &l.entry, &l.before, &l.hash}
	})
}
