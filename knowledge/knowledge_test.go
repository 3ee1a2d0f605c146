package knowledge

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"zhuomo/internal/fault"
)

func serviceTables(t testing.TB) []Table {
	t.Helper()
	var tables []Table
	files, err := filepath.Glob("../examples/service/entities/*.csv")
	if err != nil || len(files) == 0 {
		t.Fatalf("no entity tables: %v", err)
	}
	for _, name := range files {
		file, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		table, err := ReadTable(strings.TrimSuffix(filepath.Base(name), ".csv"), file)
		if err != nil {
			t.Fatal(err)
		}
		tables = append(tables, table)
	}
	return tables
}

func answer(s string) []Part { return []Part{{Kind: TextPart, Text: s}} }

// slowSearch is gather told plainly: every entry, every list.
func (x *Index) slowSearch(text string, most int) []float32 {
	scores := make([]float32, len(x.entries))
	for _, a := range x.ask(terms(fold(text), nil)) {
		for i, doc := range x.docs[a.list] {
			scores[doc] += x.impacts[a.list][i] * a.times
		}
	}
	slices.SortFunc(scores, func(a, b float32) int { return cmp.Compare(b, a) })
	return scores[:min(most, len(scores))]
}

// TestPruningLosesNothing holds the pruned sum against the plain one.
func TestPruningLosesNothing(t *testing.T) {
	t.Parallel()
	entries := manyEntries(serviceEntries(t), commonList)
	for i := range entries {
		entries[i].Conditions = Conditions{}
	}
	x := NewIndex(entries)
	rng := rand.New(rand.NewPCG(7, 7))
	for range 300 {
		e := entries[rng.IntN(len(entries))]
		question := e.Variants[rng.IntN(len(e.Variants))]
		s := x.scratch.New().(*scratch)
		s.terms = terms(fold(question), nil)
		found := x.gather(s, x.ask(s.terms), 16, SearchOptions{})
		want := x.slowSearch(question, 16)
		for i, doc := range found {
			if got := s.scores[doc]; got < want[i]*0.9999 || got > want[i]*1.0001 {
				t.Fatalf("%q: place %d scores %v, the plain sum says %v", question, i+1, got, want[i])
			}
		}
		if len(found) < 16 && want[len(found)] > 0 {
			t.Fatalf("%q: %d found, the plain sum knows more", question, len(found))
		}
	}
}

// TestShortcuts asks a large base for sentences that are nowhere in it and holds
// the answers against those of the plain sum.
func TestShortcuts(t *testing.T) {
	t.Parallel()
	all := serviceEntries(t)
	base := manyEntries(all, 20_000)[len(all):]
	x := NewIndex(base)
	asked, first, shared := 0, 0, 0
	for _, e := range all[:100] {
		for _, question := range e.Variants {
			s := x.scratch.New().(*scratch)
			s.terms = terms(fold(question), nil)
			found := x.gather(s, x.ask(s.terms), 10, SearchOptions{})
			want := x.slowSearch(question, 10)
			asked++
			for i, doc := range found {
				plain := x.plainScore(question, doc)
				if i == 0 && plain >= want[0]*0.9999 {
					first++
				}
				if plain >= want[9]*0.9999 {
					shared++
				}
			}
		}
	}
	t.Logf("%d questions: the best entry kept for %.3f, of the best ten %.3f", asked, float64(first)/float64(asked), float64(shared)/float64(10*asked))
	if float64(first) < 0.97*float64(asked) || float64(shared) < 0.93*float64(10*asked) {
		t.Errorf("shortcuts miss too much: first %d, shared %d of %d questions", first, shared, asked)
	}
}

// plainScore is one entry's score told plainly.
func (x *Index) plainScore(text string, doc uint32) (score float32) {
	for _, a := range x.ask(terms(fold(text), nil)) {
		if i, ok := slices.BinarySearch(x.docs[a.list], doc); ok {
			score += x.impacts[a.list][i] * a.times
		}
	}
	return score
}

