package dataset

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"math/bits"
	"strings"
	"unicode/utf8"
	"unsafe"
)

// columnSketch counts what one column holds. It is the hot loop of an import:
// no interfaces, no locks, one map.
type columnSketch struct {
	filled, characters int
	shortest, longest  int
	values             map[uint64]int32 // hash → entry, up to exactDistinct
	entries            []valueEntry
	registers          *registers // set once there are more distinct values
	scripts            [scriptCount]int
	fullWidth          int
	mojibake, damaged  int
	looked             int
	types              [typeCount]int
	kinds              map[string]int
	scanned            int
}

type valueEntry struct {
	count int32
	text  string // set when the value occurs the second time
}

func newColumnSketch() *columnSketch {
	return &columnSketch{values: make(map[uint64]int32, 1024)}
}

// How often the dear looks happen: all of the first rows, then each 16th.
const (
	lookAtAll = 2000
	lookEach  = 16
)

func (s *columnSketch) add(v string, row int, private PersonalData) {
	look := row < lookAtAll || row%lookEach == 0
	if look && private != nil {
		s.scanned++
	}
	if v == "" {
		return
	}
	s.filled++
	s.count(v)
	n := s.scan(v)
	s.characters += n
	if s.filled == 1 || n < s.shortest {
		s.shortest = n
	}
	s.longest = max(s.longest, n)
	if !look {
		return
	}
	s.looked++
	s.types[typeOf(v)]++
	if private != nil {
		seen := [8]string{}
		kinds := seen[:0]
		private(v, func(kind string) {
			for _, k := range kinds {
				if k == kind {
					return
				}
			}
			kinds = append(kinds, kind)
		})
		for _, k := range kinds {
			if s.kinds == nil {
				s.kinds = map[string]int{}
			}
			s.kinds[k]++
		}
	}
}

// count tallies distinct values: exactly at first, then by estimate.
func (s *columnSketch) count(v string) {
	h := hash(v)
	if s.registers != nil {
		s.registers.add(h)
	}
	if i, known := s.values[h]; known {
		e := &s.entries[i]
		if e.count++; e.count == 2 {
			e.text = cutText(v)
		}
		return
	}
	if s.registers != nil {
		return
	}
	if len(s.values) == exactDistinct {
		s.registers = &registers{}
		for old := range s.values {
			s.registers.add(old)
		}
		s.registers.add(h)
		return
	}
	s.values[h] = int32(len(s.entries))
	s.entries = append(s.entries, valueEntry{count: 1})
}

func cutText(v string) string {
	if len(v) <= topBytes {
		return strings.Clone(v)
	}
	i := topBytes
	for !utf8.RuneStart(v[i]) {
		i--
	}
	return v[:i] + "…"
}

const (
	scriptHan = iota
	scriptLatin
	scriptDigit
	scriptKana
	scriptHangul
	scriptCyrillic
	scriptEmoji
	scriptOther
	scriptCount
)

var scriptNames = [scriptCount]string{"han", "latin", "digit", "kana", "hangul", "cyrillic", "emoji", "other"}

// asciiScript classifies ASCII; scriptCount stands for what is no letter or digit.
var asciiScript = func() (t [128]byte) {
	for i := range t {
		switch c := byte(i); {
		case c >= '0' && c <= '9':
			t[i] = scriptDigit
		case c|32 >= 'a' && c|32 <= 'z':
			t[i] = scriptLatin
		default:
			t[i] = scriptCount
		}
	}
	return t
}()

