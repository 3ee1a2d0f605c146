// Package examples is the front page of the products that were written for this
// project. A Material is everything a product is trained from, as Go values:
// conversations with the labels of every customer turn, tables of entities,
// entries, the guideline's labels and the suite's checks.
//
//	in:   the folders of this one with a product.yaml (embedded), or a set in a folder (examples/crosswoz)
//	out:  Product, Material; examples/spoil makes of it what a customer would send
//	read: product.go → material.go → read.go → conversation.go → style.go → spoil/spoil.go
package examples

import (
	"slices"
	"strings"
	"time"
	"unicode"
)

// Speaker says who speaks in a turn.
type Speaker string

const (
	Customer Speaker = "customer" // 顾客
	Agent    Speaker = "agent"    // 客服
)

// Turn is one thing said. Labels stand in the order in which they are spoken;
// agents' turns have none.
type Turn struct {
	Speaker Speaker  `json:"speaker"`
	Text    string   `json:"text"`
	Labels  []string `json:"labels,omitempty"`
}

// Conversation is one session from beginning to end. Time is local time without
// a zone, to the minute.
type Conversation struct {
	ID      string
	Title   string
	Channel string
	Time    time.Time
	Turns   []Turn
}

// Table is a table of entities: hotels, stations …; a list in a cell is joined
// by "|".
type Table struct {
	Name    string
	Columns []string
	Rows    [][]string
}

// Entry is one question with its other wordings and its answer.
type Entry struct {
	ID       string   `yaml:"id"`
	Category string   `yaml:"category"`
	Question string   `yaml:"question"`
	Variants []string `yaml:"variants"`
	Answer   string   `yaml:"answer"`
	ValidTo  string   `yaml:"valid_to"`
	Channels []string `yaml:"channels"`
}

// Label is one label of the guideline, with its executable examples.
type Label struct {
	ID       string    `yaml:"id"`
	ZH       string    `yaml:"zh"`
	EN       string    `yaml:"en"`
	Rule     string    `yaml:"rule"`
	Examples []Example `yaml:"examples"`
}

// Example is a sentence whose labels a guideline settles. Context holds the
// turns before it, each as 客：… or 服：….
type Example struct {
	Text    string   `yaml:"text"`
	Context []string `yaml:"context"`
	Labels  []string `yaml:"labels"`
	Note    string   `yaml:"note"`
}

// Check is one check of the behavioural suite.
type Check struct {
	ID      string   `yaml:"id"`
	Kind    string   `yaml:"kind"`
	Text    string   `yaml:"text"`
	Context []string `yaml:"context"`
	Labels  []string `yaml:"labels"`
	Group   string   `yaml:"group"`
}

// Material is all that one product is trained from.
type Material struct {
	Name          string
	Conversations []Conversation
	Tables        []Table
	Entries       []Entry
	Labels        []Label
	Checks        []Check
	Notices       *Notices // nil: those of examples/spoil
}

// Tidy brings every turn into the house style, so that what is right after
// cleaning is well-defined.
func (m Material) Tidy() Material {
	m.Conversations = slices.Clone(m.Conversations)
	for i := range m.Conversations {
		c := &m.Conversations[i]
		c.Turns = slices.Clone(c.Turns)
		for j := range c.Turns {
			c.Turns[j].Text = Tidy(c.Turns[j].Text)
		}
	}
	return m
}

// PublicNumbers lists the telephone numbers in the tables, sorted. They belong
// to shops, not to persons: cleaning must not mask them.
func (m Material) PublicNumbers() []string {
	var found []string
	for _, t := range m.Tables {
		for _, row := range t.Rows {
			for i, cell := range row {
				if i < len(t.Columns) && strings.Contains(t.Columns[i], "电话") {
					found = append(found, numbers(cell)...)
				}
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// numbers cuts a cell of telephone numbers; each has at least seven digits.
func numbers(cell string) []string {
	var found []string
	for _, piece := range strings.FieldsFunc(cell, func(r rune) bool {
		return !unicode.IsDigit(r) && !strings.ContainsRune("-+()", r)
	}) {
		if strings.Count(piece, "")-1-strings.Count(piece, "-") >= 7 {
			found = append(found, piece)
		}
	}
	return found
}