func TestSearchFindsEveryWordingItself(t *testing.T) {
	t.Parallel()
	entries := serviceEntries(t)
	x := NewIndex(entries)
	asked, first := 0, 0
	for _, e := range entries {
		for _, q := range append([]string{e.Question}, e.Variants...) {
			asked++
			if h := x.Search(q, SearchOptions{Limit: 1}); len(h) == 1 && h[0].EntryID == e.ID && h[0].Likeness > 0.99 {
				first++
			}
		}
	}
	if first != asked {
		t.Errorf("%d of %d wordings found their own entry first", first, asked)
	}
}

func TestSearchIsTheSameInEveryDress(t *testing.T) {
	t.Parallel()
	x := NewIndex(serviceEntries(t))
	plain := x.Search("付款后多久能确认WiFi房", SearchOptions{})
	for _, dress := range []string{"付款後多久能確認ＷｉＦｉ房", "付款后多久能确认wifi房"} {
		if got := x.Search(dress, SearchOptions{}); !reflect.DeepEqual(got, plain) {
			t.Errorf("%s finds otherwise", dress)
		}
	}
	if again := x.Search("付款后多久能确认WiFi房", SearchOptions{}); !reflect.DeepEqual(again, plain) {
		t.Error("the same question twice finds otherwise")
	}
	for _, odd := range []string{"", " ", "，。！", "\xff\xfe", "𠮷", "👨‍👩‍👧", strings.Repeat("订", 10_000)} {
		x.Search(odd, SearchOptions{Explain: true}) // must answer
	}
}