// scan counts characters by script and answers their number.
func (s *columnSketch) scan(v string) int {
	var scripts [scriptCount + 1]int
	n, suspect, damaged := 0, 0, false
	for i := 0; i < len(v); n++ {
		c := v[i]
		if c < utf8.RuneSelf {
			scripts[asciiScript[c]]++
			i++
			continue
		}
		// The common case decoded in place: three bytes, U+4E00–9FFF.
		if c >= 0xE4 && c <= 0xE9 && i+2 < len(v) {
			scripts[scriptHan]++
			if r := rune(c&15)<<12 | rune(v[i+1]&63)<<6 | rune(v[i+2]&63); oddHan(r) {
				suspect++
			}
			i += 3
			continue
		}
		r, size := utf8.DecodeRuneInString(v[i:])
		i += size
		switch {
		case r >= 0xFF10 && r <= 0xFF19:
			scripts[scriptDigit]++
			s.fullWidth++
		case r >= 0xFF21 && r <= 0xFF3A || r >= 0xFF41 && r <= 0xFF5A:
			scripts[scriptLatin]++
			s.fullWidth++
		case r >= 0x3040 && r < 0x3100:
			scripts[scriptKana]++
		case r >= 0xAC00 && r < 0xD7B0:
			scripts[scriptHangul]++
		case r >= 0x400 && r < 0x530:
			scripts[scriptCyrillic]++
		case r >= 0x3400 && r < 0x4E00 || r >= 0x20000 && r < 0x32000:
			scripts[scriptHan]++
		case r >= 0x1F000 && r < 0x20000 || r >= 0x2600 && r < 0x27C0:
			scripts[scriptEmoji]++
		case r == utf8.RuneError:
			damaged = true
		case r >= 0x80 && r < 0x100:
			scripts[scriptLatin]++
			suspect++ // é alone is French; many of them are UTF-8 read as Latin-1
		case r >= 0x100 && r < 0x250:
			scripts[scriptLatin]++
		case r >= 0x3000 && r < 0x3040 || r >= 0xFF00 && r < 0xFFF0 || r >= 0x2000 && r < 0x2070:
		default:
			scripts[scriptOther]++
		}
	}
	for i := range s.scripts {
		s.scripts[i] += scripts[i]
	}
	if damaged {
		s.damaged++
	}
	if suspect >= 3 && suspect*3 >= n {
		s.mojibake++
	}
	return n
}

// oddHan tells characters that running Chinese hardly ever holds, but UTF-8 read
// as GBK is full of: 锟斤拷 锘 鈥 銆 鍙 浣 鐨 …
func oddHan(r rune) bool {
	switch r {
	case '锟', '斤', '拷', '锘', '鈥', '銆', '锛', '鍙', '浣', '鐨', '鍦', '涓', '鏄', '鎴', '鏈', '鏉', '鍚', '杩', '鍒', '鏃', '涔', '澶', '绋', '璇', '闂', '棰', '娆', '烘', '鍥', '缁', '鎬', '鐢', '姟', '瀹', '悗':
		return true
	}
	return false
}

const (
	typeInt = iota
	typeFloat
	typeBool
	typeTime
	typePhone
	typeID
	typeURL
	typeEmail
	typeJSON
	typeText
	typeCount
)

var typeNames = [typeCount]string{"int", "float", "bool", "time", "phone", "id", "url", "email", "json", "text"}

// guess is the type that nine of ten values have, and its share.
func (s *columnSketch) guess() (string, float64) {
	if s.looked == 0 {
		return "text", 0
	}
	share := func(n int) float64 { return float64(n) / float64(s.looked) }
	if numbers := s.types[typeInt] + s.types[typeFloat]; s.types[typeFloat] > 0 && share(numbers) >= 0.9 {
		return "float", share(numbers)
	}
	for t, n := range s.types {
		if t != typeText && share(n) >= 0.9 {
			return typeNames[t], share(n)
		}
	}
	return "text", share(s.types[typeText])
}

// typeOf is what one value looks like.
func typeOf(v string) int {
	v = strings.TrimSpace(v)
	if v == "" {
		return typeText
	}
	switch c := v[0]; {
	case c == '{' || c == '[':
		if json.Valid([]byte(v)) {
			return typeJSON
		}
	case strings.HasPrefix(v, "http://") || strings.HasPrefix(v, "https://"):
		if !strings.ContainsAny(v, " \t\n") {
			return typeURL
		}
	case c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.':
		return numberType(v)
	}
	switch strings.ToLower(v) {
	case "true", "false", "yes", "no", "是", "否", "真", "假":
		return typeBool
	}
	if at := strings.IndexByte(v, '@'); at > 0 && strings.IndexByte(v[at:], '.') > 1 && !strings.ContainsAny(v, " ,;，") && len(v) < 255 {
		return typeEmail
	}
	if idLike(v) {
		return typeID
	}
	return typeText
}

