package encoder

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// tokenizer is BERT's: basic tokens, then WordPiece.
//
// Source: Devlin et al. 2019 (google-research/bert); Wu et al. 2016 (WordPiece).
type tokenizer struct {
	vocabulary    map[string]int32
	lower, accent bool // lower-case; strip accents
	chinese       bool // each Chinese character is a token
	unknown       int32
	begin, end    int32
}

// longestWord in characters: longer ones are unknown.
const longestWord = 100

// readTokenizer reads vocab.txt or else tokenizer.json, and what the folder tells
// about letters. Faults: NoFolder, BadFolder, NotSupported.
func readTokenizer(folder fs.FS) (*tokenizer, error) {
	t := &tokenizer{lower: true, chinese: true}
	var accents *bool
	var told struct {
		Lower   *bool `json:"do_lower_case"`
		Chinese *bool `json:"tokenize_chinese_chars"`
		Accents *bool `json:"strip_accents"`
	}
	if found, err := readJSON(folder, "tokenizer_config.json", &told); err != nil {
		return nil, err
	} else if found {
		if told.Lower != nil {
			t.lower = *told.Lower
		}
		if told.Chinese != nil {
			t.chinese = *told.Chinese
		}
		accents = told.Accents
	}
	if body, err := fs.ReadFile(folder, "vocab.txt"); err == nil {
		t.vocabulary = map[string]int32{}
		lines := bufio.NewScanner(strings.NewReader(string(body)))
		lines.Buffer(nil, 1<<20)
		for n := int32(0); lines.Scan(); n++ {
			word := strings.TrimRight(lines.Text(), "\r")
			if _, twice := t.vocabulary[word]; !twice {
				t.vocabulary[word] = n
			}
		}
		if lines.Err() != nil {
			return nil, BadFolder.With("file", "vocab.txt", "problem", "a line is too long")
		}
	} else {
		var whole struct {
			Model struct {
				Type  string           `json:"type"`
				Vocab map[string]int32 `json:"vocab"`
			} `json:"model"`
			Normalizer *struct {
				Lower   *bool `json:"lowercase"`
				Chinese *bool `json:"handle_chinese_chars"`
				Accents *bool `json:"strip_accents"`
			} `json:"normalizer"`
		}
		found, err := readJSON(folder, "tokenizer.json", &whole)
		if err != nil {
			return nil, err
		}
		if !found {
			return nil, NoFolder.With("file", "vocab.txt")
		}
		if whole.Model.Type != "" && whole.Model.Type != "WordPiece" {
			return nil, NotSupported.With("what", "tokenizer "+shorten(whole.Model.Type))
		}
		t.vocabulary = whole.Model.Vocab
		if n := whole.Normalizer; n != nil && told.Lower == nil {
			t.lower, t.chinese, accents = n.Lower == nil || *n.Lower, n.Chinese == nil || *n.Chinese, n.Accents
		}
	}
	t.accent = t.lower
	if accents != nil {
		t.accent = *accents
	}
	for word, into := range map[string]*int32{"[UNK]": &t.unknown, "[CLS]": &t.begin, "[SEP]": &t.end} {
		id, ok := t.vocabulary[word]
		if !ok {
			return nil, BadFolder.With("file", "vocab.txt", "problem", "it has no "+word)
		}
		*into = id
	}
	return t, nil
}

// readJSON reads a file that may be missing. Fault: BadFolder.
func readJSON(folder fs.FS, name string, into any) (found bool, err error) {
	body, err := fs.ReadFile(folder, name)
	if err != nil {
		return false, nil
	}
	if err := json.Unmarshal(body, into); err != nil {
		return true, BadFolder.With("file", name, "problem", fmt.Sprintf("it is not the JSON that was looked for (%v)", err))
	}
	return true, nil
}

// read gives the tokens of a text between [CLS] and [SEP], at most most in all.
func (t *tokenizer) read(text string, most int) []int32 {
	ids := []int32{t.begin}
	// Each token takes at least a character, but what is dropped takes none.
	t.words(text, func(word string) bool {
		ids = t.pieces(ids, word)
		return len(ids) < most-1
	})
	return append(ids[:min(len(ids), most-1)], t.end)
}

// words calls each with the basic tokens until it says no.
func (t *tokenizer) words(text string, each func(string) bool) {
	var word []rune
	flush := func() bool {
		if len(word) == 0 {
			return true
		}
		more := each(string(word))
		word = word[:0]
		return more
	}
	take := func(r rune) bool {
		switch {
		case isSpace(r):
			return flush()
		case isPunctuation(r) || t.chinese && isChinese(r):
			return flush() && each(string(r))
		}
		word = append(word, r)
		return true
	}
	var clean [utf8.UTFMax]byte
	for text != "" {
		// A letter and the marks on it are decomposed together.
		n := norm.NFD.NextBoundaryInString(text, true)
		if n <= 0 {
			_, n = utf8.DecodeRuneInString(text)
		}
		part := text[:n]
		text = text[n:]
		if t.accent && !ascii(part) {
			part = norm.NFD.String(part)
		}
		for _, r := range part {
			if r == 0 || r == utf8.RuneError || isControl(r) || t.accent && unicode.Is(unicode.Mn, r) {
				continue
			}
			if !t.lower {
				if !take(r) {
					return
				}
				continue
			}
			for _, l := range strings.ToLower(string(clean[:utf8.EncodeRune(clean[:], r)])) {
				if !take(l) {
					return
				}
			}
		}
	}
	flush()
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// pieces adds the longest known pieces of a word, from its beginning.
func (t *tokenizer) pieces(ids []int32, word string) []int32 {
	if utf8.RuneCountInString(word) > longestWord {
		return append(ids, t.unknown)
	}
	was := len(ids)
	for from := 0; from < len(word); {
		to, id, found := len(word), int32(0), false
		for ; to > from; to-- {
			if to < len(word) && !utf8.RuneStart(word[to]) {
				continue
			}
			piece := word[from:to]
			if from > 0 {
				piece = "##" + piece
			}
			if id, found = t.vocabulary[piece]; found {
				break
			}
		}
		if !found {
			return append(ids[:was], t.unknown)
		}
		ids = append(ids, id)
		from = to
	}
	return ids
}

func isSpace(r rune) bool {
	return r == ' ' || r == '\t' || r == '\n' || r == '\r' || unicode.Is(unicode.Zs, r) || r == 0x85 || r == 0x2028 || r == 0x2029
}

func isControl(r rune) bool {
	if r == '\t' || r == '\n' || r == '\r' {
		return false
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs) // code points without a meaning yet stay
}

func isPunctuation(r rune) bool {
	return r >= 33 && r <= 47 || r >= 58 && r <= 64 || r >= 91 && r <= 96 || r >= 123 && r <= 126 || unicode.Is(unicode.P, r)
}

func isChinese(r rune) bool {
	return r >= 0x4E00 && r <= 0x9FFF || r >= 0x3400 && r <= 0x4DBF || r >= 0x20000 && r <= 0x2A6DF || r >= 0x2A700 && r <= 0x2B73F ||
		r >= 0x2B740 && r <= 0x2B81F || r >= 0x2B920 && r <= 0x2CEAF || r >= 0xF900 && r <= 0xFAFF || r >= 0x2F800 && r <= 0x2FA1F
}