func TestConditionsHold(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 10, 3, 12, 0, 0, 0, time.UTC)
	entries := []Entry{
		{ID: "a", Question: "国庆怎么退款", Answer: answer("节后办"), State: Live, Conditions: Conditions{ValidFromUS: at.Add(-time.Hour).UnixMicro(), ValidToUS: at.UnixMicro()}},
		{ID: "b", Question: "国庆怎么退款呢", Answer: answer("微信里办"), State: Live, Conditions: Conditions{Channels: []string{"wechat"}}},
		{ID: "c", Question: "国庆怎么退款呀", Answer: answer("还没定"), State: Draft},
	}
	x := NewIndex(entries)
	for name, c := range map[string]struct {
		o    SearchOptions
		want []string
	}{
		"nobody in particular sees all that are live": {SearchOptions{}, []string{"a", "b"}},
		"the end of validity is outside":              {SearchOptions{Asker: Asker{At: at}}, []string{"b"}},
		"another channel":                             {SearchOptions{Asker: Asker{Channel: "web", At: at.Add(-time.Minute)}}, []string{"a"}},
		"drafts for trainers":                         {SearchOptions{Drafts: true}, []string{"a", "b", "c"}},
		"except one":                                  {SearchOptions{Except: "a"}, []string{"b"}},
	} {
		var got []string
		for _, h := range x.Search("国庆怎么退款", c.o) {
			got = append(got, h.EntryID)
		}
		slices.Sort(got)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestExplanationNamesTheWords(t *testing.T) {
	t.Parallel()
	x := NewIndex(serviceEntries(t))
	h := x.Search("钟点房在哪里订", SearchOptions{Limit: 1, Explain: true})
	if len(h) != 1 || len(h[0].Terms) == 0 {
		t.Fatal("nothing explained")
	}
	if top := h[0].Terms[0].Text; !strings.Contains("钟点房", top) {
		t.Errorf("the heaviest piece is %q", top)
	}
}

func TestLinkFindsNames(t *testing.T) {
	t.Parallel()
	l := NewLinker(serviceTables(t))
	for text, want := range map[string]string{
		"云栖酒店有泳池吗":              "hotels:云栖酒店[0,4) 云栖酒店",
		"訂雲棲，從人廣過去":             "hotels:云栖酒店[1,3) 雲棲|metro:人民广场[5,7) 人廣",
		"𠮷鹤鸣山庄":                 "hotels:鹤鸣山庄[1,5) 鹤鸣山庄",
		"想去鹤鸣山":                 "metro:鹤鸣山[2,5) 鹤鸣山|sights:鹤鸣山[2,5) 鹤鸣山",
		"没有名字的一句话":              "",
		"wifi２号线":               "",
		"\xff云栖\xfe":            "hotels:云栖酒店[1,3) 云栖",
		"从江北口到澜州站":              "metro:江北口[1,4) 江北口|metro:澜州站[5,8) 澜州站",
		"老城区有啥吃的":               "hotels.区域:老城区[0,3) 老城区",
		strings.Repeat("云", 50): "",
	} {
		var got []string
		for _, m := range l.Link(text) {
			name := m.Table
			switch {
			case m.Column == "区域" && m.Table != "hotels":
				continue // several tables have districts; one is enough here
			case m.Column == "区域":
				name += ".区域"
			case m.Column != "名称":
				continue
			}
			got = append(got, fmt.Sprintf("%s:%s[%d,%d) %s", name, m.Value, m.Start, m.End, m.Text))
		}
		if s := strings.Join(got, "|"); s != want {
			t.Errorf("%q:\n got %s\nwant %s", text, s, want)
		}
	}
}

func TestLookupFulfilsWishes(t *testing.T) {
	t.Parallel()
	s := NewSnapshot(nil, serviceTables(t))
	names := func(q Query) []string {
		t.Helper()
		rows, err := s.Lookup(q)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, r := range rows {
			out = append(out, r.Cells[0])
		}
		return out
	}
	all := names(Query{Table: "hotels"})
	pools := names(Query{Table: "hotels", Where: []Filter{{"设施", Has, "泳池"}, {"价格", AtMost, "450"}}})
	if len(pools) == 0 || len(pools) >= len(all) || !slices.Contains(pools, "云栖酒店") {
		t.Errorf("with a pool up to 450: %v", pools)
	}
	cheap := names(Query{Table: "hotels", Order: "价格", Limit: 2})
	dear := names(Query{Table: "hotels", Order: "-价格", Limit: 1})
	if len(cheap) != 2 || len(dear) != 1 || cheap[0] == dear[0] {
		t.Errorf("cheapest %v, dearest %v", cheap, dear)
	}
	near := names(Query{Table: "restaurants", Where: []Filter{{Op: Near, Value: "镇海楼"}}})
	if len(near) == 0 || near[0] != "渔家小馆" {
		t.Errorf("near 镇海楼: %v, want 渔家小馆 first", near)
	}
	if got := names(Query{Table: "hotels", Where: []Filter{{"名称", Is, "雲棲"}}}); !slices.Equal(got, []string{"云栖酒店"}) {
		t.Errorf("by another name: %v", got)
	}
	for q, want := range map[*Query]*fault.Definition{
		{Table: "moons"}: NoTable,
		{Table: "hotels", Where: []Filter{{"价钱", Is, "1"}}}:      NoColumn,
		{Table: "hotels", Where: []Filter{{"价格", Less, "便宜"}}}:   BadFilter,
		{Table: "hotels", Where: []Filter{{"价格", "about", "3"}}}: BadFilter,
		{Table: "hotels", Order: "-价钱"}:                          NoColumn,
	} {
		if _, err := s.Lookup(*q); !errors.Is(err, want) {
			t.Errorf("%v: %v, want %s", q, err, want.Code)
		}
	}
}

func TestSnapshotTravels(t *testing.T) {
	t.Parallel()
	entries := serviceEntries(t)
	draft := entries[0]
	draft.ID, draft.State = "draft", Draft
	s := NewSnapshot(append(entries, draft), serviceTables(t))
	b, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(entries)
	again, err := NewSnapshot(entries, serviceTables(t)).Encode()
	if err != nil || !bytes.Equal(b, again) {
		t.Errorf("the same knowledge gives other bytes: %v", err)
	}
	back, err := DecodeSnapshot(b)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := back.Entry("draft"); ok || len(back.Entries) != len(entries) {
		t.Error("a draft went out")
	}
	if q := "退款几天到账"; !reflect.DeepEqual(back.Search(q, SearchOptions{}), s.Search(q, SearchOptions{})) {
		t.Error("the copy finds otherwise")
	}
	for _, bad := range [][]byte{nil, []byte("x"), b[:len(b)/2], []byte("\x1f\x8b\x08")} {
		if _, err := DecodeSnapshot(bad); !errors.Is(err, BadSnapshot) {
			t.Errorf("%d bytes: %v", len(bad), err)
		}
	}
}

func TestReadEntries(t *testing.T) {
	t.Parallel()
	sheet := excelize.NewFile()
	for i, row := range [][]any{{"标准问题", "相似问", "答案", "分类"}, {"怎么退房", "退房|几点退", "12点前", "住"}, {nil, "能晚点退吗"}, {"怎么开票", "", "在订单里"}} {
		if err := sheet.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	book, err := sheet.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string][]byte{
		"a.yaml": []byte("- question: 怎么退房\n  category: 住\n  variants: [退房, 几点退, 能晚点退吗]\n  answer: 12点前\n- question: 怎么开票\n  parts: [{kind: text, text: 在订单里}]\n"),
		"a.csv":  []byte("\ufeff问题,相似问,答案,分类\n怎么退房,\"退房\n几点退\",12点前,住\n怎么退房,能晚点退吗,,\n怎么开票,,在订单里,\n"),
		"a.xlsx": book.Bytes(),
		"a.tsv":  []byte("question\tvariants\tanswer\tcategory\n怎么退房\t退房|几点退|能晚点退吗\t12点前\t住\n怎么开票\t\t在订单里\t\n"),
	} {
		got, err := ReadEntries(name, file)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(got) != 2 || !slices.Equal(got[0].Variants, []string{"退房", "几点退", "能晚点退吗"}) || got[0].AnswerText() != "12点前" || got[0].Category != "住" || got[1].AnswerText() != "在订单里" || got[0].ID == "" {
			t.Errorf("%s: %+v", name, got)
		}
	}
	for name, c := range map[string]struct {
		file string
		want *fault.Definition
	}{
		"unknown.yaml": {"- question: 甲\n  anser: 乙\n", BrokenFile},
		"broken.yaml":  {"- question: [\n", BrokenFile},
		"date.yaml":    {"- question: 甲\n  answer: 乙\n  valid_from: 明天\n", BrokenFile},
		"answer.yaml":  {"- question: 甲\n", NoAnswer},
		"twice.yaml":   {"- {id: a, question: 甲, answer: 乙}\n- {id: a, question: 丙, answer: 丁}\n", EntryTaken},
		"script.yaml":  {"- {question: 甲, parts: [{kind: image, url: 'javascript:x'}]}\n", BadPart},
		"header.csv":   {"甲,乙\n1,2\n", NoHeader},
		"empty.csv":    {"", NoHeader},
		"quote.csv":    {"问题,答案\n\"甲,乙\n", BrokenFile},
		"fake.xlsx":    {"PK\x03\x04nothing", BrokenFile},
		"question.csv": {"问题,答案\n,乙\n", NoQuestion},
	} {
		if _, err := ReadEntries(name, []byte(c.file)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want.Code)
		}
	}
	if _, err := ReadEntries("unknown.yaml", []byte("- question: 甲\n  anser: 乙\n")); err != nil && !strings.Contains(err.Error(), "line 2") {
		t.Errorf("the line is not named: %v", err)
	}
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	entries := []Entry{
		{ID: "a", Question: "酒店几点可以入住", Answer: answer("下午14:00起可以办理入住手续"), State: Live},
		{ID: "b", Question: "发票怎么开", Answer: answer("在订单详情里申请"), State: Live, Conditions: Conditions{Channels: []string{"web"}}},
	}
	x := NewIndex(entries)
	for name, c := range map[string]struct {
		e    Entry
		want string
	}{
		"the same question and the same answer": {Entry{Question: "酒店几点可以入住呢", Answer: answer("下午14:00起可以办理入住")}, "duplicate a"},
		"the same question and another hour":    {Entry{Question: "酒店几点可以入住呢", Answer: answer("下午15:00起可以办理入住手续")}, "contradiction a"},
		"a variant and another answer":          {Entry{Question: "什么时候能进房", Variants: []string{"酒店几点可以入住"}, Answer: answer("请联系客服")}, "contradiction a"},
		"another question":                      {Entry{Question: "有没有停车场", Answer: answer("有")}, ""},
		"nobody can meet both":                  {Entry{Question: "发票怎么开", Answer: answer("请打电话"), Conditions: Conditions{Channels: []string{"phone"}}}, ""},
		"some can meet both":                    {Entry{Question: "发票怎么开", Answer: answer("请打电话"), Conditions: Conditions{Channels: []string{"phone", "web"}}}, "contradiction b"},
		"itself":                                {Entry{ID: "a", Question: "酒店几点可以入住", Answer: answer("16:00")}, ""},
	} {
		var got []string
		for _, w := range Warn(c.e, x) {
			got = append(got, string(w.Kind)+" "+w.EntryID)
		}
		if s := strings.Join(got, ","); s != c.want {
			t.Errorf("%s: %q, want %q", name, s, c.want)
		}
	}
	clean := serviceEntries(t)
	all := NewIndex(clean)
	noise := 0
	for _, e := range clean {
		noise += len(Warn(e, all))
	}
	if noise > len(clean)/20 {
		t.Errorf("%d warnings on %d entries that are in order", noise, len(clean))
	}
	t.Logf("%d warnings on the %d entries of the example", noise, len(clean))
}