func numberType(v string) int {
	digits, dots, dashes, colons, others := 0, 0, 0, 0, 0
	for i := 0; i < len(v); i++ {
		switch c := v[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c == '.':
			dots++
		case c == '-' || c == '/':
			dashes++
		case c == ':':
			colons++
		case i == 0 && c == '+':
		default:
			others++
		}
	}
	negative := v[0] == '-' && dashes == 1
	switch {
	case digits == 11 && len(v) == 11 && v[0] == '1' && v[1] >= '3':
		return typePhone
	case digits == 18 && len(v) == 18:
		return typeID
	case dashes == 2 && digits >= 6 && len(v) <= 35 && (others <= 3 || strings.Contains(v, "T")):
		return typeTime
	case colons >= 1 && digits >= 3 && others == 0 && dots <= 1:
		return typeTime
	case strings.Contains(v, "年") && digits >= 4:
		return typeTime
	case digits > 0 && others == 0 && dots == 0 && (dashes == 0 || negative):
		return typeInt
	case digits > 0 && others == 0 && dots == 1 && (dashes == 0 || negative):
		return typeFloat
	case idLike(v):
		return typeID
	}
	return typeText
}

// idLike: one word of letters and digits, both kinds, at least six long.
func idLike(v string) bool {
	if len(v) < 6 || len(v) > 64 {
		return false
	}
	letters, digits := false, false
	for i := 0; i < len(v); i++ {
		switch c := v[i]; {
		case c >= '0' && c <= '9':
			digits = true
		case c|32 >= 'a' && c|32 <= 'z':
			letters = true
		case c == '-' || c == '_':
		default:
			return false
		}
	}
	return letters && digits
}

// hash is a fast 64-bit hash, the same on every machine: eight bytes at a time
// multiplied and folded (the scheme of wyhash).
func hash(s string) uint64 {
	const a, b = 0x9E3779B97F4A7C15, 0xE7037ED1A0B428DB
	h := uint64(len(s)) ^ a
	p := unsafe.Slice(unsafe.StringData(s), len(s))
	for ; len(p) >= 8; p = p[8:] {
		h = fold(h^binary.LittleEndian.Uint64(p), b)
	}
	var tail [8]byte
	copy(tail[:], p)
	return fold(fold(h^binary.LittleEndian.Uint64(tail[:]), b), a)
}

func fold(x, y uint64) uint64 {
	hi, lo := bits.Mul64(x, y)
	return hi ^ lo
}

// registers is a HyperLogLog sketch (Flajolet and others 2007) with 2^14
// registers: standard error 0.8 %, 16 KiB.
type registers [1 << 14]uint8

func (r *registers) add(h uint64) {
	i := h >> 50
	if n := uint8(bits.LeadingZeros64(h<<14|1<<13) + 1); n > r[i] {
		r[i] = n
	}
}

func (r *registers) count() int {
	const m = float64(len(r))
	sum, zeros := 0.0, 0
	for _, n := range r {
		sum += 1 / float64(uint64(1)<<n)
		if n == 0 {
			zeros++
		}
	}
	estimate := 0.7213 / (1 + 1.079/m) * m * m / sum
	if estimate <= 2.5*m && zeros > 0 {
		estimate = m * math.Log(m/float64(zeros))
	}
	return int(estimate + 0.5)
}

// rowSet counts rows that repeat an earlier one, by the hash of all values.
type rowSet struct {
	slots   []uint64
	used    int
	repeats int
	full    bool
}

// mostRows bounds the set's memory to 64 MiB.
const mostRows = 4 << 20

func newRowSet() *rowSet { return &rowSet{slots: make([]uint64, 1<<12)} }

func (s *rowSet) add(values []string) {
	h := uint64(1)
	last := len(values)
	for last > 0 && values[last-1] == "" { // a column that came later is empty here
		last--
	}
	for _, v := range values[:last] {
		h = fold(h^hash(v), 0xA0761D6478BD642F)
	}
	if h == 0 {
		h = 1
	}
	i := s.find(h)
	switch {
	case s.slots[i] == h:
		s.repeats++
	case s.used == mostRows:
		s.full = true
	default:
		s.slots[i] = h
		if s.used++; 2*s.used > len(s.slots) {
			s.grow()
		}
	}
}

func (s *rowSet) find(h uint64) int {
	mask := len(s.slots) - 1
	i := int(h) & mask
	for s.slots[i] != 0 && s.slots[i] != h {
		i = (i + 1) & mask
	}
	return i
}

func (s *rowSet) grow() {
	old := s.slots
	s.slots = make([]uint64, 2*len(old))
	for _, h := range old {
		if h != 0 {
			s.slots[s.find(h)] = h
		}
	}
}
