package mlflow

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"math"
	"slices"

	"zhuomo/internal/db"
)

// point is one measured value of a metric whose run and key are known.
type point struct {
	step, at int64
	value    float64 // may be NaN or infinite
}

// comparePoints orders by step, time and value, NaN first.
func comparePoints(a, b point) int {
	return cmp.Or(cmp.Compare(a.step, b.step), cmp.Compare(a.at, b.at), cmp.Compare(a.value, b.value))
}

// fullRow is from how many points on a row is not written again. A larger row would
// make single points and batches dear, a smaller one a long history slow to read.
const fullRow = 64

// pack writes points one after the other: the step and the time as signed varints of
// the difference to the point before, then the eight bytes of the value, lowest first;
// all of it in base64, since columns hold text.
func pack(points []point) string {
	raw := make([]byte, 0, 12*len(points))
	var step, at int64
	for _, p := range points {
		raw = binary.AppendVarint(raw, p.step-step)
		raw = binary.AppendVarint(raw, p.at-at)
		raw = binary.LittleEndian.AppendUint64(raw, math.Float64bits(p.value))
		step, at = p.step, p.at
	}
	return base64.RawStdEncoding.EncodeToString(raw)
}

// errPacked is a row that nobody packed so.
var errPacked = errors.New("packed points are damaged")

// unpack appends the points of a row to dst; buf is room to work in, given back to be
// used again.
func unpack(dst []point, packed, buf []byte) ([]point, []byte, error) {
	n := base64.RawStdEncoding.DecodedLen(len(packed))
	buf = slices.Grow(buf[:0], n)[:n]
	if _, err := base64.RawStdEncoding.Decode(buf, packed); err != nil {
		return dst, buf, errPacked
	}
	var step, at int64
	for rest := buf; len(rest) > 0; rest = rest[8:] {
		for _, sum := range []*int64{&step, &at} {
			d, size := binary.Varint(rest)
			if size <= 0 {
				return dst, buf, errPacked
			}
			*sum += d
			rest = rest[size:]
		}
		if len(rest) < 8 {
			return dst, buf, errPacked
		}
		dst = append(dst, point{step, at, math.Float64frombits(binary.LittleEndian.Uint64(rest))})
	}
	return dst, buf, nil
}

// history gives all points of a metric in order, each once: the same point logged
// again is the same.
func (s *Service) history(ctx context.Context, run, key string) ([]point, error) {
	list, err := s.packedPoints(ctx, run, key)
	if err != nil {
		return nil, err
	}
	if list, err = s.plainPoints(ctx, list, run, key); err != nil {
		return nil, err
	}
	if !slices.IsSortedFunc(list, comparePoints) {
		slices.SortStableFunc(list, comparePoints)
	}
	return slices.CompactFunc(list, func(a, b point) bool { return comparePoints(a, b) == 0 }), nil
}

// packedPoints reads the full rows in the order in which they came, then row 0.
func (s *Service) packedPoints(ctx context.Context, run, key string) (list []point, err error) {
	var all int
	if err := s.db.Reader().QueryRowContext(ctx, `SELECT CAST(COALESCE(SUM(held), 0) AS BIGINT) FROM mlflow_points WHERE run_id = $1 AND key = $2`, run, key).Scan(&all); err != nil {
		return nil, err
	}
	list = make([]point, 0, all)
	rows, err := s.db.Reader().QueryContext(ctx, `SELECT seq, packed FROM mlflow_points WHERE run_id = $1 AND key = $2 ORDER BY seq`, run, key)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var open, buf []byte
	var packed sql.RawBytes // read before the next row, so not copied
	for rows.Next() {
		var seq int64
		if err := rows.Scan(&seq, &packed); err != nil {
			return nil, err
		}
		if seq == 0 {
			open = slices.Clone(packed)
			continue
		}
		if list, buf, err = unpack(list, packed, buf); err != nil {
			return nil, err
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	list, _, err = unpack(list, open, buf)
	return list, err
}

// plainPoints appends points that were logged before they were packed.
func (s *Service) plainPoints(ctx context.Context, list []point, run, key string) ([]point, error) {
	rows, err := s.db.Reader().QueryContext(ctx, `SELECT step, at_ms, value, nan FROM mlflow_metrics WHERE run_id = $1 AND key = $2 ORDER BY step, at_ms, value, nan`, run, key)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var p point
		var nan bool
		if err := rows.Scan(&p.step, &p.at, &p.value, &nan); err != nil {
			return nil, err
		}
		p.value = float64(floatOf(p.value, nan))
		list = append(list, p)
	}
	return list, rows.Err()
}

// openRow is row 0 of a metric.
type openRow struct {
	key    string
	next   int64
	packed []byte
}

// savePoints appends points of a run, by metric in the order in which they came.
func savePoints(ctx context.Context, tx db.Tx, product, run string, points []metric) error {
	var keys []string
	fresh := map[string][]point{}
	for _, m := range points {
		if fresh[m.Key] == nil {
			keys = append(keys, m.Key)
		}
		fresh[m.Key] = append(fresh[m.Key], point{int64(m.Step), int64(m.At), float64(m.Value)})
	}
	for part := range slices.Chunk(keys, metricRows) {
		if err := saveKeys(ctx, tx, product, run, part, fresh); err != nil {
			return err
		}
	}
	return nil
}

func saveKeys(ctx context.Context, tx db.Tx, product, run string, keys []string, fresh map[string][]point) error {
	open, err := openRows(ctx, tx, run, keys)
	if err != nil {
		return err
	}
	const columns = 7
	args := make([]any, 0, columns*len(keys))
	for _, key := range keys {
		row, list := open[key], fresh[key]
		if len(row.packed) > 0 {
			if list, _, err = unpack(nil, row.packed, nil); err != nil {
				return err
			}
			list = append(list, fresh[key]...)
		}
		next := max(row.next, 1)
		if len(list) < fullRow {
			args = append(args, run, key, 0, product, next, len(list), pack(list))
			continue
		}
		args = append(args, run, key, next, product, 0, len(list), pack(list))
		args = append(args, run, key, 0, product, next+1, 0, "")
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO mlflow_points (run_id, key, seq, product_id, next_seq, held, packed) VALUES `+places(len(args)/columns, columns)+`
		ON CONFLICT (run_id, key, seq) DO UPDATE SET next_seq = excluded.next_seq, held = excluded.held, packed = excluded.packed`, args...)
	return err
}

func openRows(ctx context.Context, tx db.Tx, run string, keys []string) (map[string]openRow, error) {
	q := &question{args: []any{run}}
	rows, err := tx.QueryContext(ctx, `SELECT key, next_seq, packed FROM mlflow_points WHERE run_id = $1 AND seq = 0 AND key IN `+q.listed(keys), q.args...)
	list, err := db.All(rows, err, func(r *openRow) []any { return []any{&r.key, &r.next, &r.packed} })
	byKey := make(map[string]openRow, len(list))
	for _, r := range list {
		byKey[r.key] = r
	}
	return byKey, err
}