func TestTablesThatAreWrong(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file string
		want *fault.Definition
	}{
		"no rows":       {"名称,价格\n", EmptyTable},
		"a wide row":    {"名称,价格\n甲,1,2\n", WideRow},
		"the same name": {"名称,价格\n甲,1\n甲,2\n", SameKey},
		"no name":       {"名称,价格\n,1\n", SameKey},
		"the same head": {"名称,名称\n甲,1\n", SameColumn},
		"an open quote": {"名称\n\"甲\n", BrokenFile},
	} {
		if _, err := ReadTable("t", []byte(c.file)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want.Code)
		}
	}
}

func FuzzReadEntries(f *testing.F) {
	f.Add("a.yaml", []byte("- question: 甲\n  answer: 乙\n"))
	f.Add("a.csv", []byte("问题,答案\n甲,乙\n"))
	f.Add("a.csv", []byte("\xce\xca\xcc\xe2,\xb4\xf0\xb0\xb8\n\xbc\xd7,\xd2\xd2\n"))
	f.Fuzz(func(t *testing.T, name string, file []byte) {
		entries, err := ReadEntries(name, file)
		if err != nil {
			return
		}
		x := NewIndex(entries)
		for _, e := range entries {
			x.Search(e.Question, SearchOptions{Explain: true})
		}
	})
}

func FuzzLink(f *testing.F) {
	l := NewLinker([]Table{{Name: "t", Key: "名称", Columns: []Column{{Name: "名称"}}, Rows: []Record{{Cells: []string{"云栖酒店"}}, {Cells: []string{"wifi"}}}}})
	f.Add("订雲棲酒店的ＷＩＦＩ")
	f.Add("\xff云栖酒店")
	f.Fuzz(func(t *testing.T, text string) {
		runes := []rune(text)
		for _, m := range l.Link(text) {
			if string(runes[m.Start:m.End]) != m.Text || !strings.Contains("云栖酒店wifi", fold(m.Text)) {
				t.Fatalf("%q: %+v", text, m)
			}
		}
	})
}
