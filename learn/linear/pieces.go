package linear

import (
	"context"
	"math"
	"slices"
	"sync"

	"zhuomo/internal/spec"
	"zhuomo/learn"
)

// Pieces turn inputs into the features of this learner, for learners that compare
// texts. They know which pieces were seen and how rare each is.
type Pieces struct {
	settings settings
	space    *space
	readers  *sync.Pool
}

// pieceParams are the parameters that decide about features.
var pieceParams = [...]string{"char_min", "char_max", "han_max", "word_max", "word_share", "word_part", "history_turns", "history_share", "idf_power", "hash_bits", "vector_share"}

// PieceParams are the parameters of Pieces.
func PieceParams() []spec.Param {
	return slices.DeleteFunc((*linear)(nil).Spec().Params, func(p spec.Param) bool { return !slices.Contains(pieceParams[:], p.Name) })
}

// pieceSettings fills what PieceParams leaves out.
func pieceSettings(values spec.Values) settings {
	whole := spec.Values{}
	for _, p := range (*linear)(nil).Spec().Params {
		if whole[p.Name] = p.Default; slices.Contains(pieceParams[:], p.Name) {
			whole[p.Name] = values[p.Name]
		}
	}
	s := settingsOf(whole)
	s.bias = 0
	return s
}

// Encoded are examples as sparse vectors.
type Encoded struct{ x *matrix }

// Row gives the features of row i, their values, and the share of its text that is in
// known pieces (0–1).
func (e Encoded) Row(i int) (idx []uint32, val []float32, familiar float32) {
	idx, val = e.x.row(i)
	return idx, val, e.x.familiar[i]
}

// Size is how many features all rows have together, each row's counted.
func (e Encoded) Size() int {
	n := 0
	for _, l := range e.x.length {
		n += int(l)
	}
	return n
}

// ReadPieces finds the pieces of examples, whose vectors have dense numbers. rows are
// the examples; alone are the same, each as if its own pieces had been seen in the
// others only. Every one, and what Reader reads, has length 1 with its unknown pieces.
func ReadPieces(ctx context.Context, examples []learn.Example, values spec.Values, dense, workers int) (p *Pieces, rows, alone Encoded, err error) {
	p = &Pieces{settings: pieceSettings(values)}
	texts, err := readAll(ctx, examples, p.settings.shape(), workers)
	if err != nil {
		return nil, rows, alone, err
	}
	in := make([]uint32, 1<<p.settings.hashBits) // by bucket: examples that have it
	for _, g := range texts {
		for _, b := range g.bucket {
			in[b]++
		}
	}
	if p.space, err = newSpace(in, len(examples), 1, p.settings, dense); err != nil {
		return nil, rows, alone, err
	}
	encode := func(known func(uint32) bool) (Encoded, error) {
		x, err := encodeAll(ctx, texts, p.settings.shape().groups(), p.space, known, workers)
		if err != nil {
			return Encoded{}, err
		}
		for i := range texts {
			_, val := x.row(i)
			shorten(val, p.length(&texts[i]))
		}
		return Encoded{x}, nil
	}
	if rows, err = encode(nil); err == nil {
		alone, err = encode(func(b uint32) bool { return in[b] > 1 })
	}
	p.readers = p.pool()
	return p, rows, alone, err
}

// length is that of an input's vector when all its pieces are known.
func (p *Pieces) length(g *grams) float32 {
	square, from := 0.0, int32(0)
	if g.ends[groupWords] > 0 {
		square = 1
	}
	from = g.ends[groupWords]
	for group := groupHistory; group < p.settings.shape().groups(); group++ {
		if g.ends[group] > from {
			square += float64(p.space.shares[group]) * float64(p.space.shares[group])
		}
		from = g.ends[group]
	}
	if p.space.dense > 0 {
		square += float64(p.space.vector) * float64(p.space.vector)
	}
	return float32(math.Sqrt(square))
}

func shorten(val []float32, length float32) {
	for j := range val {
		val[j] /= length // a text without a feature has no length either, and nothing to divide
	}
}

func (p *Pieces) pool() *sync.Pool {
	return &sync.Pool{New: func() any { return &Reader{pieces: p, reader: newReader(p.settings.shape())} }}
}

// Features counts the features; those from FirstDense on are the numbers of a vector.
func (p *Pieces) Features() int { return p.space.features() }

// FirstDense is the feature of a vector's first number.
func (p *Pieces) FirstDense() int { return p.space.firstDense() }

// Unseen is the weight of a piece never seen, which a file keeps in its header.
func (p *Pieces) Unseen() float32 { return p.space.unseen }

// Reader reads one input at a time; it is for one goroutine.
type Reader struct {
	pieces *Pieces
	reader *reader
	idx    []uint32
	val    []float32
	length float32
}

// Reader lends a reader; Done takes it back.
func (p *Pieces) Reader() *Reader { return p.readers.Get().(*Reader) }

// Done gives a reader back.
func (r *Reader) Done() { r.pieces.readers.Put(r) }

// Read gives the features of an input, valid until the next Read. See Encoded.Row.
func (r *Reader) Read(in learn.Input) (idx []uint32, val []float32, familiar float32) {
	g := r.reader.read(in)
	r.idx, r.val, familiar = r.pieces.space.encode(g, r.pieces.settings.shape().groups(), nil, r.idx[:0], r.val[:0])
	r.length = r.pieces.length(g)
	shorten(r.val, r.length)
	return r.idx, r.val, familiar
}

// Explain shares what each feature did, value times weight(feature), among the
// characters where it stood. It fills Text, History and Rest.
func (r *Reader) Explain(in learn.Input, weight func(feature uint32) float32, into *learn.Explanation) {
	r.reader.trace = true
	defer func() { r.reader.trace = false }()
	idx, val, _ := r.Read(in)
	share(into, in, r.pieces.space, r.reader.spans, idx, val, weight)
}

// Append writes what CutPieces reads: bitmap, ranks and rarity.
func (p *Pieces) Append(b []byte) []byte {
	b = learn.AppendSection(b, p.space.bitmap)
	b = learn.AppendSection(b, p.space.rank)
	return learn.AppendSection(b, p.space.idf)
}

// CutPieces takes pieces with so many features off a file. Fault: Damaged.
func CutPieces(cut *learn.Cutter, values spec.Values, features, dense int, unseen float32) (*Pieces, error) {
	if features < 0 || features > mostFeatures || dense < 0 || dense > mostDense || dense > features || !(unseen >= 0 && unseen <= 1e6) {
		return nil, learn.Broken("number of features")
	}
	p := &Pieces{settings: pieceSettings(values)}
	p.space = &space{shares: p.settings.shares(), words: p.settings.wordsByPart(), unseen: unseen, dense: dense, vector: p.settings.vectorShare}
	words := 1 << p.settings.hashBits / 64
	p.space.bitmap = learn.CutSection[uint64](cut, words)
	p.space.rank = learn.CutSection[uint32](cut, words)
	p.space.idf = learn.CutSection[float32](cut, features-dense)
	if cut.Short {
		return nil, learn.Broken("sections do not fit the header")
	}
	if err := p.space.check(); err != nil {
		return nil, err
	}
	if !learn.Finite(p.space.idf) {
		return nil, learn.Broken("a weight is not a number")
	}
	p.readers = p.pool()
	return p, nil
}
