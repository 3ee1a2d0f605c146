package linear

import (
	"context"

	"zhuomo/internal/jobs"
)

// matrix holds encoded examples, one sparse row each.
type matrix struct {
	start  []int // row i begins at start[i], room for start[i+1]-start[i]
	length []int32
	idx    []uint32
	val    []float32
	square []float32 // Σ val² of each row
	// familiar is for each row the share of its text that is in features, 0–1.
	familiar []float32
}

// row gives the features of row i and their values.
func (m *matrix) row(i int) ([]uint32, []float32) {
	from, to := m.start[i], m.start[i]+int(m.length[i])
	return m.idx[from:to], m.val[from:to]
}

// encodeAll encodes all of texts in sp.
func encodeAll(ctx context.Context, texts []grams, groups int, sp *space, known func(uint32) bool, workers int) (*matrix, error) {
	m := &matrix{start: make([]int, len(texts)+1), length: make([]int32, len(texts)), square: make([]float32, len(texts)), familiar: make([]float32, len(texts))}
	for i := range texts {
		m.start[i+1] = m.start[i] + len(texts[i].bucket) + 1 + sp.dense
	}
	m.idx, m.val = make([]uint32, m.start[len(texts)]), make([]float32, m.start[len(texts)])
	err := jobs.EachChunk(ctx, len(texts), workers, func(_, from, to int) error {
		for i := from; i < to; i++ {
			at, end := m.start[i], m.start[i+1]
			idx, val, familiar := sp.encode(&texts[i], groups, known, m.idx[at:at:end], m.val[at:at:end])
			m.length[i], m.familiar[i] = int32(len(idx)), familiar
			for _, v := range val {
				m.square[i] += float32(v * v)
			}
		}
		return ctx.Err()
	})
	return m, err
}
